//! `logscan report`: who met what.

mod common;

use std::collections::{BTreeMap, HashSet};
use std::fs;

use common::{Folder, Run};
use serde_json::Value;

const FEED: &[u8] = b"evil.test\n198.51.100.0/28\nhttp://shop.test/login/\n";

/// Zeek's DNS log: `client`, `query`, `answers` by second.
fn zeek(rows: &[(u32, &str, &str, &str)]) -> Vec<u8> {
    let mut log = "#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tquery\tanswers\n".to_owned();
    for (second, client, query, answers) in rows {
        log.push_str(&format!("{second}.000000\t{client}\t192.0.2.53\t{query}\t{answers}\n"));
    }
    log.into_bytes()
}

fn folder() -> Folder {
    let dns = zeek(&[
        (1_778_580_060, "192.0.2.7", "a.evil.test", "198.51.100.3"),
        (1_778_580_000, "192.0.2.7", "b.evil.test", "-"),
        (1_778_580_010, "192.0.2.8", "evil.test", "c.evil.test,198.51.100.4"),
        (1_778_580_020, "192.0.2.9", "good.test", "203.0.113.1"),
    ]);
    let web = b"192.0.2.7 - eve [12/May/2026:10:02:03 +0000] \"GET /a HTTP/1.1\" 404 5 \"http://shop.test/login/x\" \"=cmd|evil.test,\"\n\
        no time here: evil.test\n";
    Folder::new(&[("c2.txt", FEED), ("dns.log", &dns), ("web.log", web), ("clean.log", b"nothing\n")])
}

/// Reads the records of a CSV file, independently of the crate's own reader.
fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut field)),
            '\r' if !is_quoted && chars.peek() == Some(&'\n') => {
                chars.next();
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    assert!(row.is_empty() && field.is_empty() && !is_quoted, "ends with CR LF");
    let header = rows.remove(0);
    rows.into_iter()
        .map(|row: Vec<String>| {
            assert_eq!(row.len(), header.len());
            header.iter().cloned().zip(row).collect()
        })
        .collect()
}

/// `indicator client user count events first last` of each row, sorted.
fn rows(run: &Run) -> Vec<String> {
    let keys = ["indicator", "client", "user", "count", "events", "first", "last"];
    let mut rows: Vec<String> =
        records(&run.out).iter().map(|row| keys.map(|key| row[key].as_str()).join(" ")).collect();
    rows.sort();
    rows
}

#[test]
fn counts_by_indicator_and_client() {
    let folder = folder();
    let run = folder.run("report -f c2.txt --csv dns.log web.log clean.log").code(0);
    let expected = [
        "198.51.100.0/28 192.0.2.7  1 1 2026-05-12T10:01:00Z 2026-05-12T10:01:00Z",
        "198.51.100.0/28 192.0.2.8  1 1 2026-05-12T10:00:10Z 2026-05-12T10:00:10Z",
        "evil.test   1 1  ",
        "evil.test 192.0.2.7  2 2 2026-05-12T10:00:00Z 2026-05-12T10:01:00Z",
        "evil.test 192.0.2.7 eve 1 1 2026-05-12T10:02:03Z 2026-05-12T10:02:03Z",
        "evil.test 192.0.2.8  2 1 2026-05-12T10:00:10Z 2026-05-12T10:00:10Z",
        "http://shop.test/login/ 192.0.2.7 eve 1 1 2026-05-12T10:02:03Z 2026-05-12T10:02:03Z",
    ];
    assert_eq!(rows(&run), expected);
    assert!(run.summary.starts_with("logscan: 3 logs, 0.0 MB"), "{}", run.summary);
    // Hits of an earlier scan give the same report, byte for byte, on one thread or more.
    let scan = folder.run("scan -f c2.txt --json dns.log web.log clean.log").code(0);
    folder.write("hits.jsonl", scan.out.as_bytes());
    assert_eq!(folder.run("report --from hits.jsonl --csv").code(0).out, run.out);
    assert_eq!(folder.run("report -f c2.txt -j 1 --csv dns.log web.log clean.log").code(0).out, run.out);
}

#[test]
fn no_hit_ends_with_one_and_a_total() {
    let run = folder().run("report -f c2.txt clean.log").code(1);
    assert_eq!(run.out, "total: 0 hits on 0 lines, 0 indicators met by 0 clients, according to 0 feeds\n");
}

