//! Text output of `tcpdump` and `netstat`.

use std::ops::Range;

use crate::event::sheet::{Part, Sheet, Words, find};
use crate::event::{time, value};

/// Reads `10:02:03.123456 IP 192.0.2.7.5555 > 203.0.113.5.443: Flags [S], …`, with or without a date before it.
pub(super) fn read_tcpdump(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    if sheet.lacks(b'>') || memchr::memchr(b'>', part.text()).is_none() {
        return false;
    }
    let head = &part.text()[..part.text().len().min(64)];
    if find(head, b"IP").is_none() {
        return false;
    }
    let Some(found) = find_word(part, b"IP").or_else(|| find_word(part, b"IP6")) else { return false };
    let mut words = Words::new(part.from(found));
    let (Some(_), Some(source), Some(arrow), Some(target)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    if &line[arrow] != b">" || !line[target.clone()].ends_with(b":") {
        return false;
    }
    let target = target.start..target.end - 1;
    let (Some((source, source_port)), Some((target, target_port))) = (dotted(line, source), dotted(line, target))
    else {
        return false;
    };
    let before = part.to(found).trimmed();
    if time::whole(before.text()).is_some() {
        sheet.known("time", before.start..before.end);
    } else if time::clock(before.text()).is_some() {
        sheet.known("clock", before.start..before.end);
    }
    sheet.known("src_ip", source);
    if let Some(port) = source_port {
        sheet.known("src_port", port);
    }
    sheet.known("dst_ip", target);
    if let Some(port) = target_port {
        sheet.known("dst_port", port);
    }
    true
}

/// Returns the position of a word in the first 64 bytes.
fn find_word(part: Part<'_>, word: &[u8]) -> Option<usize> {
    let mut words = Words::new(part.to(part.start + 64));
    words.find(|span| &part.line[span.clone()] == word).map(|span| span.start)
}

/// Splits `192.0.2.7.5555`, `2001:db8::1.443` or `192.0.2.7:443` into address and port. Ports may be names too.
fn dotted(line: &[u8], span: Range<usize>) -> Option<(Range<usize>, Option<Range<usize>>)> {
    let text = &line[span.clone()];
    if let Some(at) = memchr::memrchr(b'.', text).filter(|at| *at + 1 < text.len())
        && value::address(&text[..at]).is_some_and(|(_, port)| port.is_none())
        && memchr::memchr_iter(b'.', text).count() != 3
    {
        return Some((span.start..span.start + at, Some(span.start + at + 1..span.end)));
    }
    match value::address(text)? {
        (_, None) => Some((span, None)),
        (_, Some(_)) => {
            let at = memchr::memrchr(b':', text)?;
            Some((span.start..span.start + at, Some(span.start + at + 1..span.end)))
        }
    }
}

/// Reads a connection of `netstat`: `tcp 0 0 192.0.2.7:5555 203.0.113.5:443 ESTABLISHED`, also with BSD's dots.
pub(super) fn read_netstat(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let mut words = Words::new(part);
    let Some(protocol) = words.next() else { return false };
    if !matches!(
        &line[protocol.clone()],
        b"tcp" | b"tcp4" | b"tcp6" | b"udp" | b"udp4" | b"udp6" | b"tcp46" | b"TCP" | b"UDP"
    ) {
        return false;
    }
    let mut first = words.next();
    // Linux and BSD show two queues, Windows shows none.
    for _ in 0..2 {
        if first.clone().is_some_and(|span| line[span].iter().all(u8::is_ascii_digit)) {
            first = words.next();
        }
    }
    let (Some(local), Some(remote)) = (first, words.next()) else { return false };
    let Some((local, local_port)) = dotted(line, local) else { return false };
    let remote = dotted(line, remote.clone());
    let (Some(local_port), Some((remote, Some(remote_port)))) = (local_port, remote) else { return false };
    sheet.known("protocol", protocol);
    sheet.known("src_ip", local);
    sheet.known("src_port", local_port);
    sheet.known("dst_ip", remote);
    sheet.known("dst_port", remote_port);
    if let Some(state) = words.next() {
        sheet.known("state", state);
    }
    true
}
