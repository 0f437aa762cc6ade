//! Syslog around any layout: RFC 5424 (`<34>1 2026-05-12T10:02:03Z host app pid id [data] message`) and RFC 3164
//! (`<34>May 12 10:02:03 host app[pid]: message`), with all time formats that programs really write.

use std::ops::Range;

use super::words::is_link;
use super::{dns, mail, sshd};
use crate::event::sheet::{Part, Sheet, Words};
use crate::event::{pairs, value};

/// Returns the message if `part` begins like syslog. The fields around the message go to the sheet as less certain than those in it.
pub(super) fn read<'a>(part: Part<'a>, sheet: &mut Sheet) -> Option<Part<'a>> {
    let level = sheet.level;
    sheet.level = level + 1;
    let found = header(part, sheet);
    sheet.level = level;
    found
}

/// Returns true if `part` begins with a priority, or with a time without a year.
pub(super) fn begins(part: Part<'_>, sheet: &mut Sheet) -> bool {
    match part.text().first() {
        Some(b'<') => priority(part.text()) > 0,
        Some(first) if first.is_ascii_uppercase() => {
            sheet.stamp_at(part).is_some_and(|(stamp, _)| stamp.year.is_none())
        }
        _ => false,
    }
}

fn header<'a>(part: Part<'a>, sheet: &mut Sheet) -> Option<Part<'a>> {
    let priority = priority(part.text());
    let mut rest = part.from(part.start + priority);
    if priority > 0 {
        if let Some(inner) = rfc5424(rest, sheet) {
            return Some(inner);
        }
        // Some senders write a space after the priority.
        rest = rest.trimmed();
    }
    if let Some(inner) = rfc3164(rest, sheet, priority > 0) {
        return Some(inner);
    }
    (priority > 0).then(|| rest.trimmed())
}

/// Returns true if a text begins with a priority.
pub(super) fn has_priority(text: &[u8]) -> bool {
    priority(text) > 0
}

/// Returns the length of `<34>`.
fn priority(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(b"<") else { return 0 };
    let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=3).contains(&digits) && rest.get(digits) == Some(&b'>') { digits + 2 } else { 0 }
}

fn rfc5424<'a>(part: Part<'a>, sheet: &mut Sheet) -> Option<Part<'a>> {
    let text = part.text();
    if !text.first()?.is_ascii_digit() || text.get(1) != Some(&b' ') {
        return None;
    }
    let mut words = Words::new(part.from(part.start + 2));
    let at = words.next()?;
    if &part.line[at.clone()] != b"-" {
        sheet.is_stamp(Part { start: at.start, end: at.end, ..part }).then_some(())?;
        sheet.known("syslog.time", at);
    }
    for name in ["syslog.host", "syslog.app", "syslog.pid", "syslog.msgid"] {
        let span = words.next()?;
        // Some products leave out the columns before the message.
        if starts_message(&part.line[span.clone()]) {
            return Some(part.from(span.start).trimmed());
        }
        if &part.line[span.clone()] != b"-" {
            sheet.known(name, span);
        }
    }
    words.skip_spaces();
    let rest = words.rest();
    let at = words.at();
    let body = if rest.starts_with(b"-") { at + 1 } else { structured(part, at, sheet).unwrap_or(at) };
    let mut inner = part.from(body).trimmed();
    if let Some(text) = inner.text().strip_prefix(b"\xef\xbb\xbf") {
        inner = inner.from(inner.end - text.len());
    }
    Some(inner)
}

/// Returns true if a word begins a message that is no column of a header.
fn starts_message(word: &[u8]) -> bool {
    const STARTS: [&[u8]; 5] = [b"{\"", b"[{", b"CEF:", b"LEEF:", b"<?xml"];
    let name =
        word.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.')).count();
    STARTS.iter().any(|start| word.starts_with(start)) || name > 0 && word[name..].starts_with(b"=")
}

/// Reads `[id key="value"][id2 …]`: adds the pairs, and returns the end.
fn structured(part: Part<'_>, start: usize, sheet: &mut Sheet) -> Option<usize> {
    let mut at = start;
    // `[{` is the JSON array of a message without structured data.
    while part.line[..part.end].get(at) == Some(&b'[') && part.line[..part.end].get(at + 1) != Some(&b'{') {
        let mut end = at + 1;
        let mut in_quotes = false;
        loop {
            match *part.line[..part.end].get(end)? {
                b'\\' if in_quotes => end += 1,
                b'"' => in_quotes = !in_quotes,
                b']' if !in_quotes => break,
                _ => {}
            }
            end += 1;
        }
        let level = sheet.level;
        sheet.level = level.saturating_sub(1);
        let inner = Part { start: at + 1, end, ..part };
        // Check Point: `[action:"Accept"; src:"192.0.2.7"]`. A value may hold pairs: `originsicname:"CN=gw1,O=corp"`.
        if !has_colons(inner.text()) || !super::colons::read(inner, sheet) {
            pairs::read(inner, sheet);
        }
        sheet.level = level;
        at = end + 1;
    }
    (at > start).then_some(at)
}

