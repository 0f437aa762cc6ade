//! Many lookups at once: what will be looked at is asked for before it is.

use super::domain::{self, Begun};
use super::matcher::{Matcher, Seen};
use super::tables::{Tables, without_root};
use super::view::Matches;

/// Names that are begun before the first is looked at: more lines than a core can wait for at a time, few enough to
/// stay in the first-level cache.
const BATCH: usize = 32;

impl Tables {
    /// The places, within a batch, of the names that have to be looked up one by one; in order.
    #[inline]
    fn undenied<'b, N: AsRef<[u8]>>(&self, names: &[N], places: &'b mut [u8; BATCH]) -> &'b [u8] {
        let (domains, hosts) = (&self.domains, self.urls.hosts());
        let mut domain = [Begun::default(); BATCH];
        let mut host = [Begun::default(); BATCH];
        let begin = |table: &domain::Table, begun: &mut [Begun; BATCH]| {
            if !table.is_empty() {
                for (begun, name) in begun.iter_mut().zip(names) {
                    let name = name.as_ref();
                    *begun = table.begin(name, 0, without_root(name));
                }
            }
        };
        begin(domains, &mut domain);
        begin(hosts, &mut host);
        let mut count = 0;
        for (at, (domain, host)) in domain.iter().zip(host).enumerate().take(names.len()) {
            places[count] = at as u8;
            let must = domains.must_go_on(*domain) | hosts.must_go_on(host) | self.names.is_some();
            count += usize::from(must);
        }
        &places[..count]
    }
}

impl Matcher {
    /// Looks many names up: calls `found` with the place of each name that matches something and with its matches, in
    /// order. To the same effect as [`match_domain`](Matcher::match_domain) for each. It asks for memory ahead: of 1.5 million names
    /// what matches nothing costs a sixth less than one by one, and what matches a third less where the caches are not its own.
    ///
    /// ```
    /// # use netsieve::indicator::{DomainName, Feed, Indicator, Record};
    /// # use netsieve::{MatchOptions, Scope, Sieve};
    /// # let mut builder = Sieve::builder();
    /// # let feed = builder.feed(Feed::new("partner"));
    /// # let name = DomainName::parse("evil.test").unwrap();
    /// # builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 7, "evil.test"));
    /// # let (sieve, _) = builder.build()?;
    /// let mut matcher = sieve.matcher(&MatchOptions::default());
    /// let mut seen = Vec::new();
    /// matcher.match_domains(&["a.example", "www.evil.test", "b.example"], None, |place, matches| {
    ///     seen.push((place, matches.first().unwrap().indicator().to_string()));
    /// });
    /// assert_eq!(seen, [(1, "evil.test".to_owned())]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_domains<N: AsRef<[u8]>>(
        &mut self,
        names: &[N],
        port: Option<u16>,
        mut found: impl FnMut(usize, Matches<'_>),
    ) {
        self.each_domain(names, port, |matcher, place| found(place, matcher.matches()));
    }

    /// The places of the names that match something, in order, in place of what `places` holds. To the same effect as
    /// [`is_match_domain`](Matcher::is_match_domain) for each name; see [`match_domains`](Matcher::match_domains).
    pub fn is_match_domains<N: AsRef<[u8]>>(&mut self, names: &[N], port: Option<u16>, places: &mut Vec<usize>) {
        places.clear();
        self.each_domain(names, port, |_, place| places.push(place));
    }

    #[inline]
    fn each_domain<N: AsRef<[u8]>>(&mut self, names: &[N], port: Option<u16>, mut found: impl FnMut(&Self, usize)) {
        let mut places = [0; BATCH];
        for (batch, names) in names.chunks(BATCH).enumerate() {
            for &place in self.sieve().tables().undenied(names, &mut places) {
                let place = usize::from(place);
                self.find_domain(names[place].as_ref(), Seen { port, name_like: false });
                if !self.found().is_empty() {
                    found(self, batch * BATCH + place);
                }
            }
        }
    }
}
