//! Snort and Suricata rules, to the extent that each marks one address or one name as bad.
//!
//! ```text
//! alert ip $HOME_NET any -> [192.0.2.1,192.0.2.2] any (msg:"addresses"; sid:1;)
//! alert dns $HOME_NET any -> any any (msg:"a name"; dns.query; content:"evil.test"; nocase; endswith; sid:2;)
//! alert udp any any -> any 53 (msg:"the same in a packet"; content:"|04|evil|04|test|00|"; sid:3;)
//! alert tcp any any -> any any (msg:"the same in a request"; content:"Host|3a| evil.test|0d 0a|"; http_header; sid:4;)
//! alert http any any -> any any (msg:"a URL"; http.host; content:"evil.test"; http.uri; content:"/gate"; startswith; sid:5;)
//! ```
//!
//! A rule matches if all its conditions do. Conditions that add nothing are ignored: the method, marks of a DNS query,
//! or a regular expression that examines the same name again. A host with a path that is anchored at its start is a
//! URL. A path alone is a pattern, if the policy asks for them. Any other combination is skipped as a
//! [`Construct::Conjunction`]. A name also covers the names under it, unless the rule fixes its whole length.
//!
//! Addresses are taken from both sides of a rule, including nested groups, except variables and addresses excluded with
//! `!`. Each is limited to the port, or to each of several ports, up to a limit. A group that only excludes is not an
//! indicator. The message becomes a tag, and `sid` is the id and begins the reference.

use std::borrow::Cow;

use crate::error::Result;
use crate::feed::formats::ids::rule_text::{
    bytes, dns_name, head_words, host_header, is_host, is_mark, members, ports as side_ports, split_options, unquoted,
};
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_line;
use crate::feed::syntax::listed;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::ports;
use crate::feed::syntax::value::{self, Rules as ValueRules, Value};
use crate::indicator::{Attributes, Construct, Feed, Indicator, RecordSink, Reject, Rejection, Scope};
use crate::input::Lines;
use crate::limits::MAX_FEED_LINE;
use crate::value::url::after_scheme;

pub(crate) struct Rules;

const ACTIONS: [&str; 8] = ["alert", "drop", "block", "reject", "pass", "log", "sdrop", "rejectboth"];

impl FeedReader for Rules {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        let mut is_continued = false;
        for line in head.data() {
            if !is_continued {
                let first = line.split_whitespace().next().unwrap_or("");
                votes.line(ACTIONS.contains(&first) && (line.contains('(') || line.ends_with('\\')));
            }
            is_continued = line.ends_with('\\');
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = ValueRules::new(feed, Scope::Suffix);
        // A rule that a backslash continues on the next line.
        let mut open: Option<(u32, String)> = None;
        each_line(lines, sink, |line, sink| {
            let text = line.text;
            if open.is_none() && (text.is_empty() || text.starts_with('#')) {
                return;
            }
            let (number, whole) = match open.take() {
                Some((number, mut whole)) => {
                    whole.push(' ');
                    whole.push_str(text);
                    (number, Cow::Owned(whole))
                }
                None => (line.number, Cow::Borrowed(text)),
            };
            match whole.strip_suffix('\\') {
                Some(part) if part.len() < MAX_FEED_LINE => open = Some((number, part.to_owned())),
                _ => rule(&whole, number, &rules, feed, sink),
            }
        })?;
        if let Some((number, whole)) = open {
            sink.reject(Rejection::new(number, whole, Reject::Malformed));
        }
        Ok(())
    }
}

fn rule(text: &str, line: u32, rules: &ValueRules, feed: &Feed, sink: &mut dyn RecordSink) {
    let Some(parsed) = Rule::parse(text) else {
        return sink.reject(Rejection::new(line, text, Reject::Malformed));
    };
    let action = (parsed.action == "pass").then(|| out::exception(feed)).flatten();
    let attributes = parsed.attributes();
    match parsed.meaning() {
        Err(construct) => out::skip(sink, line, text, construct),
        Ok(found) => {
            for (listed, value) in found.read(rules) {
                put(sink, line, &listed, value, |record| {
                    record.action = action;
                    record.attributes = attributes.clone();
                    record.as_listed = Cow::Owned(record.as_listed.to_string());
                });
            }
            // Exclusions are reported, because the rest of the group is listed.
            if parsed.sides.iter().any(|(addresses, _)| addresses.contains('!')) {
                out::skip(sink, line, text, Construct::Negation);
            }
        }
    }
}

