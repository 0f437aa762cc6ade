//! Reports on a sieve as a whole: the result of the build, surveys of its feeds, and comparisons.
//!
//! [`build_report`] holds the counts and examples of a build. [`survey`] finds overlaps between feeds, and expired and
//! popular entries. [`networks`] merges prefixes; [`compare`] finds the differences between two sieves.

pub(in crate::sieve) mod build_report;
pub(in crate::sieve) mod compare;
pub(in crate::sieve) mod counterparts;
pub(in crate::sieve) mod networks;
pub(in crate::sieve) mod survey;
