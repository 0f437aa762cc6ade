//! IPv4 addresses with wildcards or masks in place of their last octets.
//!
//! ```text
//! 192.0.2.*   192.0.*.*   192.0.*       prefixes
//! 192.0.2.9*  192.*.2.9   192.*         refused: no prefix, or one that is not certain
//! 192.0.2.x   192.0.2.xxx   192.0.x.x   masked addresses, which are not names: refused
//! ```

use ipnet::{IpNet, Ipv4Net};

use crate::indicator::Reject;

/// Reads an address with wildcards as a prefix; `None` if the value is not one, such as a glob over names.
pub(crate) fn wildcard(value: &str) -> Option<Result<IpNet, Reject>> {
    if is_six(value) {
        return Some(Err(Reject::AddressWildcard));
    }
    if !value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'*'))
        || !value.bytes().any(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let parts: Vec<&str> = value.split('.').take(5).collect();
    // A number that is not an octet can only be a label: `4399.*`.
    if parts.len() == 2 && parts[0].len() > 3 && !parts[0].contains('*') {
        return None;
    }
    let octets: Vec<&str> = parts.iter().copied().take_while(|part| !part.contains('*')).collect();
    let stars = &parts[octets.len()..];
    // Four parts, or `192.0.*`. The network that `192.*` means is too large to guess.
    let is_whole = parts.len() == 4 || octets.len() >= 2 && stars.len() == 1 && parts.len() < 4;
    if octets.is_empty() || !is_whole || stars.iter().any(|part| *part != "*") {
        return Some(Err(Reject::AddressWildcard));
    }
    Some(prefix(&octets))
}

/// The prefix of all addresses that begin with these octets.
fn prefix(octets: &[&str]) -> Result<IpNet, Reject> {
    let mut bytes = [0; 4];
    for (byte, octet) in bytes.iter_mut().zip(octets) {
        if octet.len() > 1 && octet.starts_with('0') {
            return Err(Reject::LeadingZero);
        }
        *byte = octet.parse().map_err(|_| Reject::BadAddress)?;
    }
    let net = Ipv4Net::new(bytes.into(), octets.len() as u8 * 8).map_err(|_| Reject::BadPrefixLength)?;
    Ok(net.into())
}

/// Returns true if the value is an IPv6 address with wildcards.
fn is_six(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'*'))
        && value.bytes().filter(|&byte| byte == b':').count() > 1
}

/// Returns true for an address whose last octets are masked by the letter x. As a name it would be valid.
pub(crate) fn is_masked(value: &str) -> bool {
    if !value.ends_with(['x', 'X']) || value.len() > 15 {
        return false;
    }
    let is_octet = |part: &str| !part.starts_with('+') && part.parse::<u8>().is_ok();
    let is_mask = |part: &str| {
        let digits = part.trim_end_matches(['x', 'X']);
        part.len() < 4 && digits.len() < part.len() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let masks = value.split('.').skip_while(|part| is_octet(part));
    value.split('.').count() == 4 && masks.clone().count() > 0 && masks.into_iter().all(is_mask)
}

/// Strips leading zeros from the octets of an address, for formats in which they are decimal anyway.
pub(crate) fn without_zeros(addr: &str) -> String {
    let octets: Vec<&str> = addr
        .split('.')
        .map(|octet| match octet.trim_start_matches('0') {
            "" if !octet.is_empty() => "0",
            rest => rest,
        })
        .collect();
    octets.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_over_octets() {
        for (value, expected) in [
            ("192.0.2.*", Some(Ok("192.0.2.0/24"))),
            ("192.0.*.*", Some(Ok("192.0.0.0/16"))),
            ("192.0.*", Some(Ok("192.0.0.0/16"))),
            ("192.*.*.*", Some(Ok("192.0.0.0/8"))),
            ("0.0.0.*", Some(Ok("0.0.0.0/24"))),
            ("192.0.02.*", Some(Err(Reject::LeadingZero))),
            ("192.0.256.*", Some(Err(Reject::BadAddress))),
            ("192..2.*", Some(Err(Reject::BadAddress))),
            ("192.0.2.9*", Some(Err(Reject::AddressWildcard))),
            ("192.0.2.*9", Some(Err(Reject::AddressWildcard))),
            ("192.0.*.9", Some(Err(Reject::AddressWildcard))),
            ("192.*.2.*", Some(Err(Reject::AddressWildcard))),
            ("*.0.2.1", Some(Err(Reject::AddressWildcard))),
            ("*.192.0.2.1", Some(Err(Reject::AddressWildcard))),
            ("192.0.2.1.*", Some(Err(Reject::AddressWildcard))),
            ("192.0.2.*.", Some(Err(Reject::AddressWildcard))),
            ("192.*", Some(Err(Reject::AddressWildcard))),
            ("192.*.*", Some(Err(Reject::AddressWildcard))),
            ("2001:db8::*", Some(Err(Reject::AddressWildcard))),
            ("2001:db8:*:*", Some(Err(Reject::AddressWildcard))),
            ("4399.*", None),
            ("*.*.*.*", None),
            ("192-0-2-9.*", None),
            ("1.evil.*", None),
            ("*.evil.test:80", None),
            ("*", None),
        ] {
            let read = wildcard(value).map(|read| read.map(|net| net.to_string()));
            assert_eq!(read, expected.map(|read| read.map(str::to_owned)), "{value}");
        }
    }

    #[test]
    fn masked_addresses() {
        for value in ["192.0.2.x", "192.0.2.X", "192.0.2.xxx", "192.0.x.x", "192.0.2.1xx", "x.x.x.x"] {
            assert!(is_masked(value), "{value}");
        }
        for value in [
            "0.2.x",
            "192.0.2.1",
            "192.0.2.example.x",
            "a.b.c.x",
            "192.0.256.x",
            "192.0.+2.x",
            "1.2.3.xbox",
            "192.0.2.9.x",
            "",
        ] {
            assert!(!is_masked(value), "{value}");
        }
    }
}
