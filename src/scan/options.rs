//! Options and statistics of scans.

use std::fmt;

use super::control::ScanControl;
use crate::sieve::{Engine, Filter, MatchOptions, Withheld};

/// Options of a scan.
///
/// ```
/// use netsieve::{Indicator, MatchOptions, ScanOptions, Scanner, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "http://evil.test/a".parse::<Indicator>()?).build()?;
/// // Read defanged text, and report hosts of URL indicators that are seen without the path.
/// let options = ScanOptions::new().refang(true).matching(MatchOptions::new().host_only(true));
/// let stats = Scanner::with_options(&sieve, &options).scan("query evil[.]test\n", |hit| println!("{hit}"));
/// assert_eq!(stats.hits, 1);
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// With the feature `events`, a scan can be limited to a span of time, and judge each entry by the time of the event:
///
/// ```
/// # #[cfg(feature = "events")] {
/// use netsieve::event::EventOptions;
/// use netsieve::scan::Validity;
/// use netsieve::{Engine, Indicator, ScanOptions, Scanner, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
/// let options = ScanOptions::new()
///     .events(EventOptions::new().year(2026))
///     .from("2026-05-12T00:00:00Z".parse().unwrap())
///     .to("2026-05-13T00:00:00Z".parse().unwrap())
///     .validity(Validity::AtEvent)
///     .engine(Engine::Portable);
/// let mut scanner = Scanner::with_options(&sieve, &options);
/// assert_eq!(scanner.engine(), Engine::Portable);
/// let log = "May 11 10:02:03 gw a: evil.test\nMay 12 10:02:03 gw a: evil.test\n";
/// let stats = scanner.scan(log, |hit| assert_eq!(hit.line(), 2));
/// assert_eq!((stats.hits, stats.withheld.outside), (1, 1));
/// # }
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScanOptions {
    /// Options for lookups, which decide what matches are reported.
    pub matching: MatchOptions,
    /// Undo defanging (`hxxp://`, `[.]`) in the input too (default: no). This is slower, because every line must be looked at.
    pub refang: bool,
    /// The CPU features that the scan and its lookups may use (default: all that help). Hits do not depend on it.
    pub engine: Engine,
    /// Cancels scans from outside, and shows their progress. Clones of the options share it.
    pub control: ScanControl,
    /// Options for reading lines with hits as events (default: [`EventOptions::default`](crate::event::EventOptions)). `None` turns this
    /// off.
    #[cfg(feature = "events")]
    pub events: Option<crate::event::EventOptions>,
    /// The time at which entries must be valid. Needs `events`.
    #[cfg(feature = "events")]
    pub validity: Validity,
    /// Report only hits of events at or after this time (default: all). Hits without a time pass, and are counted in
    /// [`ScanStats::undated`]. Needs `events`.
    #[cfg(feature = "events")]
    pub from: Option<jiff::Timestamp>,
    /// Report only hits of events before this time (default: all), with the same rules as `from`.
    #[cfg(feature = "events")]
    pub to: Option<jiff::Timestamp>,
}

/// The time at which entries must be valid.
#[cfg(feature = "events")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validity {
    /// The time of [`Filter::as_of`](crate::Filter), if it is set.
    #[default]
    AsFiltered,
    /// The time of the event that holds the hit; this applies to allow entries too. A hit without a time passes, and is counted in
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
    /// Returns the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`matching`](ScanOptions::matching).
    #[must_use]
    pub fn matching(mut self, matching: MatchOptions) -> Self {
        self.matching = matching;
        self
    }

    /// Sets the filter of the entries, which is part of [`matching`](ScanOptions::matching).
    ///
    /// ```
    /// use netsieve::{Feed, Filter, Indicator, ScanOptions, Scanner, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder()
    ///     .add(Feed::new("ours").tag("c2"), "evil.test".parse::<Indicator>()?)
    ///     .add("theirs", "shop.test".parse::<Indicator>()?)
    ///     .build()?;
    /// let options = ScanOptions::new().filter(Filter::new().tag("c2"));
    /// let stats = Scanner::with_options(&sieve, &options).scan("evil.test shop.test\n", |hit| {
    ///     assert_eq!(hit.canonical(), "evil.test");
    /// });
    /// assert_eq!(stats.hits, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.matching.filter = filter;
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
    ///
    /// ```
    /// use netsieve::scan::ScanControl;
    /// use netsieve::{ScanOptions, Scanner, Sieve};
    ///
    /// let control = ScanControl::new();
    /// let mut scanner = Scanner::with_options(&Sieve::builder().build()?.0, &ScanOptions::new().control(control.clone()));
    /// control.cancel();
    /// assert!(scanner.scan("evil.test\n", |_| {}).is_cancelled);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
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

    /// Sets how lines with hits are read as events ([`events`](ScanOptions::events)).
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

/// Statistics of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanStats {
    /// Bytes of input that were scanned; UTF-16 counts in its UTF-8 form.
    pub bytes: u64,
    /// Places that were looked at. The number depends on the [`Engine`], but not on chunks or threads.
    pub observables: u64,
    /// Words that were read because they may hold a hit, which is the most costly step. A word stands between white space, control bytes
    /// and quotes. Zero if everything is read and no words are counted, for example with the [scalar
    /// engine](Engine::Scalar).
    pub words: u64,
    /// Hits that were handed over.
    pub hits: u64,
    /// Pairs of observable and indicator in those hits.
    pub matches: u64,
    /// Matches that were found but not reported.
    pub withheld: Withheld,
    /// Hits on lines without a time, or over the cap on lines, if a time was asked for.
    pub undated: u64,
    /// The scan was cancelled by its [`ScanControl`] before its end.
    pub is_cancelled: bool,
}

/// One line, for a log of the program.
///
/// ```
/// use netsieve::{Scanner, Sieve};
///
/// let sieve = Sieve::builder().build()?.0;
/// assert_eq!(Scanner::new(&sieve).scan("GET /\n", |_| {}).to_string(), "0 hits with 0 matches in 6 bytes");
/// # Ok::<(), netsieve::Error>(())
/// ```
impl fmt::Display for ScanStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, matches, bytes, .. } = self;
        let plural = |count: u64, many| if count == 1 { "" } else { many };
        let (s, es) = (plural(*hits, "s"), plural(*matches, "es"));
        write!(f, "{hits} hit{s} with {matches} match{es} in {bytes} byte{}", plural(*bytes, "s"))?;
        f.write_str(if self.is_cancelled { ", cancelled" } else { "" })
    }
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
