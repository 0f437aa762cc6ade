//! Formats that are JSON documents.

use netsieve::feed::{self, Format};
use netsieve::{Action, Feed, Kind, Policy, Scope};

use crate::seen::{Seen, events, events_of, read, read_real, real};

const EVENT: &str = r#"{"response": [{"Event": {
 "id": "7", "uuid": "5e000000-0000-4000-8000-000000000000",
 "info": "Made up", "date": "2026-05-01",
 "Attribute": [
  {"type": "domain", "value": "evil[.]test", "to_ids": true, "uuid": "u1", "comment": "", "timestamp": "1777636800"},
  {"type": "domain|ip", "value": "bad.example|192.0.2.1", "to_ids": "1", "uuid": "u2", "comment": "why"},
  {"type": "ip-dst|port", "value": "192.0.2.2|8080", "to_ids": false, "first_seen": "2026-04-01T00:00:00.000000+00:00", "last_seen": null},
  {"value": "www.evil.test", "type": "hostname", "Tag": [{"name": "c2"}, {"name": "misp:confidence-level=\"usually-confident\""}]},
  {"type": "hostname|port", "value": "c2.evil.test|443"},
  {"type": "url", "value": "evil.test"},
  {"type": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"},
  {"type": "link", "value": "https://ref.example/"},
  {"type": "email-src", "value": "a@evil.test"},
  {"type": "text", "value": "evil.test"},
  {"type": "never-heard-of", "value": "evil.test"},
  {"type": "domain", "value": "gone.example", "deleted": true},
  {"type": "ip-src", "value": "192.0.2.300"},
  {"type": "ip-src", "value": "198.51.100.7/24"},
  {"type": "domain", "value": null, "ShadowAttribute": [{"type": "domain", "value": "proposed.example"}]},
  17
 ],
 "Object": [
  {"name": "ip-port", "Attribute": [{"type": "ip-dst", "value": "192.0.2.3"}, {"type": "port", "object_relation": "dst-port", "value": 6667}]},
  {"name": "file", "deleted": true, "Attribute": [{"type": "domain", "value": "gone.example"}]}
 ],
 "Galaxy": [{"name": "Malpedia", "GalaxyCluster": [{"type": "malpedia", "value": "ExampleBot", "tag_name": "misp-galaxy:malpedia=\"ExampleBot\""}]}],
 "Tag": [{"name": "tlp:clear"}, {"name": "misp-galaxy:malpedia=\"ExampleBot\""}]
}}]}
"#;

#[test]
fn misp() {
    let tags = "misp-galaxy:malpedia=\"ExampleBot\",tlp:clear";
    let about = "family=ExampleBot";
    let day = "first=2026-05-01T00:00:00Z";
    let expected = [
        "title Made up".to_owned(),
        "12 - link".to_owned(),
        "14 - other_kind".to_owned(),
        "15 - other_kind".to_owned(),
        "16 - withdrawn".to_owned(),
        "17 ! bad_address: 192.0.2.300".to_owned(),
        "19 ! empty: ".to_owned(),
        "24 - withdrawn".to_owned(),
        format!("5 domain suffix evil.test tags={tags} {about} first=2026-05-01T12:00:00Z id=u1 text=Made up"),
        format!("6 domain suffix bad.example tags={tags} {about} {day} id=u2 text=why"),
        format!("6 ip 192.0.2.1 tags={tags} {about} {day} id=u2 text=why"),
        format!("7 ip 192.0.2.2:8080 tags=to_ids:false,{tags} {about} first=2026-04-01T00:00:00Z text=Made up"),
        format!(
            "8 domain exact www.evil.test tags=c2,misp:confidence-level=\"usually-confident\",{tags} {about} confidence=75 {day} text=Made up"
        ),
        format!("9 domain exact c2.evil.test:443 tags={tags} {about} {day} text=Made up"),
        format!("10 url http://evil.test/ tags={tags} {about} {day} text=Made up"),
        format!("11 hash d41d8cd98f00b204e9800998ecf8427e tags={tags} {about} {day} text=Made up"),
        format!("13 email a@evil.test tags={tags} {about} {day} text=Made up"),
        format!("18 ip 198.51.100.0/24 tags={tags} {about} {day} text=Made up"),
        format!("23 ip 192.0.2.3:6667 tags={tags} {about} {day} text=Made up"),
    ];
    assert_eq!(events(Format::Misp, EVENT), expected);
    // In any wrapper, and on one line.
    let event = EVENT.trim_start_matches("{\"response\": [").trim_end().trim_end_matches("]}").replace('\n', "");
    let bare = event.trim_start_matches("{\"Event\": ").trim_end_matches('}').to_owned() + "}";
    let texts = |events: Vec<String>| -> Vec<String> {
        events.into_iter().map(|event| event.split_once(' ').unwrap_or_default().1.to_owned()).collect()
    };
    for wrapped in [event.clone(), format!("[{event}]"), format!("{{\"response\":{event}}}"), bare] {
        assert_eq!(texts(events(Format::Misp, &wrapped)), texts(expected.to_vec()), "{wrapped}");
    }
    let mut policy = Policy::default();
    policy.only_to_ids = true;
    let seen = events_of(Format::Misp, EVENT.as_bytes(), &Feed::new("").policy(policy));
    assert!(
        seen.contains(&"7 - not_for_detection".to_owned()) && !seen.iter().any(|event| event.contains("192.0.2.2"))
    );
}

