//! Views of a canonical URL: its text, and the offsets of its parts.

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
    /// Writes the host as it stands in a URL: IPv6 in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostRef::Ip(IpAddr::V6(addr)) => write!(f, "[{addr}]"),
            HostRef::Ip(IpAddr::V4(addr)) => write!(f, "{addr}"),
            HostRef::Domain(name) => f.write_str(name),
        }
    }
}

/// The schemes that count as one for matching, with their ports.
pub(super) const WEB: [(&str, u16); 5] = [("http", 80), ("https", 443), ("ws", 80), ("wss", 443), ("ftp", 21)];

/// The name of the group of schemes that count as one for matching: `http` for `http`, `https`, `ws`, `wss` and `ftp`;
/// any other scheme is a group of its own. `scheme` must be in lower case.
///
/// ```
/// use netsieve::value::url::scheme_group;
///
/// assert_eq!((scheme_group("wss"), scheme_group("gopher")), ("http", "gopher"));
/// ```
pub fn scheme_group(scheme: &str) -> &str {
    if default_port(scheme).is_some() { WEB[0].0 } else { scheme }
}

/// The default port of a scheme, which must be in lower case: 80 for `http` and `ws`, 443 for `https` and `wss`, 21 for
/// `ftp`, and `None` for any other.
///
/// ```
/// use netsieve::value::url::{default_port, scheme_group};
///
/// assert_eq!((default_port("https"), default_port("gopher")), (Some(443), None));
/// assert_eq!((scheme_group("wss"), scheme_group("gopher")), ("http", "gopher"));
/// ```
pub fn default_port(scheme: &str) -> Option<u16> {
    WEB.iter().find(|(name, _)| *name == scheme).map(|&(_, port)| port)
}

/// The offsets of the parts of a canonical text.
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
    /// The end of the path, which is the offset of the query's `?` if there is a query.
    pub(super) path_end: u16,
}

/// A canonical URL and its parts. [`canonicalise`](super::canonicalise) and [`Url::view`] make one.
///
/// ```
/// use netsieve::value::Url;
///
/// let url = Url::parse("HTTPS://[2001:db8::1]:8443/a?b")?;
/// let view = url.view();
/// assert_eq!((view.scheme(), view.scheme_group()), ("https", "http"));
/// assert_eq!((view.host_str(), view.port()), ("[2001:db8::1]", Some(8443)));
/// assert_eq!((view.path_and_query(), view.is_host_only()), ("/a?b", false));
/// assert_eq!(view.key(), "[2001:db8::1]:8443/a?b");
/// assert_eq!(view.to_url(), url);
/// # Ok::<(), netsieve::Reject>(())
/// ```
///
/// ```
/// use netsieve::value::Url;
///
/// let (url, other) = (Url::parse("https://evil.test/a/?b")?, Url::parse("http://evil.test/a/?b")?);
/// let view = url.view();
/// assert_eq!((view.path(), view.query(), view.effective_port()), ("/a/", Some("b"), Some(443)));
/// // Different texts, but one indicator: `http` and `https` count as one scheme.
/// assert!(url != other && view.same_indicator(&other.view()));
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlView<'a> {
    pub(super) text: &'a str,
    pub(super) layout: Layout,
}

impl<'a> UrlView<'a> {
    /// The offsets come from the canonicaliser, so they lie within the text.
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

    /// The group of this URL's scheme; see [`scheme_group`].
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

    /// The port, unless it is the scheme's default.
    pub fn port(&self) -> Option<u16> {
        self.layout.port
    }

    /// The port that the URL leads to: the explicit one, otherwise the [scheme's default](default_port).
    ///
    /// `None` for a scheme without a default port, and for a text with neither a scheme nor a port: `host/path` in a
    /// log does not show which port was used.
    pub fn effective_port(&self) -> Option<u16> {
        if self.layout.port_unseen { None } else { self.layout.port.or_else(|| default_port(self.scheme())) }
    }

    /// The path, which begins with `/`.
    pub fn path(&self) -> &'a str {
        self.slice(self.layout.path_start.into()..self.layout.path_end.into())
    }

    /// The query without its `?`. It is never empty.
    pub fn query(&self) -> Option<&'a str> {
        self.text.get(usize::from(self.layout.path_end) + 1..)
    }

    /// Path and query as one text, the subject of path patterns.
    pub fn path_and_query(&self) -> &'a str {
        self.slice(self.layout.path_start.into()..self.text.len())
    }

    /// The text after `scheme://`: the host, the port unless it is the scheme's default, the path and the query.
    pub fn key(&self) -> &'a str {
        self.slice(usize::from(self.layout.scheme_end) + 3..self.text.len())
    }

    /// Returns true if two URLs are the same indicator: equal [keys](Self::key), and schemes of one group.
    pub fn same_indicator(&self, other: &UrlView<'_>) -> bool {
        self.key() == other.key() && self.scheme_group() == other.scheme_group()
    }

    /// Returns true if the URL has only a host: its path is `/` and it has no query.
    pub fn is_host_only(&self) -> bool {
        self.path_and_query() == "/"
    }

    /// Returns an owned copy. The copy does not remember whether the text had a scheme.
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
/// Equality, order and hash are those of the canonical text. To ignore differences between schemes of one group, use
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

    /// Returns the parts. This copies only a few numbers.
    ///
    /// ```
    /// let url = netsieve::value::Url::parse("http://evil.test/a")?;
    /// assert_eq!(url.view().host_str(), "evil.test");
    /// # Ok::<(), netsieve::Reject>(())
    /// ```
    pub fn view(&self) -> UrlView<'_> {
        UrlView { text: &self.text, layout: self.layout }
    }

    /// The same as [`UrlView::port`].
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
