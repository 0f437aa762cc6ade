//! Compares the time for twice the size, on texts designed to be slow.

use std::time::Duration;

use netsieve::Feed;
use netsieve::feed::Format;

use crate::seen::read;

/// A name, a reader, and a text of a given size for it.
type Hostile = (&'static str, Format, fn(usize) -> String);

const HOSTILE: &[Hostile] = &[
    ("one long line", Format::Plain, |n| "a.test ".repeat(n / 7)),
    ("signs around a value", Format::Plain, |n| format!("{}a.test", "“".repeat(n / 3)) + "\n"),
    ("many values", Format::Plain, |n| format!("192.0.2.1  {}\n", "a.test,b.test ".repeat(n / 14))),
    ("one word of values", Format::Plain, |n| format!("192.0.2.1  {}\n", "a.test,".repeat(n / 7))),
    ("words that open no list", Format::Nft, |n| format!("set x {{ \" {}\n", "elements ".repeat(n / 9))),
    ("lists on one line", Format::Nft, |n| "elements = { 192.0.2.1 } ".repeat(n / 25) + "\n"),
    ("bullets", Format::Plain, |n| "- \n".repeat(n / 3)),
    ("open quotes", Format::Csv, |n| format!("indicator,b\n{}", "\"a,b\n".repeat(n / 5))),
    ("many columns", Format::Csv, |n| format!("indicator,{}\n", "b,".repeat(n / 2))),
    ("brackets", Format::Rules, |n| format!("alert ip {} any -> any any (sid:1;)\n", "[".repeat(n))),
    ("groups", Format::Rules, |n| {
        format!("alert ip [{}192.0.2.1] any -> any any (sid:1;)\n", "![192.0.2.1],".repeat(n / 13))
    }),
    ("contents", Format::Rules, |n| {
        format!("alert ip any any -> any any ({})\n", "content:\"a|2e|b\";".repeat(n / 17))
    }),
    ("carried on", Format::Rules, |n| "alert \\\n".repeat(n / 8)),
    ("elements", Format::Nft, |n| format!("define x = {{ {} }}\n", "192.0.2.1 comment \"a\",".repeat(n / 22))),
    ("parentheses", Format::Rpz, |n| format!("@ SOA a. b. (1 2 3 4 5)\na.test ({}", "(\n".repeat(n / 2))),
    ("taken back", Format::AdBlock, |n| (0..n / 24).map(|at| format!("||a{at}.test^$badfilter\n")).collect()),
    ("colons", Format::P2p, |n| ":".repeat(n) + "\n"),
    ("deep", Format::Stix, |n| format!("{{\"type\":\"bundle\",\"objects\":[{}", "[".repeat(n))),
    ("a cycle of relationships", Format::Stix, |n| {
        let link = |at: usize| {
            format!(
                "{{\"type\":\"relationship\",\"id\":\"relationship--{at}\",\"relationship_type\":\"indicates\",\"source_ref\":\"indicator--1\",\"target_ref\":\"indicator--1\"}},"
            )
        };
        let links: String = (0..n / 140).map(link).collect();
        format!(
            "{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{links}{{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":\"[domain-name:value = 'a.test']\"}}]}}"
        )
    }),
    ("a long pattern", Format::Stix, |n| {
        let or = "domain-name:value = 'a.test' OR ".repeat(n / 32);
        format!(
            "{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{{\"type\":\"indicator\",\"id\":\"indicator--1\",\"pattern\":\"[{or}domain-name:value = 'b.test']\"}}]}}"
        )
    }),
    ("many tags", Format::Misp, |n| {
        let tags = "{\"name\":\"a\"},".repeat(n / 13);
        format!(
            "{{\"Event\":{{\"Attribute\":[{{\"type\":\"domain\",\"value\":\"a.test\",\"Tag\":[{tags}{{\"name\":\"b\"}}]}}]}}}}"
        )
    }),
    ("keys", Format::JsonLines, |n| format!("{{{}\"indicator\":\"a.test\"}}\n", "\"a\":1,".repeat(n / 6))),
    ("open brackets", Format::Report, |n| format!("evil[.]test\n{}\n", "[({<".repeat(n / 4))),
    ("closed brackets", Format::Report, |n| format!("evil[.]test\n[{}\n", "]".repeat(n))),
    ("marks", Format::Report, |n| format!("evil[.]test\n{}\n", "*_~`**".repeat(n / 6))),
    ("keys before nothing", Format::Report, |n| format!("evil[.]test\n{}b\n", "a=".repeat(n / 2))),
    ("commas", Format::Report, |n| format!("evil[.]test\nhttp://evil[.]test/{}\n", ",".repeat(n))),
    ("names within names", Format::JsonLines, |n| format!("{}1{}\n", "{\"a\":".repeat(n / 6), "}".repeat(n / 6))),
];

/// The CPU time of this thread alone, because other tests run at the same time.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// Run it alone: `cargo test --release --test feeds growth -- --ignored --nocapture --test-threads 1`.
#[test]
#[ignore = "measures time"]
fn time_at_twice_the_size() {
    let mut slow = Vec::new();
    for (what, format, text) in HOSTILE {
        let run = |size: usize| {
            let text = text(size);
            let start = cpu_time();
            for _ in 0..8 {
                let _ = read(text.as_bytes(), Some(*format), &Feed::new(""));
            }
            (cpu_time() - start).as_secs_f64()
        };
        let size = 1 << 20;
        let (once, twice) = (run(size), run(2 * size));
        println!("{what:26} {format:12} {once:7.2} s {twice:7.2} s, ratio {:.2}", twice / once.max(0.01));
        // The clock ticks every ten milliseconds, so shorter times mean nothing.
        if twice > 0.3 && twice > 2.6 * once {
            slow.push(*what);
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

/// Once, a word of a report was trimmed one bracket at a time and read again after each of its keys. That took hours, or overflowed the
/// stack, and recognition reads every text that way.
#[test]
fn one_long_word_takes_no_time() {
    let start = cpu_time();
    for (what, _, text) in HOSTILE.iter().filter(|(_, format, _)| *format == Format::Report) {
        let text = text(1 << 18);
        let (result, _) = read(text.as_bytes(), Some(Format::Report), &Feed::new(""));
        assert!(result.is_ok(), "{what}: {result:?}");
        // Without the value before it, the text is not a feed.
        let (_, rest) = text.split_once('\n').unwrap();
        assert!(read(rest.as_bytes(), None, &Feed::new("")).0.is_err() || what == &"commas", "{what}");
    }
    // This takes a second without optimisation; quadratic code would take minutes.
    let time = cpu_time() - start;
    assert!(time < Duration::from_secs(60), "{time:?}");
}

/// None of them panics, and everything that is not read is reported.
#[test]
fn hostile_texts_end_well() {
    for (what, format, text) in HOSTILE {
        let (result, seen) = read(text(1 << 14).as_bytes(), Some(*format), &Feed::new(""));
        let said = !seen.events.is_empty() || !seen.warnings.is_empty() || result.is_err();
        assert!(said, "{what}");
    }
}
