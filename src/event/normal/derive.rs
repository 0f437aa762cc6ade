//! Deriving normal names from others: the parts of a URL, a user's domain, an address under two names.

use super::facts::{Facts, is_localhost};
use super::words::has_letters_of;
use super::{Candidate, Context, Held, NONE, Normal, is_member};
use crate::event::ecs::EcsName;
use crate::event::sheet::{Label, Raw, Sheet, find};
use crate::event::value;
use crate::value::url::after_scheme;

/// Returns a text with another start.
fn with_start(held: Held, start: usize) -> Held {
    if let Held::Text(_, end) = held { Held::Text(start, end) } else { held }
}

impl Normal {
    /// Remembers the port beside an address of the source or destination.
    pub(super) fn note_port(&mut self, name: EcsName, value: &mut Facts<'_>) {
        let side = match name {
            EcsName::SourceIp => 0,
            EcsName::DestinationIp => 1,
            _ => return,
        };
        if self.ported[side].is_none()
            && let Some((ip, Some(port))) = value.ip()
        {
            self.ported[side] = Some((ip, port));
        }
    }

    /// Fills in ports that are in the same field as their address, or beside the same address in another field.
    pub(super) fn ports(&mut self) {
        use EcsName::*;
        let ends = [(SourceIp, SourcePort), (DestinationIp, DestinationPort), (ClientIp, ClientPort)];
        for ((ip, port), beside) in ends.into_iter().zip(self.beside) {
            if let Some(found) = beside
                && self.best[port as usize].score > self.best[ip as usize].score
            {
                self.held[port as usize] = Held::Number(u32::from(found));
            }
        }
        for ((ip, port), ported) in ends.into_iter().zip(self.ported) {
            if let (Some((address, found)), Held::Ip(own)) = (ported, self.held[ip as usize])
                && address == own
                && self.is_none(port)
            {
                self.held[port as usize] = Held::Number(u32::from(found));
            }
        }
    }

    /// Returns true if a field holds the host of the URL.
    pub(super) fn is_host_of_url(&self, host: Candidate, sheet: &Sheet, context: &Context<'_>) -> bool {
        let url = context.value(&sheet.fields[self.best[EcsName::UrlFull as usize].field as usize]);
        let text = context.value(&sheet.fields[host.field as usize]);
        value::url(url).host.is_some_and(|host| host.eq_ignore_ascii_case(text))
    }

    /// Lets another field name the machine, if it is this one that does: it is the host of a request.
    pub(super) fn drop_host(&mut self, field: u32) {
        let host = &mut self.best[EcsName::HostName as usize];
        if host.score < u16::MAX && host.field == field {
            *host = self.machine;
        }
    }

    /// Takes the name before the address of a client as that of the client: `host=pc1.example [192.0.2.7]`.
    pub(super) fn host_of_client(&mut self, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        let (host, source) = (self.best[HostName as usize], self.best[SourceIp as usize]);
        if host.score == u16::MAX || source.score == u16::MAX {
            return;
        }
        let end = sheet.fields[host.field as usize].end;
        let start = sheet.fields[source.field as usize].start;
        if end + 2 == start
            && context.line[end as usize..start as usize] == *b" ["
            && context.line.get(sheet.fields[source.field as usize].end as usize) == Some(&b']')
            && self.machine.score < u16::MAX
            && self.machine.field != host.field
        {
            self.best[HostName as usize] = self.machine;
            host.offer(&mut self.best[SourceDomain as usize]);
            self.named |= 1 << SourceDomain as u64;
            self.taken.push((host.field, SourceDomain));
        }
    }

    /// Takes no account of a tenant for a user: an `accountName` beside a `siteId` or an `activityType` (SentinelOne).
    pub(super) fn tenant(&mut self, sheet: &Sheet, context: &Context<'_>) {
        let user = self.best[EcsName::UserName as usize];
        if user.score == u16::MAX || !context.is_json {
            return;
        }
        let user = &sheet.fields[user.field as usize];
        let is_of_tenant = |field: &Raw| {
            let is_name = |word: &&[u8]| has_letters_of(context.name(field.label), word);
            field.parent == user.parent && [&b"siteid"[..], b"activitytype"].iter().any(is_name)
        };
        if has_letters_of(context.name(user.label), b"accountname") && sheet.fields.iter().any(is_of_tenant) {
            self.best[EcsName::UserName as usize] = NONE;
        }
    }

