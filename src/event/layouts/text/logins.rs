//! Users in messages about logins: `eve logged in`, `Login failed: eve from 192.0.2.7`, `authentication failure for eve`, `signed in as eve`.

use super::questions;
use super::users::{is_domain_user, is_user_name};
use super::word::{Text, Word, is_gap, trimmed};
use crate::event::layouts::words::NO_SUBJECTS;
use crate::event::sheet::{Part, Sheet, find};
use crate::event::value;
use crate::value::vocabulary::Vocabulary;

/// The verbs for a login, and the words that make them so: `logged in`.
static VERBS: Vocabulary = Vocabulary::new(&[b"logged", b"signed"]);
static WAYS: Vocabulary = Vocabulary::new(&[b"in", b"on", b"out", b"off", b"into"]);

/// The maximum number of words between a word for a login and one that links a user to it.
const MAX_BETWEEN: usize = 6;

/// How a login went.
static OUTCOMES: Vocabulary = Vocabulary::new(&[
    b"failed",
    b"failure",
    b"success",
    b"successful",
    b"succeeded",
    b"ok",
    b"denied",
    b"refused",
    b"rejected",
    b"accepted",
]);

/// Returns the words before a place, the last one first.
fn words_before(part: Part<'_>, at: usize) -> impl Iterator<Item = Word> {
    let mut at = at;
    std::iter::from_fn(move || {
        let text = &part.line[part.start..at];
        let length = text.iter().rposition(|byte| !is_gap(*byte))? + 1;
        let start = text[..length].iter().rposition(|byte| is_gap(*byte)).map_or(0, |gap| gap + 1);
        at = part.start + start;
        Some(Word { start: at, end: part.start + length })
    })
}

/// Returns true if the words before a place are about a login, with nothing in between but how it went and whence it came: `Login failed`,
/// `authentication failure from 192.0.2.7`, `logged in`.
fn is_about_login(part: Part<'_>, at: usize) -> bool {
    static LOGINS: Vocabulary = Vocabulary::new(&[
        b"login",
        b"log-in",
        b"logon",
        b"log-on",
        b"logout",
        b"logoff",
        b"signin",
        b"sign-in",
        b"authentication",
        b"authenticated",
        b"auth",
        b"password",
        b"credentials",
    ]);
    static BETWEEN: Vocabulary = Vocabulary::new(&[
        b"attempt",
        b"attempts",
        b"request",
        b"failures",
        b"error",
        b"successfully",
        b"was",
        b"has",
        b"from",
        b"via",
    ]);
    let mut after: &[u8] = b"";
    for raw in words_before(part, at).take(MAX_BETWEEN) {
        let word = trimmed(part.line, raw);
        let word = &part.line[word.start..word.end];
        if LOGINS.has(word) || VERBS.has(word) && WAYS.has(after) {
            return true;
        }
        let is_between = BETWEEN.has(word) || OUTCOMES.has(word) || WAYS.has(word);
        if !is_between && value::address(word).is_none() {
            return false;
        }
        after = word;
    }
    false
}

/// Returns the user before a verb: `eve logged in`, `Admin eve has signed out`, `'eve' failed to log in`.
pub(super) fn before_verb(part: Part<'_>, verb: Word) -> Option<Word> {
    static BETWEEN: Vocabulary = Vocabulary::new(&[b"has", b"have", b"was", b"is", b"now", b"just", b"successfully"]);
    let line = part.line;
    if !is_verb(part, verb) {
        return None;
    }
    let mut words = words_before(part, verb.start).take(MAX_BETWEEN);
    let raw = words.find(|word| !BETWEEN.has(&line[word.start..word.end]))?;
    let user = trimmed(line, raw);
    // A plain word must begin the message, or a word for a user must stand before it.
    let mut begins = || words.next().is_none_or(|word| may_precede(&line[word.start..word.end]));
    let is_whole = is_in_quotes(part, raw, user) || user.end == raw.end && begins();
    (is_user(&line[user.start..user.end]) && is_whole).then_some(user)
}

