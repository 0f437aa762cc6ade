//! What the two families of addresses have in common.

use crate::arch::cpu::Kernel;
use crate::arch::nets;
use crate::error::Result;
use crate::wire::{Reader, Writer};

/// Most prefixes of a family that a sieve can hold.
pub(in crate::sieve) const MAX_PREFIXES: usize = 1 << 25;

/// No row.
pub(super) const NONE: u32 = nets::NONE;

/// The rows of a table as it is built.
#[derive(Debug)]
pub(in crate::sieve) struct Rows<A> {
    pub(super) addrs: Vec<A>,
    pub(super) lens: Vec<u8>,
    /// The next wider row that covers a row, or [`NONE`].
    pub(super) parents: Vec<u32>,
}

/// An address as a number: `u32` for IPv4, `u128` for IPv6.
pub(in crate::sieve) trait Addr:
    Copy + Ord + Default + std::fmt::Debug + Send + Sync + 'static
{
    /// Width in bits.
    const BITS: u8;
    /// What finds the most specific row.
    type Index: Index<Self>;
    /// The address with all but the first `len` bits zero.
    fn masked(self, len: u8) -> Self;
}

/// Finds the most specific row that covers an address.
pub(in crate::sieve) trait Index<A>: Clone + Default + std::fmt::Debug + Send + Sync {
    /// The index over rows that are sorted and distinct.
    fn build(rows: &Rows<A>) -> Self;
    /// The row, or [`NONE`].
    fn find(&self, kernel: Kernel, addr: A) -> u32;
    /// The row of each address.
    fn find_all(&self, kernel: Kernel, addrs: &[A], rows: &mut [u32]);
    /// The length of a row, and the next wider one.
    fn link(&self, row: u32) -> (u8, u32);
    /// How many rows there are.
    fn len(&self) -> usize;
    fn save(&self, out: &mut Writer);
    /// Reads and checks the sections. Lookups in what passes neither panic nor loop.
    fn open(from: &mut Reader) -> Result<Self>;
    fn memory(&self) -> usize;
}
