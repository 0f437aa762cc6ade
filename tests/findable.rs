//! The round-trip law: a value that a feed reader accepts is a hit if a log contains it on its own, between blanks, in
//! quotes, as a JSON string or as a field of a table. Otherwise the reader rejects it, or reports the change it made.
//!
//! By default each reader is tried on a few hundred cases; `NETSIEVE_CASES=10000` runs that many in total. The seed is fixed.
#![cfg(feature = "feeds")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use netsieve::feed::{self, Format};
use netsieve::indicator::WarningKind;
use netsieve::sieve::IndicatorRef;
use netsieve::{Feed, Policy, Scanner, Scope, Sieve};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Wraps a value in one reader's format.
type Layout = fn(&str) -> String;

fn json(value: &str) -> String {
    serde_json::to_string(value).unwrap()
}

fn cell(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

#[cfg(feature = "xml")]
fn xml(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

/// The name of a value's type in structured feeds.
fn kind(value: &str) -> &'static str {
    if let Ok(hash) = netsieve::value::FileHash::parse(value) {
        return hash.algorithm();
    }
    match value {
        value if value.contains('@') && !value.contains('/') => "email",
        value if value.contains("://") || value.contains('/') => "url",
        value if value.starts_with('[') || value.parse::<std::net::IpAddr>().is_ok() => "ip",
        value if value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b':')) => "ip:port",
        _ => "domain",
    }
}

fn stix(value: &str) -> String {
    let path = match kind(value) {
        "url" => "url:value",
        "domain" => "domain-name:value",
        "email" => "email-addr:value",
        "md5" => "file:hashes.MD5",
        "sha1" => "file:hashes.'SHA-1'",
        "sha256" => "file:hashes.'SHA-256'",
        "sha512" => "file:hashes.'SHA-512'",
        _ if value.contains("::") => "ipv6-addr:value",
        _ => "ipv4-addr:value",
    };
    let pattern = format!("[{path} = '{}']", value.replace('\\', "\\\\").replace('\'', "\\'"));
    let id = "--00000000-0000-4000-8000-000000000001";
    format!(
        "{{\"type\":\"bundle\",\"id\":\"bundle{id}\",\"objects\":[{{\"type\":\"indicator\",\"id\":\"indicator{id}\",\"pattern\":{},\"pattern_type\":\"stix\"}}]}}",
        json(&pattern)
    )
}

fn misp(value: &str) -> String {
    let kind = match kind(value) {
        "ip" => "ip-dst",
        "ip:port" => "ip-dst|port",
        "email" => "email-src",
        kind => kind,
    };
    let value = if kind == "ip-dst|port" { value.replace(':', "|") } else { value.to_owned() };
    format!(
        "{{\"Event\":{{\"info\":\"made up\",\"Attribute\":[{{\"type\":{},\"value\":{},\"to_ids\":true}}]}}}}",
        json(kind),
        json(&value)
    )
}

