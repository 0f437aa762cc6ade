//! Features of real lists that readers once misread or read only in part.

use netsieve::Feed;
use netsieve::feed::Format;
use netsieve::indicator::WarningKind;

use crate::seen::{events, events_named, read};

/// The warnings for a text read as `format`: line and kind.
#[track_caller]
fn warnings(format: Option<Format>, text: &str) -> Vec<(u32, WarningKind)> {
    let (result, seen) = read(text.as_bytes(), format, &Feed::new("demo"));
    result.unwrap_or_else(|error| panic!("{text}: {error}"));
    seen.warnings.iter().map(|(line, _, kind)| (*line, *kind)).collect()
}

#[test]
fn tables_of_two_addresses_are_not_ranges() {
    let table =
        "ip,c2_ip,comment\n192.0.2.7,192.0.2.9,bot\n198.51.100.20,198.51.100.40,bot\n203.0.113.6,203.0.113.60,bot\n";
    let expected = ["192.0.2.7", "192.0.2.9", "198.51.100.20", "198.51.100.40", "203.0.113.6", "203.0.113.60"];
    let seen = events(Format::Csv, table);
    let addresses: Vec<&str> = seen.iter().map(|event| event.split(' ').nth(2).unwrap()).collect();
    assert_eq!(addresses, expected);
    // Columns with unknown names are an error that asks for them, even if numbers follow.
    for rest in ["bot", "7"] {
        let table = format!(
            "client,server,n\n192.0.2.7,192.0.2.9,{rest}\n198.51.100.2,198.51.100.4,{rest}\n192.0.2.1,192.0.2.3,{rest}\n"
        );
        let (result, _) = read(table.as_bytes(), None, &Feed::new(""));
        assert!(result.unwrap_err().to_string().contains("not recognised"), "{rest}");
    }
}

#[test]
fn a_second_value_on_a_line_is_warned_of() {
    let list = "a.example b.example\n192.0.2.5 c.example\nhttp://d.example/a http://e.example/b\nf.example # g.example\n192.0.2.9 10\nh.example  seen twice\n";
    let second = WarningKind::SecondValue;
    assert_eq!(warnings(Some(Format::Plain), list), [(1, second), (2, second), (3, second)]);
    for (line, count) in [
        ("192.0.2.1 and 192.0.2.9", 1),
        ("192.0.2.1 -> 192.0.2.9", 1),
        ("192.0.2.1 | 192.0.2.9", 1),
        ("192.0.2.1  seen with evil.test, bad.example and 192.0.2.9.", 3),
        ("192.0.2.0/24 - 198.51.100.0/24", 1),
        ("http://a.test/a | http://b.test/b", 1),
        ("http://a.test/a,http://b.test/b", 1),
        ("http://a.test/a;192.0.2.9", 1),
        ("http://a.test/a;v=1,index.html", 0),
        ("http://a.test/?u=b.test,http://c.test/", 0),
        ("a.example:80, 192.0.2.9:90", 1),
        ("192.0.2.1:80,443 192.0.2.9", 1),
        ("192.0.2.1  see bad.example/a", 1),
        ("192.0.2.1 C2, e.g. of setup.exe # and 192.0.2.9", 0),
    ] {
        assert_eq!(warnings(Some(Format::Plain), line), vec![(1, second); count], "{line}");
    }
    assert_eq!(
        warnings(
            Some(Format::IpSet),
            "add x 192.0.2.1,198.51.100.0/24\nadd x 192.0.2.2,tcp:80\nipset add x 192.0.2.3; ipset add x 192.0.2.4\n"
        ),
        [(1, second), (3, second)]
    );
    assert_eq!(
        warnings(Some(Format::Nft), "define x = { 192.0.2.1 . 198.51.100.1, 192.0.2.2 . tcp . 80 }\n"),
        [(1, second)]
    );
}

