//! What is found in raw bytes: a candidate observable, and where it stands.

use std::net::IpAddr;

use super::url::UrlText;

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
    /// The hash of a file: hexadecimal digits, as they are or with a separator between each two.
    Hash,
    /// A mail address; `text` is not canonical yet.
    Email,
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
