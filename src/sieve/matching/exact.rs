//! Lookups of values that match only equal values: file hashes and mail addresses.

use crate::indicator::{EmailAddress, FileHash, Reject};
use crate::sieve::matching::matcher::Matcher;
use crate::sieve::matching::raw::Seen;
use crate::sieve::matching::search::Candidate;
use crate::sieve::matching::view::Matches;
use crate::sieve::tables::Tables;
use crate::value::email::{self, EmailScratch};

/// Hashes and mail addresses have the highest specificity, so that only an entry for the same value allows one.
const SPECIFICITY: u32 = u32::MAX;

impl Matcher {
    /// Finds the indicator of a hash, in any form that [`FileHash::parse`] reads. An invalid hash matches nothing.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let hash: Indicator = "0123456789abcdef0123456789abcdef".parse()?;
    /// let (sieve, _) = Sieve::builder().add("partner", hash).build()?;
    /// let mut matcher = sieve.matcher();
    /// assert_eq!(matcher.match_hash("MD5:0123456789ABCDEF0123456789ABCDEF").len(), 1);
    /// assert!(!matcher.is_match_hash("fedcba9876543210fedcba9876543210"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_hash(&mut self, hash: impl AsRef<[u8]>) -> Matches<'_> {
        match FileHash::parse(hash) {
            Ok(hash) => self.look_up_hash(&hash),
            Err(_) => self.scratch.clear(),
        }
        self.matches()
    }

    /// Returns true if [`match_hash`](Matcher::match_hash) finds anything.
    pub fn is_match_hash(&mut self, hash: impl AsRef<[u8]>) -> bool {
        !self.match_hash(hash).is_empty()
    }

    /// Looks up many hashes: calls `found` with the place and the matches of each hash that matches something, in
    /// order. Memory is prefetched, which helps if the table does not fit in the caches.
    ///
    /// ```
    /// use netsieve::value::FileHash;
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let listed = "0123456789abcdef0123456789abcdef";
    /// let (sieve, _) = Sieve::builder().add("partner", listed.parse::<Indicator>()?).build()?;
    /// let hashes = [FileHash::parse("ffffffffffffffffffffffffffffffff")?, FileHash::parse(listed)?];
    /// let mut found = Vec::new();
    /// sieve.matcher().match_hashes(&hashes, |at, matches| found.push((at, matches.len())));
    /// assert_eq!(found, [(1, 1)]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_hashes(&mut self, hashes: &[FileHash], mut found: impl FnMut(usize, Matches<'_>)) {
        if self.sieve.0.has_overlay() {
            for (at, hash) in hashes.iter().enumerate() {
                self.look_up_hash(hash);
                if !self.scratch.found.is_empty() {
                    found(at, self.matches());
                }
            }
            return;
        }
        let sieve = self.sieve.clone();
        let Tables { digests, indicators, .. } = sieve.tables();
        let near = |id| indicators.prefetch_flags(id);
        let is_trivial = self.filter.is_trivial();
        // After a plain match, the next one differs from it only in the indicator.
        let mut is_plain = false;
        digests.find_all(hashes, near, |at, id| {
            let was_plain = is_plain;
            is_plain = is_trivial && indicators.flags(id).is_plain_block();
            match self.scratch.found.first_mut() {
                Some(last) if was_plain && is_plain => last.id = id,
                _ => self.look_up_id(id),
            }
            if !self.scratch.found.is_empty() {
                found(at, self.matches());
            }
        });
    }

    /// Finds the indicator of a mail address. An invalid address matches nothing. The domain of the address is not looked up.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "billing@evil.test".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// assert!(matcher.is_match_email("Billing@Evil.TEST"));
    /// assert!(matcher.match_email("sales@evil.test").is_empty());
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_email(&mut self, address: impl AsRef<[u8]>) -> Matches<'_> {
        match EmailAddress::parse(address) {
            Ok(address) => self.look_up_address(&address),
            Err(_) => self.scratch.clear(),
        }
        self.matches()
    }

    /// Returns true if [`match_email`](Matcher::match_email) finds anything.
    pub fn is_match_email(&mut self, address: impl AsRef<[u8]>) -> bool {
        !self.match_email(address).is_empty()
    }

    pub(crate) fn look_up_hash(&mut self, hash: &FileHash) {
        self.look_up_exact(|tables| tables.digests.find(hash.as_bytes()));
    }

    pub(crate) fn look_up_address(&mut self, address: &EmailAddress) {
        self.look_up_exact(|tables| tables.emails.find(&tables.strings, address.as_str()));
    }

    /// Looks up a mail address from a log. An invalid address matches nothing and returns the reason.
    pub(crate) fn look_up_email(&mut self, text: &[u8]) -> Result<(), Reject> {
        self.scratch.clear();
        let mut space = std::mem::take(&mut self.email);
        let known = email::canonicalise(text, &mut space).map(|address| {
            self.look_up_exact(|tables| tables.emails.find(&tables.strings, address));
        });
        self.email = space;
        known
    }

    /// Appends the canonical form of a mail address.
    pub(crate) fn write_email(&mut self, text: &[u8], out: &mut String) {
        if let Ok(address) = email::canonicalise(text, &mut self.email) {
            out.push_str(address);
        }
    }

    /// Looks up the indicator of a hash, which the compiled tables hold. There must be no overlay.
    #[inline(always)]
    pub(super) fn look_up_id(&mut self, id: u32) {
        if self.filter.is_trivial() && self.sieve.0.indicators.flags(id).is_plain_block() {
            self.scratch.clear();
            self.scratch.found.push(Candidate::exact(id, SPECIFICITY).raw());
        } else {
            self.look_up_exact(|_| Some(id));
        }
    }

    #[inline]
    fn look_up_exact(&mut self, find: impl Fn(&Tables) -> Option<u32>) {
        let layers = &self.sieve.0;
        let compiled = find(layers);
        if !layers.has_overlay() {
            // Most values are not listed, and most that are always block.
            let is_plain = |id| self.filter.is_trivial() && layers.indicators.flags(id).is_plain_block();
            if compiled.is_none_or(is_plain) {
                self.scratch.clear();
                self.scratch.found.extend(compiled.map(|id| Candidate::exact(id, SPECIFICITY).raw()));
                return;
            }
        }
        let mut search = self.scratch.start(layers, &self.options, &self.filter);
        if let Some(id) = compiled {
            search.consider(Candidate::exact(id, SPECIFICITY), Seen::default());
        }
        if let Some(layer) = layers.overlay()
            && let Some(id) = find(layer.tables)
        {
            search.enter(layer).consider(Candidate::exact(id, SPECIFICITY), Seen::default());
        }
        search.finish();
    }
}

