//! Time and output are linear in the size of the log, wherever its lines end.

mod oracle;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use netsieve::indicator::DomainName;
use netsieve::render::{JsonLines, Text};
use netsieve::{Indicator, Scanner, Scope};
use oracle::World;

const LEN: usize = 1 << 19;

/// A log that repeats one word, with a line feed after every `line` bytes.
fn log(word: &str, line: usize) -> Vec<u8> {
    let mut log = Vec::with_capacity(LEN + word.len() + 1);
    let mut start = 0;
    while log.len() < LEN {
        log.extend_from_slice(word.as_bytes());
        if log.len() - start >= line {
            log.push(b'\n');
            start = log.len();
        }
    }
    log
}

fn scanner() -> Scanner {
    let name = DomainName::parse("evil.test").expect("a name");
    let addr = "192.0.2.0/24".parse().expect("a prefix");
    let world = World::of([
        Indicator::Domain { name, scope: Scope::Suffix, port: None },
        Indicator::Ip { net: addr, port: None },
    ]);
    Scanner::new(&world.sieve())
}

/// The duration of a scan with its output, and the sizes of the outputs.
fn run(scanner: &mut Scanner, log: &[u8]) -> (Duration, usize, usize) {
    let (json, text) = (JsonLines::new(), Text::new());
    let (mut as_json, mut as_text, mut out) = (0, 0, Vec::new());
    let start = Instant::now();
    let _ = scanner.scan(log, |hit| {
        out.clear();
        json.hit(&mut out, "log", hit, usize::MAX);
        as_json += out.len();
        out.clear();
        text.hit(&mut out, "log", hit, usize::MAX);
        as_text += out.len();
        ControlFlow::Continue(())
    });
    (start.elapsed(), as_json, as_text)
}

/// A megabyte of `evil.test ` on one line once took fifty times as long as in lines of a kilobyte, and gave 437 MB of
/// JSON.
#[test]
fn a_long_line_costs_what_short_ones_do() {
    let mut scanner = scanner();
    for word in ["evil.test ", "192.0.2.7 ", "http://evil.test/a "] {
        let short = log(word, 1000);
        let base = run(&mut scanner, &short).0.min(run(&mut scanner, &short).0);
        for line in [50_000, usize::MAX] {
            let long = log(word, line);
            let (time, as_json, as_text) = run(&mut scanner, &long);
            let time = time.min(run(&mut scanner, &long).0);
            assert!(as_json <= 70 * LEN && as_text <= 70 * LEN, "{word:?}, {line}: {as_json} and {as_text} bytes");
            // Quadratic time would be fifty times as much. The rest allows for a busy machine.
            assert!(time < 5 * base + Duration::from_millis(200), "{word:?}, {line}: {time:?}, not {base:?}");
        }
    }
}

/// Each hit shows the whole line if the line has few hits, and otherwise only a piece around the hit.
#[test]
fn every_hit_shows_its_place_in_the_line() {
    let line = ["x".repeat(500), " evil.test".repeat(40)].concat();
    let mut objects = Vec::new();
    let _ = scanner().scan(line.as_bytes(), |hit| {
        let mut out = Vec::new();
        JsonLines::new().hit(&mut out, "log", hit, 1);
        let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
        objects.push((hit.index_in_line(), object["text"].as_str().unwrap().to_owned()));
        ControlFlow::Continue(())
    });
    assert_eq!(objects.len(), 40);
    for (at, (index, text)) in objects.iter().enumerate() {
        assert_eq!(*index, at);
        assert!(text.contains("evil.test"));
        assert_eq!(text == &line, at < netsieve::limits::MAX_SHOWN_WHOLE, "{at}");
        assert!(at < netsieve::limits::MAX_SHOWN_WHOLE || text.len() <= netsieve::limits::MAX_SHOWN_AGAIN);
    }
}