/// The part of the traffic in which a content is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Buffer {
    /// Anywhere in the packet.
    Payload,
    /// The name in a DNS query, or the server name in a TLS handshake.
    Name,
    /// The host of a request.
    Host,
    Uri,
    Header,
    /// A part that does not identify the peer, such as the method or the version.
    Aside,
    /// Any other part.
    Other,
}

fn buffer(keyword: &str) -> Option<Buffer> {
    Some(match keyword {
        "dns.query"
        | "dns_query"
        | "tls.sni"
        | "tls_sni"
        | "quic.sni"
        | "ssl_state"
        | "dns.queries.rrname"
        | "mdns.queries.rrname" => Buffer::Name,
        "http.host" | "http_host" | "http.host.raw" | "http_raw_host" => Buffer::Host,
        "http.uri" | "http_uri" | "http.uri.raw" | "http_raw_uri" | "urilen" => Buffer::Uri,
        "http.header" | "http_header" | "http.header.raw" | "http_raw_header" => Buffer::Header,
        "http.method" | "http_method" | "http.protocol" | "http_protocol" | "http.stat_code" | "http_stat_code" => {
            Buffer::Aside
        }
        "pkt_data" => Buffer::Payload,
        _ if keyword.starts_with("http.") || keyword.starts_with("http_") || keyword.starts_with("tls.") => {
            Buffer::Other
        }
        _ if keyword.starts_with("file.")
            || keyword == "file_data"
            || keyword.starts_with("ja3")
            || keyword.starts_with("dns.") =>
        {
            Buffer::Other
        }
        _ => return None,
    })
}

#[derive(Clone, Debug)]
struct Content {
    bytes: Vec<u8>,
    buffer: Buffer,
    is_negated: bool,
    /// Anchored at the start or the end of the buffer, or equal to its whole length.
    at_start: bool,
    at_end: bool,
    is_whole: bool,
    offset: usize,
}

#[derive(Default)]
struct Rule<'r> {
    action: &'r str,
    /// The addresses and ports of both sides.
    sides: [(&'r str, &'r str); 2],
    contents: Vec<Content>,
    /// Conditions other than contents and addresses.
    has_regex: bool,
    has_other: bool,
    message: Option<String>,
    sid: Option<&'r str>,
    references: Vec<&'r str>,
}

impl<'r> Rule<'r> {
    fn parse(text: &'r str) -> Option<Self> {
        let (head, rest) = text.split_once('(')?;
        let options = rest.trim_end().strip_suffix(')')?;
        // Lists of addresses may contain blanks.
        let words = head_words(head);
        let [action, _, source, source_port, direction, target, target_port] = words[..] else { return None };
        if !ACTIONS.contains(&action) || !matches!(direction, "->" | "<>" | "<-") {
            return None;
        }
        let mut rule = Rule { action, sides: [(source, source_port), (target, target_port)], ..Default::default() };
        rule.options(options)?;
        Some(rule)
    }

