//! STIX 2.0 and 2.1 bundles and envelopes (<https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html>).
//!
//! ```text
//! {"type": "bundle", "id": "bundle--…", "objects": [
//!   {"type": "indicator", "id": "indicator--1", "pattern": "[domain-name:value = 'evil.test']", "pattern_type": "stix",
//!    "valid_from": "2026-05-01T00:00:00Z", "valid_until": "2026-08-01T00:00:00Z", "confidence": 80},
//!   {"type": "malware", "id": "malware--1", "name": "ExampleBot"},
//!   {"type": "relationship", "relationship_type": "indicates", "source_ref": "indicator--1", "target_ref": "malware--1"}
//! ]}
//! ```
//!
//! The module `stix_pattern` documents which patterns are read. An indicator without `pattern_type` is STIX 2.0.
//! Relationships, which may stand anywhere, give the objects that an indicator indicates: malware and tools give the
//! family, other objects (campaigns, groups, techniques) tags. Indicators wait for them, up to a limit.
//!
//! A sighting gives the time at which an indicator was last seen.
//!
//! Observed objects, such as a bare `domain-name`, do not claim that anything is bad, so they are skipped.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Bytes, Json, Kind, Text};
use crate::feed::syntax::pending::Pending;
use crate::feed::syntax::stix_pattern::{self, Part};
use crate::feed::syntax::value::{Rules, Value};
use crate::feed::syntax::{listed, out, text};
use crate::indicator::{Action, Attributes, Construct, Feed, Record, RecordSink, Reject, Rejection, Scope, Warning};
use crate::input::Lines;
use crate::limits::MAX_PENDING;

pub(crate) struct Stix;

impl FeedReader for Stix {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let Some(shape) = head.shape() else { return 0 };
        let is_id = |path: &str| shape.text(path).contains("--");
        let is_bundle = shape.text("type") == "bundle" || shape.text("id").starts_with("bundle--");
        let is_object = |prefix: &str| {
            let has = |key: &str| shape.has(&format!("{prefix}{key}"));
            is_id(&format!("{prefix}id")) && (has("type") || has("pattern"))
        };
        let has_objects = is_object("objects[].") || is_object("[].") || is_object("") && shape.has("pattern");
        if is_bundle && shape.has("objects") || has_objects { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let mut json = Json::new(lines);
        let mut reader = StixReader {
            rules: Rules::new(feed, Scope::Suffix),
            blocks: feed.action == Action::Block,
            sink,
            pending: Pending::default(),
            names: HashMap::new(),
            indicated: HashMap::new(),
            sighted: HashMap::new(),
            bytes: 0,
        };
        reader.document(&mut json)?;
        reader.flush(false);
        json.end()
    }
}

/// An object that an indicator may refer to.
struct Named {
    name: String,
    is_family: bool,
}

struct StixReader<'a> {
    rules: Rules,
    /// True if the feed's action is `Block`.
    blocks: bool,
    sink: &'a mut dyn RecordSink,
    pending: Pending,
    /// Named objects, by id.
    names: HashMap<String, Named>,
    /// The ids of the objects that each indicator indicates, by the indicator's id.
    indicated: HashMap<String, Vec<String>>,
    /// The time of the last sighting, by the indicator's id.
    sighted: HashMap<String, Timestamp>,
    /// The bytes that these three maps hold.
    bytes: usize,
}

/// The properties of an object that matter for some type of object.
#[derive(Default)]
struct Object {
    kind: String,
    id: String,
    name: Option<String>,
    description: Option<String>,
    pattern: Text,
    language: Option<String>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    created: Option<Timestamp>,
    confidence: Option<u8>,
    labels: Vec<String>,
    reference: Option<String>,
    is_revoked: bool,
    relationship: Option<String>,
    source: Option<String>,
    target: Option<String>,
    sighting_of: Option<String>,
    last_seen: Option<Timestamp>,
    value: Option<String>,
    line: u32,
    /// True for a bundle, whose members have already been read.
    is_container: bool,
}

