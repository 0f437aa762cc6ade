//! The locks of the desk and the turns: `model.rs` puts those of a model checker in their place.

pub(super) use std::sync::{Condvar, Mutex, MutexGuard};
