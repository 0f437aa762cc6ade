//! Plain text: the time at its start, and addresses, users, requests and URLs with the words before them as names.
//!
//! `Login of eve from 192.0.2.7 port 5555` gives a field `from` and a field `of`. The table of names defines what a word means.

mod addresses;
mod beside;
mod known;
mod leading;
mod logins;
mod questions;
mod requests;
mod users;
mod word;

use std::ops::Range;

use self::addresses::{Seen, address};
use self::known::KnownPairs;
use self::leading::leading_time;
use self::requests::{columns, request, visited};
use self::users::{is_domain_user, is_user_name, subject};
use self::word::{Signs, Text, Word, is_gap, names_nothing, trimmed};
use crate::event::layouts::words::{Telling, is_link, telling};
use crate::event::names;
use crate::event::sheet::{Form, Label, Part, Raw, Sheet, find};
use crate::event::value;
use crate::value::url::after_scheme;

/// Words for a login, after which brackets hold the user.
const LOGINS: [&[u8]; 2] = [b"login", b"user"];

/// The maximum number of words that are looked at. The first words say who met whom.
const MAX_WORDS: usize = 600;

/// Reads everything that can be recognised in `part`.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) {
    let line = part.line;
    if let Some(user) = subject(part) {
        // It is as certain as the pairs of the message, which name the user it became: `USER=root`.
        let level = sheet.level;
        sheet.level = level.saturating_sub(1);
        sheet.known("user_name", user);
        sheet.level = level;
    }
    let known = sheet.fields.iter().find(|field| matches!(field.label, Label::Known("time" | "syslog.time"))).copied();
    match known {
        None => leading_time(part, None, sheet),
        // The program behind the header may write a whole time itself: `app: Tue May 12 10:02:03 2026 Info: …`.
        Some(field) if field.label == Label::Known("syslog.time") => {
            let stamp = sheet.stamp_of(line, field.span());
            if let Some(stamp) = stamp.filter(|stamp| stamp.year.is_none()) {
                leading_time(part, Some((stamp.month, stamp.day)), sheet);
            }
        }
        _ => {}
    }
    let mut text = Text { part, at: part.start };
    let mut pairs = KnownPairs::new(sheet);
    // The words before the current one, latest first.
    let mut before: [Option<Word>; 3] = [None; 3];
    let mut seen = Seen::default();
    let (mut is_login, mut has_request, mut has_path) = (false, false, false);
    let first = sheet.fields.len();
    for _ in 0..MAX_WORDS {
        if let Some(raw) = pairs.pass(&mut text, sheet, before[0], &mut seen) {
            before = [Some(raw), before[0], before[1]];
            continue;
        }
        let Some((raw, signs)) = text.signed_word() else { break };
        // Single signs and digits (`-`, `0`) are no values. Only `[` may begin one: a user.
        if raw.end - raw.start == 1 && line[raw.start] != b'[' && !line[raw.start].is_ascii_alphabetic() {
            before = [Some(raw), before[0], before[1]];
            continue;
        }
        if let Some(end) = pairs.end(line, sheet, (raw, signs)) {
            text.at = text.at.max(end);
            before = [Some(raw), before[0], before[1]];
            continue;
        }
        let word = trimmed(line, raw);
        let bytes = &line[word.start..word.end];
        // Most words mean nothing by themselves.
        let telling = telling(bytes);
        if !signs.has_any(Signs::ANY) && telling.is_none() && !line[raw.end..part.end].starts_with(b" : ") {
            if let Some(port) = port_of(line, word, &text) {
                sheet.named(word.start..word.end, port.start..port.end, Form::Plain);
            }
            before = [Some(raw), before[0], before[1]];
            continue;
        }
        is_login |= telling == Some(Telling::User) && LOGINS.iter().any(|login| login.eq_ignore_ascii_case(bytes));
        // FreeRADIUS: `Login OK: [eve]`, `Login incorrect (reason): [eve/password]`
        if is_login && line[raw.start] == b'[' && before[0].is_some_and(|word| line[word.end - 1] == b':') {
            is_login = !login(part, raw, sheet);
        } else if bytes.is_empty() {
            // Signs alone.
        } else if signs.has_all(Signs::COLON | Signs::SLASH) && visited(line, word, sheet) {
            seen.add();
        } else if signs.has_any(Signs::DOT | Signs::COLON)
            && let Some(end) = address(part, raw, word, before, &mut seen, sheet)
        {
            text.at = text.at.max(end);
        } else if telling == Some(Telling::Method) && bytes.iter().all(u8::is_ascii_uppercase) {
            let is_columns = columns(line, word, &mut text, sheet);
            has_request |= is_columns || request(line, word, before[0], &mut text, sheet);
        } else if bytes == b"client" && named_port(part, text.at, sheet) {
            // `named_port` has read the name and the port.
        } else if signs.has_all(Signs::COLON | Signs::SLASH) && is_url(bytes) {
            sheet.level += 1;
            // In `http://a.example/...` the dots mean that the URL was cut; they do not end a sentence.
            let end = if line[word.end..raw.end].starts_with(b"...") { word.end + 3 } else { word.end };
            // `POST:http://a.example/`
            let method = bytes.iter().take(8).position(|byte| *byte == b':').unwrap_or(0);
            let start = word.start + if value::is_method(&bytes[..method]) { method + 1 } else { 0 };
            // `<;>http://a.example/<;>`: the separators of columns.
            let (start, end) = (start + usize::from(line[start] == b'>'), end - usize::from(line[end - 1] == b'<'));
            // `referer: http://a.example/`
            let is_referrer = before[0].is_some_and(|word| is_referrer(&line[word.start..word.end]))
                // `… GET … /path "http://ref.example/" "Mozilla/5.0 …"`
                || has_path && line[raw.start] == b'"' && is_before_agent(&line[raw.end..part.end]);
            sheet.known(if is_referrer { "referrer" } else { "url" }, start..end);
            sheet.level -= 1;
        } else if signs.has_all(Signs::QUOTE | Signs::SLASH) && is_tls_request(part, raw, before) {
            sheet.known("request_uri", raw.start + 1..raw.end - 1);
        } else if let Some((name, span)) = shaped(part, raw, word, signs) {
            sheet.level += 2;
            sheet.known(name, span);
            sheet.level -= 2;
        } else if signs.has_any(Signs::DOT)
            && let Some(name) = questions::beside_type(part, word, before)
        {
            sheet.known("query", name);
        } else if bytes[0] == b'/' && bytes.len() > 1 && raw.start == word.start {
            has_path = true;
        } else if let Some((name, span)) = verdict(part, raw, word, (signs, telling), &text) {
            sheet.level += 2;
            sheet.known(name, span);
            sheet.level -= 2;
        } else {
            labelled(part, (raw, signs), (word, telling), before[0], &mut text, sheet);
        }
        before = [Some(raw), before[0], before[1]];
    }
    // What was requested is the URL, and not a link in the name of an agent: `(Bot/2.1; +http://a.example/bot.html)`.
    let is_url = |field: &&mut Raw| field.label == Label::Known("url");
    // `[uri "/a"]` (ModSecurity) says it too.
    has_request |= sheet.fields[first..].iter().any(|field| {
        matches!(field.label, Label::Line(start, end) if line[start as usize..end as usize] == *b"uri")
            && line[field.start as usize] == b'/'
    });
    for link in sheet.fields[first..].iter_mut().filter(is_url).filter(|_| has_request) {
        link.label = Label::Known("link");
    }
}

