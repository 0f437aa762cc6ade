//! One block of an input: its tokens, looked up, and the hits put aside.

use std::cmp::Reverse;
use std::fmt::Write;
use std::ops::Range;

use super::blocks::Block;
use super::{Context, ScanOptions};
use crate::extract::{ExtractOptions, Extractor, Token, TokenKind, Verdict};
use crate::sieve::{Matcher, Matches, RawMatch, Seen, Sieve, Withheld};

/// A hit by its place in the block's view and in the columns of [`Found`].
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) context: Context,
    canonical: Range<usize>,
    matches: Range<usize>,
}

/// What one block gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    matches: Vec<RawMatch>,
    text: String,
    pub(super) observables: u64,
    pub(super) withheld: Withheld,
}

impl Found {
    fn clear(&mut self) {
        self.rows.clear();
        self.matches.clear();
        self.text.clear();
        self.observables = 0;
        self.withheld = Withheld::default();
    }

    /// Puts aside the matches of the last lookup that are of the host, or of the URL as a whole. Returns whether there
    /// were any.
    fn take(
        &mut self,
        matcher: &mut Matcher,
        of_host: bool,
        span: Range<usize>,
        context: Context,
        write_canonical: impl FnOnce(&mut Matcher, &mut String),
    ) -> bool {
        let start = self.matches.len();
        self.matches.extend(matcher.found().iter().filter(|found| found.of_host == of_host));
        if self.matches.len() == start {
            return false;
        }
        let text = self.text.len();
        write_canonical(matcher, &mut self.text);
        let canonical = text..self.text.len();
        self.rows.push(Row { span, context, canonical, matches: start..self.matches.len() });
        true
    }

    /// By offset, at one offset the longest first. What two readings of one place found is one hit.
    fn sort(&mut self) {
        self.rows.sort_by_key(|row| (row.span.start, Reverse(row.span.end)));
        let matches = &mut self.matches;
        self.rows.dedup_by(|later, first| {
            if later.span != first.span {
                return false;
            }
            let is_known = |found: &RawMatch| matches[first.matches.clone()].iter().any(|known| known.id == found.id);
            let new: Vec<RawMatch> =
                matches[later.matches.clone()].iter().filter(|found| !is_known(found)).copied().collect();
            if !new.is_empty() {
                let start = matches.len();
                matches.extend_from_within(first.matches.clone());
                matches.extend(new);
                first.matches = start..matches.len();
            }
            true
        });
    }

    pub(super) fn canonical(&self, row: &Row) -> &str {
        &self.text[row.canonical.clone()]
    }
}

/// A thread's scratch space.
#[derive(Debug)]
pub(super) struct Worker {
    extractor: Extractor,
    matcher: Matcher,
    pub(super) found: Found,
}

impl Worker {
    pub(super) fn new(sieve: &Sieve, options: &ScanOptions) -> Self {
        let extract = ExtractOptions { request_paths: sieve.has_path_patterns(), refang: options.refang };
        Self { extractor: Extractor::new(extract), matcher: sieve.matcher(&options.matching), found: Found::default() }
    }

    /// Scans a block; what it gave is in `found` until the next one.
    pub(super) fn scan(&mut self, bytes: &[u8], block: &Block) {
        let Self { extractor, matcher, found } = self;
        found.clear();
        let own = block.own.start - block.view.start..block.own.end - block.view.start;
        extractor.extract(&bytes[block.view.clone()], own, &mut |token| look_up(matcher, found, token));
        found.sort();
    }

    pub(super) fn matches(&self, row: &Row) -> Matches<'_> {
        self.matcher.matches_of(&self.found.matches[row.matches.clone()])
    }
}

fn look_up(matcher: &mut Matcher, found: &mut Found, token: &Token<'_>) -> Verdict {
    found.observables += 1;
    let seen = Seen { port: token.port, name_like: token.name_like };
    let span = token.start..token.end;
    let is_settled = match token.kind {
        TokenKind::Ip(addr) => {
            matcher.look_up_ip(addr, seen);
            found.withheld += matcher.withheld();
            found.take(matcher, true, span, token.context, |_, out| {
                // Writing to a string does not fail.
                let _ = write!(out, "{addr}");
            })
        }
        TokenKind::Domain => {
            if matcher.look_up_domain(token.text, seen).is_err() {
                return Verdict::TryAlternatives;
            }
            found.withheld += matcher.withheld();
            found.take(matcher, true, span, token.context, |matcher, out| matcher.write_name(token.text, out))
        }
        TokenKind::Url => {
            let Ok(can_match_otherwise) = matcher.look_up_url(token.text, token.name_like) else {
                return Verdict::TryAlternatives;
            };
            // The host was counted when the whole URL was looked up.
            if !token.alternative {
                found.withheld += matcher.withheld();
            }
            let is_url =
                found.take(matcher, false, span, token.context, |matcher, out| matcher.write_url(token.text, out));
            if let Some((start, end)) = token.host {
                found.take(matcher, true, start..end, Context::UrlHost, |matcher, out| {
                    matcher.write_host(token.text, out)
                });
            }
            is_url || !can_match_otherwise
        }
        TokenKind::RequestPath => {
            matcher.look_up_request_path(token.text);
            found.withheld += matcher.withheld();
            found.take(matcher, false, span, token.context, |_, out| out.push_str(&String::from_utf8_lossy(token.text)))
        }
    };
    if is_settled { Verdict::Settled } else { Verdict::TryAlternatives }
}
