//! Query logs of name servers: BIND, Unbound, dnsmasq, CoreDNS and Windows, without their syslog prefix or time.

use std::ops::Range;

use crate::event::sheet::{Form, Label, Part, Sheet, TOP, Words, find};
use crate::event::{time, value};

/// Reads an entry of any of these servers.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if bind(part, sheet) {
        return true;
    }
    // Many layouts follow, so it pays to note the bytes of the line.
    sheet.note(part);
    resolving(part, sheet)
        || dnsmasq(part, sheet)
        || unbound(part, sheet)
        || coredns(part, sheet)
        || windows(part, sheet)
}

/// Reads `client @0x7f 192.0.2.7#5555 (a.example): query: a.example IN A + (192.0.2.53)`, with or without `queries: info:` and a view.
pub(super) fn bind(part: Part<'_>, sheet: &mut Sheet) -> bool {
    // `#` stands before the port of the client.
    if sheet.lacks(b'#') || memchr::memchr(b'#', part.text()).is_none() {
        return false;
    }
    let Some(at) = find(part.to(part.start + 160).text(), b"client ") else { return false };
    let mut words = Words::new(part.from(part.start + at + 7));
    let Some(mut client) = words.next() else { return false };
    if part.line[client.clone()].starts_with(b"@") {
        let Some(next) = words.next() else { return false };
        client = next;
    }
    let client = strip(part.line, client, b":");
    let Some(hash) = memchr::memchr(b'#', &part.line[client.clone()]) else { return false };
    if value::address(&part.line[client.clone()]).is_none() {
        return false;
    }
    if let Some((_, length)) = sheet.stamp_at(part) {
        sheet.known("time", part.start..part.start + length);
    }
    sheet.known("client", client.start..client.start + hash);
    sheet.known("client_port", client.start + hash + 1..client.end);
    let rest = part.from(words.at());
    for (word, named) in
        [(&b"query: "[..], true), (b"query (cache) '", false), (b"query '", false), (b" rewrite ", false)]
    {
        let Some(at) = find(rest.text(), word) else { continue };
        let mut words = Words::new(rest.from(rest.start + at + word.len()));
        let Some(name) = words.next() else { continue };
        if named {
            sheet.known("query_name", strip(part.line, name, b"."));
            let _class = words.next();
            if let Some(kind) = words.next() {
                sheet.known("query_type", kind);
            }
        } else if word == b" rewrite " {
            // `rpz QNAME NXDOMAIN rewrite a.example/A/IN via a.example.rpz.example`
            let slash = memchr::memchr(b'/', &part.line[name.clone()]);
            sheet.known("query_name", name.start..slash.map_or(name.end, |slash| name.start + slash));
        } else if let Some(slash) = memchr::memchr(b'/', &part.line[name.clone()]) {
            // `query (cache) 'a.example/A/IN' denied`
            sheet.known("query_name", name.start..name.start + slash);
            if let Some(denied) = words.next() {
                sheet.known("event.action", denied);
            }
        }
        return true;
    }
    // `client 192.0.2.7#5555 (a.example): …`
    let mut words = Words::new(rest);
    if let Some(word) = words.next()
        && let [b'(', name @ .., b')', b':'] | [b'(', name @ .., b')'] = &part.line[word.clone()]
    {
        sheet.known("query_name", word.start + 1..word.start + 1 + name.len());
    }
    true
}

/// Reads `rpz QNAME NXDOMAIN rewrite a.example [A] via a.example.rpz.example`, as BIND reports an answer that a policy changed.
pub(super) fn rewritten(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if !part.text().starts_with(b"rpz ") {
        return false;
    }
    let Some(at) = sheet.find(part.to(part.start + 80), b" rewrite ") else { return false };
    let Some(name) = Words::new(part.from(at + 9)).next() else { return false };
    let slash = memchr::memchr(b'/', &part.line[name.clone()]).map_or(name.end, |slash| name.start + slash);
    sheet.known("query_name", name.start..slash);
    true
}