#[test]
fn a_misp_feed() {
    let folder = tempfile::tempdir().unwrap();
    let uuid = |n: u8| format!("5e000000-0000-4000-8000-00000000000{n}");
    let manifest = folder.path().join("manifest.json");
    let entries: Vec<String> =
        (1..5).map(|n| format!("\"{}\": {{\"info\": \"event {n}\", \"date\": \"2026-05-01\"}}", uuid(n))).collect();
    std::fs::write(&manifest, format!("{{{}}}", entries.join(",\n"))).unwrap();
    let event = |name: &str| {
        format!("{{\"Event\":{{\"info\":\"{name}\",\"Attribute\":[{{\"type\":\"domain\",\"value\":\"{name}\"}}]}}}}")
    };
    std::fs::write(folder.path().join(uuid(1) + ".json"), event("evil.test")).unwrap();
    std::fs::write(folder.path().join(uuid(2) + ".json"), event("bad.example")).unwrap();
    std::fs::write(folder.path().join(uuid(3) + ".json"), "{\"Event\": {").unwrap();
    let mut seen = Seen::default();
    let format = feed::read_file(&manifest, None, &Feed::new(""), &mut seen).unwrap();
    assert_eq!(format, Format::MispFeed);
    assert_eq!(seen.records(), [(1, "evil.test"), (1, "bad.example")]);
    let rejected: Vec<_> = seen.rejections.iter().map(|(line, value, _)| (*line, value.as_str())).collect();
    assert_eq!(rejected.len(), 2);
    assert!(rejected[0].0 == 3 && rejected[0].1.contains("invalid JSON at byte"), "{rejected:?}");
    assert!(rejected[1].0 == 4 && rejected[1].1.starts_with(&uuid(4)), "{rejected:?}");
    // Without the folder there are no events to read, and no key may lead outside it.
    let (result, _) = read(&std::fs::read(&manifest).unwrap(), None, &Feed::new(""));
    assert!(result.unwrap_err().to_string().contains("read it from its folder"));
    std::fs::write(&manifest, "{\"../../etc/passwd\": {\"info\": \"x\", \"date\": \"y\"}}").unwrap();
    let mut seen = Seen::default();
    assert!(feed::read_file(&manifest, Some(Format::MispFeed), &Feed::new(""), &mut seen).is_err());
    assert_eq!(seen.rejections[0].1, "../../etc/passwd");
}

