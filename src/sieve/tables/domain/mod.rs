//! Names: which stored names a name ends in, by whole labels.
//!
//! A lookup goes through three steps, each of which ends most lookups that get there. First a bitmap of the last two labels of
//! what is stored ([`tails`](crate::arch::tails)): for nearly every name that is not listed this is all, and the name is neither
//! checked nor copied before. Then a hash is extended from the right, one label at a time ([`hash`](crate::sieve::flat::hash)), and a filter
//! asked that knows the stored names and, from three labels on, all that they end in. Only then the
//! [buckets](crate::sieve::flat::buckets), and the stored name decides. Names are stored once, as the strings that hits show: a bucket
//! holds where the text starts. Beside those texts a name takes 12.8 bytes, 2 of the bitmap for each pair of last labels, and 1 of
//! the filter for itself and for each longer suffix; each filter is twice as large where it is small all the same.
//!
//! The names of domains and the hosts of URLs are one table, so that both are found in one walk.
//!
//! What no choice of names changes: eight buckets are looked at, of six names each; where names are made to collide, the
//! build takes another seed, the first that leaves hardly any name without room; a name that is left has its place in an
//! order that is searched by halving.
//!
//! # Compared
//!
//! 1.5 million generated names of two to four labels; 16,384 lookups, nanoseconds of CPU time each, the median of one run on one
//! core of a shared EPYC (2 cores, 32 MiB of cache); `cargo run --release --manifest-path benches/peers/Cargo.toml -- names`:
//!
//! | | nothing listed | listed | beneath a listed name | bytes a name |
//! |---|---|---|---|---|
//! | this | 10 | 98–140 | 113–164 | 16 and the text |
//! | this, in batches | 6.5 | 94 | 100 | |
//! | `HashSet<String>`, asked for all parents | 72 | 77 | 172 | 50 |
//! | a trie of labels, with a map a node | 58 | 506 | 497 | 297 |
//! | `fst`, of reversed labels | 206 | 356 | 369 | 13, without values |
//! | a perfect hash (`boomphf`), asked for all parents | 178 | 84 | 221 | 8.4 and the text |
//!
//! Of 200,000 names: 8, 60 and 71 here, 6, 70 and 75 in batches, 60, 38 and 71 in the set. Hits that come again, of a thousand
//! names, take 33 of 20,000 names and 39 of 1.5 million (`cargo bench --bench domain`).
//!
//! Names that are not listed are all but a few of those that are looked up, so this was kept. A listed name costs about what it
//! does in a set, though all that lists it is found: there it is one text that is read, here the filters, a bucket and a
//! text, one after the other. What is not listed is bound by instructions (138, one name at a time: `benches/floors.toml`), what is listed by memory: with
//! 1.5 million names the loads of one lookup hardly run beside those of the next unless they are batched.
//!
//! Tried and lost: a hash that takes eight bytes a multiplication, for its branch on the length of labels; buckets of seven
//! entries with string numbers as keys, which cost one more load that misses the cache for 1.4 bytes less; loads of AVX-512 with
//! masks for lookups one by one, which are slower for hits because 64 bytes are two cache lines (for the bitmap in batches they are kept:
//! 6.5 for 7.7); hashing the last two labels by the hash of labels, for the two multiplications and the masks of labels; large pages.

mod build;
mod filter;
mod table;

pub(in crate::sieve) use build::Builder;
pub(in crate::sieve) use table::{Plan, StoredName, Table};