    /// Drops what follows an address of mail in angle brackets: `<eve@a.example>: 550 User unknown`.
    pub(super) fn mails(&mut self) {
        for name in [EcsName::EmailFrom, EcsName::EmailTo] {
            if let Held::Text(start, end) = self.held[name as usize]
                && let [b'<', address @ ..] = &self.text.as_bytes()[start..end]
                && let Some(close) = memchr::memchr(b'>', address)
                && matches!(address[close + 1..].trim_ascii_start(), [] | [b':', ..])
            {
                self.held[name as usize] = self.span(start + 1, start + 1 + close);
            }
        }
    }

    /// Takes the `domain` of an event that names the type of a record as the name that was asked for. Without such a type, a name without
    /// a dot is that of something else: a stored query, the domain of a machine. So is any `domain_name`.
    pub(super) fn asked(&mut self, sheet: &Sheet, context: &Context<'_>) {
        use EcsName::*;
        let own = self.best[DnsQuestionName as usize];
        if own.score < u16::MAX && self.best[DnsQuestionType as usize].score == u16::MAX {
            let field = &sheet.fields[own.field as usize];
            let is_layouts = matches!(field.label, Label::Known(_));
            // `DnsRequest`
            let action = self.best[EventAction as usize];
            let is_dns = action.score < u16::MAX && {
                let action = context.value(&sheet.fields[action.field as usize]);
                action.windows(3).take(64).any(|word| word.eq_ignore_ascii_case(b"dns"))
            };
            let is_domain = || has_letters_of(context.name(field.label), b"domainname");
            if !is_layouts && !is_dns && (memchr::memchr(b'.', context.value(field)).is_none() || is_domain()) {
                self.best[DnsQuestionName as usize] = NONE;
            }
        }
        let other = self.in_request[DnsQuestionName as usize];
        let has = |name: EcsName| self.best[name as usize].score < u16::MAX;
        // `dpt=53 fqdn=a.example`: no machine, but what was asked for.
        let host = self.best[HostName as usize];
        let is_asked = || {
            let port = self.best[DestinationPort as usize];
            host.score < u16::MAX
                && host.field == other.field
                && port.score < u16::MAX
                && context.value(&sheet.fields[port.field as usize]) == b"53"
        };
        // The dot of the root: `"domain":"a.example."`.
        let is_rooted = || {
            let name = context.value(&sheet.fields[other.field as usize]);
            name.ends_with(b".") && memchr::memchr(b'.', &name[..name.len() - 1]).is_some()
        };
        if other.score < u16::MAX && !has(DnsQuestionName) && (has(DnsQuestionType) || is_rooted() || is_asked()) {
            if host.field == other.field {
                self.best[HostName as usize] = NONE;
            }
            self.best[DnsQuestionName as usize] = other;
            self.named |= 1 << DnsQuestionName as u64;
            self.taken.push((other.field, DnsQuestionName));
        }
    }

