//! Closed pipes, full disks, signals, and misleading names: each gives one clear error, no half-written file, and the right exit code.
#![cfg(unix)]

mod common;

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{Folder, Run, folder};

const HIDDEN: &str = "\u{9b}31m\u{202e}\u{3164}";

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(status.success());
}

/// Waits for the end of a process, and fails if it hangs.
fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn messages_that_nobody_can_read_change_nothing() {
    let folder = folder();
    folder.write("partly.txt", b"evil.test\nnot a value at all\n");
    for (line, code) in [
        ("scan -f c2.txt a.log", 0),
        ("scan -f c2.txt missing.log", 2),
        ("scan -f c2.txt --stats a.log", 0),
        ("scan -f partly.txt a.log", 0),
        ("scan -f missing.txt a.log", 2),
        ("lint -f missing.txt -f c2.txt", 2),
        ("nonsense", 2),
    ] {
        let status = folder.command(line).stdout(Stdio::null()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{line}");
    }
    // The reader of messages goes away while feeds change.
    let mut follow = folder.command("scan -F --interval 0.01 --no-text -f c2.txt a.log");
    let mut follow = follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(follow.stderr.take());
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
    let mut log = OpenOptions::new().append(true).open(folder.path("a.log")).unwrap();
    let mut seen =
        |name: &str| assert!(lines.by_ref().any(|line| line.unwrap().contains(&format!("-> {name}"))), "{name}");
    seen("http://shop.test/login/");
    for name in ["one.test", "two.test"] {
        folder.write("c2.txt", format!("{name}\n").as_bytes());
        let writer = thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for _ in 0..1000 {
                    writeln!(log, "query {name}").unwrap();
                    thread::sleep(Duration::from_millis(10));
                    if File::open(folder.path("seen")).is_ok() {
                        return true;
                    }
                }
                false
            });
            seen(name);
            folder.write("seen", b"");
            writing.join().unwrap()
        });
        assert!(writer);
        fs::remove_file(folder.path("seen")).unwrap();
    }
    signal(&follow, "TERM");
    assert_eq!(wait(&mut follow), Some(143));
}

