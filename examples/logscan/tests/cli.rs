//! Runs the scanner as a process: every flag, every exit code, and every output.

mod common;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use common::{FEED, LOG, Run, folder, logscan};

#[test]
fn exit_codes() {
    let folder = folder();
    folder.write("empty.txt", b"");
    folder.write("comments.txt", b"# nothing\n");
    folder.write("page.txt", b"<!DOCTYPE html><html><body>Not found</body></html>\n");
    folder.write("prose.txt", b"this is not\na feed at all\nbut some words\n");
    folder.write("partly.txt", b"evil.test\nnot a value at all\n");
    for (line, code) in [
        ("scan -f c2.txt a.log", 0),
        ("scan -f c2.txt clean.log", 1),
        ("scan -f c2.txt empty.log", 1),
        ("scan -f c2.txt clean.log a.log", 0),
        ("scan -q -f c2.txt a.log", 0),
        ("scan -q -f c2.txt clean.log", 1),
        // Any error, also after hits.
        ("scan -f c2.txt missing.log", 2),
        ("scan -f c2.txt a.log missing.log", 2),
        ("scan -f c2.txt missing.log a.log", 2),
        ("scan -f c2.txt .", 0),
        ("scan -f c2.txt nothing*.log", 2),
        ("scan -f c2.txt --include [ .", 2),
        ("scan -f missing.txt a.log", 2),
        ("scan -f empty.txt a.log", 2),
        ("scan -f comments.txt a.log", 2),
        ("scan -f page.txt a.log", 2),
        ("scan -f prose.txt a.log", 2),
        ("scan -f c2.txt --allow missing.txt a.log", 2),
        ("scan -f c2.txt --psl missing.dat a.log", 2),
        ("scan a.log", 2),
        ("scan -f c2.txt --as-of yesterday a.log", 2),
        ("scan -f c2.txt --min-confidence 101 a.log", 2),
        ("scan -f c2.txt -j 0 a.log", 2),
        ("scan -f c2.txt -m 0 a.log", 2),
        ("scan -f c2.txt --json -c a.log", 2),
        ("scan -f x=nonsense:c2.txt a.log", 2),
        ("scan -f x=c2.txt -f x=c2.txt a.log", 2),
        ("nonsense", 2),
        ("", 2),
        // Rejected lines are warnings.
        ("scan -f partly.txt a.log", 0),
        ("check -f c2.txt evil.test", 0),
        ("check -f c2.txt ok.test", 1),
        ("check -f c2.txt not!a!value", 1),
        ("check -f missing.txt evil.test", 2),
        ("lint -f c2.txt", 0),
        ("lint -f partly.txt", 0),
        ("lint -f empty.txt", 2),
        ("--help", 0),
        ("--version", 0),
        ("scan --help", 0),
    ] {
        let run = folder.run(line).code(code);
        assert_eq!(
            run.err.is_empty(),
            code != 2 && !line.contains("partly") || line.starts_with("lint -f partly"),
            "{line}: {}",
            run.err
        );
    }
}

#[test]
fn errors_name_the_file_and_the_reason() {
    let folder = folder();
    folder.write("empty.txt", b"");
    folder.write("partly.txt", b"evil.test\n\n10.0.0.1\nnot a value\n\x1b[31mred\n1.2.3\nx..y\n");
    for (line, wants) in [
        ("scan -f c2.txt missing.log", &["missing.log", "No such file"][..]),
        ("scan -f c2.txt nothing*.log", &["nothing*.log: no file matches"]),
        ("scan -f missing.txt a.log", &["missing.txt", "No such file"]),
        ("scan -f empty.txt a.log", &["empty.txt"]),
        ("scan -f x=c2.txt -f x=c2.txt a.log", &["named x"]),
        ("scan -f c2.txt --as-of yesterday a.log", &["yesterday", "2026-05-01"]),
        (
            "scan -f p=plain:partly.txt a.log",
            &["partly.txt:3: 10.0.0.1: private or reserved", "partly.txt:4: not a value: ", "more lines rejected"],
        ),
    ] {
        let run = folder.run(line);
        for want in wants {
            assert!(run.err.contains(want), "{line}: {want}: {}", run.err);
        }
        assert!(!run.err.contains('\x1b'), "{}", run.err);
    }
}