/// Returns true for the verb of a login, with the words after it.
fn is_verb(part: Part<'_>, verb: Word) -> bool {
    static AFTER: Vocabulary = Vocabulary::new(&[b"successfully", b"from", b"via", b"using", b"with"]);
    static TO: Vocabulary = Vocabulary::new(&[b"to"]);
    static LOGINS: Vocabulary = Vocabulary::new(&[b"log", b"login", b"logon", b"sign", b"authenticate"]);
    let mut text = Text { part, at: verb.end };
    let mut is_next = |words: &Vocabulary| {
        text.word().is_some_and(|word| {
            let word = trimmed(part.line, word);
            words.has(&part.line[word.start..word.end])
        })
    };
    match &part.line[verb.start..verb.end] {
        word if VERBS.has(word) => is_next(&WAYS),
        word if word.eq_ignore_ascii_case(b"authenticated") => is_next(&AFTER),
        word if word.eq_ignore_ascii_case(b"failed") => is_next(&TO) && is_next(&LOGINS) && !has_object(part, verb),
        _ => false,
    }
}

/// Returns true if `failed to authenticate` names the one who failed, with a realm: `[conn7] Failed to authenticate eve@admin with …`.
fn has_object(part: Part<'_>, verb: Word) -> bool {
    let mut text = Text { part, at: verb.end };
    text.word();
    let verb = text.word().map_or(&b""[..], |word| &part.line[word.start..word.end]);
    verb.eq_ignore_ascii_case(b"authenticate")
        && text.word().is_some_and(|word| memchr::memchr(b'@', &part.line[word.start..word.end]).is_some())
}

/// Returns true for what may stand before the user who begins a message: a role, a time, a level, and anything that a sign ends.
fn may_precede(word: &[u8]) -> bool {
    static ROLES: Vocabulary =
        Vocabulary::new(&[b"user", b"admin", b"administrator", b"operator", b"account", b"username", b"member"]);
    const LEVELS: [&[u8]; 8] = [b"INFO", b"NOTICE", b"WARN", b"WARNING", b"ERROR", b"DEBUG", b"AUDIT", b"INFORMATION"];
    let is_time = || word[0].is_ascii_digit() && memchr::memchr(b':', word).is_some();
    ROLES.has(word)
        || LEVELS.contains(&word)
        || matches!(word.last(), Some(b':' | b']' | b')' | b'>' | b'-'))
        || is_time()
}

/// Returns true for a name of a user where nothing but the grammar tells that it is one.
fn is_user(text: &[u8]) -> bool {
    let (name, realm) = text.split_at(memchr::memchr(b'@', text).unwrap_or(text.len()));
    is_user_name(text)
        && text.iter().any(u8::is_ascii_alphabetic)
        && (is_domain_user(text) || value::is_host_name(name) && memchr::memchr(b':', text).is_none())
        && !text.eq_ignore_ascii_case(b"user")
        && !NO_SUBJECTS.has(text)
        && value::address(text).is_none()
        // `eve@192.0.2.7`
        && value::address(realm.get(1..).unwrap_or(b"")).is_none()
}

/// Returns true if a pair of quotes or brackets encloses a word.
fn is_in_quotes(part: Part<'_>, raw: Word, word: Word) -> bool {
    let close = match part.line[raw.start] {
        b'[' => b']',
        b'<' => b'>',
        quote @ (b'"' | b'\'') => quote,
        _ => return false,
    };
    word.start == raw.start + 1 && part.line[word.end..part.end].first() == Some(&close)
}

/// Returns the user after the colon of `Login failed: eve from 192.0.2.7`, of which `outcome` is the last word before the colon.
pub(super) fn after_outcome(part: Part<'_>, outcome: Word, at: usize) -> Option<Word> {
    let bytes = &part.line[outcome.start..outcome.end];
    if !OUTCOMES.has(bytes) || !is_about_login(part, outcome.start) {
        return None;
    }
    let mut text = Text { part, at };
    let raw = text.word()?;
    let user = trimmed(part.line, raw);
    let mut is_before_source = || {
        text.word().is_some_and(|word| matches!(&part.line[word.start..word.end], b"from" | b"at" | [b'(' | b'[', ..]))
    };
    let is_whole = is_in_quotes(part, raw, user) || user.end == raw.end && is_before_source();
    (is_user(&part.line[user.start..user.end]) && is_whole).then_some(user)
}

