//! Sets of nftables (nft(8)), as `nft list` prints them or as include files hold them.
//!
//! ```text
//! table inet filter {
//!     set made_up {
//!         type ipv4_addr
//!         flags interval,timeout
//!         elements = { 192.0.2.1, 192.0.2.4-192.0.2.9 timeout 1h,
//!                      198.51.100.0/24 comment "why" }
//!     }
//! }
//! define others = { 203.0.113.1, 203.0.113.2 }
//! add element inet filter made_up { 203.0.113.3 }
//! ```
//!
//! A set may also stand on one line. A concatenation is an address followed by qualifiers: `192.0.2.1 . tcp . 80` is limited to the port, and `. 80-90`
//! yields one entry per port, up to a limit. Rules and other parts of a ruleset are skipped and counted.

use crate::error::Result;
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::{each_entry, is_blank_or_comment};
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::ports;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Construct, Feed, Indicator, RecordSink, Reject, Rejection, Scope, Warning, WarningKind};
use crate::input::Lines;

pub(crate) struct Nft;

impl FeedReader for Nft {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let has_elements = head.data().any(|line| {
            elements_of(line).is_some_and(|rest| {
                let rest = rest.trim_start();
                rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':')
            })
        });
        let is_ruleset = head.data().next().is_some_and(|line| {
            let first = line.split_whitespace().next().unwrap_or("");
            matches!(first, "table" | "define" | "add" | "flush" | "set" | "elements" | "#!/usr/sbin/nft")
        });
        if has_elements && is_ruleset { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        // True within the braces of an element list.
        let mut is_open = false;
        each_entry(lines, sink, |line, sink| {
            let mut rest = line.text;
            if !is_open {
                match elements_of(rest) {
                    Some(elements) => rest = elements,
                    None if is_structure(rest) => return,
                    None => return out::skip(sink, line.number, rest, Construct::Setting),
                }
            }
            loop {
                is_open = true;
                let (elements, after) = split(rest, &mut is_open);
                for element in elements {
                    take(element, line.number, &rules, sink);
                }
                if is_open {
                    return;
                }
                match elements_of(after) {
                    Some(elements) => rest = elements,
                    None if after.bytes().all(|byte| matches!(byte, b'}' | b';' | b' ' | b'\t')) => return,
                    None if is_blank_or_comment(after.trim_start_matches(['}', ';', ' ', '\t'])) => return,
                    None => return out::skip(sink, line.number, after, Construct::Setting),
                }
            }
        })
    }
}

fn take(element: &str, line: u32, rules: &Rules, sink: &mut dyn RecordSink) {
    let (value, comment) = parts(element);
    if value.is_empty() {
        return;
    }
    if value.starts_with('$') {
        return sink.reject(Rejection::new(line, value, Reject::Unrecognised));
    }
    for read in out::each(read(value, rules)) {
        put(sink, line, value, read, |record| {
            record.attributes.description = comment.map(|text| text.to_owned().into());
        });
    }
    if let Some(second) = value.split(" . ").skip(1).find(|part| value::classify(part, rules).is_ok()) {
        sink.warn(Warning::new(line, second, WarningKind::SecondValue));
    }
}

/// The text after the brace that opens an element list.
fn elements_of(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once('{')?;
    let mut words = before.split_whitespace();
    let is_list = match words.next() {
        Some("define") => words.nth(1) == Some("="),
        Some("add" | "create") => words.next() == Some("element"),
        _ => false,
    };
    if is_list { Some(rest) } else { after_word(line, "elements")?.strip_prefix('=')?.trim_start().strip_prefix('{') }
}

/// The text after the first occurrence of a word outside quotation marks. Takes linear time.
fn after_word<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let (mut from, mut in_quotes) = (0, false);
    let found = line.match_indices(word).find(|&(at, _)| {
        in_quotes ^= line[from..at].bytes().filter(|&byte| byte == b'"').count() % 2 == 1;
        from = at;
        let is_apart = at == 0 || line[..at].ends_with(|c: char| c.is_whitespace() || matches!(c, ';' | '{' | '}'));
        is_apart && !in_quotes
    });
    found.map(|(at, _)| line[at + word.len()..].trim_start())
}

/// Returns true if a line only gives structure, such as the start of a table or set.
fn is_structure(line: &str) -> bool {
    const WORDS: [&str; 13] = [
        "table",
        "set",
        "type",
        "typeof",
        "flags",
        "timeout",
        "gc-interval",
        "size",
        "auto-merge",
        "policy",
        "comment",
        "counter",
        "}",
    ];
    let first = line.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or("");
    // A whole table or chain may stand on one line.
    let is_opening = line.split_once('{').is_none_or(|(_, body)| body.trim_end_matches(['}', ' ']).is_empty());
    WORDS.contains(&first) && is_opening
}

/// The elements of a line up to the brace that closes the list, and the text after it. A comment ends the line.
fn split<'l>(text: &'l str, is_open: &mut bool) -> (Vec<&'l str>, &'l str) {
    let mut elements = Vec::new();
    let mut in_quotes = false;
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b',' if !in_quotes => {
                elements.push(text[start..at].trim());
                start = at + 1;
            }
            b'}' if !in_quotes => {
                elements.push(text[start..at].trim());
                *is_open = false;
                return (elements, &text[at + 1..]);
            }
            b'#' if !in_quotes => {
                elements.push(text[start..at].trim());
                return (elements, "");
            }
            _ => {}
        }
    }
    elements.push(text[start..].trim());
    (elements, "")
}

/// Splits an element into its value and its comment.
fn parts(element: &str) -> (&str, Option<&str>) {
    let options = [" timeout ", " expires ", " comment ", " counter "];
    let end = options.iter().filter_map(|option| element.find(option)).min().unwrap_or(element.len());
    let (value, rest) = element.split_at(end);
    let comment = rest.split_once("comment \"").and_then(|(_, text)| text.split('"').next());
    (value.trim(), comment.or_else(|| Some(rest.trim()).filter(|rest| !rest.is_empty())))
}

fn read(value: &str, rules: &Rules) -> Result<Vec<Value>, Reject> {
    let mut parts = value.split(" . ").map(str::trim);
    let found = value::classify(parts.next().ok_or(Reject::Empty)?, rules)?;
    if !matches!(found.indicator, Indicator::Ip { .. } | Indicator::IpRange { .. }) {
        return Err(Reject::BadAddress);
    }
    let ports = parts.find(|part| {
        // Skips a protocol, an interface name, or another address.
        !matches!(*part, "tcp" | "udp" | "sctp" | "dccp" | "udplite" | "icmp" | "icmpv6")
            && !part.contains(['"', '.', ':', '/', '*'])
    });
    ports.map_or_else(|| Ok(vec![found.clone()]), |ports| ports::with_ports(found.clone(), ports))
}
