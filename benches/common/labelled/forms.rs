//! More cases: forms from real logs, and text that resembles them.

use netsieve::scan::Context::{Email, UrlHost, UrlQuery};
use netsieve::{Relation, Strength};

use super::cases::{Case, case, exact, full, json_slashes, percent, strong, weak};
use super::{Piece, Place};

fn name_like(indicator: impl ToString) -> Vec<super::Found> {
    weak(indicator, Relation::Exact, Strength::NameLike)
}

/// Ways in which a URL can end, with the text that may follow.
const ENDS: [&str; 44] = [
    ",more",
    ";x=1",
    "|2|3",
    "'more",
    "(more",
    ")more",
    "[0]",
    "]more",
    "{more",
    "}more",
    "!more",
    "*more",
    "$more",
    "${IFS}-O",
    "^more",
    "::more",
    "+-O+/tmp/x",
    "&sa=D",
    "%20-O",
    "%09x",
    "%0ax",
    "%0d%0ax",
    "%22x",
    "%26x",
    "%27x",
    "%3Bsh",
    "%7Csh",
    "%60",
    "%3Cbr%3E",
    "%3E",
    "\\x22x",
    "&quot;x",
    "&amp;x=1",
    "\u{201d}x",
    "\u{2019}x",
    "\u{bb} x",
    "\u{2026}",
    "\u{3002}x",
    "\u{ff0c}x",
    "\u{300d}x",
    "\u{a0}x",
    "\u{3000}x",
    "!).",
    "\\\\nmore",
];

