//! Misleading names, feeds and logs in every output of every command, and inputs that are meant to fill the disk.
#![cfg(unix)]

mod common;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use common::{Folder, Run, folder};

/// CSI as one character, a direction override, an invisible character, an erase sequence, a bell, and markup.
const HIDDEN: &str = "\u{9b}31m\u{202e}\u{3164}\u{1b}[2J\u{7}<script>alert(1)<_script>\"onx='&";

/// A name with all of these, and bytes that are not text.
fn named(before: &str, after: &str) -> OsString {
    let name = [before.as_bytes(), HIDDEN.as_bytes(), b"\xff\xfe", after.as_bytes()].concat();
    OsStr::from_bytes(&name).to_owned()
}

/// Returns true if a terminal obeys a character, or if it misleads a reader. The list is kept apart from the crate's own.
fn acts(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{3164}' | '\u{feff}')
}

#[track_caller]
fn assert_plain(bytes: &[u8], what: &str) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    // RFC 4180 ends lines with CR LF.
    let text = text.replace("\r\n", "\n");
    if let Some(at) = text.find(acts) {
        let around: String = text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
        panic!("{what}: {around:?} and then {:?}", text[at..].chars().next());
    }
}

fn hostile() -> Folder {
    let value = format!("x{HIDDEN}").replace('"', "\"\"");
    let feed = format!(
        "indicator,type,tags,description,reference,first_seen,family\n\
         evil.test,domain,\"{value}\",\"{value}\",\"javascript:{value}\",2026-05-01,\"{value}\"\n\
         192.0.2.7,ip,\"{value}\",\"{value}\",\"http://ref.test/{value}\",2026-05-01,\"{value}\"\n\
         \"not a value {value}\",domain,,,,,\n\
         \"http://evil.test/p\"\"<b>\",url,\"{value}\",,,no date {value},\n"
    );
    let line = format!(
        "2026-05-12T10:00:00Z {HIDDEN} query www.evil.test src=192.0.2.7 user={HIDDEN} host={HIDDEN}\n\
         <13>May 12 10:00:00 gw{HIDDEN} sshd[1]: Failed password for {HIDDEN} from 192.0.2.7 port 22\n\
         192.0.2.7 - {HIDDEN} [12/May/2026:10:00:00 +0000] \"GET http://evil.test/p\"<b> HTTP/1.1\" 200 5 \"{HIDDEN}\" \"-\"\n\
         {{\"ts\":\"2026-05-12T10:00:00Z\",\"src_ip\":\"192.0.2.7\",\"user\":\"\\u202e\\u001b[31m\\u0007\",\"key\\u202e<b>\":\"evil.test\"}}\n"
    );
    let zeek = format!(
        "#separator \\x09\n#fields\tts\tid.orig_h\t{HIDDEN}\tquery\n1778580123\t192.0.2.7\t{HIDDEN}\twww.evil.test\n"
    );
    let folder = Folder::new(&[]);
    let write = |name: OsString, text: &[u8]| fs::write(folder.0.path().join(name), text).unwrap();
    write(named("c2", ".csv"), feed.as_bytes());
    write(named("ours", ".txt"), format!("ok.test # {HIDDEN}\nnonsense {HIDDEN}\n").as_bytes());
    write(named("a", ".log"), &[line.as_bytes(), b"\xff\xfe evil.test\n"].concat());
    write(named("z", ".log"), zeek.as_bytes());
    write(named("broken", ".toml"), format!("[[feed]]\nname = 'a{}'\nnonsense = 1\n", "\u{202e}").as_bytes());
    write(named("key", ".toml"), "[[feed]]\npath = 'x'\n\"x\\u202e\\u001b\" = 1\n".as_bytes());
    write(named("missing", ".toml"), "[[feed]]\nname = \"a\\u202e\"\npath = \"b\\u202e\\u009b\"\n".as_bytes());
    write(named("format", ".toml"), "[[feed]]\npath = \"b\"\nformat = \"f\\u202e\\u009b\"\n".as_bytes());
    let job = "[[feed]]\nname = \"j\\u202e\"\npath = \"c2*\"\n[run]\ncommand = \"report\"\nlogs = [\"z*.log\"]\n\
               html = \"job.html\"\ncsv = \"job.csv\"\nidentity = \"\\u202eCERT<b>\"\ntitle = \"t\\u202e<script>\"\n";
    write(named("job", ".toml"), job.as_bytes());
    let sub = folder.0.path().join(named("sub", ""));
    fs::create_dir(&sub).unwrap();
    fs::write(sub.join(named("in", ".log")), &line).unwrap();
    // An archive with members whose paths lead out of the folder.
    let mut archive = zip::ZipWriter::new(fs::File::create(folder.0.path().join(named("m", ".zip"))).unwrap());
    for name in [format!("../../x{HIDDEN}.log"), format!("/abs{HIDDEN}"), format!("C:\\..\\x{HIDDEN}")] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(line.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    folder
}

/// Splits a command line into arguments. `@a.log` stands for the misleading name `named("a", ".log")`.
fn arguments(line: &str) -> Vec<OsString> {
    let word = |word: &str| match word.split_once('@') {
        Some((before, name)) => {
            let (stem, end) = name.split_at(name.find('.').unwrap_or(name.len()));
            let mut all = OsString::from(before);
            all.push(named(stem, end));
            all
        }
        None => word.into(),
    };
    line.split_whitespace().map(word).collect()
}

const LOGS: &str = "@a.log @z.log @m.zip @sub";

#[test]
fn nothing_that_acts_gets_out() {
    let folder = hostile();
    let mut lines: Vec<String> = Vec::new();
    for format in ["text", "json", "csv", "ecs", "ocsf", "timesketch"] {
        for more in ["", "--weak --stats", "--refang --allow @ours.txt"] {
            lines.push(format!("scan --format {format} {more} -f @c2.csv {LOGS}"));
        }
    }
    for to in [
        "rpz",
        "unbound",
        "dnsmasq",
        "hosts",
        "nft",
        "ipset",
        "zeek-intel",
        "suricata",
        "haproxy-map",
        "haproxy-ip-map",
        "plain",
    ] {
        lines.push(format!("export --to {to} -f @c2.csv"));
    }
    let outputs = "--html r.html --csv=r.csv --json=r.json --stix r.stix --misp r.misp --share full";
    let more = format!(
        "scan -c -f @c2.csv {LOGS}\n\
         scan -l -f @c2.csv {LOGS}\n\
         scan --format ecs --rejects rejects.txt -f @c2.csv {LOGS}\n\
         scan --state state.json -f @c2.csv {LOGS}\n\
         scan --state state.json -f @c2.csv {LOGS}\n\
         scan -f @c2.csv @none.log *@none\n\
         scan -f @none.csv @a.log\n\
         scan -f x=@c2.csv @a.log\n\
         scan -f x=csv:@c2.csv @a.log\n\
         scan -f @name=@c2.csv @a.log\n\
         scan --include *@x -f @c2.csv @a.log\n\
         scan --exclude [@x -f @c2.csv @a.log\n\
         scan --psl @c2.csv -f @c2.csv @a.log\n\
         scan --layouts @key.toml -f @c2.csv @a.log\n\
         scan --config @broken.toml @a.log\n\
         scan --config @key.toml @a.log\n\
         scan --config @missing.toml @a.log\n\
         scan --config @format.toml @a.log\n\
         scan --time-zone @x -f @c2.csv @a.log\n\
         scan --year @x -f @c2.csv @a.log\n\
         scan --from @x -f @c2.csv @a.log\n\
         scan --sieve @a.log @a.log\n\
         scan --@x\n\
         scan\n\
         @x\n\
         completions @x\n\
         man --to @none\n\
         lint -f @c2.csv\n\
         lint --all -f @c2.csv\n\
         lint --json --all -f @c2.csv -f @ours.txt\n\
         lint -f @m.zip\n\
         build -f @c2.csv -o @new.sieve\n\
         build -f @ours.txt -o @old.sieve\n\
         build -f @c2.csv -o none/@new.sieve\n\
         inspect @new.sieve\n\
         inspect --json @new.sieve\n\
         inspect @a.log\n\
         diff @old.sieve @new.sieve\n\
         diff --json @old.sieve @new.sieve\n\
         scan --sieve @new.sieve --new-since @old.sieve {LOGS}\n\
         check -f @c2.csv evil.test @x 192.0.2.7 http://evil.test/p\"<b>@x\n\
         check --json -f @c2.csv evil.test @x 192.0.2.7\n\
         check --explain -f @c2.csv www.evil.test @x\n\
         extract @a.log @z.log @none\n\
         extract --json --weak @a.log\n\
         report -f @c2.csv {LOGS}\n\
         report --top 1 -f @c2.csv {LOGS}\n\
         report --csv -f @c2.csv {LOGS}\n\
         report --json -f @c2.csv {LOGS}\n\
         report {outputs} -f @c2.csv {LOGS}\n\
         report --html none/@r.html -f @c2.csv {LOGS}\n\
         report --share keyed --share-key @none --stix x -f @c2.csv {LOGS}\n\
         run --config @job.toml\n\
         run --config @broken.toml\n\
         run --config @key.toml"
    );
    lines.extend(more.lines().map(str::to_owned));
    let mut codes = [0; 3];
    for line in &lines {
        let mut command = folder.command("");
        command.args(arguments(line));
        if line.contains("--html r.html") {
            command.arg("--title").arg(format!("T{HIDDEN}")).arg("--identity").arg(format!("I{HIDDEN}"));
        }
        let output = command.output().unwrap();
        let code = output.status.code().unwrap_or_else(|| panic!("{line}: no exit code"));
        assert!((0..3).contains(&code), "{line}: {code}: {}", String::from_utf8_lossy(&output.stderr));
        codes[code as usize] += 1;
        // All other commands print something, which guards against a mistake in this test.
        let is_silent = ["build", "scan --state", "run", "report --html"].iter().any(|start| line.starts_with(start));
        assert!(code == 2 || is_silent || !output.stdout.is_empty(), "{line}");
        assert_plain(&output.stdout, line);
        assert_plain(&output.stderr, line);
    }
    assert!(codes[0] > 50 && codes[2] > 15, "{codes:?}");
    // The files that were written, apart from feeds and logs.
    let mut pages = 0;
    for file in ["r.html", "r.csv", "r.json", "r.stix", "r.misp", "rejects.txt", "state.json", "job.html", "job.csv"] {
        let bytes = fs::read(folder.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_plain(&bytes, file);
        if file.ends_with(".html") {
            let text = String::from_utf8(bytes).unwrap();
            let scripts = text.matches("<script").count();
            assert_eq!(scripts, 2, "its data and its own");
            assert!(!text.contains("href=\"javascript:"));
            pages += 1;
        }
    }
    assert_eq!(pages, 2);
    assert!(!folder.0.path().parent().unwrap().join(format!("x{HIDDEN}.log")).exists());
}

/// A walk over names once panicked at a name that is not UTF-8, or skipped it.
#[test]
fn a_glob_finds_every_name_once() {
    let folder = folder();
    let top = folder.0.path();
    for name in [&b"n\xff.log"[..], b"n\xfe.log", b"sub/n\xff.log"] {
        fs::create_dir_all(top.join("sub")).unwrap();
        fs::copy(top.join("a.log"), top.join(OsStr::from_bytes(name))).unwrap();
    }
    symlink(".", top.join("sub/again")).unwrap();
    symlink(".", top.join("sub/once-more")).unwrap();
    let listed = |pattern: &str| -> Vec<String> {
        let mut command = folder.command("scan -l -f c2.txt");
        let run = Run::of(command.arg(pattern).output().unwrap(), pattern).code(0);
        run.out.lines().map(str::to_owned).collect()
    };
    assert_eq!(listed("n?.log"), [r"n\xfe.log", r"n\xff.log"]);
    assert_eq!(listed("*.log"), ["a.log", r"n\xfe.log", r"n\xff.log"]);
    assert_eq!(listed("**/*.log"), ["a.log", r"n\xfe.log", r"n\xff.log", r"sub/n\xff.log"]);
    assert_eq!(listed(".//sub//n*"), [r"./sub/n\xff.log"]);
    // The folder, the folders under it, and the feed in it.
    assert_eq!(listed("**").len(), 5);
    assert_eq!(folder.run("scan -l -f c2.txt --include sub/* .").code(0).out, "./sub/n\\xff.log\n");
    // The same for feeds of a configuration, also in a folder with such a name.
    let place = top.join(OsStr::from_bytes(b"\xff"));
    fs::create_dir(&place).unwrap();
    for name in [&b"f\xff.txt"[..], b"f\xfe.txt"] {
        fs::copy(top.join("c2.txt"), place.join(OsStr::from_bytes(name))).unwrap();
    }
    fs::write(place.join("feeds.toml"), "[[feed]]\npath = \"f*.txt\"\n").unwrap();
    let mut command = folder.command("scan --json --config");
    let run = Run::of(command.arg(place.join("feeds.toml")).arg("a.log").output().unwrap(), "config").code(0);
    for row in run.json() {
        let feeds: Vec<_> = row["sources"].as_array().unwrap().iter().map(|source| source["feed"].clone()).collect();
        assert_eq!(feeds, [r"f\xfe", r"f\xff"]);
    }
}