/// Reads the user of FreeRADIUS: `[eve]`, `[eve/password]`. Returns false if there are no brackets.
fn login(part: Part<'_>, raw: Word, sheet: &mut Sheet) -> bool {
    let Some(user) = quoted(part, raw) else { return false };
    let text = &part.line[user.start..user.end];
    // `login attempt from IP: [2001:db8::7]`, `on behalf of user … Type: [https://a.example/]`
    if value::address(text).is_some() || find(text, b"://").is_some() {
        return false;
    }
    let slash = memchr::memchr(b'/', text).filter(|at| &text[..*at] != b"host");
    sheet.known("user", user.start..slash.map_or(user.end, |at| user.start + at));
    true
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
        || is_link(name_text)
    {
        return false;
    }
    sheet.known("nas_name", name.start..name.end);
    sheet.known("source.port", port.start..port.end);
    true
}

/// Returns true for the word before the page that a request came from.
fn is_referrer(word: &[u8]) -> bool {
    [&b"referer:"[..], b"referrer:"].iter().any(|name| name.eq_ignore_ascii_case(word))
}

/// Returns true if the name of a browser follows a quoted word.
fn is_before_agent(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b" \"-\"").unwrap_or(rest);
    rest.starts_with(b" \"Mozilla/")
}

/// Returns true for the request in a log of TLS connections, which may lack the method: `TLSv1.3 CIPHER "/path" 199`.
fn is_tls_request(part: Part<'_>, raw: Word, before: [Option<Word>; 3]) -> bool {
    let text = &part.line[raw.start..raw.end];
    text.len() > 2
        && text.starts_with(b"\"/")
        && text.ends_with(b"\"")
        && before[1].is_some_and(|word| part.line[word.start..word.end].starts_with(b"TLSv1"))
}

