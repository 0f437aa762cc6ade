//! MISP events as JSON (<https://www.misp-standard.org/rfc/misp-standard-core.html>).
//!
//! ```text
//! {"response": [{"Event": {
//!   "info": "made up", "date": "2026-05-01",
//!   "Attribute": [{"type": "ip-dst|port", "value": "192.0.2.1|80", "to_ids": true, "uuid": "…", "timestamp": "1777636800"}],
//!   "Object": [{"name": "domain-ip", "Attribute": [{"type": "domain", "value": "evil.test", "to_ids": true}]}],
//!   "Tag": [{"name": "tlp:clear"}]
//! }}]}
//! ```
//!
//! An event may also stand alone, or without its wrapper. Attributes are read wherever they occur, on their own or in
//! an object; a pair such as `domain|ip` is two entries. Types of attributes that no indicator can hold are skipped, and
//! so are deleted attributes. Attributes with `to_ids` false are kept and tagged `to_ids:false`, unless the policy leaves them out.
//!
//! Tags come from the attribute, the event and the clusters of its galaxies; a malware galaxy gives the family. The
//! confidence is that of the taxonomy `misp:confidence-level`, the only one with documented numbers. An event's
//! metadata often follows its attributes, so these wait for it, up to a limit.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Bytes, Json, Text};
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::pending::Pending;
use crate::feed::syntax::ports;
use crate::feed::syntax::table::NOT_FOR_DETECTION;
use crate::feed::syntax::value::{Rules, Value};
use crate::feed::syntax::{out, text};
use crate::indicator::{Construct, Feed, Record, RecordSink, Reject, Rejection, Scope, Warning};
use crate::input::Lines;

pub(crate) struct Misp;

impl FeedReader for Misp {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let Some(shape) = head.shape() else { return 0 };
        let is_event = |prefix: &str| {
            let has = |key: &str| shape.has(&format!("{prefix}{key}"));
            has("info") && (has("uuid") || has("Attribute") || has("Orgc"))
                || has("Attribute[].type") && has("Attribute[].value")
        };
        let wrapped = ["response[].Event.", "response.Event.", "[].Event.", "Event.", "response.", "response[].", ""];
        if wrapped.into_iter().any(is_event) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        document(lines, feed, sink)
    }
}

/// Reads a file that consists of one document.
pub(crate) fn document(lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
    let mut json = Json::new(lines);
    let mut reader = MispReader { feed, rules: Rules::new(feed, Scope::Suffix), sink };
    reader.events(&mut json)?;
    json.end()
}

struct MispReader<'a> {
    feed: &'a Feed,
    rules: Rules,
    sink: &'a mut dyn RecordSink,
}

/// The metadata that an event gives for all its attributes.
#[derive(Default)]
struct Event {
    info: Option<String>,
    date: Option<Timestamp>,
    tags: Vec<String>,
    family: Option<String>,
    confidence: Option<u8>,
    pending: Pending,
}

