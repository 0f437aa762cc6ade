//! Hardening of all readers: texts that end anywhere, and texts that are almost right.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use netsieve::Feed;
use netsieve::feed::Format;
use proptest::prelude::*;

use crate::read_as;
use crate::seen::Seen;

/// The part of a format's text that can stand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Every line stands alone.
    Line,
    /// The same, but some lines affect others or continue on the next one.
    Block,
    /// The text is one document, and invalid if it is cut.
    Document,
}

use Unit::{Block, Document, Line};

/// A made-up sample of each format.
const SAMPLES: &[(Format, Unit, &str)] = &[
    (
        Format::Plain,
        Line,
        "# c\n192.0.2.1\t3\n198.51.100.0/24 # n\n203.0.113.1 - 203.0.113.9\nevil.test\nhxxp://bad[.]example/a ; p\n*.evil.example\n[2001:db8::1]:80\n",
    ),
    (
        Format::Hosts,
        Line,
        "# c\n127.0.0.1 localhost\n0.0.0.0 evil.test www.evil.test # n\n::\tbad.example\n0.0.0.0 worse.example\n",
    ),
    (
        Format::AdBlock,
        Line,
        "[Adblock Plus]\n! c\n||evil.test^\n@@||good.example^\n||bad.example^$important\nexample.com##.ad\n/ad*/banner\n@@||aax-*.good.example^\n",
    ),
    (
        Format::Dnsmasq,
        Line,
        "# c\naddress=/evil.test/#\naddress=/bad.example/worse.example/192.0.2.1\nserver=/one.test/\nlocal=/two.test/\n",
    ),
    (
        Format::Unbound,
        Line,
        "server:\n  local-zone: \"evil.test.\" always_null\n  local-data: \"www.bad.example. A 0.0.0.0\"\n  local-zone: \"bad.example\" refuse # n\n",
    ),
    (
        Format::Rpz,
        Block,
        "$TTL 300\n$ORIGIN rpz.example.\n@ SOA ns.example. a.example. (\n 1 2\n 3 4 5 )\n  NS ns.example.\nevil.test CNAME .\n*.evil.test CNAME .\n24.0.2.0.192.rpz-ip 60 IN CNAME .\ngood.example CNAME rpz-passthru.\nns.bad.example.rpz-nsdname CNAME .\n",
    ),
    (
        Format::Csv,
        Block,
        "indicator,type,first_seen,tags\nevil.test,domain,2026-05-01,\"a,b\"\n192.0.2.1,ip,2026-05-02,c\n\"http://bad.example/a\",url,,\nworse.example,domain,2026-05-03,\"two\nlines\"\n",
    ),
    (
        Format::Urlhaus,
        Block,
        "# URLhaus\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n\"1\",\"2026-05-01 00:00:00\",\"http://evil.test/a,b\",\"online\",\"\",\"malware_download\",\"elf,ExampleBot\",\"https://lists.example/1\",\"me\"\n",
    ),
    (
        Format::ThreatFox,
        Block,
        "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"fk_malware\",\"malware_alias\",\"malware_printable\",\"last_seen_utc\",\"confidence_level\",\"reference\",\"tags\",\"anonymous\",\"reporter\"\n\"2026-05-01 00:00:00\", \"1\", \"192.0.2.1:443\", \"ip:port\", \"botnet_cc\", \"win.example\", \"None\", \"ExampleBot\", \"\", \"75\", \"None\", \"a,b\", \"0\", \"me\"\n# Number of entries: 1\n",
    ),
    (
        Format::MalwareBazaar,
        Block,
        "# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"sha1_hash\",\"reporter\",\"file_name\",\"file_type_guess\",\"mime_type\",\"signature\",\"clamav\",\"vtpercent\",\"imphash\",\"ssdeep\",\"tlsh\"\n\"2026-05-01 00:00:00\", \"1111111111111111111111111111111111111111111111111111111111111112\", \"11111111111111111111111111111112\", \"1111111111111111111111111111111111111112\", \"me\", \"a.exe\", \"exe\", \"application/x-dosexec\", \"ExampleBot\", \"n/a\", \"n/a\", \"n/a\", \"n/a\", \"n/a\"\n# Number of entries: 1\n",
    ),
    (
        Format::Feodo,
        Block,
        "# c\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n\"2026-05-01 00:00:00\",\"192.0.2.1\",\"443\",\"online\",\"2026-05-02\",\"ExampleBot\"\n# END\n",
    ),
    (
        Format::Sslbl,
        Block,
        "# Firstseen,DstIP,DstPort\n2026-05-01 00:00:00,192.0.2.1,443\n2026-05-01 00:00:00,192.0.2.2,8443\n",
    ),
    (
        Format::PhishTank,
        Block,
        "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n1,http://evil.test/a,http://lists.example/1,2026-05-01T00:00:00+00:00,yes,2026-05-01T00:00:00+00:00,yes,Other\n",
    ),
    (
        Format::MispCsv,
        Block,
        "uuid,event_id,category,type,value,comment,to_ids,date\n\"5e000000-0000-4000-8000-000000000001\",1,\"Network activity\",\"domain\",\"evil.test\",\"c\",1,20260501\n",
    ),
    (
        Format::Maltrail,
        Line,
        "# Copyright (c) 2014-2026 Maltrail developers (https://github.com/stamparm/maltrail/)\n# Reference: https://reports.example/1\n\nevil.test\n192.0.2.1:80\n192.0.2.9:53:53\n/gate.php\nhttp://bad.example/a\nbad.example/b\n",
    ),
    (Format::Iprep, Line, "# c\n192.0.2.1,1,100\n198.51.100.0/24,2,50\n2001:db8::1,1,7\n"),
    (Format::Dataset, Line, "ZXZpbC50ZXN0\nYmFkLmV4YW1wbGU=,7\nLndvcnNlLmV4YW1wbGU=\n"),
    (
        Format::Drop,
        Line,
        "; Spamhaus DROP List 2026/05/01\n; Last-Modified: x\n192.0.2.0/24 ; SBL1\n198.51.100.0/24 ; SBL2\n",
    ),
    (
        Format::DShield,
        Block,
        "# c\nStart\tEnd\tNetmask\tAttacks\tName\tCountry\temail\n192.0.2.0\t192.0.2.255\t24\t17\tN\tXX\tx@example.org\n198.51.100.0\t198.51.100.255\t24\t3\tN\tXX\tx@example.org\n",
    ),
    (
        Format::FireHol,
        Line,
        "#\n# example_set\n#\n# ipv4 hash:net ipset\n#\n# Category        : attacks\n#\n192.0.2.1\n198.51.100.0/24\n",
    ),
    (
        Format::EMule,
        Line,
        "# c\n192.000.002.000 - 192.000.002.255 , 000 , one\n198.051.100.000 - 198.051.100.255 , 200 , two\n203.000.113.000 - 203.000.113.007 , 100 , three\n",
    ),
    (Format::P2p, Line, "# c\nSome text: more:192.0.2.0-192.0.2.255\nb:198.51.100.1-198.51.100.1\n"),
    (Format::OpenPhish, Line, "http://evil.test/a\nhttps://bad.example/\n"),
    (
        Format::AlienVault,
        Line,
        "# c\n192.0.2.1#4#2#Malicious Host#XX##1.5,2.5#3\n192.0.2.2#2#2#Scanning Host#XX#City#1.5,2.5#11\n",
    ),
    (
        Format::Zeek,
        Block,
        "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\n192.0.2.1\tIntel::ADDR\ta\tb\t-\nevil.test\tIntel::DOMAIN\ta\t-\thttps://reports.example/\nbad.example/a\tIntel::URL\ta\tb\t-\nx\tIntel::FILE_NAME\ta\tb\t-\n",
    ),
    (
        Format::IpSet,
        Line,
        "create S hash:net family inet\nadd S 192.0.2.0/24 timeout 300 comment \"a b\"\nadd S 198.51.100.7 nomatch\nadd S 203.0.113.1-203.0.113.9\n",
    ),
    (
        Format::Nft,
        Block,
        "table inet filter {\n set bad {\n  type ipv4_addr; flags interval\n  elements = { 192.0.2.1, 198.51.100.0/24,\n   203.0.113.1-203.0.113.9 timeout 1h }\n }\n}\n",
    ),
    (Format::Cdb, Line, "192.0.2.1:\nevil.test:examplebot\n198.51.100.:a prefix\n\"2001:db8::1\":\n"),
    (
        Format::Tor,
        Block,
        "ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\nPublished 2026-05-01 00:00:00\nLastStatus 2026-05-01 00:00:00\nExitAddress 192.0.2.1 2026-05-01 00:00:00\nExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300F\nExitAddress 192.0.2.2 2026-05-01 00:00:00\n",
    ),
    (
        Format::Rules,
        Block,
        "# c\nalert tcp $HOME_NET any -> [192.0.2.1,192.0.2.2] 80 (msg:\"ExampleBot\"; sid:1;)\nalert dns any any -> any any (msg:\"b\"; dns.query; content:\"evil.test\"; sid:2;)\ndrop udp any any -> any 53 \\\n (msg:\"c\"; content:\"|04|evil|04|test|00|\"; sid:3;)\n",
    ),
    (Format::Wildcard, Line, "# c\n*.evil.test\n*.bad.example\n.worse.example\n"),
    (
        Format::JsonLines,
        Line,
        "{\"ip\": \"192.0.2.1\", \"tags\": [\"a\", \"b\"]}\n{\"domain\": \"evil.test\", \"first_seen\": \"2026-05-01\"}\n{\"url\": \"http://bad.example/\"}\n",
    ),
    (
        Format::DropJson,
        Block,
        "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\",\"rir\":\"x\"}\n{\"cidr\":\"198.51.100.0/24\",\"sblid\":\"SBL2\",\"rir\":\"x\"}\n{\"type\":\"metadata\",\"timestamp\":1777636800,\"size\":1,\"records\":2}\n",
    ),
    (
        Format::UrlhausJson,
        Document,
        "{\"1\":[{\"dateadded\":\"2026-05-01 00:00:00 UTC\",\"url\":\"http://evil.test/a\",\"url_status\":\"online\",\"threat\":\"malware_download\",\"tags\":null,\"urlhaus_link\":\"https://lists.example/1\",\"reporter\":\"me\"}]}",
    ),
    (
        Format::ThreatFoxJson,
        Document,
        "{\"1\":[{\"ioc_value\":\"192.0.2.1:443\",\"ioc_type\":\"ip:port\",\"threat_type\":\"botnet_cc\",\"malware_printable\":\"ExampleBot\",\"confidence_level\":75,\"tags\":\"a,b\"}]}",
    ),
    (
        Format::FeodoJson,
        Document,
        "[{\"ip_address\":\"192.0.2.1\",\"port\":443,\"status\":\"online\",\"hostname\":null,\"as_number\":1,\"first_seen\":\"2026-05-01 00:00:00\",\"last_online\":\"2026-05-02\",\"malware\":\"ExampleBot\"}]",
    ),
    (
        Format::CrowdSec,
        Document,
        "{\"new\":[{\"duration\":\"3h\",\"id\":1,\"origin\":\"CAPI\",\"scenario\":\"ssh-bf\",\"scope\":\"Ip\",\"type\":\"ban\",\"value\":\"192.0.2.1\"}],\"deleted\":[]}",
    ),
    (
        Format::Misp,
        Document,
        "{\"response\":[{\"Event\":{\"info\":\"made up\",\"uuid\":\"5e000000-0000-4000-8000-000000000001\",\"date\":\"2026-05-01\",\"Attribute\":[{\"type\":\"domain|ip\",\"category\":\"Network activity\",\"value\":\"evil.test|192.0.2.1\",\"to_ids\":true}],\"Object\":[{\"Attribute\":[{\"type\":\"url\",\"category\":\"x\",\"value\":\"http://bad.example/\",\"to_ids\":\"0\"}]}],\"Tag\":[{\"name\":\"t\"}]}}]}",
    ),
    (
        Format::WarningList,
        Document,
        "{\"name\":\"made up\",\"type\":\"hostname\",\"version\":1,\"description\":\"d\",\"matching_attributes\":[\"domain\"],\"list\":[\"good.example\",\".fine.example\"]}",
    ),
    (
        Format::Stix,
        Document,
        "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":\"[domain-name:value = 'evil.test' OR ipv4-addr:value IN ('192.0.2.1')]\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-05-01T00:00:00Z\"},{\"type\":\"malware\",\"id\":\"malware--1\",\"name\":\"ExampleBot\"},{\"type\":\"relationship\",\"id\":\"relationship--1\",\"relationship_type\":\"indicates\",\"source_ref\":\"indicator--1\",\"target_ref\":\"malware--1\"}]}",
    ),
    (
        Format::Report,
        Block,
        "We saw a loader that asks gate[.]evil[.]test for its orders, and nothing else.\n\nIndicators of compromise\n\n- 192.0.2.1\n- bad.example (panel)\n\nReferences\n\n- https://vendor.example/blog\n",
    ),
    (
        Format::Otx,
        Document,
        "{\"results\":[{\"id\":\"1\",\"name\":\"made up\",\"tags\":[\"a\"],\"references\":[],\"indicators\":[{\"indicator\":\"evil.test\",\"type\":\"domain\"},{\"indicator\":\"192.0.2.1\",\"type\":\"IPv4\"}]}]}",
    ),
    #[cfg(feature = "xml")]
    (
        Format::OpenIoc,
        Document,
        "<ioc id=\"1\"><short_description>x</short_description><definition><Indicator operator=\"OR\"><IndicatorItem id=\"2\" condition=\"is\"><Context search=\"Network/DNS\"/><Content type=\"string\">evil.test</Content></IndicatorItem></Indicator></definition></ioc>",
    ),
    #[cfg(feature = "xml")]
    (
        Format::Stix1,
        Document,
        "<s:STIX_Package xmlns:s=\"x\"><s:Indicators><s:Indicator id=\"1\"><i:Observable><c:Object><c:Properties xsi:type=\"a:DomainNameObjectType\"><d:Value>evil.test</d:Value></c:Properties></c:Object></i:Observable></s:Indicator></s:Indicators></s:STIX_Package>",
    ),
];

