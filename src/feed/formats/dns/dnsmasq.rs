//! Configurations that make dnsmasq answer for names itself (dnsmasq(8), `--address`, `--server`, `--local`).
//!
//! ```text
//! # a comment
//! address=/evil.test/#             a name and all names under it, answered with a null address
//! address=/evil.test/bad.example/0.0.0.0
//! address=/nas.example/192.0.2.4   a local name: not blocked, so rejected
//! local=/evil.test/                answered from local data only, and there is none
//! server=/evil.test/               the same
//! server=/corp.example/192.0.2.53  a name forwarded to another server: skipped
//! ```
//!
//! An address blocks if it belongs to no host: `0.0.0.0`, `127.0.0.1`, `::`, `::1`. Other settings are skipped and counted.

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::{each_entry, split_comment};
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::sinks::is_sink;
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{Construct, Feed, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;
use crate::value::ip;

pub(crate) struct Dnsmasq;

impl FeedReader for Dnsmasq {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for line in head.data() {
            match parse(line) {
                // Any line of `key=value` might be a setting.
                Some(Line::Skip(Construct::Setting)) if line.contains('=') => {}
                line => {
                    votes.line(matches!(line, Some(Line::Names(_) | Line::Mapped(_) | Line::Skip(Construct::Forward))))
                }
            }
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        each_entry(lines, sink, |line, sink| {
            let (body, _) = split_comment(line.text);
            match parse(body) {
                Some(Line::Names(names)) => {
                    for name in names.split('/') {
                        put(sink, line.number, name, name_of(name, &rules), |_| {});
                    }
                }
                Some(Line::Mapped(names)) => {
                    for name in names.split('/') {
                        let reason = name_of(name, &rules).err().unwrap_or(Reject::HostMapping);
                        sink.reject(Rejection::new(line.number, name, reason));
                    }
                }
                Some(Line::Skip(construct)) => out::skip(sink, line.number, body, construct),
                None => sink.reject(Rejection::new(line.number, body, Reject::Unrecognised)),
            }
        })
    }
}

enum Line<'l> {
    /// Names between slashes.
    Names(&'l str),
    /// Names that resolve to the address of a host.
    Mapped(&'l str),
    Skip(Construct),
}

fn parse(line: &str) -> Option<Line<'_>> {
    let (key, value) = match line.split_once('=') {
        Some((key, value)) => (key.trim_end(), value.trim_start()),
        None => (line, ""),
    };
    let key = key.strip_prefix("--").unwrap_or(key);
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'0'..=b'9')) {
        return None;
    }
    let is_answer = key == "address";
    if !is_answer && !matches!(key, "server" | "local") {
        return Some(Line::Skip(Construct::Setting));
    }
    // `server=192.0.2.53` sets the server for all names.
    let Some(rest) = value.strip_prefix('/') else { return Some(Line::Skip(Construct::Setting)) };
    let (names, target) = rest.rsplit_once('/')?;
    Some(match ip::parse_addr(target.trim().as_bytes()) {
        _ if target.is_empty() => Line::Names(names),
        _ if !is_answer => Line::Skip(Construct::Forward),
        Ok(addr) if !is_sink(&addr.into()) => Line::Mapped(names),
        _ => Line::Names(names),
    })
}

fn name_of(name: &str, rules: &Rules) -> Result<value::Value, Reject> {
    // To dnsmasq, a leading dot or `*` only affects which subdomains are covered.
    match name.strip_prefix("*.").or_else(|| name.strip_prefix('.')) {
        Some(_) => value::classify(name, rules),
        None => value::domain(name, rules),
    }
}
