//! The indicator type: a canonical value that marks a threat.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::indicator::kind::{Kind, Scope};
use crate::indicator::pattern::Pattern;
use crate::value::{DomainName, EmailAddress, FileHash, Url};

/// A canonical value that marks a threat, with its kind and scope.
///
/// `Display` writes the canonical text: a host address without `/32` or `/128`, a port after `:` (IPv6 in brackets), a
/// range as `first-last`, a URL with its scheme, a hash in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Indicator {
    /// An address (a full-length prefix) or a network.
    Ip {
        /// The prefix, with its host bits zero. IPv4-mapped and NAT64 forms are stored as IPv4.
        net: IpNet,
        /// The only port it matches, or `None` for all.
        port: Option<u16>,
    },
    /// An inclusive range of addresses of one family that is not a single prefix.
    IpRange {
        /// The lowest address.
        first: IpAddr,
        /// The highest address.
        last: IpAddr,
        /// The only port it matches, or `None` for all.
        port: Option<u16>,
    },
    /// A domain name.
    Domain {
        /// The name.
        name: DomainName,
        /// The names it covers.
        scope: Scope,
        /// The only port it matches, or `None` for all.
        port: Option<u16>,
    },
    /// A URL.
    Url {
        /// The URL. Its port is the indicator's.
        url: Url,
        /// `Exact`, or `Suffix` if the feed asked for URLs to match on names under the host too.
        host_scope: Scope,
    },
    /// A pattern.
    Pattern(Pattern),
    /// The hash of a file.
    Hash(FileHash),
    /// A mail address.
    Email(EmailAddress),
}

impl Indicator {
    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Indicator::Ip { .. } | Indicator::IpRange { .. } => Kind::Ip,
            Indicator::Domain { .. } => Kind::Domain,
            Indicator::Url { .. } => Kind::Url,
            Indicator::Pattern(_) => Kind::Pattern,
            Indicator::Hash(_) => Kind::Hash,
            Indicator::Email(_) => Kind::Email,
        }
    }

    /// The port that the indicator is limited to.
    pub fn port(&self) -> Option<u16> {
        match self {
            Indicator::Ip { port, .. } | Indicator::IpRange { port, .. } | Indicator::Domain { port, .. } => *port,
            Indicator::Url { url, .. } => url.port(),
            Indicator::Pattern(_) | Indicator::Hash(_) | Indicator::Email(_) => None,
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
            Indicator::Hash(hash) => write!(f, "{hash}"),
            Indicator::Email(address) => f.write_str(address.as_str()),
        }
    }
}