#[test]
fn several_outputs_at_once() {
    let folder = folder();
    let run = folder.run("report -f c2.txt --csv=out.csv --json=out.json dns.log web.log missing.log").code(2);
    assert!(run.out.starts_with("INDICATOR "), "{}", run.out);
    let last = run.out.lines().last().unwrap();
    assert!(last.starts_with("not read completely: missing.log: "), "{}", run.out);
    let report: Value = serde_json::from_slice(&fs::read(folder.path("out.json")).unwrap()).unwrap();
    assert_eq!((report["total"]["count"].as_u64(), report["total"]["events"].as_u64()), (Some(9), Some(5)));
    assert_eq!(report["pairs"].as_array().unwrap().len(), 7);
    assert_eq!(report["unread"][0]["log"], "missing.log");
    let with_user = report["pairs"].as_array().unwrap().iter().find(|pair| pair["who"]["user"] == "eve").unwrap();
    assert!(with_user["samples"][0]["text"].as_str().unwrap().contains("GET /a"));
    assert_eq!(records(&fs::read_to_string(folder.path("out.csv")).unwrap()).len(), 7);
    folder.run("report -f c2.txt --csv --json dns.log").code(2);
}

#[test]
fn a_table_fits_its_width() {
    let long = format!("{}.evil.test\n", "a".repeat(60));
    let folder = folder();
    folder.write("long.txt", format!("{long}\u{4e2d}\u{6587}.test\n").as_bytes());
    folder.write("long.log", format!("192.0.2.7 {long}").as_bytes());
    for width in [40, 60, 80, 100, 140, 200] {
        let mut command = folder.command("report -f c2.txt -f long.txt dns.log web.log long.log");
        let run = Run::of(command.env("COLUMNS", width.to_string()).output().unwrap(), "report").code(0);
        let widest = run.out.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{width}: {}", run.out);
        assert!(run.out.contains("total: ") && run.out.contains("evil.test"), "{width}: {}", run.out);
    }
    let run = folder.run("report -f c2.txt --top 1 dns.log");
    assert!(run.out.contains("and 3 more rows (--top 0 shows all)"), "{}", run.out);
}

#[test]
fn folded_rows_are_named_and_counted() {
    let rows: Vec<(u32, String)> = (0..100).map(|at| (1_778_580_000 + at, format!("192.0.2.{}", at % 50))).collect();
    let rows: Vec<_> = rows.iter().map(|(at, client)| (*at, client.as_str(), "evil.test", "-")).collect();
    let folder = Folder::new(&[("c2.txt", FEED), ("dns.log", &zeek(&rows))]);
    let run = folder.run("report -f c2.txt --max-pairs 10 --csv dns.log").code(0);
    assert!(run.err.contains("more than 10 pairs of indicator and client"), "{}", run.err);
    let records = records(&run.out);
    assert!(records.len() <= 11);
    let others = records.last().unwrap();
    assert_eq!((others["indicator"].as_str(), others["kind"].as_str()), ("(others)", "others"));
    let sum: u64 = records.iter().map(|row| row["count"].parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 100);
}

#[test]
fn lines_that_are_not_hits_are_named() {
    let folder = folder();
    folder.write(
        "hits.jsonl",
        b"{\"kind\":\"domain\",\"indicator\":\"evil.test\",\"file\":\"a\",\"line\":1}\nno\n{}\n[]\n1\n",
    );
    let run = folder.run("report --from hits.jsonl").code(2);
    assert!(run.out.contains("total: 1 hit on 1 line"), "{}", run.out);
    assert!(
        run.err.contains("hits.jsonl:2: not a hit") && run.err.contains("1 more line not read as a hit"),
        "{}",
        run.err
    );
    folder.run("report --from missing.jsonl").code(2);
}

/// No text from a log or a feed is a formula to a spreadsheet.
#[test]
fn no_field_is_a_formula() {
    let log = b"192.0.2.7 - =1+1 [12/May/2026:10:02:03 +0000] \"GET /a HTTP/1.1\" 404 5 \"http://evil.test/\" \"x\"\n";
    let folder = Folder::new(&[("c2.txt", FEED), ("@web.log", log)]);
    let run = folder.run("report -f @SUM(1)=c2.txt --csv @web.log").code(0);
    let records = records(&run.out);
    let formulas: HashSet<char> = ['=', '+', '-', '@'].into();
    for field in records.iter().flat_map(|row| row.values()) {
        assert!(!field.starts_with(|c| formulas.contains(&c)), "{field}");
    }
    assert_eq!(records[0]["user"], "'=1+1");
}

