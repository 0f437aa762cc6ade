//! What is worked out of a line when somebody asks for it, in space that is kept for the next line.

use std::sync::{Mutex, OnceLock, PoisonError};

/// A value that is worked out at most once a line, by whoever asks first.
///
/// Most lines with hits are asked for one field alone, and many for nothing: who counts hits reads no events.
#[derive(Debug)]
pub(super) struct Lazy<T> {
    value: OnceLock<Box<T>>,
    /// The space of an earlier line.
    spare: Mutex<Option<Box<T>>>,
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Self {
        Lazy { value: OnceLock::new(), spare: Mutex::new(None) }
    }
}

impl<T: Default> Lazy<T> {
    /// Forgets the value: another line begins.
    pub(super) fn forget(&mut self) {
        if let Some(value) = self.value.take() {
            *self.spare.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(value);
        }
    }

    /// The value, if somebody has asked for it already.
    pub(super) fn known(&self) -> Option<&T> {
        self.value.get().map(|value| &**value)
    }

    /// The value. `work` fills what an earlier line has left.
    pub(super) fn get(&self, work: impl FnOnce(&mut T)) -> &T {
        self.value.get_or_init(|| {
            let mut value = self.take();
            work(&mut value);
            value
        })
    }

    /// Lends the space that no value is in.
    pub(super) fn lend<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let mut space = self.take();
        let result = work(&mut space);
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = Some(space);
        result
    }

    fn take(&self) -> Box<T> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}
