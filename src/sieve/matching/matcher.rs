use std::cmp::Ordering;
use std::net::IpAddr;

use crate::arch::cpu::{Engine, Kernel};
use crate::arch::name::canonical;
use crate::indicator::{Action, HostRef, Kind, Reject, Scope, UrlScratch, UrlView};
use crate::sieve::Sieve;
use crate::sieve::matching::derived::Derived;
use crate::sieve::matching::filter::Resolved;
use crate::sieve::matching::options::{MatchOptions, Relation, Strength, Withheld};
use crate::sieve::matching::probe::Probe;
use crate::sieve::matching::view::{Matches, write_text};
use crate::sieve::tables::domain::{Found, Plan};
use crate::sieve::tables::indicators::Value;
use crate::sieve::tables::pattern;
use crate::sieve::tables::url::PathMatch;
use crate::sieve::tables::{Named, Tables, without_root};
use crate::value::{domain, ip, url};

mod addrs;

/// Where the specificity of URLs with a path begins: above every host's.
const PATH_LEVEL: u32 = 1 << 20;

/// A match in the making: an indicator that covers the observable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawMatch {
    pub(crate) id: u32,
    pub(crate) relation: Relation,
    pub(crate) strength: Strength,
    /// Whether it is a match of a host (else of a URL as a whole).
    pub(crate) of_host: bool,
    /// Whether allow entries can suppress it.
    is_host_level: bool,
    /// What matches are sorted by and allow entries go by.
    specificity: u32,
    /// How the address that it covers stands within the one that was observed; `None` if it is that one.
    pub(crate) derived: Option<Derived>,
}

/// Looks observables up in a sieve.
///
/// Owns scratch space and the filter, resolved to numbers: make one for each thread and keep it. Once warm, a lookup
/// allocates nothing (names that are not ASCII excepted, which go through UTS-46). No lookup panics or fails: what is no
/// address, name or URL matches nothing.
///
/// ```
/// use netsieve::indicator::{DomainName, Feed, Indicator, Record};
/// use netsieve::{MatchOptions, Relation, Scope, Sieve};
///
/// let mut builder = Sieve::builder();
/// let feed = builder.feed(Feed::new("partner"));
/// let name = DomainName::parse("evil.test").unwrap();
/// builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 7, "evil.test"));
/// let (sieve, _) = builder.build()?;
///
/// let mut matcher = sieve.matcher(&MatchOptions::default());
/// let matches = matcher.match_domain("WWW.Evil.Test.", None);
/// let first = matches.first().unwrap();
/// assert_eq!(first.indicator().to_string(), "evil.test");
/// assert_eq!(first.relation(), Relation::Subdomain);
/// let source = first.sources().next().unwrap();
/// assert_eq!((source.feed().name.as_str(), source.line()), ("partner", Some(7)));
/// assert!(!matcher.is_match_domain("notevil.test", None));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Debug)]
pub struct Matcher {
    sieve: Sieve,
    options: MatchOptions,
    kernel: Kernel,
    filter: Resolved,
    scratch: Scratch,
    name: String,
    url: UrlScratch,
    request: Vec<u8>,
}

/// What a lookup gives, and the space it needs.
#[derive(Debug, Default)]
struct Scratch {
    found: Vec<RawMatch>,
    withheld: Withheld,
    patterns: pattern::Scratch,
}

impl Scratch {
    fn clear(&mut self) {
        self.found.clear();
        self.withheld = Withheld::default();
    }

    fn start<'a>(&'a mut self, tables: &'a Tables, options: &'a MatchOptions, filter: &'a Resolved) -> Search<'a> {
        self.clear();
        self.go_on(tables, options, filter)
    }

