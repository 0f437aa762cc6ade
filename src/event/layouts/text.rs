//! Plain text: the time at its start, and addresses, users, requests and URLs with the words before them as names.
//!
//! `Login of eve from 192.0.2.7 port 5555` gives a field `from` and a field `of`. The table of names defines what a word means.

use std::ops::Range;

use super::words::{METHODS, NO_USERS};
use crate::event::names;
use crate::event::sheet::{Form, Label, Part, Sheet, find};
use crate::event::{time, value};

/// The maximum number of words that are looked at. Who met whom stands at the start.
const MAX_WORDS: usize = 600;

#[derive(Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
}

/// Reads everything that can be recognised in `part`.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) {
    let line = part.line;
    if !sheet.fields.iter().any(|field| matches!(field.label, Label::Known("time" | "syslog.time"))) {
        leading_time(part, sheet);
    }
    let mut text = Text { part, at: part.start };
    // The position among the pairs that were read before; their content is known.
    let mut pairs = 0;
    // The words before the current one, latest first.
    let mut before: [Option<Word>; 3] = [None; 3];
    let mut addresses = 0;
    let mut is_login = false;
    for _ in 0..MAX_WORDS {
        let Some(raw) = text.word() else { break };
        if let Some(end) = pair(line, sheet, &mut pairs, raw) {
            text.at = text.at.max(end);
            before = [Some(raw), before[0], before[1]];
            continue;
        }
        let word = trimmed(line, raw);
        let bytes = &line[word.start..word.end];
        let mut skip = true;
        is_login |= bytes.eq_ignore_ascii_case(b"login") || bytes.eq_ignore_ascii_case(b"user");
        // FreeRADIUS: `Login OK: [eve]`, `Login incorrect (reason): [eve/password]`
        if is_login && line[raw.start] == b'[' && before[0].is_some_and(|word| line[word.end - 1] == b':') {
            if let Some(user) = quoted(part, raw) {
                let text = &line[user.start..user.end];
                let end = memchr::memchr(b'/', text)
                    .filter(|at| &text[..*at] != b"host")
                    .map_or(user.end, |at| user.start + at);
                sheet.known("user", user.start..end);
                is_login = false;
            }
        } else if bytes.is_empty() {
            skip = is_arrow(&line[raw.start..raw.end]);
        } else if let Some(end) = address(part, raw, word, before, &mut addresses, sheet) {
            text.at = text.at.max(end);
        } else if bytes[0].is_ascii_uppercase() && METHODS.contains(&bytes) {
            if let Some(next) = text.peek() {
                let target = &line[next.start..next.end];
                if target.starts_with(b"/") || find(target, b"://").is_some() {
                    let stop = target
                        .iter()
                        .position(|byte| matches!(*byte, b'"' | b'\''))
                        .map_or(next.end, |at| next.start + at);
                    // `"www.example GET /path"`
                    if let Some(host) = before[0].filter(|host| line[host.start] == b'"') {
                        let host = trimmed(line, host);
                        if value::is_host_name(&line[host.start..host.end]) {
                            sheet.known("url_host", host.start..host.end);
                        }
                    }
                    sheet.known("method", word.start..word.end);
                    sheet.known("request_uri", next.start..stop);
                    text.word();
                }
            }
        } else if bytes == b"client" && named_port(part, text.at, sheet) {
            // `named_port` has read the name and the port.
        } else if is_url(bytes) {
            sheet.level += 1;
            // In `http://a.example/...` the dots mean that the URL was cut; they do not end a sentence.
            let end = if line[word.end..raw.end].starts_with(b"...") { word.end + 3 } else { word.end };
            sheet.known("url", word.start..end);
            sheet.level -= 1;
        } else if let Some((name, span)) = verdict(part, raw, word, &text) {
            sheet.level += 2;
            sheet.known(name, span);
            sheet.level -= 2;
        } else {
            labelled(part, raw, word, before[0], &mut text, sheet);
        }
        if skip || !is_arrow(&line[raw.start..raw.end]) {
            before = [Some(raw), before[0], before[1]];
        }
    }
}

