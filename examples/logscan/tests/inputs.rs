//! The inputs of `logscan scan`: folders, globs, pipes, long lines, all encodings, on any number of threads.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use common::{Folder, LOG, folder, long_log};

#[test]
fn unsearched_inputs_are_reported() {
    let folder = folder();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let long = "nothing to see here\n".repeat(50_000);
    folder.write("turns.log", &[long.as_bytes(), &wide("evil.test is here\r\n")].concat());
    folder.write("back.log", &[&b"\xff\xfe"[..], &wide(&long), b"evil.test is here\r\n"].concat());
    folder.write("noise.bin", &[&[0, 1, 2, 3, 200].repeat(4000)[..], b" evil.test \0"].concat());
    for arguments in ["-j 1", "-j 3", "-j 2 --mmap"] {
        let run = folder.run(&format!("scan -c {arguments} -f c2.txt turns.log")).code(2);
        let want =
            format!("logscan: turns.log: turns into UTF-16 at byte {}: the UTF-16 in it was not read", long.len());
        assert!(run.err.starts_with(&want), "{arguments}: {}", run.err);
        let run = folder.run(&format!("scan -c {arguments} -f c2.txt back.log")).code(2);
        let want = format!("logscan: back.log: is UTF-16, but not from byte {} on", 2 + 2 * long.len());
        assert!(run.err.starts_with(&want), "{arguments}: {}", run.err);
        // This file is scanned.
        let run = folder.run(&format!("scan -c {arguments} -f c2.txt noise.bin")).code(0);
        assert_eq!(run.out, "1\n");
        assert!(run.err.starts_with("logscan: noise.bin: is mostly not text"), "{}", run.err);
        // Text files cause no message.
        assert_eq!(folder.run(&format!("scan -c {arguments} -f c2.txt a.log empty.log c2.txt")).code(0).err, "");
    }
}

#[cfg(unix)]
#[test]
fn a_lattice_of_links_is_walked_once() {
    use std::os::unix::fs::symlink;

    let folder = folder();
    for level in 0..30 {
        fs::create_dir_all(folder.path(&format!("lattice/{level}"))).unwrap();
        for way in ["a", "b"] {
            symlink(format!("../{}", level + 1), folder.path(&format!("lattice/{level}/{way}"))).unwrap();
        }
    }
    fs::create_dir(folder.path("lattice/30")).unwrap();
    folder.write("lattice/30/x.log", b"evil.test\n");
    // There are 2 to the power of 30 ways to the log.
    let run = folder.run("scan -l --links -f c2.txt lattice/0").code(0);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
}

/// A tree of logs.
fn tree() -> Folder {
    let folder = folder();
    for name in ["logs/b/deep", "logs/a", "logs/.git"] {
        fs::create_dir_all(folder.path(name)).unwrap();
    }
    for name in [
        "logs/z.log",
        "logs/a/2.log",
        "logs/a/10.log.1",
        "logs/b/deep/x.log",
        "logs/b/x.txt",
        "logs/.git/c.log",
        "logs/.d.log",
    ] {
        folder.write(name, b"evil.test\n");
    }
    folder
}

