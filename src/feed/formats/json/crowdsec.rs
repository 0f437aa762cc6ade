//! CrowdSec decisions (<https://docs.crowdsec.net/docs/local_api/bouncers>): a stream, or a list.
//!
//! ```text
//! {"new": [{"value": "192.0.2.1", "scope": "Ip", "type": "ban", "scenario": "example/ssh-bf", "origin": "crowdsec", "duration": "3h59m48s"}],
//!  "deleted": [{"value": "192.0.2.2", "scope": "Ip", "duration": "-1m"}]}
//! ```
//!
//! A list may also hold alerts with their decisions, as `cscli decisions list -o json` writes it.
//!
//! The scenario, the origin and the type become tags. The duration is the time left when the file was written, and
//! gives the end of the entry's validity. Deleted and simulated decisions are skipped, as are decisions over countries,
//! AS numbers or users.

use std::time::SystemTime;

use jiff::Timestamp;

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Bytes, Json, Kind, Text};
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::shape::Shape;
use crate::feed::syntax::text;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Construct, Feed, RecordSink, Reject, Rejection, Scope, Warning, WarningKind};
use crate::input::Lines;

pub(crate) struct CrowdSec;

impl FeedReader for CrowdSec {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_list = |shape: &Shape| {
            ["new[].", "deleted[].", "[].", "[].decisions[]."]
                .iter()
                .any(|prefix| ["value", "scope", "duration"].iter().all(|key| shape.has(&format!("{prefix}{key}"))))
        };
        if head.shape().is_some_and(is_list) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        // The time at which the file was written, or the current time if the feed is not a file.
        let written =
            std::fs::metadata(lines.path()).and_then(|file| file.modified()).unwrap_or_else(|_| SystemTime::now());
        let mut reader =
            CrowdSecReader { rules: Rules::new(feed, Scope::Suffix), written: Timestamp::try_from(written).ok(), sink };
        let mut json = Json::new(lines);
        if json.kind()? == Kind::Object {
            let mut key = Text::default();
            json.object()?;
            while json.key(&mut key)? {
                match key.as_str() {
                    "new" => reader.decisions(&mut json, false, false)?,
                    "deleted" => reader.decisions(&mut json, true, false)?,
                    _ => json.skip()?,
                }
            }
        } else {
            reader.decisions(&mut json, false, false)?;
        }
        json.end()
    }
}

struct CrowdSecReader<'a> {
    rules: Rules,
    written: Option<Timestamp>,
    sink: &'a mut dyn RecordSink,
}

impl CrowdSecReader<'_> {
    fn decisions<B: Bytes>(&mut self, json: &mut Json<B>, is_deleted: bool, is_within: bool) -> Result<()> {
        let (mut key, mut text, mut value) = (Text::default(), Text::default(), Text::default());
        if !json.array()? {
            return Ok(());
        }
        while json.item()? {
            value.clear();
            value.line = json.line();
            let (mut scope, mut duration, mut until, mut id) = (None, None, None, None);
            let mut tags = Vec::new();
            let (mut is_alert, mut is_simulated) = (false, false);
            if !json.object()? {
                continue;
            }
            while json.key(&mut key)? {
                match key.as_str() {
                    "value" => {
                        json.scalar(&mut value)?;
                    }
                    "scope" => scope = json.owned(&mut text)?,
                    "scenario" | "origin" | "type" => tags.extend(json.owned(&mut text)?),
                    "duration" => {
                        if let Some(said) = json.owned(&mut text)? {
                            duration = text::duration(&said);
                            if duration.is_none() && text::some(&said).is_some() {
                                self.sink.warn(Warning::new(text.line, said, WarningKind::UnreadableDate));
                            }
                        }
                    }
                    "until" => until = out::json_date(json, &mut text, self.sink)?,
                    "id" => id = json.owned(&mut text)?,
                    "simulated" => is_simulated = json.owned(&mut text)?.as_deref() == Some("true"),
                    // Decisions do not contain decisions, so the recursion ends here.
                    "decisions" if !is_within => {
                        is_alert = true;
                        self.decisions(json, is_deleted, true)?;
                    }
                    _ => json.skip()?,
                }
            }
            let shown = value.value.trim();
            if is_alert {
                continue;
            }
            if is_simulated {
                out::skip(self.sink, value.line, shown, Construct::NotForDetection);
            } else if is_deleted {
                out::skip(self.sink, value.line, shown, Construct::Withdrawn);
            } else if !scope
                .as_deref()
                .is_none_or(|scope| scope.eq_ignore_ascii_case("ip") || scope.eq_ignore_ascii_case("range"))
            {
                out::skip(self.sink, value.line, shown, Construct::OtherKind);
            } else if value.is_cut {
                self.sink.reject(Rejection::new(value.line, shown, Reject::TooLong));
            } else {
                let left = duration.and_then(|duration| self.written?.checked_add(duration).ok());
                put(self.sink, value.line, shown, value::classify(shown, &self.rules), |record| {
                    record.attributes.tags = tags.into_iter().map(Into::into).collect();
                    record.attributes.valid_until = until.or(left);
                    record.attributes.id = id.map(Into::into);
                });
            }
        }
        Ok(())
    }
}
