//! The layouts, a file for each kind, and the order in which they are recognised.
//!
//! [`read`] tries them from the most to the least distinctive, and fills a [`Sheet`] with the fields of the first that fits. If
//! none fits, the line is [`Layout::Text`]. Most layouts are a function from a part of the line to true if it fits; if not, it leaves
//! the sheet as it was.

mod access;
mod balancer;
mod cef;
mod colons;
pub(super) mod columns;
mod dhcp;
mod dns;
mod iis;
mod leef;
mod lines;
mod mail;
mod packet;
mod panos;
mod squid;
mod sshd;
mod syslog;
mod text;
mod vpcflow;
mod words;
mod xml;

use std::fmt;

use super::sheet::{Form, Label, Part, Sheet, Words, find};
use super::{json, pairs, time, value};
use crate::value::vocabulary::Vocabulary;
use columns::{Header, Kind};

macro_rules! layouts {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The layout of a line: the format in which it is written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Layout {
            $($(#[$doc])* $variant,)*
        }

        impl Layout {
            /// All layouts.
            pub const ALL: &'static [Layout] = &[$(Layout::$variant,)*];

            /// Returns the layout's short name, as used in output.
            pub fn name(self) -> &'static str {
                match self {
                    $(Layout::$variant => $name,)*
                }
            }
        }
    };
}

