//! Tests of the prefixes of a URL.

use super::*;
use crate::value::url::{UrlScratch, canonicalise};

/// Remembers the texts, each by its number.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    whole: Vec<(usize, String)>,
    directories: Vec<(usize, String)>,
    /// Where none of these goes on, the follower is lost; if there are none, it never is.
    listed: Vec<String>,
}

impl Follower for Texts {
    type State = usize;

    fn step(&mut self, state: usize, byte: u8) -> usize {
        let mut text = if state == 0 { String::new() } else { self.all[state - 1].clone() };
        text.push(byte.into());
        self.all.push(text);
        self.all.len()
    }

    fn is_lost(&self, state: usize) -> bool {
        let text = if state == 0 { "" } else { &self.all[state - 1] };
        !self.listed.is_empty() && !self.listed.iter().any(|listed| listed.starts_with(text))
    }

    fn whole(&mut self, state: usize, end: End) {
        self.whole.push((end.len, self.all[state - 1].clone()));
    }

    fn directory(&mut self, state: usize, rank: usize) {
        self.directories.push((rank, self.all[state - 1].clone()));
    }
}

/// A follower that counts its steps.
#[derive(Default)]
struct Counter {
    steps: usize,
    asked: usize,
}

impl Follower for Counter {
    type State = ();

    fn step(&mut self, (): (), _: u8) {
        self.steps += 1;
    }

    fn is_lost(&self, (): ()) -> bool {
        false
    }

    fn whole(&mut self, (): (), _: End) {
        self.asked += 1;
    }

    fn directory(&mut self, (): (), _: usize) {
        self.asked += 1;
    }
}

/// Each byte costs a few steps, however many ends there are.
#[test]
fn work_is_linear_in_the_text() {
    for piece in [
        ",", "%20", "/", "/..", "/,", "%252520", "a", "%", "?,", "%25", "%2520", "&", ";", "|", "^", "+", "%3B",
        "\\x22", "\u{201d}", "&amp;", "\\u0026", "./", "/.", "%2F.",
    ] {
        let mut text = b"http://h.test/".to_vec();
        text.extend(piece.bytes().cycle().take(MAX_OBSERVABLE - text.len()));
        let ends: Vec<End> = (13..=text.len()).map(|len| End { len, rank: len }).collect();
        let mut counter = Counter::default();
        follow(&text, 13, &ends, (), &mut FollowSpace::default(), &mut counter);
        assert!(counter.steps <= 6 * text.len(), "{piece}: {} steps", counter.steps);
        assert!(counter.asked <= 2 * text.len(), "{piece}: {} asked", counter.asked);
    }
}

/// A follower that is lost after the first byte.
#[derive(Default)]
struct Lost {
    steps: usize,
}

impl Follower for Lost {
    type State = usize;

    fn step(&mut self, state: usize, _: u8) -> usize {
        self.steps += 1;
        state + 1
    }

    fn is_lost(&self, state: usize) -> bool {
        state > 1
    }

    fn whole(&mut self, _: usize, _: End) {}

    fn directory(&mut self, _: usize, _: usize) {}
}

/// Following stops at the first bytes of a URL that has nothing in common with the listed ones, whatever its path.
#[test]
fn a_lost_path_is_not_followed() {
    for piece in [",", "%20", "%2520", "%252520", "a", "%2C", "+", "&", "%c3%a9", "\u{201d}", "%20/"] {
        let mut text = b"http://h.test/".to_vec();
        text.extend(piece.bytes().cycle().take(MAX_OBSERVABLE - text.len()));
        let mut lost = Lost::default();
        let reach = follow(&text, 13, &[], 0, &mut FollowSpace::default(), &mut lost);
        assert!(reach <= 13 + 1 + piece.len() && lost.steps < 40, "{piece}: {reach}, {} steps", lost.steps);
    }
    for path in ["/a/..", "/%2e%2e/a", "/%252E./", "/%%32%65.", "/%25%32e.", "/%2%45.", "/.\t.", "/.\r./a", "/%2\ne."] {
        assert!(may_go_up(path.as_bytes()), "{path}");
    }
    for path in ["/a/.", "/%2520", "/a.b%20", "/%2525", "/%zz", "/%", "/a\tb", "/\t.a"] {
        assert!(!may_go_up(path.as_bytes()), "{path}");
    }
}

/// The quick check rules out no path that the full one would find.
#[test]
fn every_way_up_is_seen() {
    let pieces = ["%", "2", "5", "e", "E", ".", "/", "3", "4", "6", "1", "9", "7", "0", "F", "g", "aaaaaaaaaaaaaaa"];
    let mut random = crate::random::Random::new(1);
    for _ in 0..50_000 {
        let path: String = (0..random.below(12)).map(|_| random.pick(&pieces)).collect();
        let path = path.as_bytes();
        let want = path.windows(2).any(|two| two == b"..")
            || (0..path.len()).any(|at| path[at] == b'%' && may_become_dot(&path[at + 1..]));
        assert_eq!(may_go_up(path), want, "{}", path.escape_ascii());
    }
}

