//! `logscan lint`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use jiff::Timestamp;
use netsieve::indicator::{Construct, WarningKind};
use netsieve::render::Escaped;
use netsieve::sieve::{Expired, FeedReport, HomePage, NoEffect, Noted, Overlap, Popular, Ranking, Shadow, Subsumed};
use netsieve::{BuildReport, Reject, Sieve};
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::cli::LintArgs;
use crate::feeds::{self, Loaded};
use crate::say::exact;
use crate::summary::{counted, plural, thousands};

/// The number of examples of each kind to show without `--all`.
const SHOWN: usize = 3;

/// The number of entries that shadow others to show without `--all`.
const SHADOWS: usize = 20;

/// The shares of rejected values and of expired entries, in per cent, from which a feed is marked `check`.
const MANY_REJECTED: u64 = 5;
const MANY_EXPIRED: u64 = 50;

pub(crate) fn run(args: &LintArgs) -> Result<Outcome, Box<dyn Error>> {
    let shown = if args.all { usize::MAX } else { SHOWN };
    let mut ranking = Ranking::new();
    for text in &args.popular {
        feeds::read_ranking(text, &mut ranking)?;
    }
    let Loaded { sieve, report, failures } = feeds::load_each(&args.feeds, shown)?;
    let as_of = args.as_of.unwrap_or_else(Timestamp::now);
    let mut popular = sieve.popular(&ranking);
    popular.sort_by_key(|found| found.feed);
    let lint = Lint {
        expired: sieve.expired(as_of, shown),
        overlaps: sieve.overlaps(),
        popular,
        is_ranked: !ranking.is_empty(),
        sieve,
        report,
        failures,
        as_of,
        shown,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        crate::say::json_line(&mut out, &lint.json())?;
    } else {
        lint.text(&mut out)?;
    }
    out.flush()?;
    for failure in lint.failures.iter().flatten() {
        say!("logscan: {}", Escaped::new(failure));
    }
    let has_failed = lint.failures.iter().any(Option::is_some);
    let is_empty = lint.report.indicators == 0 && !lint.failures.iter().all(Option::is_some);
    if is_empty {
        say!("logscan: the feeds hold no indicator to look for");
    }
    let is_over = |feed: &&FeedReport| {
        let (rejected, taken) = (feed.rejected_total() as f64, feed.entries as f64);
        args.max_rejected.is_some_and(|most| rejected * 100.0 > most * (rejected + taken))
    };
    let over: Vec<&FeedReport> = lint.report.feeds.iter().filter(is_over).collect();
    for feed in &over {
        let (name, rejected) = (Escaped::new(&feed.name), feed.rejected_total());
        let values = counted(feed.entries + rejected, "value");
        say!("logscan: {name}: {} of {values} rejected", thousands(rejected));
    }
    Ok(match (has_failed || is_empty, over.is_empty()) {
        (true, _) => Outcome::Failed,
        (false, false) => Outcome::Nothing,
        (false, true) => Outcome::Found,
    })
}

/// Everything known about the feeds.
struct Lint {
    sieve: Sieve,
    report: BuildReport,
    /// For each feed, the reason why it could not be read, if so.
    failures: Vec<Option<String>>,
    as_of: Timestamp,
    /// By feed.
    expired: Vec<Expired>,
    overlaps: Vec<Overlap>,
    /// By feed, and within a feed by popularity, the most popular first.
    popular: Vec<Popular>,
    is_ranked: bool,
    shown: usize,
}

impl Lint {
    fn name(&self, feed: usize) -> &str {
        &self.report.feeds[feed].name
    }

    fn popular_of(&self, feed: usize) -> &[Popular] {
        let start = self.popular.partition_point(|found| found.feed < feed);
        let end = self.popular.partition_point(|found| found.feed <= feed);
        &self.popular[start..end]
    }

