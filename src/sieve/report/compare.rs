//! The differences between two sieves.

use std::collections::HashSet;
use std::fmt;

use crate::error::{Error, Result};
use crate::indicator::Action;
use crate::sieve::build::suffixes::PublicSuffixes;
use crate::sieve::matching::view::{IndicatorRef, Source};
use crate::sieve::report::counterparts::{Counterparts, record};
use crate::sieve::set::Sieve;
use crate::sieve::tables::indicators::Flags;

/// The kind of difference between two sieves in a feed's listing of an indicator.
///
/// ```
/// use netsieve::sieve::Change;
///
/// assert_eq!(Change::Added.as_str(), "added");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Change {
    /// The feed lists the indicator only in the new sieve.
    Added,
    /// The feed lists the indicator only in the old sieve.
    Removed,
    /// The feed lists the indicator in both, but with a different action, tags, family, confidence, score, dates,
    /// reference, description, id or spelling. The line number is ignored.
    Changed,
}

impl Change {
    /// `added`, `removed` or `changed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One difference between two sieves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Difference<'s> {
    /// The kind of difference.
    pub change: Change,
    /// The name of the feed.
    pub feed: &'s str,
    /// The indicator: that of the old sieve if it was removed, otherwise that of the new one.
    pub indicator: IndicatorRef<'s>,
    /// True if no feed lists the indicator in the other sieve.
    pub is_whole: bool,
}

impl Sieve {
    /// Calls `found` with every difference from an older sieve: first for the indicators of this sieve, then for those
    /// that only the old one holds. Indicators are identified by value, scope and port, and feeds by name. Costs one
    /// pass over both sieves.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let sieve = |names: &[&str]| -> netsieve::Result<Sieve> {
    ///     let mut builder = Sieve::builder();
    ///     for name in names {
    ///         builder.add("partner", name.parse::<Indicator>()?);
    ///     }
    ///     Ok(builder.build()?.0)
    /// };
    /// let (old, new) = (sieve(&["evil.test", "gone.test"])?, sieve(&["evil.test", "fresh.test"])?);
    /// let mut lines = Vec::new();
    /// new.differences(&old, |found| lines.push(format!("{} {} {}", found.change, found.feed, found.indicator)));
    /// assert_eq!(lines, ["added partner fresh.test", "removed partner gone.test"]);
    ///
    /// // Only what is new, to search old logs for it.
    /// let fresh = new.additions(&old)?;
    /// assert!(fresh.matcher().is_match_any("fresh.test") && !fresh.matcher().is_match_any("evil.test"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    #[doc(alias = "diff")]
    pub fn differences<'s>(&'s self, old: &'s Sieve, mut found: impl FnMut(Difference<'s>)) {
        let before = Counterparts::new(old.indicators());
        let mut kept = HashSet::new();
        for indicator in self.indicators() {
            let Some(counterpart) = before.find(indicator) else {
                report_all(indicator, Change::Added, &mut found);
                continue;
            };
            kept.insert(counterpart.id());
            compare(indicator, counterpart, &mut found);
        }
        for indicator in old.indicators().filter(|indicator| !kept.contains(&indicator.id())) {
            report_all(indicator, Change::Removed, &mut found);
        }
    }

    /// Returns a sieve with the block indicators that are new since `old`, and all allow entries. Use it to search old
    /// logs for just those indicators that were unknown when the logs were first searched.
    ///
    /// An indicator is new if no block entry in `old` has its value, scope and port. It is not new if only another feed
    /// has begun to list it, or if a feed has changed what it says of it, because the logs have been searched for it.
    /// An indicator that was only allowed before is new. A block indicator of `old` whose allow entry has gone is not.
    ///
    /// # Errors
    ///
    /// Fails if an indicator of this sieve is not canonical, which cannot happen in a sieve that was built.
    pub fn additions(&self, old: &Sieve) -> Result<Sieve> {
        let before = Counterparts::new(old.indicators());
        let mut builder = Sieve::builder();
        // The indicators have passed the guards already.
        builder.public_suffixes(PublicSuffixes::empty());
        let feeds: Vec<_> = self
            .feeds()
            .iter()
            .map(|feed| {
                let mut feed = feed.clone();
                let policy = &mut feed.policy;
                (policy.admit_bogons, policy.admit_wide_prefixes, policy.admit_public_suffixes) = (true, true, true);
                policy.admit_well_known_files = true;
                builder.feed(feed)
            })
            .collect();
        for indicator in self.indicators() {
            let was_blocked = || before.find(indicator).is_some_and(|old| flags_of(old).has(Action::Block));
            let flags = flags_of(indicator);
            let is_new = flags.has(Action::Block) && !was_blocked();
            if !is_new && flags.is_plain_block() {
                continue;
            }
            let sources = indicator.sources().filter(|source| is_new || source.action() != Action::Block);
            let damage = || Error::damage("indicators", format!("{indicator} is not canonical"));
            for source in sources {
                let feed = feeds.get(source.feed_index()).ok_or_else(damage)?;
                builder.add(*feed, record(indicator.to_indicator().ok_or_else(damage)?, &source));
            }
        }
        Ok(builder.build()?.0)
    }
}

