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
    /// What time the validity of entries is asked for. Needs `events`.
    #[cfg(feature = "events")]
    pub validity: Validity,
    /// Only hits of events from this time on (default: all). A hit without a time passes, and is counted in [`ScanStats::undated`]. Needs
    /// `events`.
    #[cfg(feature = "events")]
    pub from: Option<jiff::Timestamp>,
    /// Only hits of events before this time, likewise.
    #[cfg(feature = "events")]
    pub to: Option<jiff::Timestamp>,
}

/// What time the validity of entries is asked for.
#[cfg(feature = "events")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validity {
    /// That of [`Filter::as_of`](crate::Filter), if it has one.
    #[default]
    AsFiltered,
    /// The time of the event that the hit stands in, of entries that allow too. A hit without a time passes, and is counted in
    /// [`ScanStats::undated`].
    AtEvent,
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
            #[cfg(feature = "events")]
            validity: Validity::default(),
            #[cfg(feature = "events")]
            from: None,
            #[cfg(feature = "events")]
            to: None,
        }
    }
}

impl ScanOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`matching`](ScanOptions::matching).
    #[must_use]
    pub fn matching(mut self, matching: MatchOptions) -> Self {
        self.matching = matching;
        self
    }

    /// Sets [`refang`](ScanOptions::refang).
    #[must_use]
    pub fn refang(mut self, refang: bool) -> Self {
        self.refang = refang;
        self
    }

    /// Sets [`engine`](ScanOptions::engine).
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Sets [`control`](ScanOptions::control).
    #[must_use]
    pub fn control(mut self, control: ScanControl) -> Self {
        self.control = control;
        self
    }

    /// Sets [`validity`](ScanOptions::validity).
    #[cfg(feature = "events")]
    #[must_use]
    pub fn validity(mut self, validity: Validity) -> Self {
        self.validity = validity;
        self
    }

    /// Sets how lines that hit are read as events ([`events`](ScanOptions::events)).
    #[cfg(feature = "events")]
    #[must_use]
    pub fn events(mut self, events: impl Into<Option<crate::event::EventOptions>>) -> Self {
        self.events = events.into();
        self
    }

    /// Sets [`from`](ScanOptions::from).
    #[cfg(feature = "events")]
    #[must_use]
    pub fn from(mut self, time: jiff::Timestamp) -> Self {
        self.from = Some(time);
        self
    }

    /// Sets [`to`](ScanOptions::to).
    #[cfg(feature = "events")]
    #[must_use]
    pub fn to(mut self, time: jiff::Timestamp) -> Self {
        self.to = Some(time);
        self
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
    /// Words that were read because they may hold a hit, which is what costs most: a word stands between white space, control bytes and
    /// quotes. Zero where nothing is passed over: with the [scalar engine](Engine::Scalar), for example.
    pub words: u64,
    /// Hits that were handed over.
    pub hits: u64,
    /// Pairs of observable and indicator in them.
    pub matches: u64,
    /// Matches that were found and not reported.
    pub withheld: Withheld,
    /// Hits of lines without a time, where a time was asked for.
    pub undated: u64,
    /// It was cancelled before its end, by its [`ScanControl`].
    pub is_cancelled: bool,
}

impl std::ops::AddAssign for ScanStats {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.observables += other.observables;
        self.words += other.words;
        self.hits += other.hits;
        self.matches += other.matches;
        self.withheld += other.withheld;
        self.undated += other.undated;
        self.is_cancelled |= other.is_cancelled;
    }
}