/// Reads BIND's messages about other servers: `FORMERR resolving 'a.example/A/IN': 203.0.113.53#53`. Some of them name the client.
fn resolving(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    // `/` stands after the name that was asked for.
    if sheet.lacks(b'/') {
        return false;
    }
    let Some(at) = sheet.find(part.to(part.start + 160), b"resolving ") else { return false };
    let mut words = Words::new(part.from(at + 10));
    let Some(name) = words.next() else { return false };
    let quote = usize::from(line[name.start] == b'\'');
    let Some(slash) = memchr::memchr(b'/', &line[name.clone()]) else { return false };
    sheet.known("query_name", name.start + quote..name.start + slash);
    let mut previous: &[u8] = if line[name.clone()].ends_with(b":") { b":" } else { b"" };
    for word in Words::new(part) {
        let text = strip(line, word.clone(), b":");
        if value::address(&line[text.clone()]).is_some_and(|(_, port)| port.is_some()) {
            let hash = memchr::memchr(b'#', &line[text.clone()]).map_or(text.end, |at| text.start + at);
            let is_client = previous == b"for";
            sheet.known(if is_client { "client" } else { "server" }, text.start..hash);
            if hash < text.end {
                sheet.known(if is_client { "client_port" } else { "server_port" }, hash + 1..text.end);
            }
        }
        previous = &line[word];
    }
    true
}

/// Reads `query[A] a.example from 192.0.2.7`, `reply a.example is 203.0.113.5` or `forwarded a.example to 192.0.2.53`. With extra logging
/// a number and the client come first.
fn dnsmasq(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let mut words = Words::new(part);
    let Some(mut verb) = words.next() else { return false };
    // The first letter rules out most words.
    if !matches!(line[verb.start], b'0'..=b'9' | b'q' | b'g' | b'e' | b'r' | b'c' | b'v' | b'f' | b'/') {
        return false;
    }
    let mut client = None;
    if line[verb.clone()].iter().all(u8::is_ascii_digit) {
        // `log-queries=extra`: a number, then client/port.
        let (Some(peer), Some(next)) = (words.next(), words.next()) else { return false };
        if value::address(&line[peer.clone()]).is_none() {
            return false;
        }
        client = Some(peer);
        verb = next;
    }
    let text = &line[verb.clone()];
    let kind = text.strip_prefix(b"query[").and_then(|rest| rest.strip_suffix(b"]"));
    // Pi-hole: `gravity blocked a.example is 0.0.0.0`
    let is_list = matches!(text, b"gravity" | b"exactly" | b"regex")
        && words.next().is_some_and(|word| matches!(&line[word], b"blocked" | b"blacklisted" | b"denied"));
    let is_verb = is_list || matches!(text, b"reply" | b"cached" | b"config" | b"validation" | b"forwarded");
    if kind.is_none() && !is_verb && !text.starts_with(b"/") {
        return false;
    }
    let (Some(name), Some(link), Some(object)) = (words.next(), words.next(), words.next()) else { return false };
    let link = &line[link];
    let is_dnsmasq = match text {
        _ if kind.is_some() => link == b"from",
        b"forwarded" => link == b"to",
        _ => link == b"is",
    };
    if !is_dnsmasq {
        return false;
    }
    if let Some(peer) = client {
        let slash = memchr::memchr(b'/', &line[peer.clone()]);
        sheet.known("client", peer.start..slash.map_or(peer.end, |at| peer.start + at));
        if let Some(at) = slash {
            sheet.known("client_port", peer.start + at + 1..peer.end);
        }
    }
    sheet.known("query_name", name);
    match kind {
        Some(kind) => {
            let start = verb.start + 6;
            sheet.known("query_type", start..start + kind.len());
            sheet.known("client", object);
        }
        None if link == b"to" => sheet.known("server", object),
        None => sheet.known("answer", object),
    }
    true
}