    fn options(&mut self, text: &'r str) -> Option<()> {
        let mut sticky = Buffer::Payload;
        for option in split_options(text) {
            let (keyword, value) = match option.split_once(':') {
                Some((keyword, value)) => (keyword.trim(), value.trim()),
                None => (option.trim(), ""),
            };
            match keyword {
                "" => {}
                "msg" => self.message = Some(unquoted(value).replace("\\;", ";").replace("\\\"", "\"")),
                "sid" => self.sid = Some(value),
                "reference" => self.references.push(value),
                "content" | "uricontent" => {
                    let (is_negated, value) = match value.strip_prefix('!') {
                        Some(value) => (true, value.trim_start()),
                        None => (false, value),
                    };
                    // Snort 3 writes the modifiers after the content, separated by commas.
                    let end = value.rfind('"')?;
                    let (value, modifiers) = value.split_at(end + 1);
                    let buffer = if keyword == "uricontent" { Buffer::Uri } else { sticky };
                    self.contents.push(Content {
                        bytes: bytes(unquoted(value))?,
                        buffer,
                        is_negated,
                        at_start: false,
                        at_end: false,
                        is_whole: false,
                        offset: 0,
                    });
                    for modifier in modifiers.split(',').map(str::trim).filter(|modifier| !modifier.is_empty()) {
                        let (keyword, value) = modifier.split_once(' ').unwrap_or((modifier, ""));
                        self.modify(keyword, value.trim());
                    }
                }
                "pcre" => self.has_regex = true,
                "flow" | "classtype" | "rev" | "priority" | "metadata" | "threshold" | "detection_filter" | "tag"
                | "fast_pattern" | "nocase" | "rawbytes" | "gid" | "target" | "flowbits" | "noalert" | "service"
                | "rem" | "dotprefix" | "to_lowercase" | "stream_size" | "app-layer-protocol" | "dns.opcode"
                | "dns_opcode" | "byte_test" => {
                    if keyword == "flowbits" && value.starts_with("isset") {
                        self.has_other = true;
                    }
                }
                _ if self.modify(keyword, value) => {}
                _ => match buffer(keyword) {
                    // Snort 2 names the buffer after the content, Suricata before it.
                    Some(buffer)
                        if keyword.contains('_')
                            && !self.contents.is_empty()
                            && keyword != "tls_sni"
                            && keyword != "dns_query" =>
                    {
                        if let Some(content) = self.contents.last_mut() {
                            content.buffer = buffer;
                        }
                    }
                    Some(buffer) => sticky = buffer,
                    None => self.has_other = true,
                },
            }
        }
        Some(())
    }

    /// Applies an option that modifies the last content; returns false for any other option.
    fn modify(&mut self, keyword: &str, value: &str) -> bool {
        let Some(content) = self.contents.last_mut() else { return false };
        let number = || value.parse::<usize>().ok();
        match keyword {
            "startswith" => content.at_start = true,
            "endswith" => content.at_end = true,
            "bsize" => content.is_whole = number() == Some(content.bytes.len()),
            "depth" => {
                content.at_start |= content.offset == 0 && number().is_some_and(|depth| depth <= content.bytes.len())
            }
            "offset" => {
                content.offset = number().unwrap_or(1);
                content.at_start &= content.offset == 0;
            }
            "isdataat" => content.at_end |= value.replace(' ', "").starts_with("!1"),
            "distance" | "within" | "nocase" | "fast_pattern" | "rawbytes" => {}
            _ => return false,
        }
        true
    }

