//! What an indicator is, and what a feed says of it. The values themselves are those of [`value`](crate::value).

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

mod entry;

pub use entry::{
    Action, Attributes, Column, ColumnRole, Columns, Construct, Exceptions, Feed, Policy, Record, RecordSink,
    Rejection, Skip, Warning, WarningKind,
};

pub use crate::value::{DomainName, HostRef, Reject, Url, UrlScratch, UrlView};

/// Which names a domain indicator covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scope {
    /// The name itself and nothing else.
    Exact,
    /// Every name beneath it, but not the name itself (the apex).
    Subdomains,
    /// The name itself and every name beneath it.
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

/// What kind of value an indicator holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// An address, a prefix or a range.
    Ip,
    /// A domain name.
    Domain,
    /// A URL.
    Url,
    /// A pattern over names or over URL paths.
    Pattern,
}

impl Kind {
    /// `ip`, `domain`, `url` or `pattern`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Ip => "ip",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Pattern => "pattern",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A canonical value that marks a threat, with its kind and scope.
///
/// `Display` gives the canonical text: a host address without `/32` or `/128`, a port after `:` (IPv6 in brackets), a
/// range as `first-last`, a URL with its scheme.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Indicator {
    /// An address (a full-length prefix) or a network.
    Ip {
        /// The prefix, host bits zero, mapped and NAT64 forms as IPv4.
        net: IpNet,
        /// The port it is limited to.
        port: Option<u16>,
    },
    /// A range of addresses that is not one prefix; both ends belong to it and are of one family.
    IpRange {
        /// The lowest address.
        first: IpAddr,
        /// The highest address.
        last: IpAddr,
        /// The port it is limited to.
        port: Option<u16>,
    },
    /// A domain name.
    Domain {
        /// The name.
        name: DomainName,
        /// Which names it covers.
        scope: Scope,
        /// The port it is limited to.
        port: Option<u16>,
    },
    /// A URL.
    Url {
        /// The URL. Its port is the indicator's.
        url: Url,
        /// `Exact`, or `Suffix` where the feed asked for the names beneath the host too.
        host_scope: Scope,
    },
    /// A pattern.
    Pattern(Pattern),
}

impl Indicator {
    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Indicator::Ip { .. } | Indicator::IpRange { .. } => Kind::Ip,
            Indicator::Domain { .. } => Kind::Domain,
            Indicator::Url { .. } => Kind::Url,
            Indicator::Pattern(_) => Kind::Pattern,
        }
    }

    /// The port the indicator is limited to.
    pub fn port(&self) -> Option<u16> {
        match self {
            Indicator::Ip { port, .. } | Indicator::IpRange { port, .. } | Indicator::Domain { port, .. } => *port,
            Indicator::Url { url, .. } => url.port(),
            Indicator::Pattern(_) => None,
        }
    }

    /// The scope of a domain, or of a URL's host; `None` for the other kinds.
    pub fn scope(&self) -> Option<Scope> {
        match self {
            Indicator::Domain { scope, .. } => Some(*scope),
            Indicator::Url { host_scope, .. } => Some(*host_scope),
            _ => None,
        }
    }
}

impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn with_port(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>, v6: bool, port: Option<u16>) -> fmt::Result {
            match port {
                None => f.write_fmt(text),
                Some(port) if v6 => write!(f, "[{text}]:{port}"),
                Some(port) => write!(f, "{text}:{port}"),
            }
        }
        match self {
            Indicator::Ip { net, port } => {
                let v6 = matches!(net, IpNet::V6(_));
                if net.prefix_len() == net.max_prefix_len() {
                    with_port(f, format_args!("{}", net.addr()), v6, *port)
                } else {
                    with_port(f, format_args!("{net}"), v6, *port)
                }
            }
            Indicator::IpRange { first, last, port } => {
                with_port(f, format_args!("{first}-{last}"), first.is_ipv6(), *port)
            }
            Indicator::Domain { name, port, .. } => with_port(f, format_args!("{name}"), false, *port),
            Indicator::Url { url, .. } => f.write_str(url.as_str()),
            Indicator::Pattern(pattern) => f.write_str(pattern.as_str()),
        }
    }
}

/// What a pattern is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PatternTarget {
    /// A whole domain name; letters compare without regard to case.
    Name,
    /// The canonical path and query of a URL, or of a request.
    UrlPath,
}

/// A literal or a glob over names or URL paths.
///
/// A text without `*`, `?` and `[` over a URL path is a literal that may stand anywhere in the path and query; every
/// other pattern is a glob over the whole of its target: `*` is any run of bytes, `?` any byte, `[a-z]` and `[!a-z]` a class.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    target: PatternTarget,
    text: Box<str>,
}

impl Pattern {
    /// A pattern over `target`.
    ///
    /// # Errors
    ///
    /// [`Reject::BadPattern`] for an empty pattern, an unclosed class, or no literal run of three bytes to search by.
    pub fn new(target: PatternTarget, text: &str) -> Result<Self, Reject> {
        let text = match target {
            PatternTarget::Name => text.to_ascii_lowercase(),
            PatternTarget::UrlPath => text.to_owned(),
        };
        let longest = literal_runs(&text)?.map(str::len).max().unwrap_or(0);
        if longest < 3 {
            return Err(Reject::BadPattern);
        }
        Ok(Self { target, text: text.into() })
    }

    /// What the pattern is held against.
    pub fn target(&self) -> PatternTarget {
        self.target
    }

    /// The pattern's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the text is a glob (else a literal).
    pub fn is_glob(&self) -> bool {
        self.target == PatternTarget::Name || self.text.contains(['*', '?', '['])
    }

    /// The longest run of literal bytes in the text; at least three bytes.
    pub fn longest_literal(&self) -> &str {
        self.literals().max_by_key(|run| run.len()).unwrap_or("")
    }

    /// The runs of literal bytes between wildcards; some may be empty.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        // The constructor has checked the syntax.
        literal_runs(&self.text).into_iter().flatten()
    }
}

/// The literal runs between wildcards of a pattern.
fn literal_runs(text: &str) -> Result<impl Iterator<Item = &str>, Reject> {
    let bytes = text.as_bytes();
    let mut cuts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'*' | b'?' => {
                cuts.push(start..at);
                at += 1;
                start = at;
            }
            b'[' => {
                cuts.push(start..at);
                // A `]` right after `[` or `[!` is a member of the class.
                let first = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'!'));
                let close = bytes.iter().skip(first + 1).position(|&b| b == b']').ok_or(Reject::BadPattern)?;
                at = first + 1 + close + 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    cuts.push(start..bytes.len());
    Ok(cuts.into_iter().map(|cut| &text[cut]))
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
