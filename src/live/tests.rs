use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::error::{Error, ErrorKind};
use crate::indicator::{DomainName, Feed, Indicator, Record, Scope};

fn sieve(name: &str) -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    let name = DomainName::parse(name).unwrap();
    builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "x"));
    builder.build().unwrap().0
}

fn holds(live: &LiveSieve, name: &str) -> bool {
    live.load().matcher().is_match_domain(name, None)
}

fn quick() -> WatchOptions {
    WatchOptions::new().interval(Duration::from_millis(2)).settle(Duration::from_millis(10))
}

#[test]
fn a_failed_reload_keeps_the_old_sieve() {
    let live = LiveSieve::new(sieve("a.test"));
    assert!(live.try_reload(|| Err("of any type")).is_err());
    assert_eq!(live.generation(), 0);
    assert!(holds(&live, "a.test"));
    assert_eq!(live.try_reload(|| Ok::<_, Error>(sieve("b.test"))).unwrap(), 1);
    assert!(holds(&live, "b.test"));
    assert!(live.reload_file("no such file").is_err());
    assert_eq!((live.generation(), live.snapshot().generation), (1, 1));
    assert!(live.age() < Duration::from_secs(3600));
}

#[test]
fn a_matcher_follows_the_swaps() {
    let live = LiveSieve::new(sieve("a.test"));
    let mut matcher = live.matcher();
    assert!(matcher.current().is_match_any("a.test"));
    live.store(sieve("b.test"));
    assert_eq!(matcher.generation(), 0);
    assert!(matcher.current().is_match_any("b.test") && !matcher.current().is_match_any("a.test"));
    assert_eq!(matcher.generation(), 1);
}

/// Waits for the watcher's report; the timeout only ends a test that hangs.
fn next(told: &Receiver<Result<u64, Arc<Error>>>) -> Result<u64, Arc<Error>> {
    told.recv_timeout(Duration::from_secs(60)).expect("the watcher tells")
}

#[test]
fn a_watched_file_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    sieve("a.test").save(&path).unwrap();
    let live = LiveSieve::open(&path).unwrap();
    let (tell, told) = channel();
    let options = quick();
    let watcher = live.watch(&path, &options, move |result| tell.send(result).unwrap()).unwrap();

    // Replaced by renaming.
    sieve("b.test").save(&path).unwrap();
    assert_eq!(next(&told).unwrap(), 1);
    assert!(holds(&live, "b.test"));

    // Damaged in place: the old sieve stays, and one error is reported.
    let good = sieve("c.test").to_bytes().unwrap();
    std::fs::write(&path, &good[..good.len() / 2]).unwrap();
    let error = next(&told).unwrap_err();
    assert_eq!(error.path(), Some(&*path));
    assert!(holds(&live, "b.test") && live.generation() == 1);

    // Rewritten in place.
    std::fs::write(&path, &good).unwrap();
    assert_eq!(next(&told).unwrap(), 2);
    assert!(holds(&live, "c.test"));

    // Gone, and back.
    std::fs::remove_file(&path).unwrap();
    assert!(next(&told).is_err());
    assert!(holds(&live, "c.test"));
    sieve("d.test").save(&path).unwrap();
    assert_eq!(next(&told).unwrap(), 3);
    assert!(holds(&live, "d.test"));

    drop(watcher);
    assert!(told.recv().is_err(), "nothing more is told");
    assert_eq!(Arc::strong_count(&live.shared), 1);
}

#[test]
fn a_callback_that_panics_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    sieve("b.test").save(&path).unwrap();
    let live = LiveSieve::new(sieve("a.test"));
    let (tell, told) = channel::<()>();
    let watcher = live
        .watch(&path, &WatchOptions::default(), move |_| {
            drop(tell.clone());
            std::panic::resume_unwind(Box::new("a panic that prints nothing"));
        })
        .unwrap();
    assert!(told.recv().is_err(), "the thread is gone, with the callback");
    while watcher.is_running() {
        thread::yield_now();
    }
    assert!(holds(&live, "b.test"));
}

#[test]
fn a_file_that_appears_later_is_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    sieve("b.test").save(&path).unwrap();
    let live = LiveSieve::new(sieve("a.test"));
    let (tell, told) = channel();
    let hours = WatchOptions { interval: Duration::from_secs(36_000), settle: Duration::from_secs(36_000) };
    let watcher = live.watch(&path, &hours, move |result| tell.send(result).unwrap()).unwrap();
    assert_eq!(next(&told).unwrap(), 1);
    assert!(holds(&live, "b.test"));
    // Does not wait for the interval to pass.
    drop(watcher);
}

/// A file is followed until the last clone is dropped, and not longer.
#[test]
fn a_followed_sieve_is_owned() {
    struct Service {
        live: LiveSieve,
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    sieve("a.test").save(&path).unwrap();
    let (tell, told) = channel();
    let live = LiveSieve::follow_with(&path, &quick(), move |result| tell.send(result).unwrap()).unwrap();
    let service = Service { live: live.clone() };
    drop(live);
    assert!(service.live.is_following());
    let mut matcher = service.live.matcher();
    sieve("b.test").save(&path).unwrap();
    assert_eq!(next(&told).unwrap(), 1);
    assert!(matcher.current().is_match_any("b.test"));
    assert!(service.live.last_error().is_none());
    // A matcher may outlive the service.
    drop(service);
    std::fs::remove_file(&path).unwrap();
    let error = next(&told).unwrap_err();
    assert_eq!(matcher.live.last_error().unwrap().to_string(), error.to_string());
    drop(matcher);
    assert!(told.recv().is_err(), "nobody is left, so that nothing more is told");
}

#[cfg(feature = "config")]
#[test]
fn feeds_of_a_configuration_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (config, first, second) =
        (folder.path().join("feeds.toml"), folder.path().join("a.txt"), folder.path().join("b.txt"));
    std::fs::write(&config, "[defaults]\nshrank_below = \"50%\"\n[[feed]]\npath = \"*.txt\"\n").unwrap();
    std::fs::write(&first, "a.test\naa.test\naaa.test\n").unwrap();
    let (tell, told) = channel();
    let live = LiveSieve::follow_with(&config, &quick(), move |result| tell.send(result).unwrap()).unwrap();
    assert!(holds(&live, "aa.test"));
    // A feed that the glob matches from now on.
    std::fs::write(&second, "b.test\n").unwrap();
    assert_eq!(next(&told).unwrap(), 1);
    assert!(holds(&live, "aa.test") && holds(&live, "b.test"));
    // The first feed is truncated.
    std::fs::write(&first, "a.test\n").unwrap();
    let error = next(&told).unwrap_err();
    assert!(error.to_string().contains("shrank_below"), "{error}");
    assert!(holds(&live, "aa.test") && live.generation() == 1);
    // The first feed is rewritten, to a length that it never had.
    std::fs::write(&first, "a.test\nc.test\ncccc.test\n").unwrap();
    assert_eq!(next(&told).unwrap(), 2);
    assert!(holds(&live, "cccc.test") && !holds(&live, "aa.test") && live.last_error().is_none());
}

#[cfg(feature = "config")]
#[test]
fn a_feed_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("c2.txt");
    assert_eq!(LiveSieve::follow(&list).unwrap_err().kind(), ErrorKind::Io(io::ErrorKind::NotFound));
    std::fs::write(&list, "a.test\n").unwrap();
    let live = LiveSieve::follow(&list).unwrap();
    assert!(holds(&live, "a.test") && live.is_following() && !LiveSieve::open(&list).unwrap().is_following());
}