    fn attributes(&self) -> Attributes<'static> {
        let mut attributes = Attributes::default();
        attributes.tags.extend(self.message.clone().filter(|message| !message.is_empty()).map(Cow::Owned));
        let mut reference = self.sid.map(|sid| format!("sid:{sid}")).unwrap_or_default();
        for (kind, value) in self.references.iter().filter_map(|reference| reference.split_once(',')) {
            if !reference.is_empty() {
                reference.push(' ');
            }
            let value = value.trim();
            match kind.trim() {
                "url" if after_scheme(value.as_bytes()).is_some() => reference.push_str(value),
                "url" => reference.push_str(&format!("https://{value}")),
                kind => reference.push_str(&format!("{kind}:{value}")),
            }
        }
        attributes.reference = (!reference.is_empty()).then_some(Cow::Owned(reference));
        attributes.id = self.sid.map(|sid| Cow::Owned(sid.to_owned()));
        attributes
    }

    /// The indicator that the rule describes, or the construct if no indicator can hold it.
    fn meaning(&self) -> Result<Meaning, Construct> {
        let addresses = self.addresses();
        let contents: Vec<&Content> = self
            .contents
            .iter()
            .filter(|content| content.buffer != Buffer::Aside && !is_mark(&content.bytes))
            .collect();
        if contents.is_empty() {
            return match addresses {
                Some(addresses) if !self.has_other && !self.has_regex => Ok(Meaning::Addresses(addresses)),
                Some(_) => Err(Construct::Conjunction),
                None if self.has_regex => Err(Construct::Regex),
                None => Err(Construct::OtherKind),
            };
        }
        if contents.iter().any(|content| content.is_negated) {
            return Err(Construct::Negation);
        }
        let (mut name, mut path, mut others) = (None, None, 0_usize);
        for content in contents {
            match self.place(content) {
                Some(NameOrPath::Name(text)) if name.is_none() => name = Some(text),
                Some(NameOrPath::Path(text)) if path.is_none() => {
                    path = Some((text, content.at_start || content.is_whole))
                }
                _ => others += 1,
            }
        }
        match (name, path) {
            _ if others > 0 && (addresses.is_some() || others > 1) => Err(Construct::Conjunction),
            (None, None) => Err(Construct::Payload),
            _ if others > 0 || addresses.is_some() || self.has_other => Err(Construct::Conjunction),
            (Some(name), None) => Ok(Meaning::Name(name)),
            // A path forms a URL with its host only if it is anchored at its start.
            (Some(name), Some((path, true))) if name.is_whole || !name.text.starts_with('.') => {
                Ok(Meaning::Url(name.text, path))
            }
            (Some(_), Some(_)) => Err(Construct::Conjunction),
            (None, Some((path, _))) => Ok(Meaning::Path(path)),
        }
    }

    /// The name or path in a content, according to the buffer it is searched in.
    fn place(&self, content: &Content) -> Option<NameOrPath> {
        let text = str::from_utf8(&content.bytes).ok();
        let is_whole = content.is_whole || content.at_start && content.at_end;
        match content.buffer {
            Buffer::Name | Buffer::Host => Some(NameOrPath::Name(Name { text: text?.trim().to_owned(), is_whole })),
            Buffer::Uri => Some(NameOrPath::Path(text?.to_owned())).filter(|_| content.bytes.starts_with(b"/")),
            // `Host: evil.test`, or the bare name in a rule that also searches for the header.
            Buffer::Header | Buffer::Payload => {
                if let Some(name) = text.and_then(host_header) {
                    return Some(NameOrPath::Name(Name { text: name, is_whole: true }));
                }
                if let Some(text) = dns_name(&content.bytes) {
                    return Some(NameOrPath::Name(Name { text, is_whole: false }));
                }
                let names_host =
                    content.buffer == Buffer::Header && self.contents.iter().any(|other| is_host(&other.bytes));
                let text = text.filter(|_| names_host)?.trim();
                Some(NameOrPath::Name(Name { text: text.to_owned(), is_whole: false }))
            }
            Buffer::Aside | Buffer::Other => None,
        }
    }

    /// The addresses of both sides, without variables.
    fn addresses(&self) -> Option<Vec<(String, String)>> {
        let mut found = Vec::new();
        for (addresses, port) in self.sides {
            for address in members(addresses) {
                if address.contains(['.', ':']) {
                    found.push((address.to_owned(), side_ports(port).to_owned()));
                }
            }
        }
        (!found.is_empty()).then_some(found)
    }
}

struct Name {
    text: String,
    is_whole: bool,
}

enum NameOrPath {
    Name(Name),
    Path(String),
}

enum Meaning {
    /// Addresses, each with the ports of its side; empty means all ports.
    Addresses(Vec<(String, String)>),
    Name(Name),
    Url(String, String),
    Path(String),
}

impl Meaning {
    /// The values, each with its text in the rule.
    fn read(self, rules: &ValueRules) -> Vec<(String, Result<Value, Reject>)> {
        match self {
            Meaning::Addresses(addresses) => addresses
                .into_iter()
                .flat_map(|(address, ports)| {
                    let values = value::classify(&address, rules).and_then(|value| match value.indicator {
                        Indicator::Ip { .. } | Indicator::IpRange { .. } => ports::with_ports(value, &ports),
                        _ => Err(Reject::BadAddress),
                    });
                    out::each(values).into_iter().map(move |value| (address.clone(), value))
                })
                .collect(),
            Meaning::Name(Name { text, is_whole }) => {
                let value = value::classify(&text, rules).map(|mut value| {
                    // A rule that fixes the whole length excludes the names under it.
                    if let Indicator::Domain { scope, .. } = &mut value.indicator
                        && is_whole
                        && !text.starts_with('.')
                    {
                        *scope = rules.host_scope();
                    }
                    value
                });
                vec![(text, value)]
            }
            Meaning::Url(host, path) => {
                let url = format!("{}{path}", host.trim_start_matches('.'));
                let value = listed::read(listed::Listed::Url, &url, rules);
                vec![(url, value)]
            }
            Meaning::Path(path) => {
                let value = value::classify(&path, rules);
                vec![(path, value)]
            }
        }
    }
}
