//! Response policy zones: DNS-based blocking, as a zone file (RFC 1035 section 5; draft-vixie-dnsop-dns-rpz).
//!
//! ```text
//! $TTL 300
//! $ORIGIN rpz.example.
//! @ SOA localhost. root.localhost. ( 1 12h 15m 3w 2h )
//!   NS  localhost.
//! bad.test          CNAME .               ; NXDOMAIN: one name
//! *.bad.test        CNAME *.              ; NODATA: all names under it
//! worse.test   300 IN CNAME rpz-drop.     ; a TTL and a class may precede the type
//! good.test         CNAME rpz-passthru.   ; an exception: allowed
//! walled.test       CNAME garden.example. ; another answer, which blocks too
//! walled.test       A     192.0.2.80
//! 24.0.2.0.192.rpz-ip    CNAME .          ; answers within 192.0.2.0/24
//! 48.zz.db8.2001.rpz-ip  CNAME .          ; 2001:db8::/48
//! ```
//!
//! A name without a final dot is relative to `$ORIGIN`. The subject of a policy is its owner name without the name of
//! the zone, which is the owner of the SOA record. Policies over clients, and over names and addresses of name servers,
//! say nothing about the contents of a log. They are skipped and counted, as are actions that neither block nor allow.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Construct, Feed, Indicator, RecordSink, Reject, Rejection, Scope, WarningKind};
use crate::input::Lines;
use crate::limits::MAX_FEED_LINE;
use crate::value::ip;

pub(crate) struct Rpz;

impl FeedReader for Rpz {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        let mut has_policy = false;
        let mut depth = 0_usize;
        for line in head.lines() {
            let words = words(line);
            let is_continued = depth > 0;
            for word in &words {
                match *word {
                    "(" => depth += 1,
                    ")" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if words.is_empty() || is_continued {
                continue;
            }
            let at = words.iter().position(|word| kind(word).is_some());
            let is_cname = at.is_some_and(|at| words[at].eq_ignore_ascii_case("CNAME"));
            let target = at.and_then(|at| words.get(at + 1)).copied().unwrap_or("");
            has_policy |= is_cname && (matches!(target, "." | "*.") || target.starts_with("rpz-"));
            votes.line(words[0].starts_with('$') || at.is_some_and(|at| at < 4) && !target.is_empty());
        }
        if has_policy { votes.certainty() } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Exact).wildcards(feed, Scope::Subdomains);
        let mut zone = Zone { feed, rules, origin: String::new(), apex: String::new(), owner: String::new() };
        // A record that parentheses spread over several lines.
        let mut open = Open::default();
        while let Some(line) = lines.next()? {
            if line.too_long {
                sink.reject(Rejection::new(line.number, line.text, Reject::TooLong));
                continue;
            }
            if open.depth > 0 {
                open.push(line.text);
                if open.text.len() > MAX_FEED_LINE {
                    sink.reject(Rejection::new(open.line, open.text.as_str(), Reject::Malformed));
                    open.clear();
                } else if open.depth == 0 {
                    let text = std::mem::take(&mut open.text);
                    zone.record(&text, open.line, sink);
                }
                continue;
            }
            let depth = depth_of(line.text);
            if depth > 0 {
                open.line = line.number;
                open.push(line.untrimmed);
            } else {
                zone.record(line.untrimmed, line.number, sink);
            }
        }
        if open.depth > 0 {
            sink.reject(Rejection::new(open.line, open.text.as_str(), Reject::Malformed));
        }
        Ok(())
    }
}

#[derive(Default)]
struct Open {
    text: String,
    line: u32,
    depth: usize,
}

impl Open {
    fn push(&mut self, line: &str) {
        for word in words(line) {
            match word {
                "(" => self.depth += 1,
                ")" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        // The comment is cut off, because it would swallow the lines appended after it.
        self.text.push_str(&line[..comment_start(line)]);
    }

    fn clear(&mut self) {
        self.text.clear();
        self.depth = 0;
    }
}

fn depth_of(line: &str) -> usize {
    if !line.contains('(') {
        return 0;
    }
    words(line).iter().fold(0, |depth: usize, word| match *word {
        "(" => depth + 1,
        ")" => depth.saturating_sub(1),
        _ => depth,
    })
}

/// The offset of a line's comment, or the line's length.
fn comment_start(line: &str) -> usize {
    let mut in_quotes = false;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b';' if !in_quotes => return at,
            _ => {}
        }
    }
    line.len()
}