    pub(super) fn users(&mut self, sheet: &Sheet, context: &Context<'_>) {
        let Held::Text(start, end) = self.held[EcsName::UserName as usize] else { return };
        // `<eve>`
        let (start, end) = match self.text.as_bytes()[start..end] {
            [b'<', .., b'>'] => (start + 1, end - 1),
            _ => (start, end),
        };
        let (start, end) = value::common_name(&self.text.as_bytes()[start..end])
            .map_or((start, end), |name| (start + name.start, start + name.end));
        let text = &self.text[start..end];
        let (domain, name) = value::user(text.as_bytes());
        let (domain_length, name_length) = (domain.map(<[u8]>::len), name.len());
        // `eve (Initiator)`: a remark, not the name.
        let name = &text[text.len() - name_length..];
        let cut = find(name.as_bytes(), b" (").filter(|at| *at > 0).unwrap_or(name.trim_end().len());
        let at = end - name_length;
        self.held[EcsName::UserName as usize] = self.span(at, at + cut);
        if !(context.is_json && self.is_json_member(EcsName::UserName, sheet, context)) {
            // `eve@corp.example` in plain text is the login and its realm, and so is `eve:CORP`. Web services use all of it as the login.
            let name = &self.text[at..at + cut];
            let is_pair = self.is_pair(EcsName::UserName, sheet, context);
            let colon = name.find(':').filter(|colon| {
                name[colon + 1..].starts_with(char::is_alphabetic) && !name[colon + 1..].contains([':', '/'])
            });
            // So does a pair, `user=eve@corp.example`, if the realm is a domain.
            let realm = name.find('@').filter(|at| !(is_pair && name[at + 1..].contains('.')));
            // `eve@192.0.2.7`: where the user is.
            let place = realm.filter(|at| *at > 0 && value::address(&name.as_bytes()[at + 1..]).is_some());
            if let Some(place) = place {
                self.held[EcsName::UserName as usize] = self.span(at, at + place);
            } else if realm.is_none() && name.contains('@') && self.is_none(EcsName::UserEmail) {
                self.held[EcsName::UserEmail as usize] = self.span(at, at + cut);
            } else if let Some(split) = realm.or(colon).filter(|split| *split > 0) {
                self.held[EcsName::UserName as usize] = self.span(at, at + split);
                if self.is_none(EcsName::UserDomain) {
                    self.held[EcsName::UserDomain as usize] = self.span(at + split + 1, at + cut);
                }
                if self.is_none(EcsName::UserEmail) && self.text.as_bytes()[at + split] == b'@' {
                    self.held[EcsName::UserEmail as usize] = self.span(at, at + cut);
                }
            }
        }
        if let Some(length) = domain_length
            && self.is_none(EcsName::UserDomain)
        {
            self.held[EcsName::UserDomain as usize] = self.span(start, start + length);
        }
    }

    /// Returns true if a value comes from a pair with an equals sign, and not from the words of a text.
    fn is_pair(&self, name: EcsName, sheet: &Sheet, context: &Context<'_>) -> bool {
        let Some(field) = sheet.fields.get(self.best[name as usize].field as usize) else { return false };
        matches!(field.label, Label::Line(_, end)
            if context.line.get(end as usize..field.start as usize).is_some_and(|gap| gap.contains(&b'=')))
    }

    /// Returns true if a value is a member of a JSON object, and not of a text in one: `"user":"eve"`.
    fn is_json_member(&self, name: EcsName, sheet: &Sheet, context: &Context<'_>) -> bool {
        let Some(field) = sheet.fields.get(self.best[name as usize].field as usize) else { return false };
        is_member(field, context.line)
    }

    /// Derives the parts of a URL from the whole. A `url.full` that is only a path becomes `url.original`.
    pub(super) fn urls(&mut self) {
        use EcsName::*;
        self.request_targets();
        self.full_and_original();
        let whole = match (self.held[UrlFull as usize], self.held[UrlOriginal as usize]) {
            (Held::Text(start, end), _) | (_, Held::Text(start, end)) => Some((start, end)),
            _ => None,
        };
        if let Some((start, end)) = whole {
            self.parts_of_url(start, end);
        } else if let Held::Text(start, end) = self.held[UrlPath as usize] {
            // A path with its query is the request target.
            self.held[UrlOriginal as usize] = Held::Text(start, end);
            if let Some(at) = memchr::memchr(b'?', &self.text.as_bytes()[start..end]) {
                self.held[UrlPath as usize] = self.span(start, start + at);
                if self.is_none(UrlQuery) {
                    self.held[UrlQuery as usize] = self.span(start + at + 1, end);
                }
            }
        }
        self.port_of_domain();
    }