fn is_url(text: &[u8]) -> bool {
    after_scheme(&text[..text.len().min(12)]).is_some_and(|end| end > 4)
}

/// Returns the name of a value that its shape alone tells: `CORP\eve`, `"a.example."`, `a.example/A/IN`, `inbound`.
fn shaped(part: Part<'_>, raw: Word, word: Word, signs: Signs) -> Option<(&'static str, Range<usize>)> {
    let line = part.line;
    let bytes = &line[word.start..word.end];
    if matches!(bytes, b"inbound" | b"outbound" | b"Inbound" | b"Outbound") {
        return Some(("direction", word.start..word.end));
    }
    // Everything else has one of these.
    if !signs.has_any(Signs::SLASH | Signs::OPEN | Signs::AT | Signs::QUOTE) {
        return None;
    }
    let sign = if signs.has_any(Signs::SLASH) { memchr::memchr2(b'\\', b'/', bytes) } else { None };
    if sign.is_some_and(|at| bytes[at] == b'\\') {
        // `(192.0.2.7/443)(CORP\eve)`
        let start = bytes.iter().rposition(|byte| matches!(*byte, b'(' | b'=' | b':')).map_or(0, |at| at + 1);
        // `EX01\Default Frontend,`: a cell that goes on names something else.
        let is_cell = raw.start > part.start && matches!(line[raw.start - 1], b',' | b';' | b'|' | b'\t');
        let goes_on = is_cell && matches!(line[raw.end..part.end], [b' ', b'A'..=b'Z' | b'0'..=b'9', ..]);
        return (!goes_on && is_domain_user(&bytes[start..])).then_some(("user", word.start + start..word.end));
    }
    // `[eve] FAIL LOGIN` (vsftpd), `[eve] Peer Connection Initiated with …` (OpenVPN)
    // and `[eve]: Login_Allowed` (Infoblox)
    let closed = line[raw.start..raw.end].strip_suffix(b":").unwrap_or(&line[raw.start..raw.end]);
    if let [b'[', .., b']'] = closed {
        let rest = &line[raw.start + closed.len()..part.end];
        const REMARKS: [&[u8]; 6] =
            [b" FAIL LOGIN", b" OK LOGIN", b" Peer Connection Initiated", b": Login_", b": Logout -", b": Called -"];
        let is_login = REMARKS.iter().any(|login| rest.starts_with(login));
        let is_user = is_user_name(bytes) && !bytes.eq_ignore_ascii_case(b"user");
        return (is_login && is_user).then_some(("user", word.start..word.end));
    }
    // `[192.0.2.7] eve(Realm)[Role]` (Pulse Secure)
    if signs.has_any(Signs::OPEN)
        && let Some(open) = memchr::memchr(b'(', bytes)
        && find(&bytes[open..], b")[").is_some()
        && let [before @ .., b']', b' '] = &line[part.start..raw.start]
        && let Some(at) = memchr::memrchr(b'[', before)
        && value::address(&before[at + 1..]).is_some()
    {
        return is_user_name(&bytes[..open]).then_some(("user", word.start..word.start + open));
    }
    // `eve@CORP.EXAMPLE`: the realm of Kerberos is in capitals.
    if signs.has_any(Signs::AT)
        && let Some(at) = is_principal(bytes)
    {
        return Some(("user", word.start..word.start + at));
    }
    // The root's dot ends the name of a query in a column of its own.
    let is_column = line[raw.start] == b'"' && line[raw.start..raw.end].ends_with(b".\"") && word.end + 2 == raw.end;
    if is_column && memchr::memchr(b'.', bytes).is_some() && value::is_host_name(bytes) {
        return Some(("query", word.start..word.end));
    }
    questions::with_slash(line, raw, word, sign?).map(|name| ("query", name))
}

