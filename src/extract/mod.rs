//! Finding observables in raw bytes.
#![allow(missing_docs, unused_variables, dead_code)]
use std::net::IpAddr;
use std::ops::Range;

/// What is looked for beside addresses, names and URLs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtractOptions {
    /// Request paths too (only sieves with path patterns need them).
    pub request_paths: bool,
    /// Undo defanging (`hxxp`, `[.]`, …).
    pub refang: bool,
}

/// What a token may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// An address, already canonical.
    Ip(IpAddr),
    /// A domain name; `text` is the decoded name, valid for the canonicaliser.
    Domain,
    /// A URL; `text` is decoded as far as the log's escaping goes, not canonical yet. Its host is not emitted as a token of its own.
    Url,
    /// The path and query of a request.
    RequestPath,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Context {
    Text,
    UrlHost,
    UrlPath,
    UrlQuery,
    Email,
}

/// A candidate observable.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Token<'t> {
    pub kind: TokenKind,
    /// Raw offsets in the haystack.
    pub start: usize,
    pub end: usize,
    /// Decoded text (borrowed from the haystack where nothing had to be decoded).
    pub text: &'t [u8],
    /// The explicit port of a name or address (a URL's stands in its text).
    pub port: Option<u16>,
    pub name_like: bool,
    pub context: Context,
    /// Of a URL: the raw offsets of its host.
    pub host: Option<(usize, usize)>,
    /// Of a URL: whether it was written with a scheme (else `host/path`).
    pub has_scheme: bool,
    /// Only emitted because what came before it in its group was not settled.
    pub alternative: bool,
}

/// What the receiver of a token says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The token had a reported match, or no alternative could have one: skip its alternatives.
    Settled,
    /// Nothing matched: emit the alternatives (shortened run, ASCII parts of a mixed run, URL cut before a separator).
    TryAlternatives,
}

/// The scalar reference extractor. Owns scratch space; allocates nothing once warm.
#[derive(Debug, Default)]
pub struct Extractor {
    options: ExtractOptions,
}

impl Extractor {
    pub fn new(options: ExtractOptions) -> Self {
        Self { options }
    }
    /// Emits the tokens of `haystack` that start in `own`; bytes outside `own` are only looked at.
    pub fn extract(&mut self, haystack: &[u8], own: Range<usize>, sink: &mut dyn FnMut(&Token<'_>) -> Verdict) {}
}