#[test]
fn output_that_cannot_be_written_is_one_error() {
    let folder = folder();
    folder.run("build -f c2.txt -o set.sieve").code(0);
    folder.write("other.txt", b"other.test\n");
    folder.run("build -f other.txt -o other.sieve").code(0);
    for line in [
        "scan -f c2.txt a.log",
        "scan --json -f c2.txt a.log",
        "scan -c -f c2.txt a.log",
        "scan -l -f c2.txt a.log",
        "check -f c2.txt evil.test",
        "check --json -f c2.txt evil.test",
        "lint -f c2.txt",
        "lint --json -f c2.txt",
        "build -f c2.txt -o set.sieve",
        "inspect set.sieve",
        "inspect --json set.sieve",
        "diff set.sieve other.sieve",
        "diff --json set.sieve other.sieve",
        "--help",
        "--version",
        "scan --help",
    ] {
        let output = folder.command(line).stdout(full()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {err}");
        let errors: Vec<&str> = err.lines().filter(|line| line.contains("No space left on device")).collect();
        assert_eq!(
            errors,
            ["logscan: cannot write the output: No space left on device (os error 28)"],
            "{line}: {err}"
        );
        // A reader that goes away is not an error.
        let mut child = folder.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(wait(&mut child), Some(0), "{line}: {err}");
        assert!(!err.contains("Broken pipe"), "{line}: {err}");
    }
}

#[test]
fn a_set_that_cannot_be_replaced_is_an_error() {
    let folder = folder();
    folder.write("file", b"");
    fs::create_dir(folder.path("sub")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    for (output, why) in [
        ("/dev/full", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("pipe", "not a regular file"),
        ("sub", "not a regular file"),
        ("missing/set.sieve", "No such file"),
        ("file/set.sieve", "Not a directory"),
    ] {
        let run = folder.run(&format!("build -f c2.txt -o {output}")).code(2);
        assert!(run.err.lines().count() == 1 && run.err.contains(output) && run.err.contains(why), "{}", run.err);
        assert!(run.out.is_empty());
    }
    let mut left: Vec<_> = fs::read_dir(folder.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.log", "c2.txt", "clean.log", "empty.log", "file", "pipe", "sub"]);
}

#[test]
fn signals_end_a_scan_with_what_was_found() {
    let folder = folder();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        for threads in ["", "-j 1"] {
            let line = format!("scan {threads} --no-text -f c2.txt");
            let mut child = folder
                .command(&line)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(b"query evil.test\n").unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            assert!(lines.next().unwrap().unwrap().starts_with("(standard input):1:7"));
            signal(&child, name);
            assert_eq!(wait(&mut child), Some(code), "{line}");
            let mut err = String::new();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            let (summary, end) = err.split_once('\n').unwrap();
            assert!(
                summary.starts_with("logscan: 0 of 1 log, ") && summary.ends_with(": 1 hit, 1 pair; interrupted"),
                "{err}"
            );
            assert_eq!(end, format!("logscan: interrupted by SIG{name} before the end\n"));
            drop(input);
        }
    }
    // A signal during the build of a set from an endless feed leaves nothing behind.
    assert!(Command::new("mkfifo").arg(folder.path("feed")).status().unwrap().success());
    let mut child = folder.command("build -f f=plain:feed -o set.sieve").stderr(Stdio::piped()).spawn().unwrap();
    let mut feed = OpenOptions::new().write(true).open(folder.path("feed")).unwrap();
    feed.write_all(b"evil.test\n").unwrap();
    signal(&child, "INT");
    assert_eq!(wait(&mut child), Some(130));
    assert!(
        fs::read_dir(folder.0.path()).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains("set.sieve"))
    );
}

/// The report once waited ten seconds for a silent pipe, and then lost its hits.
#[test]
fn a_report_tells_what_was_found_though_a_pipe_falls_silent() {
    let folder = folder();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        for threads in ["", "-j 1"] {
            let line = format!("report --html {name}.html {threads} -f c2.txt a.log -");
            let mut command = folder.command(&line);
            let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(b"query evil.test\n").unwrap();
            // Give it time to read the lines that are there.
            thread::sleep(Duration::from_millis(500));
            let began = Instant::now();
            signal(&child, name);
            assert_eq!(wait(&mut child), Some(code), "{line}");
            assert!(began.elapsed() < Duration::from_secs(8), "{line}");
            let (mut out, mut err) = (String::new(), String::new());
            child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            assert!(out.contains("192.0.2.7") && out.contains("evil.test"), "{line}: {out}{err}");
            assert!(err.contains("1 of 2 logs") && err.contains("; interrupted"), "{line}: {err}");
            assert_eq!(err.lines().last(), Some(&*format!("logscan: interrupted by SIG{name} before the end")));
            assert_eq!(err.lines().count(), 2, "{line}: {err}");
            assert!(folder.path(&format!("{name}.html")).exists(), "{line}");
            drop(input);
        }
    }
}

/// Commands that write a file into the folder `at`.
fn outputs(at: &str) -> [String; 8] {
    [
        format!("build -f big.txt -o {at}/set.sieve"),
        format!("report -f big.txt --html {at}/out big.log"),
        format!("report -f big.txt --csv={at}/out big.log"),
        format!("report -f big.txt --json={at}/out big.log"),
        format!("report -f big.txt --stix {at}/out big.log"),
        format!("report -f big.txt --misp {at}/out big.log"),
        format!("scan -q --state {at}/out -f big.txt big.log"),
        format!("man --to {at}"),
    ]
}

/// Writes a feed, and a log in which all its indicators occur.
fn big(folder: &Folder) {
    let names = |before: &str| (0..3000).map(|n| format!("{before}host{n}.evil.test\n")).collect::<String>();
    folder.write("big.txt", names("").as_bytes());
    folder.write("big.log", names("query ").as_bytes());
}

/// Checks that a run gives one error and changes no file in the folder.
#[track_caller]
fn assert_refused(run: &Run, why: &str, folder: &std::path::Path, before: &[&str]) {
    assert_eq!(run.code, 2, "{}: {}", run.line, run.err);
    let errors: Vec<&str> = run.err.lines().filter(|line| line.contains("os error")).collect();
    assert!(matches!(errors[..], [error] if error.contains(why)), "{}: {}", run.line, run.err);
    let mut left: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // The lock file of a state stays.
    left.retain(|name| name != "out.lock");
    left.sort();
    assert_eq!(left, before, "{}", run.line);
}

#[test]
fn a_full_disk_and_one_that_may_only_be_read_are_errors_that_leave_nothing() {
    struct Mounted<'p>(&'p std::path::Path);

    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0).status();
        }
    }

    let folder = folder();
    big(&folder);
    let disk = folder.path("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        let mut command = Command::new("mount");
        let output = command.args(["-t", "tmpfs", "-o", options, "none"]).arg(&disk).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !mount("size=1m") {
        eprintln!("skipped: nothing may be mounted here");
        return;
    }
    let _mounted = Mounted(&disk);
    let old = folder.run("build -f c2.txt -o disk/set.sieve").code(0);
    assert_eq!(old.err, "");
    let old = fs::read(disk.join("set.sieve")).unwrap();
    // Fill the rest of the disk.
    let _ = fs::write(disk.join("fill"), vec![0; 2 << 20]);
    for line in outputs("disk") {
        assert_refused(&folder.run(&line), "No space left on device", &disk, &["fill", "set.sieve"]);
        assert!(fs::read(disk.join("set.sieve")).unwrap() == old, "{line}");
    }
    assert!(mount("remount,ro"));
    for line in outputs("disk") {
        assert_refused(&folder.run(&line), "Read-only file system", &disk, &["fill", "set.sieve"]);
    }
}

