//! The JSON list of Feodo Tracker (<https://feodotracker.abuse.ch/blocklist/>).
//!
//! ```text
//! [{"ip_address": "192.0.2.1", "port": 443, "status": "online", "hostname": null, "as_number": 64496,
//!   "first_seen": "2026-05-01 12:00:00", "last_online": "2026-05-02", "malware": "ExampleBot"}]
//! ```

use crate::error::Result;
use crate::feed::FeedReader;
use crate::feed::recognise::Head;
use crate::feed::syntax::json::Json;
use crate::feed::syntax::rows::{self, Reading};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole as Role, Feed, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct FeodoJson;

impl FeedReader for FeodoJson {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let keys = ["[].ip_address", "[].port", "[].malware"];
        if head.shape().is_some_and(|shape| shape.has_all(&keys)) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let role = |key: &str| {
            Some(match key {
                "ip_address" => Role::Ip,
                "port" => Role::Port,
                "status" => Role::Tags,
                "first_seen" => Role::FirstSeen,
                "last_online" => Role::LastSeen,
                "malware" => Role::Family,
                _ => return None,
            })
        };
        let rules = Rules::new(feed, Scope::Suffix);
        let reading = Reading { feed, rules, role: &role, finish: &|_, _| {}, members: &[] };
        rows::document(&mut Json::new(lines), &reading, sink)
    }
}