/// Returns true if the first name of structured data has a colon and a quote after it: `action:"Accept"`.
fn has_colons(text: &[u8]) -> bool {
    let length = text.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    length > 0 && text[length..].starts_with(b":\"")
}

/// Reads time, host and tag, each of which may be missing.
fn rfc3164<'a>(part: Part<'a>, sheet: &mut Sheet, has_priority: bool) -> Option<Part<'a>> {
    // Cisco: a sequence number or the host before the time, a mark for an unset clock, a colon before or after the time.
    let mut before = before_colon(part);
    // `000123: gw1: May 12 …`: the number, then the host.
    if let Some(number) = &before
        && part.line[number.clone()].iter().all(u8::is_ascii_digit)
        && let Some(host) = before_colon(part.from(number.end + 2)).filter(|host| !host.is_empty())
    {
        before = Some(host);
    }
    let mut start = before.as_ref().map_or(part.start, |before| before.end + 2);
    start += usize::from(has_priority && before.is_none() && part.text().starts_with(b":"));
    if before.is_some() {
        start += before_time(&part.line[start..part.end]);
    }
    start += usize::from(matches!(part.line[..part.end].get(start), Some(b'*' | b'.' | b'%')));
    let (stamp, length) = sheet.stamp_at(part.from(start))?;
    let mut end = start + length;
    // The name of a zone that has several meanings, or none.
    if before.is_some()
        && let [b' ', zone @ ..] = &part.line[end..part.end]
    {
        let letters = zone.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        end += if (2..=5).contains(&letters) && zone.get(letters) == Some(&b':') { letters + 1 } else { 0 };
    }
    let is_cisco = part.line[..part.end].get(end) == Some(&b':');
    let before = before.filter(|before| !part.line[before.clone()].iter().all(u8::is_ascii_digit));
    if before.is_some() && !is_cisco {
        return None;
    }
    let rest = part.from(end + usize::from(is_cisco));
    if !rest.text().is_empty() && !rest.text().starts_with(b" ") && !rest.text().starts_with(b"\t") {
        return None;
    }
    let is_short = stamp.year.is_none();
    let is_sure = has_priority || is_short;
    let mut words = Words::new(rest.trimmed());
    let mark = sheet.mark();
    sheet.known("syslog.time", start..start + length);
    if let Some(before) = before.filter(|before| !before.is_empty()) {
        sheet.known("syslog.host", before);
        return Some(after_tag(rest.trimmed(), sheet));
    }
    if let Some((host, inner)) = forwarded(rest.trimmed()) {
        sheet.known("syslog.host", host);
        return Some(after_tag(inner, sheet));
    }
    let Some(mut host) = words.next() else { return Some(rest.trimmed()) };
    // `daemon.info gw1 app:`
    if is_selector(&part.line[host.clone()])
        && let Some(next) = words.next()
    {
        host = next;
    }
    let after_host = words.at();
    let host_text = &part.line[host.clone()];
    // `192.0.2.1: %ACE-3-251010: …`
    if let Some(name) = colon_host(part, &host, after_host) {
        sheet.known("syslog.host", name);
        return Some(after_tag(rest.from(after_host).trimmed(), sheet));
    }
    // Without a host the tag comes first; it ends in a colon.
    if let Some(tag) = tag(part, &host) {
        sheet.known("syslog.app", tag);
        return Some(rest.from(after_host).trimmed());
    }
    let mut next = words.next();
    // Other logs that begin with a time continue with a level or a message, not with a host.
    let is_before_tag = |is_sure| next.as_ref().is_some_and(|next| is_certain_tag(part, next, is_sure));
    let is_host = if is_number(host_text) {
        is_before_tag(is_sure)
    } else {
        is_host(host_text) && (has_priority || !value::is_method(host_text) || is_before_tag(false))
    };
    if !is_host {
        if is_sure {
            return Some(rest.trimmed());
        }
        sheet.back_to(mark);
        return None;
    }
    // `app [5]: …`: the program, without a host.
    if next.as_ref().is_some_and(|next| is_number_of_process(&part.line[next.clone()])) {
        sheet.known("syslog.app", host);
        return Some(rest.from(words.at()).trimmed());
    }
    // AIX: `auth|security:info` before the program.
    if next.as_ref().is_some_and(|next| is_facility(&part.line[next.clone()])) {
        next = words.next();
    }
    // `gw1 : %ASA-6-302013: …`
    if next.as_ref().is_some_and(|next| &part.line[next.clone()] == b":")
        && let Some(id) = words.next().filter(|word| part.line[word.clone()].starts_with(b"%"))
    {
        sheet.known("syslog.host", host);
        return Some(after_tag(part.from(id.start), sheet));
    }
    // `/wiki/Talk:` is a path.
    let is_path = |next: &Range<usize>| !is_sure && part.line[next.start] == b'/' && !has_process(part, next);
    let tagged = next.clone().filter(|next| !is_path(next)).and_then(|next| tag(part, &next));
    // `2026-05-12 10:02:03  SMTP Server: …`, `2026-05-12 10:02:03 Logon   Error: …`, `2026-05-12T10:02:03Z: Failed Login: …`: columns or
    // a sentence of a program's own log, not a host and a program. Some senders do align these, or write a colon after the time: what
    // the program is or says tells.
    let is_apart = |word: &Range<usize>| part.line[..word.start].ends_with(b"  ");
    if !is_sure
        && (is_cisco || is_apart(&host) || next.as_ref().is_some_and(is_apart))
        && !next.as_ref().is_some_and(|next| is_certain_tag(part, next, false))
        && !(tagged.is_some() && is_known(rest.from(words.at()).trimmed(), sheet))
    {
        sheet.back_to(mark);
        return None;
    }
    if tagged.is_none() && !is_sure {
        // A time and a host without a tag could be any program's own log.
        sheet.back_to(mark);
        return None;
    }
    sheet.known("syslog.host", host);
    if let Some(tag) = tagged {
        sheet.known("syslog.app", tag);
        return Some(rest.from(words.at()).trimmed());
    }
    Some(rest.from(after_host).trimmed())
}