#[test]
fn words_and_wildcards_state_ranges() {
    assert_eq!(
        events_named(
            Format::Plain,
            "192.0.2.1 to 192.0.2.9\n192.0.2.1 Through 192.0.2.9 # x\n192.0.2.9 to 192.0.2.1\n192.0.2.1 - 9\n192.0.2.*\n192.0.2.9*\n192.0.2.xxx\n*@evil.test\n192.0.2.0/24:80\n.evil.test/\nhttp://evil.test/a…\n"
        ),
        [
            "1 ip 192.0.2.1-192.0.2.9",
            "2 ip 192.0.2.1-192.0.2.9 text=x",
            "3 ! reversed_range: 192.0.2.9 to 192.0.2.1",
            "4 ! bad_address: 192.0.2.1 - 9",
            "5 ip 192.0.2.0/24",
            "6 ! address_wildcard: 192.0.2.9*",
            "7 ! address_wildcard: 192.0.2.xxx",
            "8 ! email_wildcard: *@evil.test",
            "9 ip 192.0.2.0/24:80",
            "10 domain suffix evil.test",
            "11 ! cut_off: http://evil.test/a…",
        ]
    );
}

#[test]
fn wildcards_of_filter_rules_are_prefixes() {
    assert_eq!(
        events_named(Format::AdBlock, "||192.0.2.*^\n||192.0.*.*^$important\n||192.0.2.9*^\n||192-0-2-*.evil.test^\n"),
        [
            "1 ip 192.0.2.0/24",
            "2 ip 192.0.0.0/16",
            "3 ! address_wildcard: 192.0.2.9*",
            "4 pattern 192-0-2-*.evil.test",
            "4 pattern *.192-0-2-*.evil.test",
        ]
    );
}