/// A file that exceeded the user's size limit once ended the process and stayed half-written.
#[test]
fn a_file_that_may_not_grow_is_an_error_that_leaves_nothing() {
    let folder = folder();
    big(&folder);
    fs::create_dir(folder.path("to")).unwrap();
    let program = env!("CARGO_BIN_EXE_logscan");
    for line in outputs("to") {
        let limited = format!("ulimit -f 4; exec {program} {line}");
        let output = Command::new("sh").args(["-c", &limited]).current_dir(folder.0.path()).output().unwrap();
        let run = Run::of(output, &line);
        // Manual pages that are short enough are written completely.
        if line.starts_with("man") {
            assert!(run.code == 2 && run.err.contains("File too large"), "{}", run.err);
            continue;
        }
        assert_refused(&run, "File too large", &folder.path("to"), &[]);
    }
    let limited = format!("ulimit -f 4; exec {program} scan -f big.txt big.log > out");
    let output = Command::new("sh").args(["-c", &limited]).current_dir(folder.0.path()).output().unwrap();
    let run = Run::of(output, "scan").code(2);
    assert!(run.err.contains("cannot write the output: File too large"), "{}", run.err);
}

#[test]
fn a_killed_build_leaves_the_old_set_and_the_next_one_cleans_up() {
    let folder = folder();
    folder.run("build -f c2.txt -o set.sieve").code(0);
    let old = fs::read(folder.path("set.sieve")).unwrap();
    for number in 0..3 {
        folder.write(&format!(".set.sieve.{}-0.tmp", 4_000_000 + number), b"half");
    }
    folder.run("build -f c2.txt -o set.sieve").code(0);
    assert_eq!(fs::read(folder.path("set.sieve")).unwrap(), old);
    assert!(
        fs::read_dir(folder.0.path()).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .ends_with(".tmp"))
    );
}

#[test]
fn threads_that_cannot_be_made_are_an_error() {
    let folder = folder();
    let program = folder.path("logscan");
    fs::copy(env!("CARGO_BIN_EXE_logscan"), &program).unwrap();
    let line = format!("chmod 755 {0} {0}/logscan; chmod 644 {0}/*.txt {0}/*.log", folder.0.path().display());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    for line in ["scan -f c2.txt a.log", "check -f c2.txt evil.test", "lint -f c2.txt"] {
        let limited = format!("ulimit -u 1 2>/dev/null || ulimit -p 1; exec ./logscan {line}");
        // The limit does not hold for root, so the scanner then runs as another user.
        let mut command = Command::new(if is_root { "setpriv" } else { "sh" });
        if is_root {
            command.args(["--reuid=65534", "--clear-groups", "sh"]);
        }
        // `setpriv` may not be installed.
        let Ok(output) = command.args(["-c", &limited]).current_dir(folder.0.path()).output() else { return };
        let run = Run::of(output, line).code(2);
        assert!(run.err.starts_with("logscan: cannot start threads: ") && run.err.lines().count() == 1, "{}", run.err);
    }
}

