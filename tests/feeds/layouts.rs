//! Unusual but real layouts of known formats, with made-up values.

use netsieve::Feed;
use netsieve::feed::Format;

use crate::seen::{events, read};

/// The `#` frame of a banner is not an ad-blocking rule, however few values the list has.
#[test]
fn framed_banners() {
    let frame = "################################################################";
    let banner = format!(
        "{frame}\n# A made-up list of recent things                              #\n## With more to say\n###\n{frame}\n#\n"
    );
    for (format, rest, expected) in [
        (
            Format::Plain,
            "# url\nhttp://evil.test/bin.sh\nhttps://bad.test:8080/i\n",
            ["8 url http://evil.test/bin.sh", "9 url https://bad.test:8080/i"],
        ),
        (
            Format::Hosts,
            "127.0.0.1\tevil.test\n127.0.0.1\tbad.test\n# END\n",
            ["7 domain exact evil.test", "8 domain exact bad.test"],
        ),
        (Format::Plain, "192.0.2.1\n192.0.2.2\n", ["7 ip 192.0.2.1", "8 ip 192.0.2.2"]),
        (
            Format::Csv,
            "evil.test,Domain used by x,2026-05-01 00:00\nbad.test,Domain used by x,2026-05-01 00:00\n",
            ["7 domain suffix evil.test", "8 domain suffix bad.test"],
        ),
        (Format::AdBlock, "||evil.test^\n||bad.test^\n", ["7 domain suffix evil.test", "8 domain suffix bad.test"]),
    ] {
        let found = events(format, format!("{banner}{rest}"));
        assert!(found.len() >= 2, "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}");
        }
    }
    // Rules that hide parts of pages are still distinguished from a banner.
    let found =
        events(Format::AdBlock, "||evil.test^\n##.banner\n###ads\n#@#.x\nshop.test##.ad\n||bad.test^\n||more.test^\n");
    assert_eq!(found.iter().filter(|event| event.ends_with("- cosmetic_rule")).count(), 4, "{found:?}");
}

#[test]
fn hashes_alone_are_a_list() {
    let list = "####################################\n# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\"\n\"2026-05-01 00:00:00\", \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"d41d8cd98f00b204e9800998ecf8427e\"\n";
    let (result, seen) = read(list.as_bytes(), None, &Feed::new("demo"));
    assert_eq!((result.unwrap(), seen.records.len()), (Format::Csv, 2));
}

#[test]
fn response_policy_zones() {
    let zone = "\
$TTL 2h;
$ORIGIN rpz.example.
@ SOA ns.example. hostmaster.example. ( 1 12h 15m 3w 2h)
    NS ns.example.
evil.test CNAME .
*.evil.test CNAME .
mail.evil.test CNAME rpz-passthru.
drop.test CNAME rpz-drop.
slow.test CNAME rpz-tcp-only.
local.test CNAME explanation.example.
local-a.test A 192.0.2.80
24.0.2.0.192.rpz-client-ip CNAME rpz-drop.
32.7.100.51.198.rpz-ip CNAME .
ns.bad.test.rpz-nsdname CNAME .
24.0.2.0.192.rpz-nsip CNAME .
128.1.zz.db8.2001.rpz-ip CNAME *.
noted.test IN CNAME . ; seen 2026-05-01, see https://lists.example/
";
    assert_eq!(
        events(Format::Rpz, zone),
        [
            "5 domain exact evil.test",
            "6 domain subdomains evil.test",
            "7 domain exact mail.evil.test action=allow",
            "8 domain exact drop.test",
            "9 - other_action",
            "10 domain exact local.test",
            "11 domain exact local-a.test",
            "12 - client_address",
            "13 ip 198.51.100.7",
            "14 - server_name",
            "15 - server_address",
            "16 ip 2001:db8::1",
            "17 domain exact noted.test",
        ]
        .map(String::from)
        .to_vec()
    );
}

