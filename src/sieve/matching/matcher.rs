//! The matcher: lookups of single values. Other files of this folder add batches, addresses, hashes and mail addresses to it.

use std::net::IpAddr;

use crate::arch::cpu::{Engine, Kernel};
use crate::arch::name::canonical;
use crate::indicator::{HostRef, Kind, Reject, UrlScratch};
#[cfg(feature = "events")]
use crate::sieve::matching::filter::Moment;
use crate::sieve::matching::filter::Resolved;
use crate::sieve::matching::options::{MatchOptions, Withheld};
use crate::sieve::matching::order;
use crate::sieve::matching::probe::Probe;
use crate::sieve::matching::raw::{RawMatch, Seen};
use crate::sieve::matching::search::{AddrRows, Scratch, push_plain};
use crate::sieve::matching::view::Matches;
use crate::sieve::set::Sieve;
use crate::sieve::tables::domain::Plan;
use crate::sieve::tables::without_root;
use crate::value::email::EmailScratch;
use crate::value::ip;
use crate::value::{Observable, domain, url};

/// Looks up observables in a sieve.
///
/// A matcher owns scratch space and a filter that is already resolved, so make one per thread and keep it. Once it is
/// warm, a lookup allocates nothing, except for names that are not ASCII, which go through UTS-46, and for mail addresses among
/// values of any kind. Lookups never panic. The `match_*` methods never fail either: a text that is no such value matches nothing.
///
/// ```
/// use netsieve::indicator::Record;
/// use netsieve::{Indicator, Relation, Sieve};
///
/// // The record says that line 7 of the feed lists the indicator.
/// let record = Record::new("evil.test".parse::<Indicator>()?, 7, "evil[.]test");
/// let (sieve, _) = Sieve::builder().add("partner", record).build()?;
///
/// let mut matcher = sieve.matcher();
/// let matches = matcher.match_domain("WWW.Evil.Test.", None);
/// let first = matches.first().unwrap();
/// assert_eq!(first.indicator().to_string(), "evil.test");
/// assert_eq!(first.relation(), Relation::Subdomain);
/// let source = first.sources().next().unwrap();
/// assert_eq!((source.feed().name.as_str(), source.line()), ("partner", Some(7)));
/// assert!(!matcher.is_match_domain("notevil.test", None));
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Matcher {
    pub(super) sieve: Sieve,
    pub(super) options: MatchOptions,
    pub(super) kernel: Kernel,
    pub(super) filter: Resolved,
    pub(super) scratch: Scratch,
    name: String,
    pub(super) url: UrlScratch,
    pub(super) email: EmailScratch,
    request: Vec<u8>,
}

/// The scratch space of a matcher. It stays allocated between lookups.
#[derive(Debug, Default)]
pub(super) struct Space {
    scratch: Scratch,
    name: String,
    url: UrlScratch,
    email: EmailScratch,
    request: Vec<u8>,
}

impl Matcher {
    pub(in crate::sieve) fn new(sieve: Sieve, options: &MatchOptions) -> Self {
        Self::in_space(sieve, options, Space::default())
    }

    pub(super) fn in_space(sieve: Sieve, options: &MatchOptions, space: Space) -> Self {
        let Space { scratch, name, url, email, request } = space;
        let filter = Resolved::new(&sieve.0, &options.filter);
        let (options, kernel) = (options.clone(), Kernel::of(options.engine));
        Self { sieve, options, kernel, filter, scratch, name, url, email, request }
    }

    /// Takes the scratch space out of the matcher, which must not be used again.
    pub(super) fn take_space(&mut self) -> Space {
        let Self { scratch, name, url, email, request, .. } = self;
        Space {
            scratch: std::mem::take(scratch),
            name: std::mem::take(name),
            url: std::mem::take(url),
            email: std::mem::take(email),
            request: std::mem::take(request),
        }
    }

    /// Requires entries to be valid at this time too, in addition to the filter, from the next lookup on.
    #[cfg(feature = "events")]
    pub(crate) fn set_moment(&mut self, moment: Moment) {
        self.filter.moment = moment;
    }