#[test]
fn nothing_hidden_gets_into_any_output() {
    let name = format!("c2{HIDDEN}.txt");
    let folder = Folder::new(&[
        (&name, b"evil.test # seen\nnot a value\x1b\n"),
        ("ours.txt", b"ok.test\n"),
        ("a.log", b"query evil.test\n"),
    ]);
    let run = |arguments: &[&str]| {
        let output = folder.command("").args(arguments).output().unwrap();
        Run::of(output, &arguments.join(" "))
    };
    run(&["build", "-f", &name, "-o", "new.sieve"]).code(0);
    run(&["build", "-f", "ours.txt", "-o", "old.sieve"]).code(0);
    fs::copy(folder.path("a.log"), folder.path(&format!("a{HIDDEN}.log"))).unwrap();
    let log = format!("a{HIDDEN}.log");
    let value = format!("evil{HIDDEN}.test");
    for json in [&["--json"][..], &[]] {
        for arguments in [
            &["lint", "-f", &name][..],
            &["lint", "--all", "-f", &name],
            &["check", "-f", &name, "evil.test", &value],
            &["check", "--sieve", "new.sieve", "evil.test"],
            &["inspect", "new.sieve"],
            &["diff", "old.sieve", "new.sieve"],
            &["scan", "-f", &name, &log],
            &["scan", "-f", &name, &format!("missing{HIDDEN}.log")],
        ] {
            let run = run(&[arguments, json].concat());
            let text = format!("{}{}", run.out, run.err);
            assert!(!text.contains(['\u{9b}', '\u{202e}', '\u{3164}', '\u{1b}']), "{}: {text:?}", run.line);
            if !json.is_empty() {
                // The output reads back unchanged.
                let read = run.json();
                assert!(
                    arguments[0] == "lint"
                        || arguments.contains(&"new.sieve")
                        || arguments[3].contains("missing")
                        || format!("{read:?}").contains("c2")
                );
            }
        }
    }
}

#[test]
fn names_that_differ_look_different() {
    let folder = folder();
    let names: [&[u8]; 3] = [b"a\xff.log", b"a\xfe.log", b"a\xc3\xa4.log"];
    for name in names {
        fs::copy(folder.path("a.log"), folder.0.path().join(OsStr::from_bytes(name))).unwrap();
    }
    for line in ["scan -l -f c2.txt", "scan -c -f c2.txt", "scan --json -f c2.txt"] {
        let output = folder.command(line).args(names.map(OsStr::from_bytes)).output().unwrap();
        let run = Run::of(output, line).code(0);
        for shown in [r"a\xff.log", r"a\xfe.log", "a\u{e4}.log"] {
            let shown = if line.contains("json") { shown.replace('\\', r"\\") } else { shown.to_owned() };
            assert!(run.out.contains(&shown), "{line}: {}", run.out);
        }
    }
    let output = folder.command("scan -f c2.txt").arg(OsStr::from_bytes(b"none\xff")).output().unwrap();
    assert!(Run::of(output, "scan").code(2).err.contains(r"none\xff: No such file"));
}

#[test]
fn nothing_is_not_counted_in_what_could_not_be_read() {
    let folder = folder();
    assert_eq!(folder.run("scan -c -f c2.txt a.log missing.log clean.log .").code(2).out.lines().take(3).count(), 3);
    let run = folder.run("scan -c -f c2.txt a.log missing.log clean.log").code(2);
    assert_eq!(run.out, "a.log:4\nclean.log:0\ntotal:4\n");
    let run = folder.run("scan -c -f c2.txt missing.log").code(2);
    assert_eq!((run.out.as_str(), run.err.lines().count()), ("", 1));
}

#[test]
fn withheld_matches_are_counted() {
    let folder = folder();
    folder.write("weak.log", b"GET http://ok.example/evil.test HTTP/1.1\nlookup shop.test\n");
    folder.write("ours.txt", b"evil.test\n");
    let run = folder.run("scan -f c2.txt weak.log").code(1);
    assert!(run.err.starts_with("logscan: 2 matches withheld: 1 on what looks like a file name"), "{}", run.err);
    assert!(run.err.contains("1 of URLs of which only the host was seen (--weak)"), "{}", run.err);
    assert_eq!(run.err.lines().count(), 1);
    let run = folder.run("scan -f c2.txt --allow ours.txt a.log").code(0);
    assert!(run.err.contains("withheld: 1 allowed"), "{}", run.err);
    for line in ["scan -f c2.txt clean.log", "scan -q -f c2.txt weak.log", "scan --weak -f c2.txt weak.log"] {
        assert_eq!(folder.run(line).err, "", "{line}");
    }
}