/// Returns what the entries of an indicator ask for, and whether it has a port.
fn flags_of(indicator: IndicatorRef<'_>) -> Flags {
    let (tables, id) = indicator.place();
    tables.indicators.flags(id)
}

/// Calls `found` for each feed of an indicator that the other sieve lacks.
fn report_all<'s>(indicator: IndicatorRef<'s>, change: Change, found: &mut impl FnMut(Difference<'s>)) {
    let mut last = None;
    for source in indicator.sources() {
        // Entries are grouped by feed.
        if last.replace(source.feed_index()) != Some(source.feed_index()) {
            found(Difference { change, feed: &source.feed().name, indicator, is_whole: true });
        }
    }
}

/// Calls `found` for each feed whose entries for an indicator differ.
fn compare<'s>(new: IndicatorRef<'s>, old: IndicatorRef<'s>, found: &mut impl FnMut(Difference<'s>)) {
    fn of<'s>(indicator: IndicatorRef<'s>, feed: &str) -> Vec<Source<'s>> {
        indicator.sources().filter(|source| source.feed().name == feed).collect()
    }
    let mut seen: Vec<&str> = Vec::new();
    for source in new.sources() {
        let feed = source.feed().name.as_str();
        if seen.contains(&feed) {
            continue;
        }
        seen.push(feed);
        let (now, mut before) = (of(new, feed), of(old, feed));
        let change = if before.is_empty() {
            Change::Added
        } else {
            let is_same = now.len() == before.len()
                && now.iter().all(|source| {
                    let at = before.iter().position(|old| says_the_same(source, old));
                    at.map(|at| before.swap_remove(at)).is_some()
                });
            if is_same {
                continue;
            }
            Change::Changed
        };
        found(Difference { change, feed, indicator: new, is_whole: false });
    }
    for source in old.sources() {
        let feed = source.feed().name.as_str();
        if !seen.contains(&feed) {
            seen.push(feed);
            found(Difference { change: Change::Removed, feed, indicator: old, is_whole: false });
        }
    }
}