/// The line that an event belongs to.
fn line_of(event: &str) -> Option<u32> {
    event.split(' ').next()?.parse().ok()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(['#', ';', '!']) || line.starts_with("//")
}

fn read(format: Format, text: &[u8]) -> (Result<Format, String>, Seen) {
    let start = Instant::now();
    let (result, seen) = read_as(text, Some(format), &Feed::new("demo"));
    assert!(start.elapsed() < Duration::from_secs(5), "{format}: slow on {:?}", String::from_utf8_lossy(text));
    (result.map_err(|error| error.to_string()), seen)
}

#[test]
fn every_format_has_a_sample_that_is_recognised() {
    for format in Format::ALL {
        // These consist of several files, or are binary.
        if matches!(format, Format::MispFeed | Format::Mmdb) {
            continue;
        }
        if !cfg!(feature = "xml") && matches!(format, Format::Stix1 | Format::OpenIoc) {
            continue;
        }
        let (_, _, text) = SAMPLES.iter().find(|(known, ..)| known == format).unwrap_or_else(|| panic!("{format}"));
        let (result, seen) = read_as(text.as_bytes(), None, &Feed::new("demo"));
        let expected = if *format == Format::OpenPhish { Format::Plain } else { *format };
        assert_eq!(result.unwrap_or_else(|error| panic!("{format}: {error}")), expected);
        assert!(!seen.records.is_empty(), "{format}");
        let (result, _) = read(*format, text.as_bytes());
        assert_eq!(result, Ok(*format));
    }
}

