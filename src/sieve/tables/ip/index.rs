//! Gives the indexes of the two families one interface.

use super::family::{Addr, Index, Rows};
use super::{build4, build6};
use crate::arch::cpu::Kernel;
use crate::arch::{ip4, ip6};
use crate::error::Result;
use crate::wire::{Reader, Writer};

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

/// The parts that both indexes share: section names and forwarding.
macro_rules! index {
    ($addr:ty, $arch:ident, $build:ident, $($section:ident)*) => {
        impl Index<$addr> for $arch::Index {
            fn build(rows: &Rows<$addr>) -> Self {
                let index = Self::new($build::sections(rows));
                // The check runs on data just built, so a failure is a bug in the build.
                index.unwrap_or_else(|(section, what)| unreachable!("{section} {what}"))
            }

            #[inline(always)]
            fn find(&self, kernel: Kernel, addr: $addr) -> u32 {
                self.find(kernel, addr)
            }

            fn find_all(&self, kernel: Kernel, addrs: &[$addr], rows: &mut [u32]) {
                self.find_all(kernel, addrs, rows);
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
