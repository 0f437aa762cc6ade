//! Scores the fields of a line for the normal names that they could have.

use super::facts::Facts;
use super::words::{is_id, is_number_of, is_project};
use super::{Candidate, Context, Held, Normal, VAGUE, is_member};
use crate::event::custom::{MAX_RAW, RawName};
use crate::event::decode::decode;
use crate::event::ecs::{EcsName, Type};
use crate::event::names::{CUT, Key, KnownName, Meaning, Step};
use crate::event::sheet::{Form, Raw, Sheet, TOP};
use crate::event::{time, value};

/// Added to the score of a user's name in words.
const FULL_NAME: u16 = 20;

/// Added to the score of a field in an array: the event's own fields stand alone.
const LISTED: u16 = 130;

/// Added to the score for each level that a field is away from the event itself: see [`Raw::level`].
const LEVEL: u16 = 400;

impl Normal {
    /// Enters a field as a candidate for those meanings of its name that belong to a step.
    pub(super) fn consider(
        &mut self,
        step: Step,
        (at, field): (u32, &Raw),
        found: &Option<KnownName>,
        sheet: &Sheet,
        context: &Context<'_>,
    ) {
        let custom = if context.custom.is_empty() { None } else { configured(field, sheet, context) };
        let is_plain = matches!(field.form, Form::Plain | Form::Slashed);
        let (mut text, mut decoded) = (context.value(field), Vec::new());
        if !is_plain {
            decoded = std::mem::take(&mut self.scratch);
            decoded.clear();
            decode(text, field.form, &mut decoded);
            text = &decoded;
        }
        let mut facts = Facts::new(text);
        // A layout that is recognised by its time has already read it.
        if let Some((span, stamp)) = &sheet.stamp
            && is_plain
            && *span == field.span()
        {
            facts.know(*stamp);
        }
        self.weigh(step, (at, field), found, custom, &mut facts, context);
        if !is_plain {
            self.scratch = decoded;
        }
    }

    #[inline]
    fn weigh(
        &mut self,
        step: Step,
        (at, field): (u32, &Raw),
        found: &Option<KnownName>,
        custom: Option<RawName>,
        value: &mut Facts<'_>,
        context: &Context<'_>,
    ) {
        if let Some(RawName { ecs, rank, .. }) = custom {
            // The configuration takes precedence over the table.
            if step == Step::First {
                self.taken.push((at, ecs));
            }
            if Step::of(Meaning::Ecs(ecs)) == step && !value.is_null() {
                self.offer(ecs, rank, at, value);
            }
            return;
        }
        let Some(found) = found.as_ref().filter(|_| !value.is_null()) else { return };
        let listed = if field.in_list { LISTED } else { 0 };
        let sure = u16::from(field.level) * LEVEL + listed + u16::from(found.extra) + MAX_RAW as u16;
        for entry in found.meanings {
            let Some(meaning) = found.side.map_or(Some(entry.meaning), |side| side.of(entry.meaning)) else { continue };
            if Step::of(meaning) != step {
                continue;
            }
            let doubt = if meaning != Meaning::Ecs(EcsName::UserName) {
                0
            } else if value.text.ends_with(b"$") && !is_member(field, context.line) {
                // `PC1$`: a machine's own account. In the text of an event it stands before that of who did it.
                VAGUE
            } else if is_full_name(value.text) {
                // `Eve Doe` is less certain than a login beside it.
                FULL_NAME
            } else {
                0
            };
            let score = sure + u16::from(entry.rank) + doubt;
            let candidate = Candidate { score, field: at };
            match meaning {
                Meaning::Ecs(EcsName::Timestamp) => {
                    let moment = found.moment.filter(|_| !field.in_list && found.extra == 0);
                    self.note_time(moment.map(|moment| (moment, field.level)), value);
                    self.offer(EcsName::Timestamp, score, at, value);
                }
                // `userId=0`
                Meaning::Ecs(EcsName::UserName)
                    if is_number_of(context.name(field.label), value.text)
                        || is_bare_number(field, context.line)
                        || is_project(context.name(field.label), value.text) => {}
                // `ObjectId=eve@corp.example`
                Meaning::Ecs(EcsName::UrlFull)
                    if is_id(context.name(field.label)) && memchr::memmem::find(value.text, b"://").is_none() => {}
                Meaning::Ecs(name) => {
                    self.offer(name, score, at, value);
                    if name == EcsName::HostName
                        && score < self.machine.score
                        && !found.may_be_host_of_request()
                        && value.fits(name)
                    {
                        self.machine = candidate;
                    }
                }
                // `unit_hostname`: the words before say whose name it is.
                Meaning::InRequest(EcsName::UrlDomain) if found.extra >= CUT => {}
                Meaning::InRequest(name) | Meaning::InQuestion(name) => {
                    let is_address = name == EcsName::UrlDomain && value.ip().is_some();
                    if score < self.in_request[name as usize].score && !is_address && value.fits(name) {
                        self.in_request[name as usize] = candidate;
                        self.named_in_request |= 1 << name as u64;
                    }
                }
                Meaning::Local(name) | Meaning::Remote(name) if value.fits(name) => {
                    let is_local = matches!(meaning, Meaning::Local(_));
                    let ends = if is_local { &mut self.local } else { &mut self.remote };
                    candidate.offer(&mut ends[usize::from(name.kind() == Type::Long)]);
                }
                Meaning::Date if time::date(value.text).is_some() => candidate.offer(&mut self.date),
                Meaning::Clock if time::clock(value.text).is_some() => candidate.offer(&mut self.clock),
                Meaning::Zone => candidate.offer(&mut self.zone),
                Meaning::Direction => {
                    self.has_direction = true;
                    self.is_inbound |= value::is_inbound(value.text);
                }
                _ => {}
            }
        }
    }

