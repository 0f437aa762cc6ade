//! Finding observables in raw bytes.