    /// A lookup whose matches come behind those of the last one.
    fn go_on<'a>(&'a mut self, tables: &'a Tables, options: &'a MatchOptions, filter: &'a Resolved) -> Search<'a> {
        let Self { found, withheld, patterns } = self;
        Search {
            tables,
            options,
            filter,
            from: found.len(),
            derived: None,
            found,
            withheld,
            patterns,
            allowed: Allowed::default(),
            url_host_known: false,
        }
    }
}

/// What was seen beside an observable.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// The effective port.
    pub(crate) port: Option<u16>,
    /// The text looks like a file name or a version.
    pub(crate) name_like: bool,
}

impl Matcher {
    pub(in crate::sieve) fn new(sieve: Sieve, options: &MatchOptions) -> Self {
        Self {
            filter: Resolved::new(&sieve.0, &options.filter),
            sieve,
            options: options.clone(),
            kernel: Kernel::of(options.engine),
            scratch: Scratch::default(),
            name: String::new(),
            url: UrlScratch::default(),
            request: Vec::new(),
        }
    }

    /// What it goes by.
    pub fn options(&self) -> &MatchOptions {
        &self.options
    }

    /// What of the CPU it uses: the engine of its options, or the fastest that this CPU can run.
    pub fn engine(&self) -> Engine {
        self.kernel.engine()
    }

    /// The token of its engine.
    pub(crate) fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// What asks whether anything is listed before it is looked up.
    pub(crate) fn probe(&self) -> Probe {
        Probe::new(self.sieve.clone(), self.kernel)
    }

