//! Finding observables in raw bytes.
//!
//! The extractor is the scalar reference: one pass over the bytes, a few look-behinds, no allocation once warm. Any bytes are
//! legal input; time is linear. What a token is, is written down in the crate's documentation.
//!
//! One place can be read in several ways: with and without the escape before it, a run that is not ASCII and its ASCII parts, a
//! URL as it stands and with its escapes undone. Each reading is a token, whatever becomes of those before it. The tokens
//! behind the first of a place are its [alternatives](Token::alternative).
//!
//! ```
//! use netsieve::extract::{ExtractOptions, Extractor};
//!
//! let text = b"GET http://evil.test/a from 192.0.2.7:4711";
//! let mut found = Vec::new();
//! Extractor::new(ExtractOptions::default()).extract(text, 0..text.len(), &mut |token| {
//!     found.push((token.start, String::from_utf8_lossy(token.text).into_owned(), token.port));
//! });
//! assert_eq!(found, [(4, "http://evil.test/a".to_owned(), None), (28, "192.0.2.7".to_owned(), Some(4711))]);
//! ```

use std::net::IpAddr;
use std::ops::Range;

mod decode;
pub(crate) mod finder;
mod grammar;
mod ip6;
mod like;
mod name;
mod quad;
mod refang;
mod saddr;
mod scalar;
mod url;

pub(crate) use url::UrlText;

#[cfg(test)]
mod tests;

/// What is looked for beside addresses, names and URLs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtractOptions {
    /// Request paths too (only sieves with path patterns need them).
    pub request_paths: bool,
    /// Undo defanging (`hxxp://`, `[.]`) too.
    pub refang: bool,
}

/// What a token may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// An address, already canonical.
    Ip(IpAddr),
    /// A domain name; `text` is not canonical yet.
    Domain,
    /// A URL; `text` is decoded as far as the log's escaping goes, not canonical yet. Its host is no token of its own.
    Url,
    /// The path and query of a request.
    RequestPath,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Context {
    /// Anywhere else.
    Text,
    /// The host of a URL.
    UrlHost,
    /// The path of a URL.
    UrlPath,
    /// The query or fragment of a URL.
    UrlQuery,
    /// Behind the `@` of a mail address.
    Email,
    /// The reverse name of an address (`7.113.0.203.in-addr.arpa`).
    ReverseName,
}

impl Context {
    /// `text`, `url_host`, `url_path`, `url_query`, `email` or `reverse_name`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Context::Text => "text",
            Context::UrlHost => "url_host",
            Context::UrlPath => "url_path",
            Context::UrlQuery => "url_query",
            Context::Email => "email",
            Context::ReverseName => "reverse_name",
        }
    }
}

/// A candidate observable.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Token<'t> {
    /// What it may be.
    pub kind: TokenKind,
    /// Where it starts in the haystack.
    pub start: usize,
    /// Where it ends in the haystack.
    pub end: usize,
    /// Its text, decoded; borrowed from the haystack where nothing had to be decoded.
    pub text: &'t [u8],
    /// The explicit port of a name or address (a URL's stands in its text).
    pub port: Option<u16>,
    /// It looks like a file name or a version.
    pub name_like: bool,
    /// Where it stands.
    pub context: Context,
    /// Of a URL: where its host stands in the haystack.
    pub host: Option<(usize, usize)>,
    /// Of a URL: whether it was written with a scheme (else `host/path`).
    pub has_scheme: bool,
    /// Another reading of the place of the token before.
    pub alternative: bool,
    /// Of a URL: its text, and the places where it may end.
    pub(crate) url: Option<UrlText<'t>>,
}

/// The scalar reference extractor. Owns scratch space; allocates nothing once warm.
#[derive(Debug, Default)]
pub struct Extractor {
    options: ExtractOptions,
    /// The run at hand, decoded.
    run: decode::Decoded,
    name: String,
    /// The URL at hand.
    texts: url::Texts,
    starts: Vec<usize>,
    /// Space of the scan at hand: the URLs around a place, and where the last ones start.
    regions: Vec<scalar::Region>,
    recent: std::collections::VecDeque<usize>,
    url: crate::value::UrlScratch,
}

impl Extractor {
    /// An extractor.
    pub fn new(options: ExtractOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Emits the tokens of `haystack` that start in `own`; bytes outside it are only looked at, at most
    /// [`PIECE_OVERLAP`](crate::limits::PIECE_OVERLAP) of them on each side matter.
    pub fn extract(&mut self, haystack: &[u8], own: Range<usize>, sink: &mut dyn FnMut(&Token<'_>)) {
        scalar::Scan::new(self, haystack, own, sink).run();
    }
}
