//! The text of rules: words, lists, options, contents, and names in packets.

/// The words of a rule before its options. A bracketed list is one word.
pub(super) fn head_words(head: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = head.trim_start();
    while !rest.is_empty() {
        let mut depth = 0_usize;
        let end = rest
            .char_indices()
            .find(|&(_, c)| {
                match c {
                    '[' => depth += 1,
                    ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0 && c.is_whitespace()
            })
            .map_or(rest.len(), |(at, _)| at);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// The ports of a side, for [`with_ports`](crate::feed::syntax::ports::with_ports). `any` and variables mean all ports.
/// Ports excluded with `!` are not a list, and `with_ports` refuses them.
pub(super) fn ports(text: &str) -> &str {
    let list = text.trim_matches(['[', ']']);
    if text == "any" || list.split(',').any(|port| port.trim().starts_with('$')) { "" } else { list }
}

/// The members of a list of addresses, including those of nested lists. Variables and members excluded with `!` are
/// left out. An exclusion within an exclusion is left out as well.
pub(super) fn members(list: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // The open brackets; true for each whose members are excluded.
    let mut open: Vec<bool> = Vec::new();
    let mut is_negated = false;
    let mut start = 0;
    for (at, byte) in list.bytes().enumerate().chain([(list.len(), b',')]) {
        if !matches!(byte, b'[' | b']' | b',') {
            continue;
        }
        let text = list[start..at].trim();
        start = at + 1;
        let is_out = open.iter().any(|out| *out);
        if byte == b'[' {
            open.push(text.starts_with('!'));
            continue;
        }
        is_negated |= text.starts_with('!');
        if !text.is_empty() && !is_negated && !is_out && !text.starts_with('$') {
            found.push(text);
        }
        is_negated = false;
        if byte == b']' {
            open.pop();
        }
    }
    found
}

/// Splits the options of a rule at semicolons that are neither quoted nor escaped.
pub(super) fn split_options(text: &str) -> Vec<&str> {
    let mut options = Vec::new();
    let (mut start, mut in_quotes, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_quotes = !in_quotes,
            b';' if !in_quotes => {
                options.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    options.push(&text[start..]);
    options
}

pub(super) fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// Decodes the bytes of a content: `|2e|` is hexadecimal, and a backslash escapes the next character.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('|');
    bytes.extend(plain(parts.next()?));
    while let Some(hex) = parts.next() {
        for pair in hex.split_whitespace() {
            // Rust's parser would take a sign.
            if !pair.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            // Both `|0d0a|` and `|0d 0a|` occur.
            for at in (0..pair.len()).step_by(2) {
                bytes.push(u8::from_str_radix(pair.get(at..at + 2)?, 16).ok()?);
            }
        }
        bytes.extend(plain(parts.next()?));
    }
    Some(bytes)
}

pub(super) fn plain(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut escaped = false;
    for byte in text.bytes() {
        if byte == b'\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            bytes.push(byte);
        }
    }
    bytes
}

/// Returns true for bytes that occur in every DNS query or in every request.
pub(super) fn is_mark(bytes: &[u8]) -> bool {
    let is_dns = bytes.len() >= 2 && bytes.len() <= 12 && bytes.iter().all(|&byte| byte <= 1);
    is_dns || is_host(bytes) || matches!(bytes, b"GET" | b"POST" | b"GET " | b"POST ")
}

pub(super) fn is_host(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    text.len() <= 5 && (text.eq_ignore_ascii_case(b"host:") || text.eq_ignore_ascii_case(b"host"))
}

/// The name in a `Host:` header.
pub(super) fn host_header(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.get(..5).filter(|start| start.eq_ignore_ascii_case("host:")).map(|_| text[5..].trim())?;
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// Decodes a name in DNS wire format, where its length precedes each label.
pub(super) fn dns_name(bytes: &[u8]) -> Option<String> {
    let mut labels = Vec::new();
    let mut rest = bytes;
    let mut is_ended = false;
    while let Some((&length, after)) = rest.split_first() {
        let length = usize::from(length);
        if length == 0 {
            is_ended = after.is_empty() || after.iter().all(|&byte| byte <= 1);
            if !is_ended {
                return None;
            }
            break;
        }
        if length > 63 || length > after.len() {
            return None;
        }
        let (label, others) = after.split_at(length);
        if !label.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return None;
        }
        labels.push(str::from_utf8(label).ok()?);
        rest = others;
    }
    // Any text of two letters could be a single label.
    (labels.len() > 1 || is_ended && !labels.is_empty()).then(|| labels.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents() {
        for (text, expected) in [
            ("evil.test", Some(&b"evil.test"[..])),
            ("evil|2e|test", Some(b"evil.test")),
            ("|04|evil|04|test|00|", Some(b"\x04evil\x04test\0")),
            ("|0d 0a|x|0D0A|", Some(b"\r\nx\r\n")),
            (r#"a\;b\"c\\d\:"#, Some(b"a;b\"c\\d:")),
            ("|zz|", None),
            ("|0|", None),
            ("|+4|", None),
            ("|0d", None),
            ("", Some(b"")),
        ] {
            assert_eq!(bytes(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn names_in_packets() {
        for (bytes, expected) in [
            (&b"\x04evil\x04test\0"[..], Some("evil.test")),
            (b"\x04evil\x04test", Some("evil.test")),
            (b"\x04evil\x04test\0\0\x01\0\x01", Some("evil.test")),
            (b"\x04test\0", Some("test")),
            (b"\x04test", None),
            (b"\x09evil\x04test\0", None),
            (b"\x04evil\0\x04test\0", None),
            (b"evil.test", None),
            (b"", None),
        ] {
            assert_eq!(dns_name(bytes).as_deref(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn lists_of_addresses() {
        for (list, expected) in [
            ("192.0.2.1", &["192.0.2.1"][..]),
            ("[192.0.2.1,192.0.2.2]", &["192.0.2.1", "192.0.2.2"]),
            ("![192.0.2.1,192.0.2.2]", &[]),
            ("!192.0.2.1", &[]),
            ("[192.0.2.0/24,!192.0.2.7]", &["192.0.2.0/24"]),
            ("[192.0.2.1,![192.0.2.2,192.0.2.3],192.0.2.4]", &["192.0.2.1", "192.0.2.4"]),
            ("[[192.0.2.1, 192.0.2.2],[192.0.2.3]]", &["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
            ("![[192.0.2.1],192.0.2.2]", &[]),
            ("[$HOME_NET,192.0.2.1,!$DNS]", &["192.0.2.1"]),
            ("[192.0.2.1", &["192.0.2.1"]),
            ("]]192.0.2.1", &["192.0.2.1"]),
        ] {
            assert_eq!(members(list), expected, "{list}");
        }
    }
}
