//! The first guesses of someone who embeds the crate with only the documentation at hand.
#![cfg(all(feature = "config", feature = "live", feature = "serde", feature = "events"))]

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
        let hit = serde_json::to_value(hit).expect("values of JSON");
        let matched = &hit["matches"][0];
        for (key, value) in written.as_object().expect("an object").iter().filter(|(key, _)| *key != "file") {
            let given = hit.get(key).or_else(|| matched.get(key));
            assert_eq!(given, Some(value), "{key}");
        }
    });
    assert_eq!(seen, 1);
    Ok(())
}
