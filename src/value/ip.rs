//! Addresses, prefixes and ranges: one canonical form.
//!
//! All addresses, from feeds and logs alike, are parsed here. Addresses compare as numbers, so two questions remain:
//! which texts are addresses, and which numbers are the same host?
//!
//! * IPv4 is four decimal octets. A leading zero is refused ([`Reject::LeadingZero`]), because half of the world reads
//!   `010` as 8 and the other half as 10. The short, octal and hexadecimal forms are read only where they mean
//!   something, as the host of a URL: [`parse_url_v4`].
//! * IPv6 is every text form of [RFC 4291 section 2.2], in brackets or not. A zone (`%eth0`, [RFC 4007]) is dropped: it
//!   names a link of the machine that wrote the log.
//! * IPv4-mapped addresses (`::ffff:0:0/96`, RFC 4291) and those of the NAT64 prefix (`64:ff9b::/96`, [RFC 6052]) are
//!   the IPv4 address within them ([`canonical`]).
//!
//! Nothing here allocates, except [`range_prefixes`]; nothing panics, for any input; nothing trims white space, except
//! around the `-` of a range.
//!
//! # Example
//!
//! ```
//! use netsieve::value::ip;
//!
//! // One host, four spellings.
//! let host = ip::parse_addr(b"192.0.2.1")?;
//! assert_eq!(ip::parse_addr(b"::ffff:192.0.2.1")?, host);
//! assert_eq!(ip::parse_addr(b"[::FFFF:C000:201]")?, host);
//! assert_eq!(ip::parse_addr(b"64:ff9b::c000:201")?, host);
//!
//! let net = ip::parse_net(b"192.0.2.77/24")?;
//! assert_eq!(net.net.to_string(), "192.0.2.0/24");
//! assert!(net.host_bits);
//!
//! let (first, last) = ip::parse_range(b"192.0.2.4 - 192.0.2.11")?;
//! let prefixes: Vec<_> = ip::range_prefixes(first, last).iter().map(ToString::to_string).collect();
//! assert_eq!(prefixes, ["192.0.2.4/30", "192.0.2.8/30"]);
//! # Ok::<(), netsieve::Reject>(())
//! ```
//!
//! [RFC 4291 section 2.2]: https://www.rfc-editor.org/rfc/rfc4291#section-2.2
//! [RFC 4007]: https://www.rfc-editor.org/rfc/rfc4007#section-11
//! [RFC 6052]: https://www.rfc-editor.org/rfc/rfc6052#section-2.1

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Subnets};

use crate::value::reject::Reject;

#[cfg(test)]
mod tests;

/// `::ffff:0:0/96`, whose addresses are IPv4 addresses (RFC 4291 section 2.5.5.2).
const MAPPED: u128 = 0x0000_0000_0000_0000_0000_ffff_0000_0000;

/// `64:ff9b::/96`, whose addresses are IPv4 addresses reached through a translator (RFC 6052 section 2.1).
const NAT64: u128 = 0x0064_ff9b_0000_0000_0000_0000_0000_0000;

/// The longest IPv6 text: eight groups, the last two as a dotted quad.
const MAX_V6_TEXT: usize = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".len();

/// Returns the one form in which an address is compared: IPv4-mapped and NAT64 addresses become IPv4, all others stay.
#[inline]
pub fn canonical(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(_) => addr,
        IpAddr::V6(v6) => embedded_v4(v6).map_or(addr, IpAddr::V4),
    }
}

/// The IPv4 address within a mapped or NAT64 address.
#[inline]
fn embedded_v4(addr: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = addr.to_bits();
    let prefix = bits & !u128::from(u32::MAX);
    (prefix == MAPPED || prefix == NAT64).then(|| Ipv4Addr::from_bits(bits as u32))
}

/// Appends an address as its `Display` writes it. IPv4 is written digit by digit, because each hit needs its text and formatting is slow.
pub(crate) fn write_addr(addr: IpAddr, out: &mut String) {
    let IpAddr::V4(addr) = addr else {
        // Writing to a string cannot fail.
        let _ = write!(out, "{addr}");
        return;
    };
    for (at, octet) in addr.octets().into_iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        for unit in [100, 10, 1] {
            if octet >= unit || unit == 1 {
                out.push(char::from(b'0' + octet / unit % 10));
            }
        }
    }
}

