//! From records to tables: the builder, its guards, and the report.
//!
//! [`builder::SieveBuilder`] takes records. `guard` and [`suffixes`] refuse or narrow indicators that would match
//! everything; `index` finds indicators that are already known. At the end, `beneath` and `shadows` work out for the
//! report which indicators lie under which.

pub(in crate::sieve) mod adding;
mod beneath;
mod broad;
pub(in crate::sieve) mod builder;
pub(in crate::sieve) mod delta;
mod free_mail;
mod globs;
mod guard;
mod index;
mod pending;
mod searched;
mod shadows;
pub(in crate::sieve) mod suffixes;
mod well_known;
mod whole;
