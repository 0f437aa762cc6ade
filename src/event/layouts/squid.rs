//! Squid's native access log: `1778580123.456 61 192.0.2.7 TCP_MISS/200 512 GET http://a.example/ eve HIER_DIRECT/203.0.113.5 text/html`.

use crate::event::sheet::{Part, Sheet, Words};
use crate::event::{time, value};

/// Reads `part` if its first, third and fourth columns fit Squid's format.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if !part.text().iter().take(10).all(u8::is_ascii_digit) {
        return false;
    }
    let mut words = Words::new(part);
    let mut next = || words.next();
    let (Some(at), Some(elapsed), Some(client), Some(code)) = (next(), next(), next(), next()) else { return false };
    let line = part.line;
    let Some(stamp) = time::epoch(&line[at.clone()]) else { return false };
    if !line[elapsed].iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
        || !value::is_host_name(&line[client.clone()])
    {
        return false;
    }
    let Some(slash) = memchr::memchr(b'/', &line[code.clone()]) else { return false };
    let (status, result) = (code.start + slash + 1..code.end, code.start..code.start + slash);
    if !line[result.clone()].iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_') {
        return false;
    }
    let (Some(_bytes), Some(method), Some(url)) = (next(), next(), next()) else { return false };
    sheet.stamp = Some((at.clone(), stamp));
    sheet.known("time", at);
    sheet.known("client", client);
    sheet.known("action", result);
    sheet.known("status", status);
    sheet.known("method", method);
    sheet.known("url", url);
    if let Some(user) = next() {
        sheet.known("user", user);
    }
    if let Some(peer) = next() {
        // `HIER_DIRECT/203.0.113.5`: the server that the answer came from.
        let slash = memchr::memchr(b'/', &line[peer.clone()]).map_or(peer.start, |at| peer.start + at + 1);
        sheet.known("peerhost", slash..peer.end);
    }
    if let Some(kind) = next() {
        sheet.known("content_type", kind);
    }
    true
}