/// Parses an IPv4 or IPv6 address and returns its [canonical] form.
///
/// An IPv6 address may stand in brackets and may carry a zone, which is dropped. About 10 ns for IPv4.
///
/// # Errors
///
/// [`Reject::Empty`] for the empty text, [`Reject::LeadingZero`] for a dotted quad with a zero in front of an octet,
/// otherwise [`Reject::BadAddress`].
#[inline]
pub fn parse_addr(text: &[u8]) -> Result<IpAddr, Reject> {
    Ok(canonical(parse_raw(text)?))
}

/// Like [`parse_addr`], but leaves mapped and NAT64 addresses as they are.
#[inline]
fn parse_raw(text: &[u8]) -> Result<IpAddr, Reject> {
    match parse_v4(text) {
        Ok(addr) => Ok(IpAddr::V4(addr)),
        // The IPv4 parser stops at the first byte that a quad cannot have, so this second try is nearly free.
        Err(reject) if memchr::memchr(b':', text).is_none() => Err(reject),
        Err(_) => Ok(IpAddr::V6(parse_v6(text)?)),
    }
}

/// Parses four decimal octets and nothing else.
///
/// # Errors
///
/// [`Reject::Empty`] for the empty text, [`Reject::LeadingZero`] if the only fault is a zero in front of an octet,
/// otherwise [`Reject::BadAddress`].
///
/// ```
/// use netsieve::Reject;
/// use netsieve::value::ip::parse_v4;
///
/// assert_eq!(parse_v4(b"192.0.2.1"), Ok([192, 0, 2, 1].into()));
/// assert_eq!(parse_v4(b"192.0.2.01"), Err(Reject::LeadingZero));
/// ```
#[inline]
pub fn parse_v4(text: &[u8]) -> Result<Ipv4Addr, Reject> {
    if text.is_empty() {
        return Err(Reject::Empty);
    }
    let (mut bits, mut octet, mut digits, mut dots) = (0_u32, 0_u32, 0_u8, 0_u8);
    let mut leading_zero = false;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            leading_zero |= digits == 1 && octet == 0;
            digits += 1;
            octet = octet * 10 + u32::from(digit);
            // At most three digits, so the sum cannot overflow.
            if digits > 3 {
                return Err(Reject::BadAddress);
            }
        } else if byte == b'.' && digits > 0 && octet <= 255 && dots < 3 {
            bits = bits << 8 | octet;
            (octet, digits) = (0, 0);
            dots += 1;
        } else {
            return Err(Reject::BadAddress);
        }
    }
    if dots != 3 || digits == 0 || octet > 255 {
        return Err(Reject::BadAddress);
    }
    if leading_zero {
        return Err(Reject::LeadingZero);
    }
    Ok(Ipv4Addr::from_bits(bits << 8 | octet))
}

/// Parses an IPv6 address, in brackets or not. Drops the zone; mapped and NAT64 addresses stay IPv6.
fn parse_v6(text: &[u8]) -> Result<Ipv6Addr, Reject> {
    let text = match text {
        [b'[', inner @ .., b']'] => inner,
        _ => text,
    };
    let text = match memchr::memchr(b'%', text) {
        Some(at) if is_zone(&text[at + 1..]) => &text[..at],
        Some(_) => return Err(Reject::BadAddress),
        None => text,
    };
    if text.len() > MAX_V6_TEXT {
        return Err(Reject::BadAddress);
    }
    str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Reject::BadAddress)
}

/// Returns true if `zone` can name a link: RFC 6874 allows the unreserved bytes and `%` escapes.
fn is_zone(zone: &[u8]) -> bool {
    !zone.is_empty() && zone.iter().all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-' | b'%'))
}

