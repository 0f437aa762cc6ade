//! Configurations that make unbound answer for names itself (unbound.conf(5), `local-zone`, `local-data`).
//!
//! ```text
//! server:
//!     local-zone: "evil.test." always_null          a name and all names under it
//!     local-zone: bad.example redirect
//!     local-zone: "good.example." always_transparent  an exception: allowed
//!     local-data: "exact.example. A 0.0.0.0"        one name
//! ```
//!
//! A zone of a type that still resolves names (`transparent` and similar) blocks nothing and is skipped; only
//! `always_transparent` is an exception to a wider block. `local-data` blocks if its address is a sink. Another address
//! maps a name ([`Reject::HostMapping`]), and other records are skipped.

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

pub(crate) struct Unbound;

impl FeedReader for Unbound {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for line in head.data().filter(|line| *line != "server:") {
            let key = line.split(':').next().unwrap_or("");
            votes.line(matches!(key, "local-zone" | "local-data"));
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let zones = Rules::new(feed, Scope::Suffix);
        let hosts = Rules::new(feed, Scope::Exact);
        each_entry(lines, sink, |line, sink| {
            if line.text == "server:" {
                return;
            }
            let (body, _) = split_comment(line.text);
            let Some((key, value)) = body.split_once(':') else {
                sink.reject(Rejection::new(line.number, body, Reject::Unrecognised));
                return;
            };
            let (first, rest) = word(value);
            match key.trim_end() {
                "local-zone" => match zone(word(rest).0) {
                    Some(is_exception) => put(sink, line.number, first, value::domain(first, &zones), |record| {
                        if is_exception {
                            record.action = out::exception(feed);
                        }
                    }),
                    None => out::skip(sink, line.number, body, Construct::OtherAction),
                },
                "local-data" => match data(first) {
                    Some((name, address)) => {
                        let value = address.and_then(|()| value::domain(name, &hosts));
                        put(sink, line.number, name, value, |_| {});
                    }
                    None => out::skip(sink, line.number, body, Construct::ZoneRecord),
                },
                _ => out::skip(sink, line.number, body, Construct::Setting),
            }
        })
    }
}

/// The first word of a text, quoted or not, and the rest.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.split_once(quote).unwrap_or((rest, ""));
        }
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

/// Returns true if a zone of this type is an exception, false if it blocks; `None` if it does neither.
fn zone(kind: &str) -> Option<bool> {
    match kind {
        "deny" | "refuse" | "static" | "redirect" | "inform_deny" | "inform_redirect" | "always_refuse"
        | "always_nxdomain" | "always_nodata" | "always_deny" | "always_null" => Some(false),
        "always_transparent" => Some(true),
        _ => None,
    }
}

/// The name in an address record, with an error if the address does not block; `None` for other records.
fn data(record: &str) -> Option<(&str, Result<(), Reject>)> {
    let mut words = record.split_whitespace();
    let name = words.next()?;
    // A TTL and a class may stand between name and type.
    let kind =
        words.find(|word| !word.starts_with(|c: char| c.is_ascii_digit()) && !word.eq_ignore_ascii_case("IN"))?;
    if !kind.eq_ignore_ascii_case("A") && !kind.eq_ignore_ascii_case("AAAA") {
        return None;
    }
    let address = ip::parse_addr(words.next()?.as_bytes());
    let blocks = match address {
        Ok(addr) if is_sink(&addr.into()) => Ok(()),
        Ok(_) => Err(Reject::HostMapping),
        Err(reason) => Err(reason),
    };
    Some((name, blocks))
}