/// Reads the user after a word that links it to what was done: `for eve from`, `by eve on vty0`, `logged in as eve`.
pub(super) fn after_link(part: Part<'_>, link: Word, before: Option<Word>, text: &mut Text<'_>, sheet: &mut Sheet) {
    let name = &part.line[link.start..link.end];
    if !matches!(name, b"for" | b"of" | b"with" | b"by" | b"as" | b"using") {
        return;
    }
    let mut ahead = Text { part, at: text.at };
    let Some(raw) = ahead.word() else { return };
    let next = trimmed(part.line, raw);
    let user = &part.line[next.start..next.end];
    let after = ahead.word();
    // What follows `with` and `using` may be a method.
    if matches!(name, b"for" | b"of" | b"by" | b"as")
        && is_about_login(part, link.start)
        && is_user(user)
        && (is_in_quotes(part, raw, next) || next.start == raw.start && ends_there(part, next, after))
    {
        sheet.known("for_user", next.start..next.end);
        text.at = next.end;
        return;
    }
    let Some(after) = after else { return };
    let after = &part.line[after.start..after.end];
    let is_line = |word: Word| {
        let word = &part.line[word.start..word.end];
        [&b"vty"[..], b"tty", b"con", b"pts"].iter().any(|line| word.starts_with(line)) || find(word, b"@pts").is_some()
    };
    let is_source = |word: Word| {
        let text = &part.line[word.start..word.end];
        text.eq_ignore_ascii_case(b"src") || text.eq_ignore_ascii_case(b"ip")
    };
    let is_link = match name {
        // `SSH terminated by eve from src IP 192.0.2.7`, but not `blocked by gw1 from …`
        b"by" => {
            after == b"from" && ahead.peek().is_some_and(is_source)
                || after == b"on" && ahead.peek().is_some_and(is_line)
        }
        b"as" => after == b"on" && ahead.peek().is_some_and(is_line),
        _ => after == b"from" || after == b"(client",
    };
    // `query for a.example from`
    if is_link && name == b"for" && before.is_some_and(|word| is_query(&part.line[word.start..word.end])) {
        if questions::is_name(user) {
            sheet.known("query", next.start..next.end);
            text.at = next.end;
        }
        return;
    }
    // `transfer of a.example. from`: the dot of the root.
    let is_rooted = part.line[next.end..part.end].starts_with(b".") && memchr::memchr(b'.', user).is_some();
    if is_link && is_user(user) && !is_rooted {
        sheet.known("for_user", next.start..next.end);
        text.at = next.end;
    }
}

/// Returns true if what follows a user shows that its name ends there: the end of the text, a sign, or a word that begins something else.
fn ends_there(part: Part<'_>, user: Word, after: Option<Word>) -> bool {
    static AFTER: Vocabulary =
        Vocabulary::new(&[b"from", b"at", b"via", b"on", b"using", b"with", b"through", b"over"]);
    let Some(after) = after else { return true };
    let word = trimmed(part.line, after);
    matches!(part.line[user.end], b',' | b';' | b':' | b'|')
        || part.line[user.end..part.end].starts_with(b". ")
        || AFTER.has(&part.line[word.start..word.end])
        || OUTCOMES.has(&part.line[word.start..word.end])
        || matches!(part.line[after.start], b'(' | b'[')
        || is_answered(part, user, word)
}

/// Returns true for the end of a user in `request for eve has been denied`.
fn is_answered(part: Part<'_>, user: Word, after: Word) -> bool {
    matches!(&part.line[after.start..after.end], b"has" | b"was")
        && words_before(part, user.start)
            .nth(1)
            .is_some_and(|word| part.line[word.start..word.end].eq_ignore_ascii_case(b"request"))
}

/// Returns true for the word for a question to a name server.
fn is_query(word: &[u8]) -> bool {
    matches!(word, b"query" | b"queries" | b"question" | b"lookup")
}