/// Every text reader that decides the kind of a value itself. `warninglist` allows, and `misp-feed` and `mmdb` need files.
const LAYOUTS: &[(Format, Layout)] = &[
    (Format::Plain, |v| format!("{v}\n")),
    (Format::Plain, |v| format!("{v}\t10\n")),
    (Format::Plain, |v| format!("- {v}  seen twice\n")),
    (Format::Plain, |v| format!("“{v}”\n")),
    (Format::Plain, |v| format!("\"{v}\"\n")),
    (Format::Plain, |v| format!("→{v}\n")),
    (Format::OpenPhish, |v| format!("{v}\n")),
    (Format::Hosts, |v| format!("0.0.0.0 {v}\n")),
    (Format::AdBlock, |v| format!("||{v}^\n")),
    (Format::Dnsmasq, |v| format!("address=/{v}/#\n")),
    (Format::Unbound, |v| format!("local-zone: \"{v}\" always_null\n")),
    (Format::Rpz, |v| format!("$TTL 300\n@ SOA a. b. (1 2 3 4 5)\n{v} CNAME .\n")),
    (Format::Wildcard, |v| format!("*.{v}\n")),
    (Format::Csv, |v| format!("indicator,note\n{},x\n", cell(v))),
    (Format::Csv, |v| format!("x;indicator\ny;{}\n", cell(v))),
    (Format::Urlhaus, |v| format!("# id,dateadded,url,url_status\n\"1\",\"\",{},\"online\"\n", cell(v))),
    (Format::ThreatFox, |v| format!("ioc_value,ioc_type,threat_type\n{}, {}, x\n", cell(v), cell(kind(v)))),
    (Format::Feodo, |v| format!("dst_ip,dst_port,malware\n{},443,x\n", cell(v))),
    (Format::Sslbl, |v| format!("# Firstseen,DstIP,DstPort\n2026-05-01 00:00:00,{v},443\n")),
    (Format::PhishTank, |v| format!("phish_id,url,phish_detail_url\n1,{},https://ref.example/1\n", cell(v))),
    (Format::MispCsv, |v| format!("uuid,event_id,category,type,value\na,1,x,{},{}\n", kind(v), cell(v))),
    (Format::Maltrail, |v| format!("# Copyright (c) Maltrail developers\n\n{v}\n")),
    (Format::Iprep, |v| format!("{v},1,100\n")),
    (Format::Dataset, |v| format!("{}\n", base64(v))),
    (Format::Dataset, |v| format!("{}\n", base64(&format!("{v}\n")))),
    (Format::Drop, |v| format!("; Spamhaus DROP List\n{v} ; SBL1\n")),
    (Format::DShield, |v| format!("Start\tEnd\tNetmask\n{v}\t{v}\t32\n")),
    (Format::FireHol, |v| format!("# ipv4 hash:net ipset\n{v}\n")),
    (Format::EMule, |v| format!("{v} - {v} , 0 , x\n")),
    (Format::P2p, |v| format!("x:{v}-{v}\n")),
    (Format::AlienVault, |v| format!("{v}#4#2#Scanning Host#AA##1,2#3\n")),
    (Format::Zeek, |v| {
        let kind = match kind(v) {
            "url" => "URL",
            "domain" => "DOMAIN",
            "email" => "EMAIL",
            "md5" | "sha1" | "sha256" | "sha512" => "FILE_HASH",
            _ => "ADDR",
        };
        format!("#fields\tindicator\tindicator_type\n{v}\tIntel::{kind}\n")
    }),
    (Format::IpSet, |v| format!("add x {v}\n")),
    (Format::IpSet, |v| format!("add x {v},tcp:80-90\n")),
    (Format::Nft, |v| format!("define x = {{ {v}, 192.0.2.200 }}\n")),
    (Format::Nft, |v| format!("define x = {{ {v} . https }}\n")),
    (Format::Cdb, |v| format!("\"{v}\":x\n")),
    (Format::Tor, |v| format!("ExitNode 0\nExitAddress {v} 2026-05-01 00:00:00\n")),
    (Format::Misp, misp),
    (Format::Stix, stix),
    (Format::Otx, |v| format!("{{\"name\":\"x\",\"indicators\":[{{\"indicator\":{}}}]}}", json(v))),
    (Format::UrlhausJson, |v| format!("{{\"1\":[{{\"dateadded\":\"\",\"url\":{}}}]}}", json(v))),
    (Format::ThreatFoxJson, |v| format!("{{\"1\":[{{\"ioc_value\":{},\"ioc_type\":\"{}\"}}]}}", json(v), kind(v))),
    (Format::FeodoJson, |v| format!("[{{\"ip_address\":{},\"port\":443,\"malware\":\"x\"}}]", json(v))),
    (Format::DropJson, |v| format!("{{\"cidr\":{},\"sblid\":\"SBL1\"}}\n", json(v))),
    (Format::CrowdSec, |v| format!("{{\"new\":[{{\"value\":{},\"scope\":\"Ip\",\"scenario\":\"x\"}}]}}", json(v))),
    (Format::JsonLines, |v| format!("{{\"indicator\":{}}}\n", json(v))),
    (Format::Rules, |v| format!("alert ip [{v},![192.0.2.7,192.0.2.8]] any -> any any (msg:\"x\"; sid:1;)\n")),
    (Format::Rules, |v| format!("alert dns any any -> any any (msg:\"x\"; dns.query; content:\"{v}\"; sid:1;)\n")),
    #[cfg(feature = "xml")]
    (Format::OpenIoc, |v| {
        let search = match kind(v) {
            "url" => "UrlHistoryItem/URL",
            "domain" => "Network/DNS",
            "email" => "Email/From",
            "md5" => "FileItem/Md5sum",
            "sha1" => "FileItem/Sha1sum",
            "sha256" => "FileItem/Sha256sum",
            "sha512" => "FileItem/Sha512sum",
            _ => "PortItem/remoteIP",
        };
        format!(
            "<ioc id=\"x\"><definition><Indicator operator=\"OR\"><IndicatorItem condition=\"is\"><Context search=\"{search}\"/><Content type=\"x\">{}</Content></IndicatorItem></Indicator></definition></ioc>",
            xml(v)
        )
    }),
];

