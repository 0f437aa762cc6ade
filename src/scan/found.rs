//! The hits of a block as rows, kept until they are handed over.

use std::cmp::Reverse;
#[cfg(feature = "events")]
use std::fmt::Write;
use std::ops::Range;

#[cfg(feature = "events")]
use crate::event::Records;
use crate::extract::Context;
#[cfg(feature = "events")]
use crate::extract::{Token, TokenKind};
use crate::sieve::{Matcher, RawMatch, Withheld};
use crate::value::url::End;

/// A hit, by its place in the block's view and in the columns of [`BlockHits`].
#[derive(Clone, Debug)]
pub(super) struct HitRow {
    pub(super) span: Range<usize>,
    pub(super) context: Context,
    pub(super) canonical: Range<usize>,
    pub(super) matches: Range<usize>,
    /// True for a name or an address; false for a URL or the target of a request.
    #[cfg_attr(not(feature = "events"), expect(dead_code, reason = "only fields ask for it"))]
    pub(super) of_host: bool,
    /// The port beside it.
    #[cfg(feature = "events")]
    pub(super) port: Option<u16>,
}

/// A name or address with matches that are not reported unless the fields of its line say more.
#[cfg(feature = "events")]
#[derive(Clone, Debug)]
pub(super) struct Weak {
    pub(super) span: Range<usize>,
    /// Its range in the text of [`BlockHits`].
    pub(super) canonical: Range<usize>,
    pub(super) context: Context,
    pub(super) port: Option<u16>,
    /// It looks like a file name or a version.
    pub(super) name_like: bool,
    /// The number of its matches that were counted as withheld for that.
    pub(super) counted: u64,
    /// URLs on this host are listed.
    pub(super) is_url_host: bool,
}

/// The hits of one block.
#[derive(Debug, Default)]
pub(super) struct BlockHits {
    pub(super) rows: Vec<HitRow>,
    matches: Vec<RawMatch>,
    text: String,
    pub(super) observables: u64,
    /// Words that may hold a hit.
    pub(super) words: u64,
    pub(super) withheld: Withheld,
    /// Scratch space for a host and the URL that it is joined to.
    #[cfg(feature = "events")]
    pub(super) scratch: (String, String),
    /// The port beside the current place.
    #[cfg(feature = "events")]
    pub(super) port: Option<u16>,
    /// Hits on lines without a time, although a time was asked for.
    pub(super) undated: u64,
    /// Names and addresses whose fields decide whether they are reported.
    #[cfg(feature = "events")]
    pub(super) weak: Vec<Weak>,
    /// The first row of the current place.
    place: usize,
    /// The readings of that place so far.
    seen: Readings,
    /// Scratch space for the places where a URL may end.
    pub(super) ends: Vec<End>,
}

/// The readings of one place.
#[derive(Clone, Copy, Debug, Default)]
struct Readings {
    /// One of them is a URL.
    has_url: bool,
    /// A reading had withheld matches.
    has_withheld: bool,
    /// The number of matches of the current reading that were counted as withheld for looking like a name.
    #[cfg(feature = "events")]
    counted: u64,
}

/// The hits of a block, while its lines are handed over one after the other.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) rows: Vec<HitRow>,
    /// By offset.
    #[cfg(feature = "events")]
    pub(super) weak: Vec<Weak>,
    /// The numbers of rows and of weak places that have been handed over.
    #[cfg(feature = "events")]
    pub(super) done: (usize, usize),
    /// The end of the current line, or of the current record in it.
    #[cfg(feature = "events")]
    pub(super) end: usize,
    /// The current line in the view, up to its line feed, and its records.
    #[cfg(feature = "events")]
    pub(super) line: Range<usize>,
    #[cfg(feature = "events")]
    pub(super) records: Records,
    /// The current line without its line end, and what of it was read as an event, as parts of the input, if events have gone to them.
    pub(super) text: Option<(Range<usize>, Range<usize>)>,
}

impl Lines {
    /// Takes over all rows of a block.
    pub(super) fn begin(&mut self, found: &mut BlockHits) {
        self.text = None;
        self.rows.clear();
        // `append` lets both keep their allocations for the next block.
        self.rows.append(&mut found.rows);
        #[cfg(feature = "events")]
        {
            self.weak.clear();
            self.weak.append(&mut found.weak);
            self.weak.sort_by_key(|weak| weak.span.start);
            (self.done, self.end, self.line) = ((0, 0), 0, 0..0);
            self.records.clear();
        }
    }

