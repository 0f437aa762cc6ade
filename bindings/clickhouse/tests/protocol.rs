//! Runs the program as ClickHouse does, and compares it with single lookups and scans of single lines.

use std::fs;
use std::io::{BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use netsieve::{Indicator, Match, Scanner, Sieve};

/// Numbers from a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn sieve(names: usize) -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(netsieve::Feed::new("partner").tag("phish").confidence(70));
    for n in 0..names {
        for listed in [format!("www{n}.evil.test"), format!("http://shop{n}.example/login/")] {
            let indicator = match listed.strip_prefix("http") {
                None => Indicator::Domain {
                    name: netsieve::indicator::DomainName::parse(&listed).unwrap(),
                    scope: netsieve::Scope::Suffix,
                    port: None,
                },
                Some(_) => Indicator::Url {
                    url: netsieve::indicator::Url::parse(&listed).unwrap(),
                    host_scope: netsieve::Scope::Exact,
                },
            };
            builder.add(feed, netsieve::indicator::Record::new(indicator, n as u32 + 1, listed.as_str()));
        }
    }
    builder.build().unwrap().0
}

fn value(random: &mut Random) -> Option<Vec<u8>> {
    let n = random.below(2000);
    let text = match random.below(9) {
        0 => format!("www{n}.evil.test"),
        1 => format!("a.WWW{n}.evil.test:443"),
        2 => format!("https://shop{n}.example/login/x?y={n}"),
        3 => format!("host{n}.example"),
        4 => format!("203.0.113.{}", n % 256),
        5 => String::new(),
        6 => return None,
        7 => format!("http://www{n}.evil.test/{}", "x".repeat(300)),
        _ => format!("no value {n}"),
    };
    Some(text.into_bytes())
}

fn line(random: &mut Random) -> Option<Vec<u8>> {
    let (first, second) = (value(random)?, value(random)?);
    Some([b"client 192.0.2.7 asked ", &first[..], b"\nthen ", &second].concat())
}

/// The running program.
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(path: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netsieve-clickhouse"));
        command.arg("--sieve").arg(path).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn write(&mut self, rows: &[Option<Vec<u8>>]) {
        let mut chunk = format!("{}\n", rows.len()).into_bytes();
        for row in rows {
            match row {
                None => chunk.push(1),
                Some(row) => {
                    chunk.push(0);
                    put_text(row, &mut chunk);
                }
            }
        }
        self.input.write_all(&chunk).unwrap();
        self.input.flush().unwrap();
    }

    fn is_match(&mut self, rows: &[Option<Vec<u8>>]) -> Vec<Option<bool>> {
        self.write(rows);
        rows.iter().map(|_| (self.byte() == 0).then(|| self.byte() == 1)).collect()
    }

    /// The bytes of each row's array, parsed as far as needed to find its end.
    fn arrays(&mut self, rows: &[Option<Vec<u8>>], is_scan: bool) -> Vec<Vec<Vec<u8>>> {
        self.write(rows);
        rows.iter().map(|_| (0..self.varint()).map(|_| self.tuple(is_scan)).collect()).collect()
    }

    fn tuple(&mut self, is_scan: bool) -> Vec<u8> {
        let mut tuple = Vec::new();
        (0..5).for_each(|_| self.text(&mut tuple));
        for _ in 0..2 {
            let count = self.varint();
            put_number(count, &mut tuple);
            (0..count).for_each(|_| self.text(&mut tuple));
        }
        tuple.push(self.byte());
        if tuple.last() == Some(&0) {
            self.text(&mut tuple);
        }
        tuple.push(self.byte());
        if tuple.last() == Some(&0) {
            tuple.push(self.byte());
        }
        if is_scan {
            (0..3).for_each(|_| self.text(&mut tuple));
            (0..16).for_each(|_| tuple.push(self.byte()));
        }
        tuple
    }

    fn text(&mut self, into: &mut Vec<u8>) {
        let len = self.varint();
        put_number(len, into);
        (0..len).for_each(|_| into.push(self.byte()));
    }

    fn byte(&mut self) -> u8 {
        let mut byte = [0];
        self.output.read_exact(&mut byte).unwrap();
        byte[0]
    }

    fn varint(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    /// Closes the input. Returns whether the program succeeded, and its standard error.
    fn end(self) -> (bool, String) {
        let Self { mut child, input, mut output } = self;
        drop(input);
        let (mut rest, mut said) = (Vec::new(), String::new());
        output.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty(), "{} bytes more than was asked for", rest.len());
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (child.wait().unwrap().success(), said)
    }
}

fn put_number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_text(text: &[u8], out: &mut Vec<u8>) {
    put_number(text.len(), out);
    out.extend_from_slice(text);
}

