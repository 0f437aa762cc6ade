//! Lines with hits as events: layouts from the configuration, times, and explained lines.

mod common;

use common::Folder;

const LOG: &[u8] = b"acme-proxy when=2026-05-12T10:02:03Z cip=192.0.2.7 up=198.51.100.9 asked=evil.test\n";
const LAYOUT: &str =
    "[layout.acme]\nmatch = \"acme-proxy\"\ntime = \"when\"\nsource.ip = \"cip\"\n\"url.domain\" = \"asked\"\n";

#[test]
fn layouts_of_the_configuration_name_the_fields() {
    let config = format!("[[feed]]\npath = \"c2.txt\"\n\n{LAYOUT}");
    let folder = Folder::new(&[
        ("c2.txt", b"evil.test\n"),
        ("a.log", LOG),
        ("feeds.toml", config.as_bytes()),
        ("layouts.toml", LAYOUT.as_bytes()),
    ]);
    folder.run("build -f c2.txt -o set.sieve").code(0);
    for set in [
        "--config feeds.toml",
        "-f c2.txt --layouts layouts.toml",
        "-f c2.txt --config layouts.toml",
        "--sieve set.sieve --layouts layouts.toml",
    ] {
        let run = folder.run(&format!("scan {set} --json a.log")).code(0);
        let event = &run.json()[0]["event"];
        let text = |key: &str| event[key].as_str().unwrap_or("none");
        assert_eq!(
            [text("layout"), text("field"), text("role"), text("source.ip"), text("@timestamp")],
            ["acme", "asked", "url.domain", "192.0.2.7", "2026-05-12T10:02:03Z"],
            "{set}: {event}"
        );
    }
    let explained =
        folder.command("check --config feeds.toml --explain").arg(std::str::from_utf8(LOG).unwrap()).output().unwrap();
    let text = String::from_utf8(explained.stdout).unwrap();
    assert!(text.contains("layout: acme") && text.contains("cip = 192.0.2.7  (source.ip)"), "{text}");
}

#[test]
fn mistakes_in_a_layout_are_named_with_file_and_line() {
    let folder = Folder::new(&[("c2.txt", b"evil.test\n"), ("a.log", LOG)]);
    for (layout, said) in [
        ("[layout.acme]\nmatch = 'x'\nuser.nam = 'who'\n", "bad.toml:3:12: `user.nam` is not a name"),
        ("[layout.acme]\nmatch = 'x'\nuser.nam = 'who'\n", "did you mean `user.name`?"),
        ("[layout.acme]\nsource.ip = 'cip'\n", "bad.toml:1:1: the layout `acme` has no `match`"),
    ] {
        folder.write("bad.toml", layout.as_bytes());
        for command in ["scan -f c2.txt --layouts bad.toml a.log", "check -f c2.txt --explain --config bad.toml x"] {
            let run = folder.run(command).code(2);
            assert!(run.err.contains(said), "{command}: {}", run.err);
        }
    }
}

#[test]
fn hits_without_a_time_are_counted_where_one_is_asked_for() {
    let folder = Folder::new(&[
        ("c2.txt", b"evil.test\n"),
        ("a.log", b"2026-05-12T10:02:03Z evil.test\n2026-05-13T10:02:03Z evil.test\nevil.test\n"),
    ]);
    let run = folder.run("scan -f c2.txt --from 2026-05-13 --json a.log").code(0);
    assert_eq!(run.rows().len(), 2);
    assert!(run.err.contains("1 of events outside --from and --to"), "{}", run.err);
    assert!(run.err.contains("1 hit on lines without a time"), "{}", run.err);
    let run = folder.run("scan -f c2.txt --from 2026-05-13 --stats --json a.log").code(0);
    assert!(run.err.contains("outside 1") && run.err.contains("undated     1"), "{}", run.err);
    let run = folder.run("scan -f c2.txt --json a.log").code(0);
    assert!(!run.err.contains("without a time"), "{}", run.err);
}

