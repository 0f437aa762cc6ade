//! Binary databases.

#[cfg(feature = "mmdb")]
pub(crate) mod mmdb;
