//! Hosts files that send names to a sink address.
//!
//! ```text
//! 0.0.0.0 evil.test www.evil.test   # one or more names; a comment needs no white space before it
//! 127.0.0.1       bad.example
//! ```
//!
//! Names are exact: a hosts file says nothing about names under them. The sink addresses are `0.0.0.0` (also written
//! `0`), `127.0.0.1`, `::` and `::1`. `127.0.1.1` is not one, because systems list their own name under it. Entries for
//! the system's own use are rejected one by one, so that nothing is silent: `localhost`, `broadcasthost`, `ip6-…` and
//! similar names ([`Reject::Localhost`]), and addresses in place of names ([`Reject::SinkAddress`],
//! [`Reject::AddressTarget`]).
//!
//! If at least a fifth of the lines are bare names, these are entries too, since many lists mix both.
//!
//! A line whose address is not a sink (`192.0.2.7 printer.test`) maps a name instead of blocking it, so its names are
//! rejected ([`Reject::HostMapping`]). A line that does not begin with an address is rejected as a whole
//! ([`Reject::BadAddress`]).

use ipnet::IpNet;

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::is_blank_or_comment;
use crate::feed::syntax::out::put;
use crate::feed::syntax::sinks::{is_hosts_file, is_local, is_sink};
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Feed, Record, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;
use crate::value::{ip, refang};

pub(crate) struct Hosts;

impl FeedReader for Hosts {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let is_mixed = is_mixed(head);
        let mut votes = Votes::default();
        for line in head.lines() {
            let Some(entry) = parse(line) else { continue };
            if is_mixed && entry.is_bare() {
                votes.line(true);
                continue;
            }
            votes.add(match (entry.column, entry.names().next()) {
                (Ok(Column::Sink), Some(_)) => Ok(()),
                (Ok(Column::Other), Some(_)) => Err(Reject::HostMapping),
                _ => Err(Reject::Unrecognised),
            });
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Exact);
        let is_mixed = is_mixed(&Head::new(&lines.head()?));
        while let Some(line) = lines.next()? {
            let number = line.number;
            if line.too_long {
                sink.reject(Rejection::new(number, line.text, Reject::TooLong));
                continue;
            }
            let Some(entry) = parse(line.text) else { continue };
            let column = match entry.column {
                Ok(column) => column,
                Err(_) if is_mixed && entry.is_bare() => {
                    put(sink, number, entry.line, value::domain(&refang::refang(entry.line), &rules), |record| {
                        record.attributes.description = entry.comment.map(|text| text.to_owned().into());
                    });
                    continue;
                }
                Err(reason) => {
                    sink.reject(Rejection::new(number, entry.line, reason));
                    continue;
                }
            };
            if entry.names().next().is_none() {
                let reason = if column == Column::Sink { Reject::SinkAddress } else { Reject::Unrecognised };
                sink.reject(Rejection::new(number, entry.line, reason));
            }
            for name in entry.names() {
                match target(name, column, &rules) {
                    Ok(value) => {
                        let mut record = Record::new(value.indicator, number, name);
                        record.attributes.description = entry.comment.map(Into::into);
                        sink.record(record);
                    }
                    Err(reason) => sink.reject(Rejection::new(number, name, reason)),
                }
            }
        }
        Ok(())
    }
}

/// The kind of the first column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Column {
    Sink,
    /// Any other address.
    Other,
}

/// A line that is neither blank nor a comment.
struct Mapping<'l> {
    /// The line without its comment.
    line: &'l str,
    column: Result<Column, Reject>,
    names: &'l str,
    comment: Option<&'l str>,
}

impl<'l> Mapping<'l> {
    /// Returns true if the line is a bare name.
    fn is_bare(&self) -> bool {
        let rules = Rules::new(&Feed::new(""), Scope::Exact);
        self.names.is_empty() && !is_local(self.line) && value::domain(&refang::refang(self.line), &rules).is_ok()
    }

    fn names(&self) -> impl Iterator<Item = &'l str> + use<'l> {
        self.names.split_whitespace()
    }
}

/// Returns true if a hosts file contains so many bare names that they are intended.
fn is_mixed(head: &Head<'_>) -> bool {
    let (mut lines, mut sinks, mut bare) = (0_u32, 0_u32, 0_u32);
    for entry in head.lines().filter_map(parse) {
        lines += 1;
        sinks += u32::from(entry.column == Ok(Column::Sink) && !entry.names.is_empty());
        bare += u32::from(entry.is_bare());
    }
    is_hosts_file(sinks, lines) && u64::from(bare) * 5 >= u64::from(lines)
}

/// Parses a trimmed line; `None` if it is blank or a comment.
fn parse(line: &str) -> Option<Mapping<'_>> {
    if is_blank_or_comment(line) {
        return None;
    }
    // hosts(5) lets a comment begin anywhere, and names do not contain `#`.
    let (line, comment) = match line.split_once('#') {
        Some((body, comment)) => (body.trim_end(), Some(comment.trim_start_matches('#').trim())),
        None => (line, None),
    };
    let (first, names) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let column = match first {
        "0" | "0.0.0.0" | "127.0.0.1" | "::" | "::1" => Ok(Column::Sink),
        _ => ip::parse_addr(first.as_bytes())
            .map(|addr| if is_sink(&IpNet::from(addr)) { Column::Sink } else { Column::Other }),
    };
    Some(Mapping { line, column, names, comment: comment.filter(|comment| !comment.is_empty()) })
}

fn target(name: &str, column: Column, rules: &Rules) -> Result<value::Value, Reject> {
    if is_local(name) {
        return Err(Reject::Localhost);
    }
    let name = &*refang::refang(name);
    if let Ok(addr) = ip::parse_addr(name.as_bytes()) {
        return Err(if is_sink(&IpNet::from(addr)) { Reject::SinkAddress } else { Reject::AddressTarget });
    }
    if column == Column::Other {
        return Err(Reject::HostMapping);
    }
    value::domain(name, rules)
}
