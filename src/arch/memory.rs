//! Memory that is asked for and may not be there.

use std::alloc::{Layout, alloc_zeroed};

/// So many zero bytes; `None` if the allocator has not got them. What has not been written to costs no memory on most systems.
pub(crate) fn zeroed(len: usize) -> Option<Vec<u8>> {
    if len == 0 {
        return Some(Vec::new());
    }
    let layout = Layout::array::<u8>(len).ok()?;
    // SAFETY: the layout is not of size zero.
    let start = unsafe { alloc_zeroed(layout) };
    // SAFETY: the global allocator gave `len` bytes of alignment 1, all of them initialised, to nobody else.
    (!start.is_null()).then(|| unsafe { Vec::from_raw_parts(start, len, len) })
}

#[cfg(test)]
mod tests {
    use super::zeroed;

    #[test]
    fn there_is_as_much_as_there_is() {
        for len in [0, 1, 4096, 1 << 20] {
            assert!(zeroed(len).is_some_and(|bytes| bytes.len() == len && bytes.iter().all(|&byte| byte == 0)));
        }
        assert!(zeroed(usize::MAX).is_none() && zeroed(isize::MAX as usize).is_none());
    }
}
