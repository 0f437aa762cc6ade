//! The sizes of the feeds of two runs, compared: a feed of which little is left was probably truncated, and what it lost is not found.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;

use netsieve::Sieve;
use netsieve::render::Escaped;

use crate::cli::FeedArgs;
use crate::feeds;
use crate::summary::thousands;

/// The number of entries of each feed, by its escaped name.
pub(crate) type Sizes = BTreeMap<String, u64>;

/// A feed that lost fewer entries is not worth a warning.
const FEW: u64 = 10;

/// Returns the sizes of the feeds of a set.
pub(crate) fn of(sieve: &Sieve) -> Sizes {
    let entries = sieve.provenance().feeds.iter().map(|digest| digest.entries);
    sieve.feeds().iter().map(|feed| Escaped::new(&feed.name).to_string()).zip(entries).collect()
}

/// Compares the sizes of feeds with those of the last run, which `state` remembers. Fails if a feed has less than its `shrank_below` left.
/// Warns of other feeds that have less than half.
pub(crate) fn compare(args: &FeedArgs, before: &Sizes, now: &Sizes, state: &Path) -> Result<(), Box<dyn Error>> {
    let sources = feeds::sources(args)?;
    let limited = sources.iter().filter(|source| source.shrank_below.is_some());
    let limited: HashMap<String, _> =
        limited.map(|source| (Escaped::new(&source.feed.name).to_string(), source)).collect();
    for (name, &now) in now {
        let Some(&before) = before.get(name) else { continue };
        if let Some(source) = limited.get(name) {
            let unchanged = netsieve::shown_path(state);
            source.check_shrunk(before, now).map_err(|error| {
                format!("{error}; {unchanged} is unchanged; if the feed is right, run once without its `shrank_below`")
            })?;
        } else if now < before / 2 && before - now >= FEW && !args.quiet_feeds {
            say!(
                "logscan: {name}: entries fell from {} to {} since the last run (--state)",
                thousands(before),
                thousands(now)
            );
        }
    }
    Ok(())
}

/// Says that nothing tells whether a feed shrank, if its configuration asks for that.
pub(crate) fn say_unchecked(args: &FeedArgs, what_does: &str) -> Result<(), Box<dyn Error>> {
    if !args.quiet_feeds && feeds::may_shrink(args)? {
        say!("logscan: `shrank_below` is not checked: no earlier size of the feeds is known; {what_does}");
    }
    Ok(())
}