/// A match as the row of a table. Every match of this sieve has one source.
fn tuple_of(found: &Match<'_>) -> Vec<u8> {
    let indicator = found.indicator();
    let mut tuple = Vec::new();
    let texts = [
        &indicator.to_string(),
        indicator.kind().as_str(),
        found.relation().as_str(),
        found.strength().as_str(),
        "partner",
    ];
    texts.iter().for_each(|text| put_text(text.as_bytes(), &mut tuple));
    for list in ["partner", "phish"] {
        tuple.push(1);
        put_text(list.as_bytes(), &mut tuple);
    }
    tuple.extend_from_slice(&[1, 0, 70]);
    tuple
}

fn scanned(scanner: &mut Scanner, line: &[u8]) -> Vec<Vec<u8>> {
    let mut tuples = Vec::new();
    let _ = scanner.scan(line, |hit| {
        for found in hit.matches().iter() {
            let mut tuple = tuple_of(&found);
            put_text(hit.observed(), &mut tuple);
            put_text(hit.canonical().as_bytes(), &mut tuple);
            put_text(hit.context().as_str().as_bytes(), &mut tuple);
            tuple.extend_from_slice(&hit.line().to_le_bytes());
            tuple.extend_from_slice(&hit.span().start.to_le_bytes());
            tuples.push(tuple);
        }
        ControlFlow::Continue(())
    });
    tuples
}

#[test]
fn answers_are_those_of_the_crate() {
    let folder = tempfile::tempdir().unwrap();
    let (path, sieve) = (folder.path().join("x.sieve"), sieve(1000));
    sieve.save(&path).unwrap();
    let mut random = Random(20);
    let values: Vec<_> = (0..10_000).map(|_| value(&mut random)).collect();
    let lines: Vec<_> = (0..100_000).map(|_| line(&mut random)).collect();
    let mut matcher = sieve.matcher();
    let mut scanner = Scanner::new(&sieve);
    let mut is_match = Running::start(&path, &["is_match"]);
    let mut lookup = Running::start(&path, &["--mmap", "match"]);
    let mut scan = Running::start(&path, &["scan"]);
    let mut hits = 0;
    // Chunks of many sizes, and empty ones.
    for chunk in values.chunks(977) {
        let want: Vec<_> = chunk.iter().map(|value| value.as_ref().map(|value| matcher.is_match_any(value))).collect();
        assert_eq!(is_match.is_match(chunk), want);
        let want: Vec<Vec<_>> = chunk
            .iter()
            .map(|value| {
                matcher.match_any(value.as_deref().unwrap_or_default()).iter().map(|found| tuple_of(&found)).collect()
            })
            .collect();
        hits += want.iter().map(Vec::len).sum::<usize>();
        assert_eq!(lookup.arrays(chunk, false), want);
        assert!(lookup.arrays(&[], false).is_empty());
    }
    assert!(hits > 2000, "{hits}");
    for chunk in lines.chunks(8192) {
        let want: Vec<_> =
            chunk.iter().map(|line| scanned(&mut scanner, line.as_deref().unwrap_or_default())).collect();
        assert!(scan.arrays(chunk, true) == want);
    }
    for running in [is_match, lookup, scan] {
        assert_eq!(running.end(), (true, String::new()));
    }
}

#[test]
fn a_renamed_file_is_opened_between_chunks_and_a_broken_one_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sieve");
    sieve(1).save(&path).unwrap();
    for mapped in [&["is_match"][..], &["--mmap", "is_match"]] {
        sieve(1).save(&path).unwrap();
        let mut running = Running::start(&path, mapped);
        let rows = [Some(b"www0.evil.test".to_vec()), Some(b"www1.evil.test".to_vec())];
        assert_eq!(running.is_match(&rows), [Some(true), Some(false)]);
        sieve(2).save(&path).unwrap();
        assert_eq!(running.is_match(&rows), [Some(true), Some(true)]);
        fs::write(folder.path().join("new"), b"no sieve").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        for _ in 0..3 {
            assert_eq!(running.is_match(&rows), [Some(true), Some(true)]);
        }
        sieve(1).save(&path).unwrap();
        assert_eq!(running.is_match(&rows), [Some(true), Some(false)]);
        let (is_well, said) = running.end();
        assert!(is_well && said.contains("x.sieve") && said.contains("still using the previous set"), "{said}");
        assert_eq!(said.lines().count(), 1, "once a file: {said}");
    }
}

#[test]
fn mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sieve");
    let (is_well, said) = Running::start(&path, &["scan"]).end();
    assert!(!is_well && said.contains("x.sieve"), "{said}");
    sieve(1).save(&path).unwrap();
    let (is_well, said) = Running::start(&path, &[]).end();
    assert!(!is_well && said.contains("usage:"), "{said}");
    // Without send_chunk_header.
    let mut running = Running::start(&path, &["scan"]);
    running.input.write_all(b"\0\x09evil.test\n").unwrap();
    let (is_well, said) = running.end();
    assert!(!is_well && said.contains("send_chunk_header"), "{said}");
    // Cut in the middle of a value.
    let mut running = Running::start(&path, &["scan"]);
    running.input.write_all(b"2\n\0\x09evil").unwrap();
    assert!(!running.end().0);
}