#[test]
fn hits_for_people() {
    let folder = folder();
    let run = folder.run("scan -f c2.txt a.log").code(0);
    assert_eq!(
        run.out,
        "\
a.log:1:6: 192.0.2.7
  -> 192.0.2.7  ip, exact  c2:1, score 12
  @  192.0.2.7  in from (source.ip)
  |  from 192.0.2.7 to ok.test
a.log:3:7: WWW.Evil.Test = www.evil.test
  -> evil.test  domain, subdomain  c2:3
  @  198.51.100.3
  |  query WWW.Evil.Test and 198.51.100.3
a.log:3:25: 198.51.100.3
  -> 198.51.100.0/28  ip, cidr  c2:2
  @  198.51.100.3  in address (source.ip)
  |  query WWW.Evil.Test and 198.51.100.3
a.log:4:5: http://shop.test/login/x
  -> http://shop.test/login/  url, url_prefix  c2:5
  @  in request_uri (url.original)
  |  GET http://shop.test/login/x
"
    );
    let short = folder.run("scan --no-text -f c2.txt a.log").code(0);
    assert!(!short.out.contains("  |  ") && short.out.lines().count() == 12, "{}", short.out);
    let plain = folder.run("scan --events off -f c2.txt a.log").code(0);
    assert!(!plain.out.contains("  @  ") && plain.out.lines().count() == 12, "{}", plain.out);
    let coloured = folder.run("scan --color always -f c2.txt a.log").code(0);
    assert!(coloured.out.contains("\x1b[") && coloured.out.lines().count() == run.out.lines().count());
    assert_eq!(folder.run("scan --color never -f c2.txt a.log").out, run.out);
}

#[test]
fn json_lines() {
    let folder = folder();
    folder.write("rich.txt", b"evil.test\n");
    let run = folder.run("scan --json -f c2.txt -f rich.txt a.log").code(0);
    let rows = run.json();
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let keys: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let mut want =
            vec!["file", "line", "offset", "observed", "canonical", "kind", "indicator", "scope", "relation"];
        want.extend(["strength", "context", "text", "event", "sources"]);
        if row["kind"] == "ip" {
            want.retain(|key| *key != "scope");
        }
        assert_eq!(keys, want);
        assert!(row["line"].is_u64() && row["offset"].is_u64() && row["sources"].is_array());
        let (start, observed) = (row["offset"].as_u64().unwrap() as usize, row["observed"].as_str().unwrap());
        assert_eq!(&LOG[start..start + observed.len()], observed.as_bytes());
    }
    let name = &rows[1];
    assert_eq!(
        (name["canonical"].as_str(), name["scope"].as_str(), name["strength"].as_str(), name["context"].as_str()),
        (Some("www.evil.test"), Some("suffix"), Some("strong"), Some("text"))
    );
    assert_eq!(name["text"], "query WWW.Evil.Test and 198.51.100.3");
    assert_eq!(
        name["sources"],
        serde_json::json!([{"feed": "c2", "line": 3, "as_listed": "evil.test"}, {"feed": "rich", "line": 1, "as_listed": "evil.test"}])
    );
    assert_eq!(rows[0]["sources"][0]["score"], 12.0);
    let without = folder.run("scan --json --no-text -f c2.txt a.log").code(0).json();
    assert!(without.iter().all(|row| row.get("text").is_none()));
}

#[test]
fn order_is_by_file_as_given_then_offset_then_most_specific_first() {
    let folder = folder();
    folder.write("more.txt", b"a.evil.test\ntest.example\nevil.test:443\n192.0.2.0/24\n192.0.2.1\n");
    folder.write("b.log", b"a.evil.test:443 192.0.2.1\n");
    let run = folder.run("scan --json -f c2.txt -f more.txt b.log a.log").code(0);
    assert_eq!(
        run.rows(),
        [
            "b.log:1:a.evil.test:a.evil.test",
            "b.log:1:a.evil.test:evil.test:443",
            "b.log:1:a.evil.test:evil.test",
            "b.log:1:192.0.2.1:192.0.2.1",
            "b.log:1:192.0.2.1:192.0.2.0/24",
            "a.log:1:192.0.2.7:192.0.2.7",
            "a.log:1:192.0.2.7:192.0.2.0/24",
            "a.log:3:WWW.Evil.Test:evil.test:443",
            "a.log:3:WWW.Evil.Test:evil.test",
            "a.log:3:198.51.100.3:198.51.100.0/28",
            "a.log:4:http://shop.test/login/x:http://shop.test/login/",
        ]
    );
}

