//! Names: which stored names a name ends in, by whole labels.
//!
//! A lookup extends a hash from the right, one label at a time ([`hash`](super::hash)), asks a filter that stays in the cache,
//! and only then the [buckets](super::buckets); the stored name decides. The filter knows the names and all that they end
//! in, from two labels on, so that a lookup ends at the first suffix that nothing stored ends in: for nearly every name
//! that is not listed this is the second label. Names are stored once, as the strings that hits show: a bucket holds where
//! the text starts. Beside those texts a name takes 12.8 bytes, and 1.5 bytes of filter for itself and for each suffix.
//!
//! What no choice of names changes: eight buckets are looked at, of six names each; where names are made to collide, the
//! build takes another seed, the first that leaves hardly any name without room; a name that is left has its place in an
//! order that is searched by halving.
//!
//! # Compared
//!
//! 200,000 generated names of two to four labels; 16,384 lookups, nanoseconds of CPU time each, the median of one run on one
//! core of a shared EPYC (2 cores, 32 MiB of cache):
//!
//! | | nothing listed | listed | beneath a listed name | bytes a name |
//! |---|---|---|---|---|
//! | this | 19 | 127 | 142 | 15 and the text |
//! | this, in batches | 19 | 131 | 146 | |
//! | `HashSet<String>`, asked for all parents | 62 | 33 | 84 | 50 |
//! | a trie of labels, with a map a node | 49 | 204 | 213 | 297 |
//! | `fst`, of reversed labels | 157 | 261 | 265 | 13, without values |
//! | a perfect hash (`boomphf`), asked for all parents | 158 | 53 | 183 | 8.4 and the text |
//!
//! Of 1.5 million names: 23, 173 and 187 here, 19, 172 and 189 in batches, 68, 66 and 151 in the set. With the caches thrashed by
//! other work: 26, 785 and 778 here, 20, 539 and 612 in batches, 203, 306 and 767 in the set.
//!
//! Names that are not listed are all but a few of those that are looked up, so this was kept. A listed name costs more than in
//! a set: the filter is asked in vain, the name is checked as a whole, and a match is made of it, which takes 1,100 of its
//! 1,450 instructions. What is not listed is bound by instructions too, not by memory, so that batches gain little in
//! quiet caches.
//!
//! Tried and lost: a hash that takes eight bytes a multiplication, for its branch on the length of labels; buckets of seven
//! entries with string numbers as keys, which cost one more load that misses the cache for 1.4 bytes less.

mod build;
mod filter;
mod table;

pub(super) use build::Builder;
pub(super) use table::{Begun, Table};
