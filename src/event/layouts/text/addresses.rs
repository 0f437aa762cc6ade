//! Addresses in plain text: their ports, the flows that two of them are, and versions that look like them.

use std::net::IpAddr;
use std::ops::Range;

use super::beside::{is_hop, is_of_list, is_phone, is_reached, is_unknown, without_interface};
use super::questions::has_answer_near;
use super::users::{is_domain_user, is_user_name};
use super::word::{Text, Word, is_arrow, is_gap, label, trimmed};
use crate::event::ecs::EcsName;
use crate::event::names::{self, Meaning};
use crate::event::sheet::{Form, Label, Part, Raw, Sheet, find};
use crate::event::{time, value};

/// The addresses that were read before.
#[derive(Default)]
pub(super) struct Seen {
    count: u32,
    /// One of them had its port after a slash, so numbers after a slash are ports, and not the lengths of prefixes.
    is_slashed: bool,
}

impl Seen {
    /// Counts an address that was read elsewhere.
    pub(super) fn add(&mut self) {
        self.count += 1;
    }
}

/// The maximum number of places in a word where an address may begin.
const MAX_CUTS: usize = 8;

/// The maximum number of fields of a layout that are looked at for an address.
const MAX_KNOWN: usize = 16;

/// Reads the word as an address, if it is one: adds a field, and returns the end of the address.
pub(super) fn address(
    part: Part<'_>,
    raw: Word,
    word: Word,
    before: [Option<Word>; 3],
    seen: &mut Seen,
    sheet: &mut Sheet,
) -> Option<usize> {
    let line = part.line;
    let text = &line[word.start..word.end];
    if !may_hold_address(text) {
        return None;
    }
    let word = without_mac(line, without_remark(part, word, sheet));
    let text = &line[word.start..word.end];
    if flow_in_one_word(line, word, seen, sheet) || subject_of_line(part, raw, word, seen, sheet) {
        return Some(raw.end);
    }
    let (glued, (ip, port)) = match value::address(text) {
        Some(found) => (None, found),
        None => glued(line, word).map(|(glued, found)| (Some(glued), found))?,
    };
    let start = glued.map_or(word.start, |glued| glued.end);
    let end = if port.is_none() { port_after(part, raw, word) } else { word.end };
    let stop = raw.end.max(end);
    if port.is_none() && end == word.end && is_version(line, glued, before[0]) {
        return Some(raw.end);
    }
    // `root@192.0.2.7`, and not `AP lobby@192.0.2.7`
    if before[0].is_none_or(|word| &line[word.start..word.end] != b"AP")
        && let Some(glued) = glued
        && let [user @ .., b'@'] = &line[glued.start..glued.end]
        && is_user_name(user)
        && value::is_host_name(user)
        && !is_phone(&line[glued.start..glued.end])
    {
        sheet.level += 2;
        sheet.known("user", glued.start..glued.end - 1);
        sheet.level -= 2;
    }
    // `(pc1 [192.0.2.8]) [192.0.2.7]`: what a client of a mail server calls itself, before its address.
    if line[..start].ends_with(b"[") && line[word.end..part.end].starts_with(b"]) [") {
        sheet.known("hop", start..end);
        return Some(stop);
    }
    // `<sip:100@203.0.113.5>`: the name of a phone at the server.
    if glued.is_some_and(|glued| is_phone(&line[glued.start..glued.end])) {
        sheet.known("hop", start..end);
        return Some(stop);
    }
    // `for [100@203.0.113.5] from 192.0.2.7`: a user at a server.
    if glued.is_some_and(|glued| line[glued.end - 1] == b'@')
        && before[0].is_some_and(|word| &line[word.start..word.end] == b"for")
        && line[raw.end..part.end].starts_with(b" from ")
    {
        sheet.known("hop", start..end);
        return Some(stop);
    }
    // `via 192.0.2.1`: neither end, but a machine between them.
    if glued.is_none() && before[0].is_some_and(|word| is_hop(&line[word.start..word.end])) {
        sheet.known("hop", start..end);
        return Some(stop);
    }
    // `relay=mx.example[203.0.113.5]:25 … (host mx.example[203.0.113.5] said: …)`: a layout that knows better has read it.
    let own = if end == word.end { Some((ip, port)) } else { value::address(&line[start..end]) };
    let own_ip = own.map(|(ip, _)| ip);
    let is_server = |field: &Raw| {
        field.label == Label::Known("server_address") && value::address(&line[field.span()]).map(|(ip, _)| ip) == own_ip
    };
    if sheet.fields.iter().take(MAX_KNOWN).any(is_server) {
        return Some(stop);
    }
    // `duplicate on 192.0.2.0/24`: a network without a name is no end of a connection.
    if glued.is_none() && is_network(&line[start..end]) && label(line, before[0], before[1]).is_none() {
        sheet.known("hop", start..end);
        return Some(stop);
    }
    seen.count += 1;
    if let Some(end) =
        (glued.is_none() && seen.count == 1).then(|| flow(part, Word { start, end }, own, sheet)).flatten()
    {
        seen.count += 1;
        return Some(end);
    }
    // `Learn: 192.0.2.8 -> client01/192.0.2.7:5555`: an address that a client was given, not a flow.
    if glued.is_none() && is_given(part, start, stop) {
        sheet.known("hop", start..end);
        return Some(stop);
    }
    place(part, raw, Span { glued, start, end, stop, own }, before, seen, sheet);
    seen.is_slashed |= port.is_some() && memchr::memchr(b'/', &line[start..end]).is_some();
    Some(stop)
}