    fn offer(&mut self, name: EcsName, score: u16, field: u32, value: &mut Facts<'_>) {
        self.note_port(name, value);
        if score >= self.best[name as usize].score || !value.fits(name) {
            return;
        }
        self.best[name as usize] = Candidate { score, field };
        self.named |= 1 << name as u64;
        self.held[name as usize] = match name.kind() {
            Type::Date => {
                self.stamp = value.stamp();
                Held::Nothing
            }
            Type::Ip => {
                let ip = value.ip();
                self.put_beside(name, ip.and_then(|(_, port)| port));
                ip.map_or(Held::Nothing, |(ip, _)| Held::Ip(ip))
            }
            Type::Long => value.number().map_or(Held::Nothing, Held::Number),
            Type::Keyword => Held::Nothing,
        };
    }
}

/// Returns true for a user's name in words: `Eve Doe`, and not `NT AUTHORITY\SYSTEM` or `eve (Initiator)`.
fn is_full_name(text: &[u8]) -> bool {
    let is_word = |word: &[u8]| word.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    memchr::memchr(b' ', text).is_some()
        && memchr::memchr2(b'\\', b'@', text).is_none()
        && text.split(|byte| *byte == b' ').take(8).all(is_word)
}

/// Returns true for a number of JSON without quotes: `"identity":7`.
fn is_bare_number(field: &Raw, line: &[u8]) -> bool {
    line[field.span()].iter().all(u8::is_ascii_digit)
        && is_member(field, line)
        && field.start.checked_sub(1).is_some_and(|before| line[before as usize] != b'"')
}

/// Returns the configuration's entry for a field, by its name or the end of its path.
fn configured(field: &Raw, sheet: &Sheet, context: &Context<'_>) -> Option<RawName> {
    let mut key = Key::new(context.name(field.label))?;
    let mut at = field.parent;
    loop {
        if let Some(name) = context.custom.iter().find(|name| key.is(name.hash)) {
            return Some(*name);
        }
        let node = (at != TOP).then(|| &sheet.nodes[at as usize])?;
        // Objects in an array have no name.
        if let Some(parent) = Key::new(context.name(node.label)) {
            key = key.within(&parent)?;
        }
        at = node.parent;
    }
}
