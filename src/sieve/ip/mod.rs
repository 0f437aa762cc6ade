//! Addresses: which prefixes cover one.
//!
//! A table holds each distinct prefix once, as a row; rows are sorted by (address, length). An index, of which there is
//! one for each family, finds the most specific row that covers an address; links lead from each row to the next wider one
//! that covers it. So all covering prefixes come out, most specific first, and nothing is allocated.

mod build;
mod build4;
mod build6;
mod table;
#[cfg(test)]
mod tests;

use crate::arch::{ip4, ip6, nets};
use crate::error::Result;
use crate::wire::{Reader, Writer};

pub(super) use build::Builder;
pub(super) use table::Table;

/// Most prefixes of a family that a sieve can hold.
pub(super) const MAX_PREFIXES: usize = 1 << 25;

/// Most indicators whose ids a table can hold.
pub(super) const MAX_IDS: usize = table::LIST as usize;

/// No row.
const NONE: u32 = nets::NONE;

/// The rows of a table as it is built.
#[derive(Debug)]
pub(super) struct Rows<A> {
    addrs: Vec<A>,
    lens: Vec<u8>,
    /// The next wider row that covers a row, or [`NONE`].
    parents: Vec<u32>,
}

/// An address as a number: `u32` for IPv4, `u128` for IPv6.
pub(super) trait Addr: Copy + Ord + Default + std::fmt::Debug + Send + Sync + 'static {
    /// Width in bits.
    const BITS: u8;
    /// What finds the most specific row.
    type Index: Index<Self>;
    /// The address with all but the first `len` bits zero.
    fn masked(self, len: u8) -> Self;
}

/// Finds the most specific row that covers an address.
#[allow(dead_code, reason = "`save` and `open` are for the compiled file")]
pub(super) trait Index<A>: Clone + Default + std::fmt::Debug + Send + Sync {
    /// The index over rows that are sorted and distinct.
    fn build(rows: &Rows<A>) -> Self;
    /// The row, or [`NONE`].
    fn find(&self, addr: A) -> u32;
    /// The row of each address.
    fn find_all(&self, addrs: &[A], rows: &mut [u32]);
    /// The length of a row, and the next wider one.
    fn link(&self, row: u32) -> (u8, u32);
    /// How many rows there are.
    fn len(&self) -> usize;
    fn save(&self, out: &mut Writer);
    /// Reads and checks the sections. Lookups in what passes neither panic nor loop.
    fn open(from: &mut Reader) -> Result<Self>;
    fn memory(&self) -> usize;
}

impl Addr for u32 {
    const BITS: u8 = 32;
    type Index = ip4::Index;

    #[inline]
    fn masked(self, len: u8) -> Self {
        self & u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0)
    }
}

impl Addr for u128 {
    const BITS: u8 = 128;
    type Index = ip6::Index;

    #[inline]
    fn masked(self, len: u8) -> Self {
        self & u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0)
    }
}

/// What both families' indexes have in common: names of sections, and forwarding.
macro_rules! index {
    ($addr:ty, $arch:ident, $build:ident, $($section:ident)*) => {
        impl Index<$addr> for $arch::Index {
            fn build(rows: &Rows<$addr>) -> Self {
                let index = Self::new($build::sections(rows));
                // The check is one of what was just made: if it fails, the build is wrong.
                index.unwrap_or_else(|(section, what)| unreachable!("{section} {what}"))
            }

            #[inline(always)]
            fn find(&self, addr: $addr) -> u32 {
                self.find(addr)
            }

            fn find_all(&self, addrs: &[$addr], rows: &mut [u32]) {
                self.find_all(addrs, rows);
            }

            #[inline(always)]
            fn link(&self, row: u32) -> (u8, u32) {
                self.link(row)
            }

            #[inline(always)]
            fn len(&self) -> usize {
                self.len()
            }

            fn save(&self, out: &mut Writer) {
                let sections = self.sections();
                $(out.bytes(stringify!($section), &sections.$section);)*
            }

            fn open(from: &mut Reader) -> Result<Self> {
                let sections = $arch::Sections { $($section: from.bytes(stringify!($section))?),* };
                Self::new(sections).map_err(|(section, what)| from.damage(section, what))
            }

            fn memory(&self) -> usize {
                let sections = self.sections();
                0 $(+ sections.$section.len())*
            }
        }
    };
}
index!(u32, ip4, build4, bits root blocks slots tails marks links dense);
index!(u128, ip6, build6, root blocks slots skips keys marks links);