/// Returns false only for a word without an address: one has three dots, six colons or two of them side by side. After a remark in
/// parentheses it may have fewer.
#[inline]
pub(super) fn may_hold_address(text: &[u8]) -> bool {
    let (mut dots, mut colons, mut is_short, mut has_remark, mut last) = (0_u32, 0_u32, false, false, 0);
    for &byte in text {
        dots += u32::from(byte == b'.');
        colons += u32::from(byte == b':');
        is_short |= byte == b':' && last == b':';
        has_remark |= byte == b'(';
        last = byte;
    }
    dots >= 3 || colons >= 6 || colons >= 2 && (is_short || has_remark)
}

/// Reads two addresses in one word: `192.0.2.7:5555->203.0.113.5:443`.
fn flow_in_one_word(line: &[u8], word: Word, seen: &mut Seen, sheet: &mut Sheet) -> bool {
    let text = &line[word.start..word.end];
    let Some(at) = find(text, b"->") else { return false };
    let (left, right) = (&text[..at], &text[at + 2..]);
    if value::address(left).is_none() || value::address(right).is_none() {
        return false;
    }
    // `192.0.2.0/24->203.0.113.0/24`: the networks of a rule.
    if is_network(left) && is_network(right) {
        return true;
    }
    end_of_flow(line, word.start..word.start + at, "source.ip", "source.port", sheet);
    end_of_flow(line, word.start + at + 2..word.end, "destination.ip", "destination.port", sheet);
    seen.count += 2;
    true
}

/// Returns true for an address with a prefix length and no bits after it.
fn is_network(text: &[u8]) -> bool {
    let Some(slash) = memchr::memchr(b'/', text) else { return false };
    let Some(length) = value::port(&text[slash + 1..]).filter(|length| *length < 32) else { return false };
    let Some((IpAddr::V4(ip), _)) = value::address(text) else { return false };
    u32::from(ip).checked_shl(u32::from(length)) == Some(0)
}

/// Reads `client01/192.0.2.7:5555`, which at the start names the subject of the line.
fn subject_of_line(part: Part<'_>, raw: Word, word: Word, seen: &mut Seen, sheet: &mut Sheet) -> bool {
    let text = &part.line[word.start..word.end];
    let Some(at) = memchr::memchr(b'/', text).filter(|at| *at > 0) else { return false };
    // `Channel{address=/192.0.2.7:5555`
    let is_name = !text[..at].iter().any(|byte| matches!(*byte, b'=' | b'{' | b'['));
    let has_port = || value::address(&text[at + 1..]).is_some_and(|(_, port)| port.is_some());
    if raw.start > part.start + 32 || seen.count > 0 || !is_name || !has_port() {
        return false;
    }
    // It is as certain as the pairs of the message, which name the address that the client got: `IPv4=198.51.100.6`.
    let level = sheet.level;
    sheet.level = level.saturating_sub(1);
    sheet.known("client", word.start + at + 1..word.end);
    sheet.known("user", certificate(part, word, word.start + at));
    sheet.level = level;
    seen.count += 1;
    true
}

/// An address in a word, and the text that is glued to its start.
struct Span {
    glued: Option<Word>,
    start: usize,
    end: usize,
    /// The end of what is read as this address: at least the end of the word.
    stop: usize,
    /// The address and port that it holds.
    own: Option<(IpAddr, Option<u16>)>,
}

