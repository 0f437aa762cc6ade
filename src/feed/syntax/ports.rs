//! Ports in feeds: one, several, ranges, and services by name.
//!
//! ```text
//! 80   80,443   8000-8010   8000:8010   1024-   https   any   0 (unknown, in some feeds)
//! 443/tcp   tcp/443   443.0 (a number that a spreadsheet or pandas took for a fraction)
//! 192.0.2.1:8000-8010   [2001:db8::1]:80,443   evil.test|8000-8010
//! ```
//!
//! An indicator has one port or all, so a range becomes one indicator per port. A range of more than [`MAX_PORTS`] is
//! refused, because reading it as all ports would report hits on ports the feed does not list.

use crate::feed::syntax::value::Value;
use crate::indicator::{Indicator, Reject};
use crate::value::service;

/// The most ports that a range may expand to.
const MAX_PORTS: usize = 256;

/// Limits an address or name to a port. Some feeds write 0 for an unknown port.
pub(crate) fn with_port(value: Value, port: &str) -> Result<Value, Reject> {
    let port = port.trim();
    if port.is_empty() || port == "0" {
        return Ok(value);
    }
    port.parse().map(|port| limited(value, port)).map_err(|_| Reject::BadPort)
}

fn limited(mut value: Value, number: u16) -> Value {
    match &mut value.indicator {
        Indicator::Ip { port, .. } | Indicator::IpRange { port, .. } | Indicator::Domain { port, .. } => {
            port.get_or_insert(number);
        }
        // A URL states its own port, and a pattern has none.
        _ => {}
    }
    value
}

/// Limits an address or name to several ports: one value per port.
pub(crate) fn with_ports(value: Value, ports: &str) -> Result<Vec<Value>, Reject> {
    let Some(ports) = parse(ports)? else { return Ok(vec![value]) };
    let is_limited = match &value.indicator {
        Indicator::Ip { port, .. } | Indicator::IpRange { port, .. } | Indicator::Domain { port, .. } => port.is_some(),
        _ => true,
    };
    if is_limited {
        return Ok(vec![value]);
    }
    Ok(ports.into_iter().map(|port| limited(value.clone(), port)).collect())
}

/// Splits a value into a host and the several ports after it.
pub(crate) fn split(value: &str) -> Option<(&str, &str)> {
    let (host, ports) = if let Some((host, ports)) = value.split_once('|') {
        (host, ports)
    } else if value.starts_with('[') {
        let (host, ports) = value.rsplit_once("]:")?;
        (&host[1..], ports)
    } else {
        value.split_once(':')?
    };
    let is_several = ports.starts_with(|c: char| c.is_ascii_digit())
        && ports.contains(['-', ':', ','])
        && ports.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b','))
        // Accepts `192.0.2.1:80:90`, but not an IPv6 address.
        && host.contains(['.', ':']);
    is_several.then_some((host, ports))
}

/// Parses ports and removes duplicates; `None` means all ports.
fn parse(text: &str) -> Result<Option<Vec<u16>>, Reject> {
    let text = text.trim();
    if is_any(text) {
        return Ok(None);
    }
    let mut ports = Vec::new();
    for part in
        text.split([',', ';', '|', ' ']).map(|part| without_protocol(part.trim())).filter(|part| !part.is_empty())
    {
        if let Some(port) = number(part) {
            ports.push(port);
            continue;
        }
        let Some((first, last)) = part.split_once(['-', ':']) else { return Err(Reject::BadPort) };
        if matches!((first, last), ("" | "0" | "1", "" | "65535")) {
            return Ok(None);
        }
        let first = if first.is_empty() { Some(1) } else { number(first) };
        let last = if last.is_empty() { Some(u16::MAX) } else { number(last) };
        let (Some(first), Some(last)) = (first, last) else { return Err(Reject::PortRange) };
        if first > last || usize::from(last - first) >= MAX_PORTS {
            return Err(Reject::PortRange);
        }
        ports.extend(first..=last);
    }
    ports.sort_unstable();
    ports.dedup();
    match ports.len() {
        0 => Err(Reject::BadPort),
        1..=MAX_PORTS => Ok(Some(ports)),
        _ => Err(Reject::PortRange),
    }
}

/// Returns true for a word that stands for all ports.
fn is_any(text: &str) -> bool {
    matches!(text, "" | "0" | "0.0" | "*") || ["any", "all"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Drops the transport protocol before or after a port.
fn without_protocol(part: &str) -> &str {
    let is_protocol = |word: &str| ["tcp", "udp"].iter().any(|known| word.eq_ignore_ascii_case(known));
    match part.split_once('/') {
        Some((port, protocol)) if is_protocol(protocol) => port,
        Some((protocol, port)) if is_protocol(protocol) => port,
        _ => part,
    }
}

/// Parses a port number or the name of a service.
fn number(text: &str) -> Option<u16> {
    let text = text.trim();
    // Spreadsheets write `443.0`. Rust's parser would take a sign.
    let digits = text.strip_suffix(".0").unwrap_or(text);
    let port = if digits.starts_with('+') { None } else { digits.parse().ok() };
    port.filter(|&port| port > 0).or_else(|| service::port(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        let range = |first: u16, last: u16| Ok(Some((first..=last).collect::<Vec<u16>>()));
        for (text, expected) in [
            ("", Ok(None)),
            ("0", Ok(None)),
            ("any", Ok(None)),
            ("Any", Ok(None)),
            ("ALL", Ok(None)),
            ("0.0", Ok(None)),
            ("443.0", Ok(Some(vec![443]))),
            ("443/tcp", Ok(Some(vec![443]))),
            ("TCP/443,53/udp", Ok(Some(vec![53, 443]))),
            ("8000-8001/tcp", Ok(Some(vec![8000, 8001]))),
            ("443.5", Err(Reject::BadPort)),
            ("ssh.0", Err(Reject::BadPort)),
            ("443/icmp", Err(Reject::BadPort)),
            ("tcp/udp", Err(Reject::BadPort)),
            ("anyone", Err(Reject::BadPort)),
            ("1-65535", Ok(None)),
            ("0:65535", Ok(None)),
            ("80", Ok(Some(vec![80]))),
            ("https", Ok(Some(vec![443]))),
            ("http-alt", Ok(Some(vec![8080]))),
            ("8000-8003", range(8000, 8003)),
            ("8000:8003", range(8000, 8003)),
            ("ssh-smtp", range(22, 25)),
            ("65530-", range(65530, 65535)),
            (":3", range(1, 3)),
            ("443,80, 80", Ok(Some(vec![80, 443]))),
            ("80,443,8000:8001", Ok(Some(vec![80, 443, 8000, 8001]))),
            ("1-256", range(1, 256)),
            ("1-257", Err(Reject::PortRange)),
            ("0-9", Err(Reject::PortRange)),
            ("1-200,301-400", Err(Reject::PortRange)),
            ("1024:", Err(Reject::PortRange)),
            ("90-80", Err(Reject::PortRange)),
            ("80-x", Err(Reject::PortRange)),
            ("80-99999", Err(Reject::PortRange)),
            ("!80", Err(Reject::BadPort)),
            ("$HTTP_PORTS", Err(Reject::BadPort)),
            ("99999", Err(Reject::BadPort)),
            ("+80", Err(Reject::BadPort)),
            ("80-+90", Err(Reject::PortRange)),
            (",", Err(Reject::BadPort)),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
