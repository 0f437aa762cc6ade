//! From values to matches: the matcher, its options and filter, batches, and what a match shows.

mod addrs;
mod batch;
mod covering;
pub(in crate::sieve) mod derived;
mod ends;
pub(in crate::sieve) mod filter;
mod many;
pub(in crate::sieve) mod matcher;
pub(in crate::sieve) mod options;
pub(in crate::sieve) mod probe;
pub(in crate::sieve) mod raw;
mod search;
mod shape;
pub(in crate::sieve) mod view;