#[test]
fn folders_and_globs() {
    let folder = tree();
    folder.write("[x]*.log", b"evil.test\n");
    for (arguments, want) in [
        ("logs", &["logs/a/10.log.1", "logs/a/2.log", "logs/b/deep/x.log", "logs/b/x.txt", "logs/z.log"][..]),
        (
            "logs/ logs/a",
            &[
                "logs/a/10.log.1",
                "logs/a/2.log",
                "logs/b/deep/x.log",
                "logs/b/x.txt",
                "logs/z.log",
                "logs/a/10.log.1",
                "logs/a/2.log",
            ],
        ),
        (
            "--hidden logs",
            &[
                "logs/.d.log",
                "logs/.git/c.log",
                "logs/a/10.log.1",
                "logs/a/2.log",
                "logs/b/deep/x.log",
                "logs/b/x.txt",
                "logs/z.log",
            ],
        ),
        ("--include *.log logs", &["logs/a/2.log", "logs/b/deep/x.log", "logs/z.log"]),
        ("--include *.log --include *.txt --exclude deep logs", &["logs/a/2.log", "logs/b/x.txt", "logs/z.log"]),
        ("--include a/* logs", &["logs/a/10.log.1", "logs/a/2.log"]),
        ("--exclude b/deep/** --exclude z* logs", &["logs/a/10.log.1", "logs/a/2.log", "logs/b/x.txt"]),
        ("logs/*/*.log*", &["logs/a/10.log.1", "logs/a/2.log"]),
        ("logs/**/x.*", &["logs/b/deep/x.log", "logs/b/x.txt"]),
        ("logs/[az]*", &["logs/a/10.log.1", "logs/a/2.log", "logs/z.log"]),
        ("--exclude *.1 logs/a/*", &["logs/a/2.log"]),
        ("--hidden logs/*.log", &["logs/.d.log", "logs/z.log"]),
        ("logs/z.log logs/a/2.log", &["logs/z.log", "logs/a/2.log"]),
        // A file with exactly this name.
        ("[x]*.log", &["[x]*.log"]),
        // A named file is read whatever its name is.
        ("--include *.txt logs/.d.log", &["logs/.d.log"]),
    ] {
        for threads in [1, 3] {
            let run = folder.run(&format!("scan -l -j {threads} -f c2.txt {arguments}")).code(0);
            assert_eq!(run.out.lines().collect::<Vec<_>>(), want, "{arguments}");
            assert_eq!(run.err, "");
        }
    }
    let run = folder.run("scan -l -f c2.txt logs/a none*.log logs/z.log").code(2);
    assert_eq!(run.out, "logs/a/10.log.1\nlogs/a/2.log\nlogs/z.log\n");
    assert_eq!(run.err, "logscan: none*.log: no file matches\n");
}

