//! The naive oracle: the design, written as plain loops.
//!
//! Nothing here is optimised, and nothing is shared with the engine except the canonicalisers, which have tests of
//! their own. [`World`] holds feeds and their rows; [`World::sieve`] compiles them, and [`Oracle`] scans them one by one.
#![allow(dead_code, reason = "each test binary uses a part of the oracle")]
#![allow(unreachable_pub, reason = "a module of test binaries, which reach all of it")]

pub mod extract;
pub mod lines;
pub mod scan;

use std::cmp::Reverse;
use std::net::IpAddr;

use jiff::Timestamp;
use netsieve::indicator::{HostRef, Pattern, PatternTarget, Record, UrlScratch, UrlView, WarningKind};
use netsieve::sieve::{Delta, PublicSuffixes, Withheld};
use netsieve::value::url::scheme_group;
use netsieve::value::{domain, ip, url};
use netsieve::{Action, Feed, Indicator, Kind, MatchOptions, Matches, Relation, Scope, Sieve, Strength};

/// One feed's listing.
#[derive(Clone, Debug)]
pub struct Row {
    pub feed: usize,
    pub indicator: Indicator,
    pub listed: String,
    pub action: Option<Action>,
    pub line: u32,
    pub tags: Vec<String>,
    pub confidence: Option<u8>,
    pub valid_until: Option<i64>,
}

impl Row {
    /// A row with the action of its feed, listed in canonical form.
    pub fn new(feed: usize, indicator: Indicator, line: u32) -> Self {
        let listed = indicator.to_string();
        Self { feed, indicator, listed, action: None, line, tags: Vec::new(), confidence: None, valid_until: None }
    }

    fn record(&self) -> Record<'static> {
        let mut record = Record::new(self.indicator.clone(), self.line, self.listed.clone());
        record.action = self.action;
        record.attributes.tags = self.tags.iter().map(|tag| tag.clone().into()).collect();
        record.attributes.confidence = self.confidence;
        record.attributes.valid_until = self.valid_until.map(second);
        record
    }
}

/// Takes some rows out of the sieve and adds others, in two changes.
fn changed(sieve: &Sieve, without: &[&Row], with: &[Row], feeds: &[Feed]) -> Sieve {
    let mut delta = Delta::new();
    for row in without {
        delta.remove(row.indicator.clone());
    }
    let (sieve, _) = sieve.with(&delta).expect("what is listed can be removed");
    let mut delta = Delta::new();
    delta.public_suffixes(PublicSuffixes::empty());
    for row in with {
        delta.add(feeds[row.feed].clone(), row.record());
    }
    let (sieve, report) = sieve.with(&delta).expect("few rows");
    assert!(report.feeds.iter().all(|feed| feed.rejected_total() == 0), "{report:?}");
    sieve
}

/// Feeds and their rows, in the order in which they are added.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub feeds: Vec<Feed>,
    pub rows: Vec<Row>,
}

impl World {
    /// A world with one block feed that may list anything.
    pub fn of(indicators: impl IntoIterator<Item = Indicator>) -> Self {
        let rows = indicators.into_iter().zip(1..).map(|(indicator, line)| Row::new(0, indicator, line)).collect();
        Self { feeds: vec![open_feed("feed")], rows }
    }