/// The words of a line, without its comment. Each parenthesis is a word, and so is a quoted text.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line[..comment_start(line)].trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ => rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len()),
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}

/// The types of records that matter.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Soa,
    Ns,
    Cname,
    Address,
    Other,
}

fn kind(word: &str) -> Option<Kind> {
    const OTHERS: [&str; 16] = [
        "TXT", "MX", "SRV", "PTR", "DNAME", "HINFO", "CAA", "NAPTR", "SPF", "TLSA", "DS", "DNSKEY", "RRSIG", "NSEC",
        "SVCB", "HTTPS",
    ];
    Some(match word {
        _ if word.eq_ignore_ascii_case("CNAME") => Kind::Cname,
        _ if word.eq_ignore_ascii_case("A") || word.eq_ignore_ascii_case("AAAA") => Kind::Address,
        _ if word.eq_ignore_ascii_case("SOA") => Kind::Soa,
        _ if word.eq_ignore_ascii_case("NS") => Kind::Ns,
        _ if OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other)) => Kind::Other,
        _ => return None,
    })
}

fn is_class(word: &str) -> bool {
    ["IN", "CH", "HS"].iter().any(|class| word.eq_ignore_ascii_case(class))
}

/// `3600`, `2h`, `1h30m`.
fn is_ttl(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || b"smhdwSMHDW".contains(&byte))
}

struct Zone<'f> {
    feed: &'f Feed,
    rules: Rules,
    /// The origin of relative names, without a trailing dot.
    origin: String,
    /// The name of the zone.
    apex: String,
    /// The last owner, which applies to records that omit theirs.
    owner: String,
}

impl Zone<'_> {
    fn record(&mut self, text: &str, line: u32, sink: &mut dyn RecordSink) {
        let shown = text[..comment_start(text)].trim();
        let mut words = words(text);
        words.retain(|word| !matches!(*word, "(" | ")"));
        let Some(&first) = words.first() else { return };
        if first.starts_with('$') {
            match words[..] {
                [directive, origin, ..] if directive.eq_ignore_ascii_case("$ORIGIN") => {
                    self.origin = absolute(origin, &self.origin);
                }
                _ if first.eq_ignore_ascii_case("$TTL") => {}
                _ => out::skip(sink, line, shown, Construct::Setting),
            }
            return;
        }
        // A record without an owner begins with white space, and the last owner applies.
        let mut rest = &words[..];
        if !text.starts_with(char::is_whitespace) {
            self.owner = absolute(first, &self.origin);
            rest = &words[1..];
        }
        while let Some((word, after)) = rest.split_first()
            && (is_class(word) || is_ttl(word))
        {
            rest = after;
        }
        let (kind, data) = match rest.split_first() {
            Some((word, data)) => (kind(word), data),
            None => (None, rest),
        };
        match kind {
            None => return sink.reject(Rejection::new(line, shown, Reject::Malformed)),
            Some(Kind::Soa) => {
                self.apex = self.owner.clone();
                return;
            }
            Some(Kind::Ns) if self.owner == self.apex => return,
            Some(Kind::Ns | Kind::Other) => return out::skip(sink, line, shown, Construct::ZoneRecord),
            Some(Kind::Cname | Kind::Address) => {}
        }
        let Some(trigger) = within(&self.owner, &self.apex) else {
            return sink.reject(Rejection::new(line, shown, Reject::Malformed));
        };
        let target = data.first().copied().unwrap_or("").to_ascii_lowercase();
        let is_exception = match (kind, &*target) {
            (_, "") => return sink.reject(Rejection::new(line, shown, Reject::Malformed)),
            (Some(Kind::Cname), "rpz-passthru.") => true,
            // The notation for exceptions before `rpz-passthru.` was introduced.
            (Some(Kind::Cname), target) if target.strip_suffix('.') == Some(trigger) => true,
            (Some(Kind::Cname), "rpz-drop.") => false,
            (Some(Kind::Cname), target) if target.starts_with("rpz-") && target.ends_with('.') => {
                return out::skip(sink, line, shown, Construct::OtherAction);
            }
            _ => false,
        };
        let value = match policy(trigger, &self.rules) {
            Ok(value) => value,
            Err(construct) => return out::skip(sink, line, shown, construct),
        };
        let feed = self.feed;
        put(sink, line, trigger, value, |record| {
            if is_exception {
                record.action = out::exception(feed);
            }
        });
    }
}