    /// The sieve that is looked up in.
    pub fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Every indicator that covers a name, most specific first: of the name itself and of the names it is beneath, by
    /// whole labels. What is no name matches nothing.
    pub fn match_domain(&mut self, name: impl AsRef<[u8]>, port: Option<u16>) -> Matches<'_> {
        self.find_domain(name.as_ref(), Seen { port, name_like: false });
        self.matches()
    }

    /// Every indicator that covers a URL, most specific first: URLs, patterns, and the names and addresses that
    /// cover its host. A URL without a scheme is read as one of the `http` group that shows no port.
    pub fn match_url(&mut self, url: impl AsRef<[u8]>) -> Matches<'_> {
        // What is no URL finds nothing.
        let _ = self.look_up_url(url.as_ref(), false);
        self.matches()
    }

    /// Every indicator that covers a value of any kind, told apart by its shape: an address or a name, with or without
    /// `:port`, or a URL, with or without scheme.
    pub fn match_any(&mut self, value: impl AsRef<[u8]>) -> Matches<'_> {
        // What is neither finds nothing.
        let _ = self.look_up_any(value.as_ref());
        self.matches()
    }

    /// Whether [`match_domain`](Matcher::match_domain) finds anything.
    pub fn is_match_domain(&mut self, name: impl AsRef<[u8]>, port: Option<u16>) -> bool {
        self.find_domain(name.as_ref(), Seen { port, name_like: false });
        !self.scratch.found.is_empty()
    }

    /// Whether [`match_url`](Matcher::match_url) finds anything.
    pub fn is_match_url(&mut self, url: impl AsRef<[u8]>) -> bool {
        // What is no URL finds nothing.
        let _ = self.look_up_url(url.as_ref(), false);
        !self.scratch.found.is_empty()
    }

    /// Whether [`match_any`](Matcher::match_any) finds anything.
    pub fn is_match_any(&mut self, value: impl AsRef<[u8]>) -> bool {
        // What is neither finds nothing.
        let _ = self.look_up_any(value.as_ref());
        !self.scratch.found.is_empty()
    }

    /// How [`match_any`](Matcher::match_any) reads a value, or why it cannot.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    pub fn classify(&mut self, value: impl AsRef<[u8]>) -> Result<Kind, Reject> {
        self.look_up_any(value.as_ref())
    }

    /// The canonical form of a value as [`match_any`](Matcher::match_any) reads it.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    pub fn canonical(&mut self, value: impl AsRef<[u8]>) -> Result<String, Reject> {
        let with_port = |text: String, port: Option<u16>| match port {
            Some(port) => format!("{text}:{port}"),
            None => text,
        };
        match read(value.as_ref())? {
            Observable::Ip(addr @ IpAddr::V6(_), Some(port)) => Ok(format!("[{addr}]:{port}")),
            Observable::Ip(addr, port) => Ok(with_port(addr.to_string(), port)),
            Observable::Name(name, port) => {
                domain::canonicalise(name, &mut self.name).map(|name| with_port(name.to_owned(), port))
            }
            Observable::Url(text) => url::canonicalise(text, &mut self.url).map(|view| view.as_str().to_owned()),
        }
    }

    pub(crate) fn matches(&self) -> Matches<'_> {
        Matches::new(&self.sieve.0, &self.filter, &self.scratch.found, self.scratch.withheld)
    }

    /// Views of matches of the same sieve and filter that were put aside.
    pub(crate) fn matches_of<'m>(&'m self, found: &'m [RawMatch]) -> Matches<'m> {
        Matches::new(&self.sieve.0, &self.filter, found, Withheld::default())
    }

    /// What the last lookup found.
    pub(crate) fn found(&self) -> &[RawMatch] {
        &self.scratch.found
    }

    pub(crate) fn withheld(&self) -> Withheld {
        self.scratch.withheld
    }

    /// Appends the canonical form of a name.
    pub(crate) fn write_name(&mut self, text: &[u8], out: &mut String) {
        if let Ok(name) = domain::canonicalise(text, &mut self.name) {
            out.push_str(name);
        }
    }

    /// Appends the canonical form of a URL's host.
    pub(crate) fn write_host(&mut self, text: &[u8], out: &mut String) {
        use std::fmt::Write;
        match url::canonicalise(text, &mut self.url).map(|view| view.host()) {
            Ok(HostRef::Domain(name)) => out.push_str(name),
            // Writing to a string does not fail.
            Ok(HostRef::Ip(addr)) => {
                let _ = write!(out, "{addr}");
            }
            Err(_) => {}
        }
    }

    /// Appends the canonical form of a URL.
    pub(crate) fn write_url(&mut self, text: &[u8], out: &mut String) {
        if let Ok(view) = url::canonicalise(text, &mut self.url) {
            out.push_str(view.as_str());
        }
    }

    /// Appends the canonical form of a request's target.
    pub(crate) fn write_target(&mut self, text: &[u8], out: &mut String) {
        if let Ok(target) = url::canonicalise_target(text, &mut self.url) {
            out.push_str(target);
        }
    }

    /// As [`look_up_domain`](Matcher::look_up_domain), but does not say whether what finds nothing is a name: most names
    /// find nothing, and few of those are looked at whole.
    #[inline]
    pub(crate) fn find_domain(&mut self, name: &[u8], seen: Seen) {
        if self.sieve.tables().may_match_name(without_root(name)) {
            self.find_planned(name, seen, None);
        } else {
            self.scratch.clear();
        }
    }

    /// What a name finds, by a plan if there is one. What is no name finds nothing.
    #[inline(never)]
    pub(in crate::sieve) fn find_planned(&mut self, name: &[u8], seen: Seen, plan: Option<&Plan>) {
        self.scratch.clear();
        let tables = self.sieve.tables();
        // Most names are canonical, and most of what is listed always blocks, whatever is seen beside it.
        let is_simple = self.filter.is_trivial() && !seen.name_like && !tables.may_match_pattern(without_root(name));
        let is_settled = is_simple
            && canonical(without_root(name))
                .is_some_and(|(name, dots)| push_plain(tables, name, dots, plan, &mut self.scratch));
        if !is_settled {
            self.find_in_full(name, seen, plan);
        }
    }

    /// As [`find_planned`](Matcher::find_planned), whatever the name, its matches and the filter are.
    #[inline(never)]
    fn find_in_full(&mut self, name: &[u8], seen: Seen, plan: Option<&Plan>) {
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        if let Ok(name) = domain::canonicalise(name, &mut self.name) {
            search.name(name, seen, None, plan);
        }
        search.finish();
    }

    /// What is no name finds nothing, for the reason given.
    pub(crate) fn look_up_domain(&mut self, name: &[u8], seen: Seen) -> Result<(), Reject> {
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        let name = domain::canonicalise(name, &mut self.name)?;
        search.name(name, seen, None, None);
        search.finish();
        Ok(())
    }

    /// What is no URL finds nothing, for the reason given. `Ok(true)`: URL indicators are on this host, or there are path
    /// patterns, so that the same URL cut elsewhere can match; `Ok(false)`: it cannot.
    pub(crate) fn look_up_url(&mut self, text: &[u8], name_like: bool) -> Result<bool, Reject> {
        self.scratch.clear();
        let start = url::Start::of(text);
        if self.sieve.0.paths.is_none() {
            // Where nothing is known of the host, nothing behind it matters.
            let host = match start.and_then(|start| start.host(text)) {
                Some(host) => host,
                None => url::authority(text, &mut self.url)?.host(),
            };
            if self.sieve.0.denies_host(self.kernel, host) {
                return Ok(false);
            }
        }
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        let view = url::canonicalise_from(start, text, &mut self.url)?;
        let seen = Seen { port: view.effective_port(), name_like };
        let mut host = None;
        match view.host() {
            HostRef::Ip(addr) => {
                host = Some(addr);
                search.addr(addr, addrs::Place::of(self.kernel, search.tables, addr), seen, Some(view));
            }
            HostRef::Domain(name) => search.name(name, seen, Some(view), None),
        }
        search.path_patterns(&view, seen);
        let can_match_otherwise = search.url_host_known || search.tables.paths.is_some();
        search.finish();
        if let Some(addr) = host {
            self.look_up_derived(addr, seen);
        }
        Ok(can_match_otherwise)
    }

    /// The path patterns that match the path and query of a request.
    pub(crate) fn look_up_request_path(&mut self, path: &[u8]) {
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        if search.tables.paths.is_some()
            // Any host does: only the path is looked at.
            && let Ok(view) = {
                self.request.clear();
                self.request.extend_from_slice(b"http://request.invalid");
                self.request.extend_from_slice(path);
                url::canonicalise(&self.request, &mut self.url)
            }
        {
            search.path_patterns(&view, Seen::default());
        }
        search.finish();
    }

    fn look_up_any(&mut self, value: &[u8]) -> Result<Kind, Reject> {
        let seen = |port| Seen { port, name_like: false };
        self.scratch.clear();
        match read(value)? {
            Observable::Ip(addr, port) => {
                self.look_up_ip(addr, seen(port));
                Ok(Kind::Ip)
            }
            Observable::Name(name, port) => self.look_up_domain(name, seen(port)).map(|()| Kind::Domain),
            Observable::Url(text) => self.look_up_url(text, false).map(|_| Kind::Url),
        }
    }
}

