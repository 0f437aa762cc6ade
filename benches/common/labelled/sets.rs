//! The listed indicators. Each set has a range of its own, so that no member, and no neighbour of one, is found by chance.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use netsieve::indicator::{DomainName, Pattern, PatternTarget, Url};
use netsieve::{Indicator, Scope};

use super::super::Random;
use super::super::values::{name, word};

/// The numbers of indicators.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Hosts, and names.
    pub many: usize,
    /// Everything else; at most 10,000 each.
    pub few: usize,
}

/// A URL indicator in parts.
#[derive(Clone, Debug)]
pub struct Listed {
    pub host: String,
    /// Includes the `/`, but no query.
    pub path: String,
}

impl Listed {
    pub fn url(&self) -> String {
        format!("http://{}{}", self.host, self.path)
    }
}

#[derive(Debug)]
pub struct Sets {
    /// 45/8; the last octet is 1 more than a multiple of 4.
    pub hosts: Vec<Ipv4Addr>,
    /// 77/8, /24 and /26; the third octet is even.
    pub nets: Vec<Ipv4Net>,
    /// 101/8: within each /16 one /24, and in that one host.
    pub nested: Vec<Ipv4Addr>,
    /// 81/8: `.10` to `.20` of a /24.
    pub ranges: Vec<(Ipv4Addr, Ipv4Addr)>,
    /// 93/8, port 8443.
    pub hosts_with_port: Vec<Ipv4Addr>,
    /// 2a0e:100::/32; the last group is even.
    pub hosts6: Vec<Ipv6Addr>,
    /// 2a0f:100::/32, /48; the third group is even.
    pub nets6: Vec<Ipv6Net>,
    /// Names with scope `Suffix`, at least one of them with three labels.
    pub suffixes: Vec<String>,
    pub exact: Vec<String>,
    /// Names with scope `Subdomains`.
    pub beneath: Vec<String>,
    /// Port 8443.
    pub names_with_port: Vec<String>,
    /// The first label begins with `b\u{fc}`.
    pub international: Vec<String>,
    /// Without a query; the path does not end in `/`.
    pub urls: Vec<Listed>,
    /// `?id=N` is the number of the member.
    pub urls_with_query: Vec<Listed>,
    /// The path ends in `/`.
    pub url_prefixes: Vec<Listed>,
    /// The path is `/`.
    pub url_hosts: Vec<Listed>,
    /// Port 8080, which is part of the host.
    pub urls_with_port: Vec<Listed>,
    /// Names that end like files: `.zip`, `.py`, `.sh`, `.app`.
    pub file_names: Vec<String>,
    /// `?id=N&k=2`, where N is the number of the member.
    pub urls_with_pairs: Vec<Listed>,
    /// The path ends in `!`, `.`, `,`, `)` or `'`.
    pub urls_with_ends: Vec<Listed>,
    /// On addresses in 109/8.
    pub urls_on_addresses: Vec<Listed>,
    /// Of every length, in lower case.
    pub hashes: Vec<String>,
    /// Mail addresses at names that are not listed.
    pub addresses: Vec<String>,
    /// Mail addresses at some of the suffixes.
    pub addresses_at_names: Vec<String>,
    /// `/gate-N.php`, in a path.
    pub path_patterns: usize,
    /// `*-signinN.*`, over a name.
    pub name_patterns: usize,
}

/// The `n`th IPv4 address with an odd second octet.
fn nth(first: u8, n: usize) -> Ipv4Addr {
    // A prime, which spreads them over many networks.
    let n = n * 7919 % (128 * 256 * 60);
    Ipv4Addr::new(first, (n / (256 * 60) * 2 + 1) as u8, (n / 60 % 256) as u8, (n % 60 * 4 + 5) as u8)
}

