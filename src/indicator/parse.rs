//! Parses an indicator from the text of one value, for lists that a program holds itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

use crate::indicator::canonical::Indicator;
use crate::indicator::kind::Scope;
use crate::value::{DomainName, Observable, Reject, Url, ip};

/// Parses one value of any kind, which its shape tells:
///
/// * an address, a prefix or a range: `192.0.2.1`, `192.0.2.1:8080`, `[2001:db8::1]:443`, `192.0.2.0/24`,
///   `192.0.2.0/24:80`, `[2001:db8::/32]:80`, `192.0.2.10-192.0.2.19`, `192.0.2.10-192.0.2.19:80`;
/// * a name, with or without a port: `evil.test`, `evil.test:8080`. It covers the names under it too, so `*.evil.test`
///   means the same. For a name that covers only itself, build the indicator with [`Scope::Exact`];
/// * a URL, or `host/path`, which gets the scheme `http`;
/// * the hash of a file, as [`FileHash::parse`](crate::indicator::FileHash::parse) reads it, or a mail address.
///
/// White space around the value is trimmed and nothing else is changed: only feed readers refang. No guard applies
/// here; [`SieveBuilder::add`](crate::SieveBuilder::add) applies them.
///
/// ```
/// use netsieve::Indicator;
///
/// assert_eq!("WWW.Evil.test:8080".parse::<Indicator>()?.to_string(), "www.evil.test:8080");
/// assert_eq!("192.0.2.7/24".parse::<Indicator>()?.to_string(), "192.0.2.0/24");
/// assert_eq!("evil.test/a/../gate.php".parse::<Indicator>()?.to_string(), "http://evil.test/gate.php");
/// assert!("no name".parse::<Indicator>().is_err());
/// # Ok::<(), netsieve::Reject>(())
/// ```
impl FromStr for Indicator {
    type Err = Reject;

    fn from_str(text: &str) -> Result<Self, Reject> {
        let value = text.trim_ascii().as_bytes();
        // Networks and ranges are listed but never looked up, so `Observable` does not read them.
        if let Ok(parsed) = ip::parse_net(value) {
            return Ok(Indicator::Ip { net: parsed.net, port: None });
        }
        // `192.0.2.0/24:80`
        if let Some(colon) = memchr::memrchr(b':', value)
            && is_length(&value[..colon])
            && let Ok(parsed) = ip::parse_net(&value[..colon])
            && let Ok(port) = ip::parse_port(&value[colon + 1..])
            && parsed.net.addr().is_ipv4()
        {
            return Ok(Indicator::Ip { net: parsed.net, port: Some(port) });
        }
        let (listed, port) = match ip::split_port(value) {
            Some((listed, port)) => (listed, Some(ip::parse_port(port)?)),
            None => (value, None),
        };
        if port.is_some()
            && let Ok(parsed) = ip::parse_net(listed)
        {
            return Ok(Indicator::Ip { net: parsed.net, port });
        }
        match ip::parse_range(listed) {
            Ok((first, last)) => {
                return Ok(match ip::range_prefixes(first, last)[..] {
                    [net] => Indicator::Ip { net, port },
                    _ => Indicator::IpRange { first, last, port },
                });
            }
            Err(reject @ (Reject::ReversedRange | Reject::MixedRange)) => return Err(reject),
            Err(_) => {}
        }
        Ok(match Observable::read(value)? {
            Observable::Ip(addr, port) => Indicator::Ip { net: addr.into(), port },
            Observable::Url(text) => Indicator::Url { url: Url::parse(text)?, host_scope: Scope::Exact },
            Observable::Hash(hash) => Indicator::Hash(hash),
            Observable::Email(address) => Indicator::Email(address),
            Observable::Name(name, port) => {
                let name = DomainName::parse(name.strip_prefix(b"*.").unwrap_or(name))?;
                Indicator::Domain { name, scope: Scope::Suffix, port }
            }
        })
    }
}