/// Adds the field of an address. An arrow beside it tells its side of a flow; otherwise the label before it names the field.
fn place(part: Part<'_>, raw: Word, found: Span, before: [Option<Word>; 3], seen: &Seen, sheet: &mut Sheet) {
    let line = part.line;
    let Span { glued, start, end, stop, own } = found;
    // `"eve" 192.0.2.7`: the user before the client.
    if seen.count == 1
        && glued.is_none()
        && let Some(quoted) = before[0]
        && let [b'"', user @ .., b'"'] = &line[quoted.start..quoted.end]
        && quoted.end + 1 == start
        && line[quoted.end] == b' '
        && is_user_name(user)
        && user[0].is_ascii_alphabetic()
    {
        sheet.level += 2;
        sheet.known("user", quoted.start + 1..quoted.end - 1);
        sheet.level -= 2;
    }
    // Look for an arrow after the address, or before it.
    let rest = without_interface(line[stop..part.end].trim_ascii_start());
    let is_before_arrow = matches!(rest.first(), Some(b'-' | b'=' | b'>'))
        && [&b"-> "[..], b"=> ", b"> ", b"--> "].iter().any(|arrow| rest.starts_with(arrow));
    // `outside:192.0.2.7/25`: a port, after the name of an interface.
    let slash = memchr::memchr(b'/', &line[start..end])
        .filter(|_| seen.is_slashed || glued.is_some_and(|glued| line[glued.end - 1] == b':'))
        .map(|at| start + at)
        .filter(|slash| value::port(&line[slash + 1..end]).is_some());
    let side = if before[0].is_some_and(|word| is_arrow(&line[word.start..word.end])) {
        // The client, named again after the address that it was given.
        if glued.is_some() && is_subject(part, raw.start, &line[raw.start..raw.end]) {
            return;
        }
        Some(("destination.ip", "destination.port"))
    } else {
        is_before_arrow.then_some(("source.ip", "source.port"))
    };
    if let Some((ip, port)) = side {
        match slash {
            Some(_) => end_of_flow(line, start..end, ip, port, sheet),
            None => sheet.known(ip, start..end),
        }
        return;
    }
    let label = glued.and_then(|glued| label(line, Some(glued), None)).or_else(|| label(line, before[0], before[1]));
    // `sent to neighbor 192.0.2.7`
    if glued.is_none() && is_reached(line, raw, before) {
        sheet.level += 2;
        sheet.known("second_address", start..end);
        sheet.level -= 2;
        return;
    }
    let meaning = label.and_then(|label| Some((label, names::address_meaning(&line[label.start..label.end])?)));
    match meaning {
        // `Built dynamic TCP translation from inside:192.0.2.7/40000 to outside:198.51.100.9/40000`: the same end.
        Some((label, _)) if &line[label.start..label.end] == b"to" && has_before(part, start, b" translation ") => {
            sheet.known("hop", start..end);
        }
        // `Built outbound TCP connection 7 for outside:203.0.113.5/443 to inside:192.0.2.7/40000`: the far end comes first.
        Some((label, _)) if is_far_first(part, &line[label.start..label.end], start, glued) => {
            let is_far = &line[label.start..label.end] == b"for";
            let (ip, port) = if is_far { ("destination.ip", "destination.port") } else { ("source.ip", "source.port") };
            end_of_flow(line, start..end, ip, port, sheet);
        }
        Some((label, meaning)) => {
            sheet.named(label.start..label.end, start..slash.unwrap_or(end), Form::Plain);
            if let Some(slash) = slash {
                let port = match meaning {
                    Meaning::Local(_) => "local_port",
                    Meaning::Remote(_) => "remote_port",
                    Meaning::Ecs(EcsName::DestinationIp) => "destination.port",
                    _ => "source.port",
                };
                sheet.known(port, slash + 1..end);
            }
        }
        // `QueryResults: 203.0.113.5;`
        None if before[0].is_some_and(|word| names::is_answer(&line[word.start..word.end])) => {
            sheet.known("hop", start..end);
        }
        None => {
            // `from 192.0.2.7 (192.0.2.7)`, `[192.0.2.7]:40000 [192.0.2.7]`: once more the same.
            let is_same = |field: &Raw| value::address(&line[field.span()]).map(|(ip, _)| ip) == own.map(|(ip, _)| ip);
            let is_again = seen.count > 1
                && (sheet.fields.iter().rev().take(MAX_KNOWN).any(is_same)
                    || is_of_list(line, raw, before)
                    || is_unknown(line, before[0]));
            let own_port = own.and_then(|(_, port)| port);
            // `198.51.100.1:25,192.0.2.7:40000`: the ports say that the server is the first.
            let has_second =
                || sheet.fields.iter().rev().take(MAX_KNOWN).any(|field| field.label == Label::Known("second_address"));
            if seen.count > 1
                && !is_again
                && !has_second()
                && let Some(first) = sheet.fields.iter_mut().rev().find(|field| field.label == Label::Known("address"))
                && let Some((_, first_port)) = value::address(&line[first.span()])
                && is_server_first((first_port, own_port))
            {
                first.label = Label::Known("second_address");
                sheet.level += 2;
                sheet.known("address", start..end);
                sheet.level -= 2;
                return;
            }
            sheet.level += 2;
            let name = if seen.count == 1 { "address" } else { "second_address" };
            // `Server listening on 192.0.2.7 port 22.`: nobody has met anybody yet.
            let is_own = seen.count == 1 && has_before(part, start, b"istening ");
            sheet.known(if is_again || is_own { "hop" } else { name }, start..end);
            sheet.level -= 2;
        }
    }
}

