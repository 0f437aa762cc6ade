//! The files that a run writes: they are not logs, and nothing else is overwritten.

mod common;

use std::fs;

use common::{FEED, Folder, LOG, folder};

/// A report that lies among the logs tells of hits, and is none.
#[test]
fn a_report_does_not_read_its_own_files() {
    let folder = Folder::new(&[("c2.txt", FEED)]);
    fs::create_dir(folder.path("logs")).unwrap();
    folder.write("logs/a.log", b"2026-05-12T10:00:00Z c.evil.test\n");
    let line = "report -f c2.txt --html logs/day.html --csv=logs/day.csv --json=logs/day.json --stix logs/s --misp logs/m logs";
    let first = folder.run(line).code(0);
    let second = folder.run(line).code(0);
    assert_eq!((&first.out, second.err.as_str()), (&second.out, ""));
    let named = folder.run(&format!("{line}/a.log logs/day.html")).code(0);
    assert!(named.err.starts_with("logscan: logs/day.html: this run writes to it"), "{}", named.err);
    assert_eq!(named.out, first.out);
}

/// Files of the scan that lie among the logs are not scanned.
#[test]
fn a_scan_does_not_read_its_own_files() {
    let folder = Folder::new(&[("c2.txt", FEED)]);
    fs::create_dir(folder.path("logs")).unwrap();
    folder.write("logs/a.log", b"no time: c.evil.test\n");
    let line = "scan -f c2.txt --format ecs --rejects logs/left --state logs/seen --resume logs/r logs";
    for code in [0, 1] {
        let run = folder.run(line).code(code);
        assert!(run.summary.starts_with("logscan: 1 log, "), "{}", run.summary);
    }
    for name in ["left", "seen", "seen.lock", "r.lock"] {
        assert!(folder.path(&format!("logs/{name}")).exists(), "{name}");
    }
    // Nothing is said of what lies in a folder; of what is named, it is.
    assert_eq!(folder.run(line).code(1).err, "logscan: 1 hit reported by an earlier run (--state)\n");
    let run = folder.run(&format!("{line}/a.log ./logs/../logs/seen logs/left")).code(1);
    let said: Vec<&str> =
        run.err.lines().filter(|line| line.ends_with(": this run writes to it: not scanned as a log")).collect();
    assert_eq!(said.len(), 2, "{}", run.err);
    assert!(
        said[0].starts_with("logscan: ./logs/../logs/seen: ") && said[1].starts_with("logscan: logs/left: "),
        "{}",
        run.err
    );
    assert!(run.summary.starts_with("logscan: 1 log, "), "{}", run.summary);
}

/// A log that is named by mistake is neither overwritten, nor is its removal advised.
#[test]
fn a_file_of_another_kind_is_left_as_it_is() {
    let folder = folder();
    for option in ["--resume", "--state", "--rejects"] {
        for name in ["a.log", "c2.txt"] {
            let run = folder.run(&format!("scan -f c2.txt --format ecs {option} {name} clean.log")).code(2);
            assert_eq!(
                run.err,
                format!(
                    "logscan: {name}: damaged, or not a file of {option}: name another file, or remove this one if nothing else needs it\n"
                )
            );
            assert!(run.out.is_empty() && !folder.path(&format!("{name}.lock")).exists());
        }
        folder.write("none", b"");
        let run = folder.run(&format!("scan -f c2.txt --format ecs {option} none a.log"));
        let is_damaged = run.err.starts_with("logscan: none: damaged (empty): ");
        assert_eq!((is_damaged, run.code), if option == "--rejects" { (false, 0) } else { (true, 2) }, "{}", run.err);
        fs::create_dir(folder.path(option)).unwrap();
        let run = folder.run(&format!("scan -f c2.txt --format ecs {option}=./{option} a.log")).code(2);
        assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    }
    assert_eq!(
        (fs::read(folder.path("a.log")).unwrap(), fs::read(folder.path("c2.txt")).unwrap()),
        (LOG.to_vec(), FEED.to_vec())
    );
    // Its own rejects are replaced.
    folder.write("undated.log", b"no time: c.evil.test\n");
    for _ in 0..2 {
        let run = folder.run("scan -f c2.txt --format ecs --rejects left undated.log").code(0);
        assert_eq!(fs::read_to_string(folder.path("left")).unwrap().lines().count(), 1, "{}", run.err);
    }
}

