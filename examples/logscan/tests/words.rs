//! The words of messages: a count of one takes the singular.

mod common;

use common::Folder;

/// Finds plurals after a count of one, such as `1 dated entries`.
fn wrong_plurals(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let of_one = |pair: &&[&str]| pair[0].trim_start_matches(['(', '"']) == "1" && pair[1].len() > 2;
    let is_plural =
        |word: &str| !word.contains(['.', '/']) && word.ends_with('s') && !word.ends_with("ss") && word != "has";
    let found =
        words.windows(2).filter(of_one).filter(|pair| is_plural(pair[1].trim_end_matches([',', ':', ';', '.'])));
    found.map(|pair| pair.join(" ")).collect()
}

#[test]
fn one_is_singular() {
    assert_eq!(wrong_plurals("1 entries, (1 lines: 1 address 11 lines"), ["1 entries,", "(1 lines:"]);
    let folder = Folder::new(&[
        ("one.txt", b"evil.test\n"),
        ("again.txt", b"evil.test\n"),
        ("net.txt", b"192.0.2.0/24\n"),
        ("range.csv", b"value,valid_until\n192.0.2.1-192.0.2.9,2019-01-01\n"),
        ("hash.txt", b"d41d8cd98f00b204e9800998ecf8427f\nd41d8cd98f00b204e9800998ecf8427a\n"),
        ("url.txt", b"http://evil.test/x\nnot a value at all\n"),
        ("host.txt", b"http://host.test/\n"),
        ("ours.txt", b"test\n"),
        ("popular.csv", b"1,evil.test\n"),
        ("a.log", b"evil.test and archive.evil.test/x.zip\n"),
        ("bad.jsonl", b"x\nx\nx\nx\nx\n"),
    ]);
    let feeds = "-f one.txt -f again.txt -f net.txt -f range.csv -f hash.txt -f url.txt -f host.txt --allow ours.txt";
    for line in [
        format!("lint {feeds} --popular popular.csv"),
        format!("lint {feeds} --popular popular.csv --all --max-rejected 1"),
        "lint -f one.txt".to_owned(),
        "build -f one.txt -o set.sieve".to_owned(),
        "build -f net.txt -o net.sieve".to_owned(),
        "inspect set.sieve".to_owned(),
        "diff set.sieve net.sieve".to_owned(),
        "export --sieve set.sieve --to rpz".to_owned(),
        "export --sieve set.sieve --to hosts".to_owned(),
        format!("export {feeds} --to plain"),
        "scan -f one.txt --stats -j 1 a.log".to_owned(),
        "scan -f one.txt --stats -j 1 missing.log".to_owned(),
        "scan -f one.txt -f url.txt --state seen --state-max 1 a.log".to_owned(),
        "scan -f one.txt --state seen --state-max 1 a.log".to_owned(),
        "scan -f one.txt --resume r --format ecs a.log".to_owned(),
        "report -f one.txt --max-pairs 1 a.log".to_owned(),
        "report -f one.txt --csv a.log".to_owned(),
        "report --from bad.jsonl".to_owned(),
        "check --explain -f url.txt http://evil.test/y".to_owned(),
    ] {
        let run = folder.run(&line);
        let text = format!("{}{}{}", run.out, run.err, run.summary);
        assert!(text.contains('1'), "{line}: {text}");
        assert_eq!(wrong_plurals(&text), [""; 0], "{line}: {text}");
    }
}
