//! One lookup: collects the indicators that cover the observable, then applies allow entries, strengths and the order.

use std::net::IpAddr;

use crate::arch::cpu::Kernel;
use crate::indicator::{Action, Scope, UrlView};
use crate::sieve::layers::{Layer, Layers};
use crate::sieve::matching::derived::Derived;
use crate::sieve::matching::filter::{Moment, Resolved, is_valid_at};
use crate::sieve::matching::options::{MatchOptions, Relation, Strength, Withheld};
use crate::sieve::matching::order::sort;
use crate::sieve::matching::raw::{RawMatch, Seen};
use crate::sieve::tables::domain::{Plan, StoredName};
use crate::sieve::tables::indicators::Value;
use crate::sieve::tables::url::PathMatch;
use crate::sieve::tables::{Named, Tables, ip, pattern};
use crate::value::url;

/// The lowest specificity of URLs with a path, above that of every host.
pub(super) const PATH_LEVEL: u32 = 1 << 20;

/// The results of a lookup, and its working space.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub(super) found: Vec<RawMatch>,
    pub(super) withheld: Withheld,
    patterns: pattern::Scratch,
    /// The observed URL's hosts for which URL indicators with paths are listed.
    pub(super) hosts: Vec<KnownHost>,
    pub(super) ends: super::covering::Space,
}

/// A host with listed URL paths that covers the host of the looked-up URL.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownHost {
    pub(super) row: u32,
    /// True if the URLs are in the overlay.
    pub(super) is_overlay: bool,
    /// True if it is the observed host itself, false if it is a parent domain.
    pub(super) whole: bool,
    pub(super) specificity: u32,
}

impl Scratch {
    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.hosts.clear();
        self.withheld = Withheld::default();
    }

    pub(super) fn start<'a>(
        &'a mut self,
        layers: &'a Layers,
        options: &'a MatchOptions,
        filter: &'a Resolved,
    ) -> Search<'a> {
        self.clear();
        self.go_on(layers, options, filter)
    }

    /// Starts another lookup whose matches are appended to those of the last one.
    pub(super) fn go_on<'a>(
        &'a mut self,
        layers: &'a Layers,
        options: &'a MatchOptions,
        filter: &'a Resolved,
    ) -> Search<'a> {
        let Self { found, withheld, patterns, hosts, ends: _ } = self;
        Search {
            layers,
            layer: layers.compiled(),
            options,
            filter,
            from: found.len(),
            derived: None,
            found,
            withheld,
            patterns,
            allowed: Allowed::default(),
            hosts,
        }
    }
}

/// The rows of a canonical address in the tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddrRows {
    /// The most specific row in the table of its family.
    pub(super) net: Option<u32>,
    /// The row among the hosts of URLs.
    pub(super) host: Option<u32>,
}

impl AddrRows {
    // Without the hint, whether it is a call depends on what else is in the crate, and a call costs a tenth of a lookup.
    #[inline(always)]
    pub(super) fn of(kernel: Kernel, tables: &Tables, addr: IpAddr) -> Self {
        let net = match addr {
            IpAddr::V4(addr) => tables.v4.find(kernel, addr.to_bits()),
            IpAddr::V6(addr) => tables.v6.find(kernel, addr.to_bits()),
        };
        Self { net, host: tables.urls.has_addrs().then(|| tables.urls.addr_row(addr)).flatten() }
    }
}

/// Returns true if a canonical URL belongs to a group of schemes.
#[inline]
fn is_of_group(url: &[u8], group: &str) -> bool {
    // Nearly all URLs are in the `http` group.
    if url.starts_with(b"http:") || url.starts_with(b"https:") {
        return group == "http";
    }
    let scheme = url.iter().position(|&b| b == b':').map(|end| &url[..end]);
    scheme.is_some_and(|scheme| str::from_utf8(scheme).is_ok_and(|scheme| url::scheme_group(scheme) == group))
}