/// Values in canonical form, and with the changes that real lists make to them.
fn value() -> impl Strategy<Value = String> {
    let label = "[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?";
    let top = select(vec!["test", "example", "invalid", "co.example", "xn--p1ai", "Test"]);
    let name =
        (proptest::collection::vec(label, 1..4), top).prop_map(|(labels, top)| format!("{}.{top}", labels.join(".")));
    let unicode =
        select(vec!["bücher.example", "пример.test", "例え.test", "straße.example", "a。b.test", "ÉVIL.test"]);
    let name = prop_oneof![
        8 => name.clone(),
        1 => unicode.prop_map(str::to_owned),
        1 => name.clone().prop_map(|name| name.to_uppercase()),
        1 => name.prop_map(|name| format!("{name}.")),
    ];
    let v4 = any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from(bits).to_string());
    let v6 = prop_oneof![
        any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from(bits).to_string()),
        any::<u16>().prop_map(|bits| format!("2001:db8::{bits:x}")),
        any::<u16>().prop_map(|bits| format!("2001:0DB8:0:0:0:0:0:{bits:04X}")),
        any::<u32>().prop_map(|bits| format!("::ffff:{}", std::net::Ipv4Addr::from(bits))),
    ];
    let port = select(vec!["", "", ":80", ":443", ":8080", ":65535"]);
    let path = proptest::collection::vec(
        select(vec![
            "/",
            "a",
            "b.php",
            "x",
            "~u",
            "%20",
            "%2F",
            ".",
            "-",
            "_",
            "=",
            "&",
            "?",
            "//",
            "..",
            "q=1",
            ";",
            ",",
            ":",
            "@",
            "!",
            "(",
            ")",
            "'",
            "$",
            "+",
            "é",
            "%C3%A9",
            "index.html",
            "#f",
            "[1]",
            "|",
            "\"",
            "<",
            ">",
            "`",
            "...",
            "\u{a0}",
        ]),
        0..7,
    );
    let path = path.prop_map(|parts| parts.concat());
    let scheme = select(vec!["http://", "https://", "ftp://", "HTTP://", "http:\\\\", ""]);
    let host = prop_oneof![4 => name.clone(), 2 => v4.clone(), 1 => v6.clone().prop_map(|v6| format!("[{v6}]"))];
    let url = (scheme, host, port.clone(), path)
        .prop_map(|(scheme, host, port, path)| format!("{scheme}{host}{port}/{path}"));
    let network = (any::<u32>(), 8_u8..=32).prop_map(|(bits, len)| format!("{}/{len}", std::net::Ipv4Addr::from(bits)));
    let range = (any::<u32>(), 0_u32..5000, select(vec!["-", "–"])).prop_map(|(first, more, dash)| {
        let last = first.saturating_add(more);
        format!("{}{dash}{}", std::net::Ipv4Addr::from(first), std::net::Ipv4Addr::from(last))
    });
    let hash = (select(vec![16_usize, 20, 32, 64]), any::<[u8; 32]>(), select(vec!["", "", ":", "-"]), any::<bool>());
    let hash = hash.prop_map(|(len, bytes, separator, is_upper)| {
        let pairs: Vec<String> = (0..len).map(|n| format!("{:02x}", bytes[n % 32])).collect();
        let text = pairs.join(separator);
        if is_upper { text.to_uppercase() } else { text }
    });
    let local = "[a-z0-9]{1,6}([.+_-][A-Za-z0-9]{1,6}){0,2}|o'[a-z]{3}|[a-z]{2}=[a-z]{2}|j\u{fc}rgen";
    let local = prop_oneof![9 => local, 1 => select(vec!["\"a b\"".to_owned(), "\"x\"".to_owned()])];
    let address =
        (local, name.clone(), select(vec!["@", "@", "[@]"])).prop_map(|(local, name, at)| format!("{local}{at}{name}"));
    prop_oneof![
        4 => hash.clone(),
        4 => address,
        1 => hash.prop_map(|hash| {
            let name = netsieve::value::FileHash::parse(&hash).map_or("md5", |hash| hash.algorithm());
            format!("{}:{hash}", name.to_uppercase())
        }),
        6 => (name.clone(), port.clone()).prop_map(|(name, port)| name + port),
        3 => (v4, port.clone()).prop_map(|(v4, port)| v4 + port),
        2 => v6.clone(),
        1 => (v6, port).prop_map(|(v6, port)| format!("[{v6}]{port}")),
        8 => url.clone(),
        1 => network.clone(),
        1 => network.prop_map(|network| format!("{network}:8080")),
        1 => (any::<[u8; 3]>(), select(vec!["*", "x", "9*", "*.*", "xxx", "1-9", ""])).prop_map(|([a, b, c], last)| format!("{a}.{b}.{c}.{last}")),
        1 => (any::<[u8; 2]>(), select(vec!["*", "*.*", "x.x", "*.9"])).prop_map(|([a, b], last)| format!("{a}.{b}.{last}")),
        1 => (select(vec!["*", "a*", "%"]), name.clone()).prop_map(|(local, name)| format!("{local}@{name}")),
        1 => (select(vec![".", "*.", "http://*.", "http://."]), name.clone(), select(vec!["/", "/*", "/a", "?b"])).prop_map(|(before, name, after)| format!("{before}{name}{after}")),
        1 => (name.clone(), select(vec!["", ":8080"]), select(vec!["?a", "?", "?a=/b"])).prop_map(|(name, port, query)| format!("{name}{port}{query}")),
        1 => (name.clone(), select(vec!["…", "...", ",", "\">"])).prop_map(|(name, end)| format!("http://{name}/a{end}")),
        1 => range,
        1 => url.clone().prop_map(|url| format!("{}/*", url.split(['?', '#']).next().unwrap())),
        1 => url.prop_map(|url| format!("{url}?*")),
        1 => name.clone().prop_map(|name| format!("*.{name}")),
        1 => (select(vec!["h00p", "hxtp", "htxp", "hxxxp", "httx", "htp", "ttp", "xxp", "hxxps", "h**p"]), name)
            .prop_map(|(scheme, name)| format!("{scheme}://{}/a", name.replacen('.', "[.]", 1))),
    ]
}