/// Reads `info: 192.0.2.7 a.example. A IN` after `[1778580123] unbound[5:0]`, and replies: `192.0.2.7 a.example. A IN NOERROR 0.1 0 45`.
fn unbound(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let text = part.text();
    let Some(at) = sheet.find(part.to(part.start + 96), b"info: ") else { return false };
    let mut words = Words::new(part.from(at + 6));
    let (Some(client), Some(name), Some(kind), Some(class)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    if value::address(&line[client.clone()]).is_none() || !line[name.clone()].ends_with(b".") || &line[class] != b"IN" {
        return false;
    }
    if let Some(at) = memchr::memchr(b'[', text).filter(|at| *at == 0) {
        let end = memchr::memchr(b']', text).unwrap_or(at);
        sheet.known("time", part.start + 1..part.start + end.max(1));
    }
    sheet.known("client", client);
    sheet.known("query_name", strip(line, name, b"."));
    sheet.known("query_type", kind);
    true
}

/// Reads `[INFO] 192.0.2.7:5555 - 2158 "A IN a.example. udp 43 false 512" NOERROR qr,rd,ra 136 0.0001s`.
fn coredns(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.lacks(b'"') {
        return false;
    }
    let line = part.line;
    let mut words = Words::new(part);
    let Some(mut client) = words.next() else { return false };
    if line[client.clone()].starts_with(b"[") && line[client.clone()].ends_with(b"]") {
        let Some(next) = words.next() else { return false };
        client = next;
    }
    if value::address(&line[client.clone()]).is_none_or(|(_, port)| port.is_none()) {
        return false;
    }
    let (Some(dash), Some(_id)) = (words.next(), words.next()) else { return false };
    words.skip_spaces();
    if &line[dash] != b"-" || !words.rest().starts_with(b"\"") {
        return false;
    }
    let Some(question) = words.quoted() else { return false };
    let mut inner = Words::new(Part { line, start: question.start, end: question.end });
    let (Some(kind), Some(class), Some(name)) = (inner.next(), inner.next(), inner.next()) else { return false };
    if !matches!(&line[class], b"IN" | b"CH" | b"HS") || !line[name.clone()].ends_with(b".") {
        return false;
    }
    sheet.known("client", client);
    sheet.known("query_type", kind);
    sheet.known("query_name", strip(line, name, b"."));
    if let Some(protocol) = inner.next() {
        sheet.known("protocol", protocol);
    }
    true
}

/// Reads the Windows debug log: `5/12/2026 10:02:03 AM 0E5C PACKET 000001D4 UDP Rcv 192.0.2.7 0002 Q [0001 D NOERROR] A (1)a(7)example(0)`.
fn windows(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let text = part.text();
    let Some(at) = sheet.find(part.to(part.start + 96), b"PACKET ") else { return false };
    let mut words = Words::new(part.from(at + 7));
    let (Some(_), Some(protocol), Some(way), Some(peer)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    if value::address(&line[peer.clone()]).is_none() || !matches!(&line[way.clone()], b"Rcv" | b"Snd") {
        return false;
    }
    let Some(open) = memchr::memchr(b'[', words.rest()) else { return false };
    let is_answer = words.rest()[..open].contains(&b'R');
    let Some(close) = memchr::memchr(b']', words.rest()) else { return false };
    let start = words.at();
    let mut words = Words::new(part.from(start + close + 1));
    let (Some(kind), Some(name)) = (words.next(), words.next()) else { return false };
    let length = time::at_start(text).map_or(0, |(_, length)| length);
    if length > 0 {
        sheet.known("time", part.start..part.start + length);
    }
    // The peer is a client for a received query and a sent answer; otherwise it is another server.
    let is_client = (&line[way.clone()] == b"Rcv") != is_answer;
    sheet.known(if is_client { "client" } else { "server" }, peer);
    sheet.known("network.transport", protocol);
    sheet.known("query_type", kind);
    sheet.push(Label::Known("query_name"), TOP, name, Form::Labels);
    true
}

fn strip(line: &[u8], span: Range<usize>, suffix: &[u8]) -> Range<usize> {
    let text = &line[span.clone()];
    if text.len() > suffix.len() && text.ends_with(suffix) { span.start..span.end - suffix.len() } else { span }
}