/// Parses an address with or without a port: `192.0.2.1:80`, `[2001:db8::1]:443`, or a bare address.
///
/// With a port, an IPv6 address must be in brackets; otherwise the last group belongs to the address.
///
/// # Errors
///
/// Those of [`parse_addr`] for the address, and of [`parse_port`] for the port.
///
/// ```
/// use netsieve::value::ip::{parse_addr, parse_addr_port, parse_port};
///
/// let addr = parse_addr(b"2001:db8::1")?;
/// assert_eq!(parse_addr_port(b"[2001:db8::1]:443")?, (addr, Some(443)));
/// assert_eq!(parse_addr_port(b"2001:db8::1")?, (addr, None));
/// assert_eq!(parse_port(b"0443")?, 443);
/// # Ok::<(), netsieve::Reject>(())
/// ```
pub fn parse_addr_port(text: &[u8]) -> Result<(IpAddr, Option<u16>), Reject> {
    let cut = match text {
        [b'[', ..] => memchr::memchr(b']', text).map(|at| at + 1).filter(|&at| at < text.len()),
        _ => memchr::memchr(b':', text).filter(|&at| memchr::memchr(b':', &text[at + 1..]).is_none()),
    };
    let Some(cut) = cut else {
        return Ok((parse_addr(text)?, None));
    };
    let addr = parse_addr(&text[..cut])?;
    match &text[cut..] {
        [b':', port @ ..] => Ok((addr, Some(parse_port(port)?))),
        _ => Err(Reject::BadAddress),
    }
}

/// Parses a port: decimal digits only, at most 65535. Leading zeros are allowed.
///
/// # Errors
///
/// [`Reject::BadPort`], also for an empty text.
///
/// ```
/// use netsieve::Reject;
/// use netsieve::value::ip::parse_port;
///
/// assert_eq!((parse_port(b"0443"), parse_port(b"65536"), parse_port(b"")), (Ok(443), Err(Reject::BadPort), Err(Reject::BadPort)));
/// ```
pub fn parse_port(text: &[u8]) -> Result<u16, Reject> {
    if text.is_empty() {
        return Err(Reject::BadPort);
    }
    text.iter().try_fold(0_u16, |port, &byte| match byte {
        b'0'..=b'9' => {
            port.checked_mul(10).and_then(|port| port.checked_add(u16::from(byte - b'0'))).ok_or(Reject::BadPort)
        }
        _ => Err(Reject::BadPort),
    })
}

/// The result of parsing a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedNet {
    /// The prefix, with its host bits cleared.
    pub net: IpNet,
    /// True if the text had host bits set.
    pub host_bits: bool,
}

/// Parses a prefix in CIDR form, or a bare address as a prefix of full length.
///
/// Host bits are cleared and flagged. A prefix within `::ffff:0:0/96` or `64:ff9b::/96` becomes the equivalent IPv4
/// prefix; a shorter one that merely contains them stays IPv6. Netmasks (`192.0.2.0/255.255.255.0`) are not accepted.
///
/// # Errors
///
/// Those of [`parse_addr`] for the address; [`Reject::BadPrefixLength`] if the text after the `/` is not a decimal
/// number without leading zeros, or is greater than 32 (IPv4) or 128 (IPv6).
pub fn parse_net(text: &[u8]) -> Result<ParsedNet, Reject> {
    let (addr, length) = match memchr::memchr(b'/', text) {
        Some(at) => (parse_raw(&text[..at])?, Some(parse_length(&text[at + 1..])?)),
        None => (parse_raw(text)?, None),
    };
    let most = if addr.is_ipv4() { 32 } else { 128 };
    let given = IpNet::new(addr, length.unwrap_or(most)).map_err(|_| Reject::BadPrefixLength)?;
    Ok(ParsedNet { net: canonical_net(given), host_bits: given.addr() != given.network() })
}

/// Returns the one form in which a prefix is compared, as [`parse_net`] returns it.
pub(crate) fn canonical_net(net: IpNet) -> IpNet {
    match net {
        IpNet::V6(v6) => match (embedded_v4(v6.addr()), v6.prefix_len()) {
            (Some(v4), length @ 96..) => {
                IpNet::V4(Ipv4Net::new(v4, length - 96).expect("at most 32 of 128 bits are left")).trunc()
            }
            _ => net.trunc(),
        },
        IpNet::V4(_) => net.trunc(),
    }
}

fn parse_length(text: &[u8]) -> Result<u8, Reject> {
    match text {
        [b'0', _, ..] | [_, _, _, _, ..] => Err(Reject::BadPrefixLength),
        _ => parse_port(text).ok().and_then(|length| u8::try_from(length).ok()).ok_or(Reject::BadPrefixLength),
    }
}