/// The texts of an indicator in a log: its canonical text, and the listed value if a log could contain it.
/// `has_other_form`: the reader said that the listed value is not found.
fn logged(indicator: &IndicatorRef<'_>, as_listed: &str, has_other_form: bool) -> Vec<String> {
    let text = indicator.to_string();
    // A top-level domain, with or without a port, and an indicator with the scope `Subdomains`, is found by a name under it.
    let is_top = indicator.kind() == netsieve::Kind::Domain && !text.split(':').next().unwrap().contains('.');
    if is_top || indicator.scope() == Some(Scope::Subdomains) {
        return vec![format!("a.{text}")];
    }
    let is_a_set =
        text.contains('/') && !text.contains("://") || text.contains('-') && indicator.kind().as_str() == "ip";
    if indicator.kind().as_str() == "ip" && is_a_set {
        let first = text.split(['/', '-']).next().unwrap();
        let last = text.split('-').nth(1).unwrap_or(first);
        return vec![first.to_owned(), last.to_owned()];
    }
    if indicator.kind().as_str() == "pattern" {
        // A wildcard in an address stands for digits.
        let is_address = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'*'));
        return vec![text.replace('*', if is_address { "7" } else { "a" })];
    }
    let is_rewritten = as_listed.contains(['*', '[', '“', '→', '–']) && !as_listed.starts_with('[')
        || as_listed.starts_with(['.', '#'])
        // Browsers accept `http:\\`, but no log contains it.
        || as_listed.contains(":\\\\")
        || as_listed.contains(char::is_whitespace)
        // A sign that is left of what surrounded the value.
        || as_listed.ends_with(['"', '<', '>', '`'])
        || ["h00p", "hxtp", "htxp", "hxxxp", "httx", "htp:", "ttp", "xxp", "hxxps", "h**p"]
            .iter()
            .any(|scheme| as_listed.starts_with(scheme));
    // Clients encode these signs, which the canonical text shows as they are.
    let signs = [("\"", "%22"), ("<", "%3C"), (">", "%3E"), ("`", "%60")];
    let is_url = indicator.kind() == netsieve::Kind::Url;
    let mut texts =
        vec![if is_url { signs.iter().fold(text, |text, (sign, code)| text.replace(sign, code)) } else { text }];
    if !is_rewritten && !has_other_form {
        texts.push(as_listed.to_owned());
    }
    texts
}