/// A name in lower case without its final dot. A relative name gets the origin appended.
fn absolute(name: &str, origin: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.strip_suffix('.') {
        Some(name) => name.to_owned(),
        None if name == "@" => origin.to_owned(),
        None if origin.is_empty() => name,
        None => format!("{name}.{origin}"),
    }
}

/// A name without the zone that it belongs to.
fn within<'n>(name: &'n str, apex: &str) -> Option<&'n str> {
    if apex.is_empty() {
        return Some(name);
    }
    name.strip_suffix(apex)?.strip_suffix('.')
}

/// The subject of a policy, or the construct if no indicator can hold it.
fn policy(trigger: &str, rules: &Rules) -> Result<Result<Value, Reject>, Construct> {
    let (rest, last) = trigger.rsplit_once('.').unwrap_or(("", trigger));
    match last {
        "rpz-ip" => Ok(network(rest)),
        "rpz-client-ip" => Err(Construct::ClientAddress),
        "rpz-nsip" => Err(Construct::ServerAddress),
        "rpz-nsdname" => Err(Construct::ServerName),
        _ if trigger.starts_with("*.") => Ok(value::classify(trigger, rules)),
        _ => Ok(value::domain(trigger, rules)),
    }
}

/// Reads `24.0.2.0.192`: the prefix length, then the address in reverse. In IPv6, `zz` stands for `::`.
fn network(text: &str) -> Result<Value, Reject> {
    let (length, rest) = text.split_once('.').ok_or(Reject::BadAddress)?;
    let length: u8 = length.parse().map_err(|_| Reject::BadPrefixLength)?;
    let parts: Vec<&str> = rest.split('.').rev().collect();
    let net = if parts.len() == 4 && !parts.contains(&"zz") {
        let addr: Ipv4Addr = parts.join(".").parse().map_err(|_| Reject::BadAddress)?;
        IpNet::new(addr.into(), length)
    } else {
        let text = parts.join(":").replace("zz", "");
        // `zz` at either end leaves only a single colon there.
        let text = match (parts.first(), parts.last()) {
            _ if parts == ["zz"] => "::".to_owned(),
            (Some(&"zz"), _) => format!(":{text}"),
            (_, Some(&"zz")) => format!("{text}:"),
            _ => text,
        };
        let addr: Ipv6Addr = text.parse().map_err(|_| Reject::BadAddress)?;
        IpNet::new(addr.into(), length)
    };
    let net = net.map_err(|_| Reject::BadPrefixLength)?;
    let parsed = ip::parse_net(net.to_string().as_bytes())?;
    let note = parsed.host_bits.then_some(WarningKind::HostBits);
    Ok(Value { indicator: Indicator::Ip { net: parsed.net, port: None }, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (text, expected) in [
            ("24.0.2.0.192", Ok("192.0.2.0/24")),
            ("32.1.2.0.192", Ok("192.0.2.1")),
            ("24.1.2.0.192", Ok("192.0.2.0/24")),
            ("48.zz.db8.2001", Ok("2001:db8::/48")),
            ("128.1.zz.db8.2001", Ok("2001:db8::1")),
            ("128.1.0.0.0.0.0.db8.2001", Ok("2001:db8::1")),
            ("128.57.zz", Ok("::57")),
            ("0.zz", Ok("::/0")),
            ("33.1.2.0.192", Err(Reject::BadPrefixLength)),
            ("129.zz.db8.2001", Err(Reject::BadPrefixLength)),
            ("x.1.2.0.192", Err(Reject::BadPrefixLength)),
            ("32.256.2.0.192", Err(Reject::BadAddress)),
            ("32.2.0.192", Err(Reject::BadAddress)),
            ("64.zz.1.zz.2", Err(Reject::BadAddress)),
            ("32", Err(Reject::BadAddress)),
        ] {
            let found = network(text).map(|value| value.indicator.to_string());
            assert_eq!(found, expected.map(str::to_owned), "{text}");
        }
    }
}
