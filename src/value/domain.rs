//! Domain names: one canonical form.
//!
//! All spellings of a name share one canonical form: lower case, no root dot, non-ASCII labels as `xn--` A-labels, at
//! most [253](MAX_NAME) bytes in labels of 1 to [63](MAX_LABEL). Labels hold letters, digits, `-` and `_` (service
//! names such as `_dmarc` are looked up every day). A `-` may stand anywhere, because names in the wild begin and end
//! with it.
//!
//! * ASCII names are only lower-cased, without allocating. An `xn--` label is not decoded: whether or not it is valid
//!   Punycode, the same name was looked up.
//! * Any other name goes through the ToASCII operation of [UTS #46], non-transitional, hyphens allowed, without the
//!   ASCII restrictions of STD3, as in the [WHATWG URL standard]. The ASCII rules above then apply to the result.
//!   Ideographic full stops count as dots.
//! * A last label of digits alone is refused ([`Reject::NumericTld`]), because such a text is a broken address.
//!
//! A single label (`localhost`, `com`) is a valid name here; callers that want more must count the labels.
//!
//! # Example
//!
//! ```
//! use netsieve::{Reject, value::DomainName};
//!
//! let name = DomainName::parse("WWW.Bücher.Example.")?;
//! assert_eq!(name.as_str(), "www.xn--bcher-kva.example");
//! assert_eq!(name.label_count(), 3);
//!
//! assert_eq!(DomainName::parse("a..example"), Err(Reject::EmptyLabel));
//! assert_eq!(DomainName::parse("192.0.2.300"), Err(Reject::NumericTld));
//! # Ok::<(), Reject>(())
//! ```
//!
//! [UTS #46]: https://www.unicode.org/reports/tr46/#ToASCII
//! [WHATWG URL standard]: https://url.spec.whatwg.org/#concept-domain-to-ascii

use std::fmt;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, ErrorPolicy, Hyphens, ProcessingSuccess, Uts46};

use super::wide;
#[cfg(feature = "feeds")]
use crate::arch::masks::classes;
use crate::arch::name::{WORD, canonical};
use crate::limits::{MAX_LABEL, MAX_NAME, MAX_OBSERVABLE};
use crate::value::reject::Reject;

#[cfg(test)]
mod tests;

/// A domain name in canonical form: lower-case ASCII, without the root dot.
///
/// Two names are equal if their texts are. The order is that of the bytes.
///
/// ```
/// use netsieve::value::DomainName;
///
/// let name = DomainName::parse("WWW.Evil.test.")?;
/// assert_eq!((name.as_str(), name.label_count(), name.parent()), ("www.evil.test", 3, Some("evil.test")));
/// assert_eq!(name.labels().rev().collect::<Vec<_>>(), ["test", "evil", "www"]);
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(Box<str>);

impl DomainName {
    /// Parses a name and keeps its canonical form.
    ///
    /// # Errors
    ///
    /// The errors of [`canonicalise`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, Reject> {
        canonicalise(text.as_ref(), &mut String::new()).map(|name| Self(name.into()))
    }

    /// The canonical text.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of labels, at least 1 and at most 127.
    #[inline]
    pub fn label_count(&self) -> usize {
        label_count(&self.0)
    }

    /// Iterates over the labels from left to right; use `rev` to start at the top-level domain.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.0.split('.')
    }

    /// The name without its first label; `None` if it has only one.
    pub fn parent(&self) -> Option<&str> {
        self.0.split_once('.').map(|(_, parent)| parent)
    }

    /// Returns true if the name is `apex` itself or a subdomain of it, by whole labels. `apex` must be canonical.
    ///
    /// ```
    /// use netsieve::value::DomainName;
    ///
    /// let name = DomainName::parse("www.evil.test")?;
    /// assert!(name.is_within("evil.test") && !name.is_within("vil.test"));
    /// assert_eq!(name.parent(), Some("evil.test"));
    /// assert_eq!(name.labels().rev().collect::<Vec<_>>(), ["test", "evil", "www"]);
    /// # Ok::<(), netsieve::Reject>(())
    /// ```
    pub fn is_within(&self, apex: &str) -> bool {
        self.0.strip_suffix(apex).is_some_and(|left| left.is_empty() || left.ends_with('.'))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = Reject;

    fn from_str(text: &str) -> Result<Self, Reject> {
        Self::parse(text)
    }
}

