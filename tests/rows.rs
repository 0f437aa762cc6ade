//! Compares rows that are scanned together with each row scanned alone.

mod oracle;

use std::ops::ControlFlow;

#[cfg(all(feature = "config", feature = "events"))]
use netsieve::event::{EventOptions, LayoutConfig};
use netsieve::limits::MAX_LINE;
use netsieve::scan::ScanControl;
use netsieve::value::Column;
use netsieve::{Engine, Hit, ScanOptions, ScanStats, Scanner};
use oracle::World;
use oracle::lines::{log, name, net, options, pool, world};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

/// Everything that a hit reports.
fn told(hit: &Hit<'_>) -> String {
    let (line, at) = (hit.line_text().escape_ascii().to_string(), (hit.offset_in_line(), hit.index_in_line()));
    #[cfg(feature = "events")]
    let event = {
        let event = hit.event().map(|event| (event.layout_name().to_owned(), event.fields().count()));
        format!("{event:?} {:?} {:?} {:?}", hit.time(), hit.who(), hit.field().map(|field| field.name()))
    };
    #[cfg(not(feature = "events"))]
    let event = "";
    format!("{hit:?} {} {line:?} {at:?} {event}", hit.observed().escape_ascii())
}

fn alone(scanner: &mut Scanner, rows: &[Vec<u8>]) -> (Vec<(usize, String)>, ScanStats) {
    let (mut hits, mut stats) = (Vec::new(), ScanStats::default());
    for (number, row) in rows.iter().enumerate() {
        stats += scanner.scan(row, |hit| {
            hits.push((number, told(hit)));
            ControlFlow::Continue(())
        });
    }
    (hits, stats)
}

fn together<R: AsRef<[u8]>>(
    scanner: &mut Scanner,
    rows: impl IntoIterator<Item = R>,
) -> (Vec<(usize, String)>, ScanStats) {
    let mut hits = Vec::new();
    let stats = scanner.scan_rows(rows, |number, hit| {
        hits.push((number, told(hit)));
        ControlFlow::Continue(())
    });
    (hits, stats)
}

fn utf16(row: &[u8], is_little: bool, has_mark: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(row);
    let units = has_mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// A row with more text than a piece of a log.
fn row() -> impl Strategy<Value = Vec<u8>> {
    let heads = [
        "#fields\tts\tid.orig_h\tid.resp_h\tquery\n1778580123\t192.0.2.7\t192.0.2.1\t",
        "#Fields: date time c-ip cs-host cs-uri-stem\n2026-05-12 10:00:00 192.0.2.7 evil.test /a ",
        "time,client,host,path\n2026-05-12T10:00:00Z,192.0.2.7,evil.test,/a\n2026-05-12T10:00:00Z,192.0.2.8,",
        "<13>May 12 10:00:00 gw01 ",
        "{\"ts\":1778580123,\"id.orig_h\":\"192.0.2.7\",\"host\":\"evil.test\",\"uri\":\"/a\"}\n",
    ];
    let plain = || log();
    prop_oneof![
        12 => plain(),
        1 => Just(Vec::new()),
        1 => plain().prop_map(|row| [b"\xEF\xBB\xBF", &row[..]].concat()),
        1 => plain().prop_map(|row| [b"\xEF\xBB\xBF\xEF\xBB\xBF", &row[..], b"\xEF\xBB\xBF"].concat()),
        2 => (plain(), any::<bool>(), any::<bool>()).prop_map(|(row, is_little, has_mark)| utf16(&row, is_little, has_mark)),
        1 => (plain(), plain()).prop_map(|(a, b)| [&a[..], b"\0", &b].concat()),
        1 => plain().prop_map(|row| [&row[..], b"\r\n"].concat()),
        1 => plain().prop_map(|row| [b"\n\n", &row[..], b"\r"].concat()),
        2 => (select(heads.to_vec()), plain()).prop_map(|(head, row)| [head.as_bytes(), &row].concat()),
        1 => (plain(), plain()).prop_map(|(a, b)| [&a[..], b" padding=", &b"x".repeat(17_000), b" ", &b].concat()),
    ]
}

fn against_alone(cases: u32) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let strategy = (world(), options(), vec(row(), 0..12), select(Engine::available()), any::<bool>());
    let test = |(world, matching, rows, engine, refang): (World, _, Vec<Vec<u8>>, Engine, bool)| {
        let mut options = ScanOptions::default();
        (options.matching, options.engine, options.refang) = (matching, engine, refang);
        let mut scanner = Scanner::with_options(&world.sieve(), &options);
        let (want, want_stats) = alone(&mut scanner, &rows);
        let (got, stats) = together(&mut scanner, &rows);
        let shown: Vec<_> = rows.iter().map(|row| row.escape_ascii().to_string()).collect();
        prop_assert_eq!(got, want, "{:?} {:?}", &shown, engine);
        prop_assert_eq!(stats.withheld, want_stats.withheld, "{:?} {:?}", &shown, engine);
        prop_assert_eq!(
            (stats.bytes, stats.hits, stats.matches),
            (want_stats.bytes, want_stats.hits, want_stats.matches)
        );
        Ok(())
    };
    TestRunner::new(config).run(&strategy, test).unwrap();
}