/// Returns true for a tag that cannot be a word of a message: `sshd[25]:`, `kernel:`, `%ASA-6-302013:`; for each tag if the header is
/// surely one of syslog.
fn is_certain_tag(part: Part<'_>, word: &Range<usize>, is_sure: bool) -> bool {
    let text = &part.line[word.clone()];
    tag(part, word).is_some() && (is_sure || has_process(part, word) || text[0] == b'%' || text == b"kernel:")
}

/// Returns true if a tag ends with the number of a process.
fn has_process(part: Part<'_>, word: &Range<usize>) -> bool {
    part.line[word.clone()].ends_with(b"]:")
}

/// Returns true if a program with a layout of its own wrote the message.
fn is_known(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let mark = sheet.mark();
    let is_read = sshd::read(part, sheet) || dns::read(part, sheet) || mail::read(part, sheet);
    sheet.back_to(mark);
    is_read
}

/// Returns true for `[25]:`, apart from the program.
fn is_number_of_process(text: &[u8]) -> bool {
    let number = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]:"));
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Returns the text before the colon and the space at the start of a part: `000123: `, `sw1: `, or nothing as in `: `.
fn before_colon(part: Part<'_>) -> Option<Range<usize>> {
    let text = part.text();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'-' | b'_' | b'.');
    let length = text.iter().take(64).take_while(|byte| is_name(byte)).count();
    text[length..].starts_with(b": ").then_some(part.start..part.start + length)
}

/// Returns the length of what Cisco's devices write between a number or host and the time: the node (`RP/0/RSP0/CPU0:`), or the task after
/// a star (`*apfReceiveTask: `).
fn before_time(text: &[u8]) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'/' | b'_' | b'-');
    let star = usize::from(text.first() == Some(&b'*'));
    let length = star + text[star..].iter().take(48).take_while(|byte| is_name(byte)).count();
    let is_node = || star == 0 && text[..length].contains(&b'/') && text[length..].starts_with(b":");
    if star == 1 && length > 1 && text[length..].starts_with(b": ") {
        length + 2
    } else if is_node() {
        length + 1
    } else {
        0
    }
}

/// Returns the message after the program's name, if there is one.
fn after_tag<'a>(part: Part<'a>, sheet: &mut Sheet) -> Part<'a> {
    let Some(word) = Words::new(part).next() else { return part };
    let Some(name) = tag(part, &word) else { return part };
    sheet.known("syslog.app", name);
    part.from(word.end).trimmed()
}

