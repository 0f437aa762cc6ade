//! Lines made of tricky pieces, and sets made of the values in the pieces.

use netsieve::indicator::{DomainName, Pattern, PatternTarget, Url};
use netsieve::{Indicator, MatchOptions, Scope};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::World;

pub fn net(text: &str, port: Option<u16>) -> Indicator {
    let text = if text.contains('/') {
        text.to_owned()
    } else {
        format!("{text}/{}", if text.contains(':') { 128 } else { 32 })
    };
    Indicator::Ip { net: text.parse().expect("a prefix"), port }
}

pub fn name(text: &str, scope: Scope, port: Option<u16>) -> Indicator {
    Indicator::Domain { name: DomainName::parse(text).expect("a name"), scope, port }
}

pub fn url(text: &str) -> Indicator {
    Indicator::Url { url: Url::parse(text).expect("a URL"), host_scope: Scope::Exact }
}

pub fn pattern(target: PatternTarget, text: &str) -> Indicator {
    Indicator::Pattern(Pattern::new(target, text).expect("a pattern"))
}

/// The indicators to choose from. The pieces below contain the same hosts.
pub fn pool() -> Vec<Indicator> {
    use Scope::{Exact, Subdomains, Suffix};
    vec![
        name("test", Suffix, None),
        name("evil.test", Suffix, None),
        name("evil.test", Exact, None),
        name("evil.test", Exact, Some(80)),
        name("evil.test", Suffix, Some(8080)),
        name("evil.test", Suffix, Some(8443)),
        name("sub.evil.test", Subdomains, None),
        name("nevil.test", Exact, None),
        name("-evil.test", Exact, None),
        name("evil.test-", Exact, None),
        name("vil.test", Exact, None),
        name("b\u{fc}cher.test", Exact, None),
        name("cher.test", Exact, None),
        name("host.example", Suffix, None),
        name("evil.zip", Suffix, None),
        name("main.py", Exact, None),
        name("data.name", Suffix, None),
        name("1.2.0.192.in-addr.arpa", Exact, None),
        net("0.0.0.0/0", None),
        net("192.0.2.1", None),
        net("192.0.2.1", Some(443)),
        net("192.0.2.1", Some(8443)),
        net("198.51.100.0/24", None),
        net("1.2.3.4", None),
        net("201.2.3.4", None),
        net("::/0", None),
        net("2001:db8::1", None),
        net("2001:db8::1", Some(443)),
        net("2001:db8::/32", None),
        url("http://evil.test/"),
        url("http://evil.test/a"),
        url("http://evil.test/a?x=1"),
        url("http://evil.test/g?id=1&k=2"),
        url("http://evil.test/a?id=1&amp;k=2"),
        url("http://evil.test/a/"),
        url("http://evil.test/a!"),
        url("http://evil.test/a?c=3D1"),
        url("http://evil.test/a."),
        url("http://evil.test/a%20b"),
        url("http://evil.test/a;b"),
        url("http://evil.test:8080/a"),
        url("http://evil.test/a,b"),
        url("http://nevil.test/a"),
        url("x://evil.test/a"),
        url("http://192.0.2.1/a"),
        url("http://192.0.2.1/"),
        url("http://[2001:db8::1]/a"),
        url("http://b\u{fc}cher.test/a"),
        Indicator::Hash("0123456789abcdef0123456789abcdef".parse().expect("a hash")),
        Indicator::Hash("00112233445566778899aabbccddeeff00112233".parse().expect("a hash")),
        Indicator::Email("user@evil.test".parse().expect("an address")),
        Indicator::Email("x+user@evil.test".parse().expect("an address")),
        Indicator::Email("first.last@evil.test".parse().expect("an address")),
        Indicator::Email("a@b\u{fc}cher.test".parse().expect("an address")),
        Indicator::Email("\"j d\"@host.example".parse().expect("an address")),
        pattern(PatternTarget::UrlPath, "/gate.php"),
        pattern(PatternTarget::UrlPath, "/a/b*"),
        pattern(PatternTarget::Name, "*evil*"),
    ]
}

pub fn world() -> impl Strategy<Value = World> {
    let pool = pool();
    let len = pool.len();
    prop_oneof![subsequence(pool.clone(), 1..6), subsequence(pool, 0..len)].prop_map(World::of)
}

pub fn options() -> impl Strategy<Value = MatchOptions> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(port_unseen, name_like, host_only)| {
        let mut options = MatchOptions::default();
        options.port_unseen = port_unseen;
        options.name_like = name_like;
        options.host_only = host_only;
        options
    })
}

