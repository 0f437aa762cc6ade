//! Mail servers: sendmail (`from=<a@b>, …, relay=mx.example [192.0.2.7]`), Postfix (`connect from mx.example[192.0.2.7]`, `NOQUEUE: reject:
//! RCPT from …: from=<a@b> to=<c@d>`) and Exim (`1abc <= a@b H=mx.example [192.0.2.7]:5555 P=esmtp`).

use std::ops::Range;

use crate::event::pairs;
use crate::event::sheet::{Part, Sheet, Words};
use crate::event::value;

/// Reads an entry of either server.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    exim(part, sheet) || postfix(part, sheet)
}

/// Returns the span between `open` and the next `close`.
fn between(part: Part<'_>, open: &[u8], close: u8, sheet: &mut Sheet) -> Option<Range<usize>> {
    let start = sheet.find(part, open)? + open.len();
    let end = memchr::memchr(close, &part.line[start..part.end])? + start;
    Some(start..end)
}

/// Reads the client `name[192.0.2.7]` or `name[192.0.2.7]:5555` at `start`.
fn client(part: Part<'_>, start: usize, name: &'static str, address: &'static str, sheet: &mut Sheet) -> bool {
    let text = &part.line[start..part.end];
    let length = text
        .iter()
        .take(260)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(*byte, b'-' | b'_' | b'.'))
        .count();
    if length == 0 || text.get(length) != Some(&b'[') {
        return false;
    }
    let Some(end) = memchr::memchr(b']', &text[length..text.len().min(length + 64)]).map(|at| at + length) else {
        return false;
    };
    let inner = text[length + 1..end].strip_prefix(b"IPv6:").unwrap_or(&text[length + 1..end]);
    if value::address(inner).is_none() {
        return false;
    }
    sheet.known(name, start..start + length);
    sheet.known(address, start + end - inner.len()..start + end);
    true
}

fn postfix(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let mark = sheet.mark();
    let text = part.text();
    // Clients, and mail addresses, are always in brackets.
    if sheet.lacks(b'[') && sheet.lacks(b'<') || memchr::memchr2(b'[', b'<', text).is_none() {
        return false;
    }
    let queue = text.iter().take(24).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let has_queue = queue >= 6 && memchr::memchr(b':', &text[..text.len().min(24)]).is_some();
    let body = if has_queue && text[queue..].starts_with(b": ") { queue + 2 } else { 0 };
    let is_postfix = has_client(text) && postfix_client(part, body, sheet);
    let has_relay = sheet.find(part, b"relay=").is_some();
    if !is_postfix && !has_queue && !has_relay {
        sheet.back_to(mark);
        return false;
    }
    let from = between(part, b"from=<", b'>', sheet);
    let to = between(part, b"to=<", b'>', sheet);
    // Only a delivery takes its time.
    let mut is_delivery = || [&b" delay="[..], b" dsn="].iter().any(|words| sheet.find(part, words).is_some());
    let is_out = from.is_none() && (to.is_some() || has_relay && is_delivery());
    let is_relayed = has_relay && sendmail_relay(part, is_out, sheet);
    let is_mail = match has_queue {
        true => is_relayed || from.is_some() || to.is_some(),
        false => is_relayed && (is_out || from.is_some()),
    };
    if !is_postfix && !is_mail {
        sheet.back_to(mark);
        return false;
    }
    if let Some(from) = from {
        sheet.known("mail_from", from);
    }
    if let Some(to) = to {
        sheet.known("rcpt_to", to);
    }
    if let Some(at) = sheet.find(part, b"reject") {
        sheet.known("event.action", at..at + 6);
    }
    for (words, name) in [(&b"sasl_username="[..], "user"), (b"helo=<", "helo"), (b"status=", "status")] {
        if let Some(at) = sheet.find(part, words) {
            let start = at + words.len();
            let rest = &part.line[start..part.end];
            let length = rest.iter().position(|byte| matches!(*byte, b' ' | b',' | b'>')).unwrap_or(rest.len());
            sheet.known(name, start..start + length);
        }
    }
    true
}

/// Reads `relay=mx.example. [192.0.2.7]` of sendmail, and `relay=[192.0.2.7]:25` of Postfix: the next server of a mail on its way out, or
/// else the client.
fn sendmail_relay(part: Part<'_>, is_out: bool, sheet: &mut Sheet) -> bool {
    const RELAY: &[u8] = b"relay=";
    let Some(at) = sheet.find(part, RELAY) else { return false };
    if at > part.start && !matches!(part.line[at - 1], b' ' | b',' | b'\t') {
        return false;
    }
    let start = at + RELAY.len();
    let name = part.line[start..part.end]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'_' | b'.'))
        .count();
    let open = start + name + usize::from(name > 0);
    let Some(rest) = part.line[open.min(part.end)..part.end].strip_prefix(b"[") else { return false };
    if name > 0 && part.line[open - 1] != b' ' {
        return false;
    }
    let Some(length) = memchr::memchr(b']', &rest[..rest.len().min(64)]) else { return false };
    let prefix = if rest.starts_with(b"IPv6:") { 5 } else { 0 };
    let address = open + 1 + prefix..open + 1 + length;
    if value::address(&part.line[address.clone()]).is_none() {
        return false;
    }
    let close = address.end;
    sheet.known(if is_out { "server_address" } else { "client_address" }, address);
    port_after(part, close, if is_out { "server_port" } else { "client_port" }, sheet);
    if name > 0 {
        sheet.known(if is_out { "server_domain" } else { "client_name" }, start..start + name);
    }
    true
}

