//! Maps the fields of a line to normal names, with their values.
//!
//! [`Normal`] scores each raw field for each normal name that it could have, and takes the best: the closer its name is to
//! one in the table, the better. [`Context`] holds what a line is read with: header, columns, options.

mod context;
mod derive;
mod ends;
mod facts;
mod memo;
mod times;
mod weigh;
mod words;

use std::net::IpAddr;
use std::ops::Range;

use crate::event::decode::decode;
use crate::event::ecs::{EcsName, Type};
use crate::event::names::{KnownName, Meaning, Step};
use crate::event::sheet::{Form, Label, Raw, Sheet, TOP};
use crate::event::time::{EventTime, Stamp};
use crate::event::value;
use crate::value::url::after_scheme;
pub(super) use context::Context;
use facts::Facts;
use memo::Memo;

/// A value under a normal name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Held {
    #[default]
    Nothing,
    Ip(IpAddr),
    Number(u32),
    /// Text: a span of [`Normal::text`].
    Text(usize, usize),
}

/// A raw field that could have a normal name, and its score: lower is more certain.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    score: u16,
    field: u32,
}

/// From this rank on, the name of an address could be anybody's.
const VAGUE: u16 = 60;

const NONE: Candidate = Candidate { score: u16::MAX, field: 0 };

impl Candidate {
    fn offer(self, best: &mut Candidate) {
        if self.score < best.score {
            *best = self;
        }
    }
}

/// The normal names and values of a line.
#[derive(Debug)]
pub(super) struct Normal {
    best: [Candidate; EcsName::COUNT],
    in_request: [Candidate; EcsName::COUNT],
    /// The two ends of a connection, each with its address and its port.
    local: [Candidate; 2],
    remote: [Candidate; 2],
    /// A field says that the other end opened the connection.
    is_inbound: bool,
    /// A field says which end opened it.
    has_direction: bool,
    held: [Held; EcsName::COUNT],
    /// Bit sets of the names that have a best field, and of those that have one in a request.
    named: u64,
    named_in_request: u64,
    /// The ports in the same fields as the source, destination and client address.
    beside: [Option<u16>; 3],
    /// The first address of the source and of the destination that a port stands beside, chosen or not.
    ported: [Option<(IpAddr, u16)>; 2],
    /// The best name of a machine that cannot be the host of a request.
    machine: Candidate,
    /// The meaning of each raw field's name, found in the first step.
    found: Vec<Option<KnownName>>,
    /// Fields whose normal name is not the first that the table gives.
    taken: Vec<(u32, EcsName)>,
    date: Candidate,
    clock: Candidate,
    zone: Candidate,
    /// The best time, before year and zone are resolved.
    stamp: Option<Stamp>,
    /// The first other time with a zone.
    zoned: Option<Stamp>,
    /// When the event began, and when it was recorded, each with the level of its field.
    moments: [Option<(u8, Stamp)>; 2],
    pub(super) time: Option<EventTime>,
    /// The decoded text of values.
    text: String,
    scratch: Vec<u8>,
    memo: Memo,
}

impl Default for Normal {
    fn default() -> Self {
        Normal {
            best: [NONE; EcsName::COUNT],
            in_request: [NONE; EcsName::COUNT],
            local: [NONE; 2],
            remote: [NONE; 2],
            is_inbound: false,
            has_direction: false,
            held: [Held::Nothing; EcsName::COUNT],
            named: 0,
            named_in_request: 0,
            beside: [None; 3],
            ported: [None; 2],
            machine: NONE,
            found: Vec::new(),
            taken: Vec::new(),
            date: NONE,
            clock: NONE,
            zone: NONE,
            stamp: None,
            zoned: None,
            moments: [None; 2],
            time: None,
            text: String::new(),
            scratch: Vec::new(),
            memo: Memo::default(),
        }
    }
}

impl Normal {
    pub(super) fn get(&self, name: EcsName) -> Held {
        self.held[name as usize]
    }

    pub(super) fn str(&self, start: usize, end: usize) -> &str {
        &self.text[start..end]
    }

