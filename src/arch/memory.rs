//! Allocating memory without aborting if there is none.

use std::alloc::{Layout, alloc_zeroed};
use std::ops::{Deref, DerefMut};

/// Bytes in memory of their own. Large ones are in huge pages where the system has them: a set of a hundred megabytes is read in half
/// the time, because fewer pages are touched for the first time, and its lookups miss fewer translations of addresses.
#[derive(Debug)]
pub(crate) enum Block {
    Heap(Vec<u8>),
    Huge(huge::Map),
}

#[cfg(all(target_os = "linux", feature = "mmap", not(miri)))]
mod huge {
    /// The least size for huge pages: two of those that x86-64 and aarch64 have.
    const LEAST: usize = 4 << 20;

    pub(crate) type Map = memmap2::MmapMut;

    /// Returns this many zero bytes, if they are enough for huge pages and there is memory for them.
    pub(super) fn zeroed(len: usize) -> Option<Map> {
        if !(LEAST..isize::MAX as usize).contains(&len) {
            return None;
        }
        let map = Map::map_anon(len).ok()?;
        // A kernel without huge pages refuses, and its small pages do as well.
        let _ = map.advise(memmap2::Advice::HugePage);
        Some(map)
    }
}

#[cfg(not(all(target_os = "linux", feature = "mmap", not(miri))))]
mod huge {
    pub(crate) type Map = &'static mut [u8];

    pub(super) fn zeroed(_: usize) -> Option<Map> {
        None
    }
}

impl Block {
    /// Returns this many zero bytes, or `None` if there is no memory for them. On most systems bytes cost no memory until they are written.
    pub(crate) fn zeroed(len: usize) -> Option<Self> {
        huge::zeroed(len).map(Self::Huge).or_else(|| zeroed(len).map(Self::Heap))
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Huge(map) => map,
        }
    }
}

impl DerefMut for Block {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Huge(map) => map,
        }
    }
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

fn zeroed(len: usize) -> Option<Vec<u8>> {
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
    use super::Block;
    use crate::random::cases;

    #[test]
    fn there_is_as_much_as_there_is() {
        for len in [0, 1, 4096, cases(1 << 20, 1 << 13), cases(4 << 20, 1 << 13), cases((4 << 20) + 1, 1 << 13)] {
            let Some(mut bytes) = Block::zeroed(len) else { panic!("no {len} bytes") };
            assert!(bytes.len() == len && bytes.iter().all(|&byte| byte == 0));
            bytes.fill(7);
            assert!(bytes.as_ref().iter().all(|&byte| byte == 7));
        }
        assert!(Block::zeroed(usize::MAX).is_none());
        // Miri gives up where an allocator would return null.
        assert!(cfg!(miri) || Block::zeroed(isize::MAX as usize).is_none());
        assert!(cfg!(miri) || Block::zeroed(isize::MAX as usize - 1).is_none());
    }
}