    /// Keeps the target alone of `GET /path HTTP/1.1…`.
    fn request_targets(&mut self) {
        for name in [EcsName::UrlFull, EcsName::UrlOriginal] {
            let Held::Text(start, end) = self.held[name as usize] else { continue };
            // `<GET /path HTTP/1.1…`
            let start = start + usize::from(self.text.as_bytes()[start..end].starts_with(b"<"));
            let text = &self.text.as_bytes()[start..end];
            let method = text.iter().take(12).take_while(|byte| byte.is_ascii_uppercase()).count();
            if method > 2 && text.get(method) == Some(&b' ') && value::is_target(&text[method + 1..]) {
                let target = start + method + 1;
                let length = text[method + 1..].iter().position(|byte| *byte == b' ').unwrap_or(end - target);
                self.held[name as usize] = Held::Text(target, target + length);
            }
        }
    }

    /// Fills the one from the other: the full URL has a scheme, the original is as logged.
    fn full_and_original(&mut self) {
        use EcsName::*;
        if let Held::Text(start, end) = self.held[UrlFull as usize] {
            if after_scheme(&self.text.as_bytes()[start..end]).is_none() {
                self.held[UrlFull as usize] = Held::Nothing;
            }
            if self.is_none(UrlOriginal) {
                self.held[UrlOriginal as usize] = Held::Text(start, end);
            }
        }
        if let Held::Text(start, end) = self.held[UrlOriginal as usize]
            && self.is_none(UrlFull)
            && after_scheme(&self.text.as_bytes()[start..end.min(start + 12)]).is_some()
        {
            self.held[UrlFull as usize] = Held::Text(start, end);
        }
    }

    /// Fills the parts that no field gave from the URL in `start..end` of the text.
    fn parts_of_url(&mut self, start: usize, end: usize) {
        use EcsName::*;
        let bytes = &self.text.as_bytes()[start..end];
        // `GET //admin/setup.php HTTP/1.1`: a path, and no host.
        let first = bytes.strip_prefix(b"//").and_then(|rest| rest.split(|byte| *byte == b'/').next());
        let is_path = first.is_some_and(|first| memchr::memchr(b'.', first).is_none())
            && self.best[HttpMethod as usize].score < u16::MAX;
        let parts = value::url(&bytes[usize::from(is_path)..]);
        let place = |part: &[u8]| {
            let at = start + (part.as_ptr() as usize - bytes.as_ptr() as usize);
            Held::Text(at, at + part.len())
        };
        let derived = [
            (UrlScheme, parts.scheme.map(place)),
            (UrlDomain, parts.host.map(place)),
            (UrlPath, parts.path.map(place).map(|path| if is_path { with_start(path, start) } else { path })),
            (UrlQuery, parts.query.map(place)),
            (UrlPort, parts.port.map(|port| Held::Number(u32::from(port)))),
        ];
        for (name, held) in derived {
            if let (true, Some(held)) = (self.is_none(name), held) {
                self.held[name as usize] = held;
            }
        }
    }

    /// Splits `a.example:8443`. What is no port (`a.example:x`) is dropped.
    fn port_of_domain(&mut self) {
        use EcsName::*;
        let Held::Text(start, end) = self.held[UrlDomain as usize] else { return };
        let bytes = &self.text.as_bytes()[start..end];
        if memchr::memchr(b':', bytes).is_none() {
            return;
        }
        let parts = value::url(bytes);
        let local = &bytes[..bytes.len().min("localhost".len())];
        let Some(host) = parts.host.or(is_localhost(bytes).then_some(local)) else { return };
        let at = start + (host.as_ptr() as usize - bytes.as_ptr() as usize);
        let after = &self.text.as_bytes()[at + host.len()..end];
        if !matches!(after, [b':', ..] | [b']', b':', ..]) {
            return;
        }
        self.held[UrlDomain as usize] = Held::Text(at, at + host.len());
        let port = parts.port.or_else(|| value::port(after.rsplit(|byte| *byte == b':').next()?));
        if let (true, Some(port)) = (self.is_none(UrlPort), port) {
            self.held[UrlPort as usize] = Held::Number(u32::from(port));
        }
    }

