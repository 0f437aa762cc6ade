//! `logscan lint`: the health of feeds, and the result for each of their lines.

mod common;

use common::{Folder, folder};
use serde_json::{Value, json};

/// Runs the linter in a folder of these files. Returns exit code, output and errors.
fn lint(files: &[(&str, &str)], line: &str) -> (i32, String, String) {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let run = Folder::new(&files).run(&format!("lint {line}"));
    (run.code, run.out, run.err)
}

fn lint_json(files: &[(&str, &str)], line: &str) -> Value {
    let (_, out, err) = lint(files, &format!("--json {line}"));
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
}

/// Checks that a text contains all of `wants`.
fn holds(text: &str, wants: &[&str]) {
    for want in wants {
        assert!(text.contains(want), "{want}\n{text}");
    }
}

#[test]
fn one_line_a_feed_comes_first() {
    let many = "evil.test\n10.0.0.1\n10.0.0.2\n10.0.0.3\n";
    let files = [
        ("good.txt", "good.test\nbetter.test\n# only a comment\n"),
        ("odd.txt", many),
        ("again.txt", "good.test\n"),
        ("empty.txt", ""),
        ("rules.txt", "||ads.test^\n||ads.test^$image\n"),
    ];
    let (code, out, err) =
        lint(&files, "-f good.txt -f odd.txt -f again.txt -f empty.txt -f rules.txt --popular good.txt");
    // An unreadable feed is reported, and the others are still read.
    assert_eq!(code, 2);
    holds(&err, &["logscan: empty.txt: "]);
    let lines: Vec<&str> = out.lines().take_while(|line| !line.is_empty()).collect();
    let expected = [
        ("check  good   plain ", "2 entries  50 % new      0 rejected      0 skipped  <- 2 popular"),
        ("check  odd    plain ", "1 entry   100 % new      3 rejected      0 skipped  <- 75 % rejected"),
        ("check  again  plain ", "1 entry     0 % new      0 rejected      0 skipped  <- nothing new, 1 popular"),
        ("failed empty  unknown", "0 entries   0 % new      0 rejected      0 skipped  <- not read to the end"),
        ("ok     rules  adblock", "1 entry   100 % new      0 rejected      1 skipped"),
    ];
    assert_eq!(lines.len(), expected.len(), "{out}");
    for (line, (start, end)) in lines.iter().zip(expected) {
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
    }
}

#[test]
fn kinds_and_scopes_are_counted() {
    let list = "192.0.2.1\n192.0.2.0/25\n192.0.2.1-192.0.2.9\n2001:db8::/32\n198.51.100.7:8080\n\
                evil.test\n*.wild.test\nhttp://evil.test/\nhttp://evil.test:81/a\n*-login.evil.test\nevil.test\n";
    let hosts = "0.0.0.0 one.test\n0.0.0.0 two.test\n";
    let report = lint_json(&[("list.txt", list), ("hosts.txt", hosts)], "-f list.txt -f hosts.txt");
    let [list, hosts] = [&report["feeds"][0], &report["feeds"][1]];
    for (key, count) in [
        ("lines", 11),
        ("entries", 11),
        ("indicators", 10),
        ("new", 10),
        ("duplicates", 1),
        ("ips", 5),
        ("prefixes", 2),
        ("ranges", 1),
        ("v6", 1),
        ("domains", 3),
        ("urls", 2),
        ("host_urls", 1),
        ("patterns", 1),
        ("with_port", 2),
        ("allowing", 0),
    ] {
        assert_eq!(list[key], count, "{key}");
    }
    assert_eq!(list["domains_by_scope"], json!({"suffix": 3}));
    assert_eq!(hosts["domains_by_scope"], json!({"exact": 2}));
    let (_, text, _) = lint(&[("list.txt", "*.wild.test\n192.0.2.0/24\n")], "-f list.txt --domain-scope exact");
    holds(&text, &["2 lines, 2 entries: 1 address, 1 domain, 0 URLs", "of them 1 prefix, 1 domain of scope exact"]);
}

