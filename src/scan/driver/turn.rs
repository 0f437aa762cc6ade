//! A value that the parts of an input use one after the other.

use std::ops::ControlFlow;

use super::sync::{Condvar, Mutex};

/// A value, and the number of the part that may use it.
///
/// Every part that was started uses its turn or panics, which ends the input. So the first waiting part goes on, then the next,
/// and none waits for ever.
pub(super) struct InTurn<T> {
    state: Mutex<(u64, Option<T>)>,
    changed: Condvar,
}

/// The turn of a part.
pub(super) struct Turn<'t, T> {
    of: &'t InTurn<T>,
    number: u64,
}

impl<T> InTurn<T> {
    pub(super) fn new(value: T) -> Self {
        Self { state: Mutex::new((0, Some(value))), changed: Condvar::new() }
    }

    /// Must be called before anything that can panic.
    pub(super) fn turn(&self, number: u64) -> Turn<'_, T> {
        Turn { of: self, number }
    }

    fn close(&self) {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).1 = None;
        self.changed.notify_all();
    }
}

impl<T> Turn<'_, T> {
    /// Waits for the turn; returns `None` if the input ended before it. `Break` from `use_it` ends the input.
    pub(super) fn take<U>(&self, use_it: impl FnOnce(&mut T) -> ControlFlow<U, U>) -> Option<U> {
        let mut state = self.of.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while state.0 < self.number && state.1.is_some() {
            state = self.of.changed.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        let used = use_it(state.1.as_mut()?);
        state.0 += 1;
        let used = match used {
            ControlFlow::Continue(used) => used,
            ControlFlow::Break(used) => {
                state.1 = None;
                used
            }
        };
        drop(state);
        self.of.changed.notify_all();
        Some(used)
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.of.close();
        }
    }
}