/// Collects the matches of a name, provided that everything that covers it blocks unconditionally. Returns false if
/// not; the matches found so far are then incomplete.
#[inline(always)]
pub(super) fn push_plain(tables: &Tables, name: &str, dots: u64, plan: Option<&Plan>, scratch: &mut Scratch) -> bool {
    let mut is_all = true;
    let push = |found: StoredName| match found.plain() {
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
    // Most specific first: no two matches have the same number of labels.
    scratch.found.reverse();
    is_all
}

/// The indicator of a network that covers an address, as a candidate.
#[inline]
fn net_candidate<A: ip::Addr>(tables: &Tables, id: u32, len: u8) -> Candidate {
    let relation = match tables.indicators.is_range(id) {
        true => Relation::Range,
        false if len == A::BITS => Relation::Exact,
        false => Relation::Cidr,
    };
    Candidate::host(id, relation, u32::from(len))
}

/// Collects the matches of an address, given that everything that covers it blocks unconditionally. Returns false if a row has several
/// indicators, which must be sorted; the matches found so far are then incomplete.
#[inline]
pub(super) fn push_plain_nets<A: ip::Addr>(
    tables: &Tables,
    table: &ip::Table<A>,
    row: Option<u32>,
    scratch: &mut Scratch,
) -> bool {
    table.from(row).all(|(row, len)| {
        let mut ids = table.ids(row);
        scratch.found.extend(ids.next().map(|id| net_candidate::<A>(tables, id, len).raw()));
        ids.next().is_none()
    })
}

/// The allow entries that cover the observable, summed up.
#[derive(Clone, Copy, Debug, Default)]
struct Allowed {
    /// The highest specificity of an `allow` entry.
    upto: Option<u32>,
    /// True if an `allow_all` entry covers the observable.
    all: bool,
}

impl Allowed {
    fn is_none(self) -> bool {
        self.upto.is_none() && !self.all
    }
}

/// The state of one lookup.
pub(super) struct Search<'a> {
    layers: &'a Layers,
    /// The layer being searched: the compiled one, except within [`in_overlay`](Self::in_overlay) and after [`enter`](Self::enter).
    layer: Layer<'a>,
    options: &'a MatchOptions,
    filter: &'a Resolved,
    found: &'a mut Vec<RawMatch>,
    /// The index of the first match of this lookup.
    from: usize,
    /// The form in which the looked-up address is embedded in the observed one.
    pub(super) derived: Option<Derived>,
    withheld: &'a mut Withheld,
    patterns: &'a mut pattern::Scratch,
    allowed: Allowed,
    pub(super) hosts: &'a mut Vec<KnownHost>,
}

impl<'a> Search<'a> {
    /// Collects everything that covers a name, as such or as the host of `url`. Follows the plan of the name, if it has one.
    pub(super) fn name(&mut self, name: &str, seen: Seen, url: Option<UrlView<'_>>, plan: Option<&Plan>) {
        self.name_in_layer(name, seen, url, plan);
        // A plan is made for the compiled tables.
        self.in_overlay(|search| search.name_in_layer(name, seen, url, None));
    }