impl MispReader<'_> {
    /// Reads an event, or a wrapper around one or several.
    fn events<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        json.each_object(&mut |json| self.event(json))
    }

    fn event<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        let mut event = Event::default();
        let (mut key, mut value) = (Text::default(), Text::default());
        json.object()?;
        while json.key(&mut key)? {
            match key.as_str() {
                "response" | "Event" => self.events(json)?,
                "info" => {
                    event.info = json.owned(&mut value)?;
                    if let Some(info) = &event.info {
                        self.sink.title(info);
                    }
                }
                "date" => event.date = out::json_date(json, &mut value, self.sink)?,
                "Attribute" => {
                    if json.array()? {
                        while json.item()? {
                            self.attribute(json, &mut event, None)?;
                        }
                    }
                }
                "Object" => {
                    if json.array()? {
                        while json.item()? {
                            self.object(json, &mut event)?;
                        }
                    }
                }
                "Tag" => tags(json, &mut event.tags)?,
                "Galaxy" => galaxies(json, &mut event.tags, &mut event.family)?,
                _ => json.skip()?,
            }
        }
        event.confidence = confidence_of(&event.tags);
        let Event { info, date, tags, family, confidence, mut pending } = event;
        pending
            .flush(self.sink, |record| complete(record, info.as_deref(), date, &tags, family.as_deref(), confidence));
        Ok(())
    }

    /// Reads an object: a set of related attributes.
    fn object<B: Bytes>(&mut self, json: &mut Json<B>, event: &mut Event) -> Result<()> {
        let (mut key, mut value) = (Text::default(), Text::default());
        let mut parts: Vec<Attribute> = Vec::new();
        let mut is_address_and_port = false;
        let mut is_deleted = false;
        if !json.object()? {
            return Ok(());
        }
        while json.key(&mut key)? {
            match key.as_str() {
                "name" => is_address_and_port = json.owned(&mut value)?.is_some_and(|name| name == "ip-port"),
                "deleted" => is_deleted = json.scalar(&mut value)? && is_true(value.as_str()),
                "Attribute" => {
                    if json.array()? {
                        while json.item()? {
                            parts.extend(Attribute::read(json, self.sink)?);
                        }
                    }
                }
                _ => json.skip()?,
            }
        }
        // In an object of addresses and ports, an address is limited to the port, if there is one.
        let is_port = |part: &&Attribute| part.kind.as_str() == "port" && part.relation == "dst-port";
        let mut ports = parts.iter().filter(is_port);
        let port = match (ports.next(), ports.next()) {
            (Some(part), None) if is_address_and_port => Some(part.value.value.clone()),
            _ => None,
        };
        if port.is_some() {
            parts.retain(|part| !is_port(&part));
        }
        for mut part in parts {
            part.is_deleted |= is_deleted;
            self.take(part, event, port.as_deref());
        }
        Ok(())
    }

    fn attribute<B: Bytes>(&mut self, json: &mut Json<B>, event: &mut Event, port: Option<&str>) -> Result<()> {
        if let Some(attribute) = Attribute::read(json, self.sink)? {
            self.take(attribute, event, port);
        }
        Ok(())
    }

    fn take(&mut self, attribute: Attribute, event: &mut Event, port: Option<&str>) {
        let Attribute { kind, value, is_deleted, is_for_detection, .. } = &attribute;
        let line = value.line;
        let listed = Listed::of(kind.as_str());
        let shown = value.as_str();
        if *is_deleted {
            return out::skip(self.sink, line, shown, Construct::Withdrawn);
        }
        let listed = match listed {
            Some(Listed::Skip(construct)) => return out::skip(self.sink, line, shown, construct),
            None => return out::skip(self.sink, line, shown, Construct::OtherKind),
            Some(listed) => listed,
        };
        if !is_for_detection && self.feed.policy.only_to_ids {
            return out::skip(self.sink, line, shown, Construct::NotForDetection);
        }
        if value.is_cut {
            return self.sink.reject(Rejection::new(line, shown, Reject::TooLong));
        }
        let pairs = match (listed, shown.split_once('|')) {
            (Listed::DomainIp, Some((name, address))) => {
                [Some((name.trim(), Listed::Domain)), Some((address.trim(), Listed::Ip))]
            }
            _ => [Some((shown.trim(), listed)), None],
        };
        for (part, listed) in pairs.into_iter().flatten() {
            let read = match listed::read_several(listed, part, &self.rules) {
                Some(several) => several,
                None => listed::read(listed, part, &self.rules)
                    .and_then(|value| ports::with_ports(value, port.unwrap_or_default())),
            };
            for value in out::each(read) {
                match value {
                    Ok(Value { indicator, note }) => {
                        let mut record = Record::new(indicator, line, part.to_owned());
                        attribute.describe(&mut record);
                        listed::keep_name(&mut record, listed, part);
                        event.pending.push(record);
                        if let Some(note) = note {
                            event.pending.warn(Warning::new(line, part.to_owned(), note));
                        }
                    }
                    Err(reason) => self.sink.reject(Rejection::new(line, part, reason)),
                }
            }
        }
        if event.pending.is_full() {
            let confidence = confidence_of(&event.tags);
            let (info, date, tags, family) = (event.info.as_deref(), event.date, &event.tags, event.family.as_deref());
            event.pending.flush_early(self.sink, |record| complete(record, info, date, tags, family, confidence));
        }
    }
}

/// Adds the event's metadata to an attribute's record.
fn complete(
    record: &mut Record<'static>,
    info: Option<&str>,
    date: Option<Timestamp>,
    tags: &[String],
    family: Option<&str>,
    confidence: Option<u8>,
) {
    let own = &mut record.attributes;
    for tag in tags {
        if !own.tags.iter().any(|known| known == tag) {
            own.tags.push(Cow::Owned(tag.clone()));
        }
    }
    own.confidence = own.confidence.or(confidence);
    own.first_seen = own.first_seen.or(date);
    if own.family.is_none() {
        own.family = family.map(|family| Cow::Owned(family.to_owned()));
    }
    if own.description.is_none() {
        own.description = info.map(|info| Cow::Owned(info.to_owned()));
    }
}

#[derive(Default)]
struct Attribute {
    kind: Text,
    value: Text,
    relation: String,
    comment: Option<String>,
    uuid: Option<String>,
    timestamp: Option<Timestamp>,
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    tags: Vec<String>,
    family: Option<String>,
    is_for_detection: bool,
    is_deleted: bool,
}