#[test]
fn decisions_of_crowdsec() {
    let alerts = r#"[
 {"id": 7, "scenario": "manual", "source": {"ip": "192.0.2.7", "scope": "Ip", "value": "192.0.2.7"}, "events": null, "decisions": [
  {"duration": "4h", "until": "2026-05-01T12:00:00Z", "id": 3, "origin": "cscli", "scenario": "manual 'ban'", "scope": "Ip", "simulated": false, "type": "ban", "value": "192.0.2.7"}]},
 {"id": 8, "decisions": [
  {"duration": "4h", "id": 4, "origin": "crowdsec", "scenario": "x/ssh", "scope": "Range", "simulated": true, "type": "ban", "value": "198.51.100.0/24"},
  {"duration": "4h", "id": 5, "origin": "crowdsec", "scenario": "x/ssh", "scope": "Country", "type": "ban", "value": "DE"}]}
]"#;
    assert_eq!(
        events(Format::CrowdSec, alerts),
        [
            "3 ip 192.0.2.7 tags=cscli,manual 'ban',ban until=2026-05-01T12:00:00Z id=3",
            "5 - not_for_detection",
            "6 - other_kind"
        ]
    );
    let table = "id,source,ip,reason,action,country,as,events_count,expiration,simulated,alert_id\n\
                 1,cscli,Ip:192.0.2.7,manual,ban,,,1,3h59m24s,false,1\n\
                 2,crowdsec,Range:198.51.100.0/24,x/ssh,ban,DE,64496 Example,6,1h,false,2\n";
    let found = events(Format::Csv, table);
    assert!(found[0].starts_with("2 ip 192.0.2.7") && found[1].starts_with("3 ip 198.51.100.0/24"), "{found:?}");
}

#[test]
fn sets_of_ipset() {
    let saved = "\
create bl hash:net family inet hashsize 4096 maxelem 65536 timeout 86400 counters comment bucketsize 12 initval 0x5a
add bl 192.0.2.0/24 timeout 3600 packets 12 bytes 345 comment \"bad net\"
add bl 198.51.100.7 timeout 0 packets 0 bytes 0
create p hash:ip,port family inet hashsize 1024 maxelem 65536
add p 203.0.113.1,tcp:443
add p 203.0.113.2,udp:53 nomatch
create v6 hash:net family inet6 hashsize 1024 maxelem 65536
add v6 2001:db8::/32
create m hash:mac hashsize 1024
add m 02:00:00:00:00:01
create l list:set size 8
add l bl
";
    assert_eq!(
        events(Format::IpSet, saved),
        [
            "2 ip 192.0.2.0/24 text=bad net",
            "3 ip 198.51.100.7 text=timeout 0",
            "5 ip 203.0.113.1:443",
            "6 ip 203.0.113.2:53 action=allow",
            "8 ip 2001:db8::/32",
            "10 - other_kind",
            "12 - setting",
        ]
    );
    let script = "ipset create bl hash:net -exist\nipset -exist add bl 192.0.2.0/24\nsudo ipset add bl 198.51.100.7 -exist\n/usr/sbin/ipset -A bl 203.0.113.9\n";
    assert_eq!(events(Format::IpSet, script), ["2 ip 192.0.2.0/24", "3 ip 198.51.100.7", "4 ip 203.0.113.9"]);
    let old = "-N bl iphash --hashsize 1024\n-A bl 192.0.2.1\n-A bl 192.0.2.2\nCOMMIT\n";
    assert_eq!(events(Format::IpSet, old), ["2 ip 192.0.2.1", "3 ip 192.0.2.2", "4 - setting"]);
}