    /// Weighs what the fields say about time and client, and reads the time.
    pub(super) fn read(&mut self, sheet: &Sheet, context: &Context<'_>) {
        // Few names have a field.
        for name in bits(self.named) {
            self.best[*name as usize] = NONE;
            self.held[*name as usize] = Held::Nothing;
        }
        (self.local, self.remote) = ([NONE; 2], [NONE; 2]);
        (self.named, self.beside, self.ported) = (0, [None; 3], [None; 2]);
        (self.date, self.clock, self.zone) = (NONE, NONE, NONE);
        (self.stamp, self.zoned, self.moments, self.time) = (None, None, [None; 2], None);
        self.found.clear();
        self.taken.clear();
        self.memo.nodes(sheet, context);
        for (at, field) in sheet.fields.iter().enumerate() {
            let found = self.look_up(field, sheet, context);
            if counts(Step::First, &found, context) {
                self.consider(Step::First, (at as u32, field), &found, sheet, context);
            }
            self.found.push(found);
        }
        self.time = self.time_of(sheet, context);
    }

    /// Returns the address of the source or the client, if the weights alone tell it.
    pub(super) fn address_of(&self, name: EcsName) -> Option<IpAddr> {
        let other = match name {
            EcsName::SourceIp => EcsName::ClientIp,
            EcsName::ClientIp => EcsName::SourceIp,
            _ => return None,
        };
        let has_ends = [self.local, self.remote].as_flattened().iter().any(|end| end.score < u16::MAX);
        match (self.held[name as usize], self.held[other as usize]) {
            (Held::Ip(ip), _) | (Held::Nothing, Held::Ip(ip)) if !has_ends => Some(ip),
            _ => None,
        }
    }

    /// Returns the normal name of a raw field: the first meaning of its name that its value fits, or else that names a machine.
    pub(super) fn role(&self, at: usize, weighed: &Normal, sheet: &Sheet, context: &Context<'_>) -> Option<EcsName> {
        if let Some((_, name)) = self.taken.iter().find(|(field, _)| *field as usize == at) {
            return Some(*name);
        }
        let found = weighed.found[at]?;
        let field = &sheet.fields[at];
        let mut decoded = Vec::new();
        let mut value = match field.form {
            Form::Plain | Form::Slashed => Facts::new(context.value(field)),
            form => {
                decode(context.value(field), form, &mut decoded);
                Facts::new(&decoded)
            }
        };
        let names = || {
            found.sided().filter_map(|entry| match entry.meaning {
                Meaning::Ecs(name) | Meaning::Local(name) | Meaning::Remote(name) => Some(name),
                _ => None,
            })
        };
        // A name in the place of an address is that of a machine too.
        names().find(|name| value.fits(*name)).or_else(|| names().find(|name| name.is_observable()))
    }

    /// Returns the field that has the value of a normal name.
    pub(super) fn field_of(&self, name: EcsName) -> Option<usize> {
        let Candidate { score, field } = self.best[name as usize];
        (score < u16::MAX).then_some(field as usize)
    }

    /// Returns true if the table knows the name of a field.
    pub(super) fn is_known(&self, at: usize) -> bool {
        self.found[at].is_some()
    }

    /// Returns true if the field at a span could hold files, programs or versions, going by its name alone. For a line whose names have not
    /// been read.
    pub(super) fn may_be_name_like(&mut self, sheet: &Sheet, context: &Context<'_>, span: &Range<usize>) -> bool {
        if !context.custom.is_empty() {
            return true;
        }
        self.memo.nodes(sheet, context);
        let mut look_up = |at: usize| self.look_up(&sheet.fields[at], sheet, context);
        let field = field_of(sheet, span, |at| look_up(at).is_some());
        // No role that a field gets from other fields, such as that of a request's host, is name-like.
        field.and_then(look_up).is_some_and(|found| found.may_be_name_like())
    }

    /// Returns the meaning of a field's name.
    #[inline]
    fn look_up(&mut self, field: &Raw, sheet: &Sheet, context: &Context<'_>) -> Option<KnownName> {
        match field.label {
            Label::Column(column) => context.columns.get(column as usize).copied().flatten(),
            // In JSON it is a header of a request, or the server behind a proxy; in pairs, Check Point's gateway.
            _ if context.is_json && context.name(field.label) == b"origin" => None,
            _ => self.memo.find(field, sheet, context),
        }
    }

