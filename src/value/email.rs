//! Mail addresses: a local part and a name.
//!
//! The local part compares without case and is otherwise kept, including a `+tag`. Quotes around it are dropped where
//! it does not need them. The name is canonical as [everywhere](super::domain), and has at least two labels.
//!
//! ```
//! use netsieve::value::EmailAddress;
//!
//! let address = EmailAddress::parse("mailto:Sales+May@Shop.TEST.").unwrap();
//! assert_eq!(address.as_str(), "sales+may@shop.test");
//! assert_eq!((address.local(), address.domain()), ("sales+may", "shop.test"));
//! assert_eq!(EmailAddress::parse("\"sales\"@shop.test").unwrap().as_str(), "sales@shop.test");
//! ```

use std::fmt;
use std::str::FromStr;

use super::domain;
use super::reject::Reject;
use crate::limits::MAX_LOCAL_PART;

/// A canonical mail address.
///
/// ```
/// use netsieve::value::EmailAddress;
///
/// let address = EmailAddress::parse("Boss+mail@Shop.TEST")?;
/// assert_eq!((address.local(), address.domain()), ("boss+mail", "shop.test"));
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(Box<str>);

impl EmailAddress {
    /// Parses an address and keeps its canonical form. Drops `mailto:` before it, a query after it, and angle brackets around it.
    ///
    /// # Errors
    ///
    /// The errors of [`canonicalise`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, Reject> {
        let mut scratch = EmailScratch::default();
        canonicalise(bare(text.as_ref()), &mut scratch).map(|address| Self(address.into()))
    }

    /// The canonical text.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The local part: the text before the `@`.
    pub fn local(&self) -> &str {
        self.split().0
    }

    /// The domain name after the `@`.
    pub fn domain(&self) -> &str {
        self.split().1
    }

    fn split(&self) -> (&str, &str) {
        // A name cannot contain an `@`, so the last one separates.
        self.0.rsplit_once('@').expect("a canonical address has an @")
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for EmailAddress {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = Reject;

    fn from_str(text: &str) -> Result<Self, Reject> {
        Self::parse(text)
    }
}

/// Strips `mailto:` with its query, or angle brackets.
fn bare(text: &[u8]) -> &[u8] {
    const SCHEME: &[u8] = b"mailto:";
    let text = text.trim_ascii();
    let text = match text {
        [b'<', inner @ .., b'>'] => inner.trim_ascii(),
        _ => text,
    };
    if !text.get(..SCHEME.len()).is_some_and(|head| head.eq_ignore_ascii_case(SCHEME)) {
        return text;
    }
    let text = text[SCHEME.len()..].trim_ascii();
    // The local part may contain a `?`; in quotes, or in the query, there may be another `@`.
    let quoted = if text.starts_with(b"\"") { memchr::memmem::find(text, b"\"@").unwrap_or(0) } else { 0 };
    let at = memchr::memchr(b'@', &text[quoted..]).map_or(0, |at| quoted + at);
    &text[..memchr::memchr(b'?', &text[at..]).map_or(text.len(), |len| at + len)]
}

/// Scratch space for canonicalising addresses.
#[derive(Clone, Debug, Default)]
pub struct EmailScratch {
    address: String,
    name: String,
}

/// Returns true if a local part may hold this byte without quotes: `atext` of RFC 5322, `.`, and non-ASCII (RFC 6531).
pub(crate) const fn is_local_byte(byte: u8) -> bool {
    byte >= 0x80
        || byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'.' | b'!'
                | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// Returns the canonical form of an address.
///
/// # Errors
///
/// * [`Reject::Empty`]: the text is empty.
/// * [`Reject::TooLong`]: the local part has more than [`MAX_LOCAL_PART`] bytes, as written or in lower case.
/// * [`Reject::BadEmail`]: no `@`, no local part, or a byte that a local part cannot have; in quotes, a quote or a backslash.
/// * [`Reject::SingleLabel`]: the name has a single label.
/// * any error of the [name](domain::canonicalise).
///
/// ```
/// use netsieve::value::email::{EmailScratch, canonicalise};
///
/// let mut scratch = EmailScratch::default();
/// assert_eq!(canonicalise(b"Boss@Shop.TEST", &mut scratch)?, "boss@shop.test");
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[doc(alias = "canonicalize")]
pub fn canonicalise<'s>(text: &[u8], scratch: &'s mut EmailScratch) -> Result<&'s str, Reject> {
    let EmailScratch { address, name } = scratch;
    if text.is_empty() {
        return Err(Reject::Empty);
    }
    let at = memchr::memrchr(b'@', text).ok_or(Reject::BadEmail)?;
    let (local, host) = (&text[..at], &text[at + 1..]);
    if local.len() > MAX_LOCAL_PART {
        return Err(Reject::TooLong);
    }
    let local = str::from_utf8(local).map_err(|_| Reject::BadEmail)?;
    address.clear();
    match local.as_bytes() {
        [b'"', quoted @ .., b'"'] if !quoted.is_empty() => unquote(&local[1..local.len() - 1], address)?,
        plain if !plain.is_empty() && plain.iter().all(|&byte| is_local_byte(byte)) => push_lower(local, address),
        _ => return Err(Reject::BadEmail),
    }
    // Some letters have more bytes in lower case. The canonical text must read back.
    if address.len() > MAX_LOCAL_PART {
        return Err(Reject::TooLong);
    }
    let host = domain::canonicalise(host, name)?;
    if !host.contains('.') {
        return Err(Reject::SingleLabel);
    }
    address.push('@');
    address.push_str(host);
    Ok(address)
}