/// What a run reads is not replaced by what it writes, whatever the two are.
#[test]
fn no_output_replaces_an_input() {
    let folder = folder();
    folder.write("key", b"0123456789abcdef");
    folder.write("psl", b"test\n");
    folder.write("layouts.toml", b"");
    folder.write("day.toml", b"[[feed]]\npath = \"c2.txt\"\n");
    folder.write("empty.log", b"");
    fs::write(folder.path("hits"), folder.run("scan --json -f c2.txt a.log").code(0).out).unwrap();
    folder.run("build -f c2.txt -o set").code(0);
    let files = || -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(folder.path(".")).unwrap().map(|entry| entry.unwrap()).collect();
        files.sort_by_key(fs::DirEntry::file_name);
        let read = |entry: &fs::DirEntry| (entry.file_name(), fs::read(entry.path()).unwrap_or_default());
        files.iter().map(read).collect()
    };
    let before = files();
    let outputs = ["--html ", "--csv=", "--json=", "--stix ", "--misp "];
    for output in outputs {
        for (option, name) in [
            ("-f c2.txt", "./c2.txt"),
            ("-f c2=plain:c2.txt", "c2.txt"),
            ("-f c2.txt --allow clean.log", "clean.log"),
            ("-f c2.txt --allow-all clean.log", "clean.log"),
            ("-f c2.txt --psl psl", "psl"),
            ("-f c2.txt --layouts layouts.toml", "layouts.toml"),
            ("-f c2.txt --share-key key --share keyed", "key"),
            ("--config day.toml", "day.toml"),
            ("--config day.toml", "c2.txt"),
            ("--sieve set", "set"),
        ] {
            let run = folder.run(&format!("report {output}{name} {option} a.log")).code(2);
            assert!(run.err.ends_with("this run also reads it: name another file\n"), "{output}{name}: {}", run.err);
        }
        let run = folder.run(&format!("report {output}hits --from hits")).code(2);
        assert!(run.err.ends_with("this run also reads it: name another file\n"), "{}", run.err);
        // A log is none of its outputs, whether it is named or lies in a folder.
        for logs in ["a.log", "./a.log clean.log", "."] {
            let run = folder.run(&format!("report {output}a.log -f c2.txt {logs}")).code(2);
            assert!(run.err.contains("a.log: damaged, or not a file of --"), "{}", run.err);
        }
    }
    for (option, name) in
        [("-f c2.txt", "c2.txt"), ("-f c2.txt --allow clean.log", "clean.log"), ("--config day.toml", "c2.txt")]
    {
        let run = folder.run(&format!("build -o {name} {option}")).code(2);
        assert!(
            run.err.ends_with("named for --output, but this run also reads it: name another file\n"),
            "{}",
            run.err
        );
    }
    assert!(before == files(), "something was written");
    // An empty file has nothing to lose.
    folder.run("report --html empty.log -f c2.txt a.log empty.log").code(0);
}

