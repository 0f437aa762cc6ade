//! AlienVault OTX pulses (<https://otx.alienvault.com/api>): one, an array, or a page of results.
//!
//! ```text
//! {"id": "p1", "name": "made up", "tags": ["c2"], "references": ["https://ref.example/"], "malware_families": ["ExampleBot"],
//!  "indicators": [{"indicator": "evil.test", "type": "domain", "created": "2026-05-01T00:00:00", "expiration": null}]}
//! ```
//!
//! The type `hostname` is a name that covers only itself. Indicators that are no longer active are skipped. A pulse's
//! metadata may follow its indicators, so these wait for it, up to a limit.

use std::borrow::Cow;

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Bytes, Json, Kind, Text};
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::pending::Pending;
use crate::feed::syntax::value::{Rules, Value};
use crate::feed::syntax::{out, text};
use crate::indicator::{Construct, Feed, Record, RecordSink, Reject, Rejection, Scope, Warning};
use crate::input::Lines;

pub(crate) struct Otx;

impl FeedReader for Otx {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let Some(shape) = head.shape() else { return 0 };
        let is_pulse = |prefix: &str| {
            shape.has(&format!("{prefix}indicators[].indicator")) && shape.has(&format!("{prefix}indicators[].type"))
        };
        if ["", "[].", "results[]."].into_iter().any(is_pulse) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let mut json = Json::new(lines);
        let mut reader = OtxReader { rules: Rules::new(feed, Scope::Suffix), sink };
        reader.pulses(&mut json)?;
        json.end()
    }
}

struct OtxReader<'a> {
    rules: Rules,
    sink: &'a mut dyn RecordSink,
}

#[derive(Default)]
struct Pulse {
    name: Option<String>,
    reference: Option<String>,
    family: Option<String>,
    tags: Vec<String>,
    pending: Pending,
}

impl Pulse {
    fn complete(&self) -> impl FnMut(&mut Record<'static>) + use<> {
        let (name, reference, family, tags) =
            (self.name.clone(), self.reference.clone(), self.family.clone(), self.tags.clone());
        move |record| {
            let own = &mut record.attributes;
            own.tags.extend(tags.iter().cloned().map(Cow::Owned));
            own.family = family.clone().map(Cow::Owned);
            own.reference = reference.clone().map(Cow::Owned);
            if own.description.is_none() {
                own.description = name.clone().map(Cow::Owned);
            }
        }
    }
}

impl OtxReader<'_> {
    fn pulses<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        json.each_object(&mut |json| self.pulse(json))
    }

    fn pulse<B: Bytes>(&mut self, json: &mut Json<B>) -> Result<()> {
        let mut pulse = Pulse::default();
        let (mut key, mut value) = (Text::default(), Text::default());
        json.object()?;
        while json.key(&mut key)? {
            match key.as_str() {
                "results" => self.pulses(json)?,
                "name" => {
                    pulse.name = json.owned(&mut value)?;
                    if let Some(name) = &pulse.name {
                        self.sink.title(name);
                    }
                }
                "tags" => strings(json, &mut pulse.tags)?,
                "adversary" => pulse.tags.extend(json.owned(&mut value)?),
                "references" => {
                    let mut all = Vec::new();
                    strings(json, &mut all)?;
                    pulse.reference = all.into_iter().next();
                }
                "malware_families" => {
                    let mut all = Vec::new();
                    strings(json, &mut all)?;
                    pulse.family = all.into_iter().next();
                }
                "indicators" => {
                    if json.array()? {
                        while json.item()? {
                            self.indicator(json, &mut pulse)?;
                        }
                    }
                }
                _ => json.skip()?,
            }
        }
        let complete = pulse.complete();
        pulse.pending.flush(self.sink, complete);
        Ok(())
    }

    fn indicator<B: Bytes>(&mut self, json: &mut Json<B>, pulse: &mut Pulse) -> Result<()> {
        let (mut key, mut value) = (Text::default(), Text::default());
        let (mut kind, mut indicator) = (None, Text::default());
        let (mut created, mut expiration, mut description, mut id) = (None, None, None, None);
        let mut is_active = true;
        indicator.line = json.line();
        if !json.object()? {
            return Ok(());
        }
        while json.key(&mut key)? {
            match key.as_str() {
                "indicator" => {
                    json.scalar(&mut indicator)?;
                }
                "type" => kind = json.owned(&mut value)?,
                "created" => created = out::json_date(json, &mut value, self.sink)?,
                "expiration" => expiration = out::json_date(json, &mut value, self.sink)?,
                "description" | "title" => {
                    let said = json.owned(&mut value)?.filter(|said| text::some(said).is_some());
                    description = description.or(said);
                }
                "id" => id = json.owned(&mut value)?,
                "is_active" => is_active = !json.scalar(&mut value)? || matches!(value.as_str(), "1" | "true"),
                _ => json.skip()?,
            }
        }
        let (line, shown) = (indicator.line, indicator.value.trim());
        let listed = match kind.as_deref().map(Listed::of) {
            Some(Some(Listed::Skip(construct))) => {
                out::skip(self.sink, line, shown, construct);
                return Ok(());
            }
            Some(None) => {
                out::skip(self.sink, line, shown, Construct::OtherKind);
                return Ok(());
            }
            Some(Some(listed)) => listed,
            None => Listed::Any,
        };
        if !is_active {
            out::skip(self.sink, line, shown, Construct::Withdrawn);
            return Ok(());
        }
        if indicator.is_cut {
            self.sink.reject(Rejection::new(line, shown, Reject::TooLong));
            return Ok(());
        }
        match listed::read(listed, shown, &self.rules) {
            Ok(Value { indicator, note }) => {
                let mut record = Record::new(indicator, line, shown.to_owned());
                record.attributes.first_seen = created;
                record.attributes.valid_until = expiration;
                record.attributes.description = description.map(Cow::Owned);
                record.attributes.id = id.map(Cow::Owned);
                listed::keep_name(&mut record, listed, shown);
                pulse.pending.push(record);
                if let Some(note) = note {
                    pulse.pending.warn(Warning::new(line, shown.to_owned(), note));
                }
            }
            Err(reason) => self.sink.reject(Rejection::new(line, shown, reason)),
        }
        if pulse.pending.is_full() {
            let complete = pulse.complete();
            pulse.pending.flush_early(self.sink, complete);
        }
        Ok(())
    }
}

/// Reads strings, or the names of objects.
fn strings<B: Bytes>(json: &mut Json<B>, strings: &mut Vec<String>) -> Result<()> {
    let (mut key, mut text) = (Text::default(), Text::default());
    if !json.array()? {
        return Ok(());
    }
    while json.item()? {
        if json.kind()? != Kind::Object {
            strings.extend(json.owned(&mut text)?);
            continue;
        }
        json.object()?;
        while json.key(&mut key)? {
            match key.as_str() {
                "display_name" | "name" => strings.extend(json.owned(&mut text)?),
                _ => json.skip()?,
            }
        }
    }
    Ok(())
}
