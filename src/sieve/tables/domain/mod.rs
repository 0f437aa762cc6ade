//! Names: finds the stored names that a name equals or ends in, by whole labels.
//!
//! A lookup has three steps, each of which ends most of the lookups that reach it. First comes a bitmap of the last two
//! labels of stored names ([`tails`](crate::arch::tails)). For nearly every unlisted name, this is all, and the name is
//! neither checked nor copied before it. Then the name is hashed from the right, one label at a time
//! ([`hash`](crate::sieve::flat::hash)), and a filter is asked about each suffix. The filter knows the stored names and,
//! from three labels on, everything that they end in. Only then come the [buckets](crate::sieve::flat::buckets), and the
//! stored name decides. Names are stored once, as the strings that hits show, and a bucket holds the start of the text.
//! Beside the texts, a name takes 12.8 bytes in the buckets, 2 in the bitmap for each pair of last labels, and 1 in the
//! filter for itself and for each longer suffix. Small filters are twice as large.
//!
//! The names of domains and of the hosts of URLs share one table, so that one walk finds both.
//!
//! No choice of names can change these bounds: a lookup reads at most eight buckets of six names each. If names are
//! made to collide, the build takes another seed, the first that leaves hardly any name without room; the names that
//! are left are sorted and searched by bisection.
//!
//! # Comparison
//!
//! 1.5 million generated names of two to four labels; 16,384 lookups; nanoseconds of CPU time per lookup, the median in
//! one run on one core of a shared EPYC (2 cores, 32 MiB of cache); `cargo run --release --manifest-path
//! benches/peers/Cargo.toml -- names`:
//!
//! | | nothing listed | listed | under a listed name | bytes per name |
//! |---|---|---|---|---|
//! | this | 10 | 98–140 | 113–164 | 16 and the text |
//! | this, in batches | 6.5 | 94 | 100 | |
//! | `HashSet<String>`, asked for all parents | 72 | 77 | 172 | 50 |
//! | a trie of labels, with a map per node | 58 | 506 | 497 | 297 |
//! | `fst`, of reversed labels | 206 | 356 | 369 | 13, without values |
//! | a perfect hash (`boomphf`), asked for all parents | 178 | 84 | 221 | 8.4 and the text |
//!
//! With 200,000 names: 8, 60 and 71 here, 6, 70 and 75 in batches, and 60, 38 and 71 in the set. Repeated hits on a
//! thousand names take 33 with 20,000 names and 39 with 1.5 million (`cargo bench --bench domain`).
//!
//! All but a few of the names looked up are unlisted, which decided for this design. A listed name costs about as much
//! as in a set, although all its listings are found: a set reads one text, whereas this reads the filters, a bucket and
//! a text, one after the other. Misses are bound by instructions (138, one name at a time: `benches/floors.toml`), hits
//! by memory: with 1.5 million names, the loads of one lookup hardly overlap with those of the next unless lookups are
//! batched.
//!
//! Tried and lost: a hash of eight bytes per multiplication, because of its branch on the length of labels; buckets of
//! seven entries with string ids as keys, which saved 1.4 bytes but cost one more load that misses the cache; masked
//! AVX-512 loads in single lookups, which are slower for hits because 64 bytes span two cache lines (the bitmap uses
//! them in batches: 6.5 instead of 7.7); hashing the last two labels by the hash of labels, because of its two
//! multiplications and masks; large pages.

mod build;
mod filter;
mod table;

pub(in crate::sieve) use build::Builder;
pub(in crate::sieve) use table::{Plan, StoredName, Table};