    /// `ok`, `check` or `failed`, and the reasons to check.
    fn status(&self, at: usize) -> (&'static str, Vec<String>) {
        if self.failures[at].is_some() {
            return ("failed", vec!["not read to the end".to_owned()]);
        }
        let feed = &self.report.feeds[at];
        let mut why = Vec::new();
        let rejected = percent(feed.rejected_total(), feed.entries + feed.rejected_total());
        if rejected >= MANY_REJECTED {
            why.push(format!("{rejected} % rejected"));
        }
        let expired = percent(self.expired[at].expired, feed.entries);
        if expired >= MANY_EXPIRED {
            why.push(format!("{expired} % expired"));
        }
        if feed.entries == 0 {
            why.push("nothing taken".to_owned());
        } else if feed.new == 0 && self.report.feeds.len() > 1 {
            why.push("nothing new".to_owned());
        }
        let popular = self.popular_of(at).len();
        if popular > 0 {
            why.push(format!("{popular} popular"));
        }
        let pages = self.report.home_pages.iter().filter(|page| page.feed == at).count();
        if pages > 0 {
            why.push(format!("{} of feeds", counted(pages as u64, "home page")));
        }
        if let Some(late) = feed.warnings_by_kind.get(&WarningKind::LateContext) {
            why.push(format!("{late} read without their context"));
        }
        let noted = |kind, what, rest: &str| {
            let count = feed.warnings_by_kind.get(&kind);
            count.map(|&count| format!("{}{rest}", counted(count, what)))
        };
        why.extend(noted(WarningKind::UnreadableDate, "unreadable date", ""));
        why.extend(noted(WarningKind::ConfidenceScale, "confidence", " of unknown scale"));
        why.extend(noted(WarningKind::SecondValue, "second value", " not read"));
        if feed.warnings_by_kind.contains_key(&WarningKind::SplitUrl) {
            why.push("URLs may go on after the delimiter".to_owned());
        }
        why.extend(noted(WarningKind::UnreadColumn, "column", " of values not read"));
        (if why.is_empty() { "ok" } else { "check" }, why)
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        let feeds = &self.report.feeds;
        let width = |length: fn(&FeedReport) -> usize| feeds.iter().map(length).max().unwrap_or(0).min(40);
        let names = width(|feed| feed.name.chars().count());
        let formats = width(|feed| format_of(feed).len());
        for (at, feed) in feeds.iter().enumerate() {
            let (status, why) = self.status(at);
            // Padded by hand, because `Escaped` ignores the width of the format.
            let gap = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.chars().count()));
            write!(out, "{status:6} {}{}", Escaped::new(&feed.name), gap(&feed.name, names))?;
            write!(out, "  {}{}", format_of(feed), gap(format_of(feed), formats))?;
            write!(
                out,
                "  {:9} {:7} {:3} % new",
                feed.entries,
                plural(feed.entries, "entry"),
                percent(feed.new, feed.indicators)
            )?;
            write!(out, " {:6} rejected {:6} skipped", feed.rejected_total(), feed.skipped_total())?;
            writeln!(out, "{}{}", if why.is_empty() { "" } else { "  <- " }, why.join(", "))?;
        }
        for (at, feed) in feeds.iter().enumerate() {
            writeln!(out)?;
            self.feed_text(out, at, feed)?;
        }
        self.between_text(out)?;
        writeln!(
            out,
            "\n{}, {} in memory",
            counted(self.report.indicators, "indicator"),
            counted(self.sieve.memory_usage() as u64, "byte")
        )
    }

    fn feed_text(&self, out: &mut impl Write, at: usize, feed: &FeedReport) -> io::Result<()> {
        self.head_text(out, at, feed)?;
        self.entries_text(out, feed)?;
        self.remarks_text(out, at, feed)
    }

    /// Writes the names of a feed: its own, its file, its format, its titles.
    fn head_text(&self, out: &mut impl Write, at: usize, feed: &FeedReport) -> io::Result<()> {
        let (name, path) = (Escaped::new(&feed.name), Escaped::new(&feed.path));
        writeln!(out, "{name} ({path}, {}, {})", format_of(feed), feed.action.as_str())?;
        if let Some(failure) = &self.failures[at] {
            writeln!(out, "  failed; the rest of this entry is about its beginning only: {}", Escaped::new(failure))?;
        }
        if !feed.titles.is_empty() {
            let titles: Vec<String> =
                feed.titles.iter().take(self.shown).map(|title| Escaped::new(title).to_string()).collect();
            let more = if feed.titles.len() > titles.len() { ", …" } else { "" };
            writeln!(out, "  calls itself: {}{more}", titles.join(", "))?;
        }
        Ok(())
    }

    /// Writes the counts of a feed's entries: by kind, and in relation to other entries.
    fn entries_text(&self, out: &mut impl Write, feed: &FeedReport) -> io::Result<()> {
        writeln!(
            out,
            "  {}, {}: {}, {}, {}, {}{}",
            counted(feed.lines, "line"),
            counted(feed.entries, "entry"),
            counted(feed.ips, "address"),
            counted(feed.domains, "domain"),
            counted(feed.urls, "URL"),
            counted(feed.patterns, "pattern"),
            exact(feed.hashes, feed.emails)
        )?;
        let mut kinds = vec![
            (feed.prefixes, counted(feed.prefixes, "prefix")),
            (feed.ranges, counted(feed.ranges, "range")),
            (feed.v6, format!("{} IPv6", thousands(feed.v6))),
        ];
        for (scope, &count) in &feed.domains_by_scope {
            kinds.push((count, format!("{} of scope {scope}", counted(count, "domain"))));
        }
        kinds.extend([
            (feed.host_urls, format!("{} of a whole host", counted(feed.host_urls, "URL"))),
            (feed.with_port, format!("{} with a port", thousands(feed.with_port))),
            (feed.allowing, format!("{} to allow", thousands(feed.allowing))),
        ]);
        let kinds: Vec<String> = kinds.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
        if !kinds.is_empty() {
            writeln!(out, "  of them {}", kinds.join(", "))?;
        }
        let distinct = counted(feed.indicators, "distinct indicator");
        writeln!(out, "  {distinct}, {} in no other feed", thousands(feed.new))?;
        writeln!(
            out,
            "  {}, {} shared with earlier feeds, {} covered by wider indicators",
            counted(feed.duplicates, "duplicate"),
            thousands(feed.shared),
            thousands(feed.subsumed)
        )?;
        for (&by, &count) in &feed.subsumed_by {
            let count = thousands(count);
            writeln!(out, "    {count} beneath those of {}", Escaped::new(self.name(by)))?;
        }
        for found in &feed.subsumed_examples {
            let (by, line) = (Escaped::new(self.name(found.by_feed)), found.by_line);
            let (indicator, wider) = (Escaped::new(&found.indicator), Escaped::new(&found.by));
            writeln!(out, "    line {}: {indicator} beneath {wider} ({by}:{line})", found.line)?;
        }
        Ok(())
    }

    /// Writes the lines of a feed that need attention: rejected, skipped and changed ones, expired entries, popular values, home pages.
    fn remarks_text(&self, out: &mut impl Write, at: usize, feed: &FeedReport) -> io::Result<()> {
        writeln!(
            out,
            "  {} rejected, {} skipped, {} taken with a change",
            thousands(feed.rejected_total()),
            thousands(feed.skipped_total()),
            thousands(feed.warnings_total())
        )?;
        notes(out, &feed.rejected_by_reason, &feed.rejected, self.shown, |what| what.to_string())?;
        notes(out, &feed.skipped_by_kind, &feed.skipped, self.shown, |what| what.message().to_owned())?;
        notes(out, &feed.warnings_by_kind, &feed.warnings, self.shown, |what| what.message().to_owned())?;
        let Expired { dated, expired, examples, .. } = &self.expired[at];
        if *dated > 0 {
            let dated = counted(*dated, "dated entry");
            writeln!(out, "  {} of {dated} expired as of {}", thousands(*expired), self.as_of)?;
            for noted in examples {
                writeln!(out, "    line {}: {} until {}", noted.line, Escaped::new(&noted.value), noted.what)?;
            }
        }
        let popular = self.popular_of(at);
        if self.is_ranked {
            writeln!(out, "  {} covering something popular", counted(popular.len() as u64, "indicator"))?;
        }
        for found in popular.iter().take(self.shown) {
            let (indicator, covers) = (Escaped::new(&found.indicator), Escaped::new(&found.covers));
            writeln!(out, "    line {}: {indicator} covers {covers}, number {}", found.line, found.rank)?;
        }
        let pages: Vec<_> = self.report.home_pages.iter().filter(|page| page.feed == at).collect();
        if !pages.is_empty() {
            writeln!(out, "  {} of feeds", counted(pages.len() as u64, "home page"))?;
        }
        for page in pages.iter().take(self.shown) {
            let (indicator, of) = (Escaped::new(&page.indicator), Escaped::new(self.name(page.of)));
            writeln!(out, "    line {}: {indicator} covers {}, of {of}", page.line, Escaped::new(&page.page))?;
        }
        Ok(())
    }

    /// Writes the relations between feeds: overlaps, and entries that shadow others.
    fn between_text(&self, out: &mut impl Write) -> io::Result<()> {
        if !self.overlaps.is_empty() {
            writeln!(out)?;
        }
        for overlap in &self.overlaps {
            let [a, b] = [overlap.feeds.0, overlap.feeds.1].map(|feed| Escaped::new(self.name(feed)));
            write!(out, "{a} and {b} have {} in common", counted(overlap.indicators, "indicator"))?;
            if overlap.v4_addresses > 0 {
                write!(out, ", {}", counted(overlap.v4_addresses, "IPv4 address"))?;
            }
            if overlap.v6_prefixes > 0 {
                write!(out, ", {}", counted(overlap.v6_prefixes, "IPv6 prefix"))?;
            }
            writeln!(out)?;
        }
        if !self.report.shadows.is_empty() {
            writeln!(out)?;
        }
        // The entries that shadow most come first.
        let mut shadows: Vec<&Shadow> = self.report.shadows.iter().collect();
        shadows.sort_by_key(|shadow| std::cmp::Reverse((shadow.wholly, shadow.partly)));
        let shown = if self.shown > SHOWN { usize::MAX } else { SHADOWS };
        for shadow in shadows.iter().take(shown) {
            let examples: Vec<String> =
                shadow.examples.iter().map(|example| Escaped::new(example).to_string()).collect();
            writeln!(
                out,
                "{} ({}:{}) shadows {} wholly, {} in part: {}",
                Escaped::new(&shadow.allow),
                Escaped::new(&shadow.feed),
                shadow.line,
                counted(shadow.wholly, "indicator"),
                thousands(shadow.partly),
                examples.join(", ")
            )?;
        }
        if shadows.len() > shown {
            writeln!(out, "more entries that shadow something, see --all: {}", shadows.len() - shown)?;
        }
        for entry in self.report.without_effect.iter().take(shown) {
            let examples: Vec<String> =
                entry.examples.iter().map(|example| Escaped::new(example).to_string()).collect();
            // A pattern can also take from names above those that it matches.
            let is_pattern = entry.allow.contains(['*', '?']);
            let which = if is_pattern { "more specific than it" } else { "beneath it" };
            let allow = Escaped::new(&entry.allow);
            write!(out, "{allow} ({}:{}) has no effect", Escaped::new(&entry.feed), entry.line)?;
            if entry.beneath == 0 {
                writeln!(out, ": no allow entry suppresses a listed URL with a path")?;
                continue;
            }
            let beneath = counted(entry.beneath, "indicator");
            writeln!(out, " on {beneath} {which}; `allow_all` would: {}", examples.join(", "))?;
        }
        if self.report.without_effect.len() > shown {
            writeln!(out, "more entries without effect, see --all: {}", self.report.without_effect.len() - shown)?;
        }
        Ok(())
    }

    /// The report as JSON, with the content of the text.
    fn json(&self) -> Value {
        let feeds: Vec<Value> =
            self.report.feeds.iter().enumerate().map(|(at, feed)| self.feed_json(at, feed)).collect();
        let shadow = |shadow: &Shadow| {
            json!({
                "allow": shadow.allow,
                "action": shadow.action.as_str(),
                "feed": shadow.feed,
                "line": shadow.line,
                "wholly": shadow.wholly,
                "partly": shadow.partly,
                "examples": shadow.examples,
            })
        };
        let without = |entry: &NoEffect| {
            json!({
                "allow": entry.allow,
                "feed": entry.feed,
                "line": entry.line,
                "beneath": entry.beneath,
                "examples": entry.examples,
            })
        };
        let overlap = |overlap: &Overlap| {
            json!({
                "feeds": [self.name(overlap.feeds.0), self.name(overlap.feeds.1)],
                "indicators": overlap.indicators,
                "v4_addresses": overlap.v4_addresses,
                "v6_prefixes": overlap.v6_prefixes,
            })
        };
        json!({
            "as_of": self.as_of.to_string(),
            "feeds": feeds,
            "shadows": self.report.shadows.iter().map(shadow).collect::<Vec<_>>(),
            "without_effect": self.report.without_effect.iter().map(without).collect::<Vec<_>>(),
            "overlaps": self.overlaps.iter().map(overlap).collect::<Vec<_>>(),
            "indicators": self.report.indicators,
            "bytes": self.sieve.memory_usage(),
        })
    }

    fn feed_json(&self, at: usize, feed: &FeedReport) -> Value {
        let (status, why) = self.status(at);
        let scopes: Map<String, Value> =
            feed.domains_by_scope.iter().map(|(scope, &count)| (scope.as_str().to_owned(), count.into())).collect();
        let subsumed_by: Map<String, Value> =
            feed.subsumed_by.iter().map(|(&by, &count)| (self.name(by).to_owned(), count.into())).collect();
        let subsumed = |found: &Subsumed| {
            json!({
                "line": found.line,
                "indicator": found.indicator,
                "by": found.by,
                "by_feed": self.name(found.by_feed),
                "by_line": found.by_line,
            })
        };
        let expired = &self.expired[at];
        let ended = |noted: &Noted<Timestamp>| json!({"line": noted.line, "value": noted.value, "what": noted.what.to_string()});
        let popular = |found: &Popular| {
            let Popular { line, indicator, covers, rank, .. } = found;
            json!({"line": line, "indicator": indicator, "covers": covers, "rank": rank})
        };
        let pages = self.report.home_pages.iter().filter(|page| page.feed == at);
        let page = |page: &HomePage| json!({"line": page.line, "indicator": page.indicator, "page": page.page, "of": self.name(page.of)});
        let mut object = json!({
            "feed": feed.name,
            "status": status,
            "check": why,
            "path": feed.path,
            "format": feed.format,
            "action": feed.action.as_str(),
            "titles": feed.titles,
            "lines": feed.lines,
            "entries": feed.entries,
            "ips": feed.ips,
            "prefixes": feed.prefixes,
            "ranges": feed.ranges,
            "v6": feed.v6,
            "domains": feed.domains,
            "domains_by_scope": scopes,
            "urls": feed.urls,
            "host_urls": feed.host_urls,
            "patterns": feed.patterns,
            "hashes": feed.hashes,
            "emails": feed.emails,
            "with_port": feed.with_port,
            "allowing": feed.allowing,
            "indicators": feed.indicators,
            "new": feed.new,
            "duplicates": feed.duplicates,
            "shared": feed.shared,
            "subsumed": feed.subsumed,
            "subsumed_by": subsumed_by,
            "subsumed_lines": feed.subsumed_examples.iter().map(subsumed).collect::<Vec<_>>(),
            "rejected": counts(&feed.rejected_by_reason, Reject::code),
            "skipped": counts(&feed.skipped_by_kind, Construct::code),
            "warnings": counts(&feed.warnings_by_kind, WarningKind::code),
            "rejected_lines": examples(&feed.rejected, Reject::code),
            "skipped_lines": examples(&feed.skipped, Construct::code),
            "warning_lines": examples(&feed.warnings, WarningKind::code),
            "dated": expired.dated,
            "expired": expired.expired,
            "expired_lines": expired.examples.iter().map(ended).collect::<Vec<_>>(),
            "home_pages": pages.take(self.shown).map(page).collect::<Vec<_>>(),
        });
        if self.is_ranked {
            let found = self.popular_of(at);
            object["popular"] = found.len().into();
            object["popular_lines"] = found.iter().take(self.shown).map(popular).collect();
        }
        if let Some(failure) = &self.failures[at] {
            object["error"] = failure.as_str().into();
        }
        object
    }
}