fn says_the_same(a: &Source<'_>, b: &Source<'_>) -> bool {
    (a.action(), a.family(), a.confidence(), a.score().map(f64::to_bits))
        == (b.action(), b.family(), b.confidence(), b.score().map(f64::to_bits))
        && (a.first_seen(), a.last_seen()) == (b.first_seen(), b.last_seen())
        && (a.valid_from(), a.valid_until()) == (b.valid_from(), b.valid_until())
        && (a.object_id(), a.reference(), a.description()) == (b.object_id(), b.reference(), b.description())
        && a.as_listed() == b.as_listed()
        && a.tags().eq(b.tags())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{DomainName, Feed, Indicator, Record, Scope, Url};

    fn name(text: &str, scope: Scope) -> Indicator {
        Indicator::Domain { name: DomainName::parse(text).unwrap(), scope, port: None }
    }

    fn url(text: &str) -> Indicator {
        Indicator::Url { url: Url::parse(text).unwrap(), host_scope: Scope::Exact }
    }

    /// Feed, action, indicator, line and a tag.
    type Row = (usize, Option<Action>, Indicator, u32, &'static str);

    fn sieve(rows: Vec<Row>) -> Sieve {
        let mut builder = Sieve::builder();
        let feeds = [builder.feed(Feed::new("one").tag("own")), builder.feed(Feed::new("two"))];
        for (feed, action, indicator, line, tag) in rows {
            let mut record = Record::new(indicator, line, "listed");
            record.action = action;
            record.attributes.tags.push(tag.into());
            builder.add(feeds[feed], record);
        }
        builder.build().unwrap().0
    }

    fn old() -> Sieve {
        sieve(vec![
            (0, None, name("same.test", Scope::Suffix), 1, "a"),
            (0, None, name("gone.test", Scope::Suffix), 2, "a"),
            (0, None, name("other-scope.test", Scope::Suffix), 3, "a"),
            (0, None, name("retagged.test", Scope::Suffix), 4, "a"),
            (0, Some(Action::Allow), name("was-allowed.test", Scope::Exact), 5, "a"),
            (0, None, url("http://host.test/a"), 6, "a"),
            (1, None, name("moved.test", Scope::Exact), 1, "a"),
        ])
    }

    fn new() -> Sieve {
        sieve(vec![
            (0, None, name("same.test", Scope::Suffix), 77, "a"),
            (1, None, name("same.test", Scope::Suffix), 9, "a"),
            (0, None, name("other-scope.test", Scope::Exact), 3, "a"),
            (0, None, name("retagged.test", Scope::Suffix), 4, "b"),
            (0, None, name("was-allowed.test", Scope::Exact), 5, "a"),
            (1, None, url("https://host.test/a"), 6, "a"),
            (0, None, name("moved.test", Scope::Exact), 1, "a"),
            (0, Some(Action::Allow), name("ours.test", Scope::Exact), 8, "a"),
            (1, None, name("fresh.test", Scope::Suffix), 10, "a"),
        ])
    }

    #[test]
    fn differences_by_feed() {
        let (old, new) = (old(), new());
        let mut rows = Vec::new();
        new.differences(&old, |found| {
            let is_whole = if found.is_whole { "!" } else { "" };
            rows.push(format!("{is_whole}{} {} {}", found.change.as_str(), found.feed, found.indicator));
        });
        rows.sort();
        assert_eq!(
            rows,
            [
                "!added one other-scope.test",
                "!added one ours.test",
                "!added two fresh.test",
                "!removed one gone.test",
                "!removed one other-scope.test",
                "added one moved.test",
                "added two https://host.test/a",
                "added two same.test",
                "changed one retagged.test",
                "changed one was-allowed.test",
                "removed one http://host.test/a",
                "removed two moved.test",
            ]
        );
        let mut none = 0;
        new.differences(&new, |_| none += 1);
        assert_eq!(none, 0);
    }

    #[test]
    fn additions_are_what_could_not_be_found_before() {
        let added = new().additions(&old()).unwrap();
        let mut rows: Vec<String> = added.indicators().map(|indicator| indicator.to_string()).collect();
        rows.sort();
        assert_eq!(rows, ["fresh.test", "other-scope.test", "ours.test", "was-allowed.test"]);
        let mut matcher = added.matcher();
        assert!(matcher.is_match_any("x.fresh.test") && !matcher.is_match_any("same.test"));
        let found = matcher.match_any("fresh.test");
        let source = found.first().unwrap().sources().next().unwrap();
        assert_eq!((source.feed().name.as_str(), source.line(), &*source.as_listed()), ("two", Some(10), "listed"));
        assert_eq!(source.tags().collect::<Vec<_>>(), ["a"]);
        assert_eq!(new().additions(&new()).unwrap().len(), 1, "what is allowed");
    }
}
