//! A value of any kind, recognised by its shape: for lookups, and for indicators that a program adds itself.

use std::net::IpAddr;

use super::email::EmailAddress;
use super::hash::FileHash;
use super::reject::Reject;
use super::{ip, url};

/// A value by its kind. Names and URLs are not canonical yet, and may turn out to be invalid.
pub(crate) enum Observable<'v> {
    /// An address, with its port if one is shown.
    Ip(IpAddr, Option<u16>),
    /// A name, with its port if one is shown.
    Name(&'v [u8], Option<u16>),
    /// A URL, with or without a scheme.
    Url(&'v [u8]),
    /// The hash of a file.
    Hash(FileHash),
    /// A mail address.
    Email(EmailAddress),
}

impl<'v> Observable<'v> {
    /// Recognises the kind of a value by its shape. White space around it is ignored.
    pub(crate) fn read(value: &'v [u8]) -> Result<Self, Reject> {
        let value = value.trim_ascii();
        if value.is_empty() {
            return Err(Reject::Empty);
        }
        if url::has_scheme(value) {
            return Ok(Self::Url(value));
        }
        if let Ok((addr, port)) = ip::parse_addr_port(value) {
            return Ok(Self::Ip(addr, port));
        }
        if let Ok(hash) = FileHash::parse(value) {
            return Ok(Self::Hash(hash));
        }
        // A URL without a scheme can have an `@` too, but only after its first slash.
        let slash = value.iter().position(|b| matches!(b, b'/' | b'\\' | b'?')).unwrap_or(value.len());
        let is_address = value.starts_with(b"\"") || value[..slash].contains(&b'@');
        if is_address && let Ok(address) = EmailAddress::parse(value) {
            return Ok(Self::Email(address));
        }
        if slash < value.len() {
            return Ok(Self::Url(value));
        }
        match value.iter().rposition(|&b| b == b':') {
            None => Ok(Self::Name(value, None)),
            Some(colon) => {
                let port = ip::parse_port(&value[colon + 1..])?;
                Ok(Self::Name(&value[..colon], Some(port)))
            }
        }
    }
}