/// All cases of this module.
pub const FORMS: &[Case] = &[
    // Names.
    case("name after an ANSI colour", |s, _, r| {
        let name = r.one(&s.suffixes);
        let colour = r.one(&["\u{1b}[36m", "\u{1b}[1;31m", "\u{1b}[0m", "\u{1b}[m"]);
        Piece::of(format!("{colour}{name}\u{1b}[0m")).hit(name, name, exact(name))
    }),
    case("name after an escape of quoted-printable", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("u=3D{name}")).hit(name, name, exact(name))
    }),
    case("name after a doubled escape", |s, _, r| {
        let name = r.one(&s.suffixes);
        let escape = r.one(&["\\\\n", "\\\\t", "\\\\r", "\\\\x20", "\\\\u0026", "%2520"]);
        Piece::of(format!("said{escape}{name}")).hit(name, name, exact(name))
    }),
    case("name after an XML entity", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("said{}{name}&lt;", r.one(&["&quot;", "&gt;", "&#x20;"]))).hit(name, name, exact(name))
    }),
    case("name after an at sign that is escaped", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("user%40{name}")).hit(name, name, exact(name))
    }),
    case("host of a share", |s, _, r| {
        let name = r.one(&s.suffixes);
        let slashes = r.one(&["\\", "\\\\"]);
        Piece::of(format!("{slashes}{slashes}{name}{slashes}share{slashes}a.lnk")).hit(name, name, exact(name))
    }),
    case("host of WebDAV", |s, _, r| {
        let name = r.one(&s.suffixes);
        let after = r.one(&["@SSL", "@SSL@8443", "@8080"]);
        Piece::of(format!("\\\\{name}{after}\\DavWWWRoot\\a")).hit(name, name, exact(name))
    }),
    case("name of a service", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("{}/{name}", r.one(&["cifs", "host", "HTTP", "MSSQLSvc"]))).hit(name, name, exact(name))
    }),
    case("name in a folder of an appliance", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("/Common/{name}")).hit(name, name, exact(name))
    }),
    case("name between two at signs", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("admin@{name}@10.47.0.1")).hit(name, name, exact(name)).context(Email)
    }),
    case("name in the column after a URL", |s, c, r| {
        let name = r.one(&s.suffixes);
        let by = r.one(&[',', ';', '|', '^']);
        let piece = Piece::of(format!("http://{}/index.html{by}{name}{by}GET", c.name(r)));
        piece.hit(name, name, exact(name)).place(Place::Url)
    }),
    case("name between hyphens", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = match r.below(3) {
            0 => format!("-{name}"),
            1 => format!("{name}-"),
            _ => format!("--{name}--"),
        };
        Piece::of(seen).hit(name, name, exact(name))
    }),
    case("quoted name before a colon", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("lookup \"{name}\": no such host")).hit(name, name, exact(name))
    }),
    case("host that ends like a file", |s, _, r| {
        let name = r.one(&s.file_names);
        let seen = match r.below(4) {
            0 => name.clone(),
            1 => format!("{name}:443"),
            2 => format!("server={name}"),
            _ => format!("profile={name}"),
        };
        Piece::of(seen).hit(name, name, exact(name))
    }),
    case("host that ends like a file, of a URL", |s, _, r| {
        let name = r.one(&s.file_names);
        Piece::of(format!("https://{name}/x")).hit(name, name, exact(name)).context(UrlHost).place(Place::Url)
    }),
    case("file that ends like a host", |s, _, r| {
        let name = r.one(&s.file_names);
        let seen = match r.below(4) {
            0 => format!("file={name}"),
            1 => format!("\"filename\":\"{name}\""),
            2 => format!("Image: {name}"),
            _ => format!("{name}:12"),
        };
        Piece::of(seen).hit(name, name, name_like(name))
    }),
    case("key of JSON", |s, _, r| {
        let name = r.one(&s.suffixes);
        let seen = match r.below(3) {
            0 => format!("{{\"{name}\":\"x\"}}"),
            1 => format!("{{\"a\":1, \"{name}\" : 1}}"),
            _ => format!("{{\\\"{name}\\\":1}}"),
        };
        Piece::of(seen).hit(name, name, name_like(name))
    }),
    case("name in code", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(if r.below(2) == 0 { format!("(${name})") } else { format!("{name}()") }).hit(
            name,
            name,
            name_like(name),
        )
    }),
    case("name in a path of Windows in JSON", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("C:\\\\Users\\\\{name}")).hit(name, name, name_like(name))
    }),
    // Addresses.
    case("address after an ANSI colour", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("\u{1b}[31m{addr}\u{1b}[0m")).hit(&addr, &addr, exact(&addr))
    }),
    case("address with the listed port in another way", |s, _, r| {
        let addr = r.one(&s.hosts_with_port).to_string();
        let seen = match r.below(3) {
            0 => format!("{addr}/8443"),
            1 => format!("{addr}(8443)"),
            _ => format!("{addr}#8443"),
        };
        Piece::of(seen).hit(&addr, &addr, exact(format!("{addr}:8443")))
    }),
    case("near: address with another port in another way", |s, _, r| {
        let addr = r.one(&s.hosts_with_port);
        Piece::of(match r.below(3) {
            0 => format!("{addr}/8444"),
            1 => format!("{addr}(53)"),
            _ => format!("{addr}#1"),
        })
    }),
    case("address and port of netstat", |s, _, r| {
        let addr = r.one(&s.hosts_with_port).to_string();
        let line = format!("tcp4  0  0  10.47.0.{}.49152  {addr}.8443  ESTABLISHED", r.below(256));
        Piece::of(line).hit(&addr, &addr, exact(format!("{addr}:8443"))).place(Place::Line)
    }),
    case("address and port of argus", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let line = format!("10:17:01 tcp  {addr}.443  ->  10.47.0.{}.https  12 CON", r.below(256));
        Piece::of(line).hit(&addr, &addr, exact(&addr)).place(Place::Line)
    }),
    case("address and service of tcpdump", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let line = format!("10:17:01.123456 IP 10.47.0.{}.51234 > {addr}.https: Flags [S]", r.below(256));
        Piece::of(line).hit(&addr, &addr, exact(&addr)).place(Place::Line)
    }),
    case("near: address and another port of tcpdump", |s, _, r| {
        let addr = r.one(&s.hosts_with_port);
        let line = format!("10:17:01.123456 IP 10.47.0.{}.51234 > {addr}.https: Flags [S]", r.below(256));
        Piece::of(line).place(Place::Line)
    }),
    case("address of a share", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("\\\\{addr}\\share")).hit(&addr, &addr, exact(&addr))
    }),
    case("address in the column after a URL", |s, c, r| {
        let addr = r.one(&s.hosts).to_string();
        let by = r.one(&[',', ';', '|', '^']);
        let piece = Piece::of(format!("http://{}/index.html{by}{addr}{by}GET", c.name(r)));
        piece.hit(&addr, &addr, exact(&addr)).place(Place::Url)
    }),
    case("name and address after a port", |s, _, r| {
        let name = r.one(&s.suffixes);
        Piece::of(format!("10.47.0.1/51234,{name}")).hit(name, name, exact(name))
    }),
    case("address of a key that is not a version", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let key = r.one(&["server=", "driver: ", "srv=\"", "resolver=", "versions=", "observer:"]);
        Piece::of(format!("{key}{addr}")).hit(&addr, &addr, exact(&addr))
    }),
    case("version of a key that is a listed address", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let key = r.one(&[
            "version=",
            "Version: ",
            "\"agentVersion\":\"",
            "\\\"fileversion\\\":\\\"",
            "browser_version=\"",
            "<AgentVersion>",
            "rv:",
            "app_ver=",
            "osBuild=",
            "release: ",
        ]);
        Piece::of(format!("{key}{addr}")).hit(&addr, &addr, name_like(&addr))
    }),
    case("version after an escaped slash", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        let seen = match r.below(3) {
            0 => format!("Mozilla%2F5.0%20Chrome%2F{addr}%20Safari"),
            1 => format!("Chrome\\/{addr} Safari"),
            _ => format!("python-requests/{addr} x"),
        };
        Piece::of(seen).hit(&addr, &addr, name_like(&addr))
    }),
    case("address after a slash, with a port", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("/{addr}:50010")).hit(&addr, &addr, exact(&addr))
    }),
    case("address after a slash", |s, _, r| {
        let addr = r.one(&s.hosts).to_string();
        Piece::of(format!("{}/{addr}", r.one(&["", "HIER_DIRECT", "TCP_MISS"]))).hit(&addr, &addr, exact(&addr))
    }),
    case("address of a socket in hexadecimal", |s, _, r| {
        let addr = r.one(&s.hosts);
        let seen = format!("0200{:04X}{:08X}0000000000000000", 1 + r.below(65_535), addr.to_bits());
        Piece::of(format!("type=SOCKADDR msg=audit(1700000000.100:41): saddr={seen}")).hit(
            &seen,
            addr.to_string(),
            exact(addr),
        )
    }),
    case("IPv6 address after an ANSI colour", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        Piece::of(format!("\u{1b}[33m{addr}\u{1b}[0m")).hit(&addr, &addr, exact(&addr))
    }),
    case("IPv6 address with port in another way", |s, _, r| {
        let addr = r.one(&s.hosts6).to_string();
        Piece::of(format!("{addr}#53")).hit(&addr, &addr, exact(&addr))
    }),
    case("IPv6 address with a ninth group", |s, _, r| {
        let addr = r.one(&s.hosts6);
        let seen = full(*addr);
        Piece::of(format!("{seen}:443")).hit(&seen, addr.to_string(), exact(addr))
    }),
    // URLs.
    case("URL before what can end it", |s, _, r| {
        let url = r.one(&s.urls).url();
        let seen = format!("{url}{}", r.one(&ENDS));
        Piece::of(seen).hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL whose end is punctuation", |s, _, r| {
        let url = r.one(&s.urls_with_ends).url();
        Piece::of(&url).hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URLs in a row", |s, _, r| {
        let first = r.below(s.urls.len());
        let urls: Vec<_> = (0..10).map(|n| s.urls[(first + n) % s.urls.len()].url()).collect();
        let mut piece = Piece::of(urls.join(";")).place(Place::Url);
        for url in &urls {
            piece = piece.hit(url, url, strong(url, Relation::UrlExact));
        }
        piece
    }),
    case("URL with two listed values", |s, _, r| {
        let n = r.below(s.urls_with_pairs.len());
        let url = format!("{}?id={n}&k=2", s.urls_with_pairs[n].url());
        let seen = match r.below(5) {
            0 => url.clone(),
            1 => url.replace('&', "&amp;"),
            2 => url.replace('&', "\\u0026"),
            3 => json_slashes(&url).replace('/', "\\/").replace('&', "\\\\u0026"),
            _ => url.replace('&', "&#38;"),
        };
        Piece::of(&seen).hit(&seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL whose equal signs are escaped", |s, _, r| {
        let n = r.below(s.urls_with_query.len());
        let url = format!("{}?id={n}", s.urls_with_query[n].url());
        let seen = url.replace('=', r.one::<&str>(&["\\=", "=3D", "\\\\u003d"]));
        Piece::of(&seen).hit(&seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL in JSON in JSON", |s, _, r| {
        let url = r.one(&s.urls).url();
        let seen = url.replace('/', r.one::<&str>(&["\\\\/", "\\u002f", "\\\\u002f"]));
        Piece::of(&seen).hit(&seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL whose scheme a word touches", |s, _, r| {
        let url = r.one(&s.urls).url();
        let piece = Piece::of(format!("{}{url}", r.one(&["idp.", "url", "x-", "\u{1b}[1m"])));
        piece.hit(&url, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("URL after a redirector", |s, c, r| {
        let url = r.one(&s.urls).url();
        let piece = Piece::of(format!("http://{}/url?q={url}&sa=D&v=1", c.name(r)));
        piece.hit(&url, &url, strong(&url, Relation::UrlExact)).context(UrlQuery).place(Place::Url)
    }),
    case("encoded URL within a command", |s, c, r| {
        let url = r.one(&s.urls).url();
        let seen = percent(&url);
        let piece = Piece::of(format!("http://{}/?c=wget%20{seen}%3Bsh", c.name(r)));
        piece.hit(&seen, &url, strong(&url, Relation::UrlExact)).context(UrlQuery).place(Place::Url)
    }),
    case("URL without a scheme in the column after a URL", |s, c, r| {
        let url = r.one(&s.urls).url();
        let seen = &url["http://".len()..];
        let piece = Piece::of(format!("http://{}/a,{seen},GET", c.name(r)));
        piece.hit(seen, &url, strong(&url, Relation::UrlExact)).place(Place::Url)
    }),
    case("near: scheme that ends like another", |s, _, r| {
        let listed = r.one(&s.urls);
        Piece::of(format!("{}://{}{}", r.one(&["sftp", "tftp", "news"]), listed.host, listed.path)).place(Place::Url)
    }),
    case("near: value of a query that goes on", |s, _, r| {
        let n = r.below(s.urls_with_query.len());
        let url = format!("{}?id={n}", s.urls_with_query[n].url());
        Piece::of(format!("{url}{}", r.one(&["&x=1", "+1", "%20x", "0"]))).place(Place::Url)
    }),
];