/// Returns the length of the user's name in a principal of Kerberos.
fn is_principal(text: &[u8]) -> Option<usize> {
    let at = memchr::memchr(b'@', text)?;
    let realm = &text[at + 1..];
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(*byte, b'.' | b'-');
    let is_realm = memchr::memchr(b'.', realm).is_some() && realm.iter().all(is_part) && realm[0].is_ascii_uppercase();
    (is_realm && is_user_name(&text[..at]) && text[..at].iter().any(u8::is_ascii_lowercase)).then_some(at)
}

/// Returns the outcome or action, if a word by itself states it: `…,SUCCESS,…` and `LOGIN_FAILED` are outcomes, and `deny` before the
/// first pair of a line is a firewall's action. Within a sentence such words may refer to anything.
fn verdict(
    part: Part<'_>,
    raw: Word,
    word: Word,
    (signs, telling): (Signs, Option<Telling>),
    text: &Text<'_>,
) -> Option<(&'static str, Range<usize>)> {
    let bytes = &part.line[word.start..word.end];
    if bytes.len() > 48 {
        return None;
    }
    // Words for an outcome tell something by themselves, or after a dash.
    if (telling.is_some() || signs.has_any(Signs::DASH))
        && let Some(start) = value::outcome_at(bytes)
    {
        // `LOGIN_FAILED` tells the outcome wherever it stands; `FAILED` alone must be a whole field.
        let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(*byte, b',' | b'|' | b';' | b'\t' | b'"'));
        let before = raw.start.checked_sub(1).and_then(|at| part.line.get(at));
        let begins = if word.start > raw.start { is_end(part.line.get(raw.start)) } else { is_end(before) };
        let ends = word.end == part.end || is_end(part.line.get(word.end));
        return (start > 0 || begins && ends).then_some(("outcome", word.start + start..word.end));
    }
    if telling != Some(Telling::Action) {
        return None;
    }
    let next = text.peek().map(|next| &part.line[next.start..next.end]);
    let is_first = next.is_some_and(|next| memchr::memchr(b'=', next).is_some_and(|at| at > 0))
        && memchr::memchr(b'=', &part.line[part.start..word.start]).is_none();
    is_first.then_some(("action", word.start..word.end))
}