/// Returns the end of the name-value pair that begins at a word, if its value is a single word and not an address. Pairs with unknown
/// names count too.
fn pair(line: &[u8], sheet: &Sheet, next: &mut usize, word: Word) -> Option<usize> {
    // Fields are ordered by offset, except those within another field.
    while let Some(field) = sheet.fields.get(*next) {
        if let Label::Line(start, end) = field.label
            && end < field.start
            && (start as usize) >= word.start
        {
            let is_it = start as usize <= word.start + 1 && line[end as usize..field.start as usize].contains(&b'=');
            let value = field.span();
            let is_one_word = value.end > value.start
                && !line[start as usize..value.end].iter().any(|byte| matches!(*byte, b' ' | b'.' | b':' | b','));
            return (is_it && is_one_word).then_some(value.end);
        }
        *next += 1;
    }
    None
}

/// Reads `client NAME port 5555`, where the client is a network device (FreeRADIUS).
fn named_port(part: Part<'_>, at: usize, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let mut text = Text { part, at };
    let (Some(name), Some(word), Some(port)) = (text.word(), text.word(), text.word()) else { return false };
    let port = trimmed(line, port);
    let name_text = &line[name.start..name.end];
    if &line[word.start..word.end] != b"port"
        || value::port(&line[port.start..port.end]).is_none()
        || value::address(name_text).is_some()
        || !value::is_host_name(name_text)
    {
        return false;
    }
    sheet.known("nas_name", name.start..name.end);
    sheet.known("source.port", port.start..port.end);
    true
}

/// Reads the time at the start, which brackets, a level or one or two words may precede.
fn leading_time(part: Part<'_>, sheet: &mut Sheet) {
    let text = part.text();
    let mut at = 0;
    for _ in 0..12 {
        while at < text.len() && matches!(text[at], b' ' | b'\t' | b'[' | b'(' | b'"' | b'\'' | b'<') {
            at += 1;
        }
        if at >= text.len().min(256) {
            return;
        }
        if let Some((_, length)) = sheet.stamp_at(part.from(part.start + at)) {
            sheet.known("time", part.start + at..part.start + at + length);
            return;
        }
        let end = at + memchr::memchr2(b' ', b'\t', &text[at..]).unwrap_or(text.len() - at);
        let word = text[at..end].trim_ascii_end();
        let word = word.strip_suffix(b"]").unwrap_or(word);
        if time::epoch(word).is_some() {
            sheet.known("time", part.start + at..part.start + at + word.len());
            return;
        }
        at = end;
    }
}

struct Text<'a> {
    part: Part<'a>,
    at: usize,
}

impl Text<'_> {
    fn word(&mut self) -> Option<Word> {
        let text = self.part.line.get(self.at..self.part.end)?;
        let gap = text.iter().position(|byte| !is_gap(*byte)).unwrap_or(text.len());
        let text = &text[gap..];
        let length = text.iter().position(|byte| is_gap(*byte)).unwrap_or(text.len());
        let start = self.at + gap;
        self.at = start + length;
        (length > 0).then_some(Word { start, end: self.at })
    }

    fn peek(&self) -> Option<Word> {
        Text { part: self.part, at: self.at }.word()
    }
}

#[inline]
fn is_gap(byte: u8) -> bool {
    /// Used for every byte: the lookup takes less than half the steps of the comparisons.
    static GAPS: [bool; 256] = {
        let mut gaps = [false; 256];
        let (bytes, mut at) = (b" \t\r\n,;|", 0);
        while at < bytes.len() {
            gaps[bytes[at] as usize] = true;
            at += 1;
        }
        gaps
    };
    GAPS[byte as usize]
}

fn is_arrow(text: &[u8]) -> bool {
    matches!(text, b"->" | b"-->" | b"=>" | b">" | b">>" | b"<->" | b"--&gt;")
}

fn trimmed(line: &[u8], word: Word) -> Word {
    let text = &line[word.start..word.end];
    let is_open = |byte: &u8| matches!(*byte, b'"' | b'\'' | b'(' | b'[' | b'{' | b'<' | b'`' | b'=' | b':');
    let is_close =
        |byte: &u8| matches!(*byte, b'"' | b'\'' | b')' | b']' | b'}' | b'>' | b'`' | b'.' | b':' | b'!' | b'?' | b'=');
    let Some(start) = text.iter().position(|byte| !is_open(byte)) else {
        return Word { start: word.start, end: word.start };
    };
    // `[2001:db8::1]:443` and `[AF_INET]192.0.2.7` keep their brackets.
    let end = text.iter().rposition(|byte| !is_close(byte)).map_or(start, |at| at + 1);
    Word { start: word.start + start, end: word.start + end.max(start) }
}