/// The results equal those of canonicalising each prefix by itself.
#[test]
fn prefixes_are_what_they_are_by_themselves() {
    let pieces = [
        "a", "/", ".", "..", "%", "2", "5", "E", "%2e", "%2F", "\\", "?", "%41", "b", "//", " ", "\t", "%25", "\u{fc}",
        "#",
    ];
    let mut scratch = UrlScratch::new();
    let mut random = 88_172_645_463_325_252_u64;
    let mut below = |n: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 20) as usize % n
    };
    for _ in 0..20_000 {
        let mut text = String::from("http://h.test/");
        (0..below(10)).for_each(|_| text.push_str(pieces[below(pieces.len())]));
        let text = text.as_bytes();
        let path = b"http://h.test".len();
        let ends: Vec<End> = (path..=text.len()).map(|len| End { len, rank: len }).collect();
        let mut texts = Texts::default();
        follow(text, path, &ends, 0, &mut FollowSpace::default(), &mut texts);
        let hash = memchr::memchr(b'#', text).unwrap_or(text.len());
        for (len, got) in &texts.whole {
            let want = canonicalise(&text[..*len], &mut scratch).unwrap();
            assert_eq!(got, want.path_and_query(), "{:?} up to {len}", String::from_utf8_lossy(text));
        }
        let blank = |len: usize| text[..len].last().is_some_and(u8::is_ascii_whitespace);
        let query = text.iter().position(|&b| b == b'?').map_or(usize::MAX, |at| at + 1);
        let want = (path + 1..=hash).filter(|&len| !blank(len)).count();
        assert_eq!(texts.whole.len(), want, "{:?}", String::from_utf8_lossy(text));
        // A directory is reported with the last end after it.
        for (rank, directory) in &texts.directories {
            let whole = canonicalise(&text[..*rank], &mut scratch).unwrap();
            assert!(whole.path().starts_with(directory) && whole.path().len() > directory.len());
        }
        for len in path + 1..=hash.min(query - 1) {
            if blank(len) {
                continue;
            }
            let whole = canonicalise(&text[..len], &mut scratch).unwrap();
            for (at, _) in whole.path().match_indices('/').filter(|&(at, _)| at > 0 && at + 1 < whole.path().len()) {
                let directory = &whole.path()[..=at];
                let is_told = texts.directories.iter().any(|(rank, told)| told == directory && *rank >= len);
                assert!(is_told, "{directory} of {:?} up to {len}", String::from_utf8_lossy(text));
            }
        }
    }
}

/// A follower that is lost where no listed URL goes on misses none of them, and the text that it returns is as lost as the whole.
#[test]
fn a_lost_follower_misses_nothing() {
    let pieces =
        ["a", "/", ".", "%", "2", "5", "6", "1", "E", "%2e", "%2F", "\\", "?", "%41", "b", "\t", "%25", "%%36"];
    let start = "http://h.test/";
    let path = start.len() - 1;
    let mut scratch = UrlScratch::new();
    let mut random = crate::random::Random::new(5);
    let (mut cut, mut found) = (0, 0);
    for _ in 0..20_000 {
        let mut text = |count| -> String {
            std::iter::once(start).chain((0..random.index(count)).map(|_| random.pick(&pieces))).collect()
        };
        let (logged, other) = (text(12), text(5));
        let most = logged.trim_ascii_end().len();
        let listed = [&logged[..path + 1 + random.index(most - path)], &other]
            .map(|text| canonicalise(text.as_bytes(), &mut scratch).unwrap().path_and_query().to_owned());
        let ends: Vec<End> = (path..=logged.len()).map(|len| End { len, rank: len }).collect();
        let mut texts = Texts { listed: listed.to_vec(), ..Texts::default() };
        let text = logged.as_bytes();
        let reach = follow(text, path, &ends, 0, &mut FollowSpace::default(), &mut texts);
        cut += usize::from(reach < text.len());
        for len in (path + 1..=text.len()).filter(|&len| !ends_in_blank(text, len)) {
            let whole = canonicalise(&text[..len], &mut scratch).unwrap();
            let whole = whole.path_and_query();
            if listed.iter().any(|listed| listed == whole) {
                found += 1;
                assert!(texts.whole.contains(&(len, whole.to_owned())), "{logged:?} up to {len}, {listed:?}");
            }
            let is_lost = !listed.iter().any(|listed| listed.starts_with(whole));
            assert!(is_lost || reach == text.len() || len < reach, "{logged:?} up to {len}, {reach}, {listed:?}");
        }
    }
    assert!(cut > 3_000 && found > 20_000, "{cut} {found}");
}
