//! Lookups through the sieve itself. Each thread keeps scratch space for its next lookup.

use std::cell::Cell;
use std::fmt;

use crate::indicator::Reject;
use crate::sieve::matching::matcher::{Matcher, Space};
use crate::sieve::matching::options::MatchOptions;
use crate::sieve::matching::view::{Match, Matches, MatchesIter};
use crate::sieve::set::Sieve;

thread_local! {
    /// The space of the last lookup, until the next one takes it.
    static SPACE: Cell<Option<Space>> = const { Cell::new(None) };
}

/// The result of [`Sieve::lookup`]. It owns the scratch space of the lookup, and returns it to the thread when dropped.
///
/// ```
/// use netsieve::{Indicator, OwnedMatch, Sieve};
///
/// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
/// let found = sieve.lookup("www.evil.test")?;
/// assert_eq!((found.len(), found.iter().len(), found.matches().withheld().total()), (1, 1, 0));
/// let kept: Vec<OwnedMatch> = found.to_owned();
/// assert_eq!(kept[0].sources[0].feed, "ours");
/// # Ok::<(), netsieve::Error>(())
/// ```
pub struct Found {
    matcher: Matcher,
}

impl Found {
    /// The matches, most specific first.
    pub fn matches(&self) -> Matches<'_> {
        self.matcher.matches()
    }

    /// Returns the number of indicators that match.
    pub fn len(&self) -> usize {
        self.matches().len()
    }

    /// Returns true if nothing matches.
    pub fn is_empty(&self) -> bool {
        self.matches().is_empty()
    }

    /// Returns the most specific match.
    pub fn first(&self) -> Option<Match<'_>> {
        self.matches().first()
    }

    /// Iterates over the matches, most specific first.
    pub fn iter(&self) -> MatchesIter<'_> {
        self.matches().into_iter()
    }
}

impl<'f> IntoIterator for &'f Found {
    type Item = Match<'f>;
    type IntoIter = MatchesIter<'f>;

    fn into_iter(self) -> MatchesIter<'f> {
        self.iter()
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.matches().fmt(f)
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        let space = self.matcher.take_space();
        // A thread that is ending keeps no space.
        let _ = SPACE.try_with(|kept| kept.set(Some(space)));
    }
}

impl Sieve {
    /// Returns true if a value of any kind matches, as [`Matcher::is_match_any`] does. Text that is not a value does not match.
    ///
    /// ```
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "192.0.2.0/24".parse::<Indicator>()?).build()?;
    /// assert!(sieve.is_match_any("192.0.2.7:443"));
    /// assert!(!sieve.is_match_any("198.51.100.7") && !sieve.is_match_any("no value"));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn is_match_any(&self, value: impl AsRef<[u8]>) -> bool {
        self.lookup(value).is_ok_and(|found| !found.is_empty())
    }

    /// Looks up a value as [`Matcher::lookup`] does, with the default options and without a matcher.
    ///
    /// A lookup through a matcher is faster: this method makes a matcher for each call. It reuses the scratch space of the thread's last
    /// lookup, unless that result is still alive. Each thread keeps the space of one result.
    ///
    /// # Errors
    ///
    /// The value is not an address, a name, a URL, a hash or a mail address, for the reason given.
    ///
    /// ```
    /// use netsieve::{Indicator, Reject, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>()?).build()?;
    /// for found in &sieve.lookup("www.evil.test:443")? {
    ///     assert_eq!(found.to_string(), "evil.test (subdomain) ours");
    /// }
    /// assert!(sieve.lookup("example.test")?.is_empty());
    /// assert_eq!(sieve.lookup("evil..test").err(), Some(Reject::EmptyLabel));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lookup(&self, value: impl AsRef<[u8]>) -> Result<Found, Reject> {
        let space = SPACE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        let mut found = Found { matcher: Matcher::in_space(self.clone(), &MatchOptions::default(), space) };
        found.matcher.look_up_any(value.as_ref())?;
        Ok(found)
    }
}
