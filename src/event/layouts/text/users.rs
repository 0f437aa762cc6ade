//! Users in plain text: how their names look, and the messages that begin with one.

use std::ops::Range;

use crate::event::layouts::words::NO_USERS;
use crate::event::sheet::{Part, find};
use crate::event::value;

/// Returns the user at the start of the messages of `sudo` (`eve : TTY=pts/0 ; … ; USER=root`), `su` (`from eve to root at /dev/pts/0`,
/// `(to root) eve on pts/0`) and `cron` (`(eve) CMD (…)`), and of any that begins with `User 'eve'`; and at the end of Exim's.
pub(super) fn subject(part: Part<'_>) -> Option<Range<usize>> {
    let text = part.text();
    // `… 535 Incorrect authentication data (set_id=eve)` (Exim)
    if text.ends_with(b")")
        && let Some(open) = memchr::memrchr(b'(', &text[text.len().saturating_sub(160)..])
        && let Some(user) = text[text.len().saturating_sub(160) + open..text.len() - 1].strip_prefix(b"(set_id=")
        && is_user_name(user)
    {
        return Some(part.start + text.len() - 1 - user.len()..part.start + text.len() - 1);
    }
    let head = &text[..text.len().min(160)];
    if let Some(user) = quoted_user(head) {
        return Some(part.start + user.start..part.start + user.end);
    }
    let word = |start: usize| {
        let length = head[start..].iter().position(|byte| matches!(*byte, b' ' | b')')).unwrap_or(head.len() - start);
        is_user_name(&head[start..start + length]).then_some(part.start + start..part.start + start + length)
    };
    match *head.first()? {
        b'(' if head.starts_with(b"(to ") => {
            let close = memchr::memchr(b')', head)?;
            find(&head[close..], b" on ").and_then(|_| word(close + 2))
        }
        b'(' => {
            let user = word(1)?;
            part.line[user.end..part.end].starts_with(b") CMD (").then_some(user)
        }
        b'f' if head.starts_with(b"from ") && find(head, b" at /dev/").is_some() => word(5),
        _ => {
            let rest = &head[memchr::memchr(b' ', head)?..];
            if rest.starts_with(b" : ") && find(rest, b"TTY=").is_some() { word(0) } else { None }
        }
    }
}

/// Returns the span of `eve` in `User 'eve' …`, which the identifier of the message may precede: `LOGIN_OK: User 'eve' …`.
fn quoted_user(head: &[u8]) -> Option<Range<usize>> {
    let is_tag = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let tag = head.iter().take_while(|byte| is_tag(byte)).count();
    let start = if tag > 2 && head[tag..].starts_with(b": ") { tag + 2 } else { 0 };
    let name = head[start..].strip_prefix(b"User '")?;
    let length = memchr::memchr(b'\'', name)?;
    let start = head.len() - name.len();
    is_user_name(&name[..length]).then_some(start..start + length)
}

/// Returns true if a word after `user` can be the name of one.
pub(super) fn is_user_name(text: &[u8]) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.iter().any(u8::is_ascii_alphanumeric)
        && !NO_USERS.has(text)
        && !text.ends_with(b":")
}

/// Returns true for `CORP\eve`, and not for paths, keys of the registry or escapes. The domain is in capitals, as Windows logs it.
pub(super) fn is_domain_user(text: &[u8]) -> bool {
    let (Some(domain), user) = value::user(text) else { return false };
    let is_domain = domain.len() > 1
        && domain.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(*byte, b'-' | b'_'))
        && domain[0].is_ascii_uppercase()
        && !domain.starts_with(b"HK");
    // `USER\040admin`: a space.
    let is_escape = matches!(user, [b'0', b'0'..=b'7', b'0'..=b'7', ..]);
    // `CORP\Users`
    is_domain
        && !is_escape
        && user.len() <= 64
        && is_user_name(user)
        && user[0].is_ascii_alphanumeric()
        && value::is_host_name(before_realm(user))
}

/// Returns `eve` of `eve@corp.example`.
fn before_realm(user: &[u8]) -> &[u8] {
    memchr::memchr(b'@', user).map_or(user, |at| &user[..at])
}
