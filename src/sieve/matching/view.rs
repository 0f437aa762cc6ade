//! Views of what a sieve holds: matches, indicators, and the feeds' entries for them.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

use crate::indicator::{Action, DomainName, EmailAddress, Feed, Indicator, Kind, Pattern, Scope, Url};
use crate::sieve::flat::strings::StrId;
use crate::sieve::layers::{Layer, Layers};
use crate::sieve::matching::derived::Derived;
use crate::sieve::matching::filter::{Resolved, is_valid_at};
use crate::sieve::matching::options::{Relation, Strength, Withheld};
use crate::sieve::matching::raw::RawMatch;
use crate::sieve::tables::Tables;
use crate::sieve::tables::attributes::AttributeSet;
use crate::sieve::tables::indicators::Value;

/// The matches of one observable, most specific first.
///
/// ```
/// use netsieve::{Indicator, Sieve};
///
/// let (sieve, _) = Sieve::builder()
///     .add("ours", "evil.test".parse::<Indicator>()?)
///     .add("ours", "test".parse::<Indicator>()?)
///     .add("ours", "www.evil.test".parse::<Indicator>()?)
///     .build()?;
/// let mut matcher = sieve.matcher();
/// let matches = matcher.lookup("www.evil.test")?;
/// let listed: Vec<String> = matches.iter().map(|found| found.indicator().to_string()).collect();
/// assert_eq!(listed, ["www.evil.test", "evil.test"]);
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Matches<'m> {
    layers: &'m Layers,
    filter: &'m Resolved,
    found: &'m [RawMatch],
    withheld: Withheld,
    at: Option<i64>,
}

impl<'m> Matches<'m> {
    pub(in crate::sieve) fn new(
        layers: &'m Layers,
        filter: &'m Resolved,
        found: &'m [RawMatch],
        withheld: Withheld,
    ) -> Self {
        Self { layers, filter, found, withheld, at: None }
    }

    /// Limits the sources to the entries that are valid at that second.
    #[cfg_attr(not(feature = "events"), expect(dead_code, reason = "only events have a time"))]
    pub(crate) fn at(self, second: Option<i64>) -> Self {
        Self { at: second, ..self }
    }

    /// Returns the number of indicators that match.
    #[inline]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Returns true if nothing matches.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The most specific match.
    #[inline]
    pub fn first(&self) -> Option<Match<'m>> {
        let Self { layers, filter, found, at, .. } = *self;
        found.first().map(|&raw| Match { layers, filter, raw, at })
    }

    /// Iterates over the matches, most specific first.
    #[inline]
    pub fn iter(&self) -> MatchesIter<'m> {
        (*self).into_iter()
    }

    /// Counts of the matches that the lookup found but did not report.
    ///
    /// ```
    /// use netsieve::{Action, Feed, Indicator, Sieve};
    ///
    /// let allowed = Feed::new("ours").action(Action::Allow);
    /// let (sieve, _) = Sieve::builder()
    ///     .add("partner", "shop.test".parse::<Indicator>()?)
    ///     .add(allowed, "shop.test".parse::<Indicator>()?)
    ///     .build()?;
    /// let mut matcher = sieve.matcher();
    /// let matches = matcher.match_any("shop.test");
    /// assert!(matches.is_empty());
    /// assert_eq!(matches.withheld().allowed, 1);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn withheld(&self) -> Withheld {
        self.withheld
    }
}

impl<'m> IntoIterator for Matches<'m> {
    type Item = Match<'m>;
    type IntoIter = MatchesIter<'m>;

    fn into_iter(self) -> MatchesIter<'m> {
        MatchesIter { of: self, next: 0 }
    }
}

impl<'m> IntoIterator for &Matches<'m> {
    type Item = Match<'m>;
    type IntoIter = MatchesIter<'m>;

    fn into_iter(self) -> MatchesIter<'m> {
        (*self).into_iter()
    }
}

/// An iterator over the matches of one observable.
#[derive(Clone, Debug)]
pub struct MatchesIter<'m> {
    of: Matches<'m>,
    next: usize,
}

impl<'m> Iterator for MatchesIter<'m> {
    type Item = Match<'m>;