impl StixReader<'_> {
    fn document<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        json.each_object(&mut |json| self.object(json))
    }

    fn object<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        let (mut key, mut text) = (Text::default(), Text::default());
        let mut object = Object { line: json.line(), ..Default::default() };
        json.object()?;
        while json.key(&mut key)? {
            match key.as_str() {
                // The members of a bundle. In STIX 2.0, observed data has an object under the same key.
                "objects" if json.kind()? == Kind::Array => {
                    object.is_container = true;
                    self.document(json)?;
                }
                "type" => object.kind = json.owned(&mut text)?.unwrap_or_default(),
                "id" => object.id = json.owned(&mut text)?.unwrap_or_default(),
                "name" => object.name = json.owned(&mut text)?.filter(|name| !name.trim().is_empty()),
                "description" => {
                    object.description = json.owned(&mut text)?.filter(|said| !said.trim().is_empty());
                }
                "pattern" => {
                    json.scalar(&mut object.pattern)?;
                }
                "pattern_type" => object.language = json.owned(&mut text)?,
                "valid_from" => object.valid_from = out::json_date(json, &mut text, self.sink)?,
                "valid_until" => object.valid_until = out::json_date(json, &mut text, self.sink)?,
                "created" => object.created = out::json_date(json, &mut text, self.sink)?,
                "confidence" => object.confidence = json.owned(&mut text)?.as_deref().and_then(text::confidence),
                // Indicator types become tags, like the labels that hold them in STIX 2.0.
                "labels" | "indicator_types" => strings(json, &mut object.labels)?,
                "external_references" => references(json, &mut object.reference)?,
                "revoked" => object.is_revoked = json.scalar(&mut text)? && text.as_str() == "true",
                "relationship_type" => object.relationship = json.owned(&mut text)?,
                "source_ref" => object.source = json.owned(&mut text)?,
                "target_ref" => object.target = json.owned(&mut text)?,
                "sighting_of_ref" => object.sighting_of = json.owned(&mut text)?,
                "last_seen" => object.last_seen = out::json_date(json, &mut text, self.sink)?,
                "value" => object.value = json.owned(&mut text)?,
                _ => json.skip()?,
            }
        }
        self.take(object);
        Ok(())
    }

    fn take(&mut self, object: Object) {
        match &*object.kind {
            _ if object.is_container => {}
            "indicator" => self.indicator(object),
            "relationship" => {
                if let (Some("indicates"), Some(source), Some(target)) =
                    (object.relationship.as_deref(), object.source, object.target)
                {
                    self.bytes += source.len() + target.len() + 128;
                    self.indicated.entry(source).or_default().push(target);
                }
            }
            "malware" | "tool" | "campaign" | "intrusion-set" | "threat-actor" | "attack-pattern" => {
                let is_family = matches!(&*object.kind, "malware" | "tool");
                if let Some(name) = object.name {
                    self.bytes += object.id.len() + name.len() + 128;
                    self.names.insert(object.id, Named { name, is_family });
                }
            }
            "sighting" => {
                if let (Some(id), Some(seen)) = (object.sighting_of, object.last_seen.or(object.created)) {
                    self.bytes += id.len() + 64;
                    let last = self.sighted.entry(id).or_insert(seen);
                    *last = seen.max(*last);
                }
            }
            "report" => {
                if let Some(name) = &object.name {
                    self.sink.title(name);
                }
            }
            "ipv4-addr" | "ipv6-addr" | "domain-name" | "url" | "email-addr" | "email-message" | "file"
            | "observed-data" => {
                let shown = object.value.as_deref().unwrap_or(&object.id);
                out::skip(self.sink, object.line, shown, Construct::OtherKind);
            }
            _ => {}
        }
        if self.pending.is_full() || self.bytes > MAX_PENDING {
            self.flush(true);
            self.indicated.clear();
            self.sighted.clear();
            // Objects are kept for later indicators, unless they alone use too much memory.
            self.bytes = self.names.iter().map(|(id, named)| id.len() + named.name.len() + 128).sum();
            if self.bytes > MAX_PENDING / 2 {
                self.names.clear();
                self.bytes = 0;
            }
        }
    }

    fn indicator(&mut self, object: Object) {
        let pattern = object.pattern.as_str();
        let line = if object.pattern.line > 0 { object.pattern.line } else { object.line };
        if object.is_revoked {
            return out::skip(self.sink, line, pattern, Construct::Withdrawn);
        }
        // An allow list consists of benign indicators.
        if self.blocks && object.is_benign() {
            return out::skip(self.sink, line, pattern, Construct::Benign);
        }
        if object.language.as_deref().is_some_and(|language| !language.eq_ignore_ascii_case("stix")) {
            return out::skip(self.sink, line, pattern, Construct::OtherLanguage);
        }
        if object.pattern.is_cut {
            return self.sink.reject(Rejection::new(line, pattern, Reject::TooLong));
        }
        let Some(parts) = stix_pattern::parse(pattern) else {
            return self.sink.reject(Rejection::new(line, pattern, Reject::Malformed));
        };
        for part in parts {
            let (listed, value) = match part {
                Part::Skip(construct) => {
                    out::skip(self.sink, line, pattern, construct);
                    continue;
                }
                Part::Value(listed, value) => (listed, value),
            };
            match listed::read(listed, value.trim(), &self.rules) {
                Ok(Value { indicator, note }) => {
                    let mut record = Record::new(indicator, line, value.trim().to_owned());
                    record.attributes = object.attributes(&value);
                    listed::keep_name(&mut record, listed, &value);
                    self.pending.push(record);
                    if let Some(note) = note {
                        self.pending.warn(Warning::new(line, value.trim().to_owned(), note));
                    }
                }
                Err(reason) => self.sink.reject(Rejection::new(line, value, reason)),
            }
        }
    }

    /// Passes on the waiting records, with the relationships known so far.
    fn flush(&mut self, is_early: bool) {
        let Self { pending, names, indicated, sighted, sink, .. } = self;
        let complete = |record: &mut Record<'static>| {
            let attributes = &mut record.attributes;
            let id = attributes.id.as_deref();
            attributes.last_seen = id.and_then(|id| sighted.get(id)).copied().or(attributes.last_seen);
            let targets = id.and_then(|id| indicated.get(id));
            for named in targets.into_iter().flatten().filter_map(|id| names.get(id)) {
                let name = || Cow::Owned(named.name.clone());
                if named.is_family && attributes.family.is_none() {
                    attributes.family = Some(name());
                } else if attributes.family.as_deref() != Some(&*named.name)
                    && !attributes.tags.iter().any(|tag| *tag == named.name)
                {
                    attributes.tags.push(name());
                }
            }
        };
        if is_early {
            pending.flush_early(*sink, complete);
        } else {
            pending.flush(*sink, complete);
        }
    }
}