#[test]
fn warning_lists() {
    for (list, expected) in [
        (
            // The entries come before the type, as with sorted keys.
            "{\"description\": \"made up\", \"list\": [\n\"good.example\",\n\".fine.example\",\n\"test\"], \"name\": \"Made up\", \"type\": \"hostname\", \"version\": 1}",
            &[
                "title Made up",
                "2 domain suffix good.example action=allow_all",
                "3 domain suffix fine.example action=allow_all",
                "4 domain suffix test action=allow_all",
            ][..],
        ),
        (
            "{\"name\": \"n\", \"type\": \"cidr\", \"list\": [\"192.0.2.0/24\", \"2001:db8::1\", \"x y\"]}",
            &[
                "title n",
                "1 ip 192.0.2.0/24 action=allow_all",
                "1 ip 2001:db8::1 action=allow_all",
                "1 ! unrecognised: x y",
            ],
        ),
        (
            "{\"name\": \"n\", \"list\": [\"good.example\", \"http://good.example/a\", \"d41d8cd98f00b204e9800998ecf8427e\"]}",
            &[
                "title n",
                "1 domain exact good.example action=allow_all",
                "1 url http://good.example/a action=allow_all",
                "1 hash d41d8cd98f00b204e9800998ecf8427e action=allow_all",
            ],
        ),
        (
            "{\"name\": \"n\", \"type\": \"substring\", \"list\": [\".good.\", \"/path\", \"a\"]}",
            &["title n", "1 pattern *.good.* action=allow_all", "1 - url_rule", "1 ! bad_pattern: a"],
        ),
        (
            "{\"name\": \"n\", \"type\": \"regex\", \"list\": [\"^good\", 7, null, {}]}",
            &["title n", "1 - regex", "1 - regex"],
        ),
    ] {
        if list.contains("regex") {
            let (_, seen) = read(list.as_bytes(), Some(Format::WarningList), &Feed::new(""));
            assert_eq!(seen.events, expected, "{list}");
        } else {
            assert_eq!(events(Format::WarningList, list), expected, "{list}");
        }
    }
    let list = b"{\"name\": \"n\", \"list\": [\"good.example\"]}";
    let feed = Feed::new("").action(Action::Allow);
    assert_eq!(events_of(Format::WarningList, list, &feed)[1], "1 domain exact good.example");
    let mut policy = Policy::default();
    policy.warning_lists_block = true;
    let feed = Feed::new("").policy(policy);
    assert_eq!(events_of(Format::WarningList, list, &feed)[1], "1 domain exact good.example");
}

const BUNDLE: &str = r#"{
 "id": "bundle--1", "spec_version": "2.0",
 "objects": [
  {"type": "indicator", "id": "indicator--1", "pattern": "[domain-name:value = 'evil[.]test']", "valid_from": "2026-05-01T00:00:00.5Z",
   "valid_until": "2026-08-01T00:00:00Z", "labels": ["malicious-activity"], "confidence": 80, "name": "evil[.]test",
   "external_references": [{"source_name": "x", "external_id": "X-1"}, {"source_name": "x", "url": "https://ref.example/1"}]},
  {"type": "relationship", "id": "relationship--1", "relationship_type": "indicates", "source_ref": "indicator--1", "target_ref": "malware--1"},
  {"type": "relationship", "id": "relationship--2", "relationship_type": "indicates", "source_ref": "indicator--1", "target_ref": "campaign--1"},
  {"type": "relationship", "id": "relationship--3", "relationship_type": "uses", "source_ref": "indicator--2", "target_ref": "malware--1"},
  {"type": "malware", "id": "malware--1", "name": "ExampleBot"}, {"type": "campaign", "id": "campaign--1", "name": "Made up"},
  {"type": "indicator", "id": "indicator--2", "pattern_type": "stix", "description": "why", "created": "2026-04-01T00:00:00Z",
   "pattern": "[url:value = 'evil.test/a' OR ipv4-addr:value IN ('192.0.2.1', '192.0.2.300') OR file:hashes.MD5 = 'x']"},
  {"type": "indicator", "id": "indicator--3", "pattern": "[domain-name:value = 'a.test' AND url:value = 'b.test/x']"},
  {"type": "indicator", "id": "indicator--4", "pattern": "rule x {}", "pattern_type": "yara"},
  {"type": "indicator", "id": "indicator--5", "pattern": "[domain-name:value = 'gone.example']", "revoked": true},
  {"type": "indicator", "id": "indicator--6", "pattern": "[domain-name:value = "},
  {"type": "indicator", "id": "indicator--7"},
  {"type": "domain-name", "id": "domain-name--1", "value": "observed.example"},
  {"type": "observed-data", "id": "observed-data--1", "objects": {"0": {"type": "url", "value": "http://observed.example/"}}},
  {"type": "report", "id": "report--1", "name": "A report", "object_refs": ["indicator--1"]}, {"type": "identity", "id": "identity--1", "name": "x"}
 ], "type": "bundle"}"#;

