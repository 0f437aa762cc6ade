//! PAN-OS logs: commas without a header. The administrator's guide lists the columns of each type.

use std::ops::Range;

use super::columns::Cells;
use crate::event::sheet::{Form, Label, Part, Sheet, TOP};
use crate::event::time;

const TRAFFIC: &[(usize, &str)] = &[
    (6, "generated_time"),
    (7, "src"),
    (8, "dst"),
    (11, "rule"),
    (12, "srcuser"),
    (13, "dstuser"),
    (14, "app"),
    (24, "sport"),
    (25, "dport"),
    (29, "proto"),
    (30, "action"),
];

const THREAT: &[(usize, &str)] = &[(31, "misc"), (46, "user_agent"), (48, "x_forwarded_for"), (49, "referer")];

/// Reads `part` if its fourth column is a PAN-OS log type, and its second and seventh columns are times.
pub(super) fn read(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let digits = part.text().iter().take_while(|byte| byte.is_ascii_digit()).count();
    if part.text().get(digits) != Some(&b',') {
        return false;
    }
    let mut cells: [(Range<usize>, Form); 64] = [const { (0..0, Form::Plain) }; 64];
    let mut count = 0;
    for cell in Cells::new(part, b',').take(64) {
        cells[count] = cell;
        count += 1;
    }
    if count < 8 {
        return false;
    }
    let cell = |at: usize| &part.line[cells[at].0.clone()];
    if time::whole(cell(1)).is_none() || time::whole(cell(6)).is_none() || !cell(0).iter().all(u8::is_ascii_digit) {
        return false;
    }
    let columns: &[&[(usize, &str)]] = match cell(3) {
        b"TRAFFIC" => &[TRAFFIC],
        b"THREAT" => &[TRAFFIC, THREAT],
        b"USERID" => {
            &[&[(6, "generated_time"), (8, "src"), (9, "user"), (12, "event_id"), (15, "sport"), (16, "dport")]]
        }
        b"SYSTEM" => &[&[(6, "generated_time"), (8, "eventid"), (9, "object")]],
        b"CONFIG" => {
            &[&[(6, "generated_time"), (7, "host"), (9, "cmd"), (10, "admin"), (11, "client"), (12, "result")]]
        }
        b"AUTH" | b"AUTHENTICATION" => &[&[(6, "generated_time"), (8, "src"), (9, "user"), (10, "normalize_user")]],
        b"GLOBALPROTECT" => &[&[
            (6, "generated_time"),
            (8, "event_id"),
            (12, "srcuser"),
            (14, "machine_name"),
            (15, "public_ip"),
            (17, "private_ip"),
        ]],
        b"DECRYPTION" => &[TRAFFIC],
        b"HIPMATCH" => &[&[(6, "generated_time"), (7, "srcuser"), (9, "machine_name"), (11, "src")]],
        b"CORRELATION" | b"GTP" | b"TUNNEL" => &[&[(6, "generated_time")]],
        _ => return false,
    };
    // Since version 10 a later column has the time with its zone, to the millisecond.
    if let Some(at) =
        (8..count).find(|at| cell(*at).len() >= 25 && cell(*at)[10] == b'T' && time::whole(cell(*at)).is_some())
    {
        sheet.known("high_resolution_timestamp", cells[at].0.clone());
    }
    let is_url = cell(4) == b"url";
    // The message of a system log is plain text.
    if cell(3) == b"SYSTEM" && count > 14 {
        let opaque = &cells[14].0;
        sheet.level += 1;
        super::text::read(Part { start: opaque.start, end: opaque.end, ..part }, sheet);
        sheet.level -= 1;
    }
    for &(at, name) in columns.iter().copied().flatten() {
        if at >= count || cells[at].0.is_empty() {
            continue;
        }
        let name = match name {
            "misc" if is_url => "url",
            "misc" => "filename",
            name => name,
        };
        let (span, form) = cells[at].clone();
        sheet.push(Label::Known(name), TOP, span, form);
    }
    true
}