layouts! {
    /// Zeek's tab-separated logs, with `#fields`.
    Zeek = "zeek",
    /// The extended log format of the W3C, with `#Fields:`: IIS and many proxies. IIS without that header, too.
    W3c = "w3c",
    /// CSV or TSV with a first line of names.
    Table = "table",
    /// A JSON object or array.
    Json = "json",
    /// An event in XML, as Windows exports it.
    Xml = "xml",
    /// `key=value` pairs in any dialect, and `Key: value` pairs.
    Pairs = "pairs",
    /// `Name: value` with escaped line ends.
    Lines = "lines",
    /// Common Event Format.
    Cef = "cef",
    /// Log Event Extended Format.
    Leef = "leef",
    /// Common and combined logs of web servers.
    Access = "access",
    /// Squid's native log.
    Squid = "squid",
    /// AWS ELB and ALB.
    Elb = "elb",
    /// HAProxy.
    HaProxy = "haproxy",
    /// Envoy, and Istio's proxies.
    Envoy = "envoy",
    /// AWS VPC flow logs.
    VpcFlow = "vpcflow",
    /// Query logs of BIND, Unbound, dnsmasq, CoreDNS and Windows.
    Dns = "dns",
    /// Logs of DHCP servers.
    Dhcp = "dhcp",
    /// Postfix and Exim.
    Mail = "mail",
    /// OpenSSH's daemon.
    Sshd = "sshd",
    /// Text output of tcpdump.
    Tcpdump = "tcpdump",
    /// Text output of netstat.
    Netstat = "netstat",
    /// PAN-OS in its own columns.
    PanOs = "panos",
    /// A layout of the configuration.
    Custom = "custom",
    /// Anything else.
    Text = "text",
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads a line into the sheet: by the header of its file if there is one and it fits, or else by the shape of the line.
pub(super) fn read(line: &[u8], header: Option<&Header>, sheet: &mut Sheet) -> Layout {
    let part = Part::whole(line).trimmed_end();
    if let Some(header) = header
        && header.read(part, sheet)
    {
        return match header.kind {
            Kind::Zeek => Layout::Zeek,
            Kind::W3c => Layout::W3c,
            Kind::Table => Layout::Table,
        };
    }
    let layout = logged(part.trimmed(), sheet);
    debug_assert_eq!(
        (sheet.level, sheet.parent, sheet.in_list),
        (0, None, false),
        "whoever goes down a level comes up again"
    );
    layout
}

/// Reads a line by its shape. The runtime of a container may have written a time and the name of the stream before it:
/// `2026-05-12T10:02:03.123456789Z stdout F …`.
fn logged(part: Part<'_>, sheet: &mut Sheet) -> Layout {
    const STREAMS: [&[u8]; 4] = [b" stdout F ", b" stderr F ", b" stdout P ", b" stderr P "];
    if part.text().first().is_some_and(u8::is_ascii_digit)
        && let Some((_, length)) = sheet.stamp_at(part)
        && let Some(stream) = STREAMS.iter().find(|stream| part.text()[length..].starts_with(stream))
    {
        sheet.level += 1;
        sheet.known("time", part.start..part.start + length);
        sheet.level -= 1;
        return without_header(part.from(part.start + length + stream.len()).trimmed(), sheet);
    }
    without_header(part, sheet)
}

/// Reads a line by its shape.
fn without_header(part: Part<'_>, sheet: &mut Sheet) -> Layout {
    // A line that begins with a priority or a time is tried as syslog first; only layouts whose first column is a time come before.
    let begins = if syslog::has_priority(part.text()) {
        None
    } else if is_timed(part, sheet) {
        timed(part, sheet)
    } else {
        shaped(part, sheet)
    };
    if let Some(layout) = begins {
        return layout;
    }
    if let Some(inner) = syslog::read(part, sheet)
        && inner.start > part.start
    {
        if let Some(layout) = shaped(inner, sheet) {
            return layout;
        }
        return loose(inner, sheet);
    }
    // A program's name, without the rest of syslog.
    if let Some(inner) = syslog::tagged(part, sheet) {
        if let Some(layout) = shaped(inner, sheet) {
            return layout;
        }
        return loose(inner, sheet);
    }
    // A time before a known layout.
    if let Some((_, length)) = sheet.stamp_at(part) {
        let inner = part.from(part.start + length).trimmed();
        if iis::read(part, part.start + length, sheet) {
            return Layout::W3c;
        }
        sheet.level += 1;
        sheet.known("time", part.start..part.start + length);
        sheet.level -= 1;
        if let Some(layout) = shaped(inner, sheet) {
            return layout;
        }
        // Syslog whose time has a year, without a priority: a host.
        if let Some(host) = Words::new(inner).next().filter(|host| syslog::is_host(&part.line[host.clone()]))
            && let Some(layout) = shaped(inner.from(host.end).trimmed(), sheet)
        {
            sheet.level += 1;
            sheet.known("syslog.host", host);
            sheet.level -= 1;
            return layout;
        }
        if mail::read(inner, sheet) {
            return Layout::Mail;
        }
    }
    loose(part, sheet)
}

/// Returns true if a part begins with a time, but not one of the numbers that begin other layouts.
fn is_timed(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let first = part.text().first();
    first.is_some_and(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) && sheet.stamp_at(part).is_some()
}

/// Reads the layouts of which a time is the first column.
fn timed(part: Part<'_>, sheet: &mut Sheet) -> Option<Layout> {
    // Times without a year are those of syslog.
    if syslog::begins(part, sheet) {
        return None;
    }
    if balancer::read_elb(part, sheet) {
        return Some(Layout::Elb);
    }
    if dns::bind(part, sheet) {
        return Some(Layout::Dns);
    }
    packet::read_tcpdump(part, sheet).then_some(Layout::Tcpdump)
}

/// Reads the layouts with an unmistakable shape.
fn shaped(part: Part<'_>, sheet: &mut Sheet) -> Option<Layout> {
    let text = part.text();
    if let Some(layout) = vendor(part, sheet) {
        return Some(layout);
    }
    match *text.first()? {
        b'{' | b'[' if json_within(part, sheet) => return Some(Layout::Json),
        b'<' | b'-' if xml::looks_like(text) && xml::read(part, sheet) => return Some(Layout::Xml),
        b't' | b'u' | b'T' | b'U' if packet::read_netstat(part, sheet) => return Some(Layout::Netstat),
        b'0'..=b'9' => {
            if squid::read(part, sheet) {
                return Some(Layout::Squid);
            }
            if vpcflow::read(part, sheet) {
                return Some(Layout::VpcFlow);
            }
            if panos::read(part, sheet) {
                return Some(Layout::PanOs);
            }
        }
        _ => {}
    }
    if sshd::read(part, sheet) {
        return Some(Layout::Sshd);
    }
    if balancer::read_envoy(part, sheet) {
        return Some(Layout::Envoy);
    }
    if access::read(part, sheet) {
        return Some(Layout::Access);
    }
    if balancer::read_elb(part, sheet) {
        return Some(Layout::Elb);
    }
    if balancer::read_haproxy(part, sheet) {
        return Some(Layout::HaProxy);
    }
    // The header of syslog before it has the time and the host.
    if !syslog::begins(part, sheet) && dns::read(part, sheet) {
        return Some(Layout::Dns);
    }
    if dhcp::read(part, sheet) {
        return Some(Layout::Dhcp);
    }
    if packet::read_tcpdump(part, sheet) {
        return Some(Layout::Tcpdump);
    }
    None
}

/// Reads CEF or LEEF, and the messages in them. `CEF:` or `LEEF:` may be gone, because it was taken for the name of a program, and the
/// whole line may be in quotes.
fn vendor(part: Part<'_>, sheet: &mut Sheet) -> Option<Layout> {
    let part = match part.text() {
        [b'"', b'C' | b'L', .., b'"'] => Part { start: part.start + 1, end: part.end - 1, ..part },
        _ => part,
    };
    let first = sheet.fields.len();
    let layout = match *part.text().first()? {
        b'C' if cef::read(part, sheet) => Layout::Cef,
        b'L' if leef::read(part, sheet) => Layout::Leef,
        b'0' | b'1' if cef::read_bare(part, sheet) => Layout::Cef,
        b'1' | b'2' if leef::read_bare(part, sheet) => Layout::Leef,
        _ => return None,
    };
    prose(part, first, sheet);
    Some(layout)
}

/// Recognises the layouts that have no fixed shape by their content.
fn loose(part: Part<'_>, sheet: &mut Sheet) -> Layout {
    let text = part.text();
    // CEF, LEEF or JSON after other text.
    for (word, layout) in [(&b"CEF:"[..], Layout::Cef), (b"LEEF:", Layout::Leef)] {
        if let Some(at) = sheet.find(part.to(part.start + 256), word) {
            let inner = part.from(at);
            let is_read = if layout == Layout::Cef { cef::read(inner, sheet) } else { leef::read(inner, sheet) };
            if is_read {
                around(part.to(at), sheet);
                return layout;
            }
        }
    }
    if let Some(at) = sheet.find(part.to(part.start + 512), b"{\"") {
        let inner = part.from(at);
        // `source[{"a":"b"}]` is a value in a list of the line, and not its event.
        let before = &part.line[part.start..at];
        let is_value = matches!(before, [.., byte, b'['] if byte.is_ascii_alphanumeric());
        let first = sheet.fields.len();
        if !is_value && let Some(end) = json::end(inner, sheet) {
            within(part, first, sheet);
            around(part.to(at), sheet);
            around(part.from(end), sheet);
            return Layout::Json;
        }
    }
    if let Some(at) = sheet.find(part.to(part.start + 256), b"<?xml") {
        let inner = part.from(at);
        if xml::looks_like(inner.text()) && xml::read(inner, sheet) {
            around(part.to(at), sheet);
            return Layout::Xml;
        }
    }
    if lines::read(part, sheet) {
        around(part, sheet);
        return Layout::Lines;
    }
    if mail::read(part, sheet) {
        around(part, sheet);
        return Layout::Mail;
    }
    if colons::read(part, sheet) {
        around(part, sheet);
        return Layout::Pairs;
    }
    let first = sheet.fields.len();
    let found = pairs::read(part, sheet);
    let is_pairs = found.pairs >= 3 || (found.pairs > 0 && found.covered * 2 > text.len());
    if found.covered * 10 < text.len() * 8 {
        around(part, sheet);
    } else {
        sheet.level += 1;
        leading(part, sheet);
        sheet.level -= 1;
        prose(part, first, sheet);
    }
    if is_pairs { Layout::Pairs } else { Layout::Text }
}

/// Reads the text around another layout. It is less certain than the fields of that layout.
fn around(part: Part<'_>, sheet: &mut Sheet) {
    sheet.level += 1;
    text::read(part, sheet);
    sheet.level -= 1;
}

/// Reads the messages among the values of pairs: `msg="Login from 192.0.2.7 failed"`.
fn prose(part: Part<'_>, first: usize, sheet: &mut Sheet) {
    static PROSE: Vocabulary = Vocabulary::new(&[b"msg", b"message", b"reason", b"description", b"details"]);
    sheet.level += 2;
    let mut left = MAX_WITHIN;
    for at in first..sheet.fields.len() {
        let field = sheet.fields[at];
        let Label::Line(start, stop) = field.label else { continue };
        let name = &part.line[start as usize..stop as usize];
        let is_prose = field.end - field.start >= 16 && PROSE.has(name);
        if is_prose && left > 0 && has_place(&part.line[field.span()]) {
            left -= 1;
            let inner = Part { start: field.start as usize, end: field.end as usize, ..part };
            if !dhcp::read(inner, sheet) && !dns::rewritten(inner, sheet) {
                text::read(inner, sheet);
            }
        }
    }
    sheet.level -= 2;
}

/// Returns true if a text may hold an address, a URL or a user in quotes.
fn has_place(text: &[u8]) -> bool {
    find(text, b"://").is_some()
        || find(text, b"user '").is_some()
        || memchr::memchr_iter(b'.', text).take(3).count() == 3
        || memchr::memchr_iter(b':', text).take(2).count() == 2
}

/// Reads the first words of a line of pairs. The last one must be whole: a part of a name is another name.
fn leading(part: Part<'_>, sheet: &mut Sheet) {
    const LENGTH: usize = 96;
    let mut head = part.to(part.start + LENGTH);
    if head.end < part.end {
        head.end = head.start + head.text().iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
    }
    text::read(head, sheet);
}

/// Reads a JSON object or array that fills `part`, and the strings in it.
fn json_within(part: Part<'_>, sheet: &mut Sheet) -> bool {
    let first = sheet.fields.len();
    let is_read = json::read(part, sheet);
    if is_read {
        within(part, first, sheet);
    }
    is_read
}

/// Reads the strings among the fields from `first` on, which are those of a JSON object: JSON, XML, or a log line as shippers wrap it.
fn within(part: Part<'_>, first: usize, sheet: &mut Sheet) {
    static MESSAGES: Vocabulary = Vocabulary::new(&[
        b"message",
        b"msg",
        b"log",
        b"raw",
        b"_raw",
        b"original",
        b"@message",
        b"rawlog",
        b"raw_message",
        b"raw_log",
        b"rawmessage",
        b"rawdata",
        b"textPayload",
        b"short_message",
        b"full_message",
        b"full_log",
        b"raw_event",
        b"event_message",
        b"syslog_message",
        b"body",
        b"log_message",
        b"logMessage",
        b"line",
        b"description",
    ]);
    let end = sheet.fields.len();
    let mut left = MAX_WITHIN;
    for at in first..end {
        let field = sheet.fields[at];
        let span = field.span();
        if span.len() < 16 || left == 0 {
            continue;
        }
        let inner = Part { start: span.start, end: span.end, ..part };
        let is_read = match inner.text()[0] {
            b'{' | b'[' => nested(sheet, field.parent, |sheet| in_string(inner, sheet, json_within)),
            b'<' if xml::looks_like(inner.text()) => nested(sheet, field.parent, |sheet| xml::read(inner, sheet)),
            _ => false,
        };
        if is_read {
            left -= 1;
            continue;
        }
        if flow_tuple(inner, field.parent, sheet) {
            left -= 1;
            continue;
        }
        let Label::Line(start, stop) = field.label else { continue };
        let name = &part.line[start as usize..stop as usize];
        if !MESSAGES.has(name) || span.len() > 16 * 1024 {
            continue;
        }
        left -= 1;
        nested(sheet, field.parent, |sheet| {
            message(inner, name.eq_ignore_ascii_case(b"description"), sheet);
            true
        });
    }
}

/// Reads a flow as a list in a string: `1778580123,192.0.2.7,203.0.113.5,40000,443,T,O,A` (Azure).
fn flow_tuple(part: Part<'_>, parent: u32, sheet: &mut Sheet) -> bool {
    const NAMES: [&str; 5] = ["event_time", "source_ip", "destination_ip", "source_port", "destination_port"];
    let text = part.text();
    if !text[0].is_ascii_digit() || memchr::memchr_iter(b',', text).count() < 5 {
        return false;
    }
    let mut spans = [const { 0..0 }; 5];
    for (span, (cell, _)) in spans.iter_mut().zip(columns::Cells::new(part, b',')) {
        *span = cell;
    }
    let cell = |at: usize| &part.line[spans[at].clone()];
    let is_flow = time::epoch(cell(0)).is_some()
        && [1, 2].iter().all(|at| matches!(value::address(cell(*at)), Some((_, None))))
        && [3, 4].iter().all(|at| value::port(cell(*at)).is_some());
    if is_flow {
        for (name, span) in NAMES.into_iter().zip(spans) {
            sheet.push(Label::Known(name), parent, span, Form::Plain);
        }
    }
    is_flow
}

/// The maximum number of strings in a JSON object that are read in turn.
const MAX_WITHIN: usize = 4;

/// Reads the content of a string. It is less certain than the fields beside the string.
fn nested(sheet: &mut Sheet, parent: u32, read: impl FnOnce(&mut Sheet) -> bool) -> bool {
    sheet.level += 1;
    let outer = sheet.parent.replace(parent);
    let is_read = read(sheet);
    sheet.parent = outer;
    sheet.level -= 1;
    is_read
}

/// Reads a string as a line of its own. A description is prose: its words are not names of fields.
fn message(inner: Part<'_>, is_prose: bool, sheet: &mut Sheet) {
    if !lines::read(inner, sheet) && !is_prose {
        in_string(inner, sheet, |inner, sheet| {
            logged(inner, sheet);
            true
        });
    }
}

/// Reads the text of a JSON string, with its escapes undone.
fn in_string(inner: Part<'_>, sheet: &mut Sheet, read: impl FnOnce(Part<'_>, &mut Sheet) -> bool) -> bool {
    if memchr::memchr(b'\\', inner.text()).is_some() {
        sheet.unescaped(inner, |inner, sheet| read(inner.trimmed(), sheet))
    } else {
        read(inner, sheet)
    }
}