impl From<DomainName> for Box<str> {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

/// Returns true for the bytes of ASCII names: `[A-Za-z0-9._-]`.
#[cfg(feature = "feeds")]
pub(crate) fn is_name_byte(byte: u8) -> bool {
    classes::of(byte) & classes::HOST != 0
}

/// Counts the labels of a canonical name.
#[inline]
pub fn label_count(name: &str) -> usize {
    1 + memchr::memchr_iter(b'.', name.as_bytes()).count()
}

/// Returns the canonical form of a name: `text` itself if it is canonical already, otherwise a copy in `scratch`.
///
/// One trailing dot is dropped; no white space is trimmed. Allocates nothing for ASCII once `scratch` has grown to
/// [`MAX_NAME`] bytes. Linear in the length of the text.
///
/// # Errors
///
/// The first of these that applies:
///
/// * [`Reject::Empty`]: no text, or the root dot alone.
/// * [`Reject::BadIdna`]: not ASCII, and UTS-46 refuses it.
/// * from left to right, [`Reject::BadNameByte`] (a byte other than letters, digits, `-`, `_` and `.`; or text that is
///   not UTF-8), [`Reject::EmptyLabel`] (two dots in a row, or one at the start), [`Reject::LongLabel`] (more than 63
///   bytes).
/// * [`Reject::LongName`]: more than 253 bytes.
/// * [`Reject::NumericTld`]: the last label is made of digits only.
///
/// ```
/// use netsieve::value::domain::canonicalise;
///
/// let mut scratch = String::new();
/// assert_eq!(canonicalise(b"Evil.TEST.", &mut scratch)?, "evil.test");
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[doc(alias = "canonicalize")]
#[inline]
pub fn canonicalise<'a>(text: &'a [u8], scratch: &'a mut String) -> Result<&'a str, Reject> {
    match check(text)? {
        Checked::Canonical(name) => Ok(name),
        Checked::MixedCase(name) => {
            scratch.clear();
            scratch.push_str(name);
            scratch.make_ascii_lowercase();
            Ok(scratch)
        }
        Checked::NotAscii => canonicalise_idna(text, scratch),
    }
}

#[cold]
fn canonicalise_idna<'a>(text: &[u8], scratch: &'a mut String) -> Result<&'a str, Reject> {
    to_ascii(text, scratch)?;
    match check(scratch.as_bytes())? {
        // UTS-46 maps to lower case, so the other two cannot occur; if they did, this answer would be safe.
        Checked::Canonical(name) => Ok(name),
        Checked::MixedCase(_) | Checked::NotAscii => Err(Reject::BadIdna),
    }
}

/// Applies the ToASCII operation of UTS-46 to a non-ASCII text. Checks neither lengths nor ASCII bytes.
pub(super) fn to_ascii(text: &[u8], out: &mut String) -> Result<(), Reject> {
    if text.len() > MAX_OBSERVABLE {
        return Err(Reject::LongName);
    }
    let text = str::from_utf8(text).map_err(|_| Reject::BadNameByte)?;
    out.clear();
    let done = Uts46::new().process(
        text.as_bytes(),
        AsciiDenyList::EMPTY,
        Hyphens::Allow,
        ErrorPolicy::FailFast,
        |_, _, _| false,
        out,
        None,
    );
    match done {
        Ok(ProcessingSuccess::WroteToSink) => Ok(()),
        Ok(ProcessingSuccess::Passthrough) => {
            out.push_str(text);
            Ok(())
        }
        Err(_) => Err(Reject::BadIdna),
    }
}

/// The result of checking every byte of a name. The texts exclude the root dot.
enum Checked<'a> {
    Canonical(&'a str),
    MixedCase(&'a str),
    NotAscii,
}

/// The role of a byte in a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Bad,
    Label,
    Upper,
    Dot,
    NonAscii,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Bad; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => Class::Label,
            b'A'..=b'Z' => Class::Upper,
            b'.' => Class::Dot,
            0x80.. => Class::NonAscii,
            _ => Class::Bad,
        };
        byte += 1;
    }
    classes
};

fn check(text: &[u8]) -> Result<Checked<'_>, Reject> {
    // Most names are canonical, and few of those have less than eight bytes.
    if let Some((name, _)) = canonical(text) {
        return Ok(Checked::Canonical(name));
    }
    if text.len() < WORD
        && wide::is_plain_name(text)
        && let Ok(name) = str::from_utf8(text)
    {
        return Ok(Checked::Canonical(name));
    }
    if !text.is_ascii() {
        return Ok(Checked::NotAscii);
    }
    let text = text.strip_suffix(b".").unwrap_or(text);
    if text.is_empty() {
        return Err(Reject::Empty);
    }
    let mut label = 0;
    let mut upper = false;
    for (at, &byte) in text.iter().enumerate() {
        match CLASSES[usize::from(byte)] {
            Class::Label => {}
            Class::Upper => upper = true,
            Class::Dot if at == label => return Err(Reject::EmptyLabel),
            Class::Dot if at - label > MAX_LABEL => return Err(Reject::LongLabel),
            Class::Dot => label = at + 1,
            Class::Bad | Class::NonAscii => return Err(Reject::BadNameByte),
        }
    }
    let last = &text[label..];
    if last.is_empty() {
        return Err(Reject::EmptyLabel);
    }
    if last.len() > MAX_LABEL {
        return Err(Reject::LongLabel);
    }
    if text.len() > MAX_NAME {
        return Err(Reject::LongName);
    }
    if last.iter().all(u8::is_ascii_digit) {
        return Err(Reject::NumericTld);
    }
    let name = str::from_utf8(text).map_err(|_| Reject::BadNameByte)?;
    Ok(if upper { Checked::MixedCase(name) } else { Checked::Canonical(name) })
}