fn is_url(text: &[u8]) -> bool {
    find(&text[..text.len().min(12)], b"://").is_some_and(|at| at > 1)
}

/// Reads the word as an address, if it is one: adds a field, and returns the end of the address.
fn address(
    part: Part<'_>,
    raw: Word,
    word: Word,
    before: [Option<Word>; 3],
    count: &mut u32,
    sheet: &mut Sheet,
) -> Option<usize> {
    let line = part.line;
    let mut start = word.start;
    let text = &line[word.start..word.end];
    // An address has three dots or two colons.
    let (dots, colons) = text.iter().fold((0_u32, 0_u32), |(dots, colons), byte| {
        (dots + u32::from(*byte == b'.'), colons + u32::from(*byte == b':'))
    });
    if dots < 3 && colons < 2 {
        return None;
    }
    // Two addresses in one word: `192.0.2.7:5555->203.0.113.5:443`.
    if let Some(at) = find(text, b"->") {
        let (left, right) = (&text[..at], &text[at + 2..]);
        if value::address(left).is_some() && value::address(right).is_some() {
            end_of_flow(line, word.start..word.start + at, "source.ip", "source.port", sheet);
            end_of_flow(line, word.start + at + 2..word.end, "destination.ip", "destination.port", sheet);
            *count += 2;
            return Some(raw.end);
        }
    }
    // `client01/192.0.2.7:5555` at the start names the subject of the line.
    if let Some(at) = memchr::memchr(b'/', text).filter(|at| *at > 0)
        && raw.start <= part.start + 32
        && *count == 0
        && value::address(&text[at + 1..]).is_some_and(|(_, port)| port.is_some())
    {
        sheet.known("client", word.start + at + 1..word.end);
        // OpenVPN: the name of the client's certificate, which may hold spaces.
        let name = part.start..word.start + at;
        let text = &line[name.clone()];
        let length = text
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(*byte, b' ' | b'.' | b'_' | b'@' | b'-'))
            .count();
        let start = match time::at_start(text) {
            Some((_, length)) => name.start + length,
            None if length == text.len() => name.start,
            None => word.start,
        };
        sheet.known("user", start..name.end);
        *count += 1;
        return Some(raw.end);
    }
    // Text joined to the address: `client01/192.0.2.7:5555`, `[AF_INET]192.0.2.7`, `src:192.0.2.7`, `eve@192.0.2.7`, `peer(192.0.2.7`.
    let mut glued = None;
    if value::address(text).is_none() {
        let cut = text
            .iter()
            .rposition(|byte| matches!(*byte, b'/' | b']' | b'@' | b'(' | b'=' | b'"' | b'\''))
            .map(|at| at + 1);
        let colon = memchr::memchr(b':', text).map(|at| at + 1);
        let at = [cut, colon].into_iter().flatten().find(|at| value::address(&text[*at..]).is_some())?;
        glued = Some(Word { start: word.start, end: word.start + at });
        start += at;
    }
    let mut end = word.end;
    let (_, port) = value::address(&line[start..end])?;
    // `192.0.2.7 port 5555`, `192.0.2.7 : 5555`
    let mut stop = raw.end;
    if port.is_none() && raw.end <= word.end + 1 {
        for link in
            [&b" port "[..], b" : ", b" port: ", b" port=", b", port ", b" source port ", b" srcport ", b"|", b","]
        {
            if let Some(rest) = line[word.end..part.end].strip_prefix(link) {
                let digits = rest.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
                let ends = match link {
                    b"|" => rest.get(digits) == Some(&b'|'),
                    // `192.0.2.7,443` and nothing else.
                    b"," => raw.start == part.start && digits == rest.len(),
                    _ => true,
                };
                if ends && value::port(&rest[..digits]).is_some() {
                    end = word.end + link.len() + digits;
                    stop = stop.max(end);
                }
            }
        }
    }
    if port.is_none() && end == word.end && is_version(line, glued, before[0]) {
        return Some(raw.end);
    }
    *count += 1;
    if let Some(end) = (glued.is_none() && *count == 1).then(|| flow(part, Word { start, end }, sheet)).flatten() {
        *count += 1;
        return Some(end);
    }
    // Look for an arrow after the address, or before it.
    let rest = line[stop..part.end].trim_ascii_start();
    let is_before_arrow = [&b"-> "[..], b"=> ", b"> ", b"--> "].iter().any(|arrow| rest.starts_with(arrow));
    if before[0].is_some_and(|word| is_arrow(&line[word.start..word.end])) {
        sheet.known("destination.ip", start..end);
        return Some(stop);
    }
    if is_before_arrow {
        sheet.known("source.ip", start..end);
        return Some(stop);
    }
    let label = glued.and_then(|glued| label(line, Some(glued), None)).or_else(|| label(line, before[0], before[1]));
    match label.filter(|label| names::means_address(&line[label.start..label.end])) {
        Some(label) => sheet.named(label.start..label.end, start..end, Form::Plain),
        None => {
            sheet.level += 2;
            sheet.known(if *count == 1 { "address" } else { "second_address" }, start..end);
            sheet.level -= 2;
        }
    }
    Some(stop)
}

