//! Databases.

#[cfg(feature = "mmdb")]
pub(crate) mod mmdb;