#[test]
fn rejections_come_by_reason_and_all_on_request() {
    let mut list = String::from("evil.test\n");
    for n in 0..200 {
        list += &format!("10.0.0.{n}\n");
    }
    list += "0.0.0.0/4\n64.0.0.0/7\nco.uk\n192.0.2.9/24\nwhat is this\n";
    let files = [("list.txt", &*list)];
    let (code, text, _) = lint(&files, "-f list.txt");
    assert_eq!(code, 0);
    holds(
        &text,
        &[
            "203 rejected, 0 skipped, 2 taken with a change",
            "    200 × private or reserved address\n      line 2: 10.0.0.0: private",
            "line 203: 64.0.0.0/7: ",
            "line 206: what is this: ",
            "    1 × public suffix: taken as exact",
            "line 204: co.uk: public suffix",
            "line 205: 192.0.2.9/24: host bits",
        ],
    );
    assert_eq!(text.matches("private or reserved address\n").count(), 1 + 3);
    let (_, text, _) = lint(&files, "--all -f list.txt");
    assert_eq!(text.matches("private or reserved address\n").count(), 1 + 200);
    let report = lint_json(&files, "-f list.txt");
    assert_eq!(report["feeds"][0]["rejected"], json!({"unrecognised": 1, "bogon": 200, "wide_prefix": 2}));
    assert_eq!(report["feeds"][0]["rejected_lines"].as_array().unwrap().len(), 6);
    let all = lint_json(&files, "--all -f list.txt");
    assert_eq!(all["feeds"][0]["rejected_lines"].as_array().unwrap().len(), 203);
    assert_eq!(all["feeds"][0]["warnings"], json!({"host_bits": 1, "public_suffix_demoted": 1}));
}

#[test]
fn skipped_parts_are_counted_by_kind() {
    let stix = r#"{"type":"bundle","id":"bundle--1","objects":[
        {"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[domain-name:value = 'evil.test']"},
        {"type":"indicator","id":"indicator--2","pattern_type":"stix","pattern":"[domain-name:value = 'a.test' AND ipv4-addr:value = '192.0.2.1']"},
        {"type":"indicator","id":"indicator--3","pattern_type":"stix","pattern":"[domain-name:value MATCHES '^a']"},
        {"type":"indicator","id":"indicator--4","pattern_type":"stix","pattern":"[file:hashes.SSDEEP = '3:a:b']"}]}"#;
    let report = lint_json(&[("b.json", stix)], "-f b.json");
    assert_eq!(report["feeds"][0]["skipped"], json!({"conjunction": 1, "regex": 1, "hash": 1}));
    let (_, text, _) = lint(&[("b.json", stix)], "-f b.json");
    holds(
        &text,
        &["1 × conditions that must hold together (AND)", "1 × regular expressions", "1 × hashes of similarity"],
    );
}

#[test]
fn subsumed_entries_are_shown_with_the_wider_one() {
    let files = [("wide.txt", "192.0.2.0/24\nevil.test\n"), ("narrow.txt", "192.0.2.7\nwww.evil.test\nnew.test\n")];
    let (_, text, _) = lint(&files, "-f wide.txt -f narrow.txt");
    holds(
        &text,
        &[
            "3 distinct indicators, 3 in no other feed",
            "0 shared with earlier feeds, 2 covered by wider indicators",
            "2 beneath those of wide",
            "line 1: 192.0.2.7 beneath 192.0.2.0/24 (wide:1)",
            "line 2: www.evil.test beneath evil.test (wide:2)",
            "wide and narrow have 0 indicators in common, 1 IPv4 address",
        ],
    );
    let report = lint_json(&files, "-f wide.txt -f narrow.txt");
    let narrow = &report["feeds"][1];
    assert_eq!((&narrow["subsumed"], &narrow["subsumed_by"]), (&json!(2), &json!({"wide": 2})));
    assert_eq!(
        narrow["subsumed_lines"][1],
        json!({"line": 2, "indicator": "www.evil.test", "by": "evil.test", "by_feed": "wide", "by_line": 2})
    );
    assert_eq!(
        report["overlaps"],
        json!([{"feeds": ["wide", "narrow"], "indicators": 0, "v4_addresses": 1, "v6_prefixes": 0}])
    );
}