    /// Compiles the world, none of which the guards may refuse or change. Every world is also saved and opened, and the
    /// result must equal the built one byte for byte. The built and the opened sieve are returned in turn, so results
    /// for one hold for both.
    pub fn sieve(&self) -> Sieve {
        let mut builder = Sieve::builder();
        builder.public_suffixes(PublicSuffixes::empty());
        let ids: Vec<_> = self.feeds.iter().map(|feed| builder.feed(feed.clone())).collect();
        // In one small world in three, the second half is added by a change to a sieve of the first half. That sieve also lists some of
        // the second half by mistake, and the change removes it. Changes name feeds, so no two feeds may share a name.
        let is_known = |at: usize| self.feeds[..at].iter().any(|feed| feed.name == self.feeds[at].name);
        let is_small = self.rows.len() % 3 == 2 && self.rows.len() < 100;
        let is_changed = is_small && !(0..self.feeds.len()).any(is_known);
        let (first, second) = self.rows.split_at(if is_changed { self.rows.len() / 2 } else { self.rows.len() });
        let is_new = |row: &&Row| !first.iter().any(|known| is_same(&known.indicator, &row.indicator));
        let mistakes: Vec<&Row> = second.iter().filter(is_new).step_by(2).collect();
        for row in first {
            builder.add(ids[row.feed], row.record());
        }
        for row in &mistakes {
            let mut record = row.record();
            record.line = 99_999;
            builder.add(ids[row.feed], record);
        }
        let (sieve, report) = builder.build().expect("few rows");
        for feed in &report.feeds {
            // A mailbox provider causes a warning but is listed unchanged.
            let kinds = feed.warnings_by_kind.keys().filter(|&&kind| kind != WarningKind::FreeMail);
            assert_eq!((feed.rejected_total(), kinds.count()), (0, 0), "{:?} {:?}", feed.rejected, feed.warnings);
        }
        if is_changed {
            return changed(&sieve, &mistakes, second, &self.feeds);
        }
        let bytes = |sieve: &Sieve| sieve.to_bytes().expect("a small file");
        let file = bytes(&sieve);
        let opened = Sieve::from_bytes(file.clone()).expect("what was saved opens");
        assert!(bytes(&opened) == file, "what was opened is saved as something else");
        if self.rows.len().is_multiple_of(3) { sieve } else { opened }
    }

    pub fn oracle(&self) -> Oracle {
        let mut indicators: Vec<Listed> = Vec::new();
        for row in &self.rows {
            let entry = Entry {
                feed: row.feed,
                line: row.line,
                listed: row.listed.clone(),
                action: row.action.unwrap_or(self.feeds[row.feed].action),
                tags: self.feeds[row.feed].tags.iter().chain(&row.tags).cloned().collect(),
                confidence: row.confidence.or(self.feeds[row.feed].confidence),
                valid_until: row.valid_until,
            };
            match indicators.iter_mut().find(|known| is_same(&known.indicator, &row.indicator)) {
                Some(known) => known.entries.push(entry),
                None => indicators.push(Listed { indicator: row.indicator.clone(), entries: vec![entry] }),
            }
        }
        for listed in &mut indicators {
            listed.entries.sort_by_key(|entry| (entry.feed, entry.line));
        }
        Oracle { feeds: self.feeds.iter().map(|feed| feed.name.clone()).collect(), indicators }
    }
}

/// A block feed whose policy admits everything.
pub fn open_feed(name: &str) -> Feed {
    let mut feed = Feed::new(name);
    feed.policy.admit_bogons = true;
    feed.policy.admit_wide_prefixes = true;
    feed.policy.admit_public_suffixes = true;
    feed.policy.admit_well_known_files = true;
    feed
}

pub fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a small number")
}

/// `http`, `https`, `ws`, `wss` and `ftp` count as one scheme; everything else in an indicator must be equal.
fn is_same(a: &Indicator, b: &Indicator) -> bool {
    match (a, b) {
        (Indicator::Url { url: a, host_scope: a_scope }, Indicator::Url { url: b, host_scope: b_scope }) => {
            let rest = |text: &str| text.split_once("://").map(|(_, rest)| rest.to_owned());
            a_scope == b_scope
                && rest(a.as_str()) == rest(b.as_str())
                && scheme_group(a.view().scheme()) == scheme_group(b.view().scheme())
        }
        _ => a == b,
    }
}

#[derive(Clone, Debug)]
struct Entry {
    feed: usize,
    line: u32,
    listed: String,
    action: Action,
    tags: Vec<String>,
    confidence: Option<u8>,
    valid_until: Option<i64>,
}

#[derive(Clone, Debug)]
struct Listed {
    indicator: Indicator,
    entries: Vec<Entry>,
}

/// An observable, as indicators are matched against it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    pub host: Option<Host>,
    pub url: Option<UrlParts>,
    /// A value that only an equal indicator covers.
    pub exact: Option<Indicator>,
    /// The effective port, if known.
    pub port: Option<u16>,
    pub name_like: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    Ip(IpAddr),
    Name(String),
}

/// A URL without its host. For a request path the scheme is unknown.
#[derive(Clone, Debug)]
pub struct UrlParts {
    pub scheme: Option<String>,
    pub path: String,
    pub query: Option<String>,
}

impl UrlParts {
    fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

impl Observed {
    pub fn ip(addr: IpAddr, port: Option<u16>) -> Self {
        Self { host: Some(Host::Ip(ip::canonical(addr))), port, ..Self::default() }
    }

