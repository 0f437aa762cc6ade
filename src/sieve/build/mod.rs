//! From records to tables: the builder, its guards, and the lists it goes by.

pub(in crate::sieve) mod builder;
pub(in crate::sieve) mod guard;
pub(in crate::sieve) mod index;
pub(in crate::sieve) mod pending;
pub(in crate::sieve) mod suffixes;
