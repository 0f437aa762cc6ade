//! URLs: one canonical form, after Safe Browsing.
#![allow(missing_docs, unused_variables)]
use super::Reject;
use std::fmt;
use std::net::IpAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HostRef<'a> {
    Ip(IpAddr),
    Domain(&'a str),
}

#[derive(Debug, Default)]
pub struct UrlScratch {
    _buffer: Vec<u8>,
}

/// Borrowed parts of a canonical URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlView<'a> {
    text: &'a str,
    host: HostRef<'a>,
    port: Option<u16>,
}
impl<'a> UrlView<'a> {
    pub fn as_str(&self) -> &'a str {
        self.text
    }
    pub fn scheme(&self) -> &'a str {
        ""
    }
    pub fn host(&self) -> HostRef<'a> {
        self.host
    }
    pub fn port(&self) -> Option<u16> {
        self.port
    }
    pub fn effective_port(&self) -> Option<u16> {
        self.port
    }
    pub fn path(&self) -> &'a str {
        ""
    }
    pub fn query(&self) -> Option<&'a str> {
        None
    }
    pub fn is_host_only(&self) -> bool {
        false
    }
    pub fn to_url(&self) -> Url {
        todo!()
    }
}
pub fn canonicalise<'a>(text: &[u8], scratch: &'a mut UrlScratch) -> Result<UrlView<'a>, Reject> {
    Err(Reject::NoHost)
}
pub fn scheme_group(scheme: &str) -> &str {
    scheme
}

/// An owned canonical URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Url {
    text: Box<str>,
}
impl Url {
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, Reject> {
        Err(Reject::NoHost)
    }
    pub fn as_str(&self) -> &str {
        &self.text
    }
    pub fn view(&self) -> UrlView<'_> {
        todo!()
    }
    pub fn port(&self) -> Option<u16> {
        None
    }
}
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a URL is written with a scheme.
pub fn has_scheme(text: &[u8]) -> bool {
    false
}
