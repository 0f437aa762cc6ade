//! Everything that `scan --json` writes fits the one schema of it.

mod common;
#[path = "../../../tests/schema/mod.rs"]
mod schema;

use std::collections::BTreeSet;
use std::path::Path;

use common::{FEED, Folder};
use serde_json::Value;

const LOG: &[u8] = b"2026-05-12T10:02:03Z 192.0.2.7 GET http://shop.test/login/x?a=1 for www.evil.test by eve@evil.test\n\
    May  2 10:00:00 host sshd[1]: Failed password for eve from 198.51.100.3 port 4711 ssh2\n\
    {\"ts\":\"2026-05-12T10:02:03Z\",\"src_ip\":\"192.0.2.9\",\"dst_ip\":\"192.0.2.7\",\"dst_port\":8443,\"user\":\"\xff\xe2\"}\n\
    7.2.0.192.in-addr.arpa and ::ffff:192.0.2.7 and 2002:c000:207::1 and d41d8cd98f00b204e9800998ecf8427a\n\
    open evil.test.zip, GET /gate.php HTTP/1.1, abc-login.evil.test, http://shop.test/ and 203.0.113.9 and 203.0.113.77\n";

#[test]
fn all_that_is_written_fits() {
    let stix = r#"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","spec_version":"2.1",
        "id":"indicator--a932fcc6-e032-476c-826f-cb970a5a1ade","created":"2026-01-01T00:00:00.000Z","confidence":80,
        "modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'evil.test']","labels":["c2"],
        "pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2099-01-01T00:00:00Z"}]}"#;
    let hashes = b"d41d8cd98f00b204e9800998ecf8427a\nd41d8cd98f00b204e9800998ecf8427b\neve@evil.test\n";
    let table = b"ip,tags,family,score,first_seen,last_seen,reference\n\
        192.0.2.7:8443,c2;loader,Emotet,7.5,2026-01-01,2026-02-01,https://vendor.test/a\n203.0.113.9,c2,Emotet,7.5,2026-01-01,2026-02-01,https://vendor.test/a\n";
    let folder = Folder::new(&[
        ("c2.txt", FEED),
        ("stix.json", stix.as_bytes()),
        ("hashes.txt", hashes),
        ("t.csv", table),
        ("globs.txt", b"*-login.evil.test\n/gate.php\n203.0.113.70-203.0.113.80\n"),
        ("a.log", LOG),
    ]);
    let schema = schema::hit_schema();
    let (mut keys, mut kinds, mut rows) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut fits = |run: &common::Run| {
        for row in run.json() {
            schema::assert_fits(&schema, "", &row);
            keys.extend(row.as_object().unwrap().keys().cloned());
            keys.extend(
                row["sources"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .flat_map(|source| source.as_object().unwrap().keys().cloned()),
            );
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            kinds.extend(["kind", "relation", "strength", "context", "scope"].map(text));
            rows += 1;
        }
    };
    let feeds = "-f c2.txt -f stix.json -f hashes.txt -f t.csv -f globs.txt --path-patterns --weak";
    fits(&folder.run(&format!("scan --json {feeds} a.log")).code(0));
    fits(&folder.run(&format!("scan --json {feeds} --events off a.log")).code(0));
    fits(&folder.run(&format!("scan --json {feeds} --no-text --refang a.log")).code(0));
    // Real layouts: the samples.
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let (config, logs) = (samples.join("feeds.toml"), ["dns.log", "access.log", "proxy.jsonl", "syslog.log"]);
    let logs = logs.map(|log| samples.join(log).display().to_string()).join(" ");
    fits(&folder.run(&format!("scan --json --config {} {logs}", config.display())).code(0));
    assert!(rows > 50, "{rows}");
    // Every value that the schema allows occurs here, so that it allows nothing that is never written.
    let of = |pointer: &str| -> Vec<String> {
        let Some(part) = schema.pointer(pointer) else { panic!("{pointer}") };
        match part {
            Value::Object(properties) => properties.keys().cloned().collect(),
            part => part.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
        }
    };
    let never = |names: Vec<String>, seen: &BTreeSet<String>, but: &[&str]| {
        let names = names.into_iter().filter(|name| !seen.contains(name) && !but.contains(&name.as_str()));
        names.collect::<Vec<_>>()
    };
    assert_eq!(never(of("/properties"), &keys, &["derived"]), [""; 0]);
    assert_eq!(never(of("/$defs/source/properties"), &keys, &["confidence"]), [""; 0]);
    assert_eq!(never(of("/properties/kind/enum"), &kinds, &[]), [""; 0]);
    assert_eq!(never(of("/properties/relation/enum"), &kinds, &["url_exact", "url_path"]), [""; 0]);
    assert_eq!(never(of("/properties/context/enum"), &kinds, &["url_query"]), [""; 0]);
}