    /// Weighs what else the fields say, and finds the best raw field for each normal name, and its value.
    pub(super) fn choose(&mut self, weighed: &Normal, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        self.take_over(weighed);
        for (at, (field, found)) in sheet.fields.iter().zip(&weighed.found).enumerate() {
            if counts(Step::Second, found, context) {
                self.consider(Step::Second, (at as u32, field), found, sheet, context);
            }
        }
        if self.time.is_some_and(|time| !time.zone_logged()) {
            self.held[EventTimezone as usize] = self.keep(context.assumed.zone_name.as_bytes(), Form::Plain);
        }
        self.sides(sheet, context);
        // A request shows a method, a path or a URL.
        let has = |name: EcsName, normal: &Normal| normal.best[name as usize].score < u16::MAX;
        let is_request = [UrlFull, UrlOriginal, UrlPath, HttpMethod].into_iter().any(|name| has(name, self));
        if is_request {
            let has_host = has(UrlFull, self) && {
                let url = context.value(&sheet.fields[self.best[UrlFull as usize].field as usize]);
                after_scheme(&url[..url.len().min(16)]).is_some()
            };
            for name in bits(self.named_in_request & !(1 << DnsQuestionName as u64)) {
                let other = self.in_request[*name as usize];
                if *name == UrlDomain && self.is_beside_method(other, sheet) {
                    self.best[UrlDomain as usize] = NONE;
                }
                // A vague word must not override the host or the path that a URL gives, and names the same host.
                if *name == UrlDomain && has_host && self.is_host_of_url(other, sheet, context) {
                    self.drop_host(other.field);
                }
                if *name == UrlPath && (has(UrlFull, self) || has(UrlOriginal, self)) || *name == UrlDomain && has_host
                {
                    continue;
                }
                let own = &mut self.best[*name as usize];
                if own.score == u16::MAX {
                    *own = other;
                    self.named |= 1 << *name as u64;
                    if other.score < u16::MAX {
                        self.taken.push((other.field, *name));
                    }
                    // The host of a URL is not the machine that logged.
                    if other.score < u16::MAX && *name == UrlDomain {
                        self.drop_host(other.field);
                    }
                }
            }
        }
        // `dhost=a.example request=https://a.example/`: it is not the machine that logged.
        let host = self.best[HostName as usize];
        if has(UrlFull, self)
            && host.score < u16::MAX
            && host.field == self.best[DestinationDomain as usize].field
            && self.is_host_of_url(host, sheet, context)
        {
            self.best[HostName as usize] = NONE;
        }
        self.host_of_client(sheet, context);
        self.tenant(sheet, context);
        self.asked(sheet, context);
        for name in bits(self.named) {
            let Candidate { score, field } = self.best[*name as usize];
            if score == u16::MAX || *name == Timestamp {
                continue;
            }
            if !matches!(self.held[*name as usize], Held::Nothing) {
                continue;
            }
            let field = &sheet.fields[field as usize];
            let value = context.value(field);
            self.held[*name as usize] = match name.kind() {
                Type::Ip => {
                    let ip = value::address(value);
                    self.put_beside(*name, ip.and_then(|(_, port)| port));
                    ip.map_or(Held::Nothing, |(ip, _)| Held::Ip(ip))
                }
                Type::Long => value::number(value).map_or(Held::Nothing, Held::Number),
                _ => self.keep(value, field.form),
            };
        }
        self.port_after_source(sheet, context);
        self.ports();
        self.users(sheet, context);
        self.urls();
        self.ports_of_names();
        self.ends();
        self.mails();
        self.question();
        self.outcome();
    }

