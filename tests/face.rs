//! The first guesses of someone who embeds the crate with only the documentation at hand.
#![cfg(all(feature = "config", feature = "live", feature = "serde", feature = "events"))]

mod schema;

use std::error::Error;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::ControlFlow;
use std::sync::mpsc;

use netsieve::event::{EcsName, EventOptions, EventReader};
use netsieve::limits::MAX_SHOWN_LINE;
use netsieve::live::LiveSieve;
use netsieve::render::JsonLines;
use netsieve::scan::ScanControl;
use netsieve::sieve::Delta;
use netsieve::{
    ErrorKind, Feed, FeedFile, Filter, Indicator, MatchOptions, OwnedHit, OwnedMatch, ScanOptions, Scanner, Sieve,
};

#[test]
fn first_guesses_compile() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (list, config, log) =
        (folder.path().join("phish.txt"), folder.path().join("feeds.toml"), folder.path().join("access.log"));
    fs::write(&list, "evil.test\nhttp://shop.test/login/\n")?;
    fs::write(&config, "[[feed]]\npath = \"phish.txt\"\ntags = [\"phish\"]\n")?;
    fs::write(&log, "x evil.test y\nx www.evil.test y\n")?;

    let from_config = Sieve::from_config(&config)?;
    let (sieve, report) = Sieve::builder()
        .read(FeedFile::new(&list).tag("phish"))?
        .add("ours", "bad.example".parse::<Indicator>()?)
        .build()?;
    assert_eq!((from_config.len(), sieve.len(), report.feeds.len()), (2, 3, 2));

    let mut matcher = sieve.matcher();
    for found in matcher.lookup("evil.test:443")? {
        assert_eq!(found.to_string(), "evil.test (exact) phish:1");
        assert!(serde_json::to_string(&found)?.contains("\"feed\":\"phish\""));
    }
    assert!(matcher.lookup("no value").is_err());
    let mut another = matcher.clone();
    assert!(another.is_match_any("bad.example"));
    let mut weak = sieve.matcher_with(&MatchOptions::new().host_only(true));
    assert_eq!(weak.lookup("shop.test")?.len(), 1);

    let mut lines = Vec::new();
    let stats = Scanner::new(&sieve).scan_path(&log, |hit| lines.push(hit.line()))?;
    assert_eq!((stats.hits, lines.as_slice()), (2, &[1, 2][..]));
    let stats = Scanner::new(&sieve).scan_path(&log, |_| ControlFlow::Break(()))?;
    assert_eq!(stats.hits, 1);
    let missing = Scanner::new(&sieve).scan_path(folder.path().join("none"), |_| {}).expect_err("no such file");
    assert_eq!(missing.kind(), ErrorKind::Io(std::io::ErrorKind::NotFound));

    let live = LiveSieve::follow(&config)?;
    let of_a_task = live.clone();
    std::thread::spawn(move || assert!(of_a_task.matcher().current().is_match_any("evil.test")))
        .join()
        .expect("no panic");
    assert_eq!(live.try_reload(|| Ok::<_, std::io::Error>(sieve.clone()))?, 1);
    assert!(live.try_reload(|| Err("an error of any type")).is_err());
    Ok(())
}

/// A tool that is given paths and texts, and returns what it found.
#[test]
fn shortest_forms_compile() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("phish.txt");
    fs::write(&list, "evil.test\n")?;
    let text = list.to_str().expect("UTF-8");
    for build in [Sieve::builder().read(text)?, Sieve::builder().read(&list)?, Sieve::builder().read(list.as_path())?] {
        assert_eq!(build.build()?.0.len(), 1);
    }

    let ours = ["bad.example", "198.51.100.0/24"].map(String::from);
    let ours = ours.map(Indicator::try_from).into_iter().collect::<Result<Vec<_>, _>>()?;
    let feed = Feed::new("ours");
    let (sieve, report) = Sieve::builder()
        .read(list.clone())?
        .add_all("ours", ours)
        .add_all("addresses", [Ipv4Addr::new(203, 0, 113, 7)].map(Indicator::from))
        .add(String::from("addresses"), Indicator::from(Ipv6Addr::LOCALHOST))
        .add(&feed, "worse.test".parse::<Indicator>()?)
        .build()?;
    let entries: Vec<(&str, u64)> = report.feeds.iter().map(|feed| (feed.name.as_str(), feed.entries)).collect();
    assert_eq!(entries, [("phish", 1), ("ours", 3), ("addresses", 1)], "loopback addresses are refused");

    assert!(sieve.is_match_any("198.51.100.7") && !sieve.is_match_any("no value"));
    let kept: Vec<OwnedMatch> = sieve.lookup("www.evil.test")?.to_owned();
    let found = sieve.lookup("www.evil.test")?;
    assert_eq!((&kept, kept[0].to_string()), (&found.matches().to_owned(), "evil.test (subdomain) phish:1".into()));
    assert_eq!(serde_json::to_value(&found)?, serde_json::to_value(&kept)?);
    let source = found.first().expect("a match").sources().next().expect("a source");
    assert_eq!(source.feed().to_string(), "phish");

    let stats = Scanner::with_options(&sieve, &ScanOptions::new().filter(Filter::new().feed("ours")))
        .scan("evil.test bad.example\n", |hit| assert_eq!(hit.canonical(), "bad.example"));
    assert_eq!(stats.to_string(), "1 hit with 1 match in 22 bytes");

    let copy = Sieve::from_bytes(sieve.to_bytes()?)?;
    assert_eq!(copy.len(), sieve.len());
    let open = |path| -> std::io::Result<Sieve> { Ok(Sieve::open(path)?) };
    assert_eq!(open(folder.path().join("none")).expect_err("no file").kind(), std::io::ErrorKind::NotFound);
    assert_eq!(open(list).expect_err("no compiled set").kind(), std::io::ErrorKind::InvalidData);
    Ok(())
}