/// Reads the value after a label: `user eve`, `User: CORP\eve`, `for eve from`, and other words that end in a colon.
fn labelled(
    part: Part<'_>,
    (raw, signs): (Word, Signs),
    (word, telling): (Word, Option<Telling>),
    before: Option<Word>,
    text: &mut Text<'_>,
    sheet: &mut Sheet,
) {
    let line = part.line;
    let mut word = word;
    let mut name = &line[word.start..word.end];
    if name.len() > 40 || !name[0].is_ascii_alphabetic() {
        return;
    }
    if signs.has_any(Signs::OPEN | Signs::COLON) && label_with_value(line, word, sheet) {
        return;
    }
    let after = &line[raw.end..part.end];
    let has_colon = match &line[raw.start..raw.end] {
        // `[admin]: Logout`
        [b'[', .., b']', b':'] => false,
        // `[hostname "a.example"]`
        [b'[', ..] if after.starts_with(b" \"") => true,
        text => text.ends_with(b":") || after.starts_with(b" : "),
    };
    let is_user = telling == Some(Telling::User);
    // `[user]` stands for itself, but in `[user] [eve]`, and so do `user,` and `FAIL LOGIN:`.
    let next_opens = || text.peek().is_some_and(|next| line[next.start] == b'[');
    let is_alone = || {
        line[raw.start] == b'[' && line[raw.end - 1] == b']' && !next_opens()
            // `of type "user" occurred`
            || line[raw.start] == b'"' && line[raw.end - 1] == b'"'
            || matches!(line[..part.end].get(raw.end), Some(b',' | b';'))
            || text.peek().is_none_or(|next| line[next.start] != b'"')
                && before.is_some_and(|before| {
                    matches!(&line[before.start..before.end], b"FAIL" | b"FAILED" | b"OK" | b"SUCCESS")
                })
    };
    if is_user && is_alone() {
        return;
    }
    if !has_colon && !is_user {
        if let Some(next) = port_of(line, word, text) {
            sheet.named(word.start..word.end, next.start..next.end, Form::Plain);
            return;
        }
        if let Some(user) = logins::before_verb(part, word) {
            // `User eve logged in`: the label before has named it.
            let user = user.start..user.end;
            if sheet.fields.last().is_none_or(|last| last.span() != user) {
                sheet.known("user", user);
            }
            return;
        }
        logins::after_link(part, word, before, text, sheet);
        return;
    }
    if has_colon && !is_user {
        if let Some(user) = logins::after_outcome(part, word, text.at) {
            sheet.known("user", user.start..user.end);
            text.at = user.end;
            return;
        }
        // `source port: 5555`
        let both =
            before.map(|before| Word { start: before.start, end: word.end }).filter(|both| both.end - both.start <= 40);
        if let Some(both) = both.filter(|both| names::is_exact(&line[both.start..both.end])) {
            // `Caller Computer Name: pc1`: another machine than the one that logged.
            const OTHERS: [&[u8]; 4] = [b"caller ", b"client ", b"remote ", b"source "];
            let head = &line[part.start.max(both.start.saturating_sub(7))..both.start];
            if name.eq_ignore_ascii_case(b"name") && OTHERS.iter().any(|other| other.eq_ignore_ascii_case(head)) {
                return;
            }
            word = both;
            name = &line[word.start..word.end];
        }
        if !names::is_exact(name) {
            return;
        }
    }
    if let Some(value) = value_after(part, raw, text.at, is_user, has_colon)
        // `app: from 192.0.2.7`: the program, and a sentence.
        && !(line[value.start - 1].is_ascii_whitespace() && names_nothing(name, &line[value.start..value.end]))
    {
        sheet.named(word.start..word.end, value.start..value.end, Form::Plain);
    }
}

/// Returns the port that follows its name: `ClientPort 5555`.
#[inline]
fn port_of(line: &[u8], word: Word, text: &Text<'_>) -> Option<Word> {
    let length = word.end - word.start;
    if !(5..=40).contains(&length) || !line[word.start].is_ascii_alphabetic() {
        return None;
    }
    let rest = &line[text.at..text.part.end];
    let first = match rest {
        [b' ', next, ..] if !is_gap(*next) => next,
        _ => rest.iter().find(|byte| !is_gap(**byte))?,
    };
    // White space that is no gap may precede the digits.
    if *first > b'9' {
        return None;
    }
    let next = text.peek()?;
    let is_port = value::port(&line[next.start..next.end]).is_some() && names::is_port(&line[word.start..word.end]);
    is_port.then_some(next)
}

/// Reads a label and its value in one word: `User[eve]:`, `user:eve`, `ip:192.0.2.7`.
fn label_with_value(line: &[u8], word: Word, sheet: &mut Sheet) -> bool {
    let name = &line[word.start..word.end];
    if let Some(open) = memchr::memchr(b'[', name) {
        if names::is_exact(&name[..open]) && !name[open + 1..].iter().all(u8::is_ascii_digit) {
            sheet.named(word.start..word.start + open, word.start + open + 1..word.end, Form::Plain);
        }
        return true;
    }
    let Some(colon) = memchr::memchr(b':', name).filter(|colon| colon + 1 < name.len()) else { return false };
    let begins = name[colon + 1].is_ascii_alphanumeric() || matches!(name[colon + 1], b'"' | b'[');
    // `found within ARGS:file` (ModSecurity): the name of an argument. `USER:AUDIT:7:` is the name of a message.
    let is_tag = || memchr::memchr(b':', &name[colon + 1..]).is_some() && line.get(word.end) == Some(&b':');
    let is_nothing = || name[..colon] == *b"ARGS" || is_tag() || names_nothing(&name[..colon], &name[colon + 1..]);
    if !begins || !names::is_exact(&name[..colon]) || is_nothing() {
        return false;
    }
    // `user-name:"eve"`
    let quote = usize::from(name[colon + 1] == b'"');
    sheet.level += 1;
    sheet.named(word.start..word.start + colon, word.start + colon + 1 + quote..word.end, Form::Plain);
    sheet.level -= 1;
    true
}