impl Object {
    /// Returns true if the labels say benign and nothing worse.
    fn is_benign(&self) -> bool {
        let is = |wanted: &str| self.labels.iter().any(|label| label.eq_ignore_ascii_case(wanted));
        is("benign") && !["malicious-activity", "anomalous-activity", "compromised"].into_iter().any(is)
    }

    fn attributes(&self, value: &str) -> Attributes<'static> {
        let own = |text: &Option<String>| text.clone().map(Cow::Owned);
        // Many names only repeat the value.
        let name = self.name.as_ref().filter(|name| *name != value);
        Attributes {
            tags: self.labels.iter().cloned().map(Cow::Owned).collect(),
            confidence: self.confidence,
            first_seen: self.valid_from.or(self.created),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            reference: own(&self.reference),
            id: (!self.id.is_empty()).then(|| Cow::Owned(self.id.clone())),
            description: self.description.as_ref().or(name).cloned().map(Cow::Owned),
            ..Attributes::default()
        }
    }
}

fn strings<B: Bytes>(json: &mut Json<B>, strings: &mut Vec<String>) -> Result<()> {
    let mut text = Text::default();
    // Some producers write a single string without its array.
    if json.kind()? == Kind::Text {
        strings.extend(json.owned(&mut text)?);
    } else if json.array()? {
        while json.item()? {
            strings.extend(json.owned(&mut text)?);
        }
    }
    Ok(())
}

/// Reads the first URL, or else the first id.
fn references<B: Bytes>(json: &mut Json<B>, reference: &mut Option<String>) -> Result<()> {
    let (mut key, mut text) = (Text::default(), Text::default());
    let mut id = None;
    if !json.array()? {
        return Ok(());
    }
    while json.item()? {
        if !json.object()? {
            continue;
        }
        while json.key(&mut key)? {
            match key.as_str() {
                "url" => {
                    let url = json.owned(&mut text)?;
                    if reference.is_none() {
                        *reference = url;
                    }
                }
                "external_id" => {
                    let found = json.owned(&mut text)?;
                    id = id.or(found);
                }
                _ => json.skip()?,
            }
        }
    }
    if reference.is_none() {
        *reference = id;
    }
    Ok(())
}