/// Returns true if a text that looks like an address is a version: after a product and a slash (`Chrome/192.0.2.1`), or after a word for
/// it (`version 192.0.2.1`). A machine before the slash does not count (`client/192.0.2.7`), nor does a word in capitals
/// (`HIER_DIRECT/203.0.113.5`).
fn is_version(line: &[u8], glued: Option<Word>, before: Option<Word>) -> bool {
    let Some(name) = glued.or(before).map(|word| &line[word.start..word.end]) else { return false };
    if glued.is_some()
        && let Some(product) = name.strip_suffix(b"/")
    {
        return product.iter().any(u8::is_ascii_lowercase) && !names::is_exact(product);
    }
    let end = name.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |at| at + 1);
    let is_end = |word: &[u8]| end >= word.len() && name[end - word.len()..end].eq_ignore_ascii_case(word);
    let is_word = |word: &[u8]| is_end(word) && !name[..end - word.len()].last().is_some_and(u8::is_ascii_alphanumeric);
    // In `release 192.0.2.7` the word may be a verb.
    let is_key = name[end..].first().is_some_and(|byte| matches!(*byte, b':' | b'='));
    is_end(b"version") || is_word(b"ver") || is_key && (is_end(b"build") || is_end(b"release") || is_word(b"rv"))
}

/// Reads one end of a flow: `192.0.2.7:5555` or `192.0.2.7/25`. The number after the slash is a port, not a prefix length.
fn end_of_flow(line: &[u8], span: Range<usize>, ip: &'static str, port: &'static str, sheet: &mut Sheet) {
    if let Some(slash) = memchr::memchr(b'/', &line[span.clone()])
        && value::port(&line[span.start + slash + 1..span.end]).is_some()
    {
        sheet.known(ip, span.start..span.start + slash);
        sheet.known(port, span.start + slash + 1..span.end);
        return;
    }
    sheet.known(ip, span);
}