/// Whether a canonical URL is of a group of schemes.
#[inline]
fn is_of_group(url: &[u8], group: &str) -> bool {
    // Nearly all are of the first.
    if url.starts_with(b"http:") || url.starts_with(b"https:") {
        return group == "http";
    }
    let scheme = url.split(|&b| b == b':').next().unwrap_or(b"");
    str::from_utf8(scheme).is_ok_and(|scheme| url::scheme_group(scheme) == group)
}

/// What a name finds, if all that covers it always blocks: `false` if not, and then what was found is not all.
#[inline(always)]
fn push_plain(tables: &Tables, name: &str, dots: u64, plan: Option<&Plan>, scratch: &mut Scratch) -> bool {
    let mut is_all = true;
    let push = |found: Found| match found.plain() {
        Some((id, scope)) => {
            let is_covered = match scope {
                Scope::Exact => found.whole,
                Scope::Subdomains => !found.whole,
                Scope::Suffix => true,
            };
            if is_covered {
                let relation = if found.whole { Relation::Exact } else { Relation::Subdomain };
                scratch.found.push(Candidate::host(id, relation, u32::from(found.labels)).raw());
            }
        }
        None => is_all = false,
    };
    match plan {
        None => tables.domains.suffixes_by(&tables.strings, name, dots, push),
        Some(plan) => tables.domains.planned(plan, &tables.strings, name, push),
    }
    // Most specific first: each has another number of labels.
    scratch.found.reverse();
    is_all
}

