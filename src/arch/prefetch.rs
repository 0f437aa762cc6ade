//! Asking for a cache line before it is needed.

/// Asks for the line that holds `bytes[at]`; beyond the end it does nothing. Never changes what a program computes.
#[inline(always)]
pub(crate) fn prefetch(bytes: &[u8], at: usize) {
    let Some(byte) = bytes.get(at) else { return };
    let place: *const u8 = byte;
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: `place` comes from a reference that `get` has checked, and a prefetch reads nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(place.cast());
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: as above; the instruction touches neither registers, flags nor memory that is visible here.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{place}]", place = in(reg) place, options(nostack, readonly, preserves_flags));
    }
    #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
    let _ = place;
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_place_may_be_asked_for() {
        let bytes = [0; 100];
        for at in [0, 1, 99, 100, usize::MAX] {
            super::prefetch(&bytes, at);
        }
        super::prefetch(&[], 0);
    }
}