#[test]
fn stix() {
    let expected = [
        "12 ! bad_address: 192.0.2.300",
        "12 ! bad_hash: x",
        "13 - conjunction",
        "14 - other_language",
        "15 - withdrawn",
        "16 ! malformed: [domain-name:value = ",
        "17 ! malformed: ",
        "18 - other_kind",
        "19 - other_kind",
        "title A report",
        "4 domain suffix evil.test tags=malicious-activity,Made up family=ExampleBot confidence=80 first=2026-05-01T00:00:00.5Z \
         until=2026-08-01T00:00:00Z ref=https://ref.example/1 id=indicator--1",
        "12 url http://evil.test/a first=2026-04-01T00:00:00Z id=indicator--2 text=why",
        "12 ip 192.0.2.1 first=2026-04-01T00:00:00Z id=indicator--2 text=why",
    ];
    assert_eq!(events(Format::Stix, BUNDLE), expected);
    let line = BUNDLE.replace('\n', "");
    assert_eq!(events(Format::Stix, &line).len(), expected.len());
    for envelope in [
        "{\"more\": false, \"objects\": [{\"type\": \"indicator\", \"id\": \"indicator--1\", \"pattern\": \"[url:value='evil.test']\"}]}",
        "[{\"type\": \"indicator\", \"id\": \"indicator--1\", \"pattern\": \"[url:value='evil.test']\"}]",
        "{\"type\": \"indicator\", \"id\": \"indicator--1\", \"pattern\": \"[url:value='evil.test']\"}",
    ] {
        assert_eq!(events(Format::Stix, envelope), ["1 url http://evil.test/ id=indicator--1"], "{envelope}");
    }
}

/// Each observed object that could be an indicator is counted; others, which say who saw what, are not.
#[test]
fn observed_objects_of_stix() {
    let bundle = r#"{"type": "bundle", "id": "bundle--1", "objects": [
  {"type": "indicator", "id": "indicator--1", "pattern": "[file:hashes.'SHA-256' = 'fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210']"},
  {"type": "file", "id": "file--1", "hashes": {"MD5": "0123456789abcdef0123456789abcdef"}, "name": "a.exe"},
  {"type": "email-addr", "id": "email-addr--1", "value": "boss@shop.test"},
  {"type": "email-message", "id": "email-message--1", "is_multipart": false, "sender_ref": "email-addr--1"},
  {"type": "identity", "id": "identity--1", "name": "x", "contact_information": "reporter@cert.test"},
  {"type": "note", "id": "note--1", "content": "abuse@cert.test"}
 ]}"#;
    let expected = [
        "3 - other_kind",
        "4 - other_kind",
        "5 - other_kind",
        "2 hash fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210 id=indicator--1",
    ];
    assert_eq!(events(Format::Stix, bundle), expected);
}

#[test]
fn otx() {
    let pulse = r#"{"id": "p1", "indicators": [
 {"id": 7, "indicator": "evil[.]test", "type": "domain", "created": "2026-05-01T00:00:00", "expiration": "2026-08-01T00:00:00", "is_active": 1},
 {"indicator": "www.evil.test", "type": "hostname", "description": "why"},
 {"indicator": "192.0.2.0/24", "type": "CIDR"}, {"indicator": "192.0.2.1", "type": "IPv4", "is_active": 0},
 {"indicator": "d41d8cd98f00b204e9800998ecf8427e", "type": "FileHash-MD5"}, {"indicator": "x", "type": "Mutex"},
 {"indicator": "/gate", "type": "URI"}
 ], "name": "Made up", "tags": ["c2"], "references": ["https://ref.example/1", "x"], "malware_families": [{"display_name": "ExampleBot"}], "adversary": ""}"#;
    let about = "tags=c2 family=ExampleBot";
    let expected = [
        "4 - withdrawn".to_owned(),
        "5 - other_kind".to_owned(),
        "6 ! path_pattern: /gate".to_owned(),
        "title Made up".to_owned(),
        format!(
            "2 domain suffix evil.test {about} first=2026-05-01T00:00:00Z until=2026-08-01T00:00:00Z ref=https://ref.example/1 id=7 text=Made up"
        ),
        format!("3 domain exact www.evil.test {about} ref=https://ref.example/1 text=why"),
        format!("4 ip 192.0.2.0/24 {about} ref=https://ref.example/1 text=Made up"),
        format!("5 hash d41d8cd98f00b204e9800998ecf8427e {about} ref=https://ref.example/1 text=Made up"),
    ];
    assert_eq!(events(Format::Otx, pulse), expected);
    for wrapped in [format!("[{pulse}]"), format!("{{\"count\": 1, \"results\": [{pulse}]}}")] {
        assert_eq!(events(Format::Otx, wrapped), expected);
    }
}

