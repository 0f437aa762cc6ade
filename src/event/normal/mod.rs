//! The normal names of a line's fields: which raw field each is, and its value.

mod derive;

use std::net::IpAddr;
use std::ops::Range;

use crate::event::decode::decode;
use crate::event::ecs::{EcsName, Type};
use crate::event::layouts::columns::Header;
use crate::event::names::{self, Found, Key, Meaning};
use crate::event::sheet::{Form, Label, Raw, Sheet, TOP};
use crate::event::time::{self, Assumed, EventTime, Stamp};
use crate::event::value;

/// Most objects around a field that are looked at for its name.
const MAX_PARENTS: usize = 6;

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

/// A raw field that could be a normal one, and how sure that is: less is surer.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    score: u16,
    field: u32,
}

/// Names of addresses from this rank on could be anybody's.
const VAGUE: u16 = 60;

const NONE: Candidate = Candidate { score: u16::MAX, field: 0 };

/// What was made of a line's fields.
#[derive(Debug)]
pub(super) struct Normal {
    best: [Candidate; EcsName::COUNT],
    in_request: [Candidate; EcsName::COUNT],
    /// This end and the other of a connection: its address and its port.
    local: [Candidate; 2],
    remote: [Candidate; 2],
    held: [Held; EcsName::COUNT],
    /// The normal name of each raw field, whether or not its value was taken.
    pub(super) roles: Vec<Option<EcsName>>,
    date: Candidate,
    clock: Candidate,
    zone: Candidate,
    pub(super) time: Option<EventTime>,
    /// Text of values, decoded.
    text: String,
    scratch: Vec<u8>,
    parents: Parents,
}

impl Default for Normal {
    fn default() -> Self {
        Normal {
            best: [NONE; EcsName::COUNT],
            in_request: [NONE; EcsName::COUNT],
            local: [NONE; 2],
            remote: [NONE; 2],
            held: [Held::Nothing; EcsName::COUNT],
            roles: Vec::new(),
            date: NONE,
            clock: NONE,
            zone: NONE,
            time: None,
            text: String::new(),
            scratch: Vec::new(),
            parents: Parents::default(),
        }
    }
}

/// What the fields of a line are read with.
pub(super) struct Context<'a> {
    pub(super) line: &'a [u8],
    pub(super) header: Option<&'a Header>,
    /// What each column of the header means.
    pub(super) columns: &'a [Option<Found>],
    /// Names of the configuration's layout.
    pub(super) custom: &'a [(u64, EcsName)],
    pub(super) assumed: &'a Assumed,
    /// Whether the whole line is JSON.
    pub(super) is_json: bool,
}

impl Context<'_> {
    pub(super) fn name(&self, label: Label) -> &[u8] {
        match label {
            Label::Line(start, end) => &self.line[start as usize..end as usize],
            Label::Known(name) => name.as_bytes(),
            Label::Column(column) => self.header.map_or(&b""[..], |header| header.name(column as usize)),
        }
    }

    fn value(&self, field: &Raw) -> &[u8] {
        self.line[field.span()].trim_ascii()
    }
}

impl Normal {
    pub(super) fn get(&self, name: EcsName) -> Held {
        self.held[name as usize]
    }

    pub(super) fn str(&self, start: usize, end: usize) -> &str {
        &self.text[start..end]
    }

    /// Finds the best raw field for each normal name, and its value.
    pub(super) fn read(&mut self, sheet: &Sheet, context: &Context<'_>) {
        self.best = [NONE; EcsName::COUNT];
        self.in_request = [NONE; EcsName::COUNT];
        (self.local, self.remote) = ([NONE; 2], [NONE; 2]);
        self.held = [Held::Nothing; EcsName::COUNT];
        (self.date, self.clock, self.zone, self.time) = (NONE, NONE, NONE, None);
        self.roles.clear();
        self.text.clear();
        let mut parents = std::mem::take(&mut self.parents);
        parents.of = None;
        for (at, field) in sheet.fields.iter().enumerate() {
            let role = self.consider(at as u32, field, sheet, context, &mut parents);
            self.roles.push(role);
        }
        self.parents = parents;
        self.time = self.time_of(sheet, context);
        self.choose(sheet, context);
    }

    /// Enters a field as a candidate for all that its name means, and returns the first of these.
    fn consider(
        &mut self,
        at: u32,
        field: &Raw,
        sheet: &Sheet,
        context: &Context<'_>,
        parents: &mut Parents,
    ) -> Option<EcsName> {
        let mut value = context.value(field);
        let mut decoded = std::mem::take(&mut self.scratch);
        if !matches!(field.form, Form::Plain | Form::Slashed) {
            decoded.clear();
            decode(value, field.form, &mut decoded);
            value = &decoded;
        }
        let role = self.weigh(at, field, value, sheet, context, parents);
        self.scratch = decoded;
        role
    }