    /// A hash or a mail address.
    pub fn exact(value: Indicator) -> Self {
        Self { exact: Some(value), ..Self::default() }
    }

    /// `None` if the text is not a name.
    pub fn name(text: impl AsRef<[u8]>, port: Option<u16>) -> Option<Self> {
        let mut scratch = String::new();
        let name = domain::canonicalise(text.as_ref(), &mut scratch).ok()?;
        Some(Self { host: Some(Host::Name(name.to_owned())), port, ..Self::default() })
    }

    /// `None` if the text is not a URL.
    pub fn url(text: impl AsRef<[u8]>) -> Option<Self> {
        let mut scratch = UrlScratch::new();
        let view = url::canonicalise(text.as_ref(), &mut scratch).ok()?;
        Some(Self::view(&view))
    }

    pub fn view(view: &UrlView<'_>) -> Self {
        let host = match view.host() {
            HostRef::Ip(addr) => Host::Ip(addr),
            HostRef::Domain(name) => Host::Name(name.to_owned()),
            other => panic!("{other:?}"),
        };
        let url = UrlParts {
            scheme: Some(scheme_group(view.scheme()).to_owned()),
            path: view.path().to_owned(),
            query: view.query().map(str::to_owned),
        };
        Self { host: Some(host), url: Some(url), port: view.effective_port(), ..Self::default() }
    }

    /// The canonical target of a request.
    pub fn request(target: &str) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Self { url: Some(UrlParts { scheme: None, path: path.to_owned(), query }), ..Self::default() }
    }

    /// Told by its shape: an address or a name, with or without `:port`, or a URL.
    pub fn any(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        if url::has_scheme(text.as_bytes()) {
            return Self::url(text);
        }
        if let Ok((addr, port)) = ip::parse_addr_port(text.as_bytes()) {
            return Some(Self::ip(addr, port));
        }
        if let Ok(hash) = text.parse() {
            return Some(Self::exact(Indicator::Hash(hash)));
        }
        if text.split(['/', '\\', '?']).next().is_some_and(|head| head.contains('@'))
            && let Ok(address) = text.parse()
        {
            return Some(Self::exact(Indicator::Email(address)));
        }
        if text.contains(['/', '\\', '?']) {
            return Self::url(text);
        }
        match text.rsplit_once(':') {
            Some((name, port)) => Self::name(name, Some(ip::parse_port(port.as_bytes()).ok()?)),
            None => Self::name(text, None),
        }
    }
}

/// The part of a URL that a match is reported with: the whole URL, or its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Host,
    Url,
}

/// A match in comparable form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub indicator: String,
    pub kind: Kind,
    pub scope: Option<Scope>,
    pub port: Option<u16>,
    pub relation: Relation,
    pub strength: Strength,
    pub sources: Vec<Listing>,
}

/// A source of a match: the feed's name, line, value as listed, confidence, tags, `valid_until`.
pub type Listing = (String, u32, String, Option<u8>, Vec<String>, Option<i64>);

/// The matches found, in order, and the counts of those withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub found: Vec<Found>,
    pub withheld: Withheld,
}

/// The engine's answer, in the same form.
pub fn answer_of(matches: &Matches<'_>) -> Answer {
    let found = matches.iter().map(|found| {
        let indicator = found.indicator();
        let sources = found.sources().map(|source| {
            assert_eq!(source.action(), Action::Block);
            (
                source.feed().name.clone(),
                source.line().unwrap_or(0),
                source.as_listed().into_owned(),
                source.confidence(),
                source.tags().map(str::to_owned).collect(),
                source.valid_until().map(|time| time.as_second()),
            )
        });
        Found {
            indicator: indicator.to_string(),
            kind: indicator.kind(),
            scope: indicator.scope(),
            port: indicator.port(),
            relation: found.relation(),
            strength: found.strength(),
            sources: sources.collect(),
        }
    });
    Answer { found: found.collect(), withheld: matches.withheld() }
}

/// The way in which one indicator covers one observable.
#[derive(Clone, Copy, Debug)]
struct Cover {
    relation: Relation,
    /// The sort key of matches: URLs with a path come before all hosts, by length of the path; the rest are sorted by `host`.
    path: Option<(usize, u8)>,
    /// The number of labels, or the prefix length, of the indicator's host; 0 for patterns.
    host: usize,
    /// True if the host is covered, so that allow entries can suppress the match.
    is_host_level: bool,
    is_host_only: bool,
    part: Part,
}