#[test]
fn rows_together_are_found_as_each_row_alone() {
    against_alone(400);
}

#[test]
#[ignore = "20,000 cases take minutes; the test above takes fewer"]
fn rows_together_are_found_as_each_row_alone_in_full() {
    against_alone(20_000);
}

/// So many rows that several scans are needed, including rows over every cap and nulls.
#[test]
fn long_columns_and_long_rows() {
    let sieve = World::of(pool()).sieve();
    let mut scanner = Scanner::new(&sieve);
    let mut rows: Vec<Vec<u8>> = Vec::new();
    for n in 0..9000 {
        rows.push(match n % 977 {
            5 => Vec::new(),
            300 => utf16(b"see evil.test\nand 192.0.2.1", n % 2 == 0, true),
            600 => [&b"y".repeat(n * 3)[..], b" www.evil.test"].concat(),
            _ if n % 50 == 0 => format!("{n} GET http://evil.test/a from 192.0.2.1\n{n} evil.test").into_bytes(),
            _ => format!("{n} nothing of note at host{n}.example, 203.0.113.{}", n % 256).into_bytes(),
        });
    }
    rows.insert(4000, [&b"z".repeat(MAX_LINE - 5)[..], b" www.evil.test ", &b"z".repeat(MAX_LINE)].concat());
    let (want, want_stats) = alone(&mut scanner, &rows);
    assert!(want.len() > 500, "{}", want.len());
    let (got, stats) = together(&mut scanner, &rows);
    assert!(got == want, "{} hits, not {}", got.len(), want.len());
    assert_eq!((stats.bytes, stats.hits), (want_stats.bytes, want_stats.hits));

    // As a column whose odd rows are null, with text under the nulls.
    let (data, mut offsets) = (rows.concat(), vec![0_i64]);
    rows.iter().for_each(|row| offsets.push(offsets[offsets.len() - 1] + row.len() as i64));
    let bits = vec![0b0101_0101; rows.len() / 8 + 1];
    let column = Column::new(&data, &offsets).unwrap().validity(&bits, 0).unwrap();
    let even: Vec<_> = want.into_iter().filter(|(row, _)| row % 2 == 0).collect();
    assert!(together(&mut scanner, column).0 == even);
}

#[test]
fn a_sink_and_a_control_end_it() {
    let sieve = World::of([name("evil.test", netsieve::Scope::Suffix, None), net("192.0.2.1", None)]).sieve();
    let mut options = ScanOptions::default();
    let control = ScanControl::new();
    options.control = control.clone();
    let mut scanner = Scanner::with_options(&sieve, &options);
    let bom = "\u{feff}192.0.2.1";
    for rows in [["evil.test", "evil.test", "evil.test"], [bom, bom, bom], ["evil.test", bom, "evil.test"]] {
        for wanted in 1..4 {
            let mut hits = Vec::new();
            let stats = scanner.scan_rows(rows, |row, _| {
                hits.push(row);
                if hits.len() == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!((hits, stats.hits), ((0..wanted).collect(), wanted as u64));
        }
    }
    control.cancel();
    for rows in [["evil.test"; 2], [bom; 2]] {
        let stats = scanner.scan_rows(rows, |_, _| -> ControlFlow<()> { panic!("cancelled") });
        assert!(stats.is_cancelled && stats.bytes == 0);
    }
}

/// A match that the fields of its line make strong was once subtracted from the count of another line, if it had not been
/// counted itself.
#[cfg(all(feature = "config", feature = "events"))]
#[test]
fn one_row_withholds_nothing_from_another() {
    let listed = ["http://192.0.2.1/a", "http://192.0.2.1/"];
    let sieve = World::of(listed.map(oracle::lines::url)).sieve();
    // The key suggests a version if the line is read alone, and an address if the product is known.
    let layouts = LayoutConfig::parse("[layout.acme]\nmatch = \"acme\"\ndestination.ip = \"build\"\n", "").unwrap();
    let events = layouts.into_iter().fold(EventOptions::new(), EventOptions::layout);
    let mut options = ScanOptions::new().events(events);
    options.matching.host_only = true;
    let mut scanner = Scanner::with_options(&sieve, &options);
    let rows = ["agent Chrome/192.0.2.1", "acme id=7 build=192.0.2.1 user=eve"].map(|row| row.as_bytes().to_vec());
    let (want, want_stats) = alone(&mut scanner, &rows);
    // In each row the URL that is only a host looks like a version, and the other one matches by its host alone. Those
    // of the second row become strong.
    assert_eq!((want.len(), want_stats.withheld.name_like), (2, 1), "{want:?}");
    assert_eq!(together(&mut scanner, &rows), (want, want_stats));
}
