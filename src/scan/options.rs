use super::control::ScanControl;
use crate::sieve::{Engine, MatchOptions, Withheld};

/// What a scan looks for and reports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScanOptions {
    /// What is reported.
    pub matching: MatchOptions,
    /// Undo defanging (`hxxp://`, `[.]`) in the input too (default: no). Every line is looked at then, which is slower.
    pub refang: bool,
    /// What of the CPU the scan and its lookups may use (default: all that helps). Hits do not depend on it.
    pub engine: Engine,
    /// Ends scans from outside, and tells how far they have come. A clone of the options has the same one.
    pub control: ScanControl,
    /// How lines with hits are read as events (default: as [`EventOptions::default`](crate::event::EventOptions) says); `None`: they are not.
    #[cfg(feature = "events")]
    pub events: Option<crate::event::EventOptions>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            matching: MatchOptions::default(),
            refang: false,
            engine: Engine::default(),
            control: ScanControl::default(),
            #[cfg(feature = "events")]
            events: Some(crate::event::EventOptions::default()),
        }
    }
}

/// What a scan did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanStats {
    /// Bytes of input that were scanned; of UTF-16 those of its UTF-8 form.
    pub bytes: u64,
    /// Places that were looked at. How many it takes depends on the [`Engine`], and on nothing else.
    pub observables: u64,
    /// Hits that were handed over.
    pub hits: u64,
    /// Pairs of observable and indicator in them.
    pub matches: u64,
    /// Matches that were found and not reported.
    pub withheld: Withheld,
    /// It was cancelled before its end, by its [`ScanControl`].
    pub is_cancelled: bool,
}

impl std::ops::AddAssign for ScanStats {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.observables += other.observables;
        self.hits += other.hits;
        self.matches += other.matches;
        self.withheld += other.withheld;
        self.is_cancelled |= other.is_cancelled;
    }
}