/// A text that ends early is an error, or its complete lines are read as before.
#[test]
fn cut_at_every_byte() {
    for &(format, unit, text) in SAMPLES {
        let (_, whole) = read(format, text.as_bytes());
        for cut in 0..text.len() {
            let part = &text.as_bytes()[..cut];
            let (result, seen) = read(format, part);
            match unit {
                Document => assert!(result.is_err(), "{format} cut at {cut}"),
                Line | Block => {
                    let lines = part.iter().filter(|&&byte| byte == b'\n').count() as u32;
                    let before = |seen: &Seen| -> Vec<String> {
                        let is_whole = |event: &&String| line_of(event).is_none_or(|line| line <= lines);
                        seen.events.iter().filter(is_whole).cloned().collect()
                    };
                    if unit == Line {
                        assert_eq!(before(&seen), before(&whole), "{format} cut at {cut}");
                    }
                    let lasts = text[..cut].lines().count() as u32;
                    let last = text[..cut].lines().next_back().unwrap_or("");
                    let is_told = seen.events.iter().any(|event| line_of(event) == Some(lasts));
                    let was_told = whole.events.iter().any(|event| line_of(event) == Some(lasts));
                    // Half a line may yield less, but must leave a trace.
                    if unit == Line && was_told && !part.ends_with(b"\n") {
                        assert!(
                            is_told || is_comment(last) || is_silent(format, last) || result.is_err(),
                            "{format} cut at {cut}: `{last}` left no trace"
                        );
                    }
                }
            }
            // If the format is not named, the result may be an error or another format.
            let _ = read_as(part, None, &Feed::new("demo"));
        }
    }
}