/// Parses an address range, `first-last`, with or without white space around the `-`. Both ends are included.
///
/// # Errors
///
/// [`Reject::BadAddress`] without a `-`; those of [`parse_addr`] for either end; [`Reject::MixedRange`] if the
/// canonical forms of the ends are of different families; [`Reject::ReversedRange`] if the first is greater than the
/// last.
pub fn parse_range(text: &[u8]) -> Result<(IpAddr, IpAddr), Reject> {
    let at = memchr::memchr(b'-', text).ok_or(Reject::BadAddress)?;
    canonical_range(parse_raw(text[..at].trim_ascii())?, parse_raw(text[at + 1..].trim_ascii())?)
}

/// Returns the one form in which a range is compared, as [`parse_range`] returns it.
pub(crate) fn canonical_range(first: IpAddr, last: IpAddr) -> Result<(IpAddr, IpAddr), Reject> {
    let (first, last) = (canonical(first), canonical(last));
    match (first, last) {
        (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) if first > last => Err(Reject::ReversedRange),
        (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => Ok((first, last)),
        _ => Err(Reject::MixedRange),
    }
}

/// Splits the port from a range, or from an IPv6 prefix in brackets: `192.0.2.1-192.0.2.9:80`, `[2001:db8::1-2001:db8::9]:80`,
/// `[2001:db8::/32]:80`.
pub(crate) fn split_port(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memrchr(b':', text)?;
    let (listed, port) = (&text[..colon], &text[colon + 1..]);
    if let Some(inner) = listed.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")) {
        return inner.iter().any(|byte| matches!(byte, b'/' | b'-')).then_some((inner, port));
    }
    let is_range = listed.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b' '));
    (is_range && listed.contains(&b'-') && listed.contains(&b'.')).then_some((listed, port))
}