/// The lines in which a value must be found.
fn lines(value: &str) -> [String; 5] {
    [
        value.to_owned(),
        format!("x {value} y"),
        format!("\"{value}\""),
        format!("{{\"k\":{}}}", json(value)),
        format!("a\t{value}\tb"),
    ]
}

fn hits(sieve: &Sieve, line: &str, id: u32) -> bool {
    let mut is_hit = false;
    Scanner::new(sieve).scan(line.as_bytes(), |hit| {
        is_hit |= hit.matches().iter().any(|found| found.indicator().id() == id);
        ControlFlow::Continue(())
    });
    is_hit
}

#[derive(Default)]
struct Count {
    cases: u64,
    accepted: u64,
    /// Values that were not found, by reader.
    lost: BTreeMap<&'static str, Vec<String>>,
}

fn check(format: Format, text: &str, count: &mut Count) {
    count.cases += 1;
    let mut policy = Policy::default();
    (policy.admit_bogons, policy.admit_wide_prefixes, policy.admit_public_suffixes) = (true, true, true);
    let feed = Feed::new("f").policy(policy);
    let mut builder = Sieve::builder();
    let id = builder.feed(feed.clone());
    // A rejection is reported, so it need not be found.
    if feed::read(text.as_bytes(), "", Some(format), &feed, &mut builder.sink(id)).is_err() {
        return;
    }
    let (sieve, report) = builder.build().unwrap();
    let warnings = &report.feeds[0].warnings;
    for indicator in sieve.indicators() {
        count.accepted += 1;
        let text = indicator.to_string();
        // A top-level domain with scope `Exact`, which the policy admits, is not recognised as a name in text; only a lookup finds it.
        if indicator.scope() == Some(Scope::Exact) && indicator.kind() == netsieve::Kind::Domain && !text.contains('.')
        {
            assert!(sieve.matcher().is_match_domain(&text, indicator.port()), "{text} (feed {text:?})");
            continue;
        }
        let as_listed = indicator.sources().next().unwrap().as_listed().into_owned();
        // Logs do not contain values in Base64.
        let listed = if format == Format::Dataset { "*" } else { &as_listed };
        let has_other_form = warnings.iter().any(|warning| {
            matches!(warning.what, WarningKind::EncodedOnly | WarningKind::BareQuery)
                && (warning.value == as_listed || as_listed.contains(&*warning.value))
        });
        for value in logged(&indicator, listed, has_other_form) {
            for line in lines(&value) {
                if !hits(&sieve, &line, indicator.id()) {
                    let lost = format!("{indicator} listed as {as_listed}: not in {line:?} (feed {text:?})");
                    count.lost.entry(format.as_str()).or_default().push(lost);
                }
            }
        }
    }
}

