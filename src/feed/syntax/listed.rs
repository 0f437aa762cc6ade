//! The names that feeds give to types of values, and reading a value of a stated type.

use crate::feed::syntax::decoration::undecorated;
use crate::feed::syntax::ports;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Construct, FileHash, Indicator, Record, Reject, Url};

/// The stated type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Any type; the value's shape decides.
    Any,
    Ip,
    Domain,
    /// A name that covers only itself.
    Hostname,
    Url,
    /// The path of a URL, without its host.
    Path,
    /// A name and its address, separated by `|`.
    DomainIp,
    /// A host or address and a port, separated by `|` or `:`.
    HostPort,
    /// The hash of a file.
    Hash,
    /// A file name and a hash of the file, separated by `|`.
    NamedHash,
    /// A mail address.
    Email,
    /// A type that no indicator can hold.
    Skip(Construct),
}

impl Listed {
    /// Looks up the name of a type in MISP, OTX, STIX, OpenCTI, abuse.ch and various tables. `None` if it is unknown.
    pub(crate) fn of(name: &str) -> Option<Self> {
        if let Some(kind) = name.strip_prefix("Intel::") {
            return Some(Self::of_zeek(kind));
        }
        let mut plain = String::with_capacity(name.len() + 2);
        plain.push(' ');
        for c in name.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')) {
            plain.push(c.to_ascii_lowercase());
        }
        plain.push(' ');
        if let Some(listed) = hash(&plain[1..plain.len() - 1]) {
            return Some(listed);
        }
        let is_in = |names: &str| memchr::memmem::find(names.as_bytes(), plain.as_bytes()).is_some();
        TYPES.iter().find(|(_, names)| is_in(names)).map(|(listed, _)| *listed)
    }

    /// A type of Zeek's intelligence framework, after `Intel::`.
    fn of_zeek(kind: &str) -> Self {
        match kind {
            "ADDR" | "SUBNET" => Listed::Ip,
            "DOMAIN" => Listed::Domain,
            "URL" => Listed::Url,
            "EMAIL" => Listed::Email,
            "FILE_HASH" | "CERT_HASH" => Listed::Hash,
            "PUBKEY_HASH" | "JA3" => Listed::Skip(Construct::Hash),
            "FILE_NAME" => Listed::Skip(Construct::FileName),
            _ => Listed::Skip(Construct::OtherKind),
        }
    }
}

/// The names of types, in lower case, without `-`, `_`, spaces and dots. A space stands on both sides of each.
const TYPES: &[(Listed, &str)] = &[
    (
        Listed::Ip,
        " ip ipv4 ipv6 ipaddress ipv4address ipv6address address ipv4addr ipv6addr ipdst ipsrc cidr subnet \
         network netblock ipv4net ipv6net ipv4cidr ipv6cidr iprange range dstip srcip addr ip4 ip6 \
         ipv4netblock ",
    ),
    (Listed::Domain, " domain domainname dns c2domain sitedomain malwaredomain "),
    (Listed::Hostname, " hostname host fqdn "),
    (Listed::Url, " url uri httpurl maliciousurl siteurl urlhttp c2url "),
    (Listed::Path, " path urlpath uripath "),
    (Listed::DomainIp, " domain|ip "),
    (Listed::HostPort, " ipdst|port ipsrc|port hostname|port domain|port ip|port ip:port ipport domain:port socket "),
    (Listed::Skip(Construct::Link), " link reference github "),
    (
        Listed::Email,
        " email emailsrc emaildst emailaddress emailaddr emailreplyto envelopefrom bodyfrom sender senderemail \
         emailsender ",
    ),
    // Victims and registrants.
    (
        Listed::Skip(Construct::Email),
        " targetemail whoisregistrantemail emailsubject emailbody emailattachment emailheader \
         emailmimeboundary emailthreadindex emailmessageid emailxmailer emailsrcdisplayname \
         emaildstdisplayname dnssoaemail ",
    ),
    (Listed::NamedHash, " malwaresample "),
    (Listed::Skip(Construct::FileName), " filename filepath filenamepattern pathname attachment pdb "),
    (Listed::Skip(Construct::OtherLanguage), " yara snort sigma suricata zeek bro stix2pattern pcre "),
    (Listed::Skip(Construct::Regex), " regex urlregex "),
    (
        Listed::Skip(Construct::OtherKind),
        " mutex regkey regkey|value registrykey useragent asn as autonomoussystem cve vulnerability btc xmr \
         dash text comment other port ja3 ja3fingerprintmd5 macaddress mac mutexname process patterninfile \
         patterninmemory patternintraffic datetime size sizeinbytes float counter boolean mimetype \
         threatactor campaignname campaignid windowsscheduledtask windowsservicename \
         windowsservicedisplayname namedpipe whoisregistrantname whoisregistrantphone whoisregistrantorg \
         whoisregistrar whoiscreationdate phonenumber iban bic httpmethod cookie gitcommitid bitcoinaddress \
         targetuser targetmachine targetorg targetlocation targetexternal hex anonymised jabberid twitterid \
         githubusername githubrepository githuborganisation mobileapplicationid chromeextensionid weakness \
         cpe nationality username id favicon faviconmmh3 bankaccountnr ccnumber malwaretype securitykey \
         processstate kustoquery dkim dkimsignature identitycardnumber ",
    ),
];