#[test]
fn sets_of_nftables() {
    let listed = "\
table inet made_up {
\tset blacklists {
\t\ttype ipv4_addr
\t\tsize 65536
\t\tflags interval,timeout
\t\ttimeout 1d
\t\tcounter
\t\telements = { 192.0.2.1 counter packets 0 bytes 0 timeout 1h expires 59m30s972ms,
\t\t\t     192.0.2.4-192.0.2.9 timeout 1h expires 30s, 198.51.100.0/24,
\t\t\t     203.0.113.7 . 443, 203.0.113.8 comment \"a, b } c\" }
\t}
\tchain input {
\t\ttype filter hook input priority filter; policy accept;
\t\tip saddr @blacklists drop
\t}
}
";
    let found = events(Format::Nft, listed);
    let starts = [
        "8 ip 192.0.2.1 ",
        "9 ip 192.0.2.4-192.0.2.9 ",
        "9 ip 198.51.100.0/24",
        "10 ip 203.0.113.7:443",
        "10 ip 203.0.113.8 text=a, b } c",
    ];
    for (found, start) in found.iter().zip(starts) {
        assert!(found.starts_with(start), "{found}");
    }
    assert!(found[5..].iter().all(|event| event.ends_with("- setting")), "{found:?}");
}

#[test]
fn filters_of_peer_to_peer_programs() {
    // Both of eMule's notations for a range, and zero-padded octets.
    let commas = "# ranges that are blocked\n001.002.003.000 , 001.002.003.255 , 100 , Some organization\n016.000.000.000 , 016.255.255.255 , 200 , Allowed\n";
    assert_eq!(events(Format::EMule, commas), ["2 ip 1.2.3.0/24 tags=Some organization", "3 - other_action"]);
    let p2p = "Bad org, Inc: East:192.0.2.0-192.0.2.255\nOther:198.51.100.1-198.51.100.1\n";
    assert_eq!(events(Format::P2p, p2p), ["1 ip 192.0.2.0/24 tags=Bad org, Inc: East", "2 ip 198.51.100.1 tags=Other"]);
}

#[test]
fn exports_of_stix() {
    let bundle = r#"{"id": "bundle--1", "objects": [
{"type": "malware", "id": "malware--1", "name": "ExampleBot", "is_family": true},
{"type": "indicator", "id": "indicator--1", "name": "evil.test", "pattern": "[domain-name:value = 'evil.test']", "pattern_type": "stix", "valid_from": "2026-05-01T00:00:00.000Z", "valid_until": "2027-05-01T00:00:00.000Z", "x_opencti_score": 50, "confidence": 80, "labels": ["c2"]},
{"type": "indicator", "id": "indicator--2", "pattern": "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']", "pattern_type": "stix"},
{"type": "indicator", "id": "indicator--3", "pattern": "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.2' AND network-traffic:dst_port = '8080']", "pattern_type": "stix"},
{"type": "indicator", "id": "indicator--4", "pattern": "[domain-name:value = 'a.test' AND domain-name:resolves_to_refs[*].value = '192.0.2.3']", "pattern_type": "stix"},
{"type": "observed-data", "id": "observed-data--1", "number_observed": 1, "object_refs": ["domain-name--1"]},
{"type": "domain-name", "id": "domain-name--1", "value": "seen.test"},
{"type": "relationship", "id": "relationship--1", "relationship_type": "indicates", "source_ref": "indicator--1", "target_ref": "malware--1"},
{"type": "relationship", "id": "relationship--2", "relationship_type": "based-on", "source_ref": "indicator--1", "target_ref": "domain-name--1"},
{"type": "sighting", "id": "sighting--1", "sighting_of_ref": "indicator--1", "first_seen": "2026-05-02T00:00:00Z", "last_seen": "2026-05-03T00:00:00Z", "count": 4},
{"type": "sighting", "id": "sighting--2", "sighting_of_ref": "indicator--1", "last_seen": "2026-05-02T00:00:00Z"},
{"type": "sighting", "id": "sighting--3", "sighting_of_ref": "malware--1", "last_seen": "2026-06-02T00:00:00Z"},
{"type": "note", "id": "note--1", "content": "x"}
], "type": "bundle"}"#;
    let found = events(Format::Stix, bundle);
    assert_eq!(
        found,
        [
            "6 - conjunction",
            "7 - other_kind",
            "8 - other_kind",
            "3 domain suffix evil.test tags=c2 family=ExampleBot confidence=80 first=2026-05-01T00:00:00Z last=2026-05-03T00:00:00Z until=2027-05-01T00:00:00Z id=indicator--1",
            "4 ip 192.0.2.1 id=indicator--2",
            "5 ip 192.0.2.2:8080 id=indicator--3",
        ]
    );
}

