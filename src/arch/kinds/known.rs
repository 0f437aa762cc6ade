//! What is known of the values of a batch.

use crate::arch::tails::BATCH;

/// The values of a batch whose kind is known. Bits, addresses and hosts are at the places of the values; only those with a bit mean anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Values of `[A-Za-z0-9._-]` alone that end in a letter.
    pub(crate) names: u32,
    /// Values that are four decimal octets without leading zeros.
    pub(crate) quads: u32,
    /// The addresses of the quads.
    pub(crate) addrs: [u32; BATCH],
    /// Values that are IPv6 addresses of hexadecimal groups alone.
    pub(crate) six: u32,
    /// The addresses of these.
    pub(crate) sixes: [u128; BATCH],
    /// Values that start with `http://` or `https://` and a name, after which they end, or go on with `/` or `?`.
    pub(crate) urls: u32,
    /// Where these names start and end, without the root dot. Their last labels start with a letter, and no label is empty.
    pub(crate) hosts: [(u8, u8); BATCH],
}

impl Known {
    pub(crate) fn new() -> Self {
        let (addrs, sixes, hosts) = ([0; BATCH], [0; BATCH], [(0, 0); BATCH]);
        Self { names: 0, quads: 0, addrs, six: 0, sixes, urls: 0, hosts }
    }
}

/// The length of the shortest name that is recognised.
#[cfg(target_arch = "x86_64")]
pub(super) const LEAST: usize = 8;
