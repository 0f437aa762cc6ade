//! The first guesses of someone who embeds the crate with only the documentation at hand.
#![cfg(all(feature = "config", feature = "live", feature = "serde", feature = "events"))]

mod schema;

use std::error::Error;
use std::fs;
use std::ops::ControlFlow;

use netsieve::limits::MAX_SHOWN_LINE;
use netsieve::live::LiveSieve;
use netsieve::render::JsonLines;
use netsieve::{ErrorKind, FeedFile, Indicator, MatchOptions, Scanner, Sieve};

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
    assert!(event.get(netsieve::event::EcsName::Timestamp).is_some() && event.time.is_some());
    Ok(())
}