/// Pieces of log lines.
pub const HOSTS: [&str; 29] = [
    "evil.test",
    "www.evil.test",
    "Sub.EVIL.test",
    "nevil.test",
    "-evil.test-",
    "evil.test--",
    "evil.zip",
    "main.py",
    "data.name",
    "b\u{fc}cher.test",
    "\u{2192}evil.test",
    "evil\u{3002}test",
    "host.example",
    "192.0.2.1",
    "198.51.100.7",
    "201.2.3.4",
    "[2001:db8::1]",
    "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1",
    "::ffff:192.0.2.1",
    "64:ff9b::192.0.2.1",
    "evil\\u002etest",
    "foo-192.0.2.1-bar.test",
    "1.2.0.192.in-addr.arpa",
    "1.2.0.192.IN-ADDR.arpa.",
    "9.1.2.0.192.in-addr.arpa",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    "evil.test.",
    "\\ud83d\\ude00.evil.test",
];

const PORTS: [&str; 21] = [
    "",
    "",
    "",
    "",
    "",
    "",
    ":80",
    ":443",
    ":8080",
    ":99999",
    ".443",
    ".https",
    ".9pfs",
    "/8443",
    "(443)",
    "#443",
    "/24",
    "@SSL@8443",
    "@8080",
    "@SSL",
    ":12",
];

const PATHS: [&str; 64] = [
    "/a/b,c/../..",
    "/a/b,c/../../a",
    "/a/b;c/%2e%2e/../x?y=1",
    "/a/../a!b",
    "/../a|b",
    "/a/.",
    "/x/./../a&x=1",
    "/a//b,c",
    "/a/..%2fb",
    "/a\\..\\b",
    "\\a",
    "/a%5Cnb",
    "/a%255Cnb",
    "/a%5Cb",
    "",
    "",
    "/",
    "/a",
    "/a",
    "/a/",
    "/a/b",
    "/a?x=1",
    "/a,b",
    "/a;b",
    "/gate.php",
    "/a.",
    "/a?c=3D1",
    "/a)",
    "/a!",
    "/a'",
    "/%61",
    "/a?u=",
    "/a\\/b",
    "\\/a",
    "\\\\/a",
    "\\u002fa",
    "/a&x=1",
    "/a+b",
    "/a%20b",
    "/a%3Bb",
    "/a%26b",
    "/a%0d%0ab",
    "/a\\x22b",
    "/a&quot;b",
    "/a&amp;b",
    "/a&#34;b",
    "/a${IFS}b",
    "/a\u{201d}",
    "/a\u{3002}",
    "/a\u{2026}",
    "/a\u{a0}b",
    "/a\u{3000}b",
    "/a::b",
    "/a(b",
    "/a*b",
    "/a^b",
    "/a__;!!b",
    "/a__b",
    "/a|b",
    "/g?id=1&amp;k=2",
    "/g?id=3D1&k=3D2",
    "/g?id\\=1&k\\=2",
    "/g?id=1\\u0026k=2",
    "/g?id=1\\\\u0026k=2",
];

const SCHEMES: [&str; 21] = [
    "http:\\\\",
    "https:\\\\\\\\",
    "http://",
    "https://",
    "HTTP://",
    "x://",
    "ftp://",
    "sftp://",
    "idp.http://",
    "urlhttp://",
    "http:\\/\\/",
    "http:\\\\/\\\\/",
    "http:\\u002f\\u002f",
    "http\\u003a//",
    "http%3A%2F%2F",
    "https%3a%2f%2f",
    "http%3A//",
    "http%253A%252F%252F",
    "http:///",
    "http://u:p@",
    "://",
];

const ESCAPES: [&str; 31] = [
    "\\n",
    "\\t",
    "\\r",
    "\\b",
    "\\\\n",
    "\\\\t",
    "\\x20",
    "\\\\x20",
    "\\u0020",
    "\\u003d",
    "\\\\u0026",
    "\\u0041",
    "%20",
    "%2F",
    "%3D",
    "%40",
    "%2520",
    "#012",
    "\\",
    "\\\\",
    "\\\\\\\\",
    "=3D",
    "=3D3D",
    "=3d",
    "\x1b[36m",
    "\x1b[1;31m",
    "\x1b[0m\x1b[2m",
    "\\u001b[36m",
    "&quot;",
    "&lt;",
    "&#x3d;",
];

const GAPS: [&str; 62] = [
    " ", " ", " ", " ", "\n", "\n", "\t", "\r\n", ",", ";", "|", "'", "\"", "(", ")", "[", "]", "{", "}", "<", ">",
    "=", ":", ".", "-", "_", "/", "//", "@", "&", "?", "#", "%", "\\", "\u{3001}", "\u{201c}", "\u{e9}", "a", "1", "+",
    "^", "*", "$", "!", "()", "::", "->", " > ", "\\\"", "\u{a0}", "\u{3000}", "\u{201d}", "\u{2026}", "\u{3002}",
    "\u{ff0c}", "&amp;", "%0a", "%7D", "%00", "%2C", "%40", "\\u0040",
];