/// Reads two adjacent addresses as a flow: `192.0.2.7 203.0.113.5 5555 443` or `192.0.2.7 5555 203.0.113.5 443`, with commas or bars too.
fn flow(part: Part<'_>, word: Word, sheet: &mut Sheet) -> Option<usize> {
    let line = part.line;
    if value::address(&line[word.start..word.end]).is_none_or(|(_, port)| port.is_some()) {
        return None;
    }
    let gap =
        |from: usize, to: usize| to - from <= 5 && line[from..to].iter().all(|byte| is_gap(*byte) || *byte == b'"');
    let mut text = Text { part, at: word.end };
    let mut words = [word; 4];
    let mut at = word.end;
    for slot in &mut words[1..] {
        let Some(next) = text.word() else { break };
        let next = trimmed(line, next);
        if next.start == next.end || !gap(at, next.start) {
            break;
        }
        *slot = next;
        at = next.end;
    }
    let bytes = |word: Word| &line[word.start..word.end];
    let is_ip = |word: Word| value::address(bytes(word)).is_some_and(|(_, port)| port.is_none());
    let is_port = |word: Word| value::port(bytes(word)).is_some();
    let [one, two, three, four] = words;
    let span = |word: Word| word.start..word.end;
    if two.start == one.start {
        return None;
    }
    if is_ip(two) {
        sheet.known("flow.source", span(one));
        sheet.known("flow.destination", span(two));
        if three.start > two.start && four.start > three.start && is_port(three) && is_port(four) {
            sheet.known("source.port", span(three));
            sheet.known("destination.port", span(four));
        }
        return Some(two.end);
    }
    if is_port(two) && three.start > two.start && is_ip(three) {
        sheet.known("flow.source", span(one));
        sheet.known("source.port", span(two));
        sheet.known("flow.destination", span(three));
        if four.start > three.start && is_port(four) {
            sheet.known("destination.port", span(four));
        }
        return Some(three.end);
    }
    None
}

/// Returns the outcome or action, if a word by itself states it: `…,SUCCESS,…` and `LOGIN_FAILED` are outcomes, and `deny` before the
/// first pair of a line is a firewall's action. Within a sentence such words may refer to anything.
fn verdict(part: Part<'_>, raw: Word, word: Word, text: &Text<'_>) -> Option<(&'static str, Range<usize>)> {
    const OUTCOMES: &[&str] = &["success", "successful", "succeeded", "failure", "failed", "fail"];
    const ACTIONS: &[&str] = &[
        "allow",
        "allowed",
        "deny",
        "denied",
        "accept",
        "accepted",
        "block",
        "blocked",
        "drop",
        "dropped",
        "reject",
        "rejected",
        "permit",
        "permitted",
    ];
    let bytes = &part.line[word.start..word.end];
    if bytes.len() > 48 {
        return None;
    }
    let start = bytes.iter().rposition(|byte| matches!(*byte, b'_' | b'-')).map_or(0, |at| at + 1);
    let last = &bytes[start..];
    let is_in = |words: &[&str]| words.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(last));
    let span = word.start + start..word.end;
    if start > 0 {
        return is_in(OUTCOMES).then_some(("outcome", span));
    }
    if is_in(OUTCOMES) {
        let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(*byte, b',' | b'|' | b';' | b'\t' | b'"'));
        let before = raw.start.checked_sub(1).and_then(|at| part.line.get(at));
        let stands_alone = if word.start > raw.start { is_end(part.line.get(raw.start)) } else { is_end(before) };
        return (stands_alone && is_end(part.line.get(word.end))).then_some(("outcome", span));
    }
    let next = text.peek().map(|next| &part.line[next.start..next.end]);
    let is_first = next.is_some_and(|next| memchr::memchr(b'=', next).is_some_and(|at| at > 0))
        && memchr::memchr(b'=', &part.line[part.start..word.start]).is_none();
    (is_first && is_in(ACTIONS)).then_some(("action", span))
}

/// Returns the one or two words before a value that name it, if the table knows them.
fn label(line: &[u8], last: Option<Word>, earlier: Option<Word>) -> Option<Word> {
    let last = last?;
    let both =
        earlier.map(|earlier| Word { start: earlier.start, end: last.end }).filter(|both| both.end - both.start <= 40);
    let bytes = |word: &Word| &line[word.start..word.end];
    if let Some(both) = both.filter(|both| names::is_exact(bytes(both))) {
        return Some(both);
    }
    if names::is_exact(bytes(&last)) {
        return Some(last);
    }
    both.filter(|both| names::is_known(bytes(both))).or_else(|| names::is_known(bytes(&last)).then_some(last))
}