/// Returns true for two ports of which the first is that of a service, and the second that of a client.
fn is_server_first(ports: (Option<u16>, Option<u16>)) -> bool {
    matches!(ports, (Some(1..1024), Some(32_768..)))
}

/// Returns true for an end, after the name of its interface, of a connection that a firewall says goes out, or whose ports say it:
/// `Teardown TCP connection 7 for outside:203.0.113.5/443 to inside:192.0.2.7/40000`.
fn is_far_first(part: Part<'_>, label: &[u8], at: usize, glued: Option<Word>) -> bool {
    let is_end = matches!(label, b"for" | b"to") && glued.is_some_and(|glued| part.line[glued.end - 1] == b':');
    is_end
        && (has_before(part, at, b" outbound ")
            || !has_before(part, at, b" inbound ") && is_server_first(ports_of_ends(part).unwrap_or_default()))
}

/// Returns true if a word stands before a place, near the start of the line.
fn has_before(part: Part<'_>, at: usize, word: &[u8]) -> bool {
    find(&part.line[part.start..at.min(part.start + 160)], word).is_some()
}

/// Returns the ports in `for outside:203.0.113.5/443 (…) to inside:192.0.2.7/40000`.
fn ports_of_ends(part: Part<'_>) -> Option<(Option<u16>, Option<u16>)> {
    let head = part.to(part.start + 320);
    let from = head.from(part.start + find(head.text(), b" for ")? + 5);
    let to = from.from(from.start + find(from.text(), b" to ")? + 4);
    let port = |part: Part<'_>| {
        let word = Text { part, at: part.start }.word()?;
        let end = &part.line[word.start..word.end];
        let end = &end[memchr::memchr(b'/', end)? + 1..];
        value::port(&end[..end.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(end.len())])
    };
    Some((port(from), port(to)))
}

/// Returns true if an arrow after `stop` points back at the client that the line is about: `-> client01/192.0.2.7:5555`.
fn is_given(part: Part<'_>, start: usize, stop: usize) -> bool {
    let Some(rest) = part.line[stop..part.end].trim_ascii_start().strip_prefix(b"-> ") else { return false };
    let length = rest.iter().position(|byte| is_gap(*byte)).unwrap_or(rest.len());
    is_subject(part, start, &rest[..length])
}

/// Returns true if a word like `client01/192.0.2.7:5555` stands among the first of the line, before `end`.
fn is_subject(part: Part<'_>, end: usize, word: &[u8]) -> bool {
    let head = &part.line[part.start..end.min(part.start + 160)];
    memchr::memchr(b'/', word).is_some_and(|slash| slash > 0 && value::address(&word[slash + 1..]).is_some())
        && find(head, word).is_some()
}

