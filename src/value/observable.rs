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
            return match broken_prefix(value, slash) {
                Some(reason) => Err(reason),
                None => Ok(Self::Url(value)),
            };
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

/// Returns the reason to refuse a text that was meant as a prefix but is not one, such as `192.0.2.0/33`. Browsers would open it as a
/// URL, but nobody writes an address and a number for that. `slash` is the place of its first separator.
///
/// Feed readers draw the same line: only digits, or a netmask, are a length. `192.0.2.1/24/` and `192.0.2.1/0x18` are URLs.
fn broken_prefix(value: &[u8], slash: usize) -> Option<Reject> {
    let (addr, rest) = value.split_at(slash);
    let rest = rest.strip_prefix(b"/")?;
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let is_quad = |text: &[u8]| text.iter().all(|&b| b.is_ascii_digit() || b == b'.');
    if !addr.is_empty() && is_quad(addr) {
        // `192.0.2.0/24:80`
        let end = memchr::memchr(b':', rest).filter(|&colon| is_number(&rest[colon + 1..])).unwrap_or(rest.len());
        let length = &rest[..end];
        let is_mask = is_quad(length) && memchr::memchr_iter(b'.', length).count() == 3;
        return (is_number(length) || is_mask).then(|| ip::parse_net(&value[..slash + 1 + end]).err()).flatten();
    }
    // No URL has these in its host without brackets.
    let is_v6 = memchr::memchr_iter(b':', addr).count() > 1
        && addr.iter().all(|&b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'));
    is_v6.then(|| ip::parse_net(value).err()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_prefixes_are_not_urls() {
        for (value, want) in [
            ("203.0.113.0/33", Some(Reject::BadPrefixLength)),
            ("203.0.113.0/024", Some(Reject::BadPrefixLength)),
            ("203.0.113.0/443", Some(Reject::BadPrefixLength)),
            ("203.0.113.0/99999", Some(Reject::BadPrefixLength)),
            ("203.0.113.0/255.255.255.0", Some(Reject::BadPrefixLength)),
            ("203.0.113.0/33:80", Some(Reject::BadPrefixLength)),
            (" 203.0.113.0/33\n", Some(Reject::BadPrefixLength)),
            ("203.0.113.256/24", Some(Reject::BadAddress)),
            ("203.0.113/24", Some(Reject::BadAddress)),
            ("10/8", Some(Reject::BadAddress)),
            ("203.0.013.0/24", Some(Reject::LeadingZero)),
            ("2001:db8::/129", Some(Reject::BadPrefixLength)),
            ("2001:db8::/x", Some(Reject::BadPrefixLength)),
            ("2001:db8::1::/32", Some(Reject::BadAddress)),
            ("::ffff:192.0.2.0/129", Some(Reject::BadPrefixLength)),
            // A lookup takes a prefix for what a browser would open, so that the address in it is still found.
            ("203.0.113.0/24", None),
            ("203.0.113.0/24:80", None),
            ("203.0.113.0/24/", None),
            ("203.0.113.0/33/", None),
            ("203.0.113.0/0x18", None),
            ("203.0.113.0/1.2", None),
            ("203.0.113.0/33?a", None),
            ("203.0.113.0?33", None),
            ("203.0.113.0:80/33", None),
            ("http://203.0.113.0/33", None),
            ("[2001:db8::]/129", None),
            ("a203.0.113.0.test/33", None),
        ] {
            match (Observable::read(value.as_bytes()), want) {
                (Err(reason), Some(want)) => assert_eq!(reason, want, "{value}"),
                (Ok(Observable::Url(_)), None) => {}
                (Err(reason), None) => panic!("{value}: {reason}"),
                (Ok(_), _) => panic!("{value}"),
            }
        }
    }
}