#[test]
fn a_line_is_explained_with_what_came_near() {
    let folder = Folder::new(&[
        ("c2.txt", b"203.0.113.9:443\nevil.test\nhttp://shop.test/login/\nhttp://host.test/x\n10.0.0.1\n"),
        ("fine.txt", b"www.evil.test\n"),
        ("dated.csv", b"indicator,type,valid_until\nold.test,domain,2025-01-01\n"),
    ]);
    let cases = [
        ("src=192.0.2.7 dst=203.0.113.9 dpt=443 act=deny", "-> ", 0),
        ("src=192.0.2.7 dst=203.0.113.9 dpt=80 act=deny", "with other ports are listed: 203.0.113.9:443", 1),
        ("query www.evil.test", "suppressed by what is allowed: www.evil.test", 1),
        ("from 10.0.0.1", "c2.txt:5 lists it, and it was refused", 1),
        ("GET http://shop.test/login", "differs by the `/` at its end", 1),
        ("GET http://host.test/y", "1 URL with another path on this host", 1),
        ("query host.test", "1 of URLs of which only the host was given", 1),
        ("mail from eve@shop.test", "it is the domain of a mail address", 1),
        (r#"{"ts":1778580123,"filename":"evil.test"}"#, "the field filename holds files, programs or versions", 1),
        ("name old.test", "old.test of dated expired 2025-01-01", 1),
        ("ts=1778580123 method=GET host=host.test path=/x", "joined", 0),
        ("ts=1778580123 method=GET host=shop.test path=/login", "http://shop.test/login  url", 1),
        ("nothing at all", "nothing that could be an address", 1),
    ];
    let mut wrong = Vec::new();
    for (line, said, code) in cases {
        let mut command = folder.command("check -f c2.txt -f dated.csv --allow fine.txt --as-of 2026-01-01 --explain");
        let output = command.arg(line).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        if !text.contains(said) || output.status.code() != Some(code) {
            wrong.push(format!(
                "{line}: no {said:?}, or not {code}:\n{text}{}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A header applies to the lines after it.
    let log = b"#fields\tts\tid.orig_h\tquery\n1778580123.5\t192.0.2.7\tevil.test\n";
    let run = folder.run_with("check -f c2.txt --explain --json -", log).code(0);
    let rows = run.json();
    assert_eq!(rows[1]["layout"], "zeek");
    assert_eq!(rows[1]["event"]["source.ip"], "192.0.2.7");
    assert_eq!(
        rows[1]["places"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|place| !place["matches"].as_array().unwrap().is_empty())
            .count(),
        1
    );
}

#[test]
fn offsets_that_no_zone_has_are_refused() {
    let folder = Folder::new(&[("c2.txt", b"evil.test\n"), ("a.log", b"2026-05-12 10:02:03 evil.test\n")]);
    let time = |zone: &str| {
        let run = folder.run(&format!("scan -f c2.txt --time-zone={zone} --json a.log")).code(0);
        run.json()[0]["event"]["@timestamp"].as_str().unwrap().to_owned()
    };
    assert_eq!(time("UTC"), "2026-05-12T10:02:03Z");
    assert_eq!(time("Z"), "2026-05-12T10:02:03Z");
    assert_eq!(time("Europe/Berlin"), "2026-05-12T08:02:03Z");
    assert_eq!(time("+14:00"), "2026-05-11T20:02:03Z");
    assert_eq!(time("-14:00"), "2026-05-13T00:02:03Z");
    assert_eq!(time("+05:30"), "2026-05-12T04:32:03Z");
    assert_eq!(time("+0530"), "2026-05-12T04:32:03Z");
    assert_eq!(time("+05"), "2026-05-12T05:02:03Z");
    for zone in ["+14:01", "-14:01", "+15:00", "+25:00", "-25:00", "+1430"] {
        let run = folder.run(&format!("scan -f c2.txt --time-zone={zone} a.log")).code(2);
        assert!(run.err.contains("no zone has this offset"), "{zone}: {}", run.err);
    }
    for zone in ["+5", "5", "+05:60", "05:00", "+", ".5+02:00", "+02:00[Europe/Berlin]", "Europe/Nowhere"] {
        let run = folder.run(&format!("scan -f c2.txt --time-zone={zone} a.log")).code(2);
        assert!(run.err.contains("neither a zone of the tz database nor an offset"), "{zone}: {}", run.err);
    }
    for (time, code) in [("2026-05-12T00:00:00+14:00", 0), ("2026-05-12T00:00:00+14:01", 2)] {
        let run = folder.run(&format!("scan -f c2.txt --from {time} a.log")).code(code);
        assert_eq!(run.err.contains("no zone has this offset"), code == 2, "{time}: {}", run.err);
    }
}

#[test]
fn a_list_of_records_is_explained_record_by_record() {
    let folder = Folder::new(&[("c2.txt", b"evil.test\n203.0.113.9\n")]);
    let explain = |line: &str, code: i32| {
        folder.run_with("check -f c2.txt --explain --json -", line.as_bytes()).code(code).json()
    };
    let line = r#"{"Records":[{"eventTime":"2026-05-12T10:00:01Z","src_ip":"192.0.2.7","host":"evil.test"},{"eventTime":"2026-05-12T10:00:02Z","src_ip":"192.0.2.8","dst_ip":"203.0.113.9"},{"src_ip":"192.0.2.9"}]}"#;
    let rows = explain(line, 0);
    let event = |at: usize, name: &str| rows[at]["event"][name].as_str().unwrap_or("").to_owned();
    assert_eq!(rows.len(), 3);
    assert_eq!([0, 1, 2].map(|at| event(at, "source.ip")), ["192.0.2.7", "192.0.2.8", "192.0.2.9"]);
    assert_eq!([0, 1, 2].map(|at| event(at, "@timestamp")), ["2026-05-12T10:00:01Z", "2026-05-12T10:00:02Z", ""]);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!((&row["record"]["number"], &row["record"]["of"]), (&(at + 1).into(), &3.into()));
        // Offsets are those of the line, and each place is in a field of its record.
        for place in row["places"].as_array().unwrap() {
            let (text, offset) = (place["text"].as_str().unwrap(), place["offset"].as_u64().unwrap() as usize);
            assert!(line[offset..].starts_with(text) && !place["field"].is_null(), "{place}");
        }
    }
    let hits = |at: usize| {
        let places = rows[at]["places"].as_array().unwrap().iter();
        places.filter(|place| !place["matches"].as_array().unwrap().is_empty()).count()
    };
    assert_eq!([0, 1, 2].map(hits), [1, 1, 0]);
    // What stands around the records belongs to the line.
    let rows = explain(r#"<14>May 12 10:00:03 evil.test app: [{"src_ip":"192.0.2.7"},{"src_ip":"192.0.2.8"}]"#, 0);
    assert_eq!(rows.len(), 3);
    assert!(rows[2]["record"].is_null() && rows[2]["places"][0]["text"] == "evil.test", "{}", rows[2]);
    // One record is no list.
    let rows = explain(r#"{"Records":[{"src_ip":"192.0.2.7"}]}"#, 1);
    assert!(rows.len() == 1 && rows[0]["record"].is_null());
    let text = folder.run_with("check -f c2.txt --explain -", line.as_bytes()).code(0).out;
    let heads: Vec<&str> =
        text.lines().filter(|line| line.starts_with("record ") || line.starts_with("who: ")).collect();
    assert_eq!(heads.len(), 6, "{text}");
    assert!(heads[2].starts_with("record 2 of 3: ") && heads[3] == "who: 192.0.2.8", "{text}");
}