/// `serde` and `JsonLines` write the same JSON.
#[test]
fn serialized_as_json_lines_are_written() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("list.csv");
    fs::write(
        &list,
        "url,tags,first_seen\nhttp://shop.test/login/,phish,2026-05-12 10:00:00\nhttp://evil.test/,c2,\n",
    )?;
    let (sieve, _) = Sieve::builder().read(FeedFile::new(&list).confidence(80))?.build()?;
    // A value longer than the shown part of a line is cut in both.
    let long = "a".repeat(2 * MAX_SHOWN_LINE);
    let line = format!(
        "192.0.2.7 - - [12/May/2026:10:02:03 +0000] \"GET http://shop.test/login/x HTTP/1.1\" 200 5 \"-\" \"{long}\"\n"
    );
    let log = line.as_bytes();
    let mut seen = 0;
    Scanner::new(&sieve).scan(log, |hit| {
        seen += 1;
        let mut line = Vec::new();
        JsonLines::new().text(false).hit(&mut line, "access.log", hit, usize::MAX);
        let written: serde_json::Value = serde_json::from_slice(&line).expect("one object");
        let owned = hit.to_owned();
        let hit = serde_json::to_value(hit).expect("values of JSON");
        assert_eq!(serde_json::to_value(&owned).expect("values of JSON"), hit, "owned as borrowed");
        schema::assert_fits(&schema::hit_schema(), "/$defs/hit", &hit);
        let matched = &hit["matches"][0];
        for (key, value) in written.as_object().expect("an object").iter().filter(|(key, _)| *key != "file") {
            let given = hit.get(key).or_else(|| matched.get(key));
            assert_eq!(given, Some(value), "{key}");
        }
    });
    assert_eq!(seen, 1);
    Ok(())
}

/// Hits and matches can outlive the log and the sieve, and can be sent to another thread.
#[test]
fn owned_forms_outlive_log_and_sieve() -> Result<(), Box<dyn Error>> {
    fn is_free<T: Send + Sync + Clone + 'static>(value: T) -> T {
        value
    }
    let (hits, found, source) = {
        let feed = "url,tags,first_seen\nhttp://shop.test/login/,phish,2026-05-12 10:00:00\n192.0.2.7:80,c2,\n";
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("list.csv"), feed)?;
        let (sieve, _) = Sieve::builder()
            .read(FeedFile::new(folder.path().join("list.csv")))?
            .add("ours", "evil.test".parse::<Indicator>()?)
            .build()?;
        let log = b"2026-05-12T10:02:03Z GET http://shop.test/login/x\nto 192.0.2.7:80 for www.evil.test\n".to_vec();
        let mut hits = Vec::new();
        Scanner::new(&sieve).scan(&log, |hit| hits.push((is_free(hit.to_owned()), serde_json::to_value(hit).unwrap())));
        let mut matcher = sieve.matcher();
        let found = matcher.lookup("www.evil.test")?.first().expect("it is listed");
        assert_eq!(found.to_owned().to_string(), found.to_string());
        assert_eq!(serde_json::to_value(found.to_owned())?, serde_json::to_value(found)?);
        let source = found.sources().next().expect("a source");
        assert_eq!(serde_json::to_value(source.to_owned())?, serde_json::to_value(source)?);
        (hits, is_free(found.to_owned()), is_free(source.to_owned()))
    };
    assert_eq!((found.indicator.as_str(), source.feed.as_str(), hits.len()), ("evil.test", "ours", 3));
    let schema = schema::hit_schema();
    for (hit, borrowed) in &hits {
        assert_eq!(serde_json::to_value(hit)?, *borrowed);
        schema::assert_fits(&schema, "/$defs/hit", borrowed);
        assert!(hit.line_text[hit.offset_in_line..].starts_with(&hit.observed));
    }
    let event = hits[0].0.event.as_ref().expect("a line with a time");
    assert!(event.get(EcsName::Timestamp).is_some() && event.time.is_some());
    Ok(())
}