/// Drops the remark in parentheses that follows an address without a space: `192.0.2.7/443(CORP\eve)`. A user in it becomes a field.
fn without_remark(part: Part<'_>, word: Word, sheet: &mut Sheet) -> Word {
    let text = &part.line[word.start..word.end];
    let Some(open) = memchr::memchr(b'(', text).filter(|open| *open > 6) else { return word };
    // `192.0.2.7(443)`: a port, after which a remark may follow, or the next part of a header: `192.0.2.7(443):eve@shop:`.
    if text[open + 1..].first().is_none_or(u8::is_ascii_digit) {
        let digits = text[open + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = open + digits + 2;
        let goes_on = matches!(text[end - 1..], [b')', b'(' | b':', ..]);
        return if goes_on { Word { start: word.start, end: word.start + end } } else { word };
    }
    let start = word.start + open + 1;
    let remark = &part.line[start..word.end];
    if is_domain_user(remark.strip_suffix(b")").unwrap_or(remark)) {
        sheet.level += 2;
        sheet.known("user", start..word.end - usize::from(remark.ends_with(b")")));
        sheet.level -= 2;
    }
    Word { start: word.start, end: word.start + open }
}

/// Drops the address of a network card after an address: `sender ip/mac 192.0.2.7/00:00:5e:00:53:01`.
fn without_mac(line: &[u8], word: Word) -> Word {
    let text = &line[word.start..word.end];
    let is_mac = text.len() > 18
        && text[text.len() - 18] == b'/'
        && text[text.len() - 17..]
            .chunks(3)
            .all(|part| part[..2].iter().all(u8::is_ascii_hexdigit) && part.get(2).is_none_or(|sign| *sign == b':'));
    Word { end: word.end - if is_mac { 18 } else { 0 }, ..word }
}

/// The name of an OpenVPN client's certificate, which may hold spaces: it stands before the `/` at `slash`.
fn certificate(part: Part<'_>, word: Word, slash: usize) -> Range<usize> {
    let text = &part.line[part.start..slash];
    let length = text
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(*byte, b' ' | b'.' | b'_' | b'@' | b'-'))
        .count();
    let start = match time::at_start(text) {
        Some((_, length)) => part.start + length,
        None if length == text.len() => part.start,
        None => word.start,
    };
    start..slash
}

/// The part of a word before an address that is glued to it, and that address: `client01/192.0.2.7:5555`, `[AF_INET]192.0.2.7`,
/// `src:192.0.2.7`, `eve@192.0.2.7`, `peer(192.0.2.7`, `pc1[192.0.2.7`.
fn glued(line: &[u8], word: Word) -> Option<(Word, (IpAddr, Option<u16>))> {
    let text = &line[word.start..word.end];
    let is_cut = |byte: &u8| matches!(*byte, b'/' | b'[' | b']' | b'@' | b'(' | b'=' | b'"' | b'\'' | b':');
    let cuts = text.iter().enumerate().filter(|(_, byte)| is_cut(byte)).map(|(at, _)| at + 1);
    let may_begin =
        |at: &usize| text.get(*at).is_some_and(|byte| byte.is_ascii_hexdigit() || matches!(*byte, b':' | b'['));
    let mut found = cuts.filter(may_begin).take(MAX_CUTS).map(|at| (at, value::address(&text[at..])));
    let (at, address) = found.find_map(|(at, address)| Some((at, address?)))?;
    Some((Word { start: word.start, end: word.start + at }, address))
}

/// The end of an address with the port that follows it: `192.0.2.7 port 5555`, `192.0.2.7 : 5555`.
pub(super) fn port_after(part: Part<'_>, raw: Word, word: Word) -> usize {
    const LINKS: [&[u8]; 10] = [
        b" port ",
        b" and port ",
        b" : ",
        b" port: ",
        b" port=",
        b", port ",
        b" source port ",
        b" srcport ",
        b"|",
        b",",
    ];
    let mut end = word.end;
    // Two bytes rule out most of what follows.
    let may_follow = matches!(part.line[word.end..part.end], [b' ', b'p' | b'a' | b':' | b's', ..] | [b'|' | b',', ..]);
    if raw.end > word.end + 1 || !may_follow {
        return end;
    }
    for link in LINKS {
        if let Some(rest) = part.line[word.end..part.end].strip_prefix(link) {
            let digits = rest.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
            let ends = match link {
                b"|" => rest.get(digits) == Some(&b'|'),
                // `192.0.2.7,443` and nothing else.
                b"," => raw.start == part.start && digits == rest.len(),
                _ => true,
            };
            if ends && value::port(&rest[..digits]).is_some() {
                end = word.end + link.len() + digits;
                break;
            }
        }
    }
    end
}

