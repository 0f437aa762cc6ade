//! Memory between unreadable pages, to test that nothing outside a text is read.

/// Calls `run` with a piece of memory. The pages before and after it cannot be read.
pub(super) fn guarded(run: impl FnOnce(&mut [u8])) {
    const PAGE: usize = 1 << 16;
    // SAFETY: a new mapping that nothing else knows; its first and last part are made unreadable before it is used.
    let pages = unsafe {
        let (read_write, private) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        let pages = libc::mmap(std::ptr::null_mut(), 3 * PAGE, read_write, private, -1, 0);
        assert_ne!(pages, libc::MAP_FAILED);
        let pages = pages.cast::<u8>();
        assert_eq!(libc::mprotect(pages.cast(), PAGE, libc::PROT_NONE), 0);
        assert_eq!(libc::mprotect(pages.add(2 * PAGE).cast(), PAGE, libc::PROT_NONE), 0);
        pages
    };
    // SAFETY: the middle part can be read and written, and this is the only reference to it.
    run(unsafe { std::slice::from_raw_parts_mut(pages.add(PAGE), PAGE) });
    // SAFETY: the mapping of this function, to which no reference is left.
    assert_eq!(unsafe { libc::munmap(pages.cast(), 3 * PAGE) }, 0);
}