    #[inline]
    fn next(&mut self) -> Option<Match<'m>> {
        let Matches { layers, filter, found, at, .. } = self.of;
        let &raw = found.get(self.next)?;
        self.next += 1;
        Some(Match { layers, filter, raw, at })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.of.found.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for MatchesIter<'_> {}

impl fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One indicator that covers the observable.
///
/// ```
/// use netsieve::{Indicator, Relation, Sieve, Strength};
///
/// let (sieve, _) = Sieve::builder().add("ours", "evil.test:8080".parse::<Indicator>()?).build()?;
/// let found = sieve.lookup("www.evil.test")?;
/// let first = found.first().unwrap();
/// assert_eq!((first.relation(), first.strength(), first.derived()), (Relation::Subdomain, Strength::PortUnseen, None));
/// assert_eq!(first.indicator().port(), Some(8080));
/// // Keep it after the sieve is gone.
/// let kept = first.to_owned();
/// assert_eq!(kept.to_string(), "evil.test:8080 (subdomain, port_unseen) ours");
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Match<'m> {
    layers: &'m Layers,
    filter: &'m Resolved,
    raw: RawMatch,
    at: Option<i64>,
}

impl<'m> Match<'m> {
    /// The indicator that matches.
    #[inline]
    pub fn indicator(&self) -> IndicatorRef<'m> {
        IndicatorRef::of(self.layers, self.raw.id)
    }

    /// The way in which the indicator covers the observable.
    pub fn relation(&self) -> Relation {
        self.raw.relation
    }

    /// The certainty of the match.
    pub fn strength(&self) -> Strength {
        self.raw.strength
    }

    /// The IPv6 transition mechanism, if the indicator covers the IPv4 address embedded in the observed IPv6 address;
    /// `None` if the indicator covers the observable itself.
    pub fn derived(&self) -> Option<Derived> {
        self.raw.derived
    }

    /// Iterates over the indicator's block entries that pass the filter, by feed and line. There is at least one.
    pub fn sources(&self) -> impl Iterator<Item = Source<'m>> + use<'m> {
        let (layer, id) = self.layers.of(self.raw.id);
        let (filter, at, is_overlay) = (self.filter, self.at, layer.is_overlay);
        let is_valid =
            move |source: &Source<'_>| at.is_none_or(|second| is_valid_at(source.tables, source.attributes(), second));
        IndicatorRef::in_layer(layer, id).sources().filter(move |source| {
            source.action() == Action::Block && filter.passes(is_overlay, source.attributes()) && is_valid(source)
        })
    }
}

/// One line for people: the indicator, the relation, the strength (unless it is strong), and each entry as its feed and line.
///
/// `evil.test (subdomain) partner:7, ours:2`
impl fmt::Display for Match<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.indicator(), self.relation())?;
        if self.strength() != Strength::Strong {
            write!(f, ", {}", self.strength())?;
        }
        f.write_str(")")?;
        for (number, source) in self.sources().enumerate() {
            write!(f, "{}{source}", if number == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Match<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Match")
            .field("indicator", &self.indicator())
            .field("relation", &self.relation())
            .field("strength", &self.strength())
            .finish_non_exhaustive()
    }
}

/// An indicator of a sieve. `Display` writes its canonical text, as for [`Indicator`].
///
/// ```
/// use netsieve::{Indicator, Kind, Scope, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("ours", "evil.test:8080".parse::<Indicator>()?).build()?;
/// let indicator = sieve.indicators().next().unwrap();
/// assert_eq!((indicator.kind(), indicator.scope(), indicator.port()), (Kind::Domain, Some(Scope::Suffix), Some(8080)));
/// assert_eq!((indicator.id(), indicator.to_string()), (0, "evil.test:8080".to_owned()));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct IndicatorRef<'m> {
    tables: &'m Tables,
    id: u32,
    /// The id of the first indicator of these tables.
    first: u32,
}

impl<'m> IndicatorRef<'m> {
    pub(in crate::sieve) fn new(tables: &'m Tables, id: u32) -> Self {
        Self { tables, id, first: 0 }
    }

    #[inline]
    pub(in crate::sieve) fn of(layers: &'m Layers, id: u32) -> Self {
        let (layer, number) = layers.of(id);
        Self::in_layer(layer, number)
    }

    #[inline]
    fn in_layer(layer: Layer<'m>, id: u32) -> Self {
        Self { tables: layer.tables, id, first: layer.first }
    }

    /// The tables that hold it, and its number there.
    pub(in crate::sieve) fn place(&self) -> (&'m Tables, u32) {
        (self.tables, self.id)
    }

