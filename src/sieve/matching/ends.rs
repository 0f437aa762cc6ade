//! Looks up a URL at each place where it may end.

use std::cmp::Reverse;

use crate::limits::MAX_OBSERVABLE;
use crate::sieve::matching::covering::{Covering, Paths, Space};
use crate::sieve::matching::matcher::Matcher;
use crate::sieve::matching::options::Relation;
use crate::sieve::matching::raw::Seen;
use crate::sieve::matching::search::{Candidate, KnownHost, PATH_LEVEL, Search};
use crate::sieve::tables::Tables;
use crate::value::Reject;
use crate::value::url::{self, End, Follower};

/// A follower that tracks the paths listed for a host.
struct Listed<'s> {
    tables: &'s Tables,
    host: KnownHost,
    ids: crate::wire::Slice<'s, u32>,
    found: &'s mut Vec<Covering>,
}

impl<'s> Listed<'s> {
    fn id(&self, at: u32) -> u32 {
        self.ids.get(at as usize).expect("a place in the list")
    }

    fn path(&self, at: u32) -> &'s [u8] {
        self.tables.path_of_url(self.id(at))
    }

    fn add(&mut self, state: Paths, end: End, relation: Relation) {
        let KnownHost { is_overlay, whole, specificity, .. } = self.host;
        let path = self.path(state.first);
        let path = memchr::memchr(b'?', path).unwrap_or(path.len()) as u32;
        for at in state.first..state.last {
            if self.path(at).len() != state.len as usize {
                break;
            }
            self.found.push(Covering { id: self.id(at), is_overlay, end, relation, path, whole, specificity });
        }
    }

    fn is_exact(&self, state: Paths) -> bool {
        state.first < state.last && self.path(state.first).len() == state.len as usize
    }
}

impl Follower for Listed<'_> {
    type State = Paths;

    #[inline]
    fn step(&mut self, state: Paths, byte: u8) -> Paths {
        let Paths { mut first, mut last, len } = state;
        if first < last {
            let next = |at: u32| self.path(at).get(len as usize).map_or(-1, |&byte| i32::from(byte));
            let byte = i32::from(byte);
            if next(first) != byte || next(last - 1) != byte {
                first = partition(first, last, |at| next(at) < byte);
                last = partition(first, last, |at| next(at) <= byte);
            }
        }
        Paths { first, last, len: len + 1 }
    }

    fn is_lost(&self, state: Paths) -> bool {
        state.first == state.last
    }

    fn whole(&mut self, state: Paths, end: End) {
        if self.is_exact(state) {
            self.add(state, end, Relation::UrlExact);
        }
    }

    fn directory(&mut self, state: Paths, rank: usize) {
        if self.is_exact(state) {
            self.add(state, End { len: 0, rank }, Relation::UrlPrefix);
        }
    }
}

