//! The matches that a scan reports: allow lists, weak matches, ports, filters and guards.

mod common;

use common::folder;

#[test]
fn allowed_values_are_not_reported() {
    let folder = folder();
    folder.write("ours.txt", b"www.evil.test\n192.0.2.7\n");
    folder.write("wide.txt", b"test\n");
    folder.write("popular.txt", b"evil.test\nshop.test\n");
    let run = folder.run("scan --json --stats -f c2.txt --allow ours.txt a.log").code(0);
    assert_eq!(
        run.rows(),
        ["a.log:3:198.51.100.3:198.51.100.0/28", "a.log:4:http://shop.test/login/x:http://shop.test/login/"]
    );
    assert!(run.err.contains("allowed 2"), "{}", run.err);
    // A URL with a path is never suppressed; a wider entry suppresses nothing unless it is `allow_all`.
    let rows = folder.run("scan --json -f c2.txt --allow-all popular.txt a.log").code(0).rows();
    assert_eq!(rows.len(), 3);
    assert!(!rows.iter().any(|row| row.contains("Evil")));
    let run = folder.run("check -f c2.txt --allow ours.txt www.evil.test").code(1);
    assert_eq!(run.out, "www.evil.test: domain: no match: 1 suppressed by what is allowed: www.evil.test (ours:1)\n");
}

#[test]
fn the_exceptions_of_lists_can_be_overridden() {
    let folder = folder();
    folder.write("ads.txt", b"||evil.test^\n@@||www.evil.test^\n");
    folder.write("known.json", br#"{"name": "x", "type": "hostname", "version": 1, "list": ["evil.test"]}"#);
    folder.write("other.txt", b"mail.www.evil.test\nwww.evil.test\n");
    folder.write("b.log", b"evil.test www.evil.test mail.www.evil.test\n");
    folder.write("keep.toml", b"[[feed]]\npath = 'ads.txt'\nexceptions = 'skip'\n");
    folder.write("block.toml", b"[[feed]]\npath = 'known.json'\nwarning_lists_block = true\n");
    folder.write("allow.toml", b"[[feed]]\npath = 'other.txt'\n[[feed]]\npath = 'known.json'\naction = 'allow'\n");
    for (line, seen) in [
        ("-f ads.txt", &["evil.test"][..]),
        ("-f ads.txt -f other.txt", &["evil.test", "mail.www.evil.test"]),
        ("-f ads.txt -f other.txt --exceptions allow", &["evil.test", "mail.www.evil.test"]),
        ("-f ads.txt -f other.txt --exceptions allow-all", &["evil.test"]),
        ("-f ads.txt --exceptions skip", &["evil.test", "www.evil.test", "mail.www.evil.test"]),
        ("--config keep.toml", &["evil.test", "www.evil.test", "mail.www.evil.test"]),
        ("--config keep.toml --exceptions allow", &["evil.test"]),
        // A warning list allows everything under its names, unless `--allow` or a flag says otherwise.
        ("-f other.txt -f known.json", &[]),
        ("-f other.txt --allow-all known.json", &[]),
        ("-f other.txt --allow known.json", &["www.evil.test", "mail.www.evil.test"]),
        ("--config allow.toml", &["www.evil.test", "mail.www.evil.test"]),
        ("-f known.json --warning-lists-block", &["evil.test", "www.evil.test", "mail.www.evil.test"]),
        ("--config block.toml", &["evil.test", "www.evil.test", "mail.www.evil.test"]),
        // Any list can be an allow list, exceptions included.
        ("-f other.txt --allow ads.txt", &["mail.www.evil.test"]),
        ("-f other.txt --allow-all ads.txt", &[]),
    ] {
        let run = folder.run(&format!("scan --json {line} b.log")).code(if seen.is_empty() { 1 } else { 0 });
        let mut got: Vec<String> = run.json().iter().map(|row| row["observed"].as_str().unwrap().to_owned()).collect();
        got.dedup();
        assert_eq!(got, seen, "{line}");
    }
    let run = folder.run("check -f ads.txt www.evil.test").code(1);
    assert!(run.out.contains("suppressed by what is allowed: www.evil.test (ads:2)"), "{}", run.out);
    let run = folder.run("check -f other.txt -f known.json www.evil.test").code(1);
    assert!(run.out.contains("suppressed by what is allowed: evil.test (known:1)"), "{}", run.out);
}

#[test]
fn weak_hits_and_statistics() {
    let folder = folder();
    folder.write("weak.log", b"GET /files/evil.test HTTP/1.1\nshop.test Chrome/192.0.2.7\n");
    let run = folder.run("scan --stats -f c2.txt weak.log").code(1);
    assert!(
        run.err.contains(
            "withheld    3: name_like 2, host_only 1, port_unseen 0, other_port 0, outside 0, allowed 0, filtered 0"
        ),
        "{}",
        run.err
    );
    for want in ["indicators  5", "scanned", "MB/s", "hits        0"] {
        assert!(run.err.contains(want), "{want}: {}", run.err);
    }
    let rows = folder.run("scan --weak --json -f c2.txt weak.log").code(0).json();
    let strengths: Vec<_> = rows.iter().map(|row| row["strength"].as_str().unwrap()).collect();
    assert_eq!(strengths, ["name_like", "host_only", "name_like"]);
}

#[test]
fn ports() {
    let folder = folder();
    folder.write("ports.txt", b"192.0.2.9:8443\nevil.example:443\n");
    folder.write("p.log", b"192.0.2.9:8443 192.0.2.9:80 192.0.2.9 https://evil.example/ http://evil.example/\n");
    let rows = folder.run("scan --json -f ports.txt p.log").code(0).json();
    let shown: Vec<_> =
        rows.iter().map(|row| (row["offset"].as_u64().unwrap(), row["strength"].as_str().unwrap())).collect();
    assert_eq!(shown, [(0, "strong"), (28, "port_unseen"), (46, "strong")]);
    let run = folder.run("check -f ports.txt 192.0.2.9:80").code(1);
    assert!(run.out.contains("no indicator covers it; with other ports are listed: 192.0.2.9:8443"), "{}", run.out);
}

#[test]
fn filters_by_time_and_confidence() {
    // A plain list has neither times nor confidence, so its entries always pass.
    let folder = folder();
    for filter in ["--as-of 2026-05-01", "--as-of 2026-05-01T12:00:00Z", "--min-confidence 90"] {
        assert_eq!(folder.run(&format!("scan -c {filter} -f c2.txt a.log")).code(0).out, "4\n");
    }
}

#[test]
fn guards_can_be_opened() {
    let folder = folder();
    folder.write("lab.txt", b"10.1.2.3\n0.0.0.0/4\nco.uk\n");
    folder.write("lab.log", b"10.1.2.3 9.9.9.9 www.example.co.uk\n");
    assert_eq!(folder.run("scan -c -f lab.txt lab.log").code(1).out, "0\n");
    let line = "scan -c --admit bogons --admit wide-prefixes --admit public-suffixes -f lab.txt lab.log";
    assert_eq!(folder.run(line).code(0).out, "4\n");
}