    /// A number that identifies the indicator within this sieve, less than [`Sieve::len`](crate::sieve::Sieve::len). In a sieve that
    /// [`Sieve::with`](crate::sieve::Sieve::with) changed, ids have gaps and can be larger than that.
    #[inline]
    pub fn id(&self) -> u32 {
        self.first + self.id
    }

    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        self.tables.indicators.value(self.id).kind()
    }

    /// The scope of a domain or of a URL's host; `None` for other kinds.
    pub fn scope(&self) -> Option<Scope> {
        self.tables.indicators.scope(self.id)
    }

    /// The port to which the indicator is limited.
    pub fn port(&self) -> Option<u16> {
        self.tables.indicators.port(self.id)
    }

    /// Returns an owned copy of the indicator. Allocates. Returns `None` only if the sieve's file was damaged in a way
    /// that the checks cannot see; a sieve built in memory always returns the indicator.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let listed: Indicator = "evil.test".parse()?;
    /// let (sieve, _) = Sieve::builder().add("partner", listed.clone()).build()?;
    /// let copies: Vec<Indicator> = sieve.indicators().filter_map(|indicator| indicator.to_indicator()).collect();
    /// assert_eq!(copies, [listed]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn to_indicator(&self) -> Option<Indicator> {
        let strings = &self.tables.strings;
        let port = self.port();
        Some(match self.tables.indicators.value(self.id) {
            Value::Net(net) => Indicator::Ip { net, port },
            Value::Range(first, last) => Indicator::IpRange { first, last, port },
            Value::Domain(name) => {
                Indicator::Domain { name: DomainName::parse(strings.get(name)).ok()?, scope: self.scope()?, port }
            }
            Value::Url(text) => Indicator::Url { url: Url::parse(strings.get(text)).ok()?, host_scope: self.scope()? },
            Value::Pattern(text, target) => Indicator::Pattern(Pattern::new(target, strings.get(text)).ok()?),
            Value::Hash(row) => Indicator::Hash(self.tables.digests.get(row)?),
            Value::Email(text) => Indicator::Email(EmailAddress::parse(strings.get(text)).ok()?),
        })
    }

    /// Iterates over all entries of the indicator, by feed and line, including allow entries and those that a filter drops.
    pub fn sources(&self) -> impl Iterator<Item = Source<'m>> + use<'m> {
        let (tables, id) = (self.tables, self.id);
        tables.entries.of(id).map(move |row| Source { tables, id, row })
    }
}

impl fmt::Display for IndicatorRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_text(self.tables, self.id, f)
    }
}

impl fmt::Debug for IndicatorRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Writes the canonical text of an indicator, the same as `Indicator`'s `Display`.
pub(in crate::sieve) fn write_text(tables: &Tables, id: u32, f: &mut dyn fmt::Write) -> fmt::Result {
    let port = tables.indicators.port(id);
    match tables.indicators.value(id) {
        Value::Net(net) => write!(f, "{}", Indicator::Ip { net, port }),
        Value::Range(first, last) => write!(f, "{}", Indicator::IpRange { first, last, port }),
        Value::Domain(name) => {
            f.write_str(tables.strings.get(name))?;
            port.map_or(Ok(()), |port| write!(f, ":{port}"))
        }
        Value::Url(text) | Value::Pattern(text, _) | Value::Email(text) => f.write_str(tables.strings.get(text)),
        Value::Hash(row) => tables.digests.get(row).map_or(Ok(()), |hash| write!(f, "{hash}")),
    }
}

/// One feed's entry for an indicator.
///
/// ```
/// use netsieve::indicator::Record;
/// use netsieve::{Indicator, Sieve};
///
/// let mut record = Record::new("evil.test".parse::<Indicator>()?, 7, "evil[.]test");
/// record.attributes.family = Some("Emotet".into());
/// record.attributes.id = Some("event-12".into());
/// let (sieve, _) = Sieve::builder().add("partner", record).build()?;
///
/// let mut matcher = sieve.matcher();
/// let source = matcher.lookup("www.evil.test")?.first().unwrap().sources().next().unwrap();
/// assert_eq!((source.feed_index(), source.line()), (0, Some(7)));
/// assert_eq!(source.as_listed(), "evil[.]test");
/// assert_eq!((source.family(), source.object_id()), (Some("Emotet"), Some("event-12")));
/// # Ok::<(), netsieve::Error>(())
/// ```
///
/// The entry keeps the properties that its feed states:
///
/// ```
/// use netsieve::indicator::Record;
/// use netsieve::jiff::Timestamp;
/// use netsieve::{Action, Feed, Indicator, Sieve};
///
/// let time = |text: &str| text.parse::<Timestamp>().ok();
/// let mut record = Record::new("evil.test".parse::<Indicator>()?, 7, "EVIL.test");
/// record.attributes.first_seen = time("2026-05-01T00:00:00Z");
/// record.attributes.valid_until = time("2026-06-01T00:00:00Z");
/// record.attributes.reference = Some("https://partner.example/12".into());
/// let (sieve, _) = Sieve::builder().add(Feed::new("partner").tag("c2").confidence(80), record).build()?;
///
/// let found = sieve.lookup("evil.test")?;
/// let source = found.first().unwrap().sources().next().unwrap();
/// assert_eq!((source.action(), source.confidence(), source.score()), (Action::Block, Some(80), None));
/// assert_eq!((source.first_seen(), source.last_seen()), (time("2026-05-01T00:00:00Z"), None));
/// assert_eq!((source.valid_from(), source.valid_until()), (None, time("2026-06-01T00:00:00Z")));
/// assert_eq!((source.reference(), source.description()), (Some("https://partner.example/12"), None));
/// assert_eq!((source.tags().collect::<Vec<_>>(), source.to_owned().line), (vec!["c2"], Some(7)));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Source<'m> {
    tables: &'m Tables,
    id: u32,
    row: u32,
}

