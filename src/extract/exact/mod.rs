//! Observables that only equal values cover: file hashes and mail addresses.
//!
//! Only a few bytes around a place decide whether one stands there, so they are searched for separately: by
//! [`ExactFinder`] in a whole block at once, whose lines are then extracted, and by the extractor in the text it is
//! given.

mod digests;
mod mails;

use std::ops::Range;

use crate::arch::cpu::Kernel;
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

/// Finds the places of listed hashes and mail addresses.
#[derive(Debug)]
pub(crate) struct ExactFinder {
    kernel: Kernel,
    hashes: bool,
    emails: bool,
    chunks: Vec<u32>,
}

impl ExactFinder {
    /// Returns `None` if neither is looked for.
    pub(crate) fn new(kernel: Kernel, hashes: bool, emails: bool) -> Option<Self> {
        (hashes || emails).then(|| Self { kernel, hashes, emails, chunks: Vec::new() })
    }

    /// Calls `found` with a place in each: first those of hashes in order, then those of mail addresses. Returns the
    /// number of places about which the judge was asked.
    pub(crate) fn find(&mut self, bytes: &[u8], judge: &mut impl ExactJudge, found: &mut impl FnMut(usize)) -> u64 {
        let mut asked = 0;
        if self.hashes {
            digits::chunks(self.kernel, bytes, &mut self.chunks);
            digests::find(bytes, &self.chunks, &mut |span, hash| {
                asked += 1;
                if judge.hash(hash) {
                    found(span.start);
                }
            });
        }
        if self.emails {
            mails::ats(bytes, |at, len| {
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
        }
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
            digits::chunks(Kernel::Portable, bytes, chunks);
            digests::find(bytes, chunks, &mut |span, _| {
                found.push(Exact { span, is_hash: true, alternative: false, text: None });
            });
        }
        if emails {
            mails::ats(bytes, |at, len| {
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
