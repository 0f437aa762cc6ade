//! Domain names: one canonical form.
#![allow(missing_docs, unused_variables)]
use super::Reject;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(Box<str>);

impl DomainName {
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, Reject> {
        Err(Reject::BadNameByte)
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn label_count(&self) -> usize {
        0
    }
}
impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
pub fn canonicalise<'a>(text: &'a [u8], scratch: &'a mut String) -> Result<&'a str, Reject> {
    Err(Reject::BadNameByte)
}
