//! Reports as feeds, and the observables of a file.

mod common;

use common::Folder;

const REPORT: &[u8] = b"From: soc@vendor.example\nSubject: loader\n\nThe loader asks gate[.]evil[.]test for orders, and example.com is not meant.\n\nIOCs:\n\n- 192.0.2.7\n- hxxp://bad[.]test/a?b=1\n";

#[test]
fn a_report_is_a_feed_and_says_what_it_did_not_take() {
    let folder = Folder::new(&[
        ("report.txt", REPORT),
        ("a.log", b"x gate.evil.test\ny example.com\nz vendor.example\nw http://bad.test/a?b=1 from 192.0.2.7\n"),
    ]);
    let run = folder.run("scan --json -f report.txt a.log").code(0);
    assert_eq!(
        run.rows(),
        [
            "a.log:1:gate.evil.test:gate.evil.test",
            "a.log:4:http://bad.test/a?b=1:http://bad.test/a?b=1",
            "a.log:4:192.0.2.7:192.0.2.7"
        ]
    );
    assert!(run.err.contains("report.txt: a report: 3 taken, 2 seen and not taken ("), "{}", run.err);
    assert!(run.err.contains("1 × contacts, and other parts of mails, 1 × named in the text"), "{}", run.err);
    let lint = folder.run("lint --all -f report.txt").out;
    for said in ["soc@vendor.example", "example.com"] {
        assert!(lint.contains(said), "{said}: {lint}");
    }
    assert_eq!(folder.run("scan --quiet-feeds -c -f report.txt a.log").err, "");
}

#[test]
fn the_observables_of_any_file() {
    let folder = Folder::new(&[("report.txt", REPORT), ("none.txt", b"nothing here\n")]);
    let run = folder.run("extract report.txt none.txt").code(0);
    assert_eq!(
        run.out,
        "soc@vendor.example\nvendor.example\ngate.evil.test\nexample.com\n192.0.2.7\nhttp://bad.test/a?b=1\n"
    );
    let json = folder.run("extract --json report.txt").code(0).json();
    let place = json.iter().find(|place| place["value"] == "gate.evil.test").unwrap();
    assert_eq!(
        (&place["line"], &place["column"], &place["kind"], &place["observed"]),
        (&4.into(), &17.into(), &"domain".into(), &"gate[.]evil[.]test".into())
    );
    assert_eq!(folder.run_with("extract", REPORT).code(0).out, run.out);
    assert_eq!(folder.run("extract none.txt").code(1).out, "");
    let missing = folder.run("extract missing.txt report.txt").code(2);
    assert!(missing.err.contains("missing.txt: ") && missing.out == run.out, "{}", missing.err);
    assert!(!folder.run("extract --no-refang report.txt").code(0).out.contains("gate.evil.test"));
}