    fn weigh(
        &mut self,
        at: u32,
        field: &Raw,
        value: &[u8],
        sheet: &Sheet,
        context: &Context<'_>,
        parents: &mut Parents,
    ) -> Option<EcsName> {
        if !context.custom.is_empty() {
            let key = Key::new(context.name(field.label))?;
            if let Some((_, name)) = context.custom.iter().find(|(hash, _)| key.is(*hash)) {
                if fits(*name, value) {
                    offer(&mut self.best[*name as usize], 0, at);
                }
                return Some(*name);
            }
        }
        let found = match field.label {
            Label::Column(column) => context.columns.get(column as usize).copied().flatten(),
            label => {
                let key = Key::new(context.name(label))?;
                parents.find(&key, field.parent, sheet, context)
            }
        }?;
        let is_null = value::is_null(value);
        let sure = u16::from(field.level) * 400 + u16::from(found.extra);
        let mut role = None;
        for entry in found.meanings {
            let score = sure + u16::from(entry.rank);
            match entry.meaning {
                Meaning::Ecs(name) => {
                    let could = !is_null && score < self.best[name as usize].score && fits(name, value);
                    if could {
                        offer(&mut self.best[name as usize], score, at);
                    }
                    // Of several meanings the one whose kind of value this is.
                    if role.is_none() && (could || fits(name, value)) {
                        role = Some(name);
                    }
                }
                Meaning::InRequest(name) => {
                    let is_address = name == EcsName::UrlDomain && value::address(value).is_some();
                    if !is_address && !is_null && score < self.in_request[name as usize].score && fits(name, value) {
                        offer(&mut self.in_request[name as usize], score, at);
                    }
                }
                Meaning::Local(name) | Meaning::Remote(name) if !is_null && fits(name, value) => {
                    let ends =
                        if matches!(entry.meaning, Meaning::Local(_)) { &mut self.local } else { &mut self.remote };
                    offer(&mut ends[usize::from(name.kind() == Type::Long)], score, at);
                }
                Meaning::Date if time::date(value).is_some() => offer(&mut self.date, score, at),
                Meaning::Clock if time::clock(value).is_some() => offer(&mut self.clock, score, at),
                Meaning::Zone if !is_null => offer(&mut self.zone, score, at),
                _ => {}
            }
        }
        role.or_else(|| {
            found.meanings.iter().find_map(|entry| match entry.meaning {
                Meaning::Ecs(name) => Some(name),
                _ => None,
            })
        })
    }

    /// The time: one field that is one, or a date and a time of day, with the zone of another field.
    fn time_of(&self, sheet: &Sheet, context: &Context<'_>) -> Option<EventTime> {
        let whole = self.best[EcsName::Timestamp as usize];
        let zone = (self.zone.score < u16::MAX)
            .then(|| time::offset_of(context.value(&sheet.fields[self.zone.field as usize])))
            .flatten();
        let mut stamp = None;
        // Two fields that are beside each other are better than one that stands around them.
        let parts = self.date.score.max(self.clock.score);
        if parts < u16::MAX && parts / 400 < whole.score.saturating_add(60) / 400
            || whole.score == u16::MAX && parts < u16::MAX
        {
            let (year, month, day) = time::date(context.value(&sheet.fields[self.date.field as usize]))?;
            let (clock, offset) = time::clock(context.value(&sheet.fields[self.clock.field as usize]))?;
            stamp = Some(Stamp { year: Some(year), month, day, clock, offset });
        }
        if stamp.is_none() || whole.score < parts {
            let single = (whole.score < u16::MAX)
                .then(|| time::whole(context.value(&sheet.fields[whole.field as usize])))
                .flatten();
            stamp = single.or(stamp);
        }
        let stamp = match stamp {
            Some(stamp) => stamp,
            // A day without a time is not a time; of a table whose rows are days it would be the first second of it.
            None => return None,
        };
        let stamp = Stamp { offset: stamp.offset.or(zone), ..stamp };
        stamp.resolve(context.assumed)
    }

    /// Which end of a connection sent: this one, if both are named, else the one that is.
    fn sides(&mut self) {
        use EcsName::*;
        let [local, local_port] = self.local;
        let [remote, remote_port] = self.remote;
        let mut put = |name: EcsName, candidate: Candidate| {
            let best = &mut self.best[name as usize];
            // Names that say who sent are surer; those of the machine that logs are not.
            if candidate.score < u16::MAX && (best.score == u16::MAX || candidate.score + VAGUE < best.score) {
                *best = candidate;
            }
        };
        if local.score < u16::MAX && remote.score < u16::MAX {
            for (name, candidate) in
                [(SourceIp, local), (SourcePort, local_port), (DestinationIp, remote), (DestinationPort, remote_port)]
            {
                put(name, candidate);
            }
        } else if remote.score < u16::MAX {
            put(SourceIp, remote);
            put(SourcePort, remote_port);
            put(DestinationPort, local_port);
        } else {
            put(SourceIp, local);
            put(SourcePort, local_port);
        }
    }

