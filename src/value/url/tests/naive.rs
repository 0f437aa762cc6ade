//! A second implementation of the rules, as plain as possible: whole passes until nothing changes, lists of segments,
//! no regard for cost.
//!
//! A text is a string of bytes here, each a `char` below 256.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::limits::{MAX_LABEL, MAX_NAME, MAX_OBSERVABLE};
use crate::value::Reject;

/// A canonical URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Naive {
    pub(super) text: String,
    pub(super) states_scheme: bool,
    pub(super) port: Option<u16>,
    pub(super) effective_port: Option<u16>,
}

pub(super) fn url(text: &[u8]) -> Result<Naive, Reject> {
    let text: String = text.iter().map(|&byte| char::from(byte)).collect();
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\u{c}']);
    if text.chars().count() > MAX_OBSERVABLE {
        return Err(Reject::TooLong);
    }
    let text = text.replace(['\t', '\n', '\r'], "");
    let text = text.split('#').next().unwrap_or("");
    if text.is_empty() {
        return Err(Reject::Empty);
    }

    let (scheme, rest) = scheme(text)?;
    let states_scheme = scheme.is_some();
    let scheme = scheme.unwrap_or("http".to_owned());
    let own_port = match &*scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    };
    let rest = if states_scheme && own_port.is_some() { rest.trim_start_matches(['/', '\\']) } else { rest };

    let (authority, rest) = rest.split_at(rest.find(['/', '\\', '?']).unwrap_or(rest.len()));
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let authority = authority.split('@').next_back().unwrap_or("");
    let (host, port) = host_and_port(authority);
    let host = canonical_host(&host)?;
    let port = match port.as_deref() {
        None | Some("") => None,
        Some(port) if port.chars().all(|c| c.is_ascii_digit()) => match port.trim_start_matches('0') {
            "" => Some(0),
            port => Some(port.parse().map_err(|_| Reject::BadPort)?),
        },
        Some(_) => return Err(Reject::BadPort),
    };

    let mut text = format!("{scheme}://{host}");
    let shown = port.filter(|_| port != own_port);
    if let Some(port) = shown {
        text.push_str(&format!(":{port}"));
    }
    text.push_str(&canonical_path(path));
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        text.push_str(&format!("?{}", escape(&unescape(query), false)));
    }
    let effective_port = port.or(if states_scheme { own_port } else { None });
    Ok(Naive { text, states_scheme, port: shown, effective_port })
}

/// The scheme in lower case, if there is one, and the text after its two slashes.
fn scheme(text: &str) -> Result<(Option<String>, &str), Reject> {
    let Some(at) = text.find(['/', '\\', '?']) else { return Ok((None, text)) };
    let (before, rest) = text.split_at(at);
    let slash = |at: usize| matches!(rest.chars().nth(at), Some('/' | '\\'));
    match before.strip_suffix(':') {
        Some(scheme) if slash(0) && slash(1) => {
            let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            if is_scheme { Ok((Some(scheme.to_ascii_lowercase()), &rest[2..])) } else { Err(Reject::BadScheme) }
        }
        _ => Ok((None, text)),
    }
}

fn host_and_port(authority: &str) -> (String, Option<String>) {
    let (bracketed, rest) = match authority.split_once(']') {
        Some((inner, rest)) if authority.starts_with('[') => (format!("{inner}]"), rest),
        _ => (String::new(), authority),
    };
    match rest.split_once(':') {
        Some((more, port)) => (bracketed + more, Some(port.to_owned())),
        None => (bracketed + rest, None),
    }
}

