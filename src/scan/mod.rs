//! Scanning logs: tokens against the sieve, hits out.
#![allow(missing_docs, unused_variables, dead_code)]
use std::io::Read;
use std::ops::{ControlFlow, Range};

use crate::error::Result;
use crate::sieve::{MatchOptions, Matches, Sieve, Withheld};

#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ScanOptions {
    pub matching: MatchOptions,
    /// Undo defanging in logs (default: false).
    pub refang: bool,
}

/// Where in a line an observable stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Context {
    Text,
    UrlHost,
    UrlPath,
    UrlQuery,
    Email,
}
impl Context {
    pub const fn as_str(self) -> &'static str {
        match self {
            Context::Text => "text",
            Context::UrlHost => "url_host",
            Context::UrlPath => "url_path",
            Context::UrlQuery => "url_query",
            Context::Email => "email",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanStats {
    pub bytes: u64,
    /// Observables looked up.
    pub observables: u64,
    pub hits: u64,
    /// (observable, indicator) pairs reported.
    pub matches: u64,
    pub withheld: Withheld,
}

/// One observable at one place in the input, with all its matches.
pub struct Hit<'h> {
    matches: Matches<'h>,
}
impl<'h> Hit<'h> {
    /// Byte offsets of the observable in the (decompressed) input.
    pub fn span(&self) -> Range<u64> {
        todo!()
    }
    /// The line it starts on, from 1.
    pub fn line(&self) -> u64 {
        0
    }
    /// The bytes of the span.
    pub fn observed(&self) -> &'h [u8] {
        b""
    }
    /// The observable's canonical form.
    pub fn canonical(&self) -> &'h str {
        ""
    }
    pub fn context(&self) -> Context {
        Context::Text
    }
    /// The line without its end; of a line over the cap, the part around the hit.
    pub fn line_text(&self) -> &'h [u8] {
        b""
    }
    /// Where `observed` starts in `line_text`.
    pub fn offset_in_line(&self) -> usize {
        0
    }
    pub fn matches(&self) -> Matches<'h> {
        self.matches
    }
}

/// Scans inputs of any size for the indicators of a sieve.
pub struct Scanner {}
impl Scanner {
    pub fn new(sieve: &Sieve, options: &ScanOptions) -> Self {
        todo!()
    }
    /// Scans a slice on this thread.
    pub fn scan(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        todo!()
    }
    /// The same hits in the same order, on all threads of the current rayon pool.
    #[cfg(feature = "parallel")]
    pub fn scan_parallel(&mut self, haystack: &[u8], sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>) -> ScanStats {
        todo!()
    }
    /// Scans what a reader gives, in bounded memory.
    pub fn scan_reader(
        &mut self,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        todo!()
    }
    /// The same on all threads of the current rayon pool.
    #[cfg(feature = "parallel")]
    pub fn scan_reader_parallel(
        &mut self,
        reader: impl Read,
        sink: impl FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> Result<ScanStats> {
        todo!()
    }
}
