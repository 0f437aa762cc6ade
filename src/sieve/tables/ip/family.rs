//! Traits and types that both address families share.

use crate::arch::cpu::Kernel;
use crate::arch::nets;
use crate::error::Result;
use crate::wire::{Reader, Writer};

/// The maximum number of prefixes per family in a sieve.
pub(in crate::sieve) const MAX_PREFIXES: usize = 1 << 25;

/// No row.
pub(super) const NONE: u32 = nets::NONE;

/// The rows of a table during the build.
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
    /// The width of an address in bits.
    const BITS: u8;
    /// The index that finds the most specific row.
    type Index: Index<Self>;
    /// The address with all bits after the first `len` cleared.
    fn masked(self, len: u8) -> Self;
}

/// Finds the most specific row that covers an address.
pub(in crate::sieve) trait Index<A>: Clone + Default + std::fmt::Debug + Send + Sync {
    /// Builds the index over rows, which must be sorted and distinct.
    fn build(rows: &Rows<A>) -> Self;
    /// The most specific row that covers an address, or [`NONE`].
    fn find(&self, kernel: Kernel, addr: A) -> u32;
    /// The same for each of many addresses.
    fn find_all(&self, kernel: Kernel, addrs: &[A], rows: &mut [u32]);
    /// The length of a row, and the next wider row that covers it.
    fn link(&self, row: u32) -> (u8, u32);
    /// The number of rows.
    fn len(&self) -> usize;
    fn save(&self, out: &mut Writer);
    /// Reads and checks the sections. Lookups in an accepted index neither panic nor loop.
    fn open(from: &mut Reader) -> Result<Self>;
    fn memory(&self) -> usize;
}