    /// Takes over the weights of the first step, and begins the second.
    fn take_over(&mut self, weighed: &Normal) {
        self.best = weighed.best;
        self.in_request = [NONE; EcsName::COUNT];
        self.held = weighed.held;
        (self.local, self.remote, self.machine) = (weighed.local, weighed.remote, NONE);
        (self.is_inbound, self.has_direction) = (false, false);
        (self.named, self.named_in_request) = (weighed.named, 0);
        (self.beside, self.ported, self.time) = (weighed.beside, weighed.ported, weighed.time);
        self.taken.clone_from(&weighed.taken);
        self.text.clear();
    }

    /// Returns true if a host stands in the object that holds the method of the request, and the host that was chosen does not: the
    /// header of a request may name another host than the one that it went to.
    fn is_beside_method(&self, other: Candidate, sheet: &Sheet) -> bool {
        let parent = |candidate: Candidate| sheet.fields[candidate.field as usize].parent;
        let (own, method) = (self.best[EcsName::UrlDomain as usize], self.best[EcsName::HttpMethod as usize]);
        own.score < u16::MAX
            && other.score < u16::MAX
            && method.score < u16::MAX
            && parent(method) != TOP
            && parent(other) == parent(method)
            && parent(own) != parent(method)
    }

    /// Keeps the decoded text of a value.
    fn keep(&mut self, value: &[u8], form: Form) -> Held {
        let start = self.text.len();
        match form {
            Form::Plain => push_lossy(&mut self.text, value),
            form => {
                self.scratch.clear();
                decode(value, form, &mut self.scratch);
                push_lossy(&mut self.text, &self.scratch);
            }
        }
        self.span(start, self.text.len())
    }

    fn span(&self, start: usize, end: usize) -> Held {
        if start == end { Held::Nothing } else { Held::Text(start, end) }
    }

    fn keep_text(&mut self, text: &[u8]) -> Held {
        self.keep(text, Form::Plain)
    }

    fn is_none(&self, name: EcsName) -> bool {
        matches!(self.held[name as usize], Held::Nothing)
    }

    fn put_beside(&mut self, name: EcsName, port: Option<u16>) {
        match name {
            EcsName::SourceIp => self.beside[0] = port,
            EcsName::DestinationIp => self.beside[1] = port,
            EcsName::ClientIp => self.beside[2] = port,
            _ => {}
        }
    }
}

/// Returns true if a field has to be considered in a step.
#[inline]
fn counts(step: Step, found: &Option<KnownName>, context: &Context<'_>) -> bool {
    found.as_ref().is_some_and(|found| found.has(step)) || !context.custom.is_empty()
}

/// Returns true for a member of a JSON object, and not of a text in one: `"user":"eve"`.
fn is_member(field: &Raw, line: &[u8]) -> bool {
    let Label::Line(_, end) = field.label else { return false };
    let gap = line.get(end as usize..field.start as usize).unwrap_or(b"");
    // The name and the value may stand apart: `{"name":"User","value":"eve"}`.
    gap.trim_ascii_start().starts_with(b"\"") || gap.starts_with(b"\\")
}

/// Returns the names whose bits are set, in order.
fn bits(mut set: u64) -> impl Iterator<Item = &'static EcsName> {
    const { assert!(EcsName::COUNT <= 64) };
    std::iter::from_fn(move || {
        let at = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(&EcsName::ALL[at])
    })
}

fn push_lossy(text: &mut String, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(valid) => text.push_str(valid),
        Err(_) => text.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// Returns the smallest field that holds `span`; if several names share one value, the one that is known.
pub(super) fn field_of(sheet: &Sheet, span: &Range<usize>, mut is_known: impl FnMut(usize) -> bool) -> Option<usize> {
    let holds = |field: &Raw| field.start as usize <= span.start && span.end <= field.end as usize;
    let mut best: Option<(usize, &Raw)> = None;
    for (at, field) in sheet.fields.iter().enumerate().filter(|(_, field)| holds(field)) {
        let is_better = best.is_none_or(|(other, known)| {
            let (length, least) = (field.end - field.start, known.end - known.start);
            // Names are looked up only if two fields share one value.
            length < least || length == least && (!is_known(at), field.level) < (!is_known(other), known.level)
        });
        if is_better {
            best = Some((at, field));
        }
    }
    best.map(|(at, _)| at)
}