#[test]
fn counts_lists_limits_and_silence() {
    let folder = folder();
    assert_eq!(folder.run("scan -c -f c2.txt a.log").code(0).out, "4\n");
    assert_eq!(folder.run("scan -c -f c2.txt a.log clean.log").code(0).out, "a.log:4\nclean.log:0\ntotal:4\n");
    assert_eq!(folder.run("scan -l -f c2.txt clean.log a.log").code(0).out, "a.log\n");
    assert_eq!(folder.run("scan -l -f c2.txt clean.log").code(1).out, "");
    assert_eq!(folder.run("scan -q -f c2.txt a.log").code(0).out, "");
    for limit in 1..=5 {
        let rows = folder.run(&format!("scan -m {limit} --json -f c2.txt a.log a.log")).code(0).rows();
        assert_eq!(rows.len(), limit);
        assert!(limit < 5 || rows[4].starts_with("a.log:1:"));
    }
    assert_eq!(folder.run("scan -m 3 -c -f c2.txt a.log a.log").code(0).out, "a.log:3\ntotal:3\n");
}

#[test]
fn threads_do_not_change_the_output() {
    let folder = folder();
    let mut log = Vec::new();
    while log.len() < 9 << 20 {
        log.extend_from_slice(LOG);
    }
    folder.write("big.log", &log);
    let want = folder.run("scan --json -j 1 -f c2.txt big.log a.log").code(0).out;
    for threads in [2, 3, 8] {
        assert!(
            folder.run(&format!("scan --json -j {threads} -f c2.txt big.log a.log")).code(0).out == want,
            "{threads}"
        );
    }
}

