//! Addresses: finds the prefixes that cover an address.
//!
//! A table holds each distinct prefix once, as a row; rows are sorted by (address, length). Each family has an index
//! that finds the most specific row covering an address. From there, links lead from each row to the next wider one
//! that covers it, so that all covering prefixes come out, most specific first, without allocating. Entries with a
//! port, and those of other feeds, share the row; a list tells them apart.
//!
//! The indexes are in `arch`. [`ip4`](crate::arch::ip4) answers a miss with one bit of a bitmap, and a hit with a root,
//! a ranked node and sixteen tails compared at once. [`ip6`](crate::arch::ip6) is a byte trie that skips the bits which
//! all rows share, and ends in eight keys side by side. Both look up many addresses in steps, and start all loads of
//! one step before the next one.
//!
//! # Cost
//!
//! Times in nanoseconds for batches, medians of seven interleaved rounds of 128 Ki lookups through the public methods
//! (`benches/peers`, group `lookups`), on one core of an AMD EPYC (family 26) that was shared with other work: rely on
//! the ratios, not on the absolute times. For `half` and `none`, addresses are random, and half or none of them are
//! listed. For `log`, half of the addresses are in one network and the rest are 2,000 popular ones; one in 200 is
//! listed.
//!
//! | | 600 k hosts: half | none | log | 956 k /16–/32: half | none | 200 k IPv6: half | none |
//! |---|---|---|---|---|---|---|---|
//! | one by one | 4.3 | 2.1 | 2.0 | 3.3 | 2.6 | 1.7 | 2.8 |
//! | `prefix-trie` 0.10 | 21 | 12 | 4.8 | 8.7 | 19 | 19 | 4.9 |
//! | the same, all covering prefixes | 25 | 29 | 26 | 16 | 37 | | |
//! | `ip_network_table` 0.2 | 22 | 19 | 10 | 15 | 24 | 18 | 5.0 |
//! | `poptrie` 0.2 | 15 | 10 | 11 | 9.6 | 13 | 30 | 3.7 |
//! | `maxminddb` 0.32 | 37 | 62 | 26 | 22 | 77 | 35 | 29 |
//! | sorted intervals, `partition_point` | 17 | 21 | 18 | 6.8 | 30 | 8.1 | 9.1 |
//!
//! The kernel alone takes, in CPU time on the same busy core: 12 ns (half), 2.0 (none), 1.3 (log) for 600 k hosts; 16
//! ns (half) for 956 k prefixes; 15 ns for IPv6. All covering rows cost 1.2 to 1.7 times as much as the most specific
//! one. Bytes per prefix, with ids and links: 15.6 for hosts as real feeds have them, 23.5 for 600 k hosts spread
//! evenly, 22.8 for the 956 k prefixes, 23.1 for IPv6. Building 600 k hosts takes 30 ms (sorted) to 61 ms (random
//! order) of CPU time, and at its peak 2.2 times the memory of the result.
//!
//! Tried and lost: a link per row, which cost four more bytes, and another cache line per hit; walking by links from
//! row to row within a /24, which was 1.4 times as slow for 956 k prefixes; IPv6 buckets of four, which took 33 bytes
//! per prefix and one more level; clearing the lists of a batch first, which cost more than a batch of misses.

mod build;
mod build4;
mod build6;
mod family;
mod index;
mod table;
#[cfg(test)]
mod tests;

pub(in crate::sieve) use build::Builder;
pub(in crate::sieve) use family::{Addr, MAX_PREFIXES};
pub(in crate::sieve) use table::{MAX_IDS, Table};
