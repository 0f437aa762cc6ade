//! What the desk and the turns wait with: `model.rs` puts the primitives of a model checker in its place.

pub(super) use std::sync::{Condvar, Mutex, MutexGuard};
