//! The address list of SSLBL (<https://sslbl.abuse.ch/blacklist/>).
//!
//! ```text
//! # Firstseen,DstIP,DstPort
//! 2026-05-01 12:00:00,192.0.2.1,443
//! ```
//!
//! Its other list, of the fingerprints of certificates, is refused: nothing in it is of the network.

use crate::error::Result;
use crate::feed::FeedReader;
use crate::feed::recognise::Head;
use crate::feed::syntax::headed::Headed;
use crate::indicator::{ColumnRole as Role, Feed, RecordSink};
use crate::input::Lines;

pub(crate) struct Sslbl;

impl FeedReader for Sslbl {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        // Feodo Tracker once wrote the same columns and one more.
        if head
            .lines()
            .take_while(|line| line.starts_with('#'))
            .any(|line| line.to_ascii_lowercase().ends_with(",malware"))
        {
            return 0;
        }
        ADDRESSES.sniff(head)
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        ADDRESSES.read(lines, feed, sink)
    }
}

const ADDRESSES: Headed = Headed {
    required: &["firstseen", "dstip", "dstport"],
    columns: &[("firstseen", Role::FirstSeen), ("dstip", Role::Ip), ("dstport", Role::Port)],
    tags: &[],
    refused: Some((
        "sha1",
        "SSLBL's list of SHA1 fingerprints: certificates cannot be matched, take its list of addresses instead",
    )),
};
