//! Hits on a terminal: `script` gives the scanner one.
#![cfg(target_os = "linux")]

mod common;

use std::process::{Command, Stdio};

use common::{FEED, Folder, folder};

/// The hits that the scanner shows on a terminal of `columns` columns, without its messages. `None` if `script` is not installed.
fn shown(folder: &Folder, columns: usize, line: &str) -> Option<String> {
    let text = on_terminal(folder, columns, line)?;
    Some(text.split_inclusive('\n').filter(|line| !line.starts_with("logscan: ")).collect())
}

/// Everything that the scanner shows there.
fn on_terminal(folder: &Folder, columns: usize, line: &str) -> Option<String> {
    let scanner = env!("CARGO_BIN_EXE_logscan");
    let mut command = Command::new("script");
    command.current_dir(folder.0.path()).args(["-qec", &format!("{scanner} {line}"), "/dev/null"]);
    command.env("COLUMNS", columns.to_string()).env_remove("NO_COLOR").env("SHELL", "/bin/sh").stdin(Stdio::null());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("not run: script: {error}");
            return None;
        }
    };
    Some(String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"))
}

#[test]
fn a_block_for_each_line_and_the_name_of_a_log_once() {
    let folder = folder();
    folder.write("b.log", b"x\ttab\tevil.test\n");
    let Some(text) = shown(&folder, 80, "scan --color never -f c2.txt a.log clean.log b.log") else { return };
    let expected = "a.log\n\
        1:6: 192.0.2.7  in from (source.ip)\n  -> 192.0.2.7  ip, exact  c2:1, score 12\n  @  192.0.2.7\n  |  from 192.0.2.7 to ok.test\n\
        3:7: WWW.Evil.Test = www.evil.test\n  -> evil.test  domain, subdomain  c2:3\n\
        3:25: 198.51.100.3  in address (source.ip)\n  -> 198.51.100.0/28  ip, cidr  c2:2\n  @  198.51.100.3\n\
        \u{20} |  query WWW.Evil.Test and 198.51.100.3\n\
        4:5: http://shop.test/login/x  in request_uri (url.original)\n  -> http://shop.test/login/  url, url_prefix  c2:5\n\
        \u{20} |  GET http://shop.test/login/x\n\
        \nb.log\n1:7: evil.test\n  -> evil.test  domain, exact  c2:3\n  |  x\ttab\tevil.test\n";
    assert_eq!(text, expected);
    // In a pipe, the name is still on each line.
    let piped = folder.run("scan -f c2.txt a.log b.log").code(0);
    assert!(
        piped.out.starts_with("a.log:1:6: 192.0.2.7\n") && piped.out.contains("\nb.log:1:7: evil.test\n"),
        "{}",
        piped.out
    );
}