/// Reads the port in `]:5555`, of which the bracket is at `close`.
fn port_after(part: Part<'_>, close: usize, name: &'static str, sheet: &mut Sheet) {
    if !part.line[close..part.end].starts_with(b"]:") {
        return;
    }
    let start = close + 2;
    let digits = part.line[start..part.end].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    if value::port(&part.line[start..start + digits]).is_some() {
        sheet.known(name, start..start + digits);
    }
}

/// Returns true if a text may hold a client as [`client`] reads it: a name and the start of an address in brackets.
fn has_client(text: &[u8]) -> bool {
    memchr::memchr_iter(b'[', text).any(|at| {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'-' | b'_' | b'.');
        at > 0
            && is_name(&text[at - 1])
            && text.get(at + 1).is_some_and(|byte| {
                byte.is_ascii_hexdigit() || byte.is_ascii_whitespace() || matches!(*byte, b':' | b'I' | b'/')
            })
    })
}

/// Reads the client or the server of a message of Postfix, as `name[192.0.2.7]:5555`. The message begins at `body`, after the queue's id.
fn postfix_client(part: Part<'_>, body: usize, sheet: &mut Sheet) -> bool {
    let text = part.text();
    // Messages about a connection begin with these words.
    let first = [
        (&b"warning: "[..], "client_name", "client_address"),
        (b"lost connection with ", "server_domain", "server_address"),
        (b"conversation with ", "server_domain", "server_address"),
        (b"host ", "server_domain", "server_address"),
    ]
    .into_iter()
    .filter_map(|(words, name, address)| {
        let at = [body, 0].into_iter().find(|at| text[*at..].starts_with(words))?;
        Some((at + words.len(), name, address))
    });
    let within = [
        (&b" from "[..], "client_name", "client_address"),
        (b"client=", "client_name", "client_address"),
        (b"connect to ", "server_domain", "server_address"),
        (b" established to ", "server_domain", "server_address"),
        (b"relay=", "server_domain", "server_address"),
    ]
    .map(|(words, name, address)| {
        // At the start of the text, no space precedes it.
        let found = sheet.find(part, words).map(|at| at - part.start + words.len());
        let found = found.or_else(|| text.strip_prefix(words.trim_ascii_start()).map(|rest| text.len() - rest.len()));
        Some((found?, name, address))
    });
    for (at, name, address) in first.chain(within.into_iter().flatten()) {
        if !client(part, part.start + at, name, address, sheet) {
            continue;
        }
        // `name[192.0.2.7]:5555`
        let close = memchr::memchr(b']', &text[at..]).map_or(text.len(), |close| at + close);
        let port = if name == "client_name" { "client_port" } else { "server_port" };
        port_after(part, part.start + close, port, sheet);
        return true;
    }
    false
}

/// Reads `1abc-2 <= a@b H=(helo) [192.0.2.7]:5555 I=[203.0.113.5]:25 P=esmtp`, `… => c@d R=dnslookup T=remote H=mx.example [203.0.113.5]`.
fn exim(part: Part<'_>, sheet: &mut Sheet) -> bool {
    if sheet.lacks(b'H') || sheet.lacks(b'=') {
        return false;
    }
    let line = part.line;
    let mut words = Words::new(part);
    let Some(first) = words.next() else { return false };
    let id = &line[first.clone()];
    let has_id =
        id.len() >= 16 && id.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') && id.contains(&b'-');
    if !has_id && !part.text().starts_with(b"H=") && !part.text().starts_with(b"no host name") {
        return false;
    }
    let Some(host) = sheet.find(part, b"H=") else { return false };
    let mark = sheet.mark();
    let is_out = has_id && words.next().is_some_and(|verb| matches!(&line[verb], b"=>" | b"->" | b"**" | b"=="));
    if has_id {
        words.set(first.end);
        let verb = words.next();
        if let Some(mail) = words.next()
            && verb.is_some_and(|verb| matches!(&line[verb], b"<=" | b"=>" | b"->" | b"**" | b"=="))
        {
            sheet.known(if is_out { "rcpt_to" } else { "mail_from" }, mail);
        }
    }
    let Some(address) = between(part.from(host), b"[", b']', sheet) else {
        sheet.back_to(mark);
        return false;
    };
    if value::address(&line[address.clone()]).is_none() {
        sheet.back_to(mark);
        return false;
    }
    let name_end = line[host + 2..part.end].iter().position(|byte| *byte == b' ').map_or(part.end, |at| host + 2 + at);
    if line[host + 2] != b'(' && line[host + 2] != b'[' {
        sheet.known(if is_out { "server_domain" } else { "client_name" }, host + 2..name_end);
    }
    sheet.known(if is_out { "server_address" } else { "client_address" }, address.clone());
    port_after(part, address.end, if is_out { "server_port" } else { "client_port" }, sheet);
    if let Some(own) = between(part, b"I=[", b']', sheet) {
        sheet.known(if is_out { "client_address" } else { "server_address" }, own);
    }
    sheet.level += 1;
    pairs::read(part.from(address.end), sheet);
    sheet.level -= 1;
    true
}