#[test]
fn autonomous_systems_are_not_names() {
    let list = "{\"asn\":64496,\"rir\":\"example\",\"domain\":\"owner.test\",\"cc\":\"XX\",\"asname\":\"OWNER\"}\n{\"type\":\"metadata\",\"timestamp\":1777636800,\"size\":2,\"records\":1}\n";
    let (result, seen) = read(list.as_bytes(), None, &Feed::new("demo"));
    let error = result.expect_err("no indicator").to_string();
    assert!(error.contains("drop-json") && error.contains("constructs skipped: 1"), "{error}");
    assert!(seen.records.is_empty());
}

#[test]
fn a_column_of_prose_is_not_a_column_of_values() {
    let list = "#ip,ioc\n192.0.2.1,Possible C2 of something\n192.0.2.2,Possible C2 of something\n";
    assert_eq!(
        events(Format::Csv, list).iter().map(|event| event.split(" text").next().unwrap()).collect::<Vec<_>>(),
        ["2 ip 192.0.2.1", "3 ip 192.0.2.2"]
    );
}

/// Lists of well-known services in their other layouts.
#[test]
fn other_layouts() {
    let phishes = r#"[{"phish_id":"1","url":"http://evil.test/login","phish_detail_url":"https://phish.example/1","submission_time":"2026-05-01T00:00:00+00:00","verified":"yes","online":"yes","details":[{"ip_address":"192.0.2.1","cidr_block":"192.0.2.0/24","country":"XX"}],"target":"Other"}]"#;
    let urls = r#"{"query_status":"ok","urls":[{"id":"1","urlhaus_reference":"https://urlhaus.abuse.ch/url/1/","url":"http://evil.test/a","url_status":"online","host":"evil.test","date_added":"2026-05-01 00:00:00 UTC","threat":"malware_download","reporter":"me","tags":["elf"]}]}"#;
    let abuse = r#"{"meta":{"generatedAt":"2026-05-01T00:00:00+00:00"},"data":[{"ipAddress":"192.0.2.1","countryCode":"XX","abuseConfidenceScore":100,"lastReportedAt":"2026-05-01T00:00:00+00:00"}]}"#;
    let attributes = r#"{"response":{"Attribute":[{"id":"1","event_id":"1","category":"Network activity","type":"domain","to_ids":true,"uuid":"5e","timestamp":"1777636800","value":"evil.test","Event":{"id":"1","info":"made up"}}]}}"#;
    let otx = "Indicator type,Indicator,Description\ndomain,evil.test,\nIPv4,192.0.2.1,\nFileHash-MD5,d41d8cd98f00b204e9800998ecf8427e,\n";
    let top = "1,search.example\n2,mail.example\n3,www.news.example\n";
    for (format, text, expected) in [
        (Format::JsonLines, phishes, &["1 url http://evil.test/login"][..]),
        (Format::UrlhausJson, urls, &["1 url http://evil.test/a"]),
        (Format::JsonLines, abuse, &["1 ip 192.0.2.1"]),
        (Format::Misp, attributes, &["1 domain suffix evil.test"]),
        (Format::Csv, otx, &["2 domain suffix evil.test", "3 ip 192.0.2.1", "4 hash d41d8cd98f00b204e9800998ecf8427e"]),
        (
            Format::Csv,
            top,
            &["1 domain suffix search.example", "2 domain suffix mail.example", "3 domain suffix www.news.example"],
        ),
        (Format::Wildcard, ".evil.test\n.bad.test\n", &["1 domain suffix evil.test", "2 domain suffix bad.test"]),
    ] {
        let found = events(format, text);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