/// Binary search: the first position at which `holds` turns false.
fn partition(mut first: u32, mut last: u32, holds: impl Fn(u32) -> bool) -> u32 {
    while first < last {
        let middle = first + (last - first) / 2;
        if holds(middle) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    first
}

impl Matcher {
    /// Looks up the URL `text`, like [`look_up_reading`](Matcher::look_up_reading) without path patterns. `whole` begins with `text`, and
    /// the path starts at `path`. Makes the path canonical only as far as listed URLs go, and returns [how far](Matcher::reach_of_url)
    /// that is, if URLs with a path are listed on this host.
    pub(crate) fn look_up_long_url(
        &mut self,
        whole: &[u8],
        path: usize,
        text: &[u8],
        name_like: bool,
    ) -> Result<Option<usize>, Reject> {
        let reach = |matcher: &mut Self, is_host_listed| {
            if is_host_listed { Some(matcher.reach_of_url(whole, path)) } else { None }
        };
        if text.len() <= path || text.len() > MAX_OBSERVABLE {
            let is_host_listed = self.look_up_reading(text, name_like, false)?;
            return Ok(reach(self, is_host_listed));
        }
        let is_host_listed = self.look_up_reading(&text[..path], name_like, false)?;
        let Some(reach) = reach(self, is_host_listed) else {
            // The path makes no difference.
            return Ok(None);
        };
        let mut most = reach.min(text.len());
        // White space at the end would be trimmed. A reach never ends right after the first `?`, whose empty query would be dropped.
        while most < text.len() && text[most - 1].is_ascii_whitespace() {
            most += 1;
        }
        self.look_up_reading(&text[..most], name_like, false)?;
        Ok(Some(reach))
    }

    /// The number of bytes of the last looked-up URL that matter: beyond them, no listed URL of its host can match,
    /// wherever the URL ends. If none can match at all, this is the length of the text before the path.
    pub(crate) fn reach_of_url(&mut self, text: &[u8], path: usize) -> usize {
        let Space { mut found, mut paths, scheme } = std::mem::take(&mut self.scratch.ends);
        let mut reach = path;
        for &host in &self.scratch.hosts {
            let tables = self.sieve.0.layer(host.is_overlay).tables;
            let ids = tables.urls.with_path(host.row);
            if ids.is_empty() {
                continue;
            }
            let start = Paths { first: 0, last: ids.len() as u32, len: 0 };
            let mut listed = Listed { tables, host, ids, found: &mut found };
            reach = reach.max(url::follow(text, path, &[], start, &mut paths, &mut listed));
        }
        self.scratch.ends = Space { found, paths, scheme };
        reach
    }

    /// Looks up the last looked-up URL at some of its ends, which must be in order; only URL indicators with a path can
    /// make a difference. Calls `each` for every end with matches, which are then the ones [found](Matcher::found).
    /// Each indicator is reported at its end of highest rank, and not at all if it already covers the URL without its
    /// trailing punctuation. Takes linear time.
    pub(crate) fn look_up_url_ends(
        &mut self,
        text: &[u8],
        path: usize,
        ends: &[End],
        name_like: bool,
        mut each: impl FnMut(&mut Self, End),
    ) {
        if ends.is_empty() {
            return;
        }
        let Ok(authority) = url::authority(&text[..path], &mut self.url) else { return };
        let Space { mut found, mut paths, mut scheme } = std::mem::take(&mut self.scratch.ends);
        found.clear();
        scheme.clear();
        scheme.push_str(url::scheme_group(authority.scheme()));
        let port = authority.effective_port();
        let hosts = std::mem::take(&mut self.scratch.hosts);
        for &host in &hosts {
            let tables = self.sieve.0.layer(host.is_overlay).tables;
            let ids = tables.urls.with_path(host.row);
            let start = Paths { first: 0, last: ids.len() as u32, len: 0 };
            // The text after the last end says whether the URL leaves a directory in which it could have ended.
            url::follow(text, path, ends, start, &mut paths, &mut Listed { tables, host, ids, found: &mut found });
        }
        self.scratch.hosts = hosts;
        // Finds the end of each directory match.
        for covering in found.iter_mut().filter(|covering| covering.relation == Relation::UrlPrefix) {
            covering.end = *ends.iter().find(|end| end.rank == covering.end.rank).expect("a rank of an end");
        }
        found.sort_by_key(|covering| (covering.is_overlay, covering.id, Reverse(covering.end.rank)));
        found.dedup_by_key(|covering| (covering.is_overlay, covering.id));
        found.retain(|covering| covering.end.rank <= 2 * text.len());
        found.sort_by_key(|covering| Reverse(covering.end.rank));
        let seen = Seen { port, name_like };
        for same in found.chunk_by(|a, b| a.end == b.end) {
            let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
            for covering in same {
                search.enter(self.sieve.0.layer(covering.is_overlay));
                search.covering_url(covering, &scheme, seen);
            }
            search.finish();
            each(self, same[0].end);
        }
        self.scratch.ends = Space { found, paths, scheme };
    }
}

impl Search<'_> {
    fn covering_url(&mut self, covering: &Covering, scheme: &str, seen: Seen) {
        let &Covering { id, relation, path, whole, specificity, .. } = covering;
        if self.is_on_host(id, whole) && self.is_of_scheme(id, Some(scheme)) {
            let rank = if relation == Relation::UrlExact { 2 } else { 0 };
            self.consider(Candidate::url(id, relation, PATH_LEVEL + (path << 2 | rank), specificity), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, cases};
    use crate::sieve::Sieve;
    use crate::sieve::matching::raw::RawMatch;

    /// The matches of a whole text.
    fn whole(matcher: &mut Matcher, text: &[u8]) -> (bool, Vec<RawMatch>) {
        let is_host_listed = matcher.look_up_reading(text, false, false).expect("a URL");
        (is_host_listed, matcher.found().to_vec())
    }

    fn path_of(random: &mut Random, pieces: &[&str]) -> String {
        let rest: String = (0..random.below(7)).map(|_| random.pick(pieces)).collect();
        format!("/{rest}")
    }

    /// Each way to look up the beginnings of a URL finds what a lookup of that beginning alone finds.
    #[test]
    fn ends_are_looked_up_as_the_texts_that_end_there() {
        let pieces = ["a", "b", "ab", "/", "/", "//", "..", ".", "%2e", "%2F", "%61", "?", "&", "%", " ", "\t", "\\"];
        let plain = ["a", "b", "ab", "/", "/", "?", "&"];
        let mut random = Random::new(1);
        let mut counts = [0; 3];
        for _ in 0..cases(150, 2) {
            let listed: Vec<String> = (0..1 + random.below(8))
                .map(|_| {
                    format!("http://{}{}", random.pick(&["h.test", "h.test", "a.h.test"]), path_of(&mut random, &plain))
                })
                .collect();
            let mut builder = Sieve::builder();
            for url in &listed {
                builder.add("feed", url.parse::<crate::Indicator>().unwrap());
            }
            let sieve = builder.build().unwrap().0;
            let mut matcher = sieve.matcher();
            for _ in 0..cases(40, 2) {
                let host = "http://a.h.test";
                let own =
                    random.pick(&listed.iter().map(String::as_str).collect::<Vec<_>>()).split_once("test").unwrap().1;
                let text = match random.below(3) {
                    0 => format!("{host}{own}{}", path_of(&mut random, &pieces)),
                    1 => format!("{host}{own}{}", &path_of(&mut random, &pieces)[1..]),
                    _ => format!("{host}{}", path_of(&mut random, &pieces)),
                };
                let (text, path) = (text.as_bytes(), host.len());
                let mut reach = path;
                if whole(&mut matcher, text).0 {
                    reach = matcher.reach_of_url(text, path);
                }
                assert!((path..=text.len()).contains(&reach));
                let mut beyond = None;
                for len in path..=text.len() {
                    let part = &text[..len];
                    let (_, want) = whole(&mut matcher, part);
                    let as_long = matcher.look_up_long_url(text, path, part, false).unwrap();
                    assert_eq!(
                        matcher.found(),
                        want,
                        "{} of {} in {listed:?}",
                        part.escape_ascii(),
                        text.escape_ascii()
                    );
                    assert!(as_long.is_none_or(|as_long| as_long == reach));
                    counts[0] += usize::from(as_long.is_some_and(|reach| reach < len));
                    if part.ends_with(b"?") || part.last().is_some_and(u8::is_ascii_whitespace) {
                        continue;
                    }
                    if len >= reach {
                        let first = beyond.get_or_insert_with(|| want.clone());
                        assert_eq!(*first, want, "{} beyond {reach} in {listed:?}", part.escape_ascii());
                        counts[1] += want.len();
                    }
                    // At its ends, only what is listed with a path is looked for, and what covers the whole may be left out.
                    let want: Vec<RawMatch> = want
                        .into_iter()
                        .filter(|raw| matches!(raw.relation, Relation::UrlExact | Relation::UrlPrefix))
                        .collect();
                    let mut found = Vec::new();
                    let (is_host_listed, of_whole) = whole(&mut matcher, text);
                    if is_host_listed {
                        let end = End { len, rank: 2 * len };
                        matcher.look_up_url_ends(text, path, &[end], false, |matcher, at| {
                            assert_eq!(at, end);
                            found.extend_from_slice(matcher.found());
                        });
                    }
                    let is_known =
                        |raw: &RawMatch| found.contains(raw) || of_whole.iter().any(|other| other.id == raw.id);
                    let is_right = found.iter().all(|raw| want.contains(raw)) && want.iter().all(is_known);
                    assert!(is_right, "{found:?}, not {want:?}, at {len} of {} in {listed:?}", text.escape_ascii());
                    counts[2] += found.len();
                }
            }
        }
        assert!(cfg!(miri) || counts.iter().all(|count| *count > 1000), "{counts:?}");
    }

    /// Each listed URL is found at the last of many ends at which it covers the text, and only there.
    #[test]
    fn each_url_is_found_at_its_last_end() {
        let listed = ["http://h.test/a/", "http://h.test/a/b", "http://h.test/d"];
        let mut builder = Sieve::builder();
        for url in listed {
            builder.add("feed", url.parse::<crate::Indicator>().unwrap());
        }
        let mut matcher = builder.build().unwrap().0.matcher();
        let host = "http://h.test";
        for (rest, ends, want) in [
            // As a whole, the URL has left the directory in which it was before.
            ("/a/b,c/../../x", &[4, 6][..], &[("/a/", 6), ("/a/b", 4)][..]),
            ("/a/b,c/../../x", &[4], &[("/a/", 4), ("/a/b", 4)]),
            ("/a/b,c/../../x", &[6], &[("/a/", 6)]),
            ("/a/b,c/../../d,e", &[4, 6, 14], &[("/a/", 6), ("/a/b", 4), ("/d", 14)]),
            ("/a/../d,", &[3, 7], &[("/a/", 3), ("/d", 7)]),
            ("/ab/b,c", &[3, 5], &[]),
        ] {
            let text = format!("{host}{rest}");
            assert!(whole(&mut matcher, text.as_bytes()).0);
            let end = |len: &usize| End { len: host.len() + len, rank: 2 * (host.len() + len) };
            let ends: Vec<End> = ends.iter().map(end).collect();
            let mut found = Vec::new();
            matcher.look_up_url_ends(text.as_bytes(), host.len(), &ends, false, |matcher, end| {
                let paths =
                    matcher.matches().iter().map(|found| found.indicator().to_string()[host.len()..].to_owned());
                found.extend(paths.map(|path| (path, end.len - host.len())));
            });
            found.sort();
            assert_eq!(found, want.iter().map(|(path, len)| ((*path).to_owned(), *len)).collect::<Vec<_>>(), "{rest}");
        }
    }

    #[test]
    fn urls_over_the_cap_are_refused_as_a_whole() {
        let (sieve, _) =
            Sieve::builder().add("feed", "http://h.test/a/".parse::<crate::Indicator>().unwrap()).build().unwrap();
        let mut matcher = sieve.matcher();
        for len in [MAX_OBSERVABLE - 1, MAX_OBSERVABLE, MAX_OBSERVABLE + 1] {
            let text = format!("{:x<len$}", "http://h.test/a/");
            let want = matcher.look_up_reading(text.as_bytes(), false, false).map(drop);
            assert_eq!(want.is_ok(), len <= MAX_OBSERVABLE);
            let as_long = matcher.look_up_long_url(text.as_bytes(), 13, text.as_bytes(), false);
            assert_eq!(as_long.map(drop), want, "{len}");
        }
    }
}