impl Sets {
    pub fn new(random: &mut Random, size: Size, patterns: bool) -> Self {
        let Size { many, few } = size;
        let names = |random: &mut Random, count: usize, mark: char| -> Vec<String> {
            (0..count).map(|n| name(random, n, mark)).collect()
        };
        let urls = |random: &mut Random, mark: char, path: &dyn Fn(usize, &str) -> String| -> Vec<Listed> {
            let mut url = |n: usize| {
                let mut folder = String::new();
                word(random, 3, &mut folder);
                Listed { host: name(random, n, mark), path: path(n, &folder) }
            };
            (0..few).map(&mut url).collect()
        };
        let mut suffixes = names(random, many.saturating_sub(1), 'x');
        suffixes.push("www.manifestwzzx.com".into());
        let mut urls_with_port = urls(random, 'k', &|n, folder| format!("/{folder}/{n}/in"));
        urls_with_port.iter_mut().for_each(|url| url.host.push_str(":8080"));
        let mut urls_on_addresses = urls(random, 'l', &|n, folder| format!("/{folder}/{n}"));
        let mut digits = Random::new(33);
        let hash = |n: usize| {
            let len = [32, 40, 56, 64, 96, 128][n % 6];
            (0..len).map(|_| char::from_digit(digits.below(16) as u32, 16).expect("a digit")).collect()
        };
        let hashes = (0..few).map(hash).collect();
        let addresses = names(random, few, 'v');
        let addresses = addresses.iter().zip(0..).map(|(name, n)| match n % 3 {
            0 => format!("first.last{n}@{name}"),
            1 => format!("sales{n}+may@{name}"),
            _ => format!("ceo_{n}-office@{name}"),
        });
        let addresses = addresses.collect();
        let addresses_at_names =
            suffixes.iter().take(few).zip(0..).map(|(name, n)| format!("boss{n}@{name}")).collect();
        urls_on_addresses.iter_mut().enumerate().for_each(|(n, url)| url.host = nth(109, n).to_string());
        Self {
            hosts: (0..many).map(|n| nth(45, n)).collect(),
            nets: (0..few)
                .map(|n| {
                    let first = Ipv4Addr::new(77, (n / 128 * 2 + 1) as u8, (n % 128 * 2) as u8, 0);
                    Ipv4Net::new(first, if n % 4 == 0 { 26 } else { 24 }).expect("a length")
                })
                .collect(),
            nested: (0..few.min(127)).map(|n| Ipv4Addr::new(101, (n * 2 + 1) as u8, (n * 77 % 200) as u8, 5)).collect(),
            ranges: (0..few)
                .map(|n| {
                    let addr = |last| Ipv4Addr::new(81, (n / 256 * 2 + 1) as u8, (n % 256) as u8, last);
                    (addr(10), addr(20))
                })
                .collect(),
            hosts_with_port: (0..few).map(|n| nth(93, n)).collect(),
            hosts6: (0..few)
                .map(|n| Ipv6Addr::new(0x2A0E, 0x100, n as u16, 0, 0, 0, 0xBEEF, (random.below(0x7000) * 2) as u16))
                .collect(),
            nets6: (0..few)
                .map(|n| Ipv6Net::new(Ipv6Addr::new(0x2A0F, 0x100, n as u16 * 2, 0, 0, 0, 0, 0), 48).expect("a length"))
                .collect(),
            suffixes,
            exact: names(random, few, 'z'),
            beneath: names(random, few, 'j'),
            names_with_port: names(random, few, 'q'),
            international: names(random, few, 'h').into_iter().map(|name| format!("b\u{fc}{name}")).collect(),
            urls: urls(random, 'u', &|n, folder| format!("/{folder}/{n}/gate")),
            urls_with_query: urls(random, 's', &|_, folder| format!("/{folder}/in.php")),
            url_prefixes: urls(random, 'p', &|n, folder| format!("/{folder}/{n}/")),
            url_hosts: urls(random, 'o', &|_, _| "/".into()),
            urls_with_port,
            urls_on_addresses,
            file_names: (0..few)
                .map(|n| {
                    let name = name(random, n, 'f');
                    let (rest, _) = name.rsplit_once('.').expect("two labels");
                    format!("{rest}.{}", ["zip", "py", "sh", "app"][n % 4])
                })
                .collect(),
            urls_with_pairs: urls(random, 't', &|_, folder| format!("/{folder}/in.php")),
            urls_with_ends: urls(random, 'e', &|n, folder| {
                format!("/{folder}/gate{}", ["!", ".", ",", ")", "'"][n % 5])
            }),
            hashes,
            addresses,
            addresses_at_names,
            path_patterns: if patterns { few.min(100) } else { 0 },
            name_patterns: if patterns { few.min(100) } else { 0 },
        }
    }