#[test]
fn sets_on_one_line_are_read() {
    let rules = "\
set a { type ipv4_addr; elements = { 192.0.2.1 } }
set b {
 elements = { 192.0.2.2, # the first
   192.0.2.3 } } set c { type ipv4_addr; comment \"elements = { 192.0.2.9 }\"; elements={192.0.2.4,192.0.2.5}; }
table ip t { set d { type ipv4_addr; elements = { 192.0.2.6 } } chain c { ip saddr 192.0.2.7 drop } }
table ip u { chain c { ip saddr 192.0.2.8 drop } }
table ip v {
  chain input { type filter hook input priority 0; ip saddr { 192.0.2.9 } drop; }
}
";
    assert_eq!(
        events(Format::Nft, rules),
        [
            "1 ip 192.0.2.1",
            "3 ip 192.0.2.2",
            "4 ip 192.0.2.3",
            "4 ip 192.0.2.4",
            "4 ip 192.0.2.5",
            "5 ip 192.0.2.6",
            "5 - setting",
            "6 - setting",
            "8 - setting",
        ]
    );
}

#[test]
fn ranges_of_ports_keep_their_ports() {
    assert_eq!(
        events_named(
            Format::IpSet,
            "add x 192.0.2.1,tcp:80-81\nadd x 192.0.2.2,tcp:1-65535\nadd x 192.0.2.3,tcp:1-1024\nadd x 192.0.2.4,icmp:8/0\nadd x 192.0.2.5,tcp:90-80\nadd x 192.0.2.6,81-82\n"
        ),
        [
            "1 ip 192.0.2.1:80",
            "1 ip 192.0.2.1:81",
            "2 ip 192.0.2.2",
            "3 ! port_range: 192.0.2.3,tcp:1-1024",
            "4 ip 192.0.2.4",
            "5 ! port_range: 192.0.2.5,tcp:90-80",
            "6 ip 192.0.2.6:81",
            "6 ip 192.0.2.6:82",
        ]
    );
    assert_eq!(
        events_named(
            Format::Nft,
            "define x = { 192.0.2.1 . 80-81, 192.0.2.2 . https, 192.0.2.3 . tcp . 0-9, 192.0.2.4 . what }\n"
        ),
        [
            "1 ip 192.0.2.1:80",
            "1 ip 192.0.2.1:81",
            "1 ip 192.0.2.2:443",
            "1 ! port_range: 192.0.2.3 . tcp . 0-9",
            "1 ! bad_port: 192.0.2.4 . what",
        ]
    );
}

#[test]
fn local_names_are_not_blocked() {
    assert_eq!(
        events(
            Format::Dnsmasq,
            "address=/evil.test/0.0.0.0\naddress=/nas.corp.example/10.0.0.4\naddress=/bad.test/\nserver=/corp.example/10.0.0.1\naddress=/six.test/::\n"
        ),
        [
            "1 domain suffix evil.test",
            "2 ! host_mapping: nas.corp.example",
            "3 domain suffix bad.test",
            "4 - forward",
            "5 domain suffix six.test",
        ]
    );
}

#[test]
fn unreadable_dates_are_warned_of() {
    let date = WarningKind::UnreadableDate;
    let table = "indicator,valid_until,first_seen\na.test,2030-01-01,2026-01-01\nb.test,31.12.2030,2026-01-01\nc.test,never,yesterday\nd.test,,0000-00-00 00:00:00\n";
    assert_eq!(warnings(None, table), [(3, date), (4, date)]);
    let stix = "{\"type\":\"bundle\",\"objects\":[\n{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":\"[domain-name:value = 'a.test']\",\n\"valid_until\":\"31.12.2030\"}]}";
    assert_eq!(warnings(Some(Format::Stix), stix), [(3, date)]);
    let otx =
        "{\"name\":\"x\",\"indicators\":[\n{\"indicator\":\"a.test\",\"type\":\"domain\",\n\"expiration\":\"soon\"}]}";
    assert_eq!(warnings(Some(Format::Otx), otx), [(3, date)]);
}

#[test]
fn entries_marked_benign_are_skipped() {
    let bundle = |types: &str| {
        format!(
            "{{\"type\":\"bundle\",\"objects\":[{{\"type\":\"indicator\",\"id\":\"indicator--1\",\"indicator_types\":[{types}],\"pattern\":\"[domain-name:value = 'a.test']\"}}]}}"
        )
    };
    assert_eq!(events_named(Format::Stix, bundle("\"benign\"")), ["1 - benign"]);
    assert!(
        events_named(Format::Stix, bundle("\"benign\",\"malicious-activity\""))[0]
            .starts_with("1 domain suffix a.test")
    );
    // A string without its array.
    let single = |types: &str| bundle(types).replace(&format!("[{types}]"), types);
    assert_eq!(events_named(Format::Stix, single("\"benign\"")), ["1 - benign"]);
    assert!(events_named(Format::Stix, single("\"unknown\""))[0].starts_with("1 domain suffix a.test"));
    assert_eq!(events(Format::Csv, "indicator,classification\na.test,benign\nb.test,malicious\n")[0], "2 - benign");
    // So are those that a verdict clears, by their lines.
    for (column, clears, lists) in [
        ("action", "Allowed", "Blocked"),
        ("action", "permit", "deny"),
        ("verdict", "clean", "malicious"),
        ("verdict", "False Positive", "true positive"),
        ("status", "whitelisted", "active"),
        ("false_positive", "true", "false"),
        ("is_malicious", "no", "yes"),
        ("tags", "c2;benign", "c2;tor"),
    ] {
        let table = format!("indicator,{column}\na.test,{lists}\nb.test,{clears}\nc.test,\n");
        let found = events(Format::Csv, &table);
        assert_eq!(
            found.iter().filter(|event| event.ends_with("- benign")).collect::<Vec<_>>(),
            ["3 - benign"],
            "{table}"
        );
        assert_eq!(found.len(), 3, "{table}: {found:?}");
        let json = format!(
            "{{\"indicator\":\"a.test\",\"{column}\":\"{lists}\"}}\n{{\"indicator\":\"b.test\",\"{column}\":\"{clears}\"}}\n"
        );
        let found = events(Format::JsonLines, &json);
        assert_eq!((found.len(), &*found[1]), (2, "2 - benign"), "{json}: {found:?}");
    }
}

#[test]
fn a_column_called_confidence_is_judged_by_its_scale() {
    let table = |cells: [&str; 3]| {
        format!("indicator,confidence\na.test,{}\nb.test,{}\nc.test,{}\n", cells[0], cells[1], cells[2])
    };
    for (cells, said, first) in [
        (["90", "50", "7"], WarningKind::ConfidenceAssumed, "2 domain suffix a.test confidence=90"),
        (["0.9", "0.5", "1"], WarningKind::ConfidenceScale, "2 domain suffix a.test score=0.9"),
        (["9", "5", "7"], WarningKind::ConfidenceScale, "2 domain suffix a.test score=9"),
        (["900", "50", "7"], WarningKind::ConfidenceScale, "2 domain suffix a.test score=900"),
    ] {
        assert_eq!(warnings(None, &table(cells)), [(1, said)], "{cells:?}");
        assert_eq!(events(Format::Csv, table(cells))[0], first, "{cells:?}");
        let lines: String =
            cells.iter().map(|cell| format!("{{\"ip\":\"192.0.2.1\",\"confidence\":{cell}}}\n")).collect();
        assert_eq!(warnings(Some(Format::JsonLines), &lines), [(1, said)], "{lines}");
    }
}

#[test]
fn columns_that_mean_confidence_by_their_name() {
    let table = |name: &str| format!("indicator,{name}\na.test,90\nb.test,50\n");
    for name in ["threat_confidence", "Confidence (0-100)", "confidencePercent", "ioc confidence level"] {
        assert_eq!(events(Format::Csv, table(name))[0], "2 domain suffix a.test confidence=90", "{name}");
        assert_eq!(warnings(None, &table(name)), [(1, WarningKind::ConfidenceAssumed)], "{name}");
    }
    for name in ["confidence_reason", "confidence by", "confident", "level"] {
        assert!(!events(Format::Csv, table(name))[0].contains("confidence="), "{name}");
        assert_eq!(warnings(None, &table(name)), [], "{name}");
    }
}

#[test]
fn numbers_that_a_blank_sets_apart_are_not_dropped() {
    let lines = "192.0.2.0 /24\n192.0.2.0 / 24\nevil.test :80\n192.0.2.1 /etc\n192.0.2.2 24\n192.0.2.3 : 80 seen\n";
    let read = events_named(Format::Plain, lines);
    for (at, line) in ["192.0.2.0 /24", "192.0.2.0 / 24", "evil.test :80"].iter().enumerate() {
        assert_eq!(read[at], format!("{} ! unrecognised: {line}", at + 1));
    }
    assert!(read[3].starts_with("4 ip 192.0.2.1") && read[4].starts_with("5 ip 192.0.2.2"), "{read:?}");
    assert_eq!(read[5], "6 ! unrecognised: 192.0.2.3 : 80 seen");
}

#[test]
fn a_column_of_values_that_is_not_read_is_warned_of() {
    let unread = WarningKind::UnreadColumn;
    assert_eq!(warnings(None, "ip,ip2,note\n192.0.2.1,192.0.2.9,x\n192.0.2.2,-,y\n"), [(1, unread)]);
    assert_eq!(warnings(None, "ip,seen,note\n192.0.2.1,9,192.0.2.9\n192.0.2.2,8,x\n192.0.2.3,7,y\n"), []);
    // Without its length, a prefix is taken for an address.
    for name in ["mask", "Netmask", "prefix_len", "Prefix Length"] {
        assert_eq!(
            warnings(None, &format!("network,{name}\n192.0.2.0,24\n198.51.100.0,25\n")),
            [(1, unread)],
            "{name}"
        );
        assert_eq!(warnings(None, &format!("domain,{name}\na.test,24\nb.test,25\n")), [], "{name}");
    }
    assert_eq!(warnings(None, "network,masked\n192.0.2.0/24,1\n198.51.100.0/25,0\n"), []);
}

#[test]
fn json_records_over_several_lines() {
    let spread = "{\n  \"ip\": \"192.0.2.1\",\n  \"port\": 80\n}\n{\n  \"domain\": \"evil.test\"\n}\n";
    assert_eq!(events(Format::JsonLines, spread), ["2 ip 192.0.2.1:80", "6 domain suffix evil.test"]);
    assert_eq!(events(Format::JsonLines, spread.replace('\n', "\r\n")).len(), 2);
    // A line that is broken costs only itself.
    let lines = "{\"ip\":\"192.0.2.1\n{\"ip\":\"192.0.2.2\"}\n";
    assert_eq!(events_named(Format::JsonLines, lines).len(), 2);
}

#[test]
fn values_in_json_that_are_not_read_are_warned_of() {
    let paths = |text: &str| {
        let (result, seen) = read(text.as_bytes(), Some(Format::JsonLines), &Feed::new("demo"));
        result.unwrap_or_else(|error| panic!("{text}: {error}"));
        let unread = seen.warnings.iter().filter(|(_, _, kind)| *kind == WarningKind::UnreadColumn);
        unread.map(|(_, path, _)| path.clone()).collect::<Vec<_>>().join(" ")
    };
    for (text, expected) in [
        (r#"{"ip":"192.0.2.1","c2":[{"domain":"evil.test","port":81}]}"#, "ip"),
        ("{\"ip\":\"192.0.2.1\",\"peer\":\"192.0.2.2\"}\n{\"ip\":\"192.0.2.3\"}\n", "peer"),
        ("{\"ip\":\"192.0.2.1\"}\n{\"ip\":\"192.0.2.3\",\"seen\":[{\"url\":\"http://evil.test/\"}]}\n", "seen[].url"),
        (r#"[{"domain":"evil.test","by":"bad.test"},{"domain":"b.test"}]"#, "[].by"),
        (r#"{"data":[{"ip":"192.0.2.1"}],"server":"192.0.2.9"}"#, "server"),
        ("{\"ip\":\"192.0.2.1\",\"email\":\"abuse@net.test\"}\n{\"ip\":\"192.0.2.3\"}\n", "email"),
        // All of these are read, or are no values.
        (r#"{"data":[{"ip":"192.0.2.1","hashes":{"md5":"900150983cd24fb0d6963f7d28e17f72"}}],"page":1}"#, ""),
        (r#"{"domains":["evil.test"],"ips":["192.0.2.1"]}"#, ""),
        (r#"["evil.test","192.0.2.1"]"#, ""),
        (r#"[{"ip_str":"192.0.2.1","hostnames":["evil.test"],"ports":[80,443]}]"#, ""),
        (
            "{\"ip\":\"192.0.2.1\",\"reference\":\"https://reports.test/1\",\"by\":\"someone\"}\n{\"ip\":\"192.0.2.3\"}\n",
            "",
        ),
        ("{\"email\":\"a@evil.test\"}\n{\"email\":\"b@evil.test\"}\n", ""),
    ] {
        assert_eq!(paths(text), expected, "{text}");
    }
}

#[test]
fn columns_of_ports_are_read_whatever_their_name() {
    for name in ["Port", "Ports", "Port(s)", "dst_ports", "C2 Port", "Port Number", "TCP Port", "Port/Protocol"] {
        let table = format!("ip;{name}\n192.0.2.1;8080\n192.0.2.2;80,443\n192.0.2.3;Any\n192.0.2.4;443/tcp\n");
        assert_eq!(
            events(Format::Csv, &table),
            ["2 ip 192.0.2.1:8080", "3 ip 192.0.2.2:80", "3 ip 192.0.2.2:443", "4 ip 192.0.2.3", "5 ip 192.0.2.4:443"],
            "{name}"
        );
    }
    // These are no ports of what is listed.
    for name in ["Source Port", "port_count", "portal", "report", "transport"] {
        let table = format!("ip;{name}\n192.0.2.1;8080\n192.0.2.2;80\n");
        let seen = events(Format::Csv, &table);
        let values: Vec<&str> = seen.iter().map(|event| event.split(' ').nth(2).unwrap()).collect();
        assert_eq!(values, ["192.0.2.1", "192.0.2.2"], "{name}");
    }
    let lines = "{\"ip\":\"192.0.2.1\",\"ports\":[80,443]}\n{\"ip\":\"192.0.2.2\",\"ports\":[]}\n";
    assert_eq!(events(Format::JsonLines, lines), ["1 ip 192.0.2.1:80", "1 ip 192.0.2.1:443", "2 ip 192.0.2.2"]);
}

#[test]
fn port_0_is_an_unknown_port_in_values_too() {
    let list = "192.0.2.1:0\nevil.test:0\n[2001:db8::1]:0\n192.0.2.0/24:0\n192.0.2.2:80\nbad.test:443\n";
    assert_eq!(
        events(Format::Plain, list),
        [
            "1 ip 192.0.2.1",
            "2 domain suffix evil.test",
            "3 ip 2001:db8::1",
            "4 ip 192.0.2.0/24",
            "5 ip 192.0.2.2:80",
            "6 domain suffix bad.test:443"
        ]
    );
}

#[test]
fn lines_of_hosts_files_and_blocked_pages_in_a_filter_list() {
    let list = "[Adblock Plus]\n||a.test^$document\n||b.test^$doc,important\n@@||c.test^$document\n||d.test^$popup\n\
                0.0.0.0 e.test\n127.0.0.1\tf.test g.test # both\n192.0.2.7 h.test\n0.0.0.0 localhost\n0.0.0.0.js\nevil.test\n";
    assert_eq!(
        events(Format::AdBlock, list),
        [
            "2 domain suffix a.test",
            "3 domain suffix b.test",
            "4 - limited_rule",
            "5 - limited_rule",
            "6 domain exact e.test",
            "7 domain exact f.test",
            "7 domain exact g.test",
            "8 - url_rule",
            "9 ! localhost: localhost",
            "10 - url_rule",
            "11 - url_rule"
        ]
    );
}

#[test]
fn urls_that_seem_to_go_on_after_the_comma_are_warned_of() {
    let split = [(1, WarningKind::SplitUrl)];
    for (rows, expected) in [
        ("http://a.test/x,1.html\nhttp://b.test/y,22.HTML\n", &split[..]),
        ("http://a.test/?x=1,y=2\nhttp://b.test/?x=3,y=4\n", &split),
        ("http://a.test/x,%41\nhttp://b.test/y,b%20c\nhttp://c.test/y,malware\n", &split),
        // Columns of their own.
        ("http://a.test/x,malware\nhttp://b.test/y,c2/loader\n", &[]),
        ("http://a.test/x,setup.exe\nhttp://b.test/y,100%\n", &[]),
        ("http://a.test/x,2026-05-12\nhttp://b.test/y,12/05/2026\n", &[]),
        ("http://a.test/x,a = b\nhttp://b.test/y,c & d\n", &[]),
        ("http://a.test,x=1\nhttp://b.test,y=2\n", &[]),
        ("evil.test,x=1\n192.0.2.1,y=2\n", &[]),
        // One of many.
        ("http://a.test/x,malware\nhttp://b.test/y,c2\nhttp://c.test/y,x=1\n", &[]),
    ] {
        assert_eq!(warnings(Some(Format::Csv), rows), expected, "{rows}");
    }
    // A user who says that it is a list gets the whole URL.
    assert_eq!(events_named(Format::Plain, "http://a.test/x,1.html\n"), ["1 url http://a.test/x,1.html"]);
}

#[test]
fn a_disabled_rule_blocks_nothing() {
    let list = "[Adblock Plus]\n||a.test^\n||b.test^$important\n||b.test^$important,badfilter\n||c.test^\n||a.test^$badfilter\n||d.test^$badfilter\n";
    assert_eq!(
        events(Format::AdBlock, list),
        ["2 - disabled", "3 - disabled", "4 - disabled", "5 domain suffix c.test", "6 - disabled", "7 - disabled"]
    );
}

#[test]
fn lists_that_used_to_ask_for_their_format() {
    assert_eq!(
        events(
            Format::Urlhaus,
            "# Dateadded (UTC),URL,URL_status,Threat,Host,IPaddress,ASnumber,Country\n\"2026-05-01 12:00:00\",\"http://evil.test/a\",\"online\",\"malware_download\",\"evil.test\",\"192.0.2.1\",\"64496\",\"AA\"\n"
        )[0],
        "2 url http://evil.test/a tags=online,malware_download first=2026-05-01T12:00:00Z text=ipaddress: 192.0.2.1; asnumber: 64496; country: AA"
    );
    assert_eq!(
        events(Format::Cdb, "192.0.2.1:\nevil.test:examplebot\n198.51.100.:a prefix\n\"2001:db8::1\":six\n"),
        [
            "1 ip 192.0.2.1",
            "2 domain exact evil.test text=examplebot",
            "3 ip 198.51.100.0/24 text=a prefix",
            "4 ip 2001:db8::1 text=six"
        ]
    );
    assert_eq!(
        events(Format::Plain, "\"evil.test\"\n\"192.0.2.1\"\n\"http://bad.example/a\"\n"),
        ["1 domain suffix evil.test", "2 ip 192.0.2.1", "3 url http://bad.example/a"]
    );
    assert_eq!(
        events(
            Format::Csv,
            "evil.test,https://ref.example/1\nbad.example,https://ref.example/2\n192.0.2.1,https://ref.example/3\n"
        ),
        [
            "1 domain suffix evil.test ref=https://ref.example/1",
            "2 domain suffix bad.example ref=https://ref.example/2",
            "3 ip 192.0.2.1 ref=https://ref.example/3",
        ]
    );
    assert_eq!(events(Format::Hosts, "0.0.0.0 a.test\n0.0.0.0 b.test\nc.test\n").len(), 3);
}