#[test]
fn popular_names_are_found_by_a_ranking() {
    let list = "search.example\nevil.test\nexample\nbad.pages.test\n198.51.100.0/24\n192.0.2.53\nhttp://mail.test/x\n";
    let files = [
        ("list.txt", list),
        ("top.csv", "1,search.example\n2,www.mail.test\n3,pages.test\n4,a.evil.test\n"),
        (
            "resolvers.json",
            r#"{"name":"Resolvers","type":"cidr","list":["198.51.100.53","192.0.2.0/24"],"version":1,"description":"x","matching_attributes":["ip-dst"]}"#,
        ),
    ];
    let line = "-f list.txt --admit public-suffixes --popular top.csv --popular resolvers.json";
    let report = lint_json(&files, line);
    let feed = &report["feeds"][0];
    assert_eq!((&feed["popular"], &feed["status"]), (&json!(5), &json!("check")));
    let all = lint_json(&files, &format!("--all {line}"));
    let found: Vec<(u64, &str, &str, u64)> = all["feeds"][0]["popular_lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            let text = |key: &str| found[key].as_str().unwrap();
            (found["line"].as_u64().unwrap(), text("indicator"), text("covers"), found["rank"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        found,
        [
            (1, "search.example", "search.example", 1),
            (3, "example", "search.example", 1),
            (2, "evil.test", "a.evil.test", 4),
            (5, "198.51.100.0/24", "198.51.100.53", 5),
            (6, "192.0.2.53", "192.0.2.0/24", 6),
        ]
    );
    let (_, text, _) = lint(&files, line);
    holds(
        &text,
        &["<- 5 popular", "5 indicators covering something popular", "line 2: evil.test covers a.evil.test, number 4"],
    );
    // An unreadable ranking is an error, and nothing else is done.
    let (code, out, err) = lint(&files, "-f list.txt --popular missing.csv");
    assert_eq!((code, out.as_str()), (2, ""));
    holds(&err, &["missing.csv"]);
}

#[test]
fn expired_entries_are_counted_as_of_a_time() {
    let csv = "indicator,type,valid_until\nold.test,domain,2020-01-01\nnew.test,domain,2030-01-01\nundated.test,domain,\nolder.test,domain,2019-01-01\n";
    let files = [("dated.csv", csv)];
    let report = lint_json(&files, "-f dated.csv --as-of 2025-01-01");
    let feed = &report["feeds"][0];
    assert_eq!(report["as_of"], "2025-01-01T00:00:00Z");
    assert_eq!((&feed["dated"], &feed["expired"]), (&json!(3), &json!(2)));
    assert_eq!(feed["expired_lines"][0], json!({"line": 2, "value": "old.test", "what": "2020-01-01T00:00:00Z"}));
    assert_eq!(feed["check"], json!(["50 % expired"]));
    let (_, text, _) = lint(&files, "-f dated.csv --as-of 2019-06-01");
    holds(&text, &["1 of 3 dated entries expired as of 2019-06-01T00:00:00Z", "line 5: older.test until 2019-01-01"]);
    // The default time is now.
    let (_, text, _) = lint(&files, "-f dated.csv");
    holds(&text, &["2 of 3 dated entries expired"]);
}

#[test]
fn home_pages_of_feeds_are_found() {
    let files = [
        ("one.txt", "# A list\n# https://lists.example/one.txt\nevil.test\n"),
        ("two.txt", "lists.example\nhttp://lists.example/a\nwww.lists.example\n"),
    ];
    let report = lint_json(&files, "-f one.txt -f two.txt");
    let expected = json!([{"line": 1, "indicator": "lists.example", "page": "lists.example", "of": "one"}]);
    assert_eq!((&report["feeds"][0]["home_pages"], &report["feeds"][1]["home_pages"]), (&json!([]), &expected));
    let (_, text, _) = lint(&files, "-f one.txt -f two.txt");
    holds(
        &text,
        &["<- 1 home page of feeds", "1 home page of feeds", "line 1: lists.example covers lists.example, of one"],
    );
}

#[test]
fn allow_entries_tell_what_they_shadow() {
    let files = [
        ("block.txt", "shop.test\nevil.shop.test\nhttp://shop.test/\n192.0.2.0/24\n"),
        ("ours.txt", "shop.test\n192.0.2.7\n"),
        ("all.txt", "shop.test\n"),
    ];
    let line = "-f block.txt --allow ours.txt --allow-all all.txt";
    let report = lint_json(&files, line);
    assert_eq!((&report["feeds"][1]["allowing"], &report["feeds"][2]["allowing"]), (&json!(2), &json!(1)));
    let shadows: Vec<String> = report["shadows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shadow| {
            let text = |key: &str| shadow[key].to_string().replace('"', "");
            ["action", "feed", "line", "allow", "wholly", "partly"].map(text).join(" ")
        })
        .collect();
    assert_eq!(shadows, ["allow ours 1 shop.test 2 0", "allow_all all 1 shop.test 3 0", "allow ours 2 192.0.2.7 0 1"]);
    let (_, text, _) = lint(&files, line);
    holds(
        &text,
        &["shop.test (all:1) shadows 3 indicators wholly, 0 in part: shop.test, evil.shop.test, http://shop.test/"],
    );
}

#[test]
fn nothing_of_a_feed_reaches_the_terminal_raw() {
    let files = [("odd.txt", "evil.test\n\u{1b}[31mred\n")];
    let (_, text, _) = lint(&files, "-f odd.txt");
    assert!(!text.contains('\u{1b}') && text.contains("[31mred"), "{text}");
}

#[test]
fn allow_entries_without_effect_are_said() {
    let files = [
        ("list.txt", "www.evil.test\n192.0.2.7\nbad.example\n"),
        ("ours.txt", "evil.test\n192.0.2.0/24\nbad.example\nother.test\n"),
    ];
    let report = lint_json(&files, "-f list.txt --allow ours.txt");
    let allows: Vec<&str> =
        report["without_effect"].as_array().unwrap().iter().map(|entry| entry["allow"].as_str().unwrap()).collect();
    assert_eq!(allows, ["evil.test", "192.0.2.0/24"]);
    let (_, text, _) = lint(&files, "-f list.txt --allow ours.txt");
    holds(&text, &["evil.test (ours:1) has no effect on 1 indicator beneath it; `allow_all` would: www.evil.test"]);
    let report = lint_json(&files, "-f list.txt --allow-all ours.txt");
    assert_eq!(report["without_effect"], json!([]));
    // A listed URL with a path, but neither one that is not listed nor one of a whole host.
    let files = [
        ("list.txt", "http://evil.test/a\nhttp://evil.test/b\nhttp://bad.example/\n"),
        ("ours.txt", "https://evil.test/a\nhttp://evil.test/c\nhttp://bad.example/\n"),
    ];
    for option in ["--allow", "--allow-all"] {
        let report = lint_json(&files, &format!("-f list.txt {option} ours.txt"));
        let entry = json!({
            "allow": "http://evil.test/a", "feed": "ours", "line": 1, "beneath": 0, "examples": ["http://evil.test/a"]
        });
        assert_eq!(report["without_effect"], json!([entry]), "{option}");
    }
    let (_, text, _) = lint(&files, "-f list.txt --allow ours.txt");
    holds(&text, &["http://evil.test/a (ours:1) has no effect: no allow entry suppresses a listed URL with a path"]);
}

#[test]
fn jobs_can_tell_a_feed_that_has_gone_bad() {
    let files = [("list.txt", "evil.test\nbad.example\nworse.example\n192.0.2.300\n"), ("bogons.txt", "10.0.0.1\n")];
    for (line, expected) in [
        ("-f list.txt", 0),
        ("-f list.txt --max-rejected 25", 0),
        ("-f list.txt --max-rejected 24.9%", 1),
        ("-f list.txt --max-rejected 0", 1),
        // No indicator of the feed is accepted.
        ("-f bogons.txt", 2),
        ("-f missing.txt", 2),
    ] {
        let (code, _, err) = lint(&files, line);
        assert_eq!(code, expected, "{line}: {err}");
    }
}

#[test]
fn lint_reports_every_line() {
    let folder = folder();
    folder.write("odd.txt", b"evil.test\nevil.test\na.evil.test\n10.0.0.1\n192.0.2.9/24\nco.uk\nwhat is this\n");
    folder.write("ours.txt", b"evil.test\n");
    let run = folder.run("lint -f odd.txt --allow ours.txt").code(0);
    for want in [
        "odd (odd.txt, plain, block)",
        "7 lines, 5 entries: 1 address, 4 domains, 0 URLs, 0 patterns",
        "1 duplicate, 0 shared with earlier feeds, 1 covered by wider indicators",
        "2 rejected, 0 skipped, 2 taken with a change",
        "line 4: 10.0.0.1: private or reserved address",
        "line 7: what is this: ",
        "line 5: 192.0.2.9/24: host bits",
        "line 6: co.uk: public suffix",
        "evil.test (ours:1) shadows",
    ] {
        assert!(run.out.contains(want), "{want}\n{}", run.out);
    }
    let report: Value =
        serde_json::from_str(&folder.run("lint --json -f odd.txt --allow ours.txt").code(0).out).unwrap();
    let feed = &report["feeds"][0];
    assert_eq!(
        (feed["feed"].as_str(), feed["entries"].as_u64(), feed["duplicates"].as_u64()),
        (Some("odd"), Some(5), Some(1))
    );
    assert_eq!(feed["rejected"], serde_json::json!({"unrecognised": 1, "bogon": 1}));
    assert_eq!(feed["warnings"]["public_suffix_demoted"], 1);
    assert_eq!(report["shadows"][0]["allow"], "evil.test");
}
