//! The CSV list of Feodo Tracker (<https://feodotracker.abuse.ch/blocklist/>).
//!
//! ```text
//! "first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
//! "2026-05-01 12:00:00","192.0.2.1","443","online","2026-05-02","ExampleBot"
//! # END 1 entries
//! ```

use crate::error::Result;
use crate::feed::FeedReader;
use crate::feed::recognise::Head;
use crate::feed::syntax::headed::Headed;
use crate::indicator::{ColumnRole as Role, Feed, RecordSink};
use crate::input::Lines;

pub(crate) struct Feodo;

impl FeedReader for Feodo {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        NEW.sniff(head).max(OLD.sniff(head))
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let text = lines.head()?;
        let layout = if OLD.sniff(&Head::new(&text)) > 0 { &OLD } else { &NEW };
        layout.read(lines, feed, sink)
    }
}

const NEW: Headed = Headed {
    required: &["dst_ip", "dst_port", "malware"],
    columns: &[
        ("first_seen_utc", Role::FirstSeen),
        ("dst_ip", Role::Ip),
        ("dst_port", Role::Port),
        ("c2_status", Role::Tags),
        ("last_online", Role::LastSeen),
        ("malware", Role::Family),
    ],
    tags: &[],
    refused: None,
};

/// As lists of before 2021 have it: `# Firstseen,DstIP,DstPort,LastOnline,Malware`.
const OLD: Headed = Headed {
    required: &["dstip", "dstport", "malware"],
    columns: &[
        ("firstseen", Role::FirstSeen),
        ("dstip", Role::Ip),
        ("dstport", Role::Port),
        ("lastonline", Role::LastSeen),
        ("malware", Role::Family),
    ],
    tags: &[],
    refused: None,
};