const WORDS: [&str; 184] = [
    "user%40evil.test",
    "first.last%2540evil.test",
    "(debug=True)",
    "('x')",
    "(443)",
    "(kind=bad)",
    "0123456789abcdef0123456789ABCDEF",
    "0123456789abcdef0123456789ABCDEF",
    "0123456789abcdef",
    "MD5:0123456789abcdef0123456789abcdef",
    "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef",
    "01-23-45-67-89-ab-cd-ef-01-23-45-67-89-ab-cd-ef",
    ":00",
    "-ab",
    "00112233445566778899aabbccddeeff00112233",
    "?h=00112233445566778899aabbccddeeff00112233",
    "USER@evil.test",
    "user@",
    "a@",
    "a@b\u{fc}cher.test",
    "x+user@evil.test",
    "x%2Buser%40evil.test",
    "x%2buser@evil.test",
    "x%252Buser%2540evil.test",
    "x\\u002Buser@evil.test",
    "%2B",
    "\\\\u002b",
    "o%27",
    "mailto:",
    "from=user@evil.test",
    "\"j d\"@host.example",
    "\\\"j d\\\"@host.example",
    "\"J D\"@",
    "'user@evil.test'",
    "o'",
    "GET /gate.php HTTP/1.1",
    "POST /a?x=1 HTTP/1.0",
    "\"/a/gate.php\"",
    "\t/a/b c\t",
    "\n/gate.php\t",
    "Mozilla/5.0",
    "Chrome/192.0.2.1",
    "Chrome/",
    "Chrome%2F",
    "%20Chrome%2F",
    "Chrome\\/",
    "OPR/192.0.2.1 ",
    "-Chrome/192.0.2.1",
    "python-requests/",
    "/opt/app/",
    "DIRECT/",
    "HIER_DIRECT/",
    "DIRECT\\/",
    "bin/",
    "cifs/",
    "HOST/",
    "/Common/",
    "=/Common/Shared/",
    "/var/log/",
    "/var/LOG/",
    "a.LOG/",
    "./",
    "C:\\temp\\",
    "C:\\\\temp\\\\",
    "C:\\\\",
    "=\\\\",
    " \\\\\\\\",
    "file:\\\\",
    "IP ",
    " > ",
    "IP 192.0.2.1.443 > 198.51.100.7.53: ",
    "IP6 2001:db8::1.443 > 2001:db8::2.53: ",
    "IP 192.0.2.1.https > 198.51.100.7.domain: ",
    "192.0.2.1.3com-tsmux > 198.51.100.7.9pfs: ",
    "192.0.2.1.443src:",
    "tcp4 0 0 192.0.2.1.49152   198.51.100.7.443  ESTABLISHED",
    "192.0.2.1.443  ->  198.51.100.7.https",
    "1.2.3.4.5, 1.2.3.4.6",
    "src:",
    "IPv6:",
    "12:34:56",
    "2024-01-02T12:34:56.789Z",
    "00:11:22:33:44:55",
    "00:11:22:33:44:55:66:77",
    "fe80::1%eth0",
    "std::fmt",
    "a::b",
    "::",
    "(3)www(4)evil(4)test(0)",
    "(4)evil(4)test(0)",
    "(4)evil(5)test(0)",
    "(1)1(1)2(1)0(3)192(7)in-addr(4)arpa(0)",
    "C:\\evil.test\\nevil.test",
    "user@evil.test",
    "evil.test@",
    "first.last@",
    "admin@evil.test@192.0.2.1",
    "1.2.3.4.5",
    "192.0.2.01",
    "192.0.2.1/24",
    "1.2.3",
    "v1.2.3.4",
    "..",
    "version=",
    "\"agentVersion\":\"",
    "FileVersion: ",
    "browser_version=\"",
    "<AgentVersion>",
    "rv:",
    "server=",
    "srv: ",
    "app_ver=",
    "build ",
    "pkg-192.0.2.1-1.el7.x86_64",
    "file=",
    "\"filename\":\"",
    "profile=",
    "<Data Name='Image'>",
    "{\"data.name\":\"x\"}",
    "File \"main.py\", line 3",
    "\"evil.zip\", line ",
    ",\"evil.test\": 1",
    "{\\\"data.name\\\":1}",
    "lookup \"evil.test\": no such host",
    "$",
    "$_.",
    "()",
    "msg=audit(1.1:2): saddr=02000050C00002010000000000000000",
    "audit(17:2) saddr=0A0001BB0000000020010DB800000000000000000000000100000000",
    "audit(17:2) saddr=02000050",
    "saddr=02000050C00002010000000000000000",
    "audit(17:2)\u{3002}saddr=02000050C00002010000000000000000",
    "audit(1:2) ",
    "SADDR=02000050C0000201",
    "/dev/tcp/",
    "outside/",
    "%2Fdev%2Ftcp%2F",
    "/dns4/",
    "C:\\Google\\Application\\",
    " \"C:\\\\X\\\\",
    " /i:\\\\",
    "\\\\?\\UNC\\",
    ":12:3",
    "(12,3)",
    "(12)",
    ": line 3",
    "\\u002fa",
    "[192.0.2.1]:8443",
    "[192.0.2.1]",
    "2001:db8::1.https > ",
    "\x1b[K",
    "\x1b[01;31m\x1b[K",
    "logfile=",
    "python3 -u ",
    "filename*=UTF-8''",
    "main.py, line 3",
    "2001:db8::1:58340",
    "::1:65536",
    "\\ud83d",
    "\\ude00",
    "\\033[31m",
    "^[[31m",
    "command=\"",
    "GET /API/",
    "uri=/Files/",
    "/Downloads/",
    "\"uri\":\"/API/",
    "{\\n  \\\"data.name\\\": 1",
    "{\"\"data.name\"\":1}",
    "{&quot;data.name&quot;:1",
    "{%22data.name%22%3A1",
    "{\\x22data.name\\x22:",
    "\"\"version\"\":\"\"",
    "%22version%22%3A%22",
    "version\\=",
    "file%3D",
    "&quot;file&quot;:&quot;",
    "Chrome\\u002f",
    "Chrome&#47;",
    "ESP/0x642c/",
    "{\"k\":\"x http://evil.test/a!\\\" y\"}",
    "http://evil.test/a\u{ff5c}x",
    "http://evil.test/a,b\u{ff1e}",
    "http://evil.test/a\u{200b}x",
];