    fn choose(&mut self, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        self.sides();
        // A request shows a method, a path or a URL.
        let has = |name: EcsName, normal: &Normal| normal.best[name as usize].score < u16::MAX;
        let is_request = [UrlFull, UrlOriginal, UrlPath, HttpMethod].into_iter().any(|name| has(name, self));
        if is_request {
            for name in EcsName::ALL {
                let other = self.in_request[*name as usize];
                // What a URL says is not said again by a word that could mean anything.
                if *name == UrlPath && (has(UrlFull, self) || has(UrlOriginal, self)) {
                    continue;
                }
                let own = &mut self.best[*name as usize];
                if own.score == u16::MAX {
                    *own = other;
                    if other.score < u16::MAX {
                        self.roles[other.field as usize] = Some(*name);
                    }
                    // What is the host of a URL is not the machine.
                    if other.score < u16::MAX && *name == UrlDomain {
                        let host = &mut self.best[HostName as usize];
                        if host.score < u16::MAX && host.field == other.field {
                            *host = NONE;
                        }
                    }
                }
            }
        }
        for name in EcsName::ALL {
            let Candidate { score, field } = self.best[*name as usize];
            if score == u16::MAX || *name == Timestamp {
                continue;
            }
            let field = &sheet.fields[field as usize];
            let value = context.value(field);
            self.held[*name as usize] = match name.kind() {
                Type::Ip => match value::address(value) {
                    Some((ip, _)) => Held::Ip(ip),
                    None => Held::Nothing,
                },
                Type::Long => match number(value) {
                    Some(number) => Held::Number(number),
                    None => Held::Nothing,
                },
                _ => self.keep(value, field.form),
            };
        }
        self.ports(sheet, context);
        self.users(context);
        self.urls();
        self.ends();
        self.outcome();
    }

    /// The decoded text of a value.
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

    /// A port that stands in the field of its address.
    fn ports(&mut self, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        for (ip, port) in [(SourceIp, SourcePort), (DestinationIp, DestinationPort), (ClientIp, ClientPort)] {
            let Candidate { score, field } = self.best[ip as usize];
            if score == u16::MAX {
                continue;
            }
            if let Some((_, Some(found))) = value::address(context.value(&sheet.fields[field as usize])) {
                let own = self.best[port as usize].score;
                if own > score {
                    self.held[port as usize] = Held::Number(u32::from(found));
                }
            }
        }
    }
}

fn offer(best: &mut Candidate, score: u16, field: u32) {
    if score < best.score {
        *best = Candidate { score, field };
    }
}

/// Whether a value can be one of that name.
fn fits(name: EcsName, value: &[u8]) -> bool {
    use EcsName::*;
    match name {
        Timestamp => time::whole(value).is_some(),
        HttpStatus => number(value).is_some_and(|status| (100..600).contains(&status)),
        UrlDomain => value::is_host(value) || value.eq_ignore_ascii_case(b"localhost"),
        HttpMethod => value::is_method(value),
        SourceDomain | DestinationDomain | DnsQuestionName | TlsServerName => {
            value::is_host_name(value) && value.iter().any(u8::is_ascii_alphabetic) && value::address(value).is_none()
        }
        HostName => value.len() <= 253 && !value.contains(&b'/') && value::address(value).is_none(),
        UserName => value.len() <= 256,
        UserEmail | EmailFrom | EmailTo => memchr::memchr(b'@', value).is_some(),
        UrlFull => is_url_like(value),
        UrlOriginal => {
            is_url_like(value)
                || value.starts_with(b"/")
                || memchr::memmem::find(&value[..value.len().min(10)], b" /").is_some()
        }
        UrlPath => value.starts_with(b"/"),
        _ => match name.kind() {
            Type::Ip => value::address(value).is_some(),
            Type::Long => number(value).is_some_and(|number| number <= 0xffff),
            _ => true,
        },
    }
}

fn is_url_like(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"://").is_some() || value::is_host(value::url(value).host.unwrap_or(b""))
}

fn number(value: &[u8]) -> Option<u32> {
    value::port(value).map(u32::from)
}

fn push_lossy(text: &mut String, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(valid) => text.push_str(valid),
        Err(_) => text.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// The keys of the objects around the last field: fields of one object come together.
#[derive(Debug, Default)]
struct Parents {
    of: Option<u32>,
    keys: Vec<Key>,
}

impl Parents {
    fn find(&mut self, key: &Key, parent: u32, sheet: &Sheet, context: &Context<'_>) -> Option<Found> {
        if parent == TOP {
            return names::find(key, &[]);
        }
        if self.of != Some(parent) {
            self.of = Some(parent);
            self.keys.clear();
            let mut at = parent;
            while at != TOP && self.keys.len() < MAX_PARENTS {
                let node = &sheet.nodes[at as usize];
                if let Some(key) = Key::new(context.name(node.label)) {
                    self.keys.push(key);
                }
                at = node.parent;
            }
        }
        names::find(key, &self.keys)
    }
}

/// The field that holds `span`: the smallest, and of several names for one value the one that is known.
pub(super) fn field_of(sheet: &Sheet, roles: &[Option<EcsName>], span: &Range<usize>) -> Option<usize> {
    let holds = |field: &Raw| field.start as usize <= span.start && span.end <= field.end as usize;
    let fields = sheet.fields.iter().enumerate().filter(|(_, field)| holds(field));
    fields.min_by_key(|(at, field)| (field.end - field.start, roles[*at].is_none(), field.level)).map(|(at, _)| at)
}