    /// Hands over all remaining rows unchanged; returns true if there are any.
    pub(super) fn rest(&mut self, found: &mut BlockHits) -> bool {
        self.text = None;
        found.rows.clear();
        #[cfg(feature = "events")]
        {
            self.rows.drain(..self.done.0);
            self.weak.clear();
            self.done = (0, 0);
        }
        found.rows.append(&mut self.rows);
        !found.rows.is_empty()
    }
}

impl BlockHits {
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        #[cfg(feature = "events")]
        self.weak.clear();
        self.matches.clear();
        self.text.clear();
        (self.observables, self.words) = (0, 0);
        self.undated = 0;
        self.withheld = Withheld::default();
        self.begin_place();
    }

    pub(super) fn begin_place(&mut self) {
        self.place = self.rows.len();
        self.seen = Readings::default();
    }

    /// Returns true if the URL at hand is the first URL reading of the place.
    pub(super) fn is_first_url(&mut self) -> bool {
        !std::mem::replace(&mut self.seen.has_url, true)
    }

    /// Counts the matches that the last lookup withheld: once per place, however many readings it has.
    pub(super) fn count_withheld(&mut self, matcher: &Matcher) {
        let withheld = matcher.withheld();
        let is_counted = !self.seen.has_withheld && self.place == self.rows.len();
        if is_counted {
            self.withheld += withheld;
        }
        #[cfg(feature = "events")]
        {
            self.seen.counted = if is_counted { withheld.name_like } else { 0 };
        }
        self.seen.has_withheld |= withheld != Withheld::default();
    }

    /// Returns true if an earlier reading of the current place that overlaps `span` has reported this indicator.
    fn is_known(&self, id: u32, span: &Range<usize>) -> bool {
        self.rows[self.place..].iter().any(|row| {
            row.span.start < span.end
                && span.start < row.span.end
                && self.matches[row.matches.clone()].iter().any(|known| known.id == id)
        })
    }

    /// Keeps those matches of the last lookup that belong to the host, or those that belong to the URL as a whole. Indicators that an
    /// earlier reading of the place has reported are left out.
    pub(super) fn take(
        &mut self,
        matcher: &mut Matcher,
        of_host: bool,
        span: Range<usize>,
        context: Context,
        write_canonical: impl FnOnce(&mut Matcher, &mut String),
    ) {
        let start = self.matches.len();
        for found in matcher.found().iter().filter(|found| found.of_host == of_host) {
            if !self.is_known(found.id, &span) {
                self.matches.push(*found);
            }
        }
        if self.matches.len() == start {
            return;
        }
        let text = self.text.len();
        write_canonical(matcher, &mut self.text);
        let canonical = text..self.text.len();
        self.rows.push(HitRow {
            span,
            context,
            canonical,
            matches: start..self.matches.len(),
            of_host,
            #[cfg(feature = "events")]
            port: self.port,
        });
    }

    /// Sorts the rows by offset, and at one offset by length, the longest first. Two readings of one span become one hit if their contexts
    /// are the same. Otherwise both stay, and the later one keeps only the matches that all earlier ones lack.
    pub(super) fn sort(&mut self, matcher: &Matcher) {
        if self.rows.len() < 2 {
            return;
        }
        self.rows.sort_by_key(|row| (row.span.start, Reverse(row.span.end), row.context.as_str()));
        let matches = &mut self.matches;
        // The indicators of all rows of a span that has several.
        let mut known: Vec<u32> = Vec::new();
        self.rows.dedup_by(|later, first| {
            if later.span != first.span {
                known.clear();
                return false;
            }
            if known.is_empty() {
                known.extend(matches[first.matches.clone()].iter().map(|found| found.id));
            }
            let new: Vec<RawMatch> =
                matches[later.matches.clone()].iter().filter(|found| !known.contains(&found.id)).copied().collect();
            if new.is_empty() {
                return true;
            }
            known.extend(new.iter().map(|found| found.id));
            let start = matches.len();
            // In another context, these matches need a hit of their own: in `192.0.2.1。evil.test/` the address is text, or a URL that
            // ends at the dot.
            if later.context != first.context {
                matches.extend(new);
                later.matches = start..matches.len();
                return false;
            }
            matches.extend_from_within(first.matches.clone());
            matches.extend(new);
            first.matches = start..matches.len();
            matcher.sort(&mut matches[start..]);
            true
        });
    }

    /// Keeps a name or address whose matches are withheld for now.
    #[cfg(feature = "events")]
    pub(super) fn keep_weak(&mut self, matcher: &mut Matcher, token: &Token<'_>, span: Range<usize>) {
        let withheld = matcher.withheld();
        if withheld.name_like + withheld.host_only == 0 || token.alternative {
            return;
        }
        let canonical = self.write(|out| match token.kind {
            // Writing to a string does not fail.
            TokenKind::Ip(addr) => _ = write!(out, "{addr}"),
            _ => matcher.write_name(token.text, out),
        });
        self.weak.push(Weak {
            span,
            canonical,
            context: token.context,
            port: token.port,
            name_like: token.name_like && withheld.name_like > 0,
            counted: self.seen.counted,
            is_url_host: withheld.host_only > 0,
        });
    }

    /// Keeps matches; returns their range.
    #[cfg(feature = "events")]
    pub(super) fn put(&mut self, matches: impl Iterator<Item = RawMatch>) -> Range<usize> {
        let start = self.matches.len();
        self.matches.extend(matches);
        start..self.matches.len()
    }

    /// Keeps the matches of indicators that no row from `first` on has; returns their range.
    #[cfg(feature = "events")]
    pub(super) fn put_others(&mut self, first: usize, matches: impl Iterator<Item = RawMatch>) -> Range<usize> {
        let start = self.matches.len();
        for found in matches {
            let mut known = self.rows[first..].iter().flat_map(|row| &self.matches[row.matches.clone()]);
            if known.all(|known| known.id != found.id) {
                self.matches.push(found);
            }
        }
        start..self.matches.len()
    }

    /// Keeps text; returns its range.
    #[cfg(feature = "events")]
    pub(super) fn write(&mut self, write: impl FnOnce(&mut String)) -> Range<usize> {
        let start = self.text.len();
        write(&mut self.text);
        start..self.text.len()
    }

    #[cfg(feature = "events")]
    pub(super) fn text(&self, span: &Range<usize>) -> &str {
        &self.text[span.clone()]
    }

    pub(super) fn canonical(&self, row: &HitRow) -> &str {
        &self.text[row.canonical.clone()]
    }

    pub(super) fn matches(&self, row: &HitRow) -> &[RawMatch] {
        &self.matches[row.matches.clone()]
    }

    /// Returns the memory that it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.rows.len() * size_of::<HitRow>() + self.matches.len() * size_of::<RawMatch>() + self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Indicator;
    use crate::sieve::{MatchOptions, Seen, Sieve};

    /// A span in two contexts, one of them twice: no indicator is reported again, and none is lost.
    #[test]
    fn an_indicator_is_reported_once_at_a_span() {
        let all = ["evil.test", "evil.test:443"].map(|text| text.parse::<Indicator>().unwrap());
        let sieve = Sieve::builder().add("feed", all[0].clone()).add("feed", all[1].clone()).build().unwrap().0;
        let mut matcher = sieve.matcher_with(&MatchOptions::new().port_unseen(false));
        matcher.look_up_domain(b"evil.test", Seen::default()).unwrap();
        let weak_id = matcher.found()[0].id;
        let (email, host, other) = ((Context::Email, None), (Context::UrlHost, Some(443)), (Context::UrlHost, None));
        let path = (Context::UrlPath, Some(443));
        let (weak, strong) = (vec!["evil.test"], vec!["evil.test:443"]);
        let both = vec!["evil.test:443", "evil.test"];
        for (readings, want) in [
            (vec![email, host, other], vec![(Context::Email, weak.clone()), (Context::UrlHost, strong.clone())]),
            (vec![path, email, host], vec![(Context::Email, weak.clone()), (Context::UrlHost, strong)]),
            (vec![other, email, other], vec![(Context::Email, weak.clone())]),
            (vec![other, host], vec![(Context::UrlHost, both.clone())]),
            (vec![host], vec![(Context::UrlHost, both)]),
            (vec![email], vec![(Context::Email, weak)]),
        ] {
            let mut found = BlockHits::default();
            for start in [0, 10] {
                for &(context, port) in &readings {
                    found.begin_place();
                    matcher.look_up_domain(b"evil.test", Seen { port, name_like: false }).unwrap();
                    found.take(&mut matcher, true, start..start + 9, context, |_, out| out.push_str("evil.test"));
                }
            }
            found.sort(&matcher);
            let row = |row: &HitRow| {
                let texts =
                    found.matches(row).iter().map(|raw| if raw.id == weak_id { "evil.test" } else { "evil.test:443" });
                (row.span.clone(), row.context, texts.collect::<Vec<_>>())
            };
            let want = |start| want.iter().map(move |(context, all)| (start..start + 9, *context, all.clone()));
            assert_eq!(found.rows.iter().map(row).collect::<Vec<_>>(), want(0).chain(want(10)).collect::<Vec<_>>());
        }
    }
}
