//! The JSON dump of ThreatFox, and the answers of its API (<https://threatfox.abuse.ch/api/>).
//!
//! ```text
//! {"7": [{"ioc_value": "192.0.2.1:443", "ioc_type": "ip:port", "malware_printable": "ExampleBot", "confidence_level": 75}]}
//! {"query_status": "ok", "data": [{"id": "7", "ioc": "evil.test", "ioc_type": "domain", "confidence_level": 50}]}
//! ```

use crate::error::Result;
use crate::feed::FeedReader;
use crate::feed::recognise::{Head, Shape};
use crate::feed::syntax::json::Json;
use crate::feed::syntax::rows::{self, Reading};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole as Role, Feed, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct ThreatFoxJson;

impl FeedReader for ThreatFoxJson {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_dump = |shape: &Shape| {
            shape.has_all(&["#[].ioc_value", "#[].ioc_type"]) || shape.has_all(&["data[].ioc", "data[].ioc_type"])
        };
        if head.shape().is_some_and(is_dump) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let role = |key: &str| {
            Some(match key {
                "id" => Role::Id,
                // Those of the array it stands in: the id, or `data`.
                "#" => Role::Ignore,
                "ioc" | "ioc_value" => Role::Value,
                "ioc_type" => Role::Type,
                "threat_type" | "malware" | "malware_alias" | "tags" => Role::Tags,
                "malware_printable" => Role::Family,
                "first_seen" | "first_seen_utc" => Role::FirstSeen,
                "last_seen" | "last_seen_utc" => Role::LastSeen,
                "confidence_level" => Role::Confidence,
                "reference" => Role::Reference,
                "ioc_type_desc" | "threat_type_desc" | "malware_malpedia" | "malware_samples" => Role::Ignore,
                _ => return None,
            })
        };
        let rules = Rules::new(feed, Scope::Suffix);
        let finish = |record: &mut crate::indicator::Record<'_>, cells: &[std::borrow::Cow<'_, str>]| {
            // A dump has the id as the key, which is the first cell then.
            if record.attributes.id.is_none()
                && let Some(id) = cells.first().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
            {
                record.attributes.id = Some(id.to_string().into());
            }
        };
        let reading = Reading { feed, rules, role: &role, finish: &finish, members: &[] };
        rows::document(&mut Json::new(lines), &reading, sink)
    }
}
