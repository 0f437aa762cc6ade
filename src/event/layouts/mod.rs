//! The layouts, one a file, and how they are told apart.

mod access;
mod balancer;
mod cef;
pub(super) mod columns;
mod dns;
mod leef;
mod mail;
mod packet;
mod panos;
mod squid;
mod sshd;
mod syslog;
mod text;
mod vpcflow;

use std::fmt;
use std::ops::Range;

use super::sheet::{Form, Label, Part, Sheet, Words};
use super::{json, pairs};
use columns::{Header, Kind};

macro_rules! layouts {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The layout of a line: the format that it is written in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Layout {
            $($(#[$doc])* $variant,)*
        }

        impl Layout {
            /// All layouts.
            pub const ALL: &'static [Layout] = &[$(Layout::$variant,)*];

            /// The layout's short name, as it is printed.
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
    /// The extended log format of the W3C, with `#Fields:`: IIS and many proxies.
    W3c = "w3c",
    /// CSV or TSV with a first line of names.
    Table = "table",
    /// A JSON object or array.
    Json = "json",
    /// `key=value` in any dialect.
    Pairs = "pairs",
    /// Common Event Format.
    Cef = "cef",
    /// Log Event Extended Format.
    Leef = "leef",
    /// Common and combined logs of web servers.
    Access = "access",
    /// Squid's native log.
    Squid = "squid",
    /// ELB and ALB of AWS.
    Elb = "elb",
    /// HAProxy.
    HaProxy = "haproxy",
    /// VPC flow logs of AWS.
    VpcFlow = "vpcflow",
    /// Query logs of BIND, Unbound, dnsmasq and Windows.
    Dns = "dns",
    /// Postfix and Exim.
    Mail = "mail",
    /// OpenSSH's daemon.
    Sshd = "sshd",
    /// Text of tcpdump.
    Tcpdump = "tcpdump",
    /// Text of netstat.
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

/// Reads a line into the sheet, by the header of its file if it has one and fits, else by its shape.
pub(super) fn read(line: &[u8], header: Option<&Header>, sheet: &mut Sheet) -> Layout {
    let part = Part::whole(line).trimmed_end();
    if let Some(header) = header {
        if header.read(part, sheet) {
            return match header.kind {
                Kind::Zeek => Layout::Zeek,
                Kind::W3c => Layout::W3c,
                Kind::Table => Layout::Table,
            };
        }
    }
    let part = part.trimmed();
    if let Some(layout) = shaped(part, sheet) {
        return layout;
    }
    if let Some(inner) = syslog::read(part, sheet) {
        if inner.start > part.start {
            if let Some(layout) = shaped(inner, sheet) {
                return layout;
            }
            return loose(inner, sheet);
        }
    }
    loose(part, sheet)
}

/// The layouts whose shape leaves no doubt.
fn shaped(part: Part<'_>, sheet: &mut Sheet) -> Option<Layout> {
    let text = part.text();
    match *text.first()? {
        b'{' | b'[' if json::read(part, sheet) => {
            messages(part, sheet);
            return Some(Layout::Json);
        }
        b'C' if cef::read(part, sheet) => return Some(Layout::Cef),
        b'L' if leef::read(part, sheet) => return Some(Layout::Leef),
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
    if access::read(part, sheet) {
        return Some(Layout::Access);
    }
    if balancer::read_elb(part, sheet) {
        return Some(Layout::Elb);
    }
    if balancer::read_haproxy(part, sheet) {
        return Some(Layout::HaProxy);
    }
    if sshd::read(part, sheet) {
        return Some(Layout::Sshd);
    }
    if dns::read(part, sheet) {
        return Some(Layout::Dns);
    }
    if packet::read_tcpdump(part, sheet) {
        return Some(Layout::Tcpdump);
    }
    None
}

/// The layouts that are told by what they hold.
fn loose(part: Part<'_>, sheet: &mut Sheet) -> Layout {
    let text = part.text();
    // A CEF, LEEF or JSON that something stands before.
    for (word, layout) in [(&b"CEF:"[..], Layout::Cef), (b"LEEF:", Layout::Leef)] {
        if let Some(at) = memchr::memmem::find(&text[..text.len().min(256)], word) {
            let inner = part.from(part.start + at);
            let is_read = if layout == Layout::Cef { cef::read(inner, sheet) } else { leef::read(inner, sheet) };
            if is_read {
                around(part.to(part.start + at), sheet);
                return layout;
            }
        }
    }
    if let Some(at) = memchr::memmem::find(&text[..text.len().min(512)], b"{\"") {
        let inner = part.from(part.start + at);
        if let Some(end) = json::end(inner, sheet) {
            messages(part, sheet);
            around(part.to(part.start + at), sheet);
            around(part.from(end), sheet);
            return Layout::Json;
        }
    }
    if mail::read(part, sheet) {
        around(part, sheet);
        return Layout::Mail;
    }
    let found = pairs::read(part, sheet);
    let is_pairs = found.pairs >= 3 || (found.pairs > 0 && found.covered * 2 > text.len());
    if found.covered * 10 < text.len() * 8 {
        around(part, sheet);
    } else {
        sheet.level += 1;
        leading(part, sheet);
        sheet.level -= 1;
    }
    if is_pairs { Layout::Pairs } else { Layout::Text }
}

/// Text around what has a layout: less sure than what stands within.
fn around(part: Part<'_>, sheet: &mut Sheet) {
    sheet.level += 1;
    text::read(part, sheet);
    sheet.level -= 1;
}

fn leading(part: Part<'_>, sheet: &mut Sheet) {
    text::read(part.to(part.start + 96), sheet);
}

/// A log line within a JSON object, as shippers write it, is read too.
fn messages(part: Part<'_>, sheet: &mut Sheet) {
    const MESSAGES: [&[u8]; 10] =
        [b"message", b"msg", b"log", b"raw", b"_raw", b"original", b"@message", b"rawlog", b"raw_message", b"raw_log"];
    let end = sheet.fields.len();
    for at in 0..end {
        let field = sheet.fields[at];
        let Label::Line(start, stop) = field.label else { continue };
        let name = &part.line[start as usize..stop as usize];
        let span = field.span();
        if field.form != Form::Plain || span.len() < 16 || span.len() > 16 * 1024 {
            continue;
        }
        if !MESSAGES.iter().any(|message| message.eq_ignore_ascii_case(name)) {
            continue;
        }
        let inner = Part { start: span.start, end: span.end, ..part };
        sheet.level += 1;
        if !inner.text().starts_with(b"{") && shaped(inner, sheet).is_none() {
            if let Some(rest) = syslog::read(inner, sheet) {
                if shaped(rest, sheet).is_none() {
                    loose(rest, sheet);
                }
            } else {
                loose(inner, sheet);
            }
        }
        sheet.level -= 1;
        return;
    }
}

/// The offsets of `byte` in `text` that no backslash stands before.
fn unescaped(text: &[u8], byte: u8) -> impl Iterator<Item = usize> + '_ {
    memchr::memchr_iter(byte, text).filter(move |&at| {
        let slashes = text[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        slashes % 2 == 0
    })
}

/// Method, target and protocol of a quoted request; what is none of these is a request all the same.
fn request(line: &[u8], span: Range<usize>, sheet: &mut Sheet) {
    let part = Part { line, start: span.start, end: span.end };
    let mut words = Words::new(part);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        sheet.known("raw_request", span);
        return;
    };
    if !line[method.clone()].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || *byte == b'-') {
        sheet.known("raw_request", span);
        return;
    }
    // A target may hold spaces: it ends before the protocol.
    let rest = part.from(target.start).text();
    let end = match memchr::memmem::rfind(rest, b" HTTP/") {
        Some(at) => target.start + at,
        None => span.end,
    };
    sheet.known("method", method);
    sheet.known("url", target.start..end.max(target.start));
}