#[test]
fn standard_input() {
    let folder = folder();
    for line in ["scan --json -f c2.txt", "scan --json -f c2.txt -"] {
        let rows = folder.run_with(line, LOG).code(0).rows();
        assert_eq!((rows.len(), rows[0].as_str()), (4, "(standard input):1:192.0.2.7:192.0.2.7"));
    }
    let rows = folder.run_with("scan --json -f c2.txt a.log -", LOG).code(0).rows();
    assert_eq!(rows.len(), 8);
    assert_eq!(folder.run_with("scan -c -f c2.txt -", b"").code(1).out, "0\n");
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = folder();
    folder.write("big.log", &LOG.repeat(100_000));
    let mut child =
        folder.command("scan --json -f c2.txt big.log").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut start = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn feeds_are_named_and_their_formats_given() {
    let folder = folder();
    folder.write("h.txt", b"0.0.0.0 evil.test\n");
    fs::create_dir(folder.path("sub")).unwrap();
    folder.write("sub/c2.txt", FEED);
    let feeds = |line: &str| -> Vec<String> {
        let rows = folder.run(line).code(0).json();
        rows[0]["sources"].as_array().unwrap().iter().map(|s| s["feed"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(feeds("scan --json -f c2.txt a.log"), ["c2"]);
    assert_eq!(feeds("scan --json -f mine=c2.txt a.log"), ["mine"]);
    assert_eq!(feeds("scan --json -f mine=plain:c2.txt a.log"), ["mine"]);
    // Two files with the same stem get different names.
    assert_eq!(feeds("scan --json -f c2.txt -f sub/c2.txt a.log"), ["c2.txt", "sub/c2.txt"]);
    // A hosts file lists single hosts, a plain list also the names under them.
    assert_eq!(folder.run("scan -c -f h.txt a.log").code(1).out, "0\n");
    assert_eq!(folder.run("scan -c -f h.txt --domain-scope suffix a.log").code(0).out, "1\n");
    assert_eq!(folder.run("scan -c -f c2.txt --domain-scope exact a.log").code(0).out, "3\n");
    assert_eq!(folder.run("scan -c -f h=hosts:h.txt --domain-scope suffix a.log").code(0).out, "1\n");
}

#[test]
fn many_feeds_in_one_file() {
    let folder = folder();
    fs::create_dir(folder.path("feeds")).unwrap();
    folder.write("feeds/h.txt", b"0.0.0.0 evil.test\n");
    folder.write("feeds/list.txt", b"198.51.100.3\n10.0.0.1\n");
    folder.write("feeds/ours.txt", b"192.0.2.7\n");
    folder.write(
        "feeds/all.toml",
        b"[defaults]\ntags = ['t']\n[[feed]]\npath = 'h.txt'\nscope = 'suffix'\n[[feed]]\nname = 'lists'\npath = 'l*.txt'\n[[feed]]\npath = 'ours.txt'\naction = 'allow'\n",
    );
    // Paths start in the folder of the configuration, and its feeds add to those of the command line.
    let run = folder.run("scan --json --config feeds/all.toml a.log").code(0);
    assert_eq!(run.rows(), ["a.log:3:WWW.Evil.Test:evil.test", "a.log:3:198.51.100.3:198.51.100.3"]);
    assert_eq!(run.json()[1]["sources"][0]["feed"], "lists/list");
    assert_eq!(run.json()[0]["sources"][0]["tags"], serde_json::json!(["t"]));
    assert!(run.err.contains("list.txt:2: 10.0.0.1: private"), "{}", run.err);
    let run = folder.run("scan --json --config feeds/all.toml -f c2.txt a.log").code(0);
    assert_eq!(run.rows().len(), 4);
    assert_eq!(run.json()[0]["sources"][0]["feed"], "h");
    assert_eq!(run.json()[0]["sources"][1]["feed"], "c2");
    // Flags override the configuration.
    assert_eq!(folder.run("scan -c --config feeds/all.toml --domain-scope exact a.log").code(0).out, "1\n");
    let run = folder.run("scan -c --config feeds/all.toml --admit bogons a.log").code(0);
    assert_eq!(run.err, "");
    let run = folder.run("check --config feeds/all.toml 192.0.2.7 www.evil.test").code(0);
    assert!(run.out.contains("no indicator covers it") && run.out.contains("h:1"), "{}", run.out);
    let run = folder.run("check --config feeds/all.toml -f c2.txt 192.0.2.7").code(1);
    assert!(run.out.contains("1 suppressed by what is allowed: 192.0.2.7 (ours:1)"), "{}", run.out);
    folder.run("lint --config feeds/all.toml").code(0);

    folder.write("feeds/wrong.toml", b"[[feed]]\npath = 'h.txt'\nscop = 'exact'\n");
    for (line, want) in [
        ("scan --config feeds/wrong.toml a.log", "feeds/wrong.toml:3:1: unknown key `scop`"),
        ("check --config missing.toml evil.test", "missing.toml: No such file"),
        ("lint --config feeds/all.toml --config feeds/all.toml", "feed named h"),
        ("scan --config feeds/all.toml -f h=c2.txt a.log", "two feeds are named h"),
        ("scan a.log", "--feed"),
    ] {
        let run = folder.run(line).code(2);
        assert!(run.err.contains(want), "{line}: {}", run.err);
    }
}

#[test]
fn the_sample_configuration_runs() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let line = ["scan", "--json", "--config", "feeds.toml", "access.log", "syslog.log"];
    let mut command = logscan();
    let output = command.current_dir(samples).args(line).stdin(Stdio::null()).output().unwrap();
    let run = Run::of(output, "scan --config").code(0);
    let rows = run.rows();
    // The three lists alone have 19 hits in these logs. One of them is allowed, and the partner's list adds one.
    assert_eq!(rows.len(), 19);
    assert!(!rows.iter().any(|row| row.contains("parcel")));
    assert!(rows.iter().any(|row| row.ends_with(":cdn7.c2.evil.test")), "{rows:?}");
}

#[test]
fn hits_for_spreadsheets() {
    let folder = folder();
    folder.write("=odd, name.log", b"say \"hi\", =1+1 to evil.test\n");
    let run = Run::of(
        folder.command("scan --format csv -f c2.txt").args(["=odd, name.log", "a.log"]).output().unwrap(),
        "csv",
    );
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[0].starts_with("file,line,offset,observed,canonical,kind,indicator,") && lines[0].ends_with(",text"));
    assert_eq!(
        lines[1],
        "\"'=odd, name.log\",1,18,evil.test,evil.test,domain,evil.test,suffix,exact,strong,text,c2:3,,,\"say \"\"hi\"\", =1+1 to evil.test\""
    );
    assert!(
        lines[2].starts_with("a.log,1,5,192.0.2.7,192.0.2.7,ip,192.0.2.7,,exact,strong,text,c2:1,,,from 192"),
        "{}",
        lines[2]
    );
    for threads in ["-j 1", "-j 3"] {
        let limited = folder.run(&format!("scan --format csv {threads} -m 2 -f c2.txt a.log")).code(0);
        assert_eq!(limited.out.lines().collect::<Vec<_>>(), [lines[0], lines[2], lines[3]]);
    }
    assert_eq!(folder.run("scan --format csv -f c2.txt clean.log").code(1).out.lines().count(), 1);
    assert!(!folder.run("scan --format csv --no-text -f c2.txt a.log").code(0).out.contains("from 192"));
    let json = folder.run("scan --json -f c2.txt a.log").code(0).out;
    assert_eq!(folder.run("scan --format json -f c2.txt a.log").code(0).out, json);
    folder.run("scan --format json --json -f c2.txt a.log").code(2);
    folder.run("scan --format csv -c -f c2.txt a.log").code(2);
}

#[test]
fn control_bytes_never_reach_the_output() {
    let folder = folder();
    folder.write("esc.log", b"\x1b[31m\x07evil.test\x1b]0;title\x07 \xC2\x9B31m \xE2\x80\xAE \xFF\x00 \x7F end\n");
    for line in ["scan -f c2.txt esc.log", "scan --json -f c2.txt esc.log", "scan --color always -f c2.txt esc.log"] {
        let run = folder.run(line).code(0);
        let sequences = run.out.replace("\x1b[0m", "");
        let is_bad = |c: char| (c.is_control() && c != '\n' && c != '\x1b') || matches!(c, '\u{202E}' | '\u{9B}');
        assert!(!run.out.chars().any(is_bad), "{:?}", run.out);
        if line.contains("always") {
            assert!(!sequences.contains("\x1b[31m\x07") && !sequences.contains("\x1b]"), "{sequences:?}");
        } else {
            assert!(!run.out.contains('\x1b'));
        }
    }
    let text = folder.run("scan --json -f c2.txt esc.log").json()[0]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("\x1b[31m\x07evil.test") && text.contains('\u{FFFD}'));
}

#[test]
fn a_long_line_is_cut_around_the_hit() {
    let folder = folder();
    let mut log = vec![b'x'; 10_000];
    log.extend_from_slice(b" evil.test ");
    log.extend(vec![b'y'; 10_000]);
    folder.write("long.log", &log);
    let rows = folder.run("scan --json -f c2.txt long.log").code(0).json();
    let text = rows[0]["text"].as_str().unwrap();
    assert!(text.len() <= 4096 && text.contains(" evil.test "), "{}", text.len());
}

#[test]
fn encodings_line_ends_and_compression() {
    let folder = folder();
    let text = String::from_utf8(LOG.to_vec()).unwrap();
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    folder.write("le.log", &[b"\xFF\xFE".to_vec(), units(u16::to_le_bytes)].concat());
    folder.write("be.log", &[b"\xFE\xFF".to_vec(), units(u16::to_be_bytes)].concat());
    folder.write("bare.log", &units(u16::to_le_bytes));
    folder.write("crlf.log", text.replace('\n', "\r\n").as_bytes());
    folder.write("bom.log", &[b"\xEF\xBB\xBF".to_vec(), LOG.to_vec()].concat());
    folder.write("open.log", text.trim_end().as_bytes());
    for log in ["le.log", "be.log", "bare.log", "crlf.log", "bom.log", "open.log"] {
        let rows = folder.run(&format!("scan --json -f c2.txt {log}")).code(0).json();
        let shown: Vec<_> =
            rows.iter().map(|row| (row["line"].as_u64().unwrap(), row["text"].as_str().unwrap())).collect();
        assert_eq!(shown[1], (3, "query WWW.Evil.Test and 198.51.100.3"), "{log}");
        assert_eq!(shown.len(), 4, "{log}");
    }
    // Offsets refer to the input.
    let offset = |log: &str| folder.run(&format!("scan --json -f c2.txt {log}")).json()[0]["offset"].as_u64();
    assert_eq!([offset("le.log"), offset("bare.log"), offset("bom.log")], [Some(12), Some(10), Some(8)]);
}

#[test]
fn defanged_logs_on_request() {
    let folder = folder();
    folder.write("report.txt", b"The loader calls hxxp://shop[.]test/login/x and evil[.]test.\n");
    assert_eq!(folder.run("scan -c -f c2.txt report.txt").code(1).out, "0\n");
    let rows = folder.run("scan --json --refang -f c2.txt report.txt").code(0).rows();
    assert_eq!(
        rows,
        ["report.txt:1:hxxp://shop[.]test/login/x:http://shop.test/login/", "report.txt:1:evil[.]test:evil.test"]
    );
}

/// A mistake that would otherwise look like a missing file, or like logs without hits.
#[test]
fn the_intended_word_is_suggested() {
    let folder = folder();
    for (line, why) in [
        ("scan -f x=nosuch:c2.txt a.log", "unknown format `nosuch` for c2.txt"),
        ("scan -f nosuch:c2.txt a.log", "is not a file: a feed with a format is written NAME=nosuch:c2.txt"),
        (
            "scan -f plain:c2.txt a.log",
            "`plain:c2.txt` is not a file: a feed with a format is written NAME=plain:c2.txt",
        ),
        ("scan -f c2.txt --from 2026-06-01 --to 2026-05-01 a.log", "no event lies in this span"),
        ("scan -f c2.txt --from 2026-06-01 --to 2026-06-01 a.log", "no event lies in this span"),
        ("report -f c2.txt --not-before 2026-06-01 --not-after 2026-05-01 a.log", "no event lies in this span"),
        ("scan -f c2.txt --events off --to 2026-05-01 a.log", "--from and --to need --events on"),
    ] {
        let run = folder.run(line).code(2);
        assert_eq!((run.out.as_str(), run.err.lines().count()), ("", 1), "{line}: {}", run.err);
        assert!(run.err.contains(why), "{line}: {}", run.err);
    }
    for (line, tip) in [
        ("lint c2.txt", "tip: feeds are given with -f: 'logscan lint -f c2.txt'"),
        ("build c2.txt", "tip: feeds are given with -f: 'logscan build -f c2.txt -o set.sieve'"),
        ("export x.sieve", "'logscan export --sieve x.sieve --to rpz'"),
        ("run day.toml", "tip: the job is given with --config: 'logscan run --config day.toml'"),
        ("inspect --sieve x.sieve", "tip: compiled sets are given without an option: 'logscan inspect set.sieve'"),
        ("diff -f x.sieve y.sieve", "'logscan diff old.sieve new.sieve'"),
        ("a.log", "tip: to scan logs, use 'logscan scan -f FEED a.log'"),
        ("scna a.log", "a similar subcommand exists: 'scan'"),
        ("lint --feeds c2.txt", "a similar argument exists: '--feed'"),
        ("scan a.log", "no feed given: add `--feed FEED`, or `--config FILE` for a file that names feeds"),
    ] {
        let run = folder.run(line).code(2);
        assert!(run.err.contains(tip) && run.err.matches("tip: ").count() < 2, "{line}: {}", run.err);
    }
    folder.run("scan -f c2.txt --from 2026-05-01 --to 2026-06-01 a.log").code(0);
    folder.run("scan -f x=plain:c2.txt a.log").code(0);
}

#[test]
fn help_teaches() {
    let folder = folder();
    let help = folder.run("--help").code(0).out;
    for want in ["NAME=FORMAT:PATH", "logscan scan -f", "Exit codes: 0 hits, 1 no hits, 2 an error", "plain", "hosts"] {
        assert!(help.contains(want), "{want}");
    }
    let scan = folder.run("scan --help").code(0).out;
    for flag in [
        "--feed",
        "--config",
        "--allow",
        "--allow-all",
        "--exceptions",
        "--warning-lists-block",
        "-j",
        "--json",
        "--count",
        "--list",
        "--quiet",
        "-m",
        "--weak",
        "--stats",
        "--domain-scope",
        "--min-confidence",
        "--as-of",
        "--no-text",
        "--refang",
        "--include",
        "--exclude",
        "--hidden",
        "--links",
        "--mmap",
        "--follow",
        "--from-end",
        "--interval",
        "journalctl -f | logscan scan",
        "Memory: ",
        "--color",
        "--admit",
        "--psl",
    ] {
        assert!(scan.contains(flag), "{flag}");
    }
    assert!(folder.run("--version").code(0).out.starts_with("logscan "));
}
