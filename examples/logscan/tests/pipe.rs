//! Standard input that is followed, or answered line by line.

mod common;

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};

use common::{Folder, folder};
use serde_json::Value;

struct Pipe {
    child: Child,
    input: Option<ChildStdin>,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
}

impl Pipe {
    fn new(folder: &Folder, line: &str) -> Self {
        let mut command = folder.command(line);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take();
        let out = BufReader::new(child.stdout.take().unwrap()).lines();
        let err = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, input, out, err }
    }

    fn write(&mut self, text: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(text).unwrap();
        input.flush().unwrap();
    }

    #[track_caller]
    fn json(&mut self) -> Value {
        let line = self.out.next().expect("an answer").unwrap();
        serde_json::from_str(&line).expect(&line)
    }

    /// Closes the input. Returns the exit code and the remaining answers.
    fn end(mut self) -> (i32, Vec<String>) {
        drop(self.input.take());
        let rest = self.out.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap().code().unwrap(), rest)
    }
}

#[test]
fn feeds_are_loaded_anew_while_standard_input_is_scanned() {
    let folder = folder();
    for logs in ["-", ""] {
        folder.write("list.txt", b"evil.test\n");
        let mut pipe = Pipe::new(&folder, &format!("scan --json -F --interval 0.02 -f list.txt {logs}"));
        pipe.write(b"a.evil.test more.example\n");
        let hit = pipe.json();
        assert_eq!((hit["file"].as_str(), hit["observed"].as_str()), (Some("(standard input)"), Some("a.evil.test")));
        folder.replace("list.txt", b"more.example\n");
        assert!(pipe.err.next().unwrap().unwrap().contains("feeds reloaded: 1 indicator"));
        pipe.write(b"b.evil.test more.example\n");
        let hit = pipe.json();
        assert_eq!((hit["line"].as_u64(), hit["observed"].as_str()), (Some(2), Some("more.example")));
        // A line in pieces, and a last line without a line feed.
        pipe.write(b"more.exa");
        pipe.write(b"mple\nlast.more.example");
        assert_eq!(pipe.json()["line"], 3);
        let (code, rest) = pipe.end();
        assert!(code == 0 && rest.len() == 1 && rest[0].contains("last.more.example"), "{rest:?}");
    }
    assert_eq!(Pipe::new(&folder, "scan --json -F -f list.txt -").end(), (1, Vec::new()));
    let run = folder.run_with("scan -F -f list.txt -", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0").code(2);
    assert!(run.err.contains("gzip-compressed"), "{}", run.err);
}

#[test]
fn standard_input_and_files_are_followed_side_by_side() {
    let folder = folder();
    let mut pipe = Pipe::new(&folder, "scan --json -F --interval 0.02 -f c2.txt - clean.log");
    pipe.write(b"a.evil.test\n");
    assert_eq!(pipe.json()["file"], "(standard input)");
    // Append to the log: a log that is emptied and written again is read from its start.
    let mut log = OpenOptions::new().append(true).open(folder.path("clean.log")).unwrap();
    log.write_all(b"\nb.evil.test\n").unwrap();
    assert_eq!(pipe.json()["file"], "clean.log");
    // The files are still followed after the end of standard input.
    drop(pipe.input.take());
    log.write_all(b"c.evil.test\n").unwrap();
    assert_eq!(pipe.json()["observed"], "c.evil.test");
    pipe.child.kill().unwrap();
    pipe.child.wait().unwrap();
}

/// The protocol of rsyslog's mmexternal.
#[test]
fn every_line_is_answered_by_one_line_before_the_next_comes() {
    let folder = folder();
    for follow in ["", "-F --interval 0.02"] {
        folder.write("list.txt", b"evil.test\nb.evil.test\n");
        let mut pipe = Pipe::new(&folder, &format!("scan --annotate {follow} -f list.txt"));
        for number in 0..300 {
            let (text, hits) = match number % 5 {
                0 => ("b.evil.test and a.evil.test", 3),
                1 => ("a.evil.test\r", 1),
                2 => ("", 0),
                3 => ("a\0evil.test\0", 1),
                _ => ("nothing here", 0),
            };
            pipe.write(format!("{text}\n").as_bytes());
            let answer = pipe.json();
            let found = answer["$!"]["netsieve"].as_array().map_or(0, Vec::len);
            assert_eq!(found, hits, "{text}: {answer}");
            assert_eq!(answer.as_object().unwrap().len(), usize::from(hits > 0));
            if hits > 0 {
                assert_eq!(answer["$!"]["netsieve"][0]["line"], number + 1);
            }
        }
        if !follow.is_empty() {
            folder.replace("list.txt", b"more.example\n");
            // The reload is reported once it is done. Every line is answered meanwhile.
            assert!(pipe.err.next().unwrap().unwrap().contains("feeds reloaded"));
            pipe.write(b"a.evil.test more.example\n");
            assert_eq!(pipe.json()["$!"]["netsieve"][0]["observed"], "more.example");
        }
        // Several lines at once, a long one, and one without a line feed.
        pipe.write(&[b"one\n\ntwo\n", &b"x ".repeat(1 << 20)[..], b" evil.test more.example"].concat());
        let (code, rest) = pipe.end();
        assert_eq!((code, rest.len()), (0, 4));
        assert!(rest[..3].iter().all(|answer| answer == "{}") && rest[3].starts_with("{\"$!\":{\"netsieve\":[{"));
    }
    // Its answers have one form.
    for other in ["--format ecs", "--rejects left", "--json"] {
        let run = folder.run(&format!("scan --annotate -f c2.txt {other}")).code(2);
        assert!(run.err.contains("'--annotate' cannot be used with"), "{}", run.err);
    }
    let run = folder.run("scan --annotate -f c2.txt a.log").code(2);
    assert!(run.err.contains("no logs can be given"), "{}", run.err);
}
