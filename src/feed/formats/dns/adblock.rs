//! Filter lists of ad blockers, to the extent that they list hosts.
//!
//! ```text
//! [Adblock Plus 2.0]
//! ! a comment
//! ||evil.test^                     a host and all names under it
//! ||evil.test^$important,third-party
//! ||192.0.2.1^                     an address; so is `||192.0.2.*^`, for a prefix
//! ||ads-*.evil.*^                  a pattern over names, at the start of any label
//! ||evil.test^$document            a host whose pages are blocked
//! @@||good.example^                an exception: allowed
//! 0.0.0.0 evil.test                a line of a hosts file, as ad blockers read them too: the name alone
//! ```
//!
//! `$badfilter` disables the rule that is identical except for that option, wherever it stands. Both are skipped.
//!
//! Rules that hide parts of pages (`##`), match parts of URLs, or apply only to some pages or kinds of requests make no
//! statement about a host. They are skipped and counted.

use std::collections::HashSet;

use ipnet::IpNet;

use crate::error::Result;
use crate::feed::head::{Head, Votes};
use crate::feed::reader::FeedReader;
use crate::feed::syntax::lines::each_line;
use crate::feed::syntax::octets;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::sinks::{is_local, is_sink};
use crate::feed::syntax::value::{self, Rules};
use crate::indicator::{
    Construct, Feed, Indicator, Pattern, PatternTarget, Record, RecordSink, Reject, Scope, Warning, WarningKind,
};
use crate::input::Lines;
use crate::limits::MAX_PENDING;
use crate::value::domain::is_name_byte;
use crate::value::ip;

pub(crate) struct AdBlock;

impl FeedReader for AdBlock {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let mut votes = Votes::default();
        for line in head.lines() {
            match parse(line) {
                Line::Nothing if is_header(line) => return 100,
                Line::Nothing => {}
                // A line of a hosts file is more often in such a file.
                Line::Names(_) => votes.line(false),
                // A rule over URLs may be any text.
                Line::Skip(Construct::UrlRule) if !line.starts_with("||") && !line.starts_with("@@") => {
                    votes.line(false)
                }
                Line::Rule { .. } | Line::Skip(_) => votes.line(true),
            }
        }
        votes.certainty()
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let rules = Rules::new(feed, Scope::Suffix);
        let mut held = Held::default();
        each_line(lines, sink, |line, sink| {
            if matches!(parse(line.text), Line::Nothing) {
                return;
            }
            held.push(line.number, line.text);
            if held.text.len() > MAX_PENDING {
                sink.warn(Warning::new(line.number, line.text, WarningKind::LateContext));
                held.flush(feed, &rules, sink);
            }
        })?;
        held.flush(feed, &rules, sink);
        Ok(())
    }
}

/// The rules read so far. A later line may disable any of them.
#[derive(Default)]
struct Held {
    text: String,
    /// The number of each line, and the offset of its end in the text.
    lines: Vec<(u32, usize)>,
    /// The disabled rules, without the option `badfilter`.
    bad: HashSet<String>,
}

impl Held {
    fn push(&mut self, number: u32, line: &str) {
        if let Some(rule) = taken_back(line) {
            self.bad.insert(rule);
        }
        self.text.push_str(line);
        self.lines.push((number, self.text.len()));
    }

    fn flush(&mut self, feed: &Feed, rules: &Rules, sink: &mut dyn RecordSink) {
        let mut start = 0;
        for (number, end) in self.lines.drain(..) {
            let line = &self.text[start..end];
            start = end;
            let is_bad = !self.bad.is_empty() && (self.bad.contains(&key(line)) || taken_back(line).is_some());
            match parse(line) {
                Line::Nothing => {}
                Line::Rule { .. } | Line::Skip(Construct::LimitedRule) if is_bad => {
                    out::skip(sink, number, line, Construct::Disabled);
                }
                Line::Skip(construct) => out::skip(sink, number, line, construct),
                Line::Rule { host, is_exception } => take(host, is_exception, number, feed, rules, sink),
                Line::Names(names) => {
                    let rules = Rules::new(feed, Scope::Exact);
                    for name in names.split_ascii_whitespace() {
                        let value = if is_local(name) { Err(Reject::Localhost) } else { value::domain(name, &rules) };
                        put(sink, number, name, value, |_| {});
                    }
                }
            }
        }
        self.text.clear();
    }
}

fn take(host: &str, is_exception: bool, line: u32, feed: &Feed, rules: &Rules, sink: &mut dyn RecordSink) {
    let fill = |record: &mut Record<'_>| {
        if is_exception {
            record.action = out::exception(feed);
        }
    };
    if host.contains('*') && !is_wildcard(host) && octets::wildcard(host).is_none() {
        // `||` matches at the start of a name or of any of its labels.
        for prefix in ["", "*."] {
            put(sink, line, host, glob(&format!("{prefix}{host}")), fill);
        }
    } else {
        put(sink, line, host, value::classify(host, rules), fill);
    }
}