/// A service that gets feeds over the network, answers in batches, and is corrected by hand.
#[test]
fn a_service_needs_no_files() -> Result<(), Box<dyn Error>> {
    let body = String::from("# made up\nevil.test\nno value\n192.0.2.0/24\n");
    let name = String::from("by hand");
    let (sieve, report) = Sieve::builder()
        .read(FeedFile::from_bytes("partner.txt", body).tag("phish").confidence(80))?
        .add(&name, Indicator::from("198.51.100.7".parse::<IpAddr>()?))
        .build()?;
    assert_eq!((report.feeds[0].name.as_str(), report.feeds[0].rejected[0].line), ("partner", 3));

    let mut matcher = sieve.matcher_with(&MatchOptions::new().filter(Filter::new().tag("phish").min_confidence(50)));
    let mut rows = Vec::new();
    matcher.lookup_batch(["a.test", "www.evil.test", "192.0.2.7:443", "198.51.100.7"], |row, matches| {
        rows.push((row, matches.len()))
    });
    assert_eq!(rows, [(1, 1), (2, 1)], "the filter leaves out what has no tag");

    let mut delta = Delta::new();
    delta.add(Feed::new("ours").tag("c2"), "worse.test".parse::<Indicator>()?).remove("evil.test".parse()?);
    let (changed, _) = sieve.with(&delta)?;
    let found = changed.lookup("worse.test")?;
    assert_eq!(
        (found.len(), found.first().map(|first| first.to_string())),
        (1, Some("worse.test (exact) ours".into()))
    );
    for found in &found {
        for source in found.sources() {
            assert_eq!((source.to_string(), source.action().to_string()), ("ours".into(), "block".into()));
        }
    }
    assert!(changed.lookup("evil.test")?.is_empty());

    // Each thread has a matcher of its own; a lookup through the sieve needs none.
    std::thread::scope(|scope| {
        for value in ["192.0.2.7", "worse.test"] {
            let (mut matcher, changed) = (changed.matcher(), &changed);
            scope.spawn(move || {
                assert!(matcher.is_match_any(value) && !changed.lookup(value).expect("a value").is_empty())
            });
        }
    });
    Ok(())
}

/// A scan on another thread that is watched and stopped from here, and sends its hits.
#[test]
fn a_scan_is_watched_and_sends_its_hits() -> Result<(), Box<dyn Error>> {
    let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    let control = ScanControl::new();
    let mut scanner = Scanner::with_options(&sieve, &ScanOptions::new().control(control.clone()));
    let (sender, hits) = mpsc::channel::<OwnedHit>();
    let log = "203.0.113.9 asked for www.evil.test\n".repeat(1000);
    let scan = std::thread::spawn(move || scanner.scan(log.as_bytes(), |hit| drop(sender.send(hit.to_owned()))));
    let hits: Vec<OwnedHit> = hits.into_iter().collect();
    let stats = scan.join().expect("no panic");
    assert_eq!((stats.hits, hits.len(), stats.is_cancelled, control.bytes()), (1000, 1000, false, stats.bytes));
    assert_eq!(hits[1].to_string(), "2:23: www.evil.test: evil.test (subdomain) partner");
    control.cancel();
    let mut scanner = Scanner::with_options(&sieve, &ScanOptions::new().control(control));
    assert!(scanner.scan(b"evil.test\n", |_| {}).is_cancelled);
    Ok(())
}

/// Lines that a program has read itself.
#[test]
fn lines_are_read_as_events() {
    let mut reader = EventReader::with_options(&EventOptions::new().year(2026));
    let event = reader.read(b"May 12 10:02:03 gw sshd[25]: Failed password for eve from 192.0.2.7 port 40000 ssh2");
    assert_eq!(event.time().expect("a time").to_string(), "2026-05-12T10:02:03Z");
    assert_eq!(event.get(EcsName::SourceIp).expect("an address").to_string(), "192.0.2.7");
    let who = event.who().expect("a client").to_string();
    assert!(who.contains("192.0.2.7") && who.contains("eve"), "{who}");
    assert!(event.fields().any(|field| field.value() == "192.0.2.7"));
    assert!(EventReader::new().read(b"no time here").time().is_none());
}