/// Pieces of the formats' syntax.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("evil.test".to_owned()),
        Just("192.0.2.1".to_owned()),
        Just("2001:db8::1".to_owned()),
        Just("192.0.2.0/33".to_owned()),
        Just("http://bad.example/a?b".to_owned()),
        Just("\u{fc}ber.example".to_owned()),
        "[\\[\\]{}()<>\"'|,;:#!$*^/\\\\=. \t\r-]{1,3}",
        "[0-9]{1,12}",
        "[a-z]{1,4}",
        Just("\u{0}".to_owned()),
        Just("null".to_owned()),
        Just("\"\"".to_owned()),
        Just("&amp;".to_owned()),
        Just("<a>".to_owned()),
        Just("CNAME".to_owned()),
    ]
}

/// A change: the position, the number of bytes removed, the text inserted.
type Change = (prop::sample::Index, usize, String);

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_owned();
    for (at, length, piece) in changes {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let start = at.index(ends.len());
        let end = (start + length).min(ends.len() - 1);
        text.replace_range(ends[start]..ends[end], piece);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Text that is almost right is read without a panic and in bounded time. If lines stand alone, each leaves a trace.
    #[test]
    fn almost_right_text_leaves_a_trace(
        at in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, piece()), 1..5),
    ) {
        let (format, unit, text) = SAMPLES[at.index(SAMPLES.len())];
        let text = changed(text, &changes);
        let (result, seen) = read(format, text.as_bytes());
        let _ = read_as(text.as_bytes(), None, &Feed::new("demo"));
        if let Err(error) = &result {
            prop_assert!(error.len() < 4_000);
        }
        let told: BTreeSet<u32> = seen.events.iter().filter_map(|event| line_of(event)).collect();
        if unit == Line {
            let ends = text.replace("\r\n", "\n").replace('\r', "\n");
            for (at, line) in ends.lines().enumerate() {
                let is_told = told.contains(&(at as u32 + 1));
                let is_told = is_told || is_comment(line) || is_silent(format, line) || result.is_err();
                prop_assert!(is_told, "{format}: line {} `{line}` left no trace in {text:?}: {seen:?}", at + 1);
            }
        }
    }
}

/// Returns true for a line that belongs to a format's frame and lists nothing.
fn is_silent(format: Format, line: &str) -> bool {
    let line = line.trim();
    match format {
        Format::AdBlock => line.starts_with('['),
        Format::Unbound => line == "server:",
        Format::IpSet => line.split_whitespace().next() == Some("create"),
        // A record with empty values lists nothing, like a row of a table.
        Format::JsonLines => matches!(line, "null" | "\"\"" | "{}" | "[]"),
        _ => false,
    }
}