/// A value of any kind, told apart by its shape.
enum Observable<'v> {
    Ip(IpAddr, Option<u16>),
    Name(&'v [u8], Option<u16>),
    Url(&'v [u8]),
}

fn read(value: &[u8]) -> Result<Observable<'_>, Reject> {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Err(Reject::Empty);
    }
    if url::has_scheme(value) {
        return Ok(Observable::Url(value));
    }
    if let Ok((addr, port)) = ip::parse_addr_port(value) {
        return Ok(Observable::Ip(addr, port));
    }
    if value.iter().any(|b| matches!(b, b'/' | b'\\' | b'?')) {
        return Ok(Observable::Url(value));
    }
    match value.iter().rposition(|&b| b == b':') {
        None => Ok(Observable::Name(value, None)),
        Some(colon) => {
            let port = ip::parse_port(&value[colon + 1..])?;
            Ok(Observable::Name(&value[..colon], Some(port)))
        }
    }
}

/// What covers the observable on the allow side.
#[derive(Clone, Copy, Debug, Default)]
struct Allowed {
    /// The highest specificity of an `allow` entry.
    upto: Option<u32>,
    /// An `allow_all` entry.
    all: bool,
}

impl Allowed {
    fn is_none(self) -> bool {
        self.upto.is_none() && !self.all
    }
}

/// One lookup: collects what covers the observable, then applies allow entries, strengths and the order.
struct Search<'a> {
    tables: &'a Tables,
    options: &'a MatchOptions,
    filter: &'a Resolved,
    found: &'a mut Vec<RawMatch>,
    /// Where its own matches begin.
    from: usize,
    /// How the address that is looked up stands within the one that was observed.
    derived: Option<Derived>,
    withheld: &'a mut Withheld,
    patterns: &'a mut pattern::Scratch,
    allowed: Allowed,
    /// URL indicators are on the observed host.
    url_host_known: bool,
}

impl<'a> Search<'a> {
    /// Everything that covers a name: as such, or as the host of `url`. By the plan of the name, if it has one.
    fn name(&mut self, name: &str, seen: Seen, url: Option<UrlView<'_>>, plan: Option<&Plan>) {
        let tables = self.tables;
        let found = |found: Found| self.stored_name(found, seen, url);
        match plan {
            None => tables.domains.suffixes(&tables.strings, name, found),
            Some(plan) => tables.domains.planned(plan, &tables.strings, name, found),
        }
        if let Some(names) = &tables.names {
            let of_host = url.is_none();
            self.patterns(names, name, Candidate { of_host, ..Candidate::host(0, Relation::Pattern, 0) }, seen);
        }
    }

    /// What a stored name is of that the name is or is beneath.
    #[inline]
    fn stored_name(&mut self, found: Found, seen: Seen, url: Option<UrlView<'_>>) {
        let covers = |scope: Option<Scope>| match scope {
            Some(Scope::Exact) => found.whole,
            Some(Scope::Subdomains) => !found.whole,
            _ => true,
        };
        let relation = if found.whole { Relation::Exact } else { Relation::Subdomain };
        let candidate = |id| Candidate::host(id, relation, u32::from(found.labels));
        for named in self.tables.named(found.row) {
            match named {
                Named::Domain(id) => {
                    if covers(self.tables.indicators.scope(id)) {
                        self.consider(candidate(id), seen);
                    }
                }
                Named::Host(host) => self.url_host(host, u32::from(found.labels), found.whole, seen, url),
            }
        }
    }