#[test]
fn one_file_does_not_serve_two_purposes() {
    let folder = folder();
    fs::create_dir(folder.path("sub")).unwrap();
    for (line, why) in [
        ("scan --json --resume x --state x", "x: named for both --resume and --state"),
        ("scan --format ecs --resume x --rejects ./sub/../x", "./sub/../x: named for both --resume and --rejects"),
        ("scan --format ecs --state x --rejects x", "x: named for both --state and --rejects"),
        ("scan --json --resume x --state x.lock", "x.lock: named for both --state and the lock of --resume"),
        ("report --csv=x --json=x", "x: named for both --csv and --json"),
        ("report --html x --stix x", "x: named for both --html and --stix"),
    ] {
        let run = folder.run(&format!("{line} -f c2.txt a.log")).code(2);
        assert_eq!(run.err, format!("logscan: {why}: give each its own file\n"));
        assert!(!folder.path("x").exists() && !folder.path("x.lock").exists(), "{line}");
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn the_output_is_not_another_file_of_the_run() {
        let folder = folder();
        for option in ["--resume", "--state", "--rejects"] {
            for follow in ["", "-F"] {
                if follow == "-F" && option != "--rejects" {
                    continue;
                }
                let out = fs::File::create(folder.path("x")).unwrap();
                let mut command = folder.command(&format!("scan {follow} --format ecs -f c2.txt {option} x a.log"));
                let run = command.stdout(out).stderr(Stdio::piped()).output().unwrap();
                let err = String::from_utf8(run.stderr).unwrap();
                assert_eq!(err, format!("logscan: x: named for {option}, but the output goes to the same file\n"));
                assert_eq!((run.status.code(), fs::read(folder.path("x")).unwrap().len()), (Some(2), 0));
            }
        }
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = folder();
        assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
        for option in ["--resume", "--state"] {
            let run = folder.run(&format!("scan -f c2.txt --json {option} pipe a.log")).code(2);
            assert_eq!(run.err, "logscan: pipe: not a regular file\n");
            assert!(!folder.path("pipe.lock").exists());
        }
    }

    /// The file that a link leads to is written, whether it exists or not, and the link stays.
    #[test]
    fn links_are_followed() {
        let folder = folder();
        fs::create_dir(folder.path("store")).unwrap();
        symlink("store/seen", folder.path("link")).unwrap();
        symlink("link", folder.path("seen")).unwrap();
        symlink("store/day.html", folder.path("day.html")).unwrap();
        for (run, name) in [(1, "seen"), (2, "seen"), (3, "store/seen")] {
            let code = i32::from(run > 1);
            folder.run(&format!("scan -f c2.txt --json --state {name} a.log")).code(code);
            for link in ["seen", "link"] {
                assert!(fs::symlink_metadata(folder.path(link)).unwrap().is_symlink(), "{link}");
            }
        }
        // Under either name it is locked for the other.
        let lock = fs::File::options().write(true).open(folder.path("store/seen.lock")).unwrap();
        lock.lock().unwrap();
        let run = folder.run("scan -f c2.txt --json --state seen a.log").code(2);
        assert!(run.err.contains("another run is using it"), "{}", run.err);
        folder.run("report -f c2.txt --html day.html a.log").code(0);
        assert!(fs::symlink_metadata(folder.path("day.html")).unwrap().is_symlink());
        assert!(fs::read_to_string(folder.path("store/day.html")).unwrap().contains("evil.test"));
        // A link to itself is an error and no endless loop.
        symlink("loop", folder.path("loop")).unwrap();
        folder.run("scan -f c2.txt --json --state loop a.log").code(2);
    }
}

/// `-` is standard input or output elsewhere. As a file to write it would be a file of that name, which nobody looks for.
#[test]
fn standard_output_is_no_file_to_write() {
    let folder = folder();
    for line in [
        "build -f c2.txt -o @",
        "scan --state @ -f c2.txt a.log",
        "scan --json --resume @ -f c2.txt a.log",
        "scan --format ecs --rejects @ -f c2.txt a.log",
        "report --html @ -f c2.txt a.log",
        "report --stix @ -f c2.txt a.log",
        "report --misp @ -f c2.txt a.log",
        "report --csv=@ -f c2.txt a.log",
        "report --json=@ -f c2.txt a.log",
    ] {
        let run = folder.run(&line.replace('@', "-")).code(2);
        assert!(run.err.contains("expects a file; standard output is not one"), "{line}: {}", run.err);
        assert!(!folder.path("-").exists() && !folder.path("-.lock").exists(), "{line}");
        folder.run(&line.replace('@', "./-")).code(0);
        // A scan that ends leaves nothing to resume.
        assert_eq!(folder.path("-").exists(), !line.contains("--resume"), "{line}");
        let _ = fs::remove_file(folder.path("-"));
        let _ = fs::remove_file(folder.path("-.lock"));
    }
}