/// The rule that a `$badfilter` line disables, in the form of [`key`].
fn taken_back(line: &str) -> Option<String> {
    let (_, options) = line.rsplit_once('$')?;
    options.split(',').any(|option| option.trim() == "badfilter").then(|| key(line))
}

/// A rule with its options sorted and without `badfilter`.
fn key(line: &str) -> String {
    let Some((rule, options)) = line.rsplit_once('$') else { return line.to_owned() };
    let mut options: Vec<&str> =
        options.split(',').map(str::trim).filter(|option| !matches!(*option, "badfilter" | "")).collect();
    options.sort_unstable();
    if options.is_empty() { rule.to_owned() } else { format!("{rule}${}", options.join(",")) }
}

enum Line<'l> {
    /// A blank line, a comment or the header.
    Nothing,
    Skip(Construct),
    Rule {
        host: &'l str,
        is_exception: bool,
    },
    /// Names that a line of a hosts file sends to a sink address.
    Names(&'l str),
}

fn is_header(line: &str) -> bool {
    line.strip_prefix('[')
        .is_some_and(|rest| rest.as_bytes().get(..5).is_some_and(|n| n.eq_ignore_ascii_case(b"adblo")))
}

/// Returns true if a line that begins with `#` is a comment, such as the frame around a banner. A rule that hides part
/// of a page also contains `##`, but a selector follows, not a blank or another `#`, except one `#` that begins an id.
fn is_banner(line: &str) -> bool {
    let rest = line.trim_start_matches('#');
    match line.len() - rest.len() {
        0 => false,
        1..=3 => rest.is_empty() || rest.starts_with([' ', '\t']),
        _ => true,
    }
}

fn parse(line: &str) -> Line<'_> {
    if line.is_empty() || line.starts_with('!') || is_header(line) || is_banner(line) {
        return Line::Nothing;
    }
    let marks = ["##", "#@#", "#?#", "#@?#", "#$#", "#@$#", "#%#", "#@%#"];
    let at = line.find('#').unwrap_or(line.len());
    if marks.iter().any(|mark| line[at..].starts_with(mark)) || line.contains("$$") || line.contains("$@$") {
        return Line::Skip(Construct::CosmeticRule);
    }
    let (rule, is_exception) = match line.strip_prefix("@@") {
        Some(rule) => (rule, true),
        None => (line, false),
    };
    if let Some(rest) = rule.strip_prefix('/')
        && rest.rfind('/').is_some_and(|end| rest[end + 1..].is_empty() || rest[end + 1..].starts_with('$'))
        && rest.len() > 1
    {
        return Line::Skip(Construct::Regex);
    }
    let Some(rest) = rule.strip_prefix("||") else {
        return sunk(line).map_or(Line::Skip(Construct::UrlRule), Line::Names);
    };
    let Some((host, options)) = rest.split_once('^') else { return Line::Skip(Construct::UrlRule) };
    if host.is_empty() || host.contains(['/', '?', '$', '|', ':']) && !host.starts_with('[') {
        return Line::Skip(Construct::UrlRule);
    }
    let options = match options.strip_prefix('|').unwrap_or(options) {
        "" => "",
        options => match options.strip_prefix('$') {
            Some(options) => options,
            None => return Line::Skip(Construct::UrlRule),
        },
    };
    // Blocking the pages of a host says what it is. An exception for pages only turns the blocker off there.
    let is_plain = |option: &str| match option.trim() {
        "" | "important" | "all" | "third-party" | "3p" => true,
        "document" | "doc" => !is_exception,
        _ => false,
    };
    if !options.split(',').all(is_plain) {
        return Line::Skip(Construct::LimitedRule);
    }
    Line::Rule { host, is_exception }
}

/// The names of a line of a hosts file with a sink address.
fn sunk(line: &str) -> Option<&str> {
    let (address, names) = line.split_once([' ', '\t'])?;
    let names = names.split('#').next().unwrap_or("").trim();
    let is_sink = address == "0" || ip::parse_addr(address.as_bytes()).is_ok_and(|addr| is_sink(&IpNet::from(addr)));
    (is_sink && !names.is_empty()).then_some(names)
}

/// Returns true for `*.name`, which is a scope rather than a pattern.
fn is_wildcard(host: &str) -> bool {
    host.strip_prefix("*.").is_some_and(|name| !name.contains('*'))
}

fn glob(text: &str) -> Result<value::Value, Reject> {
    if !text.bytes().all(|byte| byte == b'*' || is_name_byte(byte)) {
        return Err(Reject::Unrecognised);
    }
    Ok(Indicator::Pattern(Pattern::new(PatternTarget::Name, text)?).into())
}