/// Neighbours that occur in text: hosts, URLs, escapes and words, with or without something between them.
pub fn log() -> impl Strategy<Value = Vec<u8>> {
    let pick = |texts: &'static [&'static str]| select(texts).prop_map(str::to_owned);
    let host = || (pick(&HOSTS), pick(&PORTS)).prop_map(|(host, port)| host + &port);
    let url = (pick(&SCHEMES), host(), pick(&PATHS)).prop_map(|(scheme, host, path)| scheme + &host + &path);
    let encoded = |text: String| text.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
    let token = prop_oneof![
        4 => host(),
        3 => (host(), pick(&PATHS)).prop_map(|(host, path)| host + &path),
        4 => url.clone(),
        1 => url.prop_map(encoded),
        3 => pick(&ESCAPES),
        4 => pick(&WORDS),
    ];
    let gap = prop_oneof![4 => Just(String::new()), 7 => pick(&GAPS)].prop_map(String::into_bytes);
    let junk = vec(any::<u8>(), 1..3);
    let gap = prop_oneof![20 => gap, 1 => junk];
    let line = vec((token, gap), 1..8).prop_map(|parts| -> Vec<u8> {
        parts.into_iter().flat_map(|(token, gap)| token.into_bytes().into_iter().chain(gap)).collect()
    });
    let spelling = (select(&b"\"'/:=(),@{}<>[]#$\\ "[..]), 0usize..11);
    prop_oneof![
        3 => line.clone(),
        1 => (line, spelling).prop_map(|(line, (sign, style))| respelled(&line, sign, style)),
    ]
}

/// The entity of a sign.
fn named(sign: u8) -> String {
    let names = "quot\" apos' sol/ colon: equals= lpar( rpar) comma, commat@ lcub{ rcub} lt< gt> lsqb[ rsqb] num# dollar$ bsol\\";
    let name = names.split(' ').find_map(|name| name.strip_suffix(char::from(sign)));
    name.map_or_else(|| "&#32;".to_owned(), |name| format!("&{name};"))
}

/// The line with one of its signs spelled in another way.
fn respelled(line: &[u8], sign: u8, style: usize) -> Vec<u8> {
    let spelling = match style {
        0 => format!("%{sign:02X}"),
        1 => format!("%{sign:02x}"),
        2 => format!("%25{sign:02X}"),
        3 => format!("\\u{sign:04x}"),
        4 => format!("\\\\u{sign:04X}"),
        5 => format!("\\x{sign:02x}"),
        6 => format!("&#{sign};"),
        7 => format!("&#x{sign:X};"),
        8 => named(sign),
        9 => format!("\\{}", char::from(sign)),
        _ => format!("\\\\\\{}", char::from(sign)),
    };
    line.iter().flat_map(|&b| if b == sign { spelling.clone().into_bytes() } else { vec![b] }).collect()
}
