//! The cases: pieces of text, each with the parts that are listed.

use std::net::{Ipv4Addr, Ipv6Addr};

use netsieve::indicator::DomainName;
use netsieve::scan::Context::{Email, ReverseName, UrlHost, UrlPath, UrlQuery};
use netsieve::{Relation, Strength};

use super::super::Random;
use super::super::logs::Clean;
use super::{Found, Piece, Place, Sets};

/// The kind of indicators that a case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Patterns,
}

/// A way to show a listed value or a near miss.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub name: &'static str,
    pub needs: Needs,
    pub make: fn(&Sets, &Clean, &mut Random) -> Piece,
}

pub(super) const fn case(name: &'static str, make: fn(&Sets, &Clean, &mut Random) -> Piece) -> Case {
    Case { name, needs: Needs::Nothing, make }
}

const fn pattern(name: &'static str, make: fn(&Sets, &Clean, &mut Random) -> Piece) -> Case {
    Case { name, needs: Needs::Patterns, make }
}

pub(super) fn strong(indicator: impl ToString, relation: Relation) -> Vec<Found> {
    vec![(indicator.to_string(), relation, Strength::Strong)]
}

pub(super) fn weak(indicator: impl ToString, relation: Relation, strength: Strength) -> Vec<Found> {
    vec![(indicator.to_string(), relation, strength)]
}

pub(super) fn exact(indicator: impl ToString) -> Vec<Found> {
    strong(indicator, Relation::Exact)
}

fn next(addr: Ipv4Addr, by: i32) -> Ipv4Addr {
    Ipv4Addr::from_bits(addr.to_bits().wrapping_add_signed(by))
}

/// `(3)www(4)evil(4)test(0)`.
fn labels(name: &str) -> String {
    name.split('.').map(|label| format!("({}){label}", label.len())).collect::<String>() + "(0)"
}

pub(super) fn full(addr: Ipv6Addr) -> String {
    addr.segments().map(|group| format!("{group:04x}")).join(":")
}

fn ascii(name: &str) -> String {
    DomainName::parse(name).expect("a name").to_string()
}

/// A suffix with three labels.
fn three<'s>(sets: &'s Sets, random: &mut Random) -> &'s str {
    loop {
        let name = random.one(&sets.suffixes);
        if name.split('.').count() == 3 {
            return name;
        }
    }
}

pub(super) fn json_slashes(url: &str) -> String {
    url.replace('/', "\\/")
}

pub(super) fn percent(url: &str) -> String {
    url.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D")
}

