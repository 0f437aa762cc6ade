//! AWS VPC flow logs in their default columns:
//! `2 123456789010 eni-1 192.0.2.7 203.0.113.5 40000 443 6 10 840 1778580123 1778580183 ACCEPT OK`.

use crate::event::sheet::{Part, Sheet, Words};
use crate::event::{time, value};

const COLUMNS: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// Reads `part` if it has these 14 columns.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let line = part.line;
    // The first column is the version.
    if !matches!(part.text(), [b'0'..=b'9', b' ', ..]) {
        return false;
    }
    let mut spans = [const { 0..0 }; 14];
    let mut words = Words::new(part);
    for span in &mut spans {
        let Some(word) = words.next() else { return false };
        *span = word;
    }
    if !words.rest().trim_ascii().is_empty() || !matches!(&line[spans[12].clone()], b"ACCEPT" | b"REJECT" | b"-") {
        return false;
    }
    let is_flow = [3, 4].iter().all(|at| {
        let text: &[u8] = &line[spans[*at].clone()];
        text == b"-" || value::address(text).is_some()
    });
    if !is_flow || time::epoch(&line[spans[10].clone()]).is_none() {
        return false;
    }
    for (name, span) in COLUMNS.into_iter().zip(spans) {
        sheet.known(name, span);
    }
    true
}
