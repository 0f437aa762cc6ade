//! Input of sensors and intrusion detection systems.

use netsieve::feed::Format;
use netsieve::{Feed, Kind, Policy, Reject, Scope};

use crate::seen::{events, events_of, read_real};

#[test]
fn maltrail() {
    let list = "\
# Copyright (c) Maltrail developers, made up

# Aliases: other

# Reference: https://ref.example/1
# Referecne: https://ref.example/2

evil.test
192.0.2.1:6667
http://192.0.2.2

bad.example/gate/ # panel
2001:db8::1 # scanner
192.0.2.0/24

# Reference: https://ref.example/3

worse.example
# not-any-more.example
/gate.php
/a b.apk
[a-z0-9]{10}\\.evil\\.test
names[0-9]\\.(test|example)
192.0.2.41:53:53

# Generic

last.example
";
    let both = "family=made_up ref=https://ref.example/1 https://ref.example/2";
    let third = "family=made_up ref=https://ref.example/3";
    let expected = [
        format!("8 domain suffix evil.test {both}"),
        format!("9 ip 192.0.2.1:6667 {both}"),
        format!("10 url http://192.0.2.2/ {both}"),
        format!("12 url http://bad.example/gate/ {both} text=panel"),
        format!("13 ip 2001:db8::1 {both} text=scanner"),
        format!("14 ip 192.0.2.0/24 {both}"),
        format!("18 domain suffix worse.example {third}"),
        "20 ! path_pattern: /gate.php".to_owned(),
        "21 ! path_pattern: /a b.apk".to_owned(),
        "22 - regex".to_owned(),
        "23 - regex".to_owned(),
        "24 ! bad_port: 192.0.2.41:53:53".to_owned(),
        "28 domain suffix last.example family=made_up".to_owned(),
    ];
    assert_eq!(events(Format::Maltrail, list), expected);
    let mut policy = Policy::default();
    policy.path_patterns = true;
    let seen = events_of(Format::Maltrail, list.as_bytes(), &Feed::new("").policy(policy));
    assert_eq!(seen[7], format!("20 pattern /gate.php {third}"));
    assert_eq!(seen[8], format!("21 pattern /a%20b.apk {third}"));
}

#[test]
fn sensors() {
    for (format, list, expected) in [
        (
            Format::Iprep,
            "#192.0.2.9,10,100\n192.0.2.1,1,100\n198.51.100.7/24,2,20\n2001:db8:0::1,3,127\n192.0.2.300,1,1\n192.0.2.2,1,128\nevil.test,1,1\n",
            &[
                "2 ip 192.0.2.1 tags=category:1 score=100",
                "3 ip 198.51.100.0/24 tags=category:2 score=20",
                "4 ip 2001:db8::1 tags=category:3 score=127",
                "5 ! bad_address: 192.0.2.300",
                "6 ! malformed: 192.0.2.2,1,128",
                "7 ! bad_address: evil.test",
            ][..],
        ),
        (
            Format::Dataset,
            // evil.test, .bad.example, http://evil.test/a, /gate
            "# made up\nZXZpbC50ZXN0\nLmJhZC5leGFtcGxl,50\naHR0cDovL2V2aWwudGVzdC9h\nL2dhdGU=\n!!\n",
            &[
                "2 domain exact evil.test",
                "3 domain suffix bad.example score=50",
                "4 url http://evil.test/a",
                "5 ! path_pattern: L2dhdGU=",
                "6 ! malformed: !!",
            ],
        ),
        (
            Format::Zeek,
            "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\tmeta.do_notice\n\
             evil.test\tIntel::DOMAIN\tmade up\twhy\thttps://ref.example/7\tT\n\
             192.0.2.0/24\tIntel::SUBNET\tmade up\t-\t-\t-\n192.0.2.1\tIntel::ADDR\t-\t-\t-\t-\n\
             evil.test/a\tIntel::URL\t-\t-\t-\t-\nd41d8cd98f00b204e9800998ecf8427e\tIntel::FILE_HASH\t-\t-\t-\t-\n\
             a@evil.test\tIntel::EMAIL\t-\t-\t-\t-\nMozilla\tIntel::SOFTWARE\t-\t-\t-\t-\n-\tIntel::DOMAIN\t-\t-\t-\t-\n",
            &[
                "2 domain suffix evil.test tags=made up ref=https://ref.example/7 text=why; meta.do_notice: T",
                "3 ip 192.0.2.0/24 tags=made up",
                "4 ip 192.0.2.1",
                "5 url http://evil.test/a",
                "6 hash d41d8cd98f00b204e9800998ecf8427e",
                "7 email a@evil.test",
                "8 - other_kind",
                "9 ! empty: -,Intel::DOMAIN,-,-,-,-",
            ],
        ),
    ] {
        assert_eq!(events(format, list), expected, "{list}");
    }
}