fn push_lower(text: &str, out: &mut String) {
    if text.is_ascii() {
        let from = out.len();
        out.push_str(text);
        out[from..].make_ascii_lowercase();
    } else {
        out.push_str(&text.to_lowercase());
    }
}

/// Writes the content of a quoted local part, dropping the quotes where it does not need them. Refuses content with a
/// quote or a backslash: it would be escaped, and each log format escapes it again in its own way.
fn unquote(content: &str, out: &mut String) -> Result<(), Reject> {
    if content.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
        return Err(Reject::BadEmail);
    }
    let is_plain = content.bytes().all(is_local_byte);
    let quote = if is_plain { "" } else { "\"" };
    out.push_str(quote);
    push_lower(content, out);
    out.push_str(quote);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_canonical() {
        for (text, want) in [
            ("a@b.test", "a@b.test"),
            ("A.B+C@Mail.Shop.TEST.", "a.b+c@mail.shop.test"),
            ("<a@b.test>", "a@b.test"),
            ("MAILTO:a@b.test?subject=x@y", "a@b.test"),
            ("mailto: <a@b.test>", "<a@b.test>"),
            ("o'brien@b.test", "o'brien@b.test"),
            ("prvs=123=a@b.test", "prvs=123=a@b.test"),
            ("\"a\"@b.test", "a@b.test"),
            ("\"A b\"@b.test", "\"a b\"@b.test"),
            ("\"a@c\"@b.test", "\"a@c\"@b.test"),
            ("jürgen@müller.test", "jürgen@xn--mller-kva.test"),
            ("JÜRGEN@MÜLLER.test", "jürgen@xn--mller-kva.test"),
            ("a@_b.test", "a@_b.test"),
        ] {
            let found = EmailAddress::parse(text).map(|address| address.to_string());
            if want.starts_with('<') {
                assert_eq!(found, Err(Reject::BadEmail), "{text}");
            } else {
                assert_eq!(found.as_deref(), Ok(want), "{text}");
                assert_eq!(EmailAddress::parse(want).unwrap().as_str(), want);
            }
        }
        for (text, why) in [
            ("", Reject::Empty),
            ("b.test", Reject::BadEmail),
            ("@b.test", Reject::BadEmail),
            ("a b@c.test", Reject::BadEmail),
            ("\"\"@b.test", Reject::BadEmail),
            ("\"a\nb\"@b.test", Reject::BadEmail),
            ("\"a\\\"b\"@b.test", Reject::BadEmail),
            ("a@localhost", Reject::SingleLabel),
            ("a@b..test", Reject::EmptyLabel),
            ("a@[192.0.2.1]", Reject::BadNameByte),
            ("a@192.0.2.1", Reject::NumericTld),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(why), "{text}");
        }
        let long = format!("{}@b.test", "a".repeat(MAX_LOCAL_PART + 1));
        assert_eq!(EmailAddress::parse(long), Err(Reject::TooLong));
    }

    /// Quotes may hold an `@`, which separates nothing.
    #[test]
    fn the_last_at_separates_the_parts() {
        for (text, local, domain) in [
            ("A+b@C.test", "a+b", "c.test"),
            ("\"a@x.test\"@c.test", "\"a@x.test\"", "c.test"),
            ("mailto:a?b@c.test?to=d@e.test", "a?b", "c.test"),
        ] {
            let address: EmailAddress = text.parse().unwrap();
            assert_eq!((address.local(), address.domain()), (local, domain), "{text}");
            assert_eq!(address.as_ref(), format!("{local}@{domain}"), "{text}");
        }
        assert_eq!("a@b@c.test".parse::<EmailAddress>(), Err(Reject::BadEmail));
    }

    /// `\u{130}` has two bytes, and three in lower case; `\u{23a}` has two and three, too.
    #[test]
    fn a_local_part_that_grows_in_lower_case_still_fits() {
        for letter in ["\u{130}", "\u{23a}", "a"] {
            let per_letter = letter.to_lowercase().len();
            let (most, quoted) = (MAX_LOCAL_PART / per_letter, (MAX_LOCAL_PART - 2) / per_letter);
            for (local, fits) in [
                (letter.repeat(most), true),
                (letter.repeat(most + 1), false),
                (letter.repeat(MAX_LOCAL_PART / letter.len()), per_letter == 1),
                (format!("\"{} \"", letter.repeat(quoted - 1)), true),
                (format!("\"{} \"", letter.repeat(quoted + 1)), false),
            ] {
                match EmailAddress::parse(format!("{local}@b.test")) {
                    Ok(address) => assert!(fits && EmailAddress::parse(address.as_str()) == Ok(address), "{local}"),
                    Err(reason) => assert_eq!((fits, reason), (false, Reject::TooLong), "{local}"),
                }
            }
        }
    }

    proptest! {
        #[test]
        fn canonicalising_is_idempotent(text in "\\PC{0,12}@\\PC{0,12}|[a-zA-Z.+\"\\\\ Σİ-]{0,8}@[a-zß.]{0,8}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let again = EmailAddress::parse(address.as_str());
                prop_assert_eq!(again, Ok(address));
            }
        }
    }
}
