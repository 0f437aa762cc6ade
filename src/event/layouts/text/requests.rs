//! Requests in plain text: after their method, in columns of their own, and as a URL after the address of its server.

use super::word::{Text, Word, trimmed};
use crate::event::sheet::{Sheet, find};
use crate::event::value;

/// The maximum length of the rest of a target.
const MAX_TARGET: usize = 8192;

/// Reads a request whose method is `word`: `GET /path`, and `"www.example GET /path"` with the host before it. Returns false if it is none.
pub(super) fn request(line: &[u8], word: Word, before: Option<Word>, text: &mut Text<'_>, sheet: &mut Sheet) -> bool {
    let Some(next) = text.peek() else { return false };
    // `Started GET "/path"`
    let next = Word { start: next.start + usize::from(line[next.start] == b'"'), ..next };
    let next = whole_target(line, next, text.part.end);
    let target = &line[next.start..next.end];
    if !target.starts_with(b"/") && find(target, b"://").is_none() && !is_host_and_path(target) {
        return host_and_target(line, word, next, text, sheet);
    }
    // rsyslog writes `#012` for the end of a line.
    let quote = target.iter().position(|byte| matches!(*byte, b'"' | b'\'')).or_else(|| find(target, b"#012"));
    let mut stop = quote.map_or(next.end, |at| next.start + at);
    // `(POST /path)`, `POST /path: 403`
    let is_closed = || line[..word.start].ends_with(b"(") && line[..stop].ends_with(b")");
    stop -= usize::from(stop > next.start + 1 && (line[stop - 1] == b':' || is_closed()));
    if let Some(host) = before.filter(|host| line[host.start] == b'"') {
        let host = trimmed(line, host);
        let name = &line[host.start..host.end];
        if value::is_host_name(name) && value::address(name).is_none() {
            sheet.known("url_host", host.start..host.end);
        }
    }
    sheet.known("method", word.start..word.end);
    sheet.known("request_uri", next.start..stop);
    text.at = next.end;
    true
}

/// Returns the whole of a target, which may hold the signs that end a word: `GET /a?b=1,2 HTTP/1.1`. Without a protocol behind them, these
/// signs separate columns.
fn whole_target(line: &[u8], target: Word, end: usize) -> Word {
    if target.end == end || !matches!(line[target.end], b',' | b';' | b'|') {
        return target;
    }
    let rest = &line[target.end..end.min(target.end + MAX_TARGET)];
    let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let is_whole =
        rest[length..].starts_with(b" HTTP/") && !rest[..length].iter().any(|byte| matches!(*byte, b'"' | b'\''));
    Word { end: if is_whole { target.end + length } else { target.end }, ..target }
}

/// Reads a request whose host has a column of its own, with a protocol behind the path or other separators than spaces:
/// `GET www.example /path HTTP/1.1`, `GET|www.example|/path`. Returns false if it is none.
fn host_and_target(line: &[u8], method: Word, host: Word, text: &mut Text<'_>, sheet: &mut Sheet) -> bool {
    let name = &line[host.start..host.end];
    let is_name = value::is_host(name) && value::address(name).is_none();
    let mut ahead = Text { part: text.part, at: host.end };
    let Some(target) = ahead.word().filter(|target| is_name && line[target.start] == b'/') else { return false };
    let target = whole_target(line, target, text.part.end);
    // `TRACE com.corp.Main /api/a`, `COPY run.sh /app/run.sh`
    let is_column = line[method.end] != b' ' && line[host.end] == line[method.end];
    if !is_column && !line[target.end..text.part.end].starts_with(b" HTTP/") {
        return false;
    }
    sheet.known("method", method.start..method.end);
    sheet.known("url_host", host.start..host.end);
    sheet.known("request_uri", target.start..target.end);
    text.at = target.end;
    true
}

/// Reads the columns of a request whose method is `word`, as Blue Coat writes them: `GET text/html http a.example 80 /path ?query`. Returns
/// false if there are none.
pub(super) fn columns(line: &[u8], word: Word, text: &mut Text<'_>, sheet: &mut Sheet) -> bool {
    let mut ahead = Text { part: text.part, at: text.at };
    let bytes = |word: Word| &line[word.start..word.end];
    let is_scheme = |word: Word| matches!(bytes(word), b"http" | b"https" | b"tcp" | b"ssl" | b"ftp");
    let Some(mut scheme) = ahead.word() else { return false };
    // The type of the content, which `;` may end early.
    for _ in 0..2 {
        if is_scheme(scheme) {
            break;
        }
        let Some(next) = ahead.word() else { return false };
        scheme = next;
    }
    let (Some(host), Some(port), Some(path)) = (ahead.word(), ahead.word(), ahead.word()) else { return false };
    let is_path = bytes(path).starts_with(b"/") || bytes(path) == b"-";
    if !is_scheme(scheme) || !value::is_host(bytes(host)) || value::port(bytes(port)).is_none() || !is_path {
        return false;
    }
    sheet.known("method", word.start..word.end);
    sheet.known("url_scheme", scheme.start..scheme.end);
    sheet.known("url_host", host.start..host.end);
    sheet.known("url_port", port.start..port.end);
    if bytes(path) != b"-" {
        sheet.known("url_path", path.start..path.end);
    }
    text.at = path.end;
    if let Some(query) = ahead.word()
        && bytes(query).starts_with(b"?")
    {
        sheet.known("url_query", query.start + 1..query.end);
        text.at = query.end;
    }
    true
}

/// Reads the address of a server and the URL that was asked of it in one word: `203.0.113.5:http://a.example/path`.
pub(super) fn visited(line: &[u8], word: Word, sheet: &mut Sheet) -> bool {
    let text = &line[word.start..word.end];
    let Some(at) = find(text, b"://") else { return false };
    let scheme = text[..at].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let Some(address) = text[..at - scheme].strip_suffix(b":").filter(|_| scheme > 1) else { return false };
    if !matches!(value::address(address), Some((_, None))) {
        return false;
    }
    sheet.known("destination.ip", word.start..word.start + address.len());
    sheet.known("url", word.start + address.len() + 1..word.end);
    true
}

/// Returns true for `a.example/path`.
fn is_host_and_path(text: &[u8]) -> bool {
    memchr::memchr(b'/', text).is_some_and(|slash| {
        let host = &text[..slash];
        value::is_host_name(host) && memchr::memchr(b'.', host).is_some() && host[host.len() - 1].is_ascii_alphabetic()
    })
}