    /// The patterns of one target.
    fn patterns(&mut self, table: &pattern::Table, target: &str, candidate: Candidate, seen: Seen) {
        let mut scratch = std::mem::take(self.patterns);
        table.matches(&self.tables.strings, target, &mut scratch, |id| {
            self.consider(Candidate { id, ..candidate }, seen);
        });
        *self.patterns = scratch;
    }

    fn path_patterns(&mut self, view: &UrlView<'_>, seen: Seen) {
        if let Some(paths) = &self.tables.paths {
            self.patterns(paths, view.path_and_query(), Candidate::url(0, Relation::Pattern, 0, 0), seen);
        }
    }

    /// The URL indicators on a stored host that is the observed one (`whole`) or above it.
    fn url_host(&mut self, row: u32, specificity: u32, whole: bool, seen: Seen, url: Option<UrlView<'_>>) {
        let tables = self.tables;
        let covers = |id: u32| whole || tables.indicators.scope(id) == Some(Scope::Suffix);
        let host = Candidate { of_host: url.is_none(), ..Candidate::host(0, Relation::UrlAnyPath, specificity) };
        let scheme = url.as_ref().map(|url| url::scheme_group(url.scheme()));
        let is_same_scheme = |id: u32| {
            scheme.is_none_or(|scheme| match tables.indicators.value(id) {
                Value::Url(text) => is_of_group(tables.strings.bytes(text), scheme),
                _ => false,
            })
        };
        for id in tables.urls.host_only(row) {
            if covers(id) && is_same_scheme(id) {
                self.consider(Candidate { id, ..host }, seen);
            }
        }
        match url {
            Some(url) => {
                self.url_host_known = true;
                let path_len = url.path().len() as u32;
                tables.urls.paths(&tables.strings, row, url.path_and_query(), url.path().len(), |id, how, len| {
                    let (relation, rank) = match how {
                        PathMatch::Exact => (Relation::UrlExact, 2),
                        PathMatch::Path => (Relation::UrlPath, 1),
                        PathMatch::Prefix => (Relation::UrlPrefix, 0),
                    };
                    debug_assert!(len as u32 <= path_len);
                    if covers(id) && is_same_scheme(id) {
                        let level = PATH_LEVEL + ((len as u32) << 2 | rank);
                        self.consider(Candidate::url(id, relation, level, specificity), seen);
                    }
                });
            }
            None => {
                let ids = tables.urls.with_path(row);
                if self.options.host_only {
                    for id in ids.filter(|&id| covers(id)) {
                        let weak = Candidate {
                            strength: Strength::HostOnly,
                            of_host: true,
                            ..Candidate::url(id, Relation::UrlAnyPath, specificity, specificity)
                        };
                        self.consider(weak, seen);
                    }
                } else if whole {
                    self.withheld.host_only += ids.len() as u64;
                }
            }
        }
    }

    /// A match in the making, before port, filter and entries are looked at.
    #[inline]
    fn raw(&self, candidate: Candidate, seen: Seen) -> RawMatch {
        let raw = candidate.raw();
        let strength = if seen.name_like { raw.strength.max(Strength::NameLike) } else { raw.strength };
        RawMatch { strength, derived: self.derived, ..raw }
    }

