//! Feeds of every format, named or recognised.
//!
//! The first line names a format, or none, and the rest is the feed. The records are built, looked up, saved and opened again.

use std::collections::BTreeSet;

use netsieve::feed::{self, Format};
use netsieve::indicator::{RecordSink, Rejection, Skip, Warning};
use netsieve::{Action, Feed, Indicator, MatchOptions, Scope, Sieve};

use super::line;
use super::scan::open_feed;

/// A sink that counts and checks what it receives.
#[derive(Default)]
struct Sink {
    records: Vec<(Indicator, bool)>,
    lines: u64,
}

impl RecordSink for Sink {
    fn record(&mut self, record: netsieve::indicator::Record<'_>) {
        let is_block = record.action.is_none_or(|action| action == Action::Block);
        self.records.push((record.indicator, is_block));
    }

    fn reject(&mut self, rejection: Rejection<'_>) {
        assert!(!rejection.reason.to_string().is_empty());
    }

    fn warn(&mut self, _: Warning<'_>) {}

    fn skip(&mut self, _: Skip<'_>) {}

    fn lines(&mut self, count: u64) {
        self.lines += count;
    }
}

/// Lists the values in canonical form. Read back, the list gives the same values.
fn reads_back(sieve: &Sieve, own: &Feed) {
    let is_plain = |indicator: &Indicator| match indicator {
        Indicator::Ip { .. } | Indicator::IpRange { .. } | Indicator::Hash(_) | Indicator::Email(_) => true,
        Indicator::Domain { scope, .. } => *scope == Scope::Suffix,
        Indicator::Url { host_scope, .. } => *host_scope == Scope::Exact,
        _ => false,
    };
    let said: BTreeSet<String> = sieve
        .indicators()
        .filter_map(|indicator| indicator.to_indicator())
        .filter(is_plain)
        .map(|indicator| indicator.to_string())
        .collect();
    if said.is_empty() {
        return;
    }
    let list: String = said.iter().flat_map(|value| [value, "\n"]).collect();
    let mut back = Sink::default();
    feed::read(list.as_bytes(), "", Some(Format::Plain), own, &mut back).expect("a list");
    let read: BTreeSet<String> = back.records.iter().map(|(indicator, _)| indicator.to_string()).collect();
    assert_eq!(read, said);
}

/// Reads a feed in two ways.
pub fn run(data: &[u8]) {
    let mut text = data;
    let name = String::from_utf8_lossy(line(&mut text));
    let format = name.parse::<Format>().ok();
    let own = open_feed();
    let mut sink = Sink::default();
    let read = feed::read(text, "", format, &own, &mut sink);

    let mut builder = Sieve::builder();
    let id = builder.feed(own.clone());
    let again = feed::read(text, "", format, &own, &mut builder.sink(id));
    assert_eq!(read.is_ok(), again.is_ok(), "{read:?} {again:?}");
    if let Err(error) = &read {
        assert!(!error.to_string().is_empty());
        return;
    }
    let (sieve, report) = builder.build().expect("what was read builds");
    assert!(sieve.len() <= sink.records.len());
    assert!(report.feeds[0].entries <= sink.records.len() as u64);
    // Accepted values can be looked up, provided that nothing is allowed.
    if report.feeds[0].rejected_total() == 0 && sink.records.iter().all(|(_, is_block)| *is_block) {
        let mut options = MatchOptions::default();
        options.host_only = true;
        let mut matcher = sieve.matcher_with(&options);
        for (indicator, _) in &sink.records {
            let value = match indicator {
                Indicator::Ip { net, port } => match port {
                    Some(port) => std::net::SocketAddr::new(net.addr(), *port).to_string(),
                    None => net.addr().to_string(),
                },
                Indicator::IpRange { last, .. } => last.to_string(),
                Indicator::Domain { name, port, scope } => {
                    let under = if *scope == Scope::Subdomains { "x." } else { "" };
                    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                    if under.len() + name.as_str().len() > 253 {
                        continue;
                    }
                    format!("{under}{name}{port}")
                }
                Indicator::Url { url, .. } => url.to_string(),
                _ => continue,
            };
            assert!(matcher.is_match_any(&value), "{value} of {indicator:?}");
        }
    }
    reads_back(&sieve, &own);
    let file = sieve.to_bytes().expect("a file");
    let opened = Sieve::from_bytes(file).expect("what was saved opens");
    let texts = |sieve: &Sieve| sieve.indicators().map(|indicator| indicator.to_string()).collect::<Vec<_>>();
    assert_eq!(texts(&opened), texts(&sieve));
}