fn format_of(feed: &FeedReport) -> &str {
    feed.format.as_deref().unwrap_or("unknown")
}

fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100) / whole.max(1)
}

/// Writes the count of each kind, with its first examples.
fn notes<K: Copy + Ord>(
    out: &mut impl Write,
    counts: &BTreeMap<K, u64>,
    noted: &[Noted<K>],
    shown: usize,
    message: fn(K) -> String,
) -> io::Result<()> {
    for (&kind, count) in counts {
        writeln!(out, "    {count} × {}", message(kind))?;
        for noted in noted.iter().filter(|noted| noted.what == kind).take(shown) {
            writeln!(out, "      line {}: {}: {}", noted.line, Escaped::new(&noted.value), message(kind))?;
        }
    }
    Ok(())
}

fn counts<K: Copy>(counts: &BTreeMap<K, u64>, code: fn(K) -> &'static str) -> Value {
    counts.iter().map(|(&kind, &count)| (code(kind).to_owned(), count.into())).collect::<Map<_, _>>().into()
}

fn examples<K: Copy>(noted: &[Noted<K>], code: fn(K) -> &'static str) -> Value {
    let example = |noted: &Noted<K>| json!({"line": noted.line, "value": noted.value, "what": code(noted.what)});
    noted.iter().map(example).collect()
}