/// Returns true if a text that looks like an address is a version: after a product and a slash (`Chrome/192.0.2.1`), or after a word for
/// it (`version 192.0.2.1`). A machine before the slash does not count (`client/192.0.2.7`), nor does a word in capitals
/// (`HIER_DIRECT/203.0.113.5`).
fn is_version(line: &[u8], glued: Option<Word>, before: Option<Word>) -> bool {
    let Some(name) = glued.or(before).map(|word| &line[word.start..word.end]) else { return false };
    if glued.is_some()
        && let Some(product) = name.strip_suffix(b"/")
    {
        // `scan.example/192.0.2.7`
        let is_machine = memchr::memchr(b'.', product).is_some() && value::is_host(product);
        return product.iter().any(u8::is_ascii_lowercase) && !is_machine && !names::is_exact(product);
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

/// Reads three adjacent addresses: two ends, and one that an end was translated to. The line does not say which, unless the first two are
/// equal: they are the source then, and the third is the destination.
fn three_in_a_row(words: [Word; 3], line: &[u8], sheet: &mut Sheet) {
    let [one, two, three] = words.map(|word| word.start..word.end);
    if line[one.clone()] == line[two.clone()] {
        sheet.known("flow.source", one);
        sheet.known("flow.destination", three);
    } else {
        for span in [one, two, three] {
            sheet.known("hop", span);
        }
    }
}

/// Returns true if a protocol that has no ports is named in the columns before the addresses: the numbers after them are something else.
fn is_without_ports(before: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [b"carp", b"igmp", b"ospf", b"vrrp", b"esp", b"gre"];
    let words = before[before.len().saturating_sub(160)..].split(|byte| is_gap(*byte) || *byte == b'"');
    words.into_iter().any(|word| NAMES.iter().any(|name| name.eq_ignore_ascii_case(word)))
}

/// Reads two adjacent addresses as a flow: `192.0.2.7 203.0.113.5 5555 443` or `192.0.2.7 5555 203.0.113.5 443`, with commas or bars too.
fn flow(part: Part<'_>, word: Word, own: Option<(IpAddr, Option<u16>)>, sheet: &mut Sheet) -> Option<usize> {
    let line = part.line;
    if own.is_none_or(|(_, port)| port.is_some()) {
        return None;
    }
    // Columns in quotes: the next one begins after the quote.
    let after = word.end + usize::from(part.line[..part.end].get(word.end) == Some(&b'"'));
    let gap =
        |from: usize, to: usize| to - from <= 5 && line[from..to].iter().all(|byte| is_gap(*byte) || *byte == b'"');
    let mut text = Text { part, at: after };
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
    if is_ip(two) && three.start > two.start && is_ip(three) {
        three_in_a_row([one, two, three], line, sheet);
        return Some(three.end);
    }
    let has_ports = three.start > two.start && four.start > three.start && is_port(three) && is_port(four);
    // `192.0.2.7 192.0.2.7`, two addresses of a client that asked a name server, `[192.0.2.7, 198.51.100.1]`: one end, twice, or passed on.
    let is_list = line[one.end] == b','
        && (matches!(
            (line[..one.start].last(), line[two.end..part.end].first()),
            (Some(b'['), Some(b']')) | (Some(b'\''), Some(b'\'')) | (Some(b'"'), Some(b'"'))
        ) ||
            // `192.0.2.7,198.51.100.1 | https`: bars separate the columns.
            line[two.end..part.end].starts_with(b" | "));
    if is_ip(two)
        && !has_ports
        && (is_list || has_answer_near(part, &span(one)) || value::address(bytes(one)) == value::address(bytes(two)))
    {
        sheet.known("flow.source", span(one));
        sheet.known("hop", span(two));
        return Some(two.end);
    }
    if is_ip(two) {
        sheet.known("flow.source", span(one));
        sheet.known("flow.destination", span(two));
        if has_ports && !is_without_ports(&line[part.start..one.start]) {
            sheet.known("source.port", span(three));
            sheet.known("destination.port", span(four));
        }
        return Some(two.end);
    }
    if is_port(two) && three.start > two.start && is_ip(three) {
        let has_port = four.start > three.start && is_port(four);
        let port = |word: Word| value::port(bytes(word));
        // `198.51.100.1 443 192.0.2.7 40000`: the ports say that the server is the first.
        let is_swapped = has_port && is_server_first((port(two), port(four)));
        let (source, destination) = if is_swapped { ((three, four), (one, two)) } else { ((one, two), (three, four)) };
        sheet.known("flow.source", span(source.0));
        sheet.known("source.port", span(source.1));
        sheet.known("flow.destination", span(destination.0));
        if has_port {
            sheet.known("destination.port", span(destination.1));
        }
        return Some(three.end);
    }
    None
}