    /// The options of this matcher.
    ///
    /// ```
    /// use netsieve::{MatchOptions, Sieve};
    ///
    /// let sieve = Sieve::builder().build()?.0;
    /// assert!(sieve.matcher_with(&MatchOptions::new().host_only(true)).options().host_only);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn options(&self) -> &MatchOptions {
        &self.options
    }

    /// The engine in use: that of the options, or the fastest that this CPU can run.
    ///
    /// ```
    /// use netsieve::{Engine, MatchOptions, Sieve};
    ///
    /// let sieve = Sieve::builder().build()?.0;
    /// assert_eq!(sieve.matcher_with(&MatchOptions::new().engine(Engine::Scalar)).engine(), Engine::Scalar);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn engine(&self) -> Engine {
        self.kernel.engine()
    }

    /// The kernel of the engine.
    pub(crate) fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// A probe, which tells whether anything is listed before it is looked up.
    pub(crate) fn probe(&self) -> Probe {
        Probe::new(self.sieve.clone(), self.kernel)
    }

    /// The sieve in which this matcher looks things up.
    pub fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Finds every indicator that covers a name, most specific first: those of the name itself and of its ancestors, by
    /// whole labels, and patterns. An invalid name matches nothing.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve, Strength};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "evil.test:8443".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// assert!(matcher.is_match_domain("www.evil.test", Some(8443)));
    /// assert!(!matcher.is_match_domain("www.evil.test", Some(443)));
    /// // Without a known port, the match is weaker.
    /// let first = matcher.match_domain("www.evil.test", None).first().unwrap();
    /// assert_eq!(first.strength(), Strength::PortUnseen);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_domain(&mut self, name: impl AsRef<[u8]>, port: Option<u16>) -> Matches<'_> {
        self.find_domain(name.as_ref(), Seen { port, name_like: false });
        self.matches()
    }

    /// Finds every indicator that covers a URL, most specific first: URLs, patterns, and the names and addresses that
    /// cover its host. A URL without a scheme is taken as one of the `http` group that shows no port.
    ///
    /// ```
    /// use netsieve::{Indicator, Relation, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "http://shop.test/login/".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// let first = matcher.match_url("https://shop.test/login/step2?id=7").first().unwrap();
    /// assert_eq!(first.relation(), Relation::UrlPrefix);
    /// assert!(matcher.match_url("https://shop.test/").is_empty());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_url(&mut self, url: impl AsRef<[u8]>) -> Matches<'_> {
        // A text that is not a URL leaves no matches.
        let _ = self.look_up_url(url.as_ref(), false);
        self.matches()
    }

    /// Finds every indicator that covers a value of any kind. The shape of the value decides the kind: an address or a
    /// name, with or without `:port`; a URL, with or without a scheme; the hash of a file; or a mail address.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// for value in ["evil.test", "WWW.evil.test.", "evil.test:443", "https://evil.test/a"] {
    ///     assert_eq!(matcher.match_any(value).len(), 1, "{value}");
    /// }
    /// // A listed domain does not match the mail addresses in it.
    /// assert!(matcher.match_any("someone@evil.test").is_empty());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_any(&mut self, value: impl AsRef<[u8]>) -> Matches<'_> {
        self.find_any(value.as_ref());
        self.matches()
    }

    /// Like [`match_any`](Matcher::match_any), but a text that is not a value is an error instead of a miss.
    ///
    /// # Errors
    ///
    /// [`Reject`] says why the text is not an address, a name, a URL, a hash or a mail address.
    ///
    /// ```
    /// use netsieve::{Reject, Sieve};
    /// # use netsieve::Feed;
    /// # use netsieve::indicator::Record;
    /// # let mut builder = Sieve::builder();
    /// # let feed = builder.feed(Feed::new("partner"));
    /// # builder.add(feed, Record::new("evil.test".parse()?, 7, "evil.test"));
    /// # let (sieve, _) = builder.build()?;
    /// let mut matcher = sieve.matcher();
    /// for found in matcher.lookup("www.evil.test:443")? {
    ///     assert_eq!(found.to_string(), "evil.test (subdomain) partner:7");
    /// }
    /// assert_eq!(matcher.lookup("evil..test").err(), Some(Reject::EmptyLabel));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lookup(&mut self, value: impl AsRef<[u8]>) -> Result<Matches<'_>, Reject> {
        self.look_up_any(value.as_ref())?;
        Ok(self.matches())
    }

    /// Returns true if [`match_domain`](Matcher::match_domain) finds anything.
    pub fn is_match_domain(&mut self, name: impl AsRef<[u8]>, port: Option<u16>) -> bool {
        self.find_domain(name.as_ref(), Seen { port, name_like: false });
        !self.scratch.found.is_empty()
    }

    /// Returns true if [`match_url`](Matcher::match_url) finds anything.
    pub fn is_match_url(&mut self, url: impl AsRef<[u8]>) -> bool {
        // A text that is not a URL leaves no matches.
        let _ = self.look_up_url(url.as_ref(), false);
        !self.scratch.found.is_empty()
    }

    /// Returns true if [`match_any`](Matcher::match_any) finds anything.
    pub fn is_match_any(&mut self, value: impl AsRef<[u8]>) -> bool {
        self.find_any(value.as_ref());
        !self.scratch.found.is_empty()
    }

    /// Returns the kind of a value, as [`match_any`](Matcher::match_any) reads it.
    ///
    /// # Errors
    ///
    /// [`Reject`] says why the value is invalid.
    ///
    /// ```
    /// use netsieve::{Kind, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().build()?;
    /// let mut matcher = sieve.matcher();
    /// assert_eq!(matcher.classify("192.0.2.1:80")?, Kind::Ip);
    /// assert_eq!(matcher.classify("evil.test/a")?, Kind::Url);
    /// assert!(matcher.classify("no value").is_err());
    /// assert_eq!(matcher.canonical("HTTP://Evil.TEST/a/../b")?, "http://evil.test/b");
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn classify(&mut self, value: impl AsRef<[u8]>) -> Result<Kind, Reject> {
        self.look_up_any(value.as_ref())
    }

    /// Returns the canonical form of a value, as [`match_any`](Matcher::match_any) reads it.
    ///
    /// # Errors
    ///
    /// [`Reject`] says why the value is invalid.
    pub fn canonical(&mut self, value: impl AsRef<[u8]>) -> Result<String, Reject> {
        let with_port = |text: String, port: Option<u16>| match port {
            Some(port) => format!("{text}:{port}"),
            None => text,
        };
        match Observable::read(value.as_ref())? {
            Observable::Ip(addr @ IpAddr::V6(_), Some(port)) => Ok(format!("[{addr}]:{port}")),
            Observable::Ip(addr, port) => Ok(with_port(addr.to_string(), port)),
            Observable::Name(name, port) => {
                domain::canonicalise(name, &mut self.name).map(|name| with_port(name.to_owned(), port))
            }
            Observable::Url(text) => url::canonicalise(text, &mut self.url).map(|view| view.as_str().to_owned()),
            Observable::Hash(hash) => Ok(hash.to_string()),
            Observable::Email(address) => Ok(address.to_string()),
        }
    }

    pub(crate) fn matches(&self) -> Matches<'_> {
        Matches::new(&self.sieve.0, &self.filter, &self.scratch.found, self.scratch.withheld)
    }

    /// Views of matches that were put aside. They must come from the same sieve and filter.
    pub(crate) fn matches_of<'m>(&'m self, found: &'m [RawMatch]) -> Matches<'m> {
        Matches::new(&self.sieve.0, &self.filter, found, Withheld::default())
    }

    /// Returns true if the indicator of a match is listed with a port.
    #[cfg(feature = "events")]
    pub(crate) fn has_port(&self, found: &RawMatch) -> bool {
        let (layer, id) = self.sieve.0.of(found.id);
        layer.tables.indicators.port(id).is_some()
    }

    /// Puts matches of several lookups in the order of those of one. They must come from the same sieve and filter.
    pub(crate) fn sort(&self, matches: &mut [RawMatch]) {
        order::sort(&self.sieve.0, matches);
    }

    /// The matches of the last lookup.
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
        match url::canonicalise(text, &mut self.url).map(|view| view.host()) {
            Ok(HostRef::Domain(name)) => out.push_str(name),
            Ok(HostRef::Ip(addr)) => ip::write_addr(addr, out),
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

    /// Like [`look_up_domain`](Matcher::look_up_domain), but does not report whether an unlisted text is a name at all.
    /// Most names match nothing, and few of those are read to the end.
    #[inline]
    pub(crate) fn find_domain(&mut self, name: &[u8], seen: Seen) {
        if self.sieve.0.may_match_name(without_root(name)) {
            self.find_planned(name, seen, None);
        } else {
            self.scratch.clear();
        }
    }

    /// Looks up a name, following its plan if it has one. An invalid name matches nothing.
    #[inline(never)]
    pub(in crate::sieve) fn find_planned(&mut self, name: &[u8], seen: Seen, plan: Option<&Plan>) {
        if !self.find_plain(name, seen, plan) {
            self.find_in_full(name, seen, plan);
        }
    }

    /// Looks up a name if neither it nor anything that covers it needs more than a look at the tables. Returns false if that cannot be told.
    #[inline(always)]
    fn find_plain(&mut self, name: &[u8], seen: Seen, plan: Option<&Plan>) -> bool {
        self.scratch.clear();
        let tables = self.sieve.tables();
        // Most names are canonical, and most listed names block unconditionally.
        let is_simple = self.filter.is_trivial()
            && !self.sieve.0.has_overlay()
            && !seen.name_like
            && !tables.may_match_pattern(without_root(name));
        is_simple
            && canonical(without_root(name))
                .is_some_and(|(name, dots)| push_plain(tables, name, dots, plan, &mut self.scratch))
    }

    /// Like [`find_planned`](Matcher::find_planned), but handles every name, match and filter.
    #[inline(never)]
    fn find_in_full(&mut self, name: &[u8], seen: Seen, plan: Option<&Plan>) {
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        if let Ok(name) = domain::canonicalise(name, &mut self.name) {
            search.name(name, seen, None, plan);
        }
        search.finish();
    }

    /// Looks up a name. An invalid name matches nothing and returns the reason.
    pub(crate) fn look_up_domain(&mut self, name: &[u8], seen: Seen) -> Result<(), Reject> {
        if self.find_plain(name, seen, None) {
            return Ok(());
        }
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        let name = domain::canonicalise(name, &mut self.name)?;
        search.name(name, seen, None, None);
        search.finish();
        Ok(())
    }

    /// Looks up a URL. An invalid URL matches nothing and returns the reason. `Ok(true)` means that URL indicators with
    /// a path are on this host, so that the URL can match differently if it ends elsewhere; `Ok(false)` means that it
    /// cannot.
    pub(crate) fn look_up_url(&mut self, text: &[u8], name_like: bool) -> Result<bool, Reject> {
        self.look_up_reading(text, name_like, true)
    }

    /// Like [`look_up_url`](Matcher::look_up_url), with or without path patterns.
    pub(crate) fn look_up_reading(&mut self, text: &[u8], name_like: bool, patterns: bool) -> Result<bool, Reject> {
        self.scratch.clear();
        let start = url::Start::of(text);
        if !self.sieve.0.has_path_patterns() || !patterns {
            // If nothing is known of the host, the rest of the URL does not matter.
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
                let place = AddrRows::of(self.kernel, &self.sieve.0, addr);
                search.addr(self.kernel, addr, place, seen, Some(view));
            }
            HostRef::Domain(name) => search.name(name, seen, Some(view), None),
        }
        if patterns {
            search.path_patterns(&view, seen);
        }
        let can_match_otherwise = !search.hosts.is_empty();
        search.finish();
        if let Some(addr) = host {
            self.look_up_derived(addr, seen);
        }
        Ok(can_match_otherwise)
    }

    /// Finds the path patterns that match the path and query of a request.
    pub(crate) fn look_up_request_path(&mut self, path: &[u8]) {
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        if self.sieve.has_path_patterns()
            // Any host will do, because only the path is looked at.
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

    pub(super) fn find_any(&mut self, value: &[u8]) {
        // An invalid value leaves no matches.
        let _ = self.look_up_any(value);
    }

    pub(super) fn look_up_any(&mut self, value: &[u8]) -> Result<Kind, Reject> {
        let seen = |port| Seen { port, name_like: false };
        self.scratch.clear();
        match Observable::read(value)? {
            Observable::Ip(addr, port) => {
                self.look_up_ip(addr, seen(port));
                Ok(Kind::Ip)
            }
            Observable::Name(name, port) => self.look_up_domain(name, seen(port)).map(|()| Kind::Domain),
            Observable::Url(text) => self.look_up_url(text, false).map(|_| Kind::Url),
            Observable::Hash(hash) => {
                self.look_up_hash(&hash);
                Ok(Kind::Hash)
            }
            Observable::Email(address) => {
                self.look_up_address(&address);
                Ok(Kind::Email)
            }
        }
    }
}

