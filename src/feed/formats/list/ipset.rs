//! Sets in the format of `ipset save` (ipset(8)).
//!
//! ```text
//! create made_up hash:net family inet hashsize 1024 maxelem 65536
//! add made_up 192.0.2.0/24 timeout 300 comment "why"
//! add made_up 192.0.2.7 nomatch
//! add other 192.0.2.1,tcp:80
//! ```
//!
//! Scripts of `ipset add …` commands are also read.
//!
//! A range of ports yields one entry per port, up to a limit. A second address in an element causes a warning.
//!
//! `nomatch` marks an exception, which is allowed. A timeout counts from a moment that the file does not give, so it
//! only goes to the description.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_entry;
use crate::feed::syntax::others;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::ports;
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Construct, Feed, Indicator, RecordSink, Reject, Rejection, Scope, Warning, WarningKind};
use crate::input::Lines;

pub(crate) struct IpSet;

impl FeedReader for IpSet {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for line in head.data() {
            let mut words = words(line);
            match words.next() {
                Some("create" | "-N") => {
                    votes.line(words.nth(1).is_some_and(|kind| kind.contains(':') || kind.ends_with("hash")))
                }
                Some("add" | "-A") => votes.line(words.nth(1).is_some_and(|value| value.contains(['.', ':']))),
                _ => votes.line(false),
            }
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        each_entry(lines, sink, |line, sink| {
            let mut words = words(line.text);
            match words.next() {
                Some("create" | "-N") => return,
                Some("add" | "-A") => {}
                Some("del" | "flush" | "destroy" | "swap" | "rename" | "-X" | "-F" | "-D" | "-exist" | "COMMIT") => {
                    return out::skip(sink, line.number, line.text, Construct::Setting);
                }
                _ => return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed)),
            }
            let Some(element) = words.nth(1) else {
                return sink.reject(Rejection::new(line.number, line.text, Reject::Malformed));
            };
            if !element.contains(['.', ':']) {
                // A reference to another set.
                return out::skip(sink, line.number, line.text, Construct::Setting);
            }
            if is_mac(element) {
                return out::skip(sink, line.number, line.text, Construct::OtherKind);
            }
            let options = &line.text[line.text.find(element).map_or(line.text.len(), |at| at + element.len())..];
            let (before, comment) = match options.split_once("comment \"") {
                Some((before, rest)) => (before, rest.split('"').next()),
                None => (options, None),
            };
            let is_exception = before.split_whitespace().any(|word| word == "nomatch");
            let timeout = before.split_whitespace().skip_while(|word| *word != "timeout").nth(1);
            for value in out::each(read(element, &rules)) {
                put(sink, line.number, element, value, |record| {
                    if is_exception {
                        record.action = out::exception(feed);
                    }
                    record.attributes.description = match (comment, timeout) {
                        (Some(comment), _) => Some(comment.to_owned().into()),
                        (None, Some(timeout)) => Some(format!("timeout {timeout}").into()),
                        (None, None) => None,
                    };
                });
            }
            if let Some(second) = element.split(',').skip(1).find(|part| value::classify(part, &rules).is_ok()) {
                sink.warn(Warning::new(line.number, second, WarningKind::SecondValue));
            }
            // Another command may follow on the line of a script.
            others::warn(before, line.number, &rules, sink);
        })
    }
}

/// The words of a command, without the program's name and global options.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_program =
        |word: &&str| matches!(*word, "ipset" | "sudo" | "-exist" | "-!" | "-q") || word.ends_with("/ipset");
    line.split_whitespace().skip_while(is_program)
}

/// Returns true if an element is a MAC address: `02:00:00:00:00:01`.
fn is_mac(element: &str) -> bool {
    element.split(':').count() == 6
        && element.split(':').all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Reads `192.0.2.1`, `192.0.2.1,tcp:80`, `192.0.2.1,80-90` or `192.0.2.0/24,eth0`.
fn read(element: &str, rules: &Rules) -> Result<Vec<Value>, Reject> {
    let (address, rest) = element.split_once(',').unwrap_or((element, ""));
    let value = value::classify(address, rules)?;
    if !matches!(value.indicator, Indicator::Ip { .. } | Indicator::IpRange { .. }) {
        return Err(Reject::BadAddress);
    }
    let part = rest.split(',').next().unwrap_or(rest);
    match part.split_once(':') {
        Some(("tcp" | "udp" | "sctp" | "udplite", ports)) => ports::with_ports(value, ports),
        // Other protocols have no ports.
        Some(_) => Ok(vec![value]),
        None if part.starts_with(|c: char| c.is_ascii_digit()) && !part.contains(['.', '/']) => {
            ports::with_ports(value, part)
        }
        None => Ok(vec![value]),
    }
}
