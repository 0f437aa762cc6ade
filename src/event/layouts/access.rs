//! Common and combined access logs of web servers: `[vhost] client ident user [time] "request" status bytes "referer" "agent"`.

use std::ops::Range;

use crate::event::sheet::{Part, Sheet, Words};
use crate::event::value;

/// Reads `part` if it has the shape of an access log: a time in brackets that is followed by a quoted request.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.lacks(b'[') {
        return false;
    }
    let text = part.text();
    let mut open = 0;
    let (bracket, close) = loop {
        let Some(at) = memchr::memchr(b'[', &text[open..text.len().min(512)]).map(|found| found + open) else {
            return false;
        };
        let Some(end) = memchr::memchr(b']', &text[at..text.len().min(at + 64)]).map(|found| found + at) else {
            return false;
        };
        if sheet.is_stamp(part.from(part.start + at + 1).to(part.start + end)) {
            break (at, end);
        }
        open = at + 1;
    };
    let (bracket, close) = (part.start + bracket, part.start + close);
    let rest = part.line[close + 1..part.end].trim_ascii_start();
    if !rest.starts_with(b"\"") && !is_bare_request(rest) {
        return false;
    }
    let mark = sheet.mark();
    if !before(part.to(bracket), sheet) {
        sheet.back_to(mark);
        return false;
    }
    sheet.known("time", bracket + 1..close);
    if after(part.from(close + 1), sheet).is_none() {
        sheet.back_to(mark);
        return false;
    }
    true
}

/// Reads host, client, ident and user. The user may hold spaces.
fn before(part: Part<'_>, sheet: &mut Sheet) -> bool {
    // `[access] 192.0.2.7 - -`
    let mut part = part.trimmed();
    // `<134>May 12 10:02:03 gw app: 192.0.2.7 - -`
    if part.text().starts_with(b"<") {
        return false;
    }
    while part.text().starts_with(b"[") {
        let Some(end) = memchr::memchr(b']', part.text()) else { return false };
        part = part.from(part.start + end + 1).trimmed();
    }
    let line = part.line;
    let is_address = |span: &Range<usize>| value::address(&line[span.clone()]).is_some();
    let mut begins = Words::new(part).next().is_some_and(|first| is_address(&first));
    if !begins && let Some(client) = client_after_words(part) {
        part = part.from(client);
        begins = true;
    }
    let mut words = Words::new(part);
    let Some(first) = words.next() else { return false };
    let after_first = words.at();
    let second = words.next();
    let client = match second {
        // `vhost:443 192.0.2.7 - -`
        Some(second) if !begins && (is_address(&second) || Words::new(part).count() >= 4) => {
            // `2026-05-12T10:02:03Z info app[5]: …`
            if sheet.is_stamp(part.from(first.start).to(first.end)) {
                return false;
            }
            vhost(part, first, sheet);
            second
        }
        _ => {
            words.set(after_first);
            first
        }
    };
    // `192.0.2.7, 198.51.100.1 - -`: the client, and the proxies between.
    let mut last = client.clone();
    while part.line[last].ends_with(b",") {
        let Some(next) = words.next() else { return false };
        last = next;
    }
    let comma = memchr::memchr(b',', &part.line[client.clone()]);
    let client = client.start..comma.map_or(client.end, |comma| client.start + comma);
    // Without a client, or with one on the same machine.
    if !matches!(&part.line[client.clone()], b"-" | b"unix:") {
        if !value::is_host_name(&part.line[client.clone()]) {
            return false;
        }
        sheet.known("client", client);
    }
    // `192.0.2.7 (198.51.100.1) - -`: a proxy, and the address that it forwarded.
    let mut rest = part.from(words.at()).trimmed();
    if rest.text().starts_with(b"(")
        && let Some(end) = memchr::memchr(b')', rest.text())
    {
        sheet.known("x_forwarded_for", rest.start + 1..rest.start + end);
        rest = rest.from(rest.start + end + 1);
    }
    let mut words = Words::new(rest);
    if let Some(ident) = words.next() {
        sheet.known("ident", ident);
        let user = rest.from(words.at()).trimmed();
        if !user.text().is_empty() {
            let user = match user.text() {
                [b'"', .., b'"'] => user.start + 1..user.end - 1,
                _ => user.start..user.end,
            };
            // `info app[5]`, `gw app: - -`
            let text = &part.line[user.clone()];
            if memchr::memchr(b'[', text).is_some() || memchr::memmem::find(text, b": ").is_some() {
                return false;
            }
            // `192.0.2.7 - 7be9 - [12/May/2026:10:02:03 +0000]`: one column more, and nobody.
            if !text.ends_with(b" -") {
                sheet.known("user", user);
            }
        }
    }
    true
}

