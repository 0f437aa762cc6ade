//! DHCP servers (ISC, dnsmasq and their derivatives): `DHCPACK on 192.0.2.7 to 00:00:5e:00:53:01 (laptop) via eth0`.

use crate::event::sheet::{Part, Sheet, Words};
use crate::event::value;

/// Reads `part` if it begins with the name of a DHCP message.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    const KINDS: [&[u8]; 11] = [
        b"DISCOVER",
        b"OFFER",
        b"REQUEST",
        b"ACK",
        b"NAK",
        b"NACK",
        b"RELEASE",
        b"INFORM",
        b"DECLINE",
        b"EXPIRE",
        b"LEASEQUERY",
    ];
    let line = part.line;
    if !part.text().trim_ascii_start().starts_with(b"DHCP") {
        return false;
    }
    let mut words = Words::new(part);
    let Some(verb) = words.next() else { return false };
    let text = &line[verb.clone()];
    let Some(kind) = text.strip_prefix(b"DHCP") else { return false };
    // dnsmasq: `DHCPACK(eth0) 192.0.2.7 00:00:5e:00:53:01 laptop`.
    let is_dnsmasq = kind.ends_with(b")");
    let kind = kind.split(|byte| *byte == b'(').next().unwrap_or(kind);
    if !KINDS.contains(&kind) {
        return false;
    }
    sheet.known("event.action", verb.start..verb.start + 4 + kind.len());
    let (mut has_ip, mut after_mac) = (false, false);
    for (at, word) in words.take(12).enumerate() {
        let text = &line[word.clone()];
        if text == b"via" || text == b"relay" {
            break;
        }
        if is_mac(text) {
            after_mac = true;
            continue;
        }
        if value::address(text).is_some() {
            // The address in brackets in a request is the server's, not the client's.
            if !has_ip {
                sheet.known("client", word);
                has_ip = true;
            }
            continue;
        }
        if let [b'(', inner @ .., b')'] = text {
            if after_mac && value::address(inner).is_none() {
                sheet.known("client_hostname", word.start + 1..word.end - 1);
            } else if value::address(inner).is_some() {
                sheet.known("server", word.start + 1..word.end - 1);
            }
        } else if is_dnsmasq && after_mac && at < 4 {
            sheet.known("client_hostname", word);
        }
    }
    true
}

fn is_mac(text: &[u8]) -> bool {
    text.len() >= 17
        && text[..17]
            .split(|byte| *byte == b':' || *byte == b'-')
            .all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit))
}