/// The names of severities.
const SEVERITIES: [&[u8]; 11] =
    [b"emerg", b"panic", b"alert", b"crit", b"err", b"error", b"warn", b"warning", b"notice", b"info", b"debug"];

/// Returns true for a facility and a severity: `auth|security:info`, `daemon:notice`.
fn is_facility(text: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', text) else { return false };
    colon > 0
        && text[..colon].iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'|' || byte.is_ascii_digit())
        && SEVERITIES.iter().any(|severity| text[colon + 1..].starts_with(severity))
}

/// Returns true for the facility and severity of syslogd, with a dot between them: `user.info`, `local7.notice`.
fn is_selector(text: &[u8]) -> bool {
    const FACILITIES: [&[u8]; 13] = [
        b"kern",
        b"user",
        b"mail",
        b"daemon",
        b"auth",
        b"authpriv",
        b"syslog",
        b"lpr",
        b"news",
        b"uucp",
        b"cron",
        b"ftp",
        b"security",
    ];
    let Some(dot) = memchr::memchr(b'.', text) else { return false };
    let facility = &text[..dot];
    let is_local = matches!(facility, [name @ .., b'0'..=b'7'] if name.eq_ignore_ascii_case(b"local"));
    let eq = |names: &[&[u8]], text: &[u8]| names.iter().any(|name| name.eq_ignore_ascii_case(text));
    (is_local || eq(&FACILITIES, facility)) && eq(&SEVERITIES, &text[dot + 1..])
}

/// Returns the host that a colon follows: an address, or a name before the identifier of Cisco's messages (`gw1: %SYS-5-CONFIG_I: …`).
fn colon_host(part: Part<'_>, word: &Range<usize>, after: usize) -> Option<Range<usize>> {
    let name = part.line[word.clone()].strip_suffix(b":")?;
    let is_before_id = || part.from(after).trimmed().text().starts_with(b"%");
    let is_address = matches!(value::address(name), Some((_, None)));
    (is_address || is_host(name) && is_before_id()).then_some(word.start..word.end - 1)
}

/// Reads `Message forwarded from pc1: `, which AIX writes in place of the host.
fn forwarded<'a>(part: Part<'a>) -> Option<(Range<usize>, Part<'a>)> {
    let rest = part.text().strip_prefix(b"Message forwarded from ")?;
    let start = part.end - rest.len();
    let length = rest.iter().take(256).position(|byte| *byte == b':')?;
    is_host(&rest[..length]).then(|| (start..start + length, part.from(start + length + 1).trimmed()))
}

/// Returns the message after `sshd[25]: `, if a shipper removed the time and the host.
pub(super) fn tagged<'a>(part: Part<'a>, sheet: &mut Sheet) -> Option<Part<'a>> {
    let mut words = Words::new(part);
    let word = words.next()?;
    let name = tag(part, &word).filter(|name| name.end + 1 < word.end)?;
    let level = sheet.level;
    sheet.level = level + 1;
    sheet.known("syslog.app", name);
    sheet.level = level;
    Some(part.from(word.end).trimmed())
}

/// Returns true for a text that can be the name of a host. Digits alone are more often the number of a thread.
pub(super) fn is_host(text: &[u8]) -> bool {
    let has_port = || value::address(text).is_some_and(|(_, port)| port.is_some());
    // `2026-05-12 10:02:03,456 INFO app.audit: …`
    const LEVELS: [&[u8]; 10] =
        [b"TRACE", b"DEBUG", b"INFO", b"NOTICE", b"WARN", b"WARNING", b"ERROR", b"CRITICAL", b"FATAL", b"SEVERE"];
    let is_level = || LEVELS.iter().any(|level| level.eq_ignore_ascii_case(text));
    let is_word = || text[0].is_ascii_uppercase() && is_level() || is_link(text);
    value::is_host_name(text)
        && !has_port()
        && !text.ends_with(b":")
        && text.iter().any(u8::is_ascii_alphanumeric)
        && !is_number(text)
        && !is_word()
}

fn is_number(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// Returns the program's name in `sshd[25]:`, `kernel:` or `%ASA-6-302013:`.
fn tag(part: Part<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    let text = part.line[word.clone()].strip_suffix(b":")?;
    let name = match memchr::memchr(b'[', text) {
        Some(at) if text.ends_with(b"]") => &text[..at],
        Some(_) => return None,
        None => text,
    };
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'_' | b'-' | b'.' | b'/' | b'%' | b'(' | b')');
    (!name.is_empty() && name.len() <= 64 && name.iter().all(is_name)).then(|| word.start..word.start + name.len())
}
