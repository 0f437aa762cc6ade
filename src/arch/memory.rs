//! Allocating memory without aborting if there is none.

use std::alloc::{Layout, alloc_zeroed};

/// Returns this many zero bytes, or `None` if the allocator cannot provide them. On most systems bytes cost no memory until they are
/// written.
pub(crate) fn zeroed(len: usize) -> Option<Vec<u8>> {
    if len == 0 {
        return Some(Vec::new());
    }
    let layout = Layout::array::<u8>(len).ok()?;
    // SAFETY: the size of the layout is not zero.
    let start = unsafe { alloc_zeroed(layout) };
    // SAFETY: the global allocator returned `len` initialised bytes of alignment 1, which nobody else owns.
    (!start.is_null()).then(|| unsafe { Vec::from_raw_parts(start, len, len) })
}

#[cfg(test)]
mod tests {
    use super::zeroed;
    use crate::random::cases;

    #[test]
    fn there_is_as_much_as_there_is() {
        for len in [0, 1, 4096, cases(1 << 20, 1 << 13)] {
            assert!(zeroed(len).is_some_and(|bytes| bytes.len() == len && bytes.iter().all(|&byte| byte == 0)));
        }
        assert!(zeroed(usize::MAX).is_none());
        // Miri gives up where an allocator would return null.
        assert!(cfg!(miri) || zeroed(isize::MAX as usize).is_none());
    }
}