impl Sieve {
    /// Returns a matcher with the default options: it reports all matches of strength `strong`, `port_unseen` and `joined`.
    ///
    /// The matcher owns scratch space: make one per thread and keep it.
    pub fn matcher(&self) -> Matcher {
        self.matcher_with(&MatchOptions::default())
    }

    /// Returns a matcher with the given options. Resolving a filter costs one step per distinct set of attributes.
    ///
    /// ```
    /// use netsieve::{Engine, Indicator, MatchOptions, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "http://shop.test/login/".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher_with(&MatchOptions::new().host_only(true).engine(Engine::Scalar));
    /// assert_eq!((matcher.engine(), matcher.options().host_only), (Engine::Scalar, true));
    /// // The host alone was seen.
    /// assert_eq!(matcher.lookup("shop.test")?.first().unwrap().strength().as_str(), "host_only");
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn matcher_with(&self, options: &MatchOptions) -> Matcher {
        Matcher::new(self.clone(), options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::{DomainName, Feed, Indicator, Pattern, PatternTarget, Record, Scope};
    use crate::sieve::{Filter, PublicSuffixes, Strength};

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
        let mut matcher = sieve.matcher();
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
        assert_eq!(sieve.matcher_with(&options).match_url(value).withheld().filtered, 2);
        let mut matcher = sieve.matcher();
        let ids: Vec<u32> = matcher.match_url(value).iter().map(|found| found.indicator().id()).collect();
        assert_eq!(ids, [1, 0], "the pattern over names comes first");
    }
}
