//! The JSON dump of URLhaus (<https://urlhaus.abuse.ch/api/>).
//!
//! ```text
//! {"7": [{"dateadded": "2026-05-01 12:00:00 UTC", "url": "http://evil.test/a", "url_status": "online", "tags": null}]}
//! ```
//!
//! The key is the id.

use crate::error::Result;
use crate::feed::FeedReader;
use crate::feed::recognise::Head;
use crate::feed::syntax::json::Json;
use crate::feed::syntax::rows::{self, Reading};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole as Role, Feed, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct UrlhausJson;

impl FeedReader for UrlhausJson {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_dump = |shape: &crate::feed::recognise::Shape| {
            shape.has_all(&["#[].url", "#[].dateadded"]) || shape.has_all(&["urls[].url", "urls[].urlhaus_reference"])
        };
        if head.shape().is_some_and(is_dump) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let role = |key: &str| {
            Some(match key {
                "#" | "id" => Role::Id,
                "url" => Role::Url,
                "dateadded" | "date_added" => Role::FirstSeen,
                "last_online" => Role::LastSeen,
                "url_status" | "threat" | "tags" => Role::Tags,
                "urlhaus_link" | "urlhaus_reference" => Role::Reference,
                "host" => Role::Ignore,
                _ => return None,
            })
        };
        let rules = Rules::new(feed, Scope::Suffix);
        let reading = Reading { feed, rules, role: &role, finish: &|_, _| {}, members: &[] };
        rows::document(&mut Json::new(lines), &reading, sink)
    }
}
