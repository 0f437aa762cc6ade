//! The kinds of indicators, and the scopes of domain names.

use std::fmt;

/// The names that a domain indicator covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scope {
    /// The name itself and nothing else.
    Exact,
    /// Every name under it, but not the name itself (the apex).
    Subdomains,
    /// The name itself and every name under it.
    Suffix,
}

impl Scope {
    /// `exact`, `subdomains` or `suffix`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Exact => "exact",
            Scope::Subdomains => "subdomains",
            Scope::Suffix => "suffix",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of value that an indicator holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// An address, a prefix or a range.
    Ip,
    /// A domain name.
    Domain,
    /// A URL.
    Url,
    /// A pattern over names or URL paths.
    Pattern,
    /// The hash of a file.
    Hash,
    /// A mail address.
    Email,
}

impl Kind {
    /// `ip`, `domain`, `url`, `pattern`, `hash` or `email`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Ip => "ip",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Pattern => "pattern",
            Kind::Hash => "hash",
            Kind::Email => "email",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