/// Returns true if the text after the slash was meant as a prefix length or a netmask.
fn is_length(value: &[u8]) -> bool {
    let tail = memchr::memchr(b'/', value).map_or(&value[..0], |at| &value[at + 1..]);
    !tail.is_empty() && tail.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// The address, on any port.
impl From<IpAddr> for Indicator {
    fn from(addr: IpAddr) -> Self {
        IpNet::from(addr).into()
    }
}

/// The address, on any port.
impl From<Ipv4Addr> for Indicator {
    fn from(addr: Ipv4Addr) -> Self {
        IpAddr::from(addr).into()
    }
}

/// The address, on any port.
impl From<Ipv6Addr> for Indicator {
    fn from(addr: Ipv6Addr) -> Self {
        IpAddr::from(addr).into()
    }
}

/// The prefix in its canonical form, on any port: host bits are cleared, and a mapped or NAT64 prefix becomes IPv4.
impl From<IpNet> for Indicator {
    fn from(net: IpNet) -> Self {
        Indicator::Ip { net: ip::canonical_net(net), port: None }
    }
}

impl TryFrom<&str> for Indicator {
    type Error = Reject;

    fn try_from(text: &str) -> Result<Self, Reject> {
        text.parse()
    }
}

impl TryFrom<String> for Indicator {
    type Error = Reject;

    fn try_from(text: String) -> Result<Self, Reject> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_of_every_kind() {
        for (text, want) in [
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1:80\n", "192.0.2.1:80"),
            ("[2001:DB8::1]:443", "[2001:db8::1]:443"),
            ("2001:db8::/48", "2001:db8::/48"),
            ("192.0.2.0/24:80", "192.0.2.0/24:80"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("192.0.2.10 - 192.0.2.19", "192.0.2.10-192.0.2.19"),
            ("192.0.2.0-192.0.2.255", "192.0.2.0/24"),
            ("192.0.2.0-192.0.2.255:80", "192.0.2.0/24:80"),
            ("192.0.2.10 - 192.0.2.19:80", "192.0.2.10-192.0.2.19:80"),
            ("[2001:db8::7/32]:80", "[2001:db8::/32]:80"),
            ("[2001:db8::1-2001:db8::9]:80", "[2001:db8::1-2001:db8::9]:80"),
            ("evil.test", "evil.test"),
            ("*.Evil.test.", "evil.test"),
            ("bücher.test", "xn--bcher-kva.test"),
            ("https://evil.test", "https://evil.test/"),
            ("192.0.2.1/x", "http://192.0.2.1/x"),
            ("192.0.2.1/x/24", "http://192.0.2.1/x/24"),
            ("x://evil.test/?q", "x://evil.test/?q"),
            ("MD5:0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdef"),
            ("Boss@Shop.test", "boss@shop.test"),
            ("mailto:boss@shop.test", "boss@shop.test"),
        ] {
            assert_eq!(text.parse::<Indicator>().map(|read| read.to_string()).as_deref(), Ok(want), "{text}");
        }
        for (text, want) in [
            ("", Reject::Empty),
            ("192.0.2.0/33", Reject::BadPrefixLength),
            ("192.0.2.0/33:80", Reject::BadPrefixLength),
            ("192.0.2.0/255.255.255.0", Reject::BadPrefixLength),
            ("192.0.2/24", Reject::BadAddress),
            ("192.0.2.9-192.0.2.1", Reject::ReversedRange),
            ("192.0.2.9-192.0.2.1:80", Reject::ReversedRange),
            ("192.0.2.1-192.0.2.9:99999", Reject::BadPort),
            ("evil.test:99999", Reject::BadPort),
            ("evil..test", Reject::EmptyLabel),
            ("evil test", Reject::BadNameByte),
        ] {
            assert_eq!(Indicator::try_from(text), Err(want), "{text}");
        }
    }

    proptest! {
        /// The canonical text of an indicator parses to the same indicator.
        #[test]
        fn texts_are_read_back(text in "([a-z0-9*]{1,3}[.:/@-]?){1,8}|[0-9]{1,3}(\\.[0-9]{1,3}){3}([-/:][0-9.]{1,9}){0,2}|\\[[0-9a-f:]{2,9}[-/]?[0-9a-f:]{0,9}\\](:[0-9]{1,5})?|\\PC{0,20}") {
            if let Ok(read) = text.parse::<Indicator>() {
                prop_assert_eq!(read.to_string().parse::<Indicator>(), Ok(read), "{}", text);
            }
        }
    }

    /// Rust's parsers of numbers take a sign, and no value has one.
    #[test]
    fn no_number_has_a_sign() {
        for value in [
            "192.0.2.1",
            "192.0.2.1:8443",
            "198.51.100.0/24",
            "192.0.2.1-192.0.2.9",
            "2001:db8::1",
            "[2001:db8::1]:8443",
            "2001:db8::/32",
            "evil.test:8443",
            "http://evil.test:8443/a",
            "http://192.0.2.1/a",
            "http://[2001:db8::1]:8443/a",
        ] {
            let meant: Indicator = value.parse().unwrap();
            let digits: Vec<usize> = value.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
            for at in digits {
                for sign in ["+", "-", "%2B"] {
                    let signed = format!("{}{sign}{}", &value[..at], &value[at..]);
                    assert_ne!(signed.parse::<Indicator>().ok(), Some(meant.clone()), "{signed}");
                }
            }
        }
    }
}