/// All cases of this module.
pub const CASES: &[Case] = &[
    // Names.
    case("name", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(name).hit(name, name, exact(name))
    }),
    case("name beneath", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = format!("{}.{name}", r.one(&["cdn", "a.b", "x1.y2.z3", "_dmarc", "a_b-c"]));
        Piece::of(&seen).hit(&seen, &seen, strong(name, Relation::Subdomain))
    }),
    case("name in upper case", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = name.to_uppercase();
        Piece::of(&seen).hit(&seen, name, exact(name))
    }),
    case("name beneath, in mixed case", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = format!("Login.{}{}", name[..1].to_uppercase(), &name[1..]);
        Piece::of(&seen).hit(&seen, seen.to_lowercase(), strong(name, Relation::Subdomain))
    }),
    case("name with root dot", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("{name}.")).hit(name, name, exact(name))
    }),
    case("name with port", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("{name}:{}", 1 + r.below(65_535))).hit(name, name, exact(name))
    }),
    case("name after empty labels", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("a..{name}")).hit(name, name, exact(name))
    }),
    case("domain of a mail address", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("jane.doe@{name}")).hit(name, name, exact(name)).context(Email)
    }),
    case("name as DNS labels", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = labels(name);
        Piece::of(&seen).hit(&seen, name, exact(name))
    }),
    case("name after a percent escape", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("q{}{name}", r.one(&["%20", "%3D", "%253D"]))).hit(name, name, exact(name))
    }),
    case("name after a JSON escape", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("said{}{name}", r.one(&["\\n", "\\t", "\\x20", "\\u003d"]))).hit(name, name, exact(name))
    }),
    case("name after a syslog escape", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("said#012{name}")).hit(name, name, exact(name))
    }),
    case("name with escaped dots", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = name.replace('.', "\\u002e");
        Piece::of(&seen).hit(&seen, name, exact(name))
    }),
    case("name after capitals and a slash", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("HIER_DIRECT/{name}")).hit(name, name, exact(name))
    }),
    case("host of a URL", |s, _, r| {
        let name = r.one(&s.suffixes);
        let url = format!("{}://{name}/a/b.html?c=d", r.one(&["http", "https", "ws", "gopher"]));
        Piece::of(url).hit(name, name, exact(name)).context(UrlHost).place(Place::Url)
    }),
    case("host of a URL after userinfo", |s, _, r| {
        let name = r.one(&s.suffixes);
        let url = format!("http://user:word@{name}:8080/");
        Piece::of(url).hit(name, name, exact(name)).context(UrlHost).place(Place::Url)
    }),
    case("host of a URL in JSON", |s, _, r| {
        let name = r.one(&s.suffixes);
        let url = json_slashes(&format!("https://{name}/a/b"));
        Piece::of(url).hit(name, name, exact(name)).context(UrlHost).place(Place::Url)
    }),
    case("host of a URL without a scheme", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("{name}/index.html")).hit(name, name, exact(name)).context(UrlHost).place(Place::Url)
    }),
    case("host of a URL within a URL", |s, c, r| {
        let name = r.one(&s.suffixes);
        let url = format!("http://{}/r?u={}&v=1", c.name(r), percent(&format!("https://{name}/a")));
        Piece::of(url).hit(name, name, exact(name)).context(UrlHost).place(Place::Url)
    }),
    case("name in the query of a URL", |s, c, r| {
        let name = r.one(&s.suffixes);
        let url = format!("http://{}/r?host={name}&v=1", c.name(r));
        Piece::of(url).hit(name, name, exact(name)).context(UrlQuery).place(Place::Url)
    }),
    case("exact name", |s, _, r| {
        let name = r.one(&s.exact);
        Piece::of(name).hit(name, name, exact(name))
    }),
    case("name beneath one whose apex is not listed", |s, _, r| {
        let name = r.one(&s.beneath);
        let seen = format!("cdn.{name}");
        Piece::of(&seen).hit(&seen, &seen, strong(name, Relation::Subdomain))
    }),
    case("name with the listed port", |s, _, r| {
        let name = r.one(&s.names_with_port);
        Piece::of(format!("{name}:8443")).hit(name, name, exact(format!("{name}:8443")))
    }),
    case("name without the listed port", |s, _, r| {
        let name = r.one(&s.names_with_port);
        let found = weak(format!("{name}:8443"), Relation::Exact, Strength::PortUnseen);
        Piece::of(name).hit(name, name, found)
    }),
    case("host of a URL with the listed port", |s, _, r| {
        let name = r.one(&s.names_with_port);
        let found = exact(format!("{name}:8443"));
        Piece::of(format!("https://{name}:8443/x")).hit(name, name, found).context(UrlHost).place(Place::Url)
    }),
    case("name that is not ASCII", |s, _, r| {
        let name = r.one(&s.international);
        Piece::of(name).hit(name, ascii(name), exact(ascii(name)))
    }),
    case("name that is not ASCII, in upper case", |s, _, r| {
        let name = r.one(&s.international);
        let seen = name.to_uppercase();
        Piece::of(&seen).hit(&seen, ascii(name), exact(ascii(name)))
    }),
    case("A-label of a name that is not ASCII", |s, _, r| {
        let name = ascii(r.one::<String>(&s.international));
        Piece::of(&name).hit(&name, &name, exact(&name))
    }),
    case("name with full-width dots", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = name.replace('.', "\u{3002}");
        Piece::of(&seen).hit(&seen, name, exact(name))
    }),
    case("name in quotation marks that are not ASCII", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("\u{201c}{name}\u{201d}")).hit(name, name, exact(name))
    }),
    case("defanged name", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = name.replace('.', "[.]");
        Piece::of(&seen).hit(&seen, name, exact(name)).defanged()
    }),
    case("name that looks like a file", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = format!("{}{name}", r.one(&["/var/log/", "C:\\Users\\", "./"]));
        Piece::of(seen).hit(name, name, weak(name, Relation::Exact, Strength::NameLike))
    }),
    case("file in a URL that is named like a name", |s, c, r| {
        let name = r.one(&s.suffixes);
        let found = weak(name, Relation::Exact, Strength::NameLike);
        let url = format!("http://{}/files/{name}", c.name(r));
        Piece::of(url).hit(name, name, found).context(UrlPath).place(Place::Url)
    }),
    // Near misses of names.
    case("near: longer label", |s, _, r| Piece::of(format!("not{}", r.one(&s.suffixes)))),
    case("near: hyphen before", |s, _, r| Piece::of(format!("my-{}", r.one(&s.suffixes)))),
    case("near: shorter label", |s, _, r| Piece::of(&r.one(&s.suffixes)[1..])),
    case("near: longer top-level domain", |s, _, r| Piece::of(format!("{}m", r.one(&s.suffixes)))),
    case("near: not at the end of the name", |s, c, r| Piece::of(format!("{}.{}", r.one(&s.suffixes), c.name(r)))),
    case("near: hyphen after", |s, c, r| Piece::of(format!("{}-cdn.{}", r.one(&s.suffixes), c.name(r)))),
    case("near: parent of a listed name", |s, _, r| Piece::of(three(s, r).split_once('.').expect("three labels").1)),
    case("near: local part", |s, c, r| Piece::of(format!("{}@{}", r.one(&s.suffixes), c.name(r)))),
    case("near: other separators", |s, _, r| {
        Piece::of(r.one(&s.suffixes).replace('.', r.one::<&str>(&["-", "_", " "])))
    }),
    case("near: file that ends in more", |s, _, r| Piece::of(format!("{}.zip", r.one(&s.suffixes)))),
    case("near: beneath an exact name", |s, _, r| Piece::of(format!("www.{}", r.one(&s.exact)))),
    case("near: apex of what only names beneath are listed of", |s, _, r| Piece::of(r.one(&s.beneath))),
    case("near: name with another port", |s, _, r| Piece::of(format!("{}:8444", r.one(&s.names_with_port)))),
    case("near: host of a URL with another port", |s, _, r| {
        Piece::of(format!("https://{}/", r.one(&s.names_with_port))).place(Place::Url)
    }),
    case("near: the ASCII end of a name that is not ASCII", |s, _, r| {
        Piece::of(&r.one(&s.international)["b\u{fc}".len()..])
    }),
    case("near: DNS labels with a wrong length", |s, _, r| {
        let name = r.one(&s.suffixes);
        let (first, rest) = name.split_once('.').expect("two labels");
        Piece::of(format!("({}){first}{}", first.len() + 1, labels(rest)))
    }),
    // Addresses.
    case("address", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(&addr).hit(&addr, &addr, exact(&addr))
    }),
    case("address with port", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("{addr}:{}", 1 + r.below(65_535))).hit(&addr, &addr, exact(&addr))
    }),
    case("address in brackets", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("[{addr}]:443")).hit(&addr, &addr, exact(&addr))
    }),
    case("address after an escape", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("x{}{addr}", r.one(&["%20", "\\n", "#012", "\\x20"]))).hit(&addr, &addr, exact(&addr))
    }),
    case("address with a length", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("{addr}/32")).hit(&addr, &addr, exact(&addr))
    }),
    case("address and port of tcpdump", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let line = format!("10:17:01.123456 IP 10.47.0.{}.51234 > {addr}.443: Flags [S], length 0", r.below(256));
        Piece::of(line).hit(&addr, &addr, exact(&addr)).place(Place::Line)
    }),
    case("address after a product in capitals", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("TCP_MISS/{addr}")).hit(&addr, &addr, exact(&addr))
    }),
    case("host of a URL, an address", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("http://{addr}:8080/x")).hit(&addr, &addr, exact(&addr)).context(UrlHost).place(Place::Url)
    }),
    case("host of a URL, an address as one number", |s, _, r| {
        let addr = r.one(&s.hosts);
        let seen = if r.below(2) == 0 { addr.to_bits().to_string() } else { format!("{:#x}", addr.to_bits()) };
        let url = format!("http://{seen}/x");
        Piece::of(url).hit(&seen, addr.to_string(), exact(addr)).context(UrlHost).place(Place::Url)
    }),
    case("address within a name", |s, c, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("ip-{addr}-x.{}", c.name(r))).hit(&addr, &addr, exact(&addr))
    }),
    case("mapped address", |s, _, r| {
        let addr = r.one(&s.hosts);
        let (high, low) = (addr.to_bits() >> 16, addr.to_bits() & 0xFFFF);
        let seen = match r.below(3) {
            0 => format!("::ffff:{addr}"),
            1 => format!("::FFFF:{high:x}:{low:x}"),
            _ => format!("0:0:0:0:0:ffff:{addr}"),
        };
        Piece::of(&seen).hit(&seen, addr.to_string(), exact(addr))
    }),
    case("address in NAT64", |s, _, r| {
        let addr = r.one(&s.hosts);
        let seen = format!("64:ff9b::{addr}");
        Piece::of(&seen).hit(&seen, addr.to_string(), exact(addr))
    }),
    case("address in a listed network", |s, _, r| {
        let net = r.one(&s.nets);
        let size = 1 << (32 - net.prefix_len());
        let addr = next(net.network(), [0, 1, size / 2, size - 1][r.below(4)]).to_string();
        Piece::of(&addr).hit(&addr, &addr, strong(net, Relation::Cidr))
    }),
    case("address in nested networks", |s, _, r| {
        let host = *r.one(&s.nested);
        let [a, b, c, _] = host.octets();
        let wide = (format!("{a}.{b}.0.0/16"), Relation::Cidr, Strength::Strong);
        let narrow = (format!("{a}.{b}.{c}.0/24"), Relation::Cidr, Strength::Strong);
        let own = (host.to_string(), Relation::Exact, Strength::Strong);
        let (addr, found) = match r.below(3) {
            0 => (host, vec![own, narrow, wide]),
            1 => (next(host, 4), vec![narrow, wide]),
            _ => (next(host, 256), vec![wide]),
        };
        let addr = addr.to_string();
        Piece::of(&addr).hit(&addr, &addr, found)
    }),
    case("address in a range", |s, _, r| {
        let (first, last) = *r.one(&s.ranges);
        let addr = next(first, [0, 3, 10][r.below(3)]).to_string();
        Piece::of(&addr).hit(&addr, &addr, strong(format!("{first}-{last}"), Relation::Range))
    }),
    case("address with the listed port", |s, _, r| {
        let addr = r.one(&s.hosts_with_port).to_string();
        Piece::of(format!("{addr}:8443")).hit(&addr, &addr, exact(format!("{addr}:8443")))
    }),
    case("address without the listed port", |s, _, r| {
        let addr = r.one(&s.hosts_with_port).to_string();
        let found = weak(format!("{addr}:8443"), Relation::Exact, Strength::PortUnseen);
        Piece::of(&addr).hit(&addr, &addr, found)
    }),
    case("IPv6 address", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        Piece::of(&addr).hit(&addr, &addr, exact(&addr))
    }),
    case("IPv6 address in full", |s, _, r| {
        let addr = r.one(&s.hosts6);
        let seen = full(*addr);
        Piece::of(&seen).hit(&seen, addr.to_string(), exact(addr))
    }),
    case("IPv6 address in upper case", |s, _, r| {
        let addr = r.one(&s.hosts6);
        let seen = addr.to_string().to_uppercase();
        Piece::of(&seen).hit(&seen, addr.to_string(), exact(addr))
    }),
    case("IPv6 address with port", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        Piece::of(format!("[{addr}]:443")).hit(&addr, &addr, exact(&addr))
    }),
    case("IPv6 address with zone", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        let seen = format!("{addr}%eth0");
        Piece::of(format!("{seen} up")).hit(&seen, &addr, exact(&addr))
    }),
    case("IPv6 address after a word", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        Piece::of(format!("IPv6:{addr}")).hit(&addr, &addr, exact(&addr))
    }),
    case("IPv6 address in a URL", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        Piece::of(format!("http://[{addr}]/x")).hit(&addr, &addr, exact(&addr)).context(UrlHost).place(Place::Url)
    }),
    case("IPv6 address in a listed network", |s, _, r| {
        let net = r.one(&s.nets6);
        let [a, b, c, ..] = net.network().segments();
        let addr = Ipv6Addr::new(a, b, c, r.below(65_536) as u16, 1, 2, 3, r.below(65_536) as u16).to_string();
        Piece::of(&addr).hit(&addr, &addr, strong(net, Relation::Cidr))
    }),
    case("defanged address", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let seen = addr.replace('.', "[.]");
        Piece::of(&seen).hit(&seen, &addr, exact(&addr)).defanged()
    }),
    case("version that is a listed address", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let found = weak(&addr, Relation::Exact, Strength::NameLike);
        Piece::of(format!("Chrome/{addr} Safari/537.36")).hit(&addr, &addr, found)
    }),
    // Near misses of addresses.
    case("near: neighbour of an address", |s, _, r| {
        let by = [-1, 1, 2][r.below(3)];
        Piece::of(next(*r.one(&s.hosts), by).to_string())
    }),
    case("near: digit before an address", |s, _, r| Piece::of(format!("1{}", r.one(&s.hosts)))),
    case("near: digit after an address", |s, _, r| Piece::of(format!("{}0", r.one(&s.hosts)))),
    case("near: five parts", |s, _, r| Piece::of(format!("{}.7", r.one(&s.hosts)))),
    case("near: object identifier", |s, _, r| Piece::of(format!("1.3.6.1.4.1.{}", r.one(&s.hosts)))),
    case("near: leading zeros", |s, _, r| {
        let [a, b, c, d] = r.one(&s.hosts).octets();
        Piece::of(format!("{a:03}.{b:03}.{c:03}.{d:03}"))
    }),
    case("near: letter before an address", |s, _, r| Piece::of(format!("v{}", r.one(&s.hosts)))),
    case("near: letters after an address", |s, _, r| Piece::of(format!("{}rc1", r.one(&s.hosts)))),
    case("reverse name of an address", |s, _, r| {
        let addr = r.one(&s.hosts);
        let [a, b, c, d] = addr.octets();
        let seen = format!("{d}.{c}.{b}.{a}.{}", r.one(&["in-addr.arpa", "IN-ADDR.ARPA"]));
        Piece::of(&seen).hit(&seen, addr.to_string(), exact(addr)).context(ReverseName)
    }),
    case("near: reverse name of a network, or with more before it", |s, _, r| {
        let [a, b, c, d] = r.one(&s.hosts).octets();
        Piece::of(if r.below(2) == 0 {
            format!("{c}.{b}.{a}.in-addr.arpa")
        } else {
            format!("7.{d}.{c}.{b}.{a}.in-addr.arpa")
        })
    }),
    case("near: name that begins with an address", |s, c, r| Piece::of(format!("{}.{}", r.one(&s.hosts), c.name(r)))),
    case("near: address with hyphens", |s, c, r| {
        Piece::of(format!("ip-{}.{}", r.one(&s.hosts).to_string().replace('.', "-"), c.name(r)))
    }),
    case("near: address at the end of an IPv6 address", |s, _, r| Piece::of(format!("2a0d:100::{}", r.one(&s.hosts)))),
    case("near: address before a network", |s, _, r| Piece::of(next(r.one(&s.nets).network(), -1).to_string())),
    case("near: address after a network", |s, _, r| {
        let net = r.one(&s.nets);
        Piece::of(next(net.network(), 1 << (32 - net.prefix_len())).to_string())
    }),
    case("near: address before or after a range", |s, _, r| {
        let (first, last) = *r.one(&s.ranges);
        Piece::of(if r.below(2) == 0 { next(first, -1) } else { next(last, 1) }.to_string())
    }),
    case("near: address with another port", |s, _, r| Piece::of(format!("{}:8444", r.one(&s.hosts_with_port)))),
    case("near: neighbour of an IPv6 address", |s, _, r| {
        Piece::of(Ipv6Addr::from_bits(r.one(&s.hosts6).to_bits() + 1).to_string())
    }),
    case("near: digit before an IPv6 address", |s, _, r| Piece::of(format!("1{}", r.one(&s.hosts6)))),
    case("near: address after an IPv6 network", |s, _, r| {
        let [a, b, c, ..] = r.one(&s.nets6).network().segments();
        Piece::of(Ipv6Addr::new(a, b, c + 1, 0, 0, 0, 0, 1).to_string())
    }),
    // URLs.
    case("URL", |s, _, r| {
        let url = r.one(&s.urls).url();
        Piece::of(&url).hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL of a kindred scheme", |s, _, r| {
        let listed = r.one(&s.urls);
        let seen = format!("{}://{}{}", r.one(&["https", "ftp", "ws"]), listed.host, listed.path);
        Piece::of(&seen).hit(&seen, &seen, strong(listed.url(), Relation::UrlExact)).place(Place::Url)
    }),
    case("URL written in another way", |s, _, r| {
        let listed = r.one(&s.urls);
        let (host, path) = (&listed.host, &listed.path[1..]);
        let upper = host.to_uppercase();
        let first = path.as_bytes()[0];
        let seen = match r.below(5) {
            0 => format!("HTTP://{upper}/{path}"),
            1 => format!("http://{host}:80/{path}"),
            2 => format!("http://{host}/a/../{path}"),
            3 => format!("http://{host}./%{first:02x}{}#top", &path[1..]),
            _ => format!("http://user@{host}//.//{path}"),
        };
        Piece::of(&seen).hit(&seen, listed.url(), strong(listed.url(), Relation::UrlExact)).place(Place::Url)
    }),
    case("URL with a query that is not listed", |s, _, r| {
        let url = r.one(&s.urls).url();
        let seen = format!("{url}?t={}", r.below(1000));
        Piece::of(&seen).hit(&seen, &seen, strong(&url, Relation::UrlPath)).place(Place::Url)
    }),
    case("URL in JSON", |s, _, r| {
        let url = r.one(&s.urls).url();
        let seen = json_slashes(&url);
        Piece::of(&seen).hit(&seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL within a URL", |s, c, r| {
        let url = r.one(&s.urls).url();
        let seen = percent(&url);
        let found = strong(&url, Relation::UrlExact);
        let piece = Piece::of(format!("https://{}/r?u={seen}&v=1", c.name(r)));
        piece.hit(&seen, &url, found).context(UrlQuery).place(Place::Url)
    }),
    case("URL without a scheme", |s, _, r| {
        let url = r.one(&s.urls).url();
        let seen = &url["http://".len()..];
        Piece::of(seen).hit(seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL before punctuation", |s, _, r| {
        let url = r.one(&s.urls).url();
        let after = *r.one(&[",more", ";x=1", "|2|3", "'", "\"", ").", "\\n", "],[", "!"]);
        let piece = Piece::of(format!("{url}{after} "));
        piece.hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL after an escape", |s, _, r| {
        let url = r.one(&s.urls).url();
        let piece = Piece::of(format!("{}{url}", r.one(&["\\n", "%22", "#012", "\\u0022"])));
        piece.hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL with the listed query", |s, _, r| {
        let n = r.below(s.urls_with_query.len());
        let url = format!("{}?id={n}", s.urls_with_query[n].url());
        Piece::of(&url).hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL with the listed query, in JSON", |s, _, r| {
        let n = r.below(s.urls_with_query.len());
        let url = format!("{}?id={n}", s.urls_with_query[n].url());
        let seen = json_slashes(&url).replace('=', "\\u003d");
        Piece::of(&seen).hit(&seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL beneath a listed one", |s, _, r| {
        let url = r.one(&s.url_prefixes).url();
        let seen = format!("{url}{}", r.one(&["a", "b/c.html", "d?e=f"]));
        Piece::of(&seen).hit(&seen, &seen, strong(&url, Relation::UrlPrefix)).place(Place::Url)
    }),
    case("URL on a host that is listed as a URL", |s, _, r| {
        let url = r.one(&s.url_hosts).url();
        let seen = format!("{url}a/{}", r.below(1000));
        Piece::of(&seen).hit(&seen, &seen, strong(&url, Relation::UrlAnyPath)).place(Place::Url)
    }),
    case("host that is listed as a URL", |s, _, r| {
        let listed = r.one(&s.url_hosts);
        let host = &listed.host;
        Piece::of(host).hit(host, host, strong(listed.url(), Relation::UrlAnyPath))
    }),
    case("URL with the listed port", |s, _, r| {
        let url = r.one(&s.urls_with_port).url();
        Piece::of(&url).hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL on an address", |s, _, r| {
        let url = r.one(&s.urls_on_addresses).url();
        Piece::of(&url).hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("defanged URL", |s, _, r| {
        let url = r.one(&s.urls).url();
        let listed = url.replace("http://", "");
        let (host, path) = listed.split_once('/').expect("a path");
        let seen = format!("hxxp://{}/{path}", host.replace('.', "[.]"));
        Piece::of(&seen).hit(&seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url).defanged()
    }),
    // Near misses of URLs.
    case("near: host of a URL alone", |s, _, r| Piece::of(&r.one(&s.urls).host)),
    case("near: another path", |s, _, r| {
        let listed = r.one(&s.urls);
        let parent = &listed.path[..listed.path.rfind('/').expect("a slash")];
        let url = listed.url();
        let seen = match r.below(6) {
            0 => format!("{url}s"),
            1 => format!("{url}/"),
            2 => format!("{url}/more"),
            3 => format!("http://{}{parent}", listed.host),
            4 => format!("http://{}{}", listed.host, listed.path.to_uppercase()),
            _ => format!("http://{}/", listed.host),
        };
        Piece::of(seen).place(Place::Url)
    }),
    case("near: another host of the path", |s, _, r| {
        let listed = r.one(&s.urls);
        Piece::of(format!("http://m.{}{}", listed.host, listed.path)).place(Place::Url)
    }),
    case("near: another scheme", |s, _, r| {
        let listed = r.one(&s.urls);
        Piece::of(format!("gopher://{}{}", listed.host, listed.path)).place(Place::Url)
    }),
    case("near: another query", |s, _, r| {
        let n = r.below(s.urls_with_query.len());
        let url = s.urls_with_query[n].url();
        let seen = match r.below(4) {
            0 => url,
            1 => format!("{url}?id={n}0"),
            2 => format!("{url}?id={n}&x=1"),
            _ => format!("{url}?ID={n}"),
        };
        Piece::of(seen).place(Place::Url)
    }),
    case("near: beside a listed path", |s, _, r| {
        let url = r.one(&s.url_prefixes).url();
        let bare = url.trim_end_matches('/');
        Piece::of(if r.below(2) == 0 { bare.to_owned() } else { format!("{bare}x/a") }).place(Place::Url)
    }),
    case("near: beneath a host that is listed as a URL", |s, _, r| {
        let host = &r.one(&s.url_hosts).host;
        Piece::of(if r.below(2) == 0 { format!("m.{host}") } else { format!("http://m.{host}/") }).place(Place::Url)
    }),
    case("near: URL with another port", |s, _, r| {
        let listed = r.one(&s.urls_with_port);
        let host = listed.host.trim_end_matches(":8080");
        Piece::of(format!("http://{host}{}{}", r.one(&["", ":8081"]), listed.path)).place(Place::Url)
    }),
    case("near: URL of a name in the query", |s, c, r| {
        let listed = r.one(&s.urls);
        Piece::of(format!("http://{}/?u={}", c.name(r), percent(&listed.path))).place(Place::Url)
    }),
    // Patterns.
    pattern("path pattern in a request", |s, _, r| {
        let listed = format!("/gate-{}.php", r.below(s.path_patterns));
        let seen = format!("/a{listed}?x=1");
        let line = format!("10.47.0.1 - - [12/May/2026:10:17:01 +0000] \"POST {seen} HTTP/1.1\" 200 12");
        Piece::of(line).hit(&seen, &seen, strong(&listed, Relation::Pattern)).place(Place::Line)
    }),
    pattern("path pattern in a URL", |s, c, r| {
        let listed = format!("/gate-{}.php", r.below(s.path_patterns));
        let seen = format!("http://{}/a{listed}?x=1", c.name(r));
        Piece::of(&seen).hit(&seen, &seen, strong(&listed, Relation::Pattern)).place(Place::Url)
    }),
    pattern("name pattern", |s, c, r| {
        let n = r.below(s.name_patterns);
        let seen = format!("bank-signin{n}.{}", c.name(r));
        Piece::of(&seen).hit(&seen, &seen, strong(format!("*-signin{n}.*"), Relation::Pattern))
    }),
    pattern("near: path pattern", |s, c, r| {
        let n = r.below(s.path_patterns);
        Piece::of(format!("http://{}/{}", c.name(r), r.one(&[format!("gate-{n}.phtml"), format!("Gate-{n}.php")])))
            .place(Place::Url)
    }),
    pattern("near: name pattern", |s, c, r| {
        let n = r.below(s.name_patterns);
        Piece::of(format!("bank-signin{n}x.{}", c.name(r)))
    }),
];
