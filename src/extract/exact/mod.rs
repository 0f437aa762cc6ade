//! Observables that only equal values cover: file hashes and mail addresses.
//!
//! Only a few bytes around a place decide whether one stands there, so they are searched for separately: by
//! the sweep in a whole block at once ([`ExactPlaces`]), whose lines are then extracted, and by the extractor in the text it is
//! given.

mod digests;
mod mails;

use std::ops::Range;

use crate::arch::digits;
use crate::value::FileHash;
use crate::value::email::{self, EmailScratch};

/// Tells what may be listed.
pub(crate) trait ExactJudge {
    /// Returns true if a hash is listed.
    fn hash(&mut self, hash: &FileHash) -> bool;
    /// Returns true if the mail address around an `@` may be listed. False is certain.
    fn may_be_email(&self, bytes: &[u8], at: usize) -> bool;
    /// Returns true if a mail address is listed.
    fn email(&mut self, text: &[u8]) -> bool;
}

/// The places of a text around which hashes and mail addresses may stand.
#[derive(Debug, Default)]
pub(crate) struct ExactPlaces {
    /// The starts of chunks of [digits](crate::arch::digits).
    chunks: Vec<u32>,
    /// The places of `@` and `%`.
    ats: Vec<u32>,
}

impl ExactPlaces {
    /// Forgets the last text.
    pub(super) fn clear(&mut self) {
        self.chunks.clear();
        self.ats.clear();
    }

    /// Adds places that are counted from `from` on.
    pub(super) fn add(&mut self, bytes: &[u8], from: usize, places: &[u32]) {
        for &place in places {
            let place = from as u32 + place;
            let list = if matches!(bytes[place as usize], b'@' | b'%') { &mut self.ats } else { &mut self.chunks };
            list.push(place);
        }
    }

    /// Adds the places of a part of the text, which begins where the last places end. No hash may cross its end.
    pub(super) fn add_part(&mut self, bytes: &[u8], part: Range<usize>, hashes: bool, emails: bool) {
        let text = &bytes[part.clone()];
        if hashes {
            digits::chunks(text, part.start, &mut self.chunks);
        }
        if emails {
            self.ats.extend(memchr::memchr2_iter(b'@', b'%', text).map(|at| (part.start + at) as u32));
        }
    }

    /// Calls `found` with a place in each hash and mail address that is listed: first those of hashes in order, then those of mail
    /// addresses. Returns the number of places about which the judge was asked.
    pub(crate) fn find(&self, bytes: &[u8], judge: &mut impl ExactJudge, found: &mut impl FnMut(usize)) -> u64 {
        let mut asked = 0;
        digests::find(bytes, &self.chunks, &mut |span, hash| {
            asked += 1;
            if judge.hash(hash) {
                found(span.start);
            }
        });
        mails::ats(bytes, self.ats.iter().map(|&at| at as usize), |at, len| {
            asked += 1;
            // The judge does not undo escapes.
            if len > 1 || judge.may_be_email(bytes, at) || mails::may_be_escaped(bytes, at) {
                let mut is_listed = false;
                mails::readings(bytes, at, len, &mut |_, text| is_listed |= judge.email(text));
                if is_listed {
                    found(at);
                }
            }
        });
        asked
    }
}

/// A hash or a mail address of the current text.
#[derive(Clone, Debug)]
pub(super) struct Exact {
    pub(super) span: Range<usize>,
    pub(super) is_hash: bool,
    /// True if this is another reading of the previous one's place.
    pub(super) alternative: bool,
    /// The range of its text in [`texts`](All::texts); `None` if it is that of the haystack.
    pub(super) text: Option<Range<usize>>,
}

/// All hashes and mail addresses of a text, in the order of their starts.
#[derive(Debug, Default)]
pub(super) struct All {
    found: Vec<Exact>,
    /// Texts that differ from the haystack.
    texts: Vec<u8>,
    /// The number that have been handed over.
    done: usize,
    chunks: Vec<u32>,
    scratch: EmailScratch,
}

impl All {
    /// The start of the next one for the purpose of ordering; `usize::MAX` if there is none.
    pub(super) fn next(&self) -> usize {
        match self.found.get(self.done) {
            None => usize::MAX,
            // Comes together with the previous one.
            Some(exact) if exact.alternative => 0,
            Some(exact) => exact.span.start,
        }
    }

    /// Takes the next one, which must exist, and its text if that differs from the haystack.
    pub(super) fn take(&mut self) -> (Exact, Option<Vec<u8>>) {
        let exact = self.found[self.done].clone();
        self.done += 1;
        let text = exact.text.clone().map(|text| self.texts[text].to_vec());
        (exact, text)
    }

    /// Skips those that start before a place.
    pub(super) fn pass_to(&mut self, place: usize) {
        while self.next() < place {
            self.done += 1;
        }
    }

    /// Collects those of another text.
    pub(super) fn collect(&mut self, bytes: &[u8], hashes: bool, emails: bool) {
        let Self { found, texts, done, chunks, scratch } = self;
        found.clear();
        texts.clear();
        *done = 0;
        if hashes {
            chunks.clear();
            digits::chunks(bytes, 0, chunks);
            digests::find(bytes, chunks, &mut |span, _| {
                found.push(Exact { span, is_hash: true, alternative: false, text: None });
            });
        }
        if emails {
            mails::ats(bytes, memchr::memchr2_iter(b'@', b'%', bytes), |at, len| {
                let first = found.len();
                mails::readings(bytes, at, len, &mut |span, text| {
                    if email::canonicalise(text, scratch).is_err() {
                        return;
                    }
                    let own = (bytes[span.clone()] != *text).then(|| {
                        texts.extend_from_slice(text);
                        texts.len() - text.len()..texts.len()
                    });
                    found.push(Exact { span, is_hash: false, alternative: found.len() > first, text: own });
                });
            });
        }
        // The readings of a place stay together and in order: they sort by the start of the first one.
        let mut start = 0;
        let mut keyed: Vec<(usize, Exact)> = found
            .drain(..)
            .map(|exact| {
                if !exact.alternative {
                    start = exact.span.start;
                }
                (start, exact)
            })
            .collect();
        keyed.sort_by_key(|(start, _)| *start);
        found.extend(keyed.into_iter().map(|(_, exact)| exact));
    }
}
