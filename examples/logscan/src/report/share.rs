//! The sightings that partners receive, with as much of the clients as the user agrees to share.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use clap::ValueEnum;
use jiff::Timestamp;

use super::about::About;
use super::ids::keyed;
use super::tally::Row;
use super::{OutputArgs, Report};

/// The part of a client's identity that partners receive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Share {
    /// Nothing: one sighting for each indicator.
    #[default]
    None,
    /// A hash with a key (HMAC-SHA-256), so that only the holder of the key can tell who it was.
    Keyed,
    /// Address, user and host.
    Full,
}

/// The sharing organisation, and how much of clients it shares.
pub(super) struct Sharing {
    share: Share,
    key: Vec<u8>,
    pub(super) identity: String,
}

/// The sightings of one indicator, by one client or by all.
pub(super) struct Seen<'r> {
    pub(super) about: &'r About,
    pub(super) who: Shared<'r>,
    pub(super) count: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// The shared part of a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shared<'r> {
    Nothing,
    Keyed(String),
    Full { ip: &'r str, user: &'r str, host: &'r str },
}

impl Sharing {
    pub(super) fn new(args: &OutputArgs) -> Result<Self, Box<dyn Error>> {
        let key = match (&args.share_key, args.share) {
            (Some(path), _) => {
                let name = netsieve::shown_path(path);
                let key = fs::read(path).map_err(|error| format!("{name}: {error}"))?;
                let key = key.trim_ascii().to_vec();
                if key.len() < 16 {
                    return Err(format!("{name}: the key needs at least 16 bytes: a shorter one can be guessed").into());
                }
                key
            }
            (None, Share::Keyed) => return Err("--share keyed needs --share-key FILE".into()),
            (None, _) => Vec::new(),
        };
        Ok(Self { share: args.share, key, identity: args.identity.clone() })
    }

    fn who<'r>(&self, row: &'r Row) -> Shared<'r> {
        let who = row.who();
        let is_known = !(who.ip.is_empty() && who.user.is_empty() && who.host.is_empty());
        match self.share {
            Share::Keyed if is_known => {
                Shared::Keyed(format!("hmac-sha256:{}", keyed(&self.key, &[who.ip, who.user, who.host].join("\n"))))
            }
            Share::Full if is_known => Shared::Full { ip: who.ip, user: who.user, host: who.host },
            _ => Shared::Nothing,
        }
    }

    /// Returns the sightings of a report, by indicator and the shared part of the client. If nothing of clients is shared, an indicator has
    /// one entry.
    pub(super) fn seen<'r>(&self, report: &'r Report) -> Vec<Seen<'r>> {
        let mut seen: BTreeMap<(&str, &str, u32, Shared<'r>), Seen<'r>> = BTreeMap::new();
        for row in &report.rows {
            let (about, who) = (report.about(row), self.who(row));
            let key = (about.indicator.as_str(), about.kind.as_str(), row.indicator, who.clone());
            let sum = seen.entry(key).or_insert(Seen { about, who, count: 0, first: None, last: None });
            sum.count += row.pair.count;
            sum.first = sum.first.into_iter().chain(row.pair.first).min();
            sum.last = sum.last.max(row.pair.last);
        }
        seen.into_values().collect()
    }
}

/// The parts of an indicator's canonical text.
pub(super) struct Parts<'a> {
    pub(super) value: &'a str,
    pub(super) port: Option<u16>,
}

/// Splits the port off an address or a name. URLs and patterns have no separate port.
pub(super) fn parts(about: &About) -> Parts<'_> {
    let text = about.indicator.as_str();
    if !matches!(about.kind.as_str(), "ip" | "domain") {
        return Parts { value: text, port: None };
    }
    let with = |value, port: &str| port.parse().ok().map(|port| Parts { value, port: Some(port) });
    let found = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").and_then(|(value, port)| with(value, port)),
        // Several colons are an IPv6 address.
        None if text.matches(':').count() == 1 => text.split_once(':').and_then(|(value, port)| with(value, port)),
        None => None,
    };
    found.unwrap_or(Parts { value: text, port: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_in_parts() {
        for (kind, text, value, port) in [
            ("ip", "192.0.2.7", "192.0.2.7", None),
            ("ip", "192.0.2.7:443", "192.0.2.7", Some(443)),
            ("ip", "2001:db8::1", "2001:db8::1", None),
            ("ip", "[2001:db8::1]:443", "2001:db8::1", Some(443)),
            ("ip", "192.0.2.0/24", "192.0.2.0/24", None),
            ("domain", "evil.test:8080", "evil.test", Some(8080)),
            ("url", "http://evil.test:8080/", "http://evil.test:8080/", None),
        ] {
            let about = About { kind: kind.to_owned(), indicator: text.to_owned(), ..About::default() };
            let found = parts(&about);
            assert_eq!((found.value, found.port), (value, port), "{text}");
        }
    }
}
