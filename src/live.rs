//! Swapping a sieve while it is in use.
//!
//! ```
//! use netsieve::live::LiveSieve;
//! use netsieve::{MatchOptions, Sieve};
//!
//! let live = LiveSieve::new(Sieve::builder().build()?.0);
//! // A reader takes the sieve of the moment and keeps it as long as it likes.
//! let mut matcher = live.load().matcher(&MatchOptions::default());
//! assert!(!matcher.is_match_any("evil.test"));
//! live.store(Sieve::builder().build()?.0);
//! assert_eq!(live.generation(), 1);
//! # Ok::<(), netsieve::Error>(())
//! ```

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::error::Result;
use crate::sieve::Sieve;

/// A sieve that can be replaced under load. Readers never wait and never see half a swap; a sieve that was taken stays whole
/// until its last user drops it.
#[derive(Debug)]
pub struct LiveSieve {
    current: ArcSwap<State>,
}

#[derive(Debug)]
struct State {
    sieve: Sieve,
    generation: u64,
}

impl LiveSieve {
    /// Starts with a sieve, as generation 0.
    pub fn new(sieve: Sieve) -> Self {
        Self { current: ArcSwap::from_pointee(State { sieve, generation: 0 }) }
    }

    /// The sieve of the moment. Never waits; costs two atomic operations.
    pub fn load(&self) -> Sieve {
        self.current.load().sieve.clone()
    }

    /// How many times the sieve has been replaced. A reader that kept a [`Matcher`](crate::Matcher) makes a new one when this changes.
    pub fn generation(&self) -> u64 {
        self.current.load().generation
    }

    /// Replaces the sieve. Lookups that begin later use the new one.
    pub fn store(&self, sieve: Sieve) {
        self.current.rcu(|state| Arc::new(State { sieve: sieve.clone(), generation: state.generation + 1 }));
    }

    /// Replaces the sieve by what `build` makes, aside from the readers. Fails closed: after an error the old sieve stays.
    ///
    /// # Errors
    ///
    /// What `build` fails with.
    pub fn reload(&self, build: impl FnOnce() -> Result<Sieve>) -> Result<()> {
        self.store(build()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use crate::indicator::{DomainName, Feed, Indicator, Record, Scope};
    use crate::sieve::MatchOptions;

    fn sieve(name: &str) -> Sieve {
        let mut builder = Sieve::builder();
        let feed = builder.feed(Feed::new("feed"));
        let name = DomainName::parse(name).unwrap();
        builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, "x"));
        builder.build().unwrap().0
    }

    #[test]
    fn readers_see_one_of_the_sieves_whole() {
        let live = LiveSieve::new(sieve("a.test"));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while live.generation() < 200 {
                        let mut matcher = live.load().matcher(&MatchOptions::default());
                        // Exactly one of the two names is in every sieve.
                        assert!(matcher.is_match_domain("a.test", None) ^ matcher.is_match_domain("b.test", None));
                    }
                });
            }
            for generation in 1..=200 {
                live.store(sieve(if generation % 2 == 0 { "a.test" } else { "b.test" }));
            }
        });
    }

    #[test]
    fn a_failed_reload_keeps_the_old_sieve() {
        let live = LiveSieve::new(sieve("a.test"));
        assert!(live.reload(|| Err(Error::config("no"))).is_err());
        assert_eq!(live.generation(), 0);
        assert!(live.load().matcher(&MatchOptions::default()).is_match_domain("a.test", None));
        live.reload(|| Ok(sieve("b.test"))).unwrap();
        assert!(live.load().matcher(&MatchOptions::default()).is_match_domain("b.test", None));
    }
}