    /// Takes an indicator that covers the observable: port, then filter, then what its entries ask for.
    #[inline]
    fn consider(&mut self, candidate: Candidate, seen: Seen) {
        let Candidate { id, strength, .. } = candidate;
        let mut raw = self.raw(candidate, seen);
        let flags = self.tables.indicators.flags(id);
        if flags.is_plain_block() && self.filter.is_trivial() {
            self.found.push(raw);
            return;
        }
        let mut is_at_port = true;
        if let Some(port) = self.tables.indicators.port(id) {
            match seen.port {
                Some(seen) if seen != port => return,
                Some(_) => {}
                None => {
                    raw.strength = raw.strength.max(Strength::PortUnseen);
                    is_at_port = false;
                }
            }
        }
        if flags.has(Action::Block) {
            if self.has_passing(id, Action::Block) {
                self.found.push(raw);
            } else {
                self.withheld.filtered += 1;
            }
        }
        if is_at_port && strength != Strength::HostOnly {
            if flags.has(Action::Allow) && self.has_passing(id, Action::Allow) {
                self.allowed.upto = self.allowed.upto.max(Some(candidate.host_specificity));
            }
            if flags.has(Action::AllowAll) && self.has_passing(id, Action::AllowAll) {
                self.allowed.all = true;
            }
        }
    }

    /// Whether an entry with this action passes the filter.
    fn has_passing(&self, id: u32, action: Action) -> bool {
        self.filter.is_trivial()
            || self.tables.entries.of(id).any(|row| {
                let set = self.tables.entries.attributes(row);
                self.tables.attributes.action(set) == action && self.filter.passes(set)
            })
    }

    fn finish(self) {
        if self.found.len() == self.from {
            return;
        }
        let is_settled = self.allowed.is_none() && self.found.len() == self.from + 1;
        if is_settled && self.found.last().is_some_and(|raw| self.options.reports(raw.strength)) {
            return;
        }
        let Self { tables, options, found, from, withheld, allowed, .. } = self;
        let mut at = 0;
        found.retain(|raw| {
            at += 1;
            if at <= from {
                return true;
            }
            let is_allowed =
                raw.is_host_level && (allowed.all || allowed.upto.is_some_and(|upto| raw.specificity <= upto));
            if is_allowed {
                withheld.allowed += 1;
            } else if !options.reports(raw.strength) {
                withheld.count(raw.strength);
            } else {
                return true;
            }
            false
        });
        let found = &mut found[from..];
        if found.len() > 1 {
            found.sort_unstable_by(|a, b| {
                let scope = |raw: &RawMatch| tables.indicators.scope(raw.id);
                let portless = |raw: &RawMatch| tables.indicators.port(raw.id).is_none();
                (b.specificity.cmp(&a.specificity))
                    .then_with(|| a.relation.cmp(&b.relation))
                    .then_with(|| scope(a).cmp(&scope(b)))
                    .then_with(|| portless(a).cmp(&portless(b)))
                    .then_with(|| compare_text(tables, a.id, b.id))
                    // A name pattern and a path pattern may have one text.
                    .then_with(|| a.is_host_level.cmp(&b.is_host_level).reverse())
            });
        }
    }
}

/// One indicator on its way through [`Search::consider`].
#[derive(Clone, Copy)]
struct Candidate {
    id: u32,
    relation: Relation,
    strength: Strength,
    of_host: bool,
    is_host_level: bool,
    specificity: u32,
    /// What an allow entry of this indicator reaches up to.
    host_specificity: u32,
}

impl Candidate {
    /// The match, as far as nothing else is known of it.
    #[inline]
    fn raw(self) -> RawMatch {
        let Self { id, relation, strength, specificity, of_host, is_host_level, .. } = self;
        RawMatch { id, relation, strength, of_host, is_host_level, specificity, derived: None }
    }

    #[inline]
    fn host(id: u32, relation: Relation, specificity: u32) -> Self {
        Self {
            id,
            relation,
            strength: Strength::Strong,
            of_host: true,
            is_host_level: true,
            specificity,
            host_specificity: specificity,
        }
    }

    fn url(id: u32, relation: Relation, specificity: u32, host_specificity: u32) -> Self {
        Self { of_host: false, is_host_level: false, specificity, host_specificity, ..Self::host(id, relation, 0) }
    }
}