/// Returns the fewest prefixes that cover exactly the range from `first` to `last`, both included, in ascending order.
///
/// There are at most 62 for IPv4 and 254 for IPv6. Returns none if the families differ or `first` is greater than `last`.
pub fn range_prefixes(first: IpAddr, last: IpAddr) -> Vec<IpNet> {
    match (canonical(first), canonical(last)) {
        (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
        (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
        _ => Vec::new(),
    }
}

/// Parses the host of a URL as browsers do: the [IPv4 parser] of the WHATWG URL standard, for hosts that [end in a number].
///
/// A host has one to four parts, each decimal, octal (`0…`) or hexadecimal (`0x…`). The last part fills the octets that
/// are left; one trailing dot is allowed. Returns `None` if the host does not end in a number, which makes it a name.
///
/// # Errors
///
/// [`Reject::BadAddress`] within the `Some`: the host ends in a number but is not an address, so the host is invalid.
///
/// # Example
///
/// ```
/// use netsieve::{Reject, value::ip::parse_url_v4};
///
/// assert_eq!(parse_url_v4(b"3221225985"), Some(Ok([192, 0, 2, 1].into())));
/// assert_eq!(parse_url_v4(b"0xC0.0.513"), Some(Ok([192, 0, 2, 1].into())));
/// assert_eq!(parse_url_v4(b"192.0.2.256"), Some(Err(Reject::BadAddress)));
/// assert_eq!(parse_url_v4(b"192.0.2.example"), None);
/// ```
///
/// [IPv4 parser]: https://url.spec.whatwg.org/#concept-ipv4-parser
/// [end in a number]: https://url.spec.whatwg.org/#ends-in-a-number-checker
pub fn parse_url_v4(host: &[u8]) -> Option<Result<Ipv4Addr, Reject>> {
    let host = host.strip_suffix(b".").unwrap_or(host);
    let last = memchr::memrchr(b'.', host).map_or(host, |at| &host[at + 1..]);
    // This settles nearly every name: last labels rarely begin with a digit.
    if !last.first()?.is_ascii_digit() {
        return None;
    }
    if !last.iter().all(u8::is_ascii_digit) {
        url_v4_part(last)?;
    }
    if let Ok(addr) = parse_v4(host) {
        return Some(Ok(addr));
    }
    Some(url_v4_parts(host).ok_or(Reject::BadAddress))
}

fn url_v4_parts(host: &[u8]) -> Option<Ipv4Addr> {
    let mut bits = 0_u64;
    let mut parts = host.split(|&b| b == b'.').peekable();
    let mut filled = 0_u32;
    while let Some(part) = parts.next() {
        let value = url_v4_part(part)?;
        // The number of octets that the part may fill: one, or, for the last part, all that are left.
        let octets = if parts.peek().is_some() { 1 } else { 4_u32.checked_sub(filled)? };
        if octets == 0 || value >> (8 * octets) != 0 {
            return None;
        }
        bits = bits << (8 * octets) | value;
        filled += octets;
    }
    (filled == 4).then(|| Ipv4Addr::from_bits(bits as u32))
}

/// The [IPv4 number parser]. Values beyond 32 bits yield an unspecified value beyond 32 bits.
///
/// [IPv4 number parser]: https://url.spec.whatwg.org/#ipv4-number-parser
fn url_v4_part(part: &[u8]) -> Option<u64> {
    let (digits, radix) = match part {
        [] => return None,
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        [b'0', digits @ ..] => (digits, 8),
        digits => (digits, 10),
    };
    digits.iter().try_fold(0_u64, |value, &byte| {
        let digit = u64::from(char::from(byte).to_digit(radix)?);
        Some((value * u64::from(radix) + digit).min(u64::from(u32::MAX) + 1))
    })
}

/// IPv4 networks in which no host on the Internet has an address, with their names in the registry.
const BOGONS_V4: [([u8; 4], u8); 11] = [
    ([0, 0, 0, 0], 8),      // "this network", RFC 791
    ([10, 0, 0, 0], 8),     // private use, RFC 1918
    ([100, 64, 0, 0], 10),  // shared address space of carriers, RFC 6598
    ([127, 0, 0, 0], 8),    // loopback, RFC 1122
    ([169, 254, 0, 0], 16), // link local, RFC 3927
    ([172, 16, 0, 0], 12),  // private use, RFC 1918
    ([192, 0, 0, 0], 24),   // IETF protocol assignments, RFC 6890
    ([192, 168, 0, 0], 16), // private use, RFC 1918
    ([198, 18, 0, 0], 15),  // benchmarking, RFC 2544
    ([224, 0, 0, 0], 4),    // multicast, RFC 5771
    ([240, 0, 0, 0], 4),    // reserved and broadcast, RFC 1112
];

/// The same for IPv6.
const BOGONS_V6: [(u128, u8); 7] = [
    (0, 128),            // unspecified, RFC 4291
    (1, 128),            // loopback, RFC 4291
    (0x0100 << 112, 64), // discard only, RFC 6666
    (0xfc00 << 112, 7),  // unique local, RFC 4193
    (0xfe80 << 112, 10), // link local, RFC 4291
    (0xfec0 << 112, 10), // site local, deprecated by RFC 3879
    (0xff00 << 112, 8),  // multicast, RFC 4291
];

/// Returns true if the prefix lies in a private, reserved or otherwise unroutable network ([IANA special-purpose registry]).
///
/// The documentation networks (`192.0.2.0/24`, `2001:db8::/32`, …) do not count: they never occur in real traffic, and
/// samples and tests use them. A prefix that merely contains a bogon network does not count either.
///
/// [IANA special-purpose registry]: https://www.iana.org/assignments/iana-ipv4-special-registry
///
/// ```
/// use netsieve::value::ip::is_bogon;
///
/// assert!(is_bogon(&"10.1.0.0/16".parse().unwrap()));
/// assert!(!is_bogon(&"192.0.2.0/24".parse().unwrap()));
/// ```
pub fn is_bogon(net: &IpNet) -> bool {
    match net {
        IpNet::V4(net) => BOGONS_V4.iter().any(|&(base, length)| {
            let apart = net.network().to_bits() ^ u32::from_be_bytes(base);
            net.prefix_len() >= length && apart >> (32 - length) == 0
        }),
        IpNet::V6(net) => BOGONS_V6.iter().any(|&(base, length)| {
            let apart = net.network().to_bits() ^ base;
            net.prefix_len() >= length && apart >> (128 - length) == 0
        }),
    }
}
