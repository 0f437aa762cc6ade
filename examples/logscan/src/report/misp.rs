//! The report as an event of MISP, with the sightings of its attributes.
//!
//! The same sightings are also given as calls of `/sightings/add`: by the UUID from the feed, or else by value. The first and the last time
//! at which an indicator was met are sightings; an unknown time gives none.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Report;
use super::about::About;
use super::ids::{OURS, is_uuid, uuid};
use super::share::{Seen, Shared, Sharing, parts};
use super::stix::{Shown, algorithm};
use crate::say::json_line;

impl Report {
    /// Writes the event.
    pub(super) fn write_misp(
        &self,
        out: &mut dyn Write,
        sharing: &Sharing,
        title: &str,
        written: Timestamp,
    ) -> io::Result<Shown> {
        let mut shown = Shown::default();
        let (mut attributes, mut sightings): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        let last = self.tally.totals.last.unwrap_or(written);
        for seen in sharing.seen(self) {
            let (kind, value) = attribute(seen.about);
            let id = uuid(OURS, &["attribute", kind, &value].join("\n"));
            let source = source(sharing, &seen.who);
            let times: BTreeSet<Timestamp> = [seen.first, seen.last].into_iter().flatten().collect();
            shown.undated += usize::from(times.is_empty());
            shown.sightings += 1;
            let own: BTreeSet<&str> = seen.about.ids().into_iter().filter_map(own_uuid).collect();
            let mut met = Vec::new();
            for time in times {
                let second = time.as_second().to_string();
                let key = ["sighting", &id, &source, &second].join("\n");
                met.push(json!({
                    "uuid": uuid(OURS, &key), "date_sighting": second, "source": source, "type": "0",
                }));
                let mut call = json!({"timestamp": time.as_second(), "source": source, "type": "0"});
                if own.is_empty() {
                    call["value"] = value.as_str().into();
                    sightings.push(call);
                } else {
                    for id in &own {
                        call["uuid"] = (*id).into();
                        sightings.push(call.clone());
                    }
                }
            }
            match attributes.last_mut() {
                // Sorted by indicator, so this is the same one, met by another client.
                Some(known) if known["uuid"] == id.as_str() => {
                    if let Some(list) = known["Sighting"].as_array_mut() {
                        list.append(&mut met);
                    }
                }
                _ => attributes.push(self.attribute(&seen, (kind, &value), id, met)),
            }
        }
        let key: Vec<String> = attributes.iter().map(Value::to_string).collect();
        let event = json!({
            "Event": {
                "uuid": uuid(OURS, &["event", &sharing.identity, &key.join("\n")].join("\n")),
                "info": title,
                "date": last.strftime("%Y-%m-%d").to_string(),
                "timestamp": written.as_second().to_string(),
                // Undefined; ongoing; this organisation only; not published.
                "threat_level_id": "4",
                "analysis": "1",
                "distribution": "0",
                "published": false,
                "Orgc": {"name": sharing.identity, "uuid": uuid(OURS, &format!("identity\n{}", sharing.identity))},
                "Attribute": attributes,
            },
            "sightings": sightings,
        });
        json_line(out, &event)?;
        Ok(shown)
    }

    fn attribute(&self, seen: &Seen<'_>, (kind, value): (&str, &str), id: String, met: Vec<Value>) -> Value {
        let about = seen.about;
        let mut attribute = json!({
            "uuid": id,
            "type": kind,
            "category": category(kind),
            "value": value,
            "to_ids": false,
            "distribution": "5",
            "comment": format!("Met; listed by {}", about.feeds().join(", ")),
            "Sighting": met,
        });
        let tags: Vec<Value> = about.tags().iter().map(|tag| json!({"name": tag})).collect();
        if !tags.is_empty() {
            attribute["Tag"] = tags.into();
        }
        attribute
    }
}

fn source(sharing: &Sharing, who: &Shared<'_>) -> String {
    match who {
        Shared::Nothing => sharing.identity.clone(),
        Shared::Keyed(who) => format!("{}: {who}", sharing.identity),
        Shared::Full { ip, user, host } => {
            let parts: Vec<&str> = [*ip, *user, *host].into_iter().filter(|part| !part.is_empty()).collect();
            format!("{}: {}", sharing.identity, parts.join(" "))
        }
    }
}

/// The UUID in a feed's own id, which is that of a MISP attribute or a STIX object.
fn own_uuid(id: &str) -> Option<&str> {
    let bare = id.rsplit_once("--").map_or(id, |(_, bare)| bare);
    is_uuid(bare).then_some(bare)
}

/// Type and value of an attribute.
fn attribute(about: &About) -> (&'static str, String) {
    let parts = parts(about);
    let value = parts.value.to_owned();
    match (about.kind.as_str(), parts.port) {
        ("ip", Some(port)) => ("ip-dst|port", format!("{value}|{port}")),
        ("ip", None) if value.contains('-') => ("other", value),
        ("ip", None) => ("ip-dst", value),
        ("domain", Some(port)) => ("hostname|port", format!("{value}|{port}")),
        ("domain", None) => ("domain", value),
        ("url", _) => ("url", value),
        ("email", _) => ("email", value),
        ("hash", _) => match algorithm(&value) {
            Some("MD5") => ("md5", value),
            Some("SHA-1") => ("sha1", value),
            Some("SHA-256") => ("sha256", value),
            Some("SHA-512") => ("sha512", value),
            _ => ("other", value),
        },
        ("pattern", _) => ("pattern-in-traffic", value),
        _ => ("other", value),
    }
}

fn category(kind: &str) -> &'static str {
    match kind {
        "md5" | "sha1" | "sha256" | "sha512" => "Payload delivery",
        "email" => "Payload delivery",
        "other" => "Other",
        _ => "Network activity",
    }
}