#[test]
fn folders_and_archives_without_a_log_are_named() {
    let folder = tree();
    std::fs::create_dir_all(folder.path("empty/deep/er")).unwrap();
    std::fs::create_dir_all(folder.path("hidden")).unwrap();
    folder.write("hidden/.a.log", b"evil.test\n");
    // An archive of nothing.
    folder.write("none.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let nothing = "logscan: empty: no file in this folder\n";
    for (arguments, code, err) in [
        ("empty", 1, nothing),
        ("empty logs", 0, nothing),
        (
            "empty empty/deep",
            1,
            "logscan: empty: no file in this folder\nlogscan: empty/deep: no file in this folder\n",
        ),
        ("hidden", 1, "logscan: hidden: no file in this folder\n"),
        ("--hidden hidden", 0, ""),
        ("hid*", 1, "logscan: hid*: no file in the folders that match\n"),
        ("--include *.none logs", 1, "logscan: logs: no file in this folder that --include and --exclude pick\n"),
        ("--exclude * logs", 1, "logscan: logs: no file in this folder that --include and --exclude pick\n"),
        ("none.zip", 1, "logscan: none.zip: no file in this archive\n"),
        ("logs", 0, ""),
    ] {
        let run = folder.run(&format!("scan -l -f c2.txt {arguments}")).code(code);
        assert_eq!(run.err, err, "{arguments}");
        let run = folder.run(&format!("scan -q -f c2.txt {arguments}")).code(code);
        assert_eq!(run.err, err, "{arguments}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_special_files() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let folder = tree();
    symlink("../..", folder.path("logs/a/loop")).unwrap();
    symlink("../z.log", folder.path("logs/a/link.log")).unwrap();
    symlink("gone", folder.path("logs/a/broken.log")).unwrap();
    symlink("logs", folder.path("linked")).unwrap();
    let _socket = UnixListener::bind(folder.path("logs/a/socket")).unwrap();
    let plain = ["a/10.log.1", "a/2.log", "b/deep/x.log", "b/x.txt", "z.log"];
    for top in ["logs", "linked"] {
        let run = folder.run(&format!("scan -l -f c2.txt {top}")).code(0);
        assert_eq!(run.out.lines().collect::<Vec<_>>(), plain.map(|name| format!("{top}/{name}")));
    }
    // The loop leads to the folder that holds `logs`, but not from there to `logs` again.
    let run = folder.run("scan -l --links --exclude c2.txt --exclude a.log --exclude linked -f c2.txt logs").code(2);
    assert_eq!(
        run.out.lines().collect::<Vec<_>>(),
        ["logs/a/10.log.1", "logs/a/2.log", "logs/a/link.log", "logs/b/deep/x.log", "logs/b/x.txt", "logs/z.log"]
    );
    assert!(run.err.contains("logs/a/broken.log: No such file"), "{}", run.err);
    assert_eq!(run.err.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn own_outputs_are_not_read() {
    let folder = folder();
    let out = fs::File::create(folder.path("out.log")).unwrap();
    let output = folder.command("scan -l -f c2.txt .").stdout(out).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("out.log: the output goes to this file: not scanned as a log"), "{err}");
    assert_eq!(fs::read_to_string(folder.path("out.log")).unwrap(), "./a.log\n./c2.txt\n");
}

#[test]
fn many_logs_side_by_side_come_in_the_order_given() {
    let folder = folder();
    let mut names = Vec::new();
    for number in 0..40 {
        let name = format!("{number}.log");
        let len = [0, 300, 70_000, 600_000, 1_500_000][number % 5];
        folder.write(&name, &long_log(len));
        names.push(name);
    }
    names.insert(7, "missing.log".to_owned());
    let names = names.join(" ");
    let want = folder.run(&format!("scan --json -j 1 -f c2.txt {names}")).code(2);
    assert!(want.err.contains("missing.log: No such file") && want.out.lines().count() > 300);
    for arguments in ["-j 2", "-j 3", "-j 8", "", "-j 1 --mmap", "-j 3 --mmap"] {
        let run = folder.run(&format!("scan --json {arguments} -f c2.txt {names}")).code(2);
        assert!(run.out == want.out, "{arguments}");
        assert_eq!(run.err, want.err);
    }
    let count = |arguments: &str| folder.run(&format!("scan {arguments} -f c2.txt {names}")).code(2).out;
    assert_eq!(count("-c -j 1"), count("-c -j 3"));
    assert_eq!(count("-l -j 1"), count("-l -j 3"));
}

#[test]
fn limits_are_exact_on_any_number_of_threads() {
    let folder = folder();
    folder.write("more.txt", b"a.evil.test\n192.0.2.0/24\nevil.test:53\n");
    folder.write("long.log", &long_log(700_000));
    let feeds = "-f c2.txt -f more.txt";
    let all = folder.run(&format!("scan --json {feeds} a.log long.log a.log")).code(0).out;
    let text = folder.run(&format!("scan {feeds} a.log long.log a.log")).code(0).out;
    for threads in [1, 3] {
        for limit in [1, 2, 7, 8, 51, 1000] {
            let run = folder.run(&format!("scan -m {limit} -j {threads} --json {feeds} a.log long.log a.log")).code(0);
            let want: Vec<&str> = all.lines().take(limit).collect();
            assert_eq!(run.out.lines().collect::<Vec<_>>(), want);
            // Of the last hit, only the remaining number of indicators is written, and the log line.
            let run = folder.run(&format!("scan -m {limit} -j {threads} {feeds} a.log long.log a.log")).code(0);
            let mut want = String::new();
            let (mut pairs, mut is_full) = (0, false);
            for line in text.lines() {
                let is_pair = line.starts_with("  -> ");
                if is_pair && pairs == limit {
                    is_full = true;
                    continue;
                }
                pairs += usize::from(is_pair);
                if pairs == limit && !line.starts_with("  ") {
                    break;
                }
                want.push_str(line);
                want.push('\n');
                if is_full && line.starts_with("  |  ") {
                    break;
                }
            }
            assert_eq!(run.out, want, "{limit}, {threads} threads");
            let run = folder.run(&format!("scan -m {limit} -j {threads} -c {feeds} a.log long.log a.log")).code(0);
            let (logs, total): (Vec<&str>, Vec<&str>) = run.out.lines().partition(|line| !line.starts_with("total:"));
            let count = |line: &&str| line.rsplit(':').next().unwrap().parse::<usize>().unwrap();
            assert_eq!(logs.iter().map(count).sum::<usize>(), limit.min(all.lines().count()));
            assert_eq!(total.iter().map(count).collect::<Vec<_>>(), [limit.min(all.lines().count())]);
        }
    }
}

#[test]
fn standard_input_is_answered_line_by_line() {
    for threads in [1, 2, 4] {
        let folder = folder();
        let mut child = folder
            .command(&format!("scan --json -j {threads} -f c2.txt"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut hits = BufReader::new(child.stdout.take().unwrap()).lines();
        for number in 1..4 {
            // Written byte by byte. The hit comes before the next line is written.
            for byte in format!("nothing\n{number}.evil.test\n").bytes() {
                input.write_all(&[byte]).unwrap();
                input.flush().unwrap();
            }
            let hit: serde_json::Value = serde_json::from_str(&hits.next().unwrap().unwrap()).unwrap();
            assert_eq!(
                (hit["line"].as_u64(), hit["observed"].as_str()),
                (Some(2 * number), Some(&*format!("{number}.evil.test")))
            );
        }
        // Enough hits end the scan, even if the input is still open.
        drop(input);
        assert!(hits.next().is_none());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn an_open_input_does_not_keep_it_from_ending() {
    for line in ["-j 1 -q", "-j 2 -q", "-j 1 -m 1 --json", "-j 3 -m 1 --json"] {
        let folder = folder();
        let mut child = folder
            .command(&format!("scan {line} -f c2.txt"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"evil.test\nevil.test\n").unwrap();
        let (mut out, mut err) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}");
        // The hit that was written is counted, though the process does not wait for the input.
        let is_quiet = line.contains("-q");
        assert!(
            is_quiet && err.is_empty() || err.starts_with("logscan: 1 log, ") && err.ends_with(": 1 hit, 1 pair\n"),
            "{err}"
        );
        assert_eq!(out.lines().count(), usize::from(line.contains("-m")), "{line}");
        drop(input);
    }
}

#[test]
fn a_closed_pipe_ends_it_though_there_is_more_to_read() {
    for threads in [1, 2] {
        let folder = folder();
        let mut child = folder
            .command(&format!("scan --json -j {threads} -f c2.txt"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        drop(child.stdout.take());
        // Write until the scanner has closed the pipe.
        while input.write_all(&LOG.repeat(100)).is_ok() {}
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    }
}

/// The peak memory of a process so far, in bytes.
#[cfg(target_os = "linux")]
fn peak(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_that_does_not_end_takes_bounded_memory() {
    for threads in [1, 2] {
        let folder = folder();
        let mut child = folder
            .command(&format!("scan --json --no-text -j {threads} -f c2.txt"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let part = b"key=value 10.0.0.1 ok.example 12:34:56 ".repeat(25_000);
        for _ in 0..120 {
            input.write_all(&part).unwrap();
        }
        input.write_all(b"evil.test ").unwrap();
        for _ in 0..4 {
            input.write_all(&part).unwrap();
        }
        let peak = peak(child.id());
        drop(input);
        let output = child.wait_with_output().unwrap();
        let hit: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((hit["offset"].as_u64(), hit["line"].as_u64()), (Some(120 * part.len() as u64), Some(1)));
        // It has scanned 120 MB.
        assert!(peak < 40 << 20, "{} MiB with {threads} threads", peak >> 20);
    }
}

#[test]
fn statistics_of_stages_and_logs() {
    let folder = folder();
    folder.write("long.log", &long_log(1 << 20));
    let run = folder.run("scan --stats -c -f c2.txt a.log long.log missing.log").code(2);
    for want in [
        "indicators  5, ",
        "load        0.0 MB in ",
        " of 1 file",
        "build       ",
        "log         a.log: 0.0 MB, 4 hits, 4 pairs; read ",
        "log         long.log: 1.0 MB, ",
        "log         missing.log: 0.0 MB, 0 hits, 0 pairs; read 0.000 s, scan 0.000 s, render 0.000 s; failed",
        "read        1.0 MB in ",
        "scan        1.0 MB in ",
        "render      ",
        "scanned     1.0 MB in ",
    ] {
        assert!(run.err.contains(want), "{want}\n{}", run.err);
    }
    // A single log gets no line of its own in the statistics.
    assert!(!folder.run("scan --stats -c -f c2.txt a.log").code(0).err.contains("log         "));
    // After a limit, the statistics count the hits that were written.
    let run = folder.run("scan --stats --json -m 2 -f c2.txt a.log").code(0);
    assert!(run.err.contains("pairs of observable and indicator"), "{}", run.err);
}

#[test]
fn a_log_that_is_shortened_while_it_is_scanned_says_so() {
    for threads in [1, 2] {
        let folder = folder();
        folder.write("long.log", &b"a.evil.test b.evil.test\n".repeat(500_000));
        let mut child = folder
            .command(&format!("scan --json -j {threads} -f c2.txt long.log"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The scanner waits for a reader of its hits, far from the end of the log.
        let mut out = child.stdout.take().unwrap();
        let mut first = [0; 1000];
        out.read_exact(&mut first).unwrap();
        fs::OpenOptions::new().write(true).open(folder.path("long.log")).unwrap().set_len(1000).unwrap();
        let mut rest = Vec::new();
        out.read_to_end(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains("long.log: was shortened while it was scanned: "), "{err}");
    }
}
