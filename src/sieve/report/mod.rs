//! What is told of a sieve as a whole: what building did, and what can be asked later of its feeds and of two sieves.

pub(in crate::sieve) mod build_report;
pub(in crate::sieve) mod compare;
pub(in crate::sieve) mod networks;
pub(in crate::sieve) mod survey;
