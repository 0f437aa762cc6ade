//! Splits a URL into its raw parts, before anything is unescaped.

use crate::limits::MAX_OBSERVABLE;
use crate::value::reject::Reject;

/// The raw parts of a URL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split<'a> {
    pub(super) scheme: Option<&'a [u8]>,
    /// Without user and password; an IPv6 address still in its brackets.
    pub(super) host: &'a [u8],
    /// The text after the `:` of the port.
    pub(super) port: Option<&'a [u8]>,
    /// Empty, or the text from its slash on.
    pub(super) path: &'a [u8],
    /// The text after the first `?`.
    pub(super) query: Option<&'a [u8]>,
}

/// Drops white space at both ends, all tabs, CR and LF, and the fragment.
pub(super) fn clean<'a>(text: &'a [u8], copy: &'a mut Vec<u8>) -> Result<&'a [u8], Reject> {
    let text = text.trim_ascii();
    if text.len() > MAX_OBSERVABLE {
        return Err(Reject::TooLong);
    }
    let text = if memchr::memchr3(b'\t', b'\r', b'\n', text).is_some() {
        copy.clear();
        copy.extend(text.iter().filter(|b| !matches!(b, b'\t' | b'\r' | b'\n')));
        copy
    } else {
        text
    };
    let text = memchr::memchr(b'#', text).map_or(text, |at| &text[..at]);
    if text.is_empty() { Err(Reject::Empty) } else { Ok(text) }
}

pub(super) fn split(text: &[u8]) -> Result<Split<'_>, Reject> {
    let (scheme, rest) = split_scheme(text)?;
    let end = rest.iter().position(|b| is_slash(*b) || *b == b'?').unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (path, query) = split_query(rest);
    let authority = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    // Colons within brackets belong to an IPv6 address.
    let inside = match authority {
        [b'[', ..] => memchr::memchr(b']', authority).unwrap_or(0),
        _ => 0,
    };
    let (host, port) = match memchr::memchr(b':', &authority[inside..]) {
        Some(at) => (&authority[..inside + at], Some(&authority[inside + at + 1..])),
        None => (authority, None),
    };
    Ok(Split { scheme, host, port, path, query })
}

/// Splits the text after the authority into path and query.
pub(super) fn split_query(rest: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'?', rest) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    }
}

fn split_scheme(text: &[u8]) -> Result<(Option<&[u8]>, &[u8]), Reject> {
    let end = text.iter().position(|b| !is_scheme_byte(*b)).unwrap_or(text.len());
    let (scheme, rest) = text.split_at(end);
    match rest {
        [b':', a, b, rest @ ..] if is_slash(*a) && is_slash(*b) => {
            if !scheme.first().is_some_and(u8::is_ascii_alphabetic) {
                return Err(Reject::BadScheme);
            }
            // As browsers do, and for the same schemes only: `file:///etc/passwd` has no host.
            let web = super::view::WEB.iter().any(|(web, _)| web.as_bytes().eq_ignore_ascii_case(scheme));
            let more = if web { rest.iter().take_while(|b| is_slash(**b)).count() } else { 0 };
            Ok((Some(scheme), &rest[more..]))
        }
        _ => {
            // `ht tp://` and `%68ttp://` are meant as schemes; to read them as hosts would invent a host.
            let first = text.iter().position(|b| is_slash(*b) || *b == b'?').unwrap_or(text.len());
            match (&text[..first], &text[first..]) {
                ([.., b':'], [a, b, ..]) if is_slash(*a) && is_slash(*b) => Err(Reject::BadScheme),
                _ => Ok((None, text)),
            }
        }
    }
}

pub(super) fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}