    /// Calls `work` in the overlay, if there is one. Few sieves have one, and lookups in the others must not pay for it.
    #[inline]
    fn in_overlay(&mut self, work: impl FnOnce(&mut Self)) {
        #[cold]
        #[inline(never)]
        fn enter<'a>(search: &mut Search<'a>, layer: Layer<'a>, work: impl FnOnce(&mut Search<'a>)) {
            search.enter(layer);
            work(search);
            search.enter(search.layers.compiled());
        }
        if let Some(layer) = self.layers.overlay() {
            enter(self, layer, work);
        }
    }

    /// Continues in this layer.
    pub(super) fn enter(&mut self, layer: Layer<'a>) -> &mut Self {
        self.layer = layer;
        self
    }

    fn name_in_layer(&mut self, name: &str, seen: Seen, url: Option<UrlView<'_>>, plan: Option<&Plan>) {
        let tables = self.layer.tables;
        let found = |found: StoredName| self.stored_name(found, seen, url);
        match plan {
            None => tables.domains.suffixes(&tables.strings, name, found),
            Some(plan) => tables.domains.planned(plan, &tables.strings, name, found),
        }
        if let Some(names) = &tables.names {
            let of_host = url.is_none();
            self.patterns(names, name, Candidate { of_host, ..Candidate::host(0, Relation::Pattern, 0) }, seen);
        }
    }

    /// Considers the indicators filed under a stored name, which is the observed name or an ancestor of it.
    #[inline]
    fn stored_name(&mut self, found: StoredName, seen: Seen, url: Option<UrlView<'_>>) {
        let covers = |scope: Option<Scope>| match scope {
            Some(Scope::Exact) => found.whole,
            Some(Scope::Subdomains) => !found.whole,
            _ => true,
        };
        let relation = if found.whole { Relation::Exact } else { Relation::Subdomain };
        let candidate = |id| Candidate::host(id, relation, u32::from(found.labels));
        for named in self.layer.tables.named(found.row) {
            match named {
                Named::Domain(id) => {
                    if covers(self.layer.tables.indicators.scope(id)) {
                        self.consider(candidate(id), seen);
                    }
                }
                Named::Host(host) => self.url_host(host, u32::from(found.labels), found.whole, seen, url),
            }
        }
    }

    /// Considers the patterns that match a target.
    fn patterns(&mut self, table: &pattern::Table, target: &str, candidate: Candidate, seen: Seen) {
        let mut scratch = std::mem::take(self.patterns);
        table.matches(&self.layer.tables.strings, target, &mut scratch, |id| {
            self.consider(Candidate { id, ..candidate }, seen);
        });
        *self.patterns = scratch;
    }

    pub(super) fn path_patterns(&mut self, view: &UrlView<'_>, seen: Seen) {
        self.path_patterns_in_layer(view, seen);
        self.in_overlay(|search| search.path_patterns_in_layer(view, seen));
    }

    fn path_patterns_in_layer(&mut self, view: &UrlView<'_>, seen: Seen) {
        if let Some(paths) = &self.layer.tables.paths {
            self.patterns(paths, view.path_and_query(), Candidate::url(0, Relation::Pattern, 0, 0), seen);
        }
    }

    /// Returns true if a URL indicator applies to the observed host: its own host is the observed one (`whole`), or a
    /// parent domain and in scope.
    pub(super) fn is_on_host(&self, id: u32, whole: bool) -> bool {
        whole || self.layer.tables.indicators.scope(id) == Some(Scope::Suffix)
    }

    /// Returns true if a URL indicator belongs to a group of schemes. Every indicator passes if no scheme is known.
    pub(super) fn is_of_scheme(&self, id: u32, group: Option<&str>) -> bool {
        group.is_none_or(|group| match self.layer.tables.indicators.value(id) {
            Value::Url(text) => is_of_group(self.layer.tables.strings.bytes(text), group),
            _ => false,
        })
    }

    /// Considers the URL indicators of a stored host, which is the observed host (`whole`) or a parent domain.
    fn url_host(&mut self, row: u32, specificity: u32, whole: bool, seen: Seen, url: Option<UrlView<'_>>) {
        let tables = self.layer.tables;
        let host = Candidate { of_host: url.is_none(), ..Candidate::host(0, Relation::UrlAnyPath, specificity) };
        let scheme = url.as_ref().map(|url| url::scheme_group(url.scheme()));
        for id in tables.urls.host_only(row) {
            if self.is_on_host(id, whole) && self.is_of_scheme(id, scheme) {
                self.consider(Candidate { id, ..host }, seen);
            }
        }
        match url {
            Some(url) => {
                if !tables.urls.with_path(row).is_empty() {
                    self.hosts.push(KnownHost { row, is_overlay: self.layer.is_overlay, whole, specificity });
                }
                let path_len = url.path().len() as u32;
                tables.urls.paths(&tables.strings, row, url.path_and_query(), url.path().len(), |id, how, len| {
                    let (relation, rank) = match how {
                        PathMatch::Exact => (Relation::UrlExact, 2),
                        PathMatch::Path => (Relation::UrlPath, 1),
                        PathMatch::Prefix => (Relation::UrlPrefix, 0),
                    };
                    debug_assert!(len as u32 <= path_len);
                    if self.is_on_host(id, whole) && self.is_of_scheme(id, scheme) {
                        let level = PATH_LEVEL + ((len as u32) << 2 | rank);
                        self.consider(Candidate::url(id, relation, level, specificity), seen);
                    }
                });
            }
            None => {
                let ids = tables.urls.with_path(row);
                if self.options.host_only {
                    for id in ids.filter(|&id| whole || tables.indicators.scope(id) == Some(Scope::Suffix)) {
                        let weak = Candidate {
                            strength: Strength::HostOnly,
                            of_host: true,
                            ..Candidate::url(id, Relation::UrlAnyPath, specificity, specificity)
                        };
                        self.consider(weak, seen);
                    }
                } else if whole {
                    let gone = if self.layer.is_whole() { 0 } else { ids.filter(|&id| self.layer.is_gone(id)).count() };
                    self.withheld.host_only += (tables.urls.with_path(row).len() - gone) as u64;
                }
            }
        }
    }

    /// A match as it is before ports, the filter and entries are considered.
    #[inline]
    fn raw(&self, candidate: Candidate, seen: Seen) -> RawMatch {
        let raw = candidate.raw();
        let strength = if seen.name_like { raw.strength.max(Strength::NameLike) } else { raw.strength };
        RawMatch { id: self.layer.first + raw.id, strength, derived: self.derived, ..raw }
    }

    /// Considers an indicator that covers the observable: checks the port, then the filter, then the actions of its entries.
    #[inline]
    pub(super) fn consider(&mut self, candidate: Candidate, seen: Seen) {
        let Candidate { id, strength, .. } = candidate;
        if self.layer.is_gone(id) {
            return;
        }
        let mut raw = self.raw(candidate, seen);
        let flags = self.layer.tables.indicators.flags(id);
        if flags.is_plain_block() && self.filter.is_trivial() {
            self.found.push(raw);
            return;
        }
        let mut is_at_port = true;
        if let Some(port) = self.layer.tables.indicators.port(id) {
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

    /// Returns true if an entry with this action passes the filter.
    fn has_passing(&self, id: u32, action: Action) -> bool {
        let moment = self.filter.moment;
        if moment == Moment::Later && action != Action::Block {
            return false;
        }
        let is_valid = |set| match moment {
            Moment::At(second) => is_valid_at(self.layer.tables, set, second),
            Moment::Any | Moment::Later => true,
        };
        self.filter.is_trivial()
            || self.layer.tables.entries.of(id).any(|row| {
                let set = self.layer.tables.entries.attributes(row);
                self.layer.tables.attributes.action(set) == action
                    && self.filter.passes(self.layer.is_overlay, set)
                    && is_valid(set)
            })
    }

    pub(super) fn finish(self) {
        if self.found.len() == self.from {
            return;
        }
        let is_settled = self.allowed.is_none() && self.found.len() == self.from + 1;
        if is_settled && self.found.last().is_some_and(|raw| self.options.reports(raw.strength)) {
            return;
        }
        let Self { layers, options, found, from, withheld, allowed, .. } = self;
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
            sort(layers, found);
        }
    }
}