#[test]
fn rules() {
    let rule = |head: &str, options: &str, sid: u32| format!("{head} ({options} sid:{sid};)\n");
    let dns = "alert dns any any -> any any";
    let http = "alert http $HOME_NET any -> $EXTERNAL_NET any";
    let cases: &[(&str, &str, &[&str])] = &[
        ("alert ip $HOME_NET any -> [192.0.2.1, 192.0.2.2] any", "msg:\"m\";", &["ip 192.0.2.1", "ip 192.0.2.2"]),
        (
            "drop tcp [198.51.100.0/24,!198.51.100.7] any -> $HOME_NET any",
            "msg:\"m\"; flow:established;",
            &["ip 198.51.100.0/24", "- negation"],
        ),
        ("alert ip ![192.0.2.1,192.0.2.2] any -> $HOME_NET any", "msg:\"m\";", &["- other_kind"]),
        (
            "alert ip [192.0.2.1,![192.0.2.2,192.0.2.3]] any -> $HOME_NET any",
            "msg:\"m\";",
            &["ip 192.0.2.1", "- negation"],
        ),
        (
            "alert tcp any any -> 192.0.2.3 80:82",
            "msg:\"m\";",
            &["ip 192.0.2.3:80", "ip 192.0.2.3:81", "ip 192.0.2.3:82"],
        ),
        ("alert tcp any any -> 192.0.2.3 1024:", "msg:\"m\";", &["! port_range: 192.0.2.3"]),
        ("alert tcp any any -> 192.0.2.3 8080", "msg:\"m\";", &["ip 192.0.2.3:8080"]),
        ("alert tcp any any -> 192.0.2.3 [80,443]", "msg:\"m\";", &["ip 192.0.2.3:80", "ip 192.0.2.3:443"]),
        ("alert tcp any any -> 192.0.2.3 80", "msg:\"m\"; content:\"x\";", &["- conjunction"]),
        ("alert tcp any any -> 192.0.2.300 80", "msg:\"m\";", &["! bad_address: 192.0.2.300"]),
        (dns, "msg:\"m\"; dns.query; content:\"evil.test\"; nocase; endswith;", &["domain suffix evil.test"]),
        (
            dns,
            "msg:\"m\"; dns.query; content:\"evil.test\"; depth:9; nocase; endswith; fast_pattern;",
            &["domain exact evil.test"],
        ),
        (dns, "msg:\"m\"; dns.query; content:\"evil.test\"; bsize:9;", &["domain exact evil.test"]),
        (dns, "msg:\"m\"; dns.query; dotprefix; content:\".evil.test\"; endswith;", &["domain suffix evil.test"]),
        (dns, "msg:\"m\"; dns_query; content:\"evil|2e|test\"; isdataat:!1,relative;", &["domain suffix evil.test"]),
        (
            "alert tls any any -> any any",
            "msg:\"m\"; tls.sni; content:\"evil.test\"; startswith; endswith;",
            &["domain exact evil.test"],
        ),
        (
            "alert udp any any -> any 53",
            "msg:\"m\"; content:\"|01 00 00 01 00 00 00 00 00 00|\"; depth:10; offset:2; content:\"|04|evil|04|test|00|\"; nocase;",
            &["domain suffix evil.test"],
        ),
        (http, "msg:\"m\"; content:\"Host|3a| evil.test|0d 0a|\"; http_header;", &["domain exact evil.test"]),
        (
            http,
            "msg:\"m\"; content: \"Host|3a|\"; nocase; http_header; content:\"evil.test\"; nocase; http_header; pcre: \"/evil\\.test/H\";",
            &["domain suffix evil.test"],
        ),
        (http, "msg:\"m\"; content:\"evil.test\"; http_host;", &["domain suffix evil.test"]),
        (
            http,
            "msg:\"m\"; http.method; content:\"POST\"; http.host; content:\"evil.test\"; bsize:9;",
            &["domain exact evil.test"],
        ),
        (
            http,
            "msg:\"m\"; http.host; content:\"evil.test\"; bsize:9; http.uri; content:\"/gate.php\"; startswith;",
            &["url http://evil.test/gate.php"],
        ),
        (http, "msg:\"m\"; http.host; content:\"evil.test\"; http.uri; content:\"gate.php\";", &["- conjunction"]),
        (http, "msg:\"m\"; http.host; content:\"evil.test\"; http.user_agent; content:\"x\";", &["- conjunction"]),
        (http, "msg:\"m\"; http.host; content:!\"evil.test\";", &["- negation"]),
        (http, "msg:\"m\"; http.uri; content:\"/gate.php\";", &["! path_pattern: /gate.php"]),
        (http, "msg:\"m\"; flowbits:isset,x; http.host; content:\"evil.test\";", &["- conjunction"]),
        (http, "msg:\"m\"; content:\"evil.test\";", &["- payload"]),
        (http, "msg:\"m\"; pcre:\"/evil/\";", &["- regex"]),
        (http, "msg:\"m\"; urilen:5;", &["- other_kind"]),
        (http, "msg:\"m\"; http.host; content:\"evil..test\";", &["! empty_label: evil..test"]),
        ("pass ip any any -> 192.0.2.9 any", "msg:\"m\";", &["ip 192.0.2.9 action=allow"]),
        (
            "alert http any any -> any any",
            "msg:\"m\"; http_header: field host; content:\"evil.test\", fast_pattern, nocase;",
            &["- payload"],
        ),
    ];
    let mut list = String::from("# made up\n\n");
    let mut expected = Vec::new();
    for (at, (head, options, found)) in cases.iter().enumerate() {
        list.push_str(&rule(head, options, at as u32));
        for found in *found {
            let is_record = !found.starts_with(['-', '!']);
            let about = if is_record { format!(" tags=m ref=sid:{at} id={at}") } else { String::new() };
            expected.push(format!("{} {found}{about}", at + 3));
        }
    }
    assert_eq!(events(Format::Rules, &list), expected);
    for (text, expected) in [
        (
            "alert ip any any -> 192.0.2.1 any \\\n  (msg:\"a\\; b\"; reference:url,ref.example/1; \\\n reference:cve,2026-1; sid:7;)\nalert tcp\n",
            &["1 ip 192.0.2.1 tags=a; b ref=sid:7 https://ref.example/1 cve:2026-1 id=7", "4 ! malformed: alert tcp"][..],
        ),
        (
            "alert ip any any -> 192.0.2.1 any (msg:\"m\";)\nalert ip any any \\",
            &["1 ip 192.0.2.1 tags=m", "2 ! malformed: alert ip any any "],
        ),
    ] {
        assert_eq!(events(Format::Rules, text), expected, "{text}");
    }
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_rules() {
    // 925 rules over names and 65 over addresses.
    let (format, seen) = read_real("stalkerware-suricata.rules");
    assert_eq!((format, seen.rejections.len(), seen.skips().len()), (Format::Rules, 0, 0), "{:?}", seen.skips());
    assert_eq!((seen.count(Kind::Domain, Some(Scope::Exact)), seen.count(Kind::Ip, None)), (925, 65));
    // Three rules for each of the 462 names.
    let (format, seen) = read_real("citizenlab/darkbasin.snort.rules");
    assert_eq!((format, seen.rejections.len(), seen.skips().len()), (Format::Rules, 0, 0), "{:?}", seen.skips());
    assert_eq!(seen.count(Kind::Domain, Some(Scope::Suffix)), 3 * 462);
    let mut names: Vec<_> = seen.records.iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 462);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_trails() {
    // Counted by shape: names, address with port, URLs, names with a path; bare paths; addresses with a letter before
    // them; regular expressions.
    for (name, domains, ips, urls, paths, broken, regexes) in [
        ("elf_mirai", 4_386, 10_916, 1_885, 37_611, 0, 0),
        ("android_parcel", 631, 17, 13, 8, 0, 0),
        ("generic", 7_700, 4 + 1_384, 4_678 + 258, 343, 0, 3),
        ("njrat", 8_044, 4_262, 3, 11, 0, 0),
        ("mass_scanner", 0, 17_234 + 1_981, 0, 2, 3, 0),
        ("mass_scanner_cidr", 0, 1_106, 0, 0, 0, 0),
    ] {
        let (format, seen) = read_real(&format!("maltrail/{name}.txt"));
        assert_eq!(format, Format::Maltrail);
        let counts = [(Kind::Domain, Some(Scope::Suffix)), (Kind::Ip, None), (Kind::Url, Some(Scope::Exact))];
        assert_eq!(counts.map(|(kind, scope)| seen.count(kind, scope)), [domains, ips, urls], "{name}");
        let rejected = |reason| seen.rejections.iter().filter(|(_, _, why)| *why == reason).count();
        assert_eq!((rejected(Reject::PathPattern), rejected(Reject::NumericTld)), (paths, broken), "{name}");
        assert_eq!((seen.rejections.len(), seen.skips().values().sum::<usize>()), (paths + broken, regexes), "{name}");
        let family = format!(" family={name}");
        assert!(
            seen.events.iter().all(|event| event.contains(" ! ") || event.contains(" - ") || event.contains(&family))
        );
    }
    let (_, seen) = read_real("maltrail/elf_mirai.txt");
    assert!(seen.events.iter().filter(|event| event.contains(" ref=http")).count() > 10_000);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_reputation() {
    let (format, seen) = read_real("suricata-iprep.list");
    assert_eq!((format, seen.rejections.len()), (Format::Iprep, 0));
    assert_eq!(seen.count(Kind::Ip, None), 27_533);
}