impl<'m> Source<'m> {
    fn attributes(&self) -> u32 {
        self.tables.entries.attributes(self.row)
    }

    fn set(&self) -> AttributeSet {
        self.tables.attributes.get(self.attributes())
    }

    fn text(&self, id: StrId) -> Option<&'m str> {
        id.some().map(|id| self.tables.strings.get(id))
    }

    fn column(&self, id: Option<StrId>) -> Option<&'m str> {
        id.map(|id| self.tables.strings.get(id))
    }

    /// The feed.
    pub fn feed(&self) -> &'m Feed {
        &self.tables.feeds[self.feed_index()]
    }

    /// The number of the feed, in the order of declaration.
    pub fn feed_index(&self) -> usize {
        self.tables.attributes.feed(self.attributes()) as usize
    }

    /// The action that the entry asks for.
    pub fn action(&self) -> Action {
        self.tables.attributes.action(self.attributes())
    }

    /// The line number in the feed, from 1.
    pub fn line(&self) -> Option<u32> {
        let line = self.tables.entries.line(self.row);
        (line > 0).then_some(line)
    }

    /// The value as the feed wrote it. Allocates if that is the canonical text and the indicator is not stored as text.
    pub fn as_listed(&self) -> Cow<'m, str> {
        if let Some(listed) = self.column(self.tables.entries.as_listed(self.row)) {
            return Cow::Borrowed(listed);
        }
        match (self.tables.indicators.value(self.id), self.tables.indicators.port(self.id)) {
            (Value::Domain(text), None) | (Value::Url(text) | Value::Pattern(text, _) | Value::Email(text), _) => {
                Cow::Borrowed(self.tables.strings.get(text))
            }
            _ => Cow::Owned(IndicatorRef::new(self.tables, self.id).to_string()),
        }
    }

    /// Iterates over the entry's tags, those of the feed as a whole first.
    pub fn tags(&self) -> impl Iterator<Item = &'m str> + use<'m> {
        let tables = self.tables;
        tables.attributes.tags(self.attributes()).map(|tag| tables.strings.get(StrId(tag)))
    }

    /// The malware family.
    pub fn family(&self) -> Option<&'m str> {
        self.text(self.set().family)
    }

    /// The feed's confidence in the entry, 0 to 100.
    pub fn confidence(&self) -> Option<u8> {
        self.set().confidence
    }

    /// Any other numeric rating that the feed gives.
    pub fn score(&self) -> Option<f64> {
        self.set().score
    }

    /// The time when the indicator was first seen, to the second.
    pub fn first_seen(&self) -> Option<Timestamp> {
        time(self.set().first_seen)
    }

    /// The time when the indicator was last seen, to the second.
    pub fn last_seen(&self) -> Option<Timestamp> {
        time(self.set().last_seen)
    }

    /// The start of the indicator's validity, to the second.
    pub fn valid_from(&self) -> Option<Timestamp> {
        time(self.set().valid_from)
    }

    /// The end of the indicator's validity, to the second; exclusive.
    pub fn valid_until(&self) -> Option<Timestamp> {
        time(self.set().valid_until)
    }

    /// The feed's own id for the entry: of an object, an event or a signature.
    pub fn object_id(&self) -> Option<&'m str> {
        self.column(self.tables.entries.object(self.row))
    }

    /// A pointer to more about the indicator, such as a URL.
    pub fn reference(&self) -> Option<&'m str> {
        self.column(self.tables.entries.reference(self.row))
    }

    /// The feed's description of the indicator, in prose.
    pub fn description(&self) -> Option<&'m str> {
        self.column(self.tables.entries.description(self.row))
    }
}

/// The feed, and the line if it is known: `partner:7`.
impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.feed().name)?;
        self.line().map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn time(seconds: Option<i64>) -> Option<Timestamp> {
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
}
