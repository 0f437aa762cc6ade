//! From records to tables: the builder, its guards, and what is told of the whole.

mod beneath;
mod broad;
pub(in crate::sieve) mod builder;
mod guard;
mod index;
mod pending;
mod searched;
mod shadows;
pub(in crate::sieve) mod suffixes;
mod whole;