    /// All indicators, and every other one of them again.
    pub fn feeds(&self) -> [Vec<Indicator>; 2] {
        let mut all: Vec<Indicator> = Vec::new();
        let net = |net: IpNet, port| Indicator::Ip { net, port };
        let host = |addr: &Ipv4Addr| IpAddr::V4(*addr).into();
        all.extend(self.hosts.iter().map(|addr| net(host(addr), None)));
        all.extend(self.nets.iter().map(|&prefix| net(prefix.into(), None)));
        for addr in &self.nested {
            let prefix = |len| Ipv4Net::new(*addr, len).expect("a length").trunc().into();
            all.extend([16, 24, 32].map(|len| net(prefix(len), None)));
        }
        all.extend(self.ranges.iter().map(|&(first, last)| Indicator::IpRange {
            first: first.into(),
            last: last.into(),
            port: None,
        }));
        all.extend(self.hosts_with_port.iter().map(|addr| net(host(addr), Some(8443))));
        all.extend(self.hosts6.iter().map(|&addr| net(IpAddr::V6(addr).into(), None)));
        all.extend(self.nets6.iter().map(|&prefix| net(prefix.into(), None)));
        let domain = |name: &String, scope, port| Indicator::Domain {
            name: DomainName::parse(name).expect("a name"),
            scope,
            port,
        };
        all.extend(self.suffixes.iter().map(|name| domain(name, Scope::Suffix, None)));
        all.extend(self.exact.iter().map(|name| domain(name, Scope::Exact, None)));
        all.extend(self.beneath.iter().map(|name| domain(name, Scope::Subdomains, None)));
        all.extend(self.names_with_port.iter().map(|name| domain(name, Scope::Suffix, Some(8443))));
        all.extend(self.international.iter().map(|name| domain(name, Scope::Suffix, None)));
        let url = |text: &str| Indicator::Url { url: Url::parse(text).expect("a URL"), host_scope: Scope::Exact };
        all.extend(self.file_names.iter().map(|name| domain(name, Scope::Suffix, None)));
        let plain = [
            &self.urls,
            &self.url_prefixes,
            &self.url_hosts,
            &self.urls_with_port,
            &self.urls_on_addresses,
            &self.urls_with_ends,
        ];
        all.extend(plain.into_iter().flatten().map(|listed| url(&listed.url())));
        all.extend(
            self.urls_with_query
                .iter()
                .zip(0..)
                .map(|(listed, n): (_, usize)| url(&format!("{}?id={n}", listed.url()))),
        );
        all.extend(
            self.urls_with_pairs
                .iter()
                .zip(0..)
                .map(|(listed, n): (_, usize)| url(&format!("{}?id={n}&k=2", listed.url()))),
        );
        all.extend(self.hashes.iter().map(|hash| Indicator::Hash(hash.parse().expect("a hash"))));
        let addresses = self.addresses.iter().chain(&self.addresses_at_names);
        all.extend(addresses.map(|address| Indicator::Email(address.parse().expect("an address"))));
        let pattern = |target, text: String| Indicator::Pattern(Pattern::new(target, &text).expect("a pattern"));
        all.extend((0..self.path_patterns).map(|n| pattern(PatternTarget::UrlPath, format!("/gate-{n}.php"))));
        all.extend((0..self.name_patterns).map(|n| pattern(PatternTarget::Name, format!("*-signin{n}.*"))));
        let second = all.iter().step_by(2).cloned().collect();
        [all, second]
    }
}