#[test]
fn a_page_holds_what_logs_hold_as_text_alone() {
    let log = b"192.0.2.7 - <b>eve</b> [12/May/2026:10:02:03 +0000] \"GET /</script><script>alert(1)</script> HTTP/1.1\" 404 5 \
        \"http://evil.test/'>\" \"<img src=x onerror=alert(1)>\"\n";
    let folder = Folder::new(&[("c2.txt", FEED), ("web.log", log)]);
    folder.run("report -f <i>c2</i>=c2.txt --html day.html --title <u>day</u> web.log missing.log").code(2);
    let page = fs::read_to_string(folder.path("day.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    for markup in ["<b>eve", "<img", "<i>c2", "<u>day", "</script><script>alert"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(page.contains("default-src 'none'; script-src 'sha256-"));
    assert!(page.contains("missing.log: No such file"));
    // The data block holds the hostile text as JSON.
    let data = page.split("<script type=\"application/json\" id=\"data\">").nth(1).unwrap();
    let data: Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    assert_eq!(data["rows"].as_array().unwrap().len(), 1);
    assert!(data["samples"]["0"][0][3].as_str().unwrap().contains("</script><script>alert(1)"));
}

/// Reads the STIX bundle back: the partner's indicator is sighted by its own id.
#[test]
fn partners_get_sightings_of_their_own_indicators() {
    let own = "indicator--a932fcc6-e032-476c-826f-cb970a5a1ade";
    let bundle = format!(
        r#"{{"type":"bundle","id":"bundle--1","objects":[{{"type":"indicator","spec_version":"2.1","id":"{own}",
        "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'evil.test']",
        "pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}]}}"#
    );
    let folder = folder();
    folder.write("partner.json", bundle.as_bytes());
    folder.write("key", b"a key of more than sixteen bytes\n");
    let run = |share: &str| {
        let line = format!(
            "report -f partner.json -f c2.txt --stix out.json --misp misp.json --identity CERT {share} dns.log"
        );
        folder.run(&line).code(0);
        let read = |name: &str| -> Value { serde_json::from_slice(&fs::read(folder.path(name)).unwrap()).unwrap() };
        (read("out.json"), read("misp.json"))
    };
    let of = |bundle: &Value, kind: &str| -> Vec<Value> {
        let objects = bundle["objects"].as_array().unwrap();
        objects.iter().filter(|object| object["type"] == kind).cloned().collect()
    };
    let (none, misp) = run("");
    let sightings = of(&none, "sighting");
    assert_eq!(sightings.len(), 2);
    let partner = sightings.iter().find(|sighting| sighting["sighting_of_ref"] == own).unwrap();
    assert_eq!(partner["count"], 4);
    assert_eq!(partner["first_seen"], "2026-05-12T10:00:00.000Z");
    let ours = of(&none, "indicator");
    assert_eq!(ours.len(), 1, "the partner's own is not made again");
    // No feed gives a start, so the indicator is valid from the first sighting.
    let met = sightings.iter().find(|sighting| sighting["sighting_of_ref"] == ours[0]["id"]).unwrap();
    assert_eq!(ours[0]["valid_from"], met["first_seen"]);
    // Objects are created at the times that they describe.
    for object in none["objects"].as_array().unwrap().iter().filter(|object| object.get("created").is_some()) {
        let (created, modified) = (object["created"].as_str().unwrap(), object["modified"].as_str().unwrap());
        assert!(created.starts_with("2026-05-12T1") && created <= modified, "{object}");
    }
    for text in [none.to_string(), misp.to_string()] {
        assert!(!text.contains("192.0.2."), "nobody is named by accident: {text}");
    }
    assert_eq!(misp["sightings"][0]["source"], "CERT");
    assert!(misp["sightings"].to_string().contains(&own[11..]));
    assert_eq!(run("").0, none, "ids are stable");
    let (keyed, _) = run("--share keyed --share-key key");
    assert_eq!(of(&keyed, "sighting").len(), 4);
    assert!(keyed.to_string().contains("hmac-sha256:") && !keyed.to_string().contains("192.0.2."));
    let (full, misp) = run("--share full");
    assert!(full.to_string().contains("192.0.2.7") && misp.to_string().contains("CERT: 192.0.2.7"));
    folder.run("report -f c2.txt --stix out.json --share keyed dns.log").code(2);
}

#[test]
fn a_job_stands_in_a_file() {
    let folder = folder();
    fs::create_dir(folder.path("etc")).unwrap();
    folder.write(
        "etc/day.toml",
        b"[[feed]]\npath = '../c2.txt'\n\n[run]\nlogs = ['../dns.log', '../web.log']\ncsv = 'day.csv'\njson = 'day.json'\nfail_on = 'errors'\n",
    );
    folder.run("run --config etc/day.toml").code(0);
    assert_eq!(records(&fs::read_to_string(folder.path("etc/day.csv")).unwrap()).len(), 7);
    folder.write("etc/scan.toml", b"[[feed]]\npath = '../c2.txt'\n[run]\ncommand = 'scan'\nlogs = ['../clean.log']\n");
    folder.run("run --config etc/scan.toml").code(1);
    for (job, why) in [
        ("[run]\nhmtl = 'x'\n", "day.toml: [run]: `hmtl` is not an option of `logscan report`"),
        ("", "no table `[run]`"),
        ("[run]\nmax_pairs = 'x'\n", "[run]: invalid value 'x'"),
        ("[run\n", "day.toml:3: "),
    ] {
        folder.write("day.toml", format!("[[feed]]\npath = 'c2.txt'\n{job}").as_bytes());
        let run = folder.run("run --config day.toml").code(2);
        assert!(run.err.contains(why), "{}", run.err);
    }
}

/// `--from` is a time for `scan`, and files of hits for `report`.
#[test]
fn a_time_is_no_file_of_hits() {
    let folder = folder();
    for command in ["report --from 2026-05-01", "report -f c2.txt --from=2026-05-01T00:00:00Z dns.log"] {
        let run = folder.run(command).code(2);
        assert!(run.err.contains("not a time; --not-before takes one"), "{}", run.err);
    }
    folder.write("2026-05-01", folder.run("scan -f c2.txt --json dns.log").out.as_bytes());
    folder.run("report --from 2026-05-01").code(0);
    folder.write("etc.toml", b"[run]\nfrom = '2026-05-01'\ncsv = 'etc.csv'\n");
    folder.run("run --config etc.toml").code(0);
    assert!(records(&fs::read_to_string(folder.path("etc.csv")).unwrap()).len() > 1);
}

/// The summary counts what was reported: hits beyond a limit, and those of earlier runs, are not.
#[test]
fn the_summary_counts_what_was_written() {
    let folder = folder();
    folder.write("two.log", b"evil.test evil.test\nevil.test\n");
    for (options, ends) in [
        ("-m 1", "1 hit, 1 pair"),
        ("-m 2 --json", "2 hits, 2 pairs"),
        ("-c -m 1", "1 hit, 1 pair"),
        ("", "3 hits, 3 pairs"),
        ("--state s -m 2", "2 hits, 2 pairs"),
        ("--state s", "1 hit, 1 pair"),
        ("--state s --json", "0 hits, 0 pairs"),
    ] {
        let run = folder.run(&format!("scan -f c2.txt {options} two.log"));
        assert!(run.summary.trim_end().ends_with(&format!(" s: {ends}")), "{options}: {}", run.summary);
    }
}

/// An output that cannot be written is reported before the logs are scanned, which may take hours.
#[test]
fn outputs_are_checked_before_the_scan() {
    let folder = folder();
    fs::create_dir(folder.path("sub")).unwrap();
    for (options, why) in [
        ("--html no/such/page", "no/such/page: "),
        ("--html sub", "sub: is a directory"),
        ("--csv=day.csv --stix no/s", "no/s: "),
        ("--stix s --share keyed", "--share keyed needs --share-key FILE"),
        ("--stix s --share keyed --share-key none", "none: "),
    ] {
        let run = folder.run(&format!("report {options} -f c2.txt a.log")).code(2);
        assert!(
            run.err.starts_with(&format!("logscan: {why}")) && run.err.lines().count() == 1,
            "{options}: {}",
            run.err
        );
        assert_eq!((run.out.as_str(), run.summary.as_str()), ("", ""), "{options}");
    }
    for name in ["day.csv", "s"] {
        assert!(!folder.path(name).exists(), "{name}");
    }
    // Nothing stays of the check.
    let is_left = |name: &str| name.ends_with(".tmp");
    assert!(!fs::read_dir(folder.0.path()).unwrap().any(|file| is_left(&file.unwrap().file_name().to_string_lossy())));
}

/// The options that are named are those of the command.
#[test]
fn hits_outside_the_time_span_are_counted() {
    let folder = Folder::new(&[("c2.txt", b"evil.test\n"), ("a.log", b"2026-05-12T10:00:00Z evil.test\n")]);
    for (line, options) in [("report --not-before", "--not-before and --not-after"), ("scan --from", "--from and --to")]
    {
        let run = folder.run(&format!("{line} 2026-05-13 -f c2.txt a.log")).code(1);
        assert_eq!(run.err, format!("logscan: 1 match withheld: 1 of events outside {options}\n"));
    }
}

#[test]
fn a_glob_that_names_nothing_is_said_without_a_name() {
    let folder = folder();
    let run = folder.run("report -f c2.txt --html day.html nothing*").code(2);
    let why = "nothing*: no file matches";
    assert_eq!(run.err, format!("logscan: {why}\n"));
    assert!(run.out.ends_with(&format!("\nnot read completely: {why}\n")), "{}", run.out);
    assert!(fs::read_to_string(folder.path("day.html")).unwrap().contains(&format!("<li>{why}</li>")));
}
