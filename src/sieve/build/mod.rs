//! From records to tables: the builder, its guards, and what is told of the whole.
//!
//! [`builder::SieveBuilder`] takes records; `guard` and [`suffixes`] refuse or narrow what would match everything; `index` knows
//! which indicator is there already. At the end `beneath` and `shadows` tell what lies beneath what, for the report.

mod beneath;
mod broad;
pub(in crate::sieve) mod builder;
mod free_mail;
mod guard;
mod index;
mod pending;
mod searched;
mod shadows;
pub(in crate::sieve) mod suffixes;
mod well_known;
mod whole;