/// Types that are hashes of a whole file or certificate: `md5`, `filename|sha256`, `FileHash-SHA1`,
/// `x509-fingerprint-sha1`, …. Other hashes measure similarity or cover a part, and do not identify a file: `imphash`,
/// `ssdeep`, ….
fn hash(plain: &str) -> Option<Listed> {
    const WHOLE: [&str; 12] = [
        "md5",
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha512/224",
        "sha512/256",
        "sha3224",
        "sha3256",
        "sha3384",
        "sha3512",
    ];
    const ALIKE: [&str; 5] = ["ssdeep", "imphash", "tlsh", "vhash", "authentihash"];
    let after_name = plain.strip_prefix("filename|");
    let rest = after_name.unwrap_or(plain);
    let rest = rest.strip_prefix("filehash").or_else(|| rest.strip_prefix("hash")).unwrap_or(rest);
    let rest =
        rest.strip_suffix("hash").filter(|rest| rest.starts_with("md5") || rest.starts_with("sha")).unwrap_or(rest);
    let rest = rest.strip_prefix("x509fingerprint").unwrap_or(rest);
    let rest = rest.strip_prefix("file:").unwrap_or(rest);
    match plain {
        "hash" | "filehash" | "sslcertfingerprint" | "certificatefingerprint" => Some(Listed::Hash),
        _ if WHOLE.contains(&rest) => Some(if after_name.is_some() { Listed::NamedHash } else { Listed::Hash }),
        "pehash" | "filehashpehash" | "impfuzzy" | "cdhash" | "telfhash" | "hasshmd5" | "hasshservermd5"
        | "jarmfingerprint" => Some(Listed::Skip(Construct::Hash)),
        _ => ALIKE.contains(&rest).then_some(Listed::Skip(Construct::Hash)),
    }
}

/// Reads a value of the stated type. [`Listed::DomainIp`] holds two values, which the caller must split first.
pub(crate) fn read(listed: Listed, value: &str, rules: &Rules) -> Result<Value, Reject> {
    match listed {
        Listed::Ip => value::classify(without_scope(value), rules),
        Listed::Hash => Ok(Indicator::Hash(FileHash::parse(undecorated(value))?).into()),
        Listed::NamedHash => read(Listed::Hash, value.rsplit_once('|').map_or(value, |(_, hash)| hash), rules),
        Listed::Email => value::email(value),
        Listed::Any | Listed::Domain | Listed::DomainIp | Listed::Path => value::classify(value, rules),
        Listed::Hostname => {
            let mut found = value::classify(value, rules)?;
            // A name with a leading wildcard states its own scope.
            if let Indicator::Domain { scope, .. } = &mut found.indicator
                && !value.starts_with(['*', '.'])
            {
                *scope = rules.host_scope();
            }
            Ok(found)
        }
        Listed::HostPort => match value.split_once('|') {
            Some((host, port)) => ports::with_port(read(Listed::Hostname, host.trim(), rules)?, port),
            None => read(Listed::Hostname, value, rules),
        },
        Listed::Url => url(value, rules),
        Listed::Skip(_) => Err(Reject::Unrecognised),
    }
}

/// Puts the file name given with a hash in front of the description.
pub(crate) fn keep_name(record: &mut Record<'_>, listed: Listed, value: &str) {
    if listed != Listed::NamedHash {
        return;
    }
    if let Some(name) = value.rsplit_once('|').map(|(name, _)| name.trim()).filter(|name| !name.is_empty()) {
        let said = &mut record.attributes.description;
        *said = Some(match said.take() {
            Some(said) => format!("{name}; {said}").into(),
            None => name.to_owned().into(),
        });
    }
}