/// Order of the canonical texts, without allocating.
fn compare_text(tables: &Tables, a: u32, b: u32) -> Ordering {
    match (tables.indicators.value(a), tables.indicators.value(b)) {
        (Value::Url(a), Value::Url(b)) => tables.strings.get(a).cmp(tables.strings.get(b)),
        (Value::Pattern(a, _), Value::Pattern(b, _)) => tables.strings.get(a).cmp(tables.strings.get(b)),
        _ => {
            let text = |id| {
                let mut text = ArrayText::default();
                // A text that does not fit is compared as far as it fits.
                let _ = write_text(tables, id, &mut text);
                text
            };
            text(a).as_bytes().cmp(text(b).as_bytes())
        }
    }
}

/// A short text on the stack: 253 bytes of a name, or two IPv6 addresses, and a port.
struct ArrayText {
    bytes: [u8; 272],
    len: usize,
}

impl Default for ArrayText {
    fn default() -> Self {
        Self { bytes: [0; 272], len: 0 }
    }
}

impl ArrayText {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl std::fmt::Write for ArrayText {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = &mut self.bytes[self.len..];
        let len = text.len().min(room.len());
        room[..len].copy_from_slice(&text.as_bytes()[..len]);
        self.len += len;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{DomainName, Feed, Indicator, Pattern, PatternTarget, Record};
    use crate::sieve::{Filter, PublicSuffixes};

    fn sieve(indicators: impl IntoIterator<Item = Indicator>) -> Sieve {
        let mut builder = Sieve::builder();
        builder.public_suffixes(PublicSuffixes::empty());
        let feed = builder.feed(Feed::new("feed"));
        for indicator in indicators {
            let listed = indicator.to_string();
            builder.add(feed, Record::new(indicator, 1, listed));
        }
        builder.build().unwrap().0
    }

    #[test]
    fn ports_that_values_show() {
        let name = DomainName::parse("evil.test").unwrap();
        let sieve = sieve([Indicator::Domain { name, scope: Scope::Exact, port: Some(80) }]);
        let mut matcher = sieve.matcher(&MatchOptions::default());
        for (value, want) in [
            ("evil.test", Some(Strength::PortUnseen)),
            ("evil.test:80", Some(Strength::Strong)),
            ("evil.test:080", Some(Strength::Strong)),
            ("evil.test:81", None),
            ("evil.test:+80", None),
            ("evil.test:", None),
            ("evil.test:80/", Some(Strength::Strong)),
            ("evil.test:8\t0/", Some(Strength::Strong)),
            ("evil.test:8\t1/", None),
            ("evil.test:/", Some(Strength::PortUnseen)),
            ("evil.test/:80", Some(Strength::PortUnseen)),
            ("http://evil.test", Some(Strength::Strong)),
            ("https://evil.test", None),
            ("x://evil.test", Some(Strength::PortUnseen)),
        ] {
            assert_eq!(matcher.match_any(value).first().map(|first| first.strength()), want, "{value:?}");
        }
    }

    #[test]
    fn a_pattern_is_one_match_wherever_its_literal_stands() {
        let pattern = |target, text| Indicator::Pattern(Pattern::new(target, text).unwrap());
        let sieve = sieve([pattern(PatternTarget::UrlPath, "*.test"), pattern(PatternTarget::Name, "*.test")]);
        let mut filter = Filter::default();
        filter.feeds.push("nobody".into());
        let options = MatchOptions { filter, ..MatchOptions::default() };
        let value = "http://a.test.test/.test/.test";
        assert_eq!(sieve.matcher(&options).match_url(value).withheld().filtered, 2);
        let mut matcher = sieve.matcher(&MatchOptions::default());
        let ids: Vec<u32> = matcher.match_url(value).iter().map(|found| found.indicator().id()).collect();
        assert_eq!(ids, [1, 0], "the pattern over names comes first");
    }
}
