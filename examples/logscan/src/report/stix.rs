//! The report as a STIX 2.1 bundle: who we are, which indicators were sighted, when and how often.
//!
//! Ids are the same on every run. A sighting refers to the feed's own id of the indicator, or else to an indicator of ours, whose id comes
//! from its kind and text. An unknown time is left out, or with it the object if its type requires a time (`observed-data`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::IpAddr;

use jiff::Timestamp;
use netsieve::value::ip::range_prefixes;
use serde_json::{Map, Value, json};

use super::Report;
use super::about::About;
use super::ids::{OBSERVABLES, OURS, is_uuid, uuid};
use super::share::{Seen, Shared, Sharing, parts};
use crate::say;

/// The largest count in a sighting.
const MOST: u64 = 999_999_999;

/// The numbers of sightings in a bundle, and of those left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) sightings: usize,
    /// Sightings without a time.
    pub(super) undated: usize,
    /// Sightings of indicators for which STIX has no pattern.
    pub(super) lost: usize,
}

impl Report {
    /// Writes the bundle.
    pub(super) fn write_stix(&self, out: &mut dyn Write, sharing: &Sharing) -> io::Result<Shown> {
        let seen = sharing.seen(self);
        let now = match crate::build::source_date_epoch() {
            Ok(time) => time.unwrap_or_else(Timestamp::now),
            Err(error) => return Err(io::Error::other(error)),
        };
        let mut bundle =
            Bundle { objects: Vec::new(), ids: BTreeSet::new(), shown: Shown::default(), met: met(&seen), now };
        let identity = format!("identity--{}", uuid(OURS, &format!("identity\n{}", sharing.identity)));
        // The start of our sharing is unknown, so take the first sighting.
        let since = millis(seen.iter().filter_map(|seen| seen.first).min().unwrap_or(now));
        bundle.add(json!({
            "type": "identity", "spec_version": "2.1", "id": identity, "created": since, "modified": since,
            "name": sharing.identity, "identity_class": "organization",
        }));
        for seen in seen {
            bundle.seen(&seen, &identity);
        }
        let names: Vec<&str> = bundle.ids.iter().map(String::as_str).collect();
        let id = format!("bundle--{}", uuid(OURS, &names.join("\n")));
        // One object per line, so that a large bundle can still be searched with `grep`.
        write!(out, "{{\"type\":\"bundle\",\"id\":\"{id}\",\"objects\":[")?;
        for (at, object) in bundle.objects.iter().enumerate() {
            let mut text = if at > 0 { b",\n".to_vec() } else { b"\n".to_vec() };
            say::json(&mut text, object);
            out.write_all(&text)?;
        }
        writeln!(out, "\n]}}")?;
        Ok(bundle.shown)
    }
}

struct Bundle {
    objects: Vec<Value>,
    ids: BTreeSet<String>,
    shown: Shown,
    /// The first and last sighting of each indicator of ours, by its id.
    met: BTreeMap<String, (Timestamp, Timestamp)>,
    /// The time of the report.
    now: Timestamp,
}