/// Matches are sorted by this: see [`Cover`]; then come those of the whole before those within, and so on.
pub type Order =
    (Reverse<Option<(usize, u8)>>, Reverse<usize>, Relation, Option<Scope>, bool, String, Option<PatternTarget>);

/// A linear scan over everything that is listed.
#[derive(Clone, Debug)]
pub struct Oracle {
    feeds: Vec<String>,
    indicators: Vec<Listed>,
}

impl Oracle {
    /// All indicators that cover the observable.
    pub fn matches(&self, observed: &Observed, options: &MatchOptions) -> Answer {
        let (found, withheld) = self.parts(observed, options);
        Answer { found: found.into_iter().map(|(_, _, found)| found).collect(), withheld }
    }

    /// Likewise, with the order of each match, and the part of a URL that it is reported with.
    pub fn parts(&self, observed: &Observed, options: &MatchOptions) -> (Vec<(Order, Part, Found)>, Withheld) {
        let mut withheld = Withheld::default();
        let mut covering = Vec::new();
        for listed in &self.indicators {
            let Some(cover) = cover(&listed.indicator, observed) else { continue };
            if cover.is_host_only && !options.host_only {
                // Counted for each host as a whole, whatever else applies to the indicator.
                withheld.host_only += u64::from(is_of_host(&listed.indicator, observed));
                continue;
            }
            let is_port_seen = match (listed.indicator.port(), observed.port) {
                (Some(port), Some(seen)) if port != seen => continue,
                (Some(_), None) => false,
                _ => true,
            };
            covering.push((listed, cover, is_port_seen));
        }

        // The filter comes first. It applies to block entries in full, to allow entries only by time.
        let passing = |listed: &Listed, action| -> Vec<Entry> {
            let asked = listed.entries.iter().filter(|entry| entry.action == action);
            asked.filter(|entry| self.passes(entry, options)).cloned().collect()
        };
        let mut allowed_upto = None;
        let mut all_allowed = false;
        for (listed, cover, is_port_seen) in &covering {
            if !is_port_seen || cover.is_host_only {
                continue;
            }
            if !passing(listed, Action::Allow).is_empty() {
                allowed_upto = allowed_upto.max(Some(cover.host));
            }
            all_allowed |= !passing(listed, Action::AllowAll).is_empty();
        }

        let mut found = Vec::new();
        for (listed, cover, is_port_seen) in &covering {
            let sources = passing(listed, Action::Block);
            if sources.is_empty() {
                withheld.filtered += u64::from(listed.entries.iter().any(|entry| entry.action == Action::Block));
                continue;
            }
            if cover.is_host_level && (all_allowed || allowed_upto.is_some_and(|upto| cover.host <= upto)) {
                withheld.allowed += 1;
                continue;
            }
            let (strength, is_on, count) = if cover.is_host_only {
                (Strength::HostOnly, options.host_only, &mut withheld.host_only)
            } else if observed.name_like {
                (Strength::NameLike, options.name_like, &mut withheld.name_like)
            } else if !is_port_seen {
                (Strength::PortUnseen, options.port_unseen, &mut withheld.port_unseen)
            } else {
                (Strength::Strong, true, &mut 0)
            };
            if !is_on {
                *count += 1;
                continue;
            }
            let indicator = &listed.indicator;
            let words = Found {
                indicator: indicator.to_string(),
                kind: indicator.kind(),
                scope: indicator.scope(),
                port: indicator.port(),
                relation: cover.relation,
                strength,
                sources: sources.into_iter().map(|entry| self.listing(entry)).collect(),
            };
            let target = match indicator {
                Indicator::Pattern(pattern) => Some(pattern.target()),
                _ => None,
            };
            let order = (
                Reverse(cover.path),
                Reverse(cover.host * usize::from(cover.path.is_none())),
                cover.relation,
                indicator.scope(),
                indicator.port().is_none(),
                words.indicator.clone(),
                target,
            );
            found.push((order, cover.part, words));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        (found, withheld)
    }

    fn passes(&self, entry: &Entry, options: &MatchOptions) -> bool {
        let filter = &options.filter;
        if let (Some(as_of), Some(until)) = (filter.as_of, entry.valid_until)
            && second(until) <= as_of
        {
            return false;
        }
        if entry.action != Action::Block {
            return true;
        }
        let is_sure = match (filter.min_confidence, entry.confidence) {
            (Some(least), Some(confidence)) => confidence >= least,
            _ => true,
        };
        is_sure
            && (filter.feeds.is_empty() || filter.feeds.contains(&self.feeds[entry.feed]))
            && (filter.tags.is_empty() || entry.tags.iter().any(|tag| filter.tags.contains(tag)))
    }

    fn listing(&self, entry: Entry) -> Listing {
        let mut tags: Vec<String> = Vec::new();
        for tag in entry.tags {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        (self.feeds[entry.feed].clone(), entry.line, entry.listed, entry.confidence, tags, entry.valid_until)
    }

    /// Returns true if a URL indicator has exactly this host.
    pub fn knows_url_host(&self, host: &Host) -> bool {
        self.indicators.iter().any(|listed| match &listed.indicator {
            Indicator::Url { url, .. } => host_of(&url.view()) == *host,
            _ => false,
        })
    }
}

fn host_of(view: &UrlView<'_>) -> Host {
    match view.host() {
        HostRef::Ip(addr) => Host::Ip(addr),
        HostRef::Domain(name) => Host::Name(name.to_owned()),
        other => panic!("{other:?}"),
    }
}

fn is_of_host(indicator: &Indicator, observed: &Observed) -> bool {
    match indicator {
        Indicator::Url { url, .. } => Some(host_of(&url.view())) == observed.host,
        _ => false,
    }
}

fn bits(addr: IpAddr) -> (u32, u128) {
    match addr {
        IpAddr::V4(addr) => (32, addr.to_bits().into()),
        IpAddr::V6(addr) => (128, addr.to_bits()),
    }
}

/// The bits of an address after the prefix.
fn host_mask(width: u32, len: u32) -> u128 {
    if len == width { 0 } else { u128::MAX >> (128 - (width - len)) }
}

/// `Some(true)` if `name` equals `apex`, `Some(false)` if it is under it, `None` otherwise.
fn within(name: &str, apex: &str) -> Option<bool> {
    let name: Vec<&str> = name.split('.').collect();
    let apex: Vec<&str> = apex.split('.').collect();
    name.ends_with(&apex).then_some(name.len() == apex.len())
}

fn label_count(name: &str) -> usize {
    name.split('.').count()
}

/// The way in which the indicator covers the observable, if it does. Ports, filter and allow entries are ignored.
fn cover(indicator: &Indicator, observed: &Observed) -> Option<Cover> {
    let host_level = |relation, host| Cover {
        relation,
        path: None,
        host,
        is_host_level: true,
        is_host_only: false,
        part: Part::Host,
    };
    match (indicator, &observed.host) {
        (Indicator::Ip { net, .. }, Some(Host::Ip(addr))) => {
            let (width, value) = bits(*addr);
            let (net_width, base) = bits(net.addr());
            let len = u32::from(net.prefix_len());
            if net_width != width || value & !host_mask(width, len) != base {
                return None;
            }
            let relation = if len == width { Relation::Exact } else { Relation::Cidr };
            Some(host_level(relation, len as usize))
        }
        (Indicator::IpRange { first, last, .. }, Some(Host::Ip(addr))) => {
            let (width, value) = bits(*addr);
            let (of_width, first) = bits(*first);
            let (_, last) = bits(*last);
            if of_width != width || value < first || value > last {
                return None;
            }
            // The largest prefix around the address that lies wholly in the range.
            let len = (0..=width).find(|&len| {
                let mask = host_mask(width, len);
                value & !mask >= first && value | mask <= last
            })?;
            Some(host_level(Relation::Range, len as usize))
        }
        (Indicator::Domain { name, scope, .. }, Some(Host::Name(seen))) => {
            let is_apex = within(seen, name.as_str())?;
            let covers = match scope {
                Scope::Exact => is_apex,
                Scope::Subdomains => !is_apex,
                Scope::Suffix => true,
                other => panic!("{other:?}"),
            };
            let relation = if is_apex { Relation::Exact } else { Relation::Subdomain };
            covers.then(|| host_level(relation, label_count(name.as_str())))
        }
        (Indicator::Hash(_) | Indicator::Email(_), _) => {
            (observed.exact.as_ref() == Some(indicator)).then(|| host_level(Relation::Exact, usize::MAX))
        }
        (Indicator::Pattern(pattern), _) => pattern_covers(pattern, observed),
        (Indicator::Url { url, host_scope }, Some(host)) => {
            let view = url.view();
            let specificity = match (view.host(), host) {
                (HostRef::Ip(addr), Host::Ip(seen)) if addr == *seen => bits(addr).0 as usize,
                (HostRef::Domain(name), Host::Name(seen)) => {
                    let is_apex = within(seen, name)?;
                    if !is_apex && *host_scope != Scope::Suffix {
                        return None;
                    }
                    label_count(name)
                }
                _ => return None,
            };
            url_covers(&view, specificity, observed.url.as_ref())
        }
        _ => None,
    }
}

/// A URL indicator whose host covers the observed one.
fn url_covers(view: &UrlView<'_>, host: usize, seen: Option<&UrlParts>) -> Option<Cover> {
    let is_host_only = view.path() == "/" && view.query().is_none();
    let any_path = Cover {
        relation: Relation::UrlAnyPath,
        path: None,
        host,
        is_host_level: is_host_only,
        is_host_only: false,
        part: Part::Url,
    };
    let Some(seen) = seen else {
        // The bare host. For a URL with a path this is the weakest kind of match.
        return Some(Cover { is_host_only: !is_host_only, part: Part::Host, ..any_path });
    };
    if seen.scheme.as_deref() != Some(scheme_group(view.scheme())) {
        return None;
    }
    if is_host_only {
        return Some(any_path);
    }
    let is_same_path = view.path() == seen.path;
    let (relation, rank) = match (view.query(), &seen.query) {
        (Some(query), Some(seen)) if is_same_path && query == seen => (Relation::UrlExact, 2),
        (Some(_), _) => return None,
        (None, None) if is_same_path => (Relation::UrlExact, 2),
        (None, Some(_)) if is_same_path => (Relation::UrlPath, 1),
        (None, _) if view.path() != "/" && view.path().ends_with('/') && seen.path.starts_with(view.path()) => {
            (Relation::UrlPrefix, 0)
        }
        _ => return None,
    };
    Some(Cover { relation, path: Some((view.path().len(), rank)), is_host_level: false, ..any_path })
}

fn pattern_covers(pattern: &Pattern, observed: &Observed) -> Option<Cover> {
    let text = pattern.as_str();
    let (covers, is_host_level) = match pattern.target() {
        PatternTarget::Name => match &observed.host {
            Some(Host::Name(name)) => (glob(text.as_bytes(), name.as_bytes()), true),
            _ => return None,
        },
        PatternTarget::UrlPath => {
            let target = observed.url.as_ref()?.path_and_query();
            let is_glob = text.contains(['*', '?', '[']);
            (if is_glob { glob(text.as_bytes(), target.as_bytes()) } else { target.contains(text) }, false)
        }
        other => panic!("{other:?}"),
    };
    let part = if observed.url.is_some() { Part::Url } else { Part::Host };
    covers.then_some(Cover {
        relation: Relation::Pattern,
        path: None,
        host: 0,
        is_host_level,
        is_host_only: false,
        part,
    })
}

/// Matches a glob by definition, at any cost: `*` is any run, `?` any byte, `[a-z]` and `[!a-z]` a class.
fn glob(pattern: &[u8], target: &[u8]) -> bool {
    match pattern {
        [] => target.is_empty(),
        [b'*', rest @ ..] => (0..=target.len()).any(|at| glob(rest, &target[at..])),
        [b'?', rest @ ..] => !target.is_empty() && glob(rest, &target[1..]),
        [b'[', rest @ ..] => {
            let (is_negated, rest) = match rest {
                [b'!', rest @ ..] => (true, rest),
                _ => (false, rest),
            };
            // A `]` that comes first is a member of the class.
            let end = 1 + rest[1..].iter().position(|&b| b == b']').expect("checked by `Pattern::new`");
            let members = &rest[..end];
            let holds = |byte: u8| {
                let mut at = 0;
                while at < members.len() {
                    if at + 2 < members.len() && members[at + 1] == b'-' {
                        if (members[at]..=members[at + 2]).contains(&byte) {
                            return true;
                        }
                        at += 3;
                    } else if members[at] == byte {
                        return true;
                    } else {
                        at += 1;
                    }
                }
                false
            };
            target.first().is_some_and(|&byte| holds(byte) != is_negated) && glob(&rest[end + 1..], &target[1..])
        }
        [byte, rest @ ..] => target.first() == Some(byte) && glob(rest, &target[1..]),
    }
}