impl Attribute {
    fn read<B: Bytes>(json: &mut Json<B>, sink: &mut dyn RecordSink) -> Result<Option<Self>> {
        let (mut key, mut value) = (Text::default(), Text::default());
        let mut own = Attribute { is_for_detection: true, ..Default::default() };
        let line = json.line();
        if !json.object()? {
            return Ok(None);
        }
        while json.key(&mut key)? {
            match key.as_str() {
                "type" => {
                    json.scalar(&mut own.kind)?;
                }
                "value" => {
                    json.scalar(&mut own.value)?;
                }
                "object_relation" => own.relation = json.owned(&mut value)?.unwrap_or_default(),
                "comment" => own.comment = json.owned(&mut value)?,
                "uuid" => own.uuid = json.owned(&mut value)?,
                "to_ids" => own.is_for_detection = !json.scalar(&mut value)? || is_true(value.as_str()),
                "deleted" => own.is_deleted = json.scalar(&mut value)? && is_true(value.as_str()),
                "timestamp" => own.timestamp = json.owned(&mut value)?.as_deref().and_then(text::unix),
                "first_seen" => own.first_seen = out::json_date(json, &mut value, sink)?,
                "last_seen" => own.last_seen = out::json_date(json, &mut value, sink)?,
                "Tag" => tags(json, &mut own.tags)?,
                "Galaxy" => galaxies(json, &mut own.tags, &mut own.family)?,
                _ => json.skip()?,
            }
        }
        if own.value.line == 0 {
            own.value.line = line;
        }
        Ok(Some(own))
    }

    fn describe(&self, record: &mut Record<'static>) {
        let attributes = &mut record.attributes;
        let own = |text: &Option<String>| text.clone().map(Cow::Owned);
        attributes.tags = self.tags.iter().cloned().map(Cow::Owned).collect();
        if !self.is_for_detection {
            attributes.tags.push(Cow::Borrowed(NOT_FOR_DETECTION));
        }
        attributes.family = own(&self.family);
        attributes.confidence = confidence_of(&self.tags);
        attributes.first_seen = self.first_seen.or(self.timestamp);
        attributes.last_seen = self.last_seen;
        attributes.description = own(&self.comment);
        attributes.id = own(&self.uuid);
    }
}

fn is_true(text: &str) -> bool {
    matches!(text, "true" | "1")
}

/// Reads the names in `[{"name": …}, …]`.
fn tags<B: Bytes>(json: &mut Json<B>, tags: &mut Vec<String>) -> Result<()> {
    let (mut key, mut value) = (Text::default(), Text::default());
    if !json.array()? {
        return Ok(());
    }
    while json.item()? {
        if !json.object()? {
            continue;
        }
        while json.key(&mut key)? {
            match key.as_str() {
                "name" => tags.extend(json.owned(&mut value)?),
                _ => json.skip()?,
            }
        }
    }
    Ok(())
}

/// Reads the clusters of galaxies as tags, and the first cluster of a malware galaxy as the family.
fn galaxies<B: Bytes>(json: &mut Json<B>, tags: &mut Vec<String>, family: &mut Option<String>) -> Result<()> {
    let (mut key, mut value) = (Text::default(), Text::default());
    if !json.array()? {
        return Ok(());
    }
    while json.item()? {
        if !json.object()? {
            continue;
        }
        while json.key(&mut key)? {
            if key.as_str() != "GalaxyCluster" || !json.array()? {
                if key.as_str() != "GalaxyCluster" {
                    json.skip()?;
                }
                continue;
            }
            while json.item()? {
                let (mut kind, mut name, mut tag) = (None, None, None);
                if !json.object()? {
                    continue;
                }
                while json.key(&mut key)? {
                    match key.as_str() {
                        "type" => kind = json.owned(&mut value)?,
                        "value" => name = json.owned(&mut value)?,
                        "tag_name" => tag = json.owned(&mut value)?,
                        _ => json.skip()?,
                    }
                }
                let kind = kind.unwrap_or_default();
                if family.is_none() && is_malware(&kind) {
                    family.clone_from(&name);
                }
                if let Some(tag) = tag.or_else(|| name.map(|name| format!("misp-galaxy:{kind}=\"{name}\"")))
                    && !tags.contains(&tag)
                {
                    tags.push(tag);
                }
            }
        }
    }
    Ok(())
}

/// Returns true if the clusters of a galaxy are malware families.
fn is_malware(galaxy: &str) -> bool {
    const GALAXIES: [&str; 14] = [
        "malpedia",
        "mitre-malware",
        "mitre-enterprise-attack-malware",
        "mitre-mobile-attack-malware",
        "ransomware",
        "rat",
        "banker",
        "botnet",
        "backdoor",
        "stealer",
        "exploit-kit",
        "android",
        "cryptominers",
        "malware",
    ];
    GALAXIES.contains(&galaxy)
}

/// The number that MISP's taxonomy assigns to each confidence level.
fn confidence_of(tags: &[String]) -> Option<u8> {
    let level = tags.iter().find_map(|tag| tag.strip_prefix("misp:confidence-level="))?;
    match level.trim_matches('"') {
        "completely-confident" => Some(100),
        "usually-confident" => Some(75),
        "fairly-confident" => Some(50),
        "rarely-confident" => Some(25),
        "unconfident" => Some(0),
        _ => None,
    }
}