fn canonical_host(raw: &str) -> Result<String, Reject> {
    // A zone is cut off before anything is unescaped.
    if let Some(addr) = in_brackets(raw).and_then(v6) {
        return Ok(addr);
    }
    let host = unescape(raw);
    if let Some(inner) = in_brackets(&host) {
        return v6(inner).ok_or(Reject::BadAddress);
    }
    let bytes: Vec<u8> = host.chars().map(|c| c as u8).collect();
    let ascii = if bytes.is_ascii() {
        host
    } else {
        let text = String::from_utf8(bytes).map_err(|_| Reject::BadNameByte)?;
        let ascii = idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::EMPTY);
        ascii.map_err(|_| Reject::BadIdna)?.into_owned()
    };
    let labels: Vec<&str> = ascii.split('.').filter(|label| !label.is_empty()).collect();
    let Some(last) = labels.last() else { return Err(Reject::NoHost) };
    if last.chars().all(|c| c.is_ascii_digit()) || number(last).is_some() {
        return v4(&labels).map(|addr| addr.to_string()).ok_or(Reject::BadAddress);
    }
    for label in &labels {
        if !label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err(Reject::BadNameByte);
        }
        if label.len() > MAX_LABEL {
            return Err(Reject::LongLabel);
        }
    }
    let name = labels.join(".").to_ascii_lowercase();
    if name.len() > MAX_NAME { Err(Reject::LongName) } else { Ok(name) }
}

fn in_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

fn v6(text: &str) -> Option<String> {
    let addr = match text.split_once('%') {
        Some((addr, zone)) => {
            let is_zone = !zone.is_empty() && zone.chars().all(|c| c.is_ascii_alphanumeric() || "-._~%".contains(c));
            is_zone.then_some(addr)?
        }
        None => text,
    };
    let addr: Ipv6Addr = addr.parse().ok()?;
    let groups = addr.segments();
    let v4 = Ipv4Addr::from_bits(u32::from(groups[6]) << 16 | u32::from(groups[7]));
    match groups {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(v4.to_string()),
        _ => Some(format!("[{addr}]")),
    }
}

/// The IPv4 parser of the WHATWG URL standard, step by step.
fn v4(parts: &[&str]) -> Option<Ipv4Addr> {
    if parts.len() > 4 {
        return None;
    }
    let numbers: Vec<u128> = parts.iter().map(|part| number(part)).collect::<Option<_>>()?;
    let (last, first) = numbers.split_last()?;
    if first.iter().any(|&number| number > 255) || *last >= 256_u128.pow(5 - numbers.len() as u32) {
        return None;
    }
    let mut address = *last;
    for (at, number) in first.iter().enumerate() {
        address += number * 256_u128.pow(3 - at as u32);
    }
    Some(Ipv4Addr::from_bits(u32::try_from(address).ok()?))
}

/// The IPv4 number parser of the WHATWG URL standard. Numbers of many digits are only known to be large.
fn number(text: &str) -> Option<u128> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if lower.len() > 1 && lower.starts_with('0') => (&lower[1..], 8),
        None => (&*lower, 10),
    };
    if text.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    match digits.trim_start_matches('0') {
        "" => Some(0),
        digits if digits.len() > 20 => Some(u128::MAX),
        digits => u128::from_str_radix(digits, radix).ok(),
    }
}

fn canonical_path(path: &str) -> String {
    let path = unescape(path).replace('\\', "/");
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
        if matches!(segment, "." | "..") && segments.peek().is_none() {
            kept.push("");
        }
    }
    let mut path = format!("/{}", kept.join("/"));
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    escape(&path, true)
}

fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let chars: Vec<char> = text.chars().collect();
        let mut next = String::new();
        let mut at = 0;
        while at < chars.len() {
            let digits = chars.get(at + 1..at + 3).unwrap_or(&[]);
            if let ('%', [Some(high), Some(low)]) = (chars[at], [0, 1].map(|at| digits.get(at)?.to_digit(16))) {
                next.push(char::from((high * 16 + low) as u8));
                at += 3;
            } else {
                next.push(chars[at]);
                at += 1;
            }
        }
        if next == text {
            return text;
        }
        text = next;
    }
}

fn escape(text: &str, is_path: bool) -> String {
    text.chars()
        .map(|c| match c {
            '#' | '%' => format!("%{:02X}", c as u32),
            '?' if is_path => "%3F".to_owned(),
            '!'..='~' => c.to_string(),
            _ => format!("%{:02X}", c as u32),
        })
        .collect()
}