/// Reads the value after a label: `user eve`, `User: CORP\eve`, `for eve from`, and other words that end in a colon.
fn labelled(part: Part<'_>, raw: Word, word: Word, before: Option<Word>, text: &mut Text<'_>, sheet: &mut Sheet) {
    let line = part.line;
    let mut word = word;
    let mut name = &line[word.start..word.end];
    if name.len() > 40 || !name[0].is_ascii_alphabetic() {
        return;
    }
    // `User[eve]:`
    if let Some(open) = memchr::memchr(b'[', name) {
        if names::is_exact(&name[..open]) && !name[open + 1..].iter().all(u8::is_ascii_digit) {
            sheet.named(word.start..word.start + open, word.start + open + 1..word.end, Form::Plain);
        }
        return;
    }
    let has_colon = line[raw.start..raw.end].ends_with(b":") || line[raw.end..part.end].starts_with(b" : ")
        // `[hostname "a.example"]`
        || line[raw.start] == b'[' && line[raw.end..part.end].starts_with(b" \"");
    let is_user =
        [&b"user"[..], b"username", b"account", b"login", b"usr"].iter().any(|user| user.eq_ignore_ascii_case(name));
    if !has_colon && !is_user {
        // `ClientPort 5555`
        if name.len() > 4
            && let Some(next) = text.peek()
            && value::port(&line[next.start..next.end]).is_some()
            && names::is_port(name)
        {
            sheet.named(word.start..word.end, next.start..next.end, Form::Plain);
            return;
        }
        // `for eve from`
        if name == b"for" || name == b"of" || name == b"with" {
            let mut ahead = Text { part, at: text.at };
            if let (Some(next), Some(after)) = (ahead.word(), ahead.word()) {
                let next = trimmed(line, next);
                let user = &line[next.start..next.end];
                let after = &line[after.start..after.end];
                if (after == b"from" || after == b"(client")
                    && is_user_name(user)
                    && !user.eq_ignore_ascii_case(b"user")
                {
                    sheet.known("for_user", next.start..next.end);
                    text.at = next.end;
                }
            }
        }
        return;
    }
    if has_colon && !is_user {
        // `source port: 5555`
        let both =
            before.map(|before| Word { start: before.start, end: word.end }).filter(|both| both.end - both.start <= 40);
        if let Some(both) = both.filter(|both| names::is_exact(&line[both.start..both.end])) {
            word = both;
            name = &line[word.start..word.end];
        }
        if !names::is_exact(name) {
            return;
        }
    }
    let mut ahead = Text { part, at: text.at };
    if line[raw.end..part.end].starts_with(b" : ") {
        ahead.at = raw.end + 3;
    }
    let Some(mut next) = ahead.word() else { return };
    // `user id 'eve'`
    if is_user && matches!(&line[next.start..next.end], b"id" | b"name" | b"ID" | b"account") {
        match ahead.word() {
            Some(after) if matches!(line[after.start], b'"' | b'\'') => next = after,
            _ => return,
        }
    }
    let next_text = &line[next.start..next.end];
    if next_text[0] == b'(' {
        return;
    }
    let is_quoted = matches!(next_text[0], b'"' | b'\'' | b'[' | b'<' | b'{');
    let value = if is_quoted { quoted(part, next).unwrap_or(trimmed(line, next)) } else { trimmed(line, next) };
    let bytes = &line[value.start..value.end];
    if bytes.is_empty() {
        return;
    }
    if is_user && !has_colon && !is_quoted && !is_user_name(bytes) {
        return;
    }
    // `user [after add]` is a remark, not a user.
    if is_user && next_text[0] == b'[' && bytes.contains(&b' ') {
        return;
    }
    if memchr::memchr(b'=', bytes).is_some() || value::address(bytes).is_some() && is_user {
        return;
    }
    sheet.named(word.start..word.end, value.start..value.end, Form::Plain);
}

fn is_user_name(text: &[u8]) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.iter().any(u8::is_ascii_alphanumeric)
        && !NO_USERS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !text.ends_with(b":")
}

/// Returns the text between the quote that begins `word` and the one that closes it.
fn quoted(part: Part<'_>, word: Word) -> Option<Word> {
    let close = match part.line[word.start] {
        b'[' => b']',
        b'<' => b'>',
        b'{' => b'}',
        quote => quote,
    };
    let start = word.start + 1;
    let end = memchr::memchr(close, &part.line[start..part.end.min(start + 256)])? + start;
    let span: Range<usize> = start..end;
    Some(Word { start: span.start, end: span.end })
}
