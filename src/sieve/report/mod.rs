//! What is told of a sieve as a whole: what building did, and what can be asked later of its feeds and of two sieves.
//!
//! [`build_report`] has the counts and examples of a build. [`survey`] tells of feeds: overlaps, expired and popular entries.
//! [`networks`] sums prefixes up, [`compare`] finds what two sieves do not have in common.

pub(in crate::sieve) mod build_report;
pub(in crate::sieve) mod compare;
pub(in crate::sieve) mod networks;
pub(in crate::sieve) mod survey;
