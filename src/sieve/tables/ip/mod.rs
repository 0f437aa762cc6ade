//! Addresses: which prefixes cover one.
//!
//! A table holds each distinct prefix once, as a row; rows are sorted by (address, length). An index, of which there is
//! one for each family, finds the most specific row that covers an address; links lead from each row to the next wider one
//! that covers it. So all covering prefixes come out, most specific first, and nothing is allocated. Entries with a port, and
//! those of other feeds, share the row: a list tells them apart.
//!
//! The indexes are in `arch`: [`ip4`](crate::arch::ip4) answers a miss by one bit of a bitmap, and a hit by a root, a ranked node and sixteen
//! tails compared at once; [`ip6`](crate::arch::ip6) is a trie of bytes that skips what all rows agree on and ends in eight keys side by side.
//! Both look many addresses up in steps: all loads of one step are under way before the next step begins.
//!
//! # What it costs
//!
//! Times that of many at once, medians of seven interleaved rounds of 128 Ki lookups through the public methods
//! (`benches/peers`, group `lookups`), on one AMD EPYC core (family 26) that was shared with other work: so the ratios hold,
//! and absolute times do not. `none` and `half`: random addresses of which so many are listed; `log`: half of the addresses in
//! one network, the rest 2,000 popular ones, one in 200 listed.
//!
//! | | 600 k hosts: half | none | log | 956 k /16–/32: half | none | 200 k IPv6: half | none |
//! |---|---|---|---|---|---|---|---|
//! | one by one | 4.3 | 2.1 | 2.0 | 3.3 | 2.6 | 1.7 | 2.8 |
//! | `prefix-trie` 0.10 | 21 | 12 | 4.8 | 8.7 | 19 | 19 | 4.9 |
//! | the same, all that covers | 25 | 29 | 26 | 16 | 37 | | |
//! | `ip_network_table` 0.2 | 22 | 19 | 10 | 15 | 24 | 18 | 5.0 |
//! | `poptrie` 0.2 | 15 | 10 | 11 | 9.6 | 13 | 30 | 3.7 |
//! | `maxminddb` 0.32 | 37 | 62 | 26 | 22 | 77 | 35 | 29 |
//! | sorted intervals, `partition_point` | 17 | 21 | 18 | 6.8 | 30 | 8.1 | 9.1 |
//!
//! The kernel alone, in CPU time of the same busy core: 600 k hosts 12 ns (half), 2.0 (none), 1.3 (log); 956 k prefixes 16 ns
//! (half); IPv6 15 ns. All covering rows cost 1.2 to 1.7 times the most specific one. Bytes a prefix, with ids and links: 15.6
//! for hosts as real feeds have them, 23.5 for 600 k hosts spread evenly, 22.8 for the 956 k prefixes, 23.1 for IPv6. 600 k
//! hosts are built in 30 (sorted) to 61 ms (random order) of CPU time, with 2.2 times the result as the peak of memory.
//!
//! Tried and lost: a link for each row, which cost four bytes more and another cache line for each hit; walking from row to row
//! by links within a /24, 1.4 times as slow for 956 k prefixes; IPv6 buckets of four, 33 bytes a prefix and one level more;
//! lists of a batch that are cleared first, which cost more than a batch of misses.

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