/// Strips the prefix that CrowdSec's tables put before an address: `Ip:192.0.2.1`, `Range:192.0.2.0/24`.
pub(crate) fn without_scope(value: &str) -> &str {
    match value.split_once(':') {
        Some((scope, rest)) if scope.eq_ignore_ascii_case("ip") || scope.eq_ignore_ascii_case("range") => rest,
        _ => value,
    }
}

/// Reads a URL, with or without a scheme. A bare host becomes the URL of its root, which covers all URLs on it.
fn url(value: &str, rules: &Rules) -> Result<Value, Reject> {
    let found = value::classify(value, rules)?;
    let is_host = match &found.indicator {
        Indicator::Domain { .. } => true,
        Indicator::Ip { net, .. } => net.prefix_len() == net.max_prefix_len(),
        _ => false,
    };
    if !is_host || value.starts_with(['*', '.']) {
        return Ok(found);
    }
    let url = match &found.indicator {
        Indicator::Ip { net, port: None } if net.addr().is_ipv6() => format!("http://[{}]/", net.addr()),
        host => format!("http://{host}/"),
    };
    let url = Url::parse(&url)?;
    Ok(Indicator::Url { url, host_scope: rules.url_scope() }.into())
}

/// Reads a value that itself names several ports; `None` if it does not.
pub(crate) fn read_several(listed: Listed, value: &str, rules: &Rules) -> Option<Result<Vec<Value>, Reject>> {
    let (host, numbers) = ports::split(value)?;
    let host = host.trim();
    let found = match listed {
        Listed::Any | Listed::Ip | Listed::Domain | Listed::Hostname => read(listed, host, rules),
        Listed::HostPort => read(Listed::Hostname, host, rules),
        _ => return None,
    };
    match found {
        Ok(value)
            if matches!(
                value.indicator,
                Indicator::Ip { .. } | Indicator::IpRange { .. } | Indicator::Domain { .. }
            ) =>
        {
            Some(ports::with_ports(value, numbers))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{Feed, Scope};

    #[test]
    fn types() {
        for (name, expected) in [
            ("ip-dst", Some(Listed::Ip)),
            ("IPv4", Some(Listed::Ip)),
            ("domain", Some(Listed::Domain)),
            ("hostname", Some(Listed::Hostname)),
            ("URL", Some(Listed::Url)),
            ("uri", Some(Listed::Url)),
            ("domain|ip", Some(Listed::DomainIp)),
            ("ip-dst|port", Some(Listed::HostPort)),
            ("ip:port", Some(Listed::HostPort)),
            ("link", Some(Listed::Skip(Construct::Link))),
            ("FileHash-SHA256", Some(Listed::Hash)),
            ("filename|sha1", Some(Listed::NamedHash)),
            ("filename|imphash", Some(Listed::Skip(Construct::Hash))),
            ("malware-sample", Some(Listed::NamedHash)),
            ("ssdeep", Some(Listed::Skip(Construct::Hash))),
            ("FileHash-PEHASH", Some(Listed::Skip(Construct::Hash))),
            ("SHA3-384", Some(Listed::Hash)),
            ("whois-registrant-email", Some(Listed::Skip(Construct::Email))),
            ("x509-fingerprint-sha1", Some(Listed::Hash)),
            ("sha256_hash", Some(Listed::Hash)),
            ("filename", Some(Listed::Skip(Construct::FileName))),
            ("email-src", Some(Listed::Email)),
            ("regkey", Some(Listed::Skip(Construct::OtherKind))),
            ("whatever", None),
        ] {
            assert_eq!(Listed::of(name), expected, "{name}");
        }
    }

    #[test]
    fn values() {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        let read = |listed, value: &str| {
            read(listed, value, &rules).map(|value| {
                let scope = value.indicator.scope().map_or("", Scope::as_str);
                format!("{} {scope} {}", value.indicator.kind(), value.indicator).replace("  ", " ")
            })
        };
        for (listed, value, expected) in [
            (Listed::Url, "evil.test", Ok("url exact http://evil.test/")),
            (Listed::Url, "hxxps[://]evil[.]test/a", Ok("url exact https://evil.test/a")),
            (Listed::Url, "192.0.2.1:8080", Ok("url exact http://192.0.2.1:8080/")),
            (Listed::Url, "2001:db8::1", Ok("url exact http://[2001:db8::1]/")),
            (Listed::Url, "*.evil.test", Ok("domain suffix evil.test")),
            (Listed::Url, "evil..test", Err(Reject::EmptyLabel)),
            (Listed::Domain, "evil.test", Ok("domain suffix evil.test")),
            (Listed::Domain, "192.0.2.1", Ok("ip 192.0.2.1")),
            (Listed::Hostname, "www.evil.test", Ok("domain exact www.evil.test")),
            (Listed::Hostname, "*.evil.test", Ok("domain suffix evil.test")),
            (Listed::HostPort, "192.0.2.1|80", Ok("ip 192.0.2.1:80")),
            (Listed::HostPort, "192.0.2.1:80", Ok("ip 192.0.2.1:80")),
            (Listed::HostPort, "evil.test|443", Ok("domain exact evil.test:443")),
            (Listed::HostPort, "evil.test|0", Ok("domain exact evil.test")),
            (Listed::HostPort, "evil.test|x", Err(Reject::BadPort)),
            (Listed::Ip, "192.0.2.0/24", Ok("ip 192.0.2.0/24")),
            (Listed::Ip, "Range:192.0.2.0/24", Ok("ip 192.0.2.0/24")),
            (Listed::Ip, "ip:2001:db8::1", Ok("ip 2001:db8::1")),
        ] {
            assert_eq!(read(listed, value), expected.map(str::to_owned), "{value}");
        }
    }

    #[test]
    fn values_with_several_ports() {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        for (listed, value, expected) in [
            (Listed::Any, "192.0.2.1:80-82", Some(Ok("192.0.2.1:80 192.0.2.1:81 192.0.2.1:82"))),
            (Listed::Any, "192.0.2.1:80:81", Some(Ok("192.0.2.1:80 192.0.2.1:81"))),
            (Listed::Any, "192.0.2.1:80,443", Some(Ok("192.0.2.1:80 192.0.2.1:443"))),
            (Listed::Any, "[2001:db8::1]:80-81", Some(Ok("[2001:db8::1]:80 [2001:db8::1]:81"))),
            (Listed::Any, "evil[.]test:80-81", Some(Ok("evil.test:80 evil.test:81"))),
            (Listed::HostPort, "192.0.2.1|80-81", Some(Ok("192.0.2.1:80 192.0.2.1:81"))),
            (Listed::Any, "192.0.2.0/30:80-81", Some(Ok("192.0.2.0/30:80 192.0.2.0/30:81"))),
            (Listed::Any, "192.0.2.1:1024-65535", Some(Err(Reject::PortRange))),
            (Listed::Any, "192.0.2.1:80", None),
            (Listed::Any, "2001:db8::1-2001:db8::9", None),
            (Listed::Any, "2001:1-2", None),
            (Listed::Any, "evil..test:80-81", None),
            (Listed::Url, "http://192.0.2.1:80-81/", None),
        ] {
            let read = read_several(listed, value, &rules).map(|read| {
                read.map(|values| values.iter().map(|value| value.indicator.to_string()).collect::<Vec<_>>().join(" "))
            });
            assert_eq!(read, expected.map(|expected| expected.map(str::to_owned)), "{value}");
        }
    }

    /// The canonical text of what was read is read again, by its shape, as the same value. No sign that decorates a value gets into it.
    #[test]
    fn decorated_values_read_back() {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        let values = [
            (Listed::Ip, "192.0.2.1"),
            (Listed::Domain, "evil.test"),
            (Listed::Hostname, "www.evil.test"),
            (Listed::HostPort, "evil.test|443"),
            (Listed::Email, "boss@evil.test"),
            (Listed::Email, "Boss <boss@evil.test>"),
            (Listed::Url, "http://evil.test/a"),
            (Listed::Hash, "0123456789abcdef0123456789abcdef"),
            (Listed::Any, "boss@evil.test"),
            (Listed::Any, "evil.test"),
        ];
        let signs = ('\u{80}'..'\u{3100}').chain('\u{fe00}'..='\u{ffff}').filter(|c| !c.is_alphanumeric());
        let mut accepted = 0;
        for sign in signs {
            for (listed, value) in values {
                let inner = value.replacen("boss@", &format!("{sign}boss@"), 1);
                for text in
                    [format!("{sign}{value}"), format!("{value}{sign}"), format!("{sign}{sign}{value}{sign}"), inner]
                {
                    let Ok(found) = read(listed, &text, &rules) else { continue };
                    accepted += 1;
                    // Other scopes and ports are written in other forms.
                    if matches!(&found.indicator, Indicator::Domain { port, scope, .. } if port.is_some() || *scope != Scope::Suffix)
                    {
                        continue;
                    }
                    let back = read(Listed::Any, &found.indicator.to_string(), &rules);
                    assert_eq!(back.map(|back| back.indicator), Ok(found.indicator), "{listed:?} {text:?}");
                }
            }
        }
        assert!(accepted > 10_000, "{accepted}");
    }
}
