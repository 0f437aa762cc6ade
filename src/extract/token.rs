//! Tokens: candidate observables in raw bytes, and their places.

use std::fmt;
use std::net::IpAddr;

use super::url::UrlText;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// An address, already canonical.
    Ip(IpAddr),
    /// A domain name. `text` is not canonical yet.
    Domain,
    /// A URL. In `text` the log's escaping is undone, but it is not canonical yet. The host of a URL is not a separate token.
    Url,
    /// The path and query of a request.
    RequestPath,
    /// The hash of a file: hexadecimal digits, with or without a separator between each pair.
    Hash,
    /// A mail address. `text` is not canonical yet.
    Email,
}

/// The surroundings of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Context {
    /// None of the others.
    Text,
    /// The host of a URL.
    UrlHost,
    /// The path of a URL.
    UrlPath,
    /// The query or fragment of a URL.
    UrlQuery,
    /// After the `@` of a mail address.
    Email,
    /// The reverse name of an address (`7.113.0.203.in-addr.arpa`).
    ReverseName,
}

impl Context {
    /// `text`, `url_host`, `url_path`, `url_query`, `email` or `reverse_name`.
    ///
    /// ```
    /// use netsieve::extract::Context;
    ///
    /// assert_eq!(Context::UrlHost.as_str(), "url_host");
    /// ```
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

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A candidate observable.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Token<'t> {
    /// The kind of observable that it may be.
    pub kind: TokenKind,
    /// The start in the haystack.
    pub start: usize,
    /// The end in the haystack.
    pub end: usize,
    /// The decoded text, borrowed from the haystack if nothing had to be decoded.
    pub text: &'t [u8],
    /// The explicit port of a name or address. That of a URL is in its text.
    pub port: Option<u16>,
    /// True if it looks like a file name or a version.
    pub name_like: bool,
    /// The surroundings.
    pub context: Context,
    /// For a URL: the range of its host in the haystack.
    pub host: Option<(usize, usize)>,
    /// For a URL: true if it was written with a scheme, false for `host/path`.
    pub has_scheme: bool,
    /// True if this is another reading of the previous token's place.
    pub alternative: bool,
    /// For a URL: its text, and the places where it may end.
    pub(crate) url: Option<UrlText<'t>>,
}