/// Questions that a scan asks before it looks anything up.
impl super::probe::Probe {
    /// Returns true if a hash is listed.
    pub(crate) fn may_hold_hash(&self, hash: &FileHash) -> bool {
        self.sieve().0.all().any(|layer| layer.tables.digests.find(hash.as_bytes()).is_some())
    }

    /// Returns true if the mail address around an `@` may be listed. False is certain.
    #[inline(always)]
    pub(crate) fn may_hold_email(&self, text: &[u8], at: usize) -> bool {
        self.sieve().0.all().any(|layer| layer.tables.emails.may_hold(text, at))
    }

    /// Returns true if a mail address is listed.
    pub(crate) fn holds_email(&self, text: &[u8], scratch: &mut EmailScratch) -> bool {
        email::canonicalise(text, scratch).is_ok_and(|address| {
            let holds = |tables: &Tables| tables.emails.find(&tables.strings, address).is_some();
            self.sieve().0.all().any(|layer| holds(layer.tables))
        })
    }
}

impl crate::sieve::set::Sieve {
    /// Returns two flags: hashes are listed, mail addresses are listed.
    pub(crate) fn has_exact(&self) -> (bool, bool) {
        let hashes = self.0.all().any(|layer| !layer.tables.digests.is_empty());
        (hashes, self.0.all().any(|layer| !layer.tables.emails.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use crate::indicator::{Action, EmailAddress, Feed, FileHash, Indicator, Record};
    use crate::sieve::{MatchOptions, Relation, Sieve};
    use crate::{Filter, Kind};

    fn hash(byte: u8, len: usize) -> FileHash {
        FileHash::from_bytes(&vec![byte; len]).unwrap()
    }

    #[test]
    fn only_an_equal_value_matches_and_only_its_own_entry_allows_it() {
        let mut builder = Sieve::builder();
        let block = builder.feed(Feed::new("block"));
        let allow = builder.feed(Feed::new("allow").action(Action::AllowAll));
        let address = |text: &str| Indicator::Email(EmailAddress::parse(text).unwrap());
        let add = |builder: &mut crate::SieveBuilder, feed, indicator: Indicator| {
            let text = indicator.to_string();
            builder.add(feed, Record::new(indicator, 1, text));
        };
        for indicator in [
            Indicator::Hash(hash(7, 32)),
            Indicator::Hash(hash(8, 16)),
            address("a@shop.test"),
            address("b@shop.test"),
            "shop.test"
                .parse()
                .map(|name| Indicator::Domain { name, scope: crate::Scope::Suffix, port: None })
                .unwrap(),
        ] {
            add(&mut builder, block, indicator);
        }
        // The domain of an address is a value of its own.
        let name = "shop.test".parse().unwrap();
        add(&mut builder, allow, Indicator::Domain { name, scope: crate::Scope::Suffix, port: None });
        add(&mut builder, allow, Indicator::Hash(hash(8, 16)));
        add(&mut builder, allow, address("b@shop.test"));
        let (sieve, report) = builder.build().unwrap();
        assert_eq!((report.feeds[0].hashes, report.feeds[0].emails, report.shadows.len()), (2, 2, 3));
        let mut matcher = sieve.matcher();
        for (text, kind, count) in [
            (&*"07".repeat(32), Kind::Hash, 1),
            (&*format!("SHA256={}", "07".repeat(32)), Kind::Hash, 1),
            (&*"07".repeat(16), Kind::Hash, 0),
            (&*"08".repeat(16), Kind::Hash, 0),
            ("A@SHOP.test", Kind::Email, 1),
            ("mailto:a@shop.test", Kind::Email, 1),
            ("xa@shop.test", Kind::Email, 0),
            ("b@shop.test", Kind::Email, 0),
            ("shop.test", Kind::Domain, 0),
        ] {
            assert_eq!(matcher.match_any(text).len(), count, "{text}");
            assert_eq!(matcher.classify(text), Ok(kind), "{text}");
        }
        let found = matcher.match_hash("07".repeat(32)).first().unwrap();
        assert_eq!((found.relation(), found.indicator().kind()), (Relation::Exact, Kind::Hash));
        assert_eq!(matcher.match_hash("08".repeat(16)).withheld().allowed, 1);
        assert_eq!(matcher.canonical("MD5:".to_owned() + &"AB".repeat(16)).unwrap(), "ab".repeat(16));
        assert_eq!(matcher.canonical("\"a\"@Shop.test").unwrap(), "a@shop.test");
        let mut seen = Vec::new();
        let all = [hash(1, 16), hash(7, 32), hash(8, 16), hash(7, 32)];
        matcher.match_hashes(&all, |at, matches| seen.push((at, matches.first().unwrap().indicator().to_string())));
        assert_eq!(seen, [(1, "07".repeat(32)), (3, "07".repeat(32))]);
        let values = [
            "x.test".to_owned(),
            "07".repeat(32),
            "MD5=".to_owned() + &"08".repeat(16),
            "A@Shop.test".to_owned(),
            "shop.test".to_owned(),
        ];
        let mut seen = Vec::new();
        matcher.lookup_batch(&values, |row, _| seen.push(row));
        assert_eq!(seen, [1, 3]);
        let filter = Filter { feeds: vec!["another".into()], ..Filter::default() };
        let options = MatchOptions { filter, ..MatchOptions::default() };
        assert!(!sieve.matcher_with(&options).is_match_hash("07".repeat(32)));
        let values: Vec<_> =
            sieve.indicators().map(|indicator| indicator.to_indicator().unwrap().to_string()).collect();
        assert!(values.iter().zip(sieve.indicators()).all(|(text, indicator)| *text == indicator.to_string()));
    }

    /// Plain matches, one after another, before and after an allowed one and one that is allowed for one feed only.
    #[test]
    fn matches_of_a_batch_are_those_of_single_lookups() {
        let mut builder = Sieve::builder();
        let block = builder.feed(Feed::new("block"));
        let allow = builder.feed(Feed::new("allow").action(Action::Allow));
        for (feed, bytes) in [(block, &[1, 2, 3, 4, 5, 6][..]), (allow, &[3, 9])] {
            for &byte in bytes {
                let indicator = Indicator::Hash(hash(byte, if byte == 5 { 32 } else { 16 }));
                builder.add(feed, Record::new(indicator.clone(), 1, indicator.to_string()));
            }
        }
        let (sieve, _) = builder.build().unwrap();
        let all: Vec<FileHash> = [1, 2, 3, 1, 9, 2, 7, 4, 5, 3, 6, 3]
            .iter()
            .map(|&byte| hash(byte, if byte == 5 { 32 } else { 16 }))
            .collect();
        for feeds in [&[][..], &["block"], &["another"]] {
            let filter = Filter { feeds: feeds.iter().map(ToString::to_string).collect(), ..Filter::default() };
            let options = MatchOptions { filter, ..MatchOptions::default() };
            let (mut single, mut batch) = (sieve.matcher_with(&options), sieve.matcher_with(&options));
            let expected: Vec<_> = all
                .iter()
                .enumerate()
                .filter_map(|(at, hash)| {
                    let matches = single.match_hash(hash.to_string());
                    let first = matches.first()?.indicator();
                    Some((at, matches.len(), matches.withheld(), first.id(), first.to_string()))
                })
                .collect();
            let mut seen = Vec::new();
            batch.match_hashes(&all, |at, matches| {
                let first = matches.first().unwrap().indicator();
                seen.push((at, matches.len(), matches.withheld(), first.id(), first.to_string()));
            });
            assert_eq!(seen, expected, "{feeds:?}");
            assert_eq!(seen.is_empty(), feeds == ["another"]);
        }
    }
}
