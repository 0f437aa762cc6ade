//! What a canonical URL is: its text, and where its parts are.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::ops::Range;

/// The host of a URL, canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HostRef<'a> {
    /// An address; mapped and NAT64 addresses are IPv4.
    Ip(IpAddr),
    /// A name as [`domain::canonicalise`](crate::value::domain::canonicalise) gives it.
    Domain(&'a str),
}

impl fmt::Display for HostRef<'_> {
    /// As the host stands in a URL: IPv6 in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostRef::Ip(IpAddr::V6(addr)) => write!(f, "[{addr}]"),
            HostRef::Ip(IpAddr::V4(addr)) => write!(f, "{addr}"),
            HostRef::Domain(name) => f.write_str(name),
        }
    }
}

/// The schemes that are one for matching, with their ports.
pub(super) const WEB: [(&str, u16); 5] = [("http", 80), ("https", 443), ("ws", 80), ("wss", 443), ("ftp", 21)];

/// The name of all schemes that are one with `scheme` for matching: `http` for `http`, `https`, `ws`, `wss` and `ftp`, and
/// the scheme itself for any other. `scheme` must be in lower case.
pub fn scheme_group(scheme: &str) -> &str {
    if default_port(scheme).is_some() { WEB[0].0 } else { scheme }
}

/// The port of a scheme, in lower case: 80 for `http` and `ws`, 443 for `https` and `wss`, 21 for `ftp`. No other scheme has one
/// here.
pub fn default_port(scheme: &str) -> Option<u16> {
    WEB.iter().find(|(name, _)| *name == scheme).map(|&(_, port)| port)
}

/// Where the parts of a canonical text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The host, if it is an address.
    pub(super) ip: Option<IpAddr>,
    pub(super) port: Option<u16>,
    pub(super) port_unseen: bool,
    /// The length of the scheme; `://` and the host follow.
    pub(super) scheme_end: u16,
    pub(super) host_end: u16,
    pub(super) path_start: u16,
    /// Where the path ends, and where the `?` of the query is, if there is one.
    pub(super) path_end: u16,
}

/// The parts of a canonical URL. Only [`canonicalise`](super::canonicalise) makes one, or [`Url::view`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlView<'a> {
    pub(super) text: &'a str,
    pub(super) layout: Layout,
}

impl<'a> UrlView<'a> {
    /// The offsets are those of the canonicaliser, which are within the text.
    fn slice(&self, range: Range<usize>) -> &'a str {
        &self.text[range]
    }

    /// The canonical text.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme in lower case.
    pub fn scheme(&self) -> &'a str {
        self.slice(0..self.layout.scheme_end.into())
    }

    /// The name of the schemes that are one with this URL's; see [`scheme_group`].
    pub fn scheme_group(&self) -> &'a str {
        scheme_group(self.scheme())
    }

    /// The host.
    pub fn host(&self) -> HostRef<'a> {
        match self.layout.ip {
            Some(addr) => HostRef::Ip(addr),
            None => HostRef::Domain(self.host_str()),
        }
    }

    /// The host as it stands in the text: IPv6 in brackets.
    pub fn host_str(&self) -> &'a str {
        self.slice(usize::from(self.layout.scheme_end) + 3..self.layout.host_end.into())
    }

    /// The port, where the URL has one that is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.layout.port
    }

    /// The port that the URL leads to: the one it states, else the [scheme's own](default_port).
    ///
    /// `None` for a scheme that has none, and for a text that states neither a scheme nor a port: `host/path` in a log
    /// does not show which port was used.
    pub fn effective_port(&self) -> Option<u16> {
        if self.layout.port_unseen { None } else { self.layout.port.or_else(|| default_port(self.scheme())) }
    }

    /// The path; it begins with `/`.
    pub fn path(&self) -> &'a str {
        self.slice(self.layout.path_start.into()..self.layout.path_end.into())
    }

    /// The query without its `?`; never empty.
    pub fn query(&self) -> Option<&'a str> {
        self.text.get(usize::from(self.layout.path_end) + 1..)
    }

    /// Path and query as they stand in the text, what a pattern over paths is held against.
    pub fn path_and_query(&self) -> &'a str {
        self.slice(self.layout.path_start.into()..self.text.len())
    }

    /// The text behind `scheme://`: host, port where it is not the scheme's own, path and query.
    pub fn key(&self) -> &'a str {
        self.slice(usize::from(self.layout.scheme_end) + 3..self.text.len())
    }

    /// Whether two URLs are one indicator: the same [`key`](Self::key), and schemes of one group.
    pub fn same_indicator(&self, other: &UrlView<'_>) -> bool {
        self.key() == other.key() && self.scheme_group() == other.scheme_group()
    }

    /// Whether the URL is only a host: its path is `/` and it has no query.
    pub fn is_host_only(&self) -> bool {
        self.path_and_query() == "/"
    }

    /// An owned copy. It does not remember that a text stated no scheme.
    pub fn to_url(&self) -> Url {
        Url { text: self.text.into(), layout: Layout { port_unseen: false, ..self.layout } }
    }
}

impl fmt::Display for UrlView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

/// An owned canonical URL.
///
/// Equality, order and hash are those of the canonical text. Whether two URLs are one indicator, whatever the scheme, is
/// [`UrlView::same_indicator`].
#[derive(Clone, Debug)]
pub struct Url {
    text: Box<str>,
    layout: Layout,
}

impl Url {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts. This is a copy of a few numbers.
    pub fn view(&self) -> UrlView<'_> {
        UrlView { text: &self.text, layout: self.layout }
    }

    /// As [`UrlView::port`].
    pub fn port(&self) -> Option<u16> {
        self.layout.port
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl AsRef<str> for Url {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Borrow<str> for Url {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Url {}

impl Hash for Url {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for Url {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Url {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}