    /// Takes ports, and what is none (`a.example:x`), off the names of machines.
    pub(super) fn ports_of_names(&mut self) {
        use EcsName::*;
        let names = [
            (SourceDomain, Some(SourcePort)),
            (DestinationDomain, Some(DestinationPort)),
            (TlsServerName, None),
            (HostName, None),
            (ObserverName, None),
        ];
        for (name, port) in names {
            let Held::Text(start, end) = self.held[name as usize] else { continue };
            let text = &self.text.as_bytes()[start..end];
            let Some(colon) = memchr::memchr(b':', text).filter(|colon| value::is_host(&text[..*colon])) else {
                continue;
            };
            let number = value::port(&text[colon + 1..]);
            self.held[name as usize] = Held::Text(start, start + colon);
            if let (Some(port), Some(number)) = (port, number)
                && self.is_none(port)
            {
                self.held[port as usize] = Held::Number(u32::from(number));
            }
        }
    }

    /// Fills in source, client and destination from each other.
    pub(super) fn ends(&mut self) {
        use EcsName::*;
        if self.is_none(SourceIp) {
            self.held[SourceIp as usize] = self.held[ClientIp as usize];
            if self.is_none(SourcePort) {
                self.held[SourcePort as usize] = self.held[ClientPort as usize];
            }
        }
        if self.is_none(ClientIp) {
            self.held[ClientIp as usize] = self.held[SourceIp as usize];
        }
        if self.is_none(DestinationDomain)
            && let Held::Text(start, end) = self.held[UrlDomain as usize]
            && value::address(&self.text.as_bytes()[start..end]).is_none()
        {
            self.held[DestinationDomain as usize] = Held::Text(start, end);
        }
        if self.is_none(DestinationPort) && !self.is_none(UrlDomain) {
            self.held[DestinationPort as usize] = self.held[UrlPort as usize];
        }
    }

    /// Drops the dot of the root from the name that was asked for: `a.example.`
    pub(super) fn question(&mut self) {
        let Held::Text(start, end) = self.held[EcsName::DnsQuestionName as usize] else { return };
        if end > start + 1 && self.text.as_bytes()[end - 1] == b'.' {
            self.held[EcsName::DnsQuestionName as usize] = Held::Text(start, end - 1);
        }
    }

    /// Normalises the outcome to `success` or `failure`, as the schema requires.
    pub(super) fn outcome(&mut self) {
        let (start, end) = match (self.held[EcsName::EventOutcome as usize], self.held[EcsName::EventAction as usize]) {
            (Held::Text(start, end), _) => (start, end),
            // `LOGIN_FAILED`, `AUDIT_SUCCESS`: the action says how it ended.
            (_, Held::Text(start, end)) => match value::outcome_at(&self.text.as_bytes()[start..end]) {
                Some(at) if at > 0 => (start + at, end),
                _ => return,
            },
            _ => return,
        };
        let text = &self.text.as_bytes()[start..end];
        let is = |words: &[&str]| {
            words
                .iter()
                .any(|word| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word.as_bytes()))
        };
        const GOOD: &[&str] = &["succ", "ok", "true", "pass", "allow", "accept", "grant", "permit"];
        const BAD: &[&str] =
            &["fail", "false", "den", "reject", "block", "error", "invalid", "bad", "drop", "unsuccess", "unauthor"];
        // A status of Windows. Other numbers that begin so are errors, or the bits of a packet's header (`RES=0x00`).
        let is_zero = matches!(text, b"0x0" | b"0x00000000");
        let word = if is_zero || is(GOOD) {
            "success"
        } else if is(BAD) {
            "failure"
        } else {
            self.held[EcsName::EventOutcome as usize] = Held::Nothing;
            return;
        };
        self.held[EcsName::EventOutcome as usize] = self.keep_text(word.as_bytes());
    }
}