#[test]
fn records() {
    for (format, text, expected) in [
        (
            Format::UrlhausJson,
            "{\"7\": [{\"dateadded\": \"2026-05-01 12:00:00 UTC\",\n\"url\": \"http://evil.test/a\", \"url_status\": \"online\", \"tags\": [\"elf\", \"mips\"], \"threat\": \"x\", \"urlhaus_link\": \"https://ref.example/7\", \"reporter\": \"r\"}],\n\
             \"8\": [{\"dateadded\": \"2026-05-01 12:00:00 UTC\", \"url\": \"http://\", \"tags\": null}]}",
            &[
                "2 url http://evil.test/a tags=online,elf,mips,x first=2026-05-01T12:00:00Z ref=https://ref.example/7 id=7 text=reporter: r",
                "3 ! no_host: http://",
            ][..],
        ),
        (
            Format::ThreatFoxJson,
            "{\"7\": [{\"ioc_value\": \"192.0.2.1:443\", \"ioc_type\": \"ip:port\", \"threat_type\": \"botnet_cc\", \"malware_printable\": \"ExampleBot\", \"confidence_level\": 75, \"tags\": \"a,b\", \"first_seen_utc\": \"2026-05-01 12:00:00\", \"last_seen_utc\": null}],\n\
             \"8\": [{\"ioc_value\": \"aa\", \"ioc_type\": \"md5_hash\"}]}",
            &[
                "1 ip 192.0.2.1:443 tags=botnet_cc,a,b family=ExampleBot confidence=75 first=2026-05-01T12:00:00Z id=7",
                "2 ! bad_hash: aa",
            ],
        ),
        (
            Format::ThreatFoxJson,
            "{\"query_status\": \"ok\", \"data\": [{\"id\": \"9\", \"ioc\": \"evil.test\", \"ioc_type\": \"domain\", \"confidence_level\": 50, \"tags\": [\"a\"], \"malware\": \"win.ex\"}]}",
            &["1 domain suffix evil.test tags=a,win.ex confidence=50 id=9"],
        ),
        (
            Format::FeodoJson,
            "[\n {\"ip_address\": \"192.0.2.1\", \"port\": 443, \"status\": \"online\", \"hostname\": null, \"as_number\": 64496, \"first_seen\": \"2026-05-01 12:00:00\", \"last_online\": \"2026-05-02\", \"malware\": \"ExampleBot\"}\n]",
            &[
                "2 ip 192.0.2.1:443 tags=online family=ExampleBot first=2026-05-01T12:00:00Z last=2026-05-02T00:00:00Z text=as_number: 64496",
            ],
        ),
        (
            Format::DropJson,
            "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\",\"rir\":\"example\"}\n{\"cidr\":\"2001:db8::/33\",\"sblid\":\"SBL2\"}\n{\"cidr\":\"x\"}\n{\"sblid\":\"SBL3\"}\n{\"cidr\n\
             {\"type\":\"metadata\",\"timestamp\":1777636800,\"records\":2}\n",
            &[
                "3 ! single_label: x",
                "4 ! empty: {\"sblid\":\"SBL3\"}",
                "5 ! malformed: {\"cidr",
                "1 ip 192.0.2.0/24 last=2026-05-01T12:00:00Z ref=SBL1 text=rir: example",
                "2 ip 2001:db8::/33 last=2026-05-01T12:00:00Z ref=SBL2",
            ],
        ),
        (
            Format::CrowdSec,
            "{\"deleted\": [{\"value\": \"192.0.2.9\", \"scope\": \"Ip\", \"duration\": \"-1m\"}],\n\
             \"new\": [{\"id\": 7, \"value\": \"192.0.2.1\", \"scope\": \"Ip\", \"scenario\": \"example/ssh-bf\", \"origin\": \"crowdsec\", \"type\": \"ban\", \"until\": \"2026-08-01T00:00:00Z\"},\n\
             {\"value\": \"192.0.2.0/24\", \"scope\": \"Range\"}, {\"value\": \"AA\", \"scope\": \"Country\", \"duration\": \"1h\"}]}",
            &[
                "1 - withdrawn",
                "2 ip 192.0.2.1 tags=example/ssh-bf,crowdsec,ban until=2026-08-01T00:00:00Z id=7",
                "3 ip 192.0.2.0/24",
                "3 - other_kind",
            ],
        ),
        (
            Format::JsonLines,
            "{\"indicator\": \"evil[.]test\", \"type\": \"domain\", \"tags\": [\"c2\", \"x\"], \"first_seen\": \"2026-05-01\", \"owner\": {\"name\": \"n\"}}\n\n\
             {\"type\": \"ipv4\", \"indicator\": \"192.0.2.1\", \"port\": 80}\n{\"indicator\": \"aa\", \"type\": \"md5\"}\n{\"indicator\": null}\n{\"cut\": \n",
            &[
                "1 domain suffix evil.test tags=c2,x first=2026-05-01T00:00:00Z text=owner.name: n",
                "3 ip 192.0.2.1:80",
                "4 ! bad_hash: aa",
                "6 ! malformed: {\"cut\":",
            ],
        ),
        (
            Format::JsonLines,
            "{\"threat\": {\"indicator\": {\"type\": \"url\", \"url\": {\"full\": \"http://evil.test/a\"}}}}\n{\"threat\": {\"indicator\": {\"ip\": \"192.0.2.1\"}}}\n",
            &["1 url http://evil.test/a", "2 ip 192.0.2.1"],
        ),
        (
            Format::JsonLines,
            "[\n\"evil.test\",\n\"192.0.2.1\", null]",
            &["2 domain suffix evil.test", "3 ip 192.0.2.1"],
        ),
        (
            Format::JsonLines,
            "{\"count\": 1, \"items\": [{\"ip\": \"192.0.2.1\", \"score\": 7}]}",
            &["1 ip 192.0.2.1 score=7 text=#: items"],
        ),
    ] {
        assert_eq!(events(format, text), expected, "{text}");
    }
    // The remaining duration counts from the time the file was written.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.json");
    std::fs::write(&path, "[{\"value\": \"192.0.2.1\", \"scope\": \"Ip\", \"duration\": \"4h0m0s\"}]").unwrap();
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    let until = jiff::Timestamp::try_from(written + std::time::Duration::from_secs(4 * 3600)).unwrap();
    let mut seen = Seen::default();
    feed::read_file(&path, None, &Feed::new(""), &mut seen).unwrap();
    assert_eq!(seen.events, [format!("1 ip 192.0.2.1 until={until}")]);
}