/// Returns the start of the client if other words stand before it: `beast: 0x7f: 192.0.2.7 - eve`.
fn client_after_words(part: Part<'_>) -> Option<usize> {
    let second = Words::new(part).nth(1)?;
    let mut last = [const { 0..0 }; 3];
    let mut count = 0;
    for word in Words::new(part) {
        last = [last[1].clone(), last[2].clone(), word];
        count += 1;
    }
    let [client, ..] = last;
    let is_client = count > 4
        && value::address(&part.line[second]).is_none()
        && matches!(value::address(&part.line[client.clone()]), Some((_, None)));
    is_client.then_some(client.start)
}

/// Returns true for `/a?b 200 5`: a path without quotes, a status and a length.
fn is_bare_request(text: &[u8]) -> bool {
    let mut words = text.splitn(3, |byte| *byte == b' ');
    let (target, status, length) = (words.next(), words.next(), words.next());
    target.is_some_and(|target| target.starts_with(b"/"))
        && status.and_then(value::number).is_some_and(|status| (100..600).contains(&status))
        && length.is_some_and(|length| length.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-'))
}

fn vhost(part: Part<'_>, span: Range<usize>, sheet: &mut Sheet) {
    let text = &part.line[span.clone()];
    match memchr::memrchr(b':', text) {
        Some(colon) if value::port(&text[colon + 1..]).is_some() => {
            sheet.known("vhost", span.start..span.start + colon);
            sheet.known("server_port", span.start + colon + 1..span.end);
        }
        _ => sheet.known("vhost", span),
    }
}

/// Reads the request and the rest of the line.
fn after(part: Part<'_>, sheet: &mut Sheet) -> Option<()> {
    let mut words = Words::new(part);
    // A quoted `-` may come before the request.
    let request = loop {
        words.skip_spaces();
        if words.rest().first() != Some(&b'"') {
            break words.next().filter(|_| is_bare_request(part.text().trim_ascii_start()))?;
        }
        let span = words.quoted()?;
        if span.len() > 1 || words.rest().trim_ascii_start().first() != Some(&b'"') {
            break span;
        }
    };
    let status = words.next()?;
    let text = &part.line[status.clone()];
    if !text.iter().all(u8::is_ascii_digit) && text != b"-" {
        return None;
    }
    read_request(part.line, request, sheet);
    sheet.known("status", status);
    // Collect the numbers before the next quote.
    loop {
        words.skip_spaces();
        match words.rest().first() {
            None => return Some(()),
            Some(b'"') => break,
            Some(_) => {
                words.next();
            }
        }
    }
    // Referer, agent, and the address that a proxy forwarded, unless the log adds other columns.
    for name in ["referer", "user_agent", "x_forwarded_for"] {
        words.skip_spaces();
        if words.rest().first() != Some(&b'"') {
            break;
        }
        let Some(span) = words.quoted() else { break };
        sheet.known(name, span);
    }
    Some(())
}

/// Reads method, target and protocol of a quoted request. Other text is kept as the request.
pub(super) fn read_request(line: &[u8], span: Range<usize>, sheet: &mut Sheet) {
    let part = Part { line, start: span.start, end: span.end };
    let mut words = Words::new(part);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        sheet.known(if part.text().starts_with(b"/") { "url" } else { "raw_request" }, span);
        return;
    };
    if !line[method.clone()].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || *byte == b'-') {
        sheet.known("raw_request", span);
        return;
    }
    // A target may hold spaces: it ends before the protocol.
    let rest = part.from(target.start).text();
    let end = match memchr::memmem::rfind(rest, b" HTTP/") {
        Some(at) => target.start + at,
        None => span.end,
    };
    let target = target.start..target.start + line[target.start..end.max(target.start)].trim_ascii_end().len();
    sheet.known("method", method);
    sheet.known("url", target);
}