#[test]
fn each_event_of_a_line_has_a_block() {
    let record = |second: u8, client: &str, host: &str| {
        format!(r#"{{"time":"2026-05-12T10:00:0{second}Z","src_ip":"{client}","host":"{host}"}}"#)
    };
    let line = format!("[{},{}]\n", record(1, "192.0.2.7", "evil.test"), record(2, "203.0.113.9", "www.evil.test"));
    let folder = Folder::new(&[("c2.txt", FEED), ("r.log", line.as_bytes())]);
    let Some(text) = shown(&folder, 300, "scan --color never -f c2.txt r.log") else { return };
    let told: Vec<&str> = text.lines().filter(|line| line.starts_with("  @")).collect();
    assert_eq!(told.len(), 2, "{text}");
    assert!(told[0].contains("10:00:01Z  192.0.2.7") && told[1].contains("10:00:02Z  203.0.113.9"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("1:")).count(), 3, "{text}");
}

#[test]
fn all_hits_of_a_line_are_highlighted_in_it() {
    let folder = folder();
    let Some(text) = shown(&folder, 80, "scan -f c2.txt a.log") else { return };
    let line = text.lines().find(|line| line.contains("  |  query")).unwrap();
    assert_eq!(line, "  |  query \x1b[1;31mWWW.Evil.Test\x1b[0m and \x1b[1;31m198.51.100.3\x1b[0m");
    assert!(text.starts_with("\x1b[35ma.log\x1b[0m\n"), "{text:?}");
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let long = format!("{}evil.test {} www.evil.test {}\n", "a ".repeat(300), "b".repeat(700), "\u{4e2d}".repeat(400));
    let wide = format!("value,tags\nevil.test,{}\n", "a-long-tag;".repeat(40));
    let folder = Folder::new(&[("c2.txt", FEED), ("wide.csv", wide.as_bytes()), ("long.log", long.as_bytes())]);
    for columns in [40, 80, 133] {
        let Some(text) = shown(&folder, columns, "scan --color never -f c2.txt -f wide.csv long.log") else { return };
        let width = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
        for line in text.lines() {
            assert!(width(line) <= columns, "{} columns of {columns}: {line}", width(line));
        }
        assert_eq!(text.matches("\n  |  ...").count(), 1, "the line is shown once: {text}");
        assert_eq!(text.matches("a-long-tag").count(), 2, "as many as there are, for each hit: {text}");
    }
}

#[test]
fn a_limit_cuts_blocks() {
    let folder = folder();
    let Some(text) = shown(&folder, 80, "scan --color never -m 2 -f c2.txt a.log") else { return };
    assert_eq!(text.matches("  -> ").count(), 2, "{text}");
    assert!(text.ends_with("  |  query WWW.Evil.Test and 198.51.100.3\n"), "{text}");
    let Some(text) = shown(&folder, 80, "scan --color never --no-text --state seen -f c2.txt a.log") else { return };
    assert_eq!((text.matches("  -> ").count(), text.matches("  |  ").count()), (4, 0), "{text}");
    let Some(text) = shown(&folder, 80, "scan --color never --state seen -f c2.txt a.log") else { return };
    assert_eq!(text, "");
}

/// The first hit of a line may have been reported by an earlier run.
#[test]
fn the_client_is_shown_with_every_hit() {
    let folder = folder();
    folder.write("name.txt", b"evil.test\n");
    folder.write("both.txt", b"evil.test\n198.51.100.3\n");
    folder.run("scan --state seen -f c2=plain:name.txt a.log").code(0);
    let line = "scan --color never --state seen -f c2=plain:both.txt a.log";
    let Some(text) = shown(&folder, 80, line) else { return };
    let expected = "a.log\n3:25: 198.51.100.3  in address (source.ip)\n  -> 198.51.100.3  ip, exact  c2:2\n  @  198.51.100.3\n\
        \u{20} |  query WWW.Evil.Test and 198.51.100.3\n";
    assert_eq!(text, expected);
}

/// A log and its name may contain sequences that move the cursor, clear the screen or reverse the writing direction.
#[test]
fn nothing_that_acts_reaches_a_terminal() {
    let folder = folder();
    let acting = "\x1b[2J\u{202e}\u{9b}2J\x07\x08\r";
    let line = format!("2026-05-12T10:00:00Z 192.0.2.9 query{acting} evil.test {acting}\n");
    folder.write(&format!("b{acting}.log"), line.as_bytes());
    let Some(text) = shown(&folder, 80, "scan --color never -f c2.txt b*.log") else { return };
    assert!(text.contains("  |  2026-05-12T10:00:00Z") && text.contains("  -> evil.test"), "{text:?}");
    let acts = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
    assert!(!text.contains(acts), "{text:?}");
}

/// The scanner says what it follows, and shows the names of logs above their hits.
#[test]
fn following_says_what_it_watches() {
    let folder = folder();
    folder.write("b.log", b"evil.test\n");
    let line = "scan --color never -F -m 5 --interval 0.05 -f c2.txt a.log b.log";
    let Some(text) = on_terminal(&folder, 80, line) else { return };
    assert!(text.starts_with("logscan: watching 2 files for 5 indicators; Ctrl-C ends\na.log\n1:6: "), "{text}");
    assert!(text.contains("\n\nb.log\n1:1: evil.test\n"), "{text}");
    folder.write("one.txt", b"evil.test\n");
    for (logs, watched) in
        [("b.log", "1 file"), ("-", "standard input"), ("b.log -", "1 file and standard input"), (".", "6 files")]
    {
        let line = format!("scan --color never -F -m 1 --interval 0.05 -f one.txt {logs} < b.log");
        let Some(text) = on_terminal(&folder, 80, &line) else { return };
        assert!(
            text.starts_with(&format!("logscan: watching {watched} for 1 indicator; Ctrl-C ends\n")),
            "{logs}: {text}"
        );
    }
}