#[test]
fn ambiguous_json_is_an_error() {
    for text in [
        "{\"a\": [{\"ip\": \"192.0.2.1\"}], \"b\": [{\"ip\": \"192.0.2.2\"}]}",
        "{\"what\": \"evil.test\"}\n{\"what\": \"bad.example\"}\n",
        "{\"a\": 1}",
        "[1, 2, 3]",
        "{}",
    ] {
        let (result, _) = read(text.as_bytes(), None, &Feed::new(""));
        assert!(result.unwrap_err().to_string().contains("not recognised"), "{text}");
    }
    let mut columns = netsieve::indicator::Columns::default();
    columns.roles.push((netsieve::indicator::ColumnRole::Value, netsieve::indicator::Column::Name("What".to_owned())));
    let feed = Feed::new("").columns(columns);
    let (result, seen) =
        read(b"{\"what\": \"evil.test\"}\n{\"what\": \"bad.example\"}\n", Some(Format::JsonLines), &feed);
    assert_eq!((result.unwrap(), seen.records.len()), (Format::JsonLines, 2));
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_bundles() {
    for (name, domains, ips, urls, skips) in [
        ("amnesty/android_campaign.stix2", 2_183, 0, 0, &[("file_name", 1), ("other_kind", 3)][..]),
        ("amnesty/cytrox.stix2", 336, 0, 0, &[("file_name", 6), ("other_kind", 1)]),
        ("unit42/IcedID_Malware.stix2.json", 26, 33, 2, &[("file_name", 1)]),
        ("unit42/qakbotmalware.stix2.json", 0, 12, 8, &[]),
        ("unit42/realtek-sdk-cve-2021-35394.stix2.json", 0, 14, 0, &[]),
    ] {
        let (format, seen) = read_real(name);
        assert_eq!((format, seen.rejections.len()), (Format::Stix, 0), "{name}");
        let counts = [(Kind::Domain, Some(Scope::Suffix)), (Kind::Ip, None), (Kind::Url, Some(Scope::Exact))];
        assert_eq!(counts.map(|(kind, scope)| seen.count(kind, scope)), [domains, ips, urls], "{name}");
        let expected = skips.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        assert_eq!(seen.skips(), expected, "{name}");
    }
    let (_, seen) = read_real("amnesty/cytrox.stix2");
    assert_eq!(seen.events.iter().filter(|event| event.contains(" family=Predator ")).count(), 336);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_misp_events() {
    // Network attributes including hashes and mail addresses; domains, addresses, URLs. A pair of domain and address is two entries.
    for (name, attributes, domains, ips, urls) in [
        ("eset/glupteba.misp-event.json", 314 + 6, 274, 44, 0),
        ("eset/stantinko.misp-event.json", 91 + 126, 87, 81, 0),
        ("eset/misp-dukes-operation-ghost-event.json", 69 + 18, 20, 0, 49),
        ("eset/misp-kryptocibule.json", 68 + 32, 67, 1, 0),
        ("citizenlab/darkbasin.misp.json", 462 + 11, 462, 0, 0),
    ] {
        let (format, seen) = read_real(name);
        assert_eq!((format, seen.rejections.len()), (Format::Misp, 0), "{name}");
        let counts = [(Kind::Domain, Some(Scope::Suffix)), (Kind::Ip, None), (Kind::Url, Some(Scope::Exact))];
        assert_eq!(counts.map(|(kind, scope)| seen.count(kind, scope)), [domains, ips, urls], "{name}");
        // Each attribute is on a line of its own.
        let mut lines: Vec<u32> = seen.records.iter().map(|(line, _)| *line).collect();
        lines.dedup();
        assert_eq!(lines.len(), attributes, "{name}");
    }
    let (_, seen) = read_real("eset/stantinko.misp-event.json");
    assert!(seen.events[0].starts_with("title Stantinko") && seen.events.last().unwrap().contains("tags=Stantinko"));
    assert_eq!(seen.skips().values().sum::<usize>(), 263 - 91 - 126);
    let (_, seen) = read_real("eset/misp-dukes-operation-ghost-event.json");
    assert!(seen.events.iter().filter(|event| event.contains("to_ids:false")).count() == 69 + 18);
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn invalid_json_is_one_error_that_names_the_byte() {
    let mut seen = Seen::default();
    let path = real("eset/malicious_pypi_packages.misp-event.json");
    let error = feed::read_file(&path, None, &Feed::new(""), &mut seen).unwrap_err();
    let message = error.to_string();
    assert_eq!(error.path(), Some(&*path));
    assert!(message.contains("invalid JSON at byte 1532403 (line 37374, column 9): `]` right after `,`"), "{message}");
}

#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn real_warning_lists() {
    for (name, count, kind, scope, rejected) in [
        ("cisco_top10k", 10_000, Kind::Domain, Some(Scope::Exact), 0),
        ("cloudflare", 22, Kind::Ip, None, 0),
        ("dynamic-dns", 35_467, Kind::Domain, Some(Scope::Suffix), 0),
        ("public-dns-v4", 62_745, Kind::Ip, None, 0),
        ("rfc1918", 3, Kind::Ip, None, 0),
        ("vpn-ipv4", 42_426, Kind::Ip, None, 0),
    ] {
        let (format, seen) = read_real(&format!("warninglists/{name}.json"));
        assert_eq!((format, seen.rejections.len()), (Format::WarningList, rejected), "{name}");
        assert_eq!((seen.count(kind, scope), seen.records.len()), (count, count), "{name}");
        assert!(seen.events.iter().all(|event| event.starts_with("title ") || event.ends_with(" action=allow_all")));
    }
}

/// A single record is not a list of its tags, whether it spans one line or several.
#[test]
fn a_single_record() {
    let record = "{\"ip\": \"192.0.2.1\",\n \"tags\": [\"a\", \"b\"]}";
    assert_eq!(events(Format::JsonLines, record), ["1 ip 192.0.2.1 tags=a,b"]);
    assert_eq!(events(Format::JsonLines, record.replace('\n', "")), ["1 ip 192.0.2.1 tags=a,b"]);
}