impl<'a> Search<'a> {
    /// Collects everything that covers an address, as such or as the host of `url`.
    pub(super) fn addr(&mut self, kernel: Kernel, addr: IpAddr, place: AddrRows, seen: Seen, url: Option<UrlView<'_>>) {
        self.addr_in_layer(addr, place, seen, url);
        self.in_overlay(|search| {
            let place = AddrRows::of(kernel, search.layer.tables, addr);
            search.addr_in_layer(addr, place, seen, url);
        });
    }

    /// Collects everything that covers an IPv4 address, as such.
    pub(super) fn v4(&mut self, kernel: Kernel, addr: u32, seen: Seen) {
        self.v4_in_layer(kernel, addr, seen);
        self.in_overlay(|search| search.v4_in_layer(kernel, addr, seen));
    }

    fn v4_in_layer(&mut self, kernel: Kernel, addr: u32, seen: Seen) {
        let table = &self.layer.tables.v4;
        self.nets(table, table.find(kernel, addr), seen);
    }

    fn addr_in_layer(&mut self, addr: IpAddr, place: AddrRows, seen: Seen, url: Option<UrlView<'_>>) {
        match addr {
            IpAddr::V4(_) => self.nets(&self.layer.tables.v4, place.net, seen),
            IpAddr::V6(_) => self.nets(&self.layer.tables.v6, place.net, seen),
        }
        if let Some(row) = place.host {
            let specificity = if addr.is_ipv4() { 32 } else { 128 };
            self.url_host(row, specificity, true, seen, url);
        }
    }

    fn nets<A: ip::Addr>(&mut self, table: &'a ip::Table<A>, row: Option<u32>, seen: Seen) {
        // If so, no entry has to be read.
        let is_plain = self.filter.is_trivial() && self.layer.is_whole() && row.is_some_and(|row| table.is_plain(row));
        for (row, len) in table.from(row) {
            for id in table.ids(row) {
                let candidate = net_candidate::<A>(self.layer.tables, id, len);
                if is_plain {
                    self.found.push(self.raw(candidate, seen));
                } else {
                    self.consider(candidate, seen);
                }
            }
        }
    }
}

/// An indicator on its way through [`Search::consider`].
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    id: u32,
    relation: Relation,
    strength: Strength,
    of_host: bool,
    is_host_level: bool,
    specificity: u32,
    /// The specificity up to which an allow entry of this indicator suppresses matches.
    host_specificity: u32,
}

impl Candidate {
    /// The match, before anything else is known about it.
    #[inline]
    pub(super) fn raw(self) -> RawMatch {
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

    /// A candidate that only an equal value matches.
    pub(super) fn exact(id: u32, specificity: u32) -> Self {
        Self { of_host: false, ..Self::host(id, Relation::Exact, specificity) }
    }

    pub(super) fn url(id: u32, relation: Relation, specificity: u32, host_specificity: u32) -> Self {
        Self { of_host: false, is_host_level: false, specificity, host_specificity, ..Self::host(id, relation, 0) }
    }
}