#[test]
fn accepted_values_are_found() {
    let cases: u32 = std::env::var("NETSIEVE_CASES").map_or(2_000, |cases| cases.parse().expect("a number of cases"));
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (values, mut count) = (value(), Count::default());
    while count.cases < u64::from(cases) {
        let value = values.new_tree(&mut runner).unwrap().current();
        for (format, layout) in LAYOUTS {
            check(*format, &layout(&value), &mut count);
        }
    }
    assert!(count.accepted * 4 > count.cases, "{} of {} accepted", count.accepted, count.cases);
    let shown: Vec<String> = count
        .lost
        .iter()
        .map(|(format, lost)| {
            format!(
                "{format}: {} lost, such as\n  {}",
                lost.len(),
                lost.iter().take(4).cloned().collect::<Vec<_>>().join("\n  ")
            )
        })
        .collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

/// Values that no reader may take as they are, or that it must change: the faults that led to this law.
#[test]
fn values_in_prose_and_of_firewalls() {
    for (value, expected) in [
        ("“e1.example”", "e1.example"),
        ("‘e1.example’", "e1.example"),
        ("• e1.example", "e1.example"),
        ("→ e1.example", "e1.example"),
        ("* e1.example", "e1.example"),
        ("1. e1.example", "e1.example"),
        ("203.0.113.20 – 203.0.113.29", "203.0.113.20-203.0.113.29"),
        ("203.0.113.20–203.0.113.29", "203.0.113.20-203.0.113.29"),
        ("h00p://e1.example/a", "http://e1.example/a"),
        ("hxtp://e1.example/a", "http://e1.example/a"),
        ("htxp://e1.example/a", "http://e1.example/a"),
        ("hxxxp://e1.example/a", "http://e1.example/a"),
        ("httx://e1.example/a", "http://e1.example/a"),
        ("htp://e1.example/a", "http://e1.example/a"),
        ("ttps://e1.example/a", "https://e1.example/a"),
        ("xxp://e1.example/a", "http://e1.example/a"),
        ("e1.example/*", "http://e1.example/"),
        ("e1.example/a?*", "http://e1.example/a"),
        ("*.e1.example/*", "e1.example"),
        ("://[2001:db8::1]", "2001:db8::1"),
        ("203.0.113.*", "203.0.113.0/24"),
        ("203.0.*.*", "203.0.0.0/16"),
        ("203.0.113.1 to 203.0.113.9", "203.0.113.1-203.0.113.9"),
        ("203.0.113.0/24:80", "203.0.113.0/24:80"),
        ("http://e1.example/a\">", "http://e1.example/a"),
        (".e1.example/", "e1.example"),
    ] {
        let feed = Feed::new("f");
        let mut builder = Sieve::builder();
        let id = builder.feed(feed.clone());
        feed::read(value.as_bytes(), "", Some(Format::Plain), &feed, &mut builder.sink(id)).expect(value);
        let (sieve, _) = builder.build().unwrap();
        assert_eq!(
            sieve.indicators().map(|indicator| indicator.to_string()).collect::<Vec<_>>(),
            [expected],
            "{value}"
        );
    }
    for value in [
        "e1.example/a*",
        "http://e1.example/*/a",
        "http://e1.example/?q=*",
        "e\u{2010}1.example",
        "203.0.113.9*",
        "203.0.*.9",
        "203.0.113.x",
        "*@e1.example",
        ".e1.example/a",
        "http://e1.example/a…",
        "e1.example…",
    ] {
        let feed = Feed::new("f");
        let mut builder = Sieve::builder();
        let id = builder.feed(feed.clone());
        let result = feed::read(value.as_bytes(), "", Some(Format::Plain), &feed, &mut builder.sink(id));
        assert!(result.is_err(), "{value}");
    }
}

/// The values on a line of a feed, of which a reader takes the first.
const PAIRS: &[(&str, &str)] = &[
    ("203.0.113.1", "203.0.113.9"),
    ("203.0.113.1", "198.51.100.7"),
    ("203.0.113.1", "e2.example"),
    ("203.0.113.1", "http://e2.example/b"),
    ("203.0.113.1:80", "203.0.113.9:90"),
    ("203.0.113.0/24", "198.51.100.0/24"),
    ("2001:db8::1", "2001:db8::9"),
    ("e1.example", "e2.example"),
    ("e1.example", "203.0.113.9"),
    ("e1.example:80", "203.0.113.9:90"),
    ("e1.example/a", "e2.example/b"),
    ("http://e1.example/a", "http://e2.example/b"),
    ("http://e1.example/a", "203.0.113.9"),
    ("someone@e1.example", "other@e2.example"),
    ("d41d8cd98f00b204e9800998ecf8427a", "d41d8cd98f00b204e9800998ecf8427b"),
];

/// A second value on a line is read, or the reader says that it is not.
#[test]
fn second_values_are_not_lost_silently() {
    let separators = [
        " ", "  ", "\t", ", ", ",", " , ", " and ", " to ", " or ", " - ", " – ", " -> ", " → ", " | ", "|", ";",
        " & ", " / ", " = ", " (", " .. ", " ~ ",
    ];
    let mut lost = Vec::new();
    for (format, layout) in LAYOUTS {
        for (first, second) in PAIRS {
            for separator in separators {
                // Without a blank, the second value may belong to the path of a URL.
                if first.contains('/') && !separator.contains(' ') && !second.contains("://") {
                    continue;
                }
                let text = layout(&format!("{first}{separator}{second}"));
                let feed = Feed::new("f");
                let mut builder = Sieve::builder();
                let id = builder.feed(feed.clone());
                if feed::read(text.as_bytes(), "", Some(*format), &feed, &mut builder.sink(id)).is_err() {
                    continue;
                }
                let (sieve, report) = builder.build().unwrap();
                let report = &report.feeds[0];
                let is_said = report.rejected_total() + report.skipped_total() > 0 || !report.warnings.is_empty();
                let is_read = sieve.matcher().lookup(second).is_ok_and(|matches| !matches.is_empty());
                if !is_said && !is_read {
                    let read: Vec<String> = sieve.indicators().map(|indicator| indicator.to_string()).collect();
                    lost.push(format!("{format}: {text:?} gave {read:?}"));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{} lost, such as\n{}", lost.len(), lost.join("\n"));
}
