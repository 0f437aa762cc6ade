//! Formats in XML (feature `xml`).

#[cfg(feature = "xml")]
pub(crate) mod openioc;
#[cfg(feature = "xml")]
pub(crate) mod stix1;
