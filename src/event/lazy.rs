//! Values of a line that are computed on demand, in space that is reused for the next line.

use std::sync::{Mutex, OnceLock, PoisonError};

/// A value that is computed at most once per line, when it is first asked for.
///
/// For most lines with hits only one field is needed, and for many nothing, for example if hits are only counted.
#[derive(Debug)]
pub(super) struct Lazy<T> {
    value: OnceLock<Box<T>>,
    /// Space left from an earlier line.
    spare: Mutex<Option<Box<T>>>,
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Self {
        Lazy { value: OnceLock::new(), spare: Mutex::new(None) }
    }
}

impl<T: Default> Lazy<T> {
    /// Forgets the value, because another line begins.
    pub(super) fn forget(&mut self) {
        if let Some(value) = self.value.take() {
            *self.spare.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(value);
        }
    }

    /// Returns the value if it has been computed already.
    pub(super) fn known(&self) -> Option<&T> {
        self.value.get().map(|value| &**value)
    }

    /// Returns the value. If it has not been computed yet, `work` fills the space left from an earlier line.
    pub(super) fn get(&self, work: impl FnOnce(&mut T)) -> &T {
        self.value.get_or_init(|| {
            let mut value = self.take();
            work(&mut value);
            value
        })
    }

    /// Lends the unused space.
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