/// The first and last sighting of each indicator, by the id that it has if no feed gives one.
fn met(seen: &[Seen<'_>]) -> BTreeMap<String, (Timestamp, Timestamp)> {
    let mut met = BTreeMap::new();
    for seen in seen {
        if let (Some(first), Some(last)) = (seen.first, seen.last) {
            let known = met.entry(own_id(seen.about)).or_insert((first, last));
            *known = (first.min(known.0), last.max(known.1));
        }
    }
    met
}

/// The id of an indicator of ours.
fn own_id(about: &About) -> String {
    let scope = about.scope.as_deref().unwrap_or("");
    format!("indicator--{}", uuid(OURS, &[&about.kind, scope, &about.indicator].join("\n")))
}

impl Bundle {
    /// Adds an object unless it is already there, and returns its id.
    fn add(&mut self, object: Value) -> String {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        if self.ids.insert(id.clone()) {
            self.objects.push(object);
        }
        id
    }

    /// Adds a cyber observable, whose id is made from its identifying properties.
    fn observable(&mut self, kind: &str, key: Value) -> String {
        let id = format!("{kind}--{}", uuid(OBSERVABLES, &key.to_string()));
        let mut object = Map::new();
        for (name, value) in [("type", json!(kind)), ("spec_version", json!("2.1")), ("id", json!(id))] {
            object.insert(name.to_owned(), value);
        }
        if let Value::Object(members) = key {
            object.extend(members);
        }
        self.add(object.into())
    }

    fn seen(&mut self, seen: &Seen<'_>, identity: &str) {
        let own: BTreeSet<&str> = seen.about.ids().into_iter().filter(|id| is_indicator(id)).collect();
        let refs: Vec<String> = if own.is_empty() {
            let Some(id) = self.indicator(seen, identity) else {
                self.shown.lost += 1;
                return;
            };
            vec![id]
        } else {
            own.into_iter().map(str::to_owned).collect()
        };
        let observed = self.observed(seen, identity);
        for id in refs {
            let key =
                [&id, identity, &who_key(&seen.who), &stamp(seen.first), &stamp(seen.last), &seen.count.to_string()]
                    .join("\n");
            let created = millis(seen.last.unwrap_or(self.now));
            let mut sighting = json!({
                "type": "sighting", "spec_version": "2.1", "id": format!("sighting--{}", uuid(OURS, &key)),
                "created_by_ref": identity, "created": created, "modified": created,
                "count": seen.count.min(MOST), "sighting_of_ref": id, "where_sighted_refs": [identity],
            });
            match (seen.first, seen.last) {
                (Some(first), Some(last)) => {
                    sighting["first_seen"] = millis(first).into();
                    sighting["last_seen"] = millis(last).into();
                }
                _ => self.shown.undated += 1,
            }
            if let Some(observed) = &observed {
                sighting["observed_data_refs"] = json!([observed]);
            }
            match &seen.who {
                Shared::Nothing => {}
                Shared::Keyed(who) => sighting["description"] = format!("Met by {who}").into(),
                Shared::Full { ip, user, host } => {
                    let parts = [*ip, *user, *host];
                    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                    sighting["description"] = format!("Met by {}", parts.join(" ")).into();
                }
            }
            self.add(sighting);
            self.shown.sightings += 1;
        }
    }

    /// Adds an indicator of ours, for one that has no STIX id in any feed.
    fn indicator(&mut self, seen: &Seen<'_>, identity: &str) -> Option<String> {
        let about = seen.about;
        let pattern = pattern(about)?;
        let id = own_id(about);
        // The format requires a start: that of the feed, or else the first sighting.
        let listed = about.sources.iter().filter_map(|source| source.valid_from).min();
        let met = self.met.get(&id).copied();
        let known = listed.or(met.map(|(first, _)| first));
        // The same in each report of the same logs.
        let created = millis(known.unwrap_or(self.now));
        let mut object = json!({
            "type": "indicator", "spec_version": "2.1", "id": id, "created_by_ref": identity, "created": created,
            "modified": created, "name": about.indicator, "indicator_types": ["malicious-activity"], "pattern": pattern,
            "pattern_type": "stix", "pattern_version": "2.1",
            "valid_from": created,
        });
        if known.is_none() {
            object["description"] =
                "valid_from is the time of this report: neither a feed nor a log line gives one".into();
        }
        if listed.is_none() {
            // The id stays the same when the start changes.
            object["modified"] = millis(met.map_or(self.now, |(_, last)| last)).into();
        }
        let labels: BTreeSet<&str> = about.tags().into_iter().collect();
        if !labels.is_empty() {
            object["labels"] = json!(labels);
        }
        if let Some(confidence) = about.confidence() {
            object["confidence"] = confidence.into();
        }
        Some(self.add(object))
    }

    /// Adds the observed data, if STIX can express it and the time is known.
    fn observed(&mut self, seen: &Seen<'_>, identity: &str) -> Option<String> {
        let (first, last) = (seen.first?, seen.last?);
        let mut refs = self.listed(seen.about);
        if refs.is_empty() {
            return None;
        }
        match &seen.who {
            Shared::Nothing => {}
            Shared::Keyed(who) => refs.push(self.observable("user-account", json!({"user_id": who}))),
            Shared::Full { ip, user, host } => {
                if let Ok(address) = ip.parse::<IpAddr>() {
                    refs.push(self.address(&address.to_string()));
                }
                if !user.is_empty() {
                    refs.push(self.observable("user-account", json!({"account_login": user})));
                }
                if host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
                    refs.push(self.observable("domain-name", json!({"value": host})));
                }
            }
        }
        refs.sort_unstable();
        refs.dedup();
        let key = [identity, &refs.join(" "), &millis(first), &millis(last), &seen.count.to_string()].join("\n");
        Some(self.add(json!({
            "type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--{}", uuid(OURS, &key)),
            "created_by_ref": identity, "created": millis(last), "modified": millis(last),
            "first_observed": millis(first), "last_observed": millis(last), "number_observed": seen.count.min(MOST),
            "object_refs": refs,
        })))
    }

    fn address(&mut self, value: &str) -> String {
        let kind = if value.contains(':') { "ipv6-addr" } else { "ipv4-addr" };
        self.observable(kind, json!({"value": value}))
    }

    /// Adds the observables of an indicator, and returns their ids.
    fn listed(&mut self, about: &About) -> Vec<String> {
        let value = parts(about).value;
        match about.kind.as_str() {
            "ip" => networks(value).iter().map(|network| self.address(network)).collect(),
            "domain" => vec![self.observable("domain-name", json!({"value": value}))],
            "url" => vec![self.observable("url", json!({"value": value}))],
            "email" => vec![self.observable("email-addr", json!({"value": value}))],
            "hash" => match algorithm(value) {
                Some(name) => vec![self.observable("file", json!({"hashes": {name: value}}))],
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// Returns true for the id of a STIX indicator.
fn is_indicator(id: &str) -> bool {
    id.strip_prefix("indicator--").is_some_and(is_uuid)
}

fn who_key(who: &Shared<'_>) -> String {
    match who {
        Shared::Nothing => String::new(),
        Shared::Keyed(who) => who.clone(),
        Shared::Full { ip, user, host } => [*ip, *user, *host].join(" "),
    }
}

fn stamp(time: Option<Timestamp>) -> String {
    time.map_or(String::new(), millis)
}

/// A time in the precision of STIX, milliseconds.
fn millis(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Returns an address or a network as it is, and a range as networks.
pub(super) fn networks(value: &str) -> Vec<String> {
    let range =
        value.split_once('-').and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
    match range {
        Some((first, last)) => {
            range_prefixes(first, last).into_iter().map(|network| network.to_string()).collect::<Vec<_>>()
        }
        None => vec![value.to_owned()],
    }
}

/// The STIX name of the algorithm whose hashes have this many digits.
pub(super) fn algorithm(value: &str) -> Option<&'static str> {
    match value.len() {
        32 => Some("MD5"),
        40 => Some("SHA-1"),
        64 => Some("SHA-256"),
        128 => Some("SHA-512"),
        _ => None,
    }
}

/// Quotes a string in a pattern.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The STIX pattern of an indicator, if there is one.
fn pattern(about: &About) -> Option<String> {
    let parts = parts(about);
    let value = parts.value;
    let object = |value: &str| if value.contains(':') { "ipv6-addr" } else { "ipv4-addr" };
    if let Some(port) = parts.port {
        return Some(format!(
            "[network-traffic:dst_ref.value = {} AND network-traffic:dst_port = {port}]",
            quoted(value)
        ));
    }
    let any = |terms: Vec<String>| format!("[{}]", terms.join(" OR "));
    match about.kind.as_str() {
        "ip" => {
            let term = |network: &String| format!("{}:value = {}", object(network), quoted(network));
            Some(any(networks(value).iter().map(term).collect()))
        }
        "domain" => {
            let own = format!("domain-name:value = {}", quoted(value));
            let beneath = format!("domain-name:value LIKE {}", quoted(&format!("%.{value}")));
            Some(any(match about.scope.as_deref() {
                Some("suffix") => vec![own, beneath],
                Some("subdomains") => vec![beneath],
                _ => vec![own],
            }))
        }
        "url" => Some(any(vec![format!("url:value = {}", quoted(value))])),
        "email" => Some(any(vec![format!("email-addr:value = {}", quoted(value))])),
        "hash" => Some(any(vec![format!("file:hashes.'{}' = {}", algorithm(value)?, quoted(value))])),
        "pattern" => {
            let (field, like) = match value.starts_with('/') {
                true => ("url:value", format!("%{}%", value.replace('*', "%"))),
                false => ("domain-name:value", value.replace('*', "%")),
            };
            Some(any(vec![format!("{field} LIKE {}", quoted(&like))]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_observables_are_those_of_the_standard() {
        // Made with the reference library `stix2` 3.0.
        let mut bundle = Bundle {
            objects: Vec::new(),
            ids: BTreeSet::new(),
            shown: Shown::default(),
            met: BTreeMap::new(),
            now: Timestamp::UNIX_EPOCH,
        };
        let id = bundle.address("198.51.100.3");
        assert_eq!(id, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        let url = bundle.observable("url", json!({"value": "http://evil.test/a?b=\"\u{e9}"}));
        assert_eq!(url, "url--b5585a9a-45de-5ccc-9811-753a0de190d6");
        let user = bundle.observable("user-account", json!({"account_login": "eve"}));
        assert_eq!(user, "user-account--b20965e7-0895-530e-a80d-7e3ec53613af");
        let hashes = json!({"hashes": {"SHA-256": "aa".repeat(32)}});
        assert_eq!(bundle.observable("file", hashes), "file--75cb38d5-2055-5354-b75a-8299a2d670b5");
        assert_eq!(bundle.address("198.51.100.3"), id);
        assert_eq!(bundle.objects.len(), 4);
    }

    #[test]
    fn patterns_say_what_is_covered() {
        for (kind, text, scope, pattern_wanted) in [
            ("ip", "192.0.2.7", None, "[ipv4-addr:value = '192.0.2.7']"),
            ("ip", "2001:db8::/32", None, "[ipv6-addr:value = '2001:db8::/32']"),
            (
                "ip",
                "192.0.2.7:443",
                None,
                "[network-traffic:dst_ref.value = '192.0.2.7' AND network-traffic:dst_port = 443]",
            ),
            (
                "ip",
                "192.0.2.1-192.0.2.2",
                None,
                "[ipv4-addr:value = '192.0.2.1/32' OR ipv4-addr:value = '192.0.2.2/32']",
            ),
            ("domain", "evil.test", Some("exact"), "[domain-name:value = 'evil.test']"),
            (
                "domain",
                "evil.test",
                Some("suffix"),
                "[domain-name:value = 'evil.test' OR domain-name:value LIKE '%.evil.test']",
            ),
            ("domain", "evil.test", Some("subdomains"), "[domain-name:value LIKE '%.evil.test']"),
            ("url", "http://evil.test/a'b\\", Some("exact"), "[url:value = 'http://evil.test/a\\'b\\\\']"),
            ("pattern", "/gate.php", None, "[url:value LIKE '%/gate.php%']"),
            ("pattern", "*-login.evil.test", None, "[domain-name:value LIKE '%-login.evil.test']"),
        ] {
            let about = About {
                kind: kind.to_owned(),
                indicator: text.to_owned(),
                scope: scope.map(str::to_owned),
                ..About::default()
            };
            assert_eq!(pattern(&about).as_deref(), Some(pattern_wanted));
        }
    }
}