/// Returns the value of the label `raw`, which begins at `at`, unless it is missing or the next word is something else.
fn value_after(part: Part<'_>, raw: Word, at: usize, is_user: bool, has_colon: bool) -> Option<Word> {
    let line = part.line;
    let mut ahead = Text { part, at };
    if line[raw.end..part.end].starts_with(b" : ") {
        ahead.at = raw.end + 3;
    }
    let mut next = ahead.word()?;
    // `Host: , Port: 443`, `login | Role`: the value is missing.
    if line[ahead.at.min(raw.end)..next.start].iter().any(|byte| matches!(*byte, b',' | b';' | b'|')) {
        return None;
    }
    // `user id 'eve'`
    if is_user && matches!(&line[next.start..next.end], b"id" | b"name" | b"ID" | b"account") {
        match ahead.word() {
            Some(after) if matches!(line[after.start], b'"' | b'\'') => next = after,
            _ => return None,
        }
    }
    let next_text = &line[next.start..next.end];
    // `User name/host: eve`: the label goes on.
    let goes_on = is_user
        && (!has_colon && next_text.ends_with(b":") && memchr::memchr(b'/', next_text).is_some()
            // `user name/password`
            || next_text.starts_with(b"name/"));
    // `User Login: Unit: 1`
    let is_label = is_user && has_colon && next_text.ends_with(b":") && next_text[0].is_ascii_alphabetic();
    // `login: from [192.0.2.7]`: nobody is named.
    if next_text[0] == b'(' || goes_on || is_label || is_user && is_link(next_text) {
        return None;
    }
    let is_quoted = matches!(next_text[0], b'"' | b'\'' | b'[' | b'<' | b'{');
    let mut value = if is_quoted { quoted(part, next).unwrap_or(trimmed(line, next)) } else { trimmed(line, next) };
    // `User: NT AUTHORITY\SYSTEM`
    if is_user && line[value.start..part.end].starts_with(b"NT AUTHORITY\\") {
        let account = Text { part, at: value.end }.word().map(|account| trimmed(line, account));
        value.end = account.map_or(value.end, |account| account.end);
    }
    // `user [CORP]\[eve]` (Samba)
    if is_user && line[value.end..part.end].starts_with(b"]\\[") {
        let open = Word { start: value.end + 2, end: part.end };
        value = quoted(part, open).unwrap_or(value);
    }
    // `user anna(uid=1001)`
    if is_user
        && !is_quoted
        && let Some(open) = memchr::memchr(b'(', &line[value.start..value.end]).filter(|open| *open > 0)
    {
        value.end = value.start + open;
    }
    let bytes = &line[value.start..value.end];
    // `login: pc1.corp.example [192.0.2.7] eve`: the client.
    let is_before_address = || {
        let rest = line[value.end..part.end.min(value.end + 48)].strip_prefix(b" [")?;
        value::address(&rest[..memchr::memchr(b']', rest)?])
    };
    if is_user && memchr::memchr(b'.', bytes).is_some() && is_before_address().is_some() {
        return None;
    }
    // `user [after add]` is a remark, not a user.
    let is_remark = next_text[0] == b'[' && bytes.contains(&b' ');
    let is_other = is_user && (!has_colon && !is_quoted && !is_user_name(bytes) || is_remark);
    if bytes.is_empty() || is_other || memchr::memchr(b'=', bytes).is_some() {
        return None;
    }
    (!is_user || value::address(bytes).is_none()).then_some(value)
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
