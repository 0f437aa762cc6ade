//! Addresses: which prefixes cover one.
//!
//! The table holds each distinct prefix once, sorted by (address, length), with a link to the next wider prefix that
//! covers it. A lookup finds the last prefix that starts at or before the address, inside the bucket of the
//! address's upper 16 bits, and walks the links: all covering prefixes come out, most specific first.

mod build;
mod table;

pub(super) use build::Builder;
pub(super) use table::Table;

/// An address as a number: `u32` for IPv4, `u128` for IPv6.
pub(super) trait Addr: Copy + Ord + std::fmt::Debug {
    /// Width in bits.
    const BITS: u8;
    /// The upper 16 bits.
    fn bucket(self) -> usize;
    /// The address with all but the first `len` bits zero.
    fn masked(self, len: u8) -> Self;
}

impl Addr for u32 {
    const BITS: u8 = 32;

    #[inline]
    fn bucket(self) -> usize {
        (self >> 16) as usize
    }

    #[inline]
    fn masked(self, len: u8) -> Self {
        self & u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0)
    }
}

impl Addr for u128 {
    const BITS: u8 = 128;

    #[inline]
    fn bucket(self) -> usize {
        (self >> 112) as usize
    }

    #[inline]
    fn masked(self, len: u8) -> Self {
        self & u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0)
    }
}
