//! Serialises small things of many kinds in sequence: the feeds, and the origin of the sieve.
//!
//! Numbers are LEB128; texts are preceded by their length; optional values by a byte 0 or 1. Enum variants are stored
//! by name, so that their order in the code is not part of the format.

use jiff::{SignedDuration, Timestamp};

use crate::error::{Error, Result};
use crate::indicator::{Action, Column, ColumnRole, Columns, Exceptions, Feed, Policy, Scope};

#[derive(Debug, Default)]
pub(super) struct Pack(Vec<u8>);

impl Pack {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(value.is_some().into());
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn list<T>(&mut self, values: impl ExactSizeIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.number(values.len() as u64);
        values.for_each(|value| write(self, value));
    }

    pub(super) fn time(&mut self, time: Option<Timestamp>) {
        self.option(time, |pack, time| pack.signed(time.as_second()));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn feed(&mut self, feed: &Feed) {
        // Destructures all fields, so that a new one cannot be forgotten.
        let Feed { name, path, format, action, policy, confidence, tags, time_to_live, columns } = feed;
        self.text(name);
        self.text(path);
        self.option(format.as_deref(), Self::text);
        self.text(action.as_str());
        self.policy(policy);
        self.option(*confidence, |pack, confidence| pack.number(confidence.into()));
        self.list(tags.iter(), |pack, tag| pack.text(tag));
        self.option(*time_to_live, |pack, time| {
            pack.signed(time.as_secs());
            pack.signed(time.subsec_nanos().into());
        });
        self.option(columns.as_ref(), Self::columns);
    }

    fn policy(&mut self, policy: &Policy) {
        self.option(policy.scope, |pack, scope| pack.text(scope.as_str()));
        let said = flags(&mut policy.clone()).map(|flag| *flag);
        self.number(said.iter().rev().fold(0, |bits, &flag| bits << 1 | u64::from(flag)));
        self.text(policy.exceptions.as_str());
    }

    fn columns(&mut self, columns: &Columns) {
        self.list(columns.roles.iter(), |pack, (role, column)| {
            pack.text(role.as_str());
            match column {
                Column::Name(name) => pack.option(Some(name.as_str()), Self::text),
                Column::Number(number) => {
                    pack.option(None, Self::text);
                    pack.number(*number as u64);
                }
            }
        });
        self.option(columns.delimiter, |pack, delimiter| pack.number(u32::from(delimiter).into()));
        self.option(columns.header, |pack, header| pack.number(header.into()));
    }
}

/// The switches of a policy, in the order of their bits.
fn flags(policy: &mut Policy) -> [&mut bool; 8] {
    let Policy {
        scope: _,
        url_suffix_hosts,
        admit_bogons,
        admit_wide_prefixes,
        admit_public_suffixes,
        admit_well_known_files,
        path_patterns,
        only_to_ids,
        exceptions: _,
        warning_lists_block,
    } = policy;
    [
        url_suffix_hosts,
        admit_bogons,
        admit_wide_prefixes,
        admit_public_suffixes,
        admit_well_known_files,
        path_patterns,
        only_to_ids,
        warning_lists_block,
    ]
}

/// Reads the output of [`Pack`].
#[derive(Debug)]
pub(super) struct Unpack<'b> {
    rest: &'b [u8],
    section: &'static str,
}

impl<'b> Unpack<'b> {
    pub(super) fn new(section: &'static str, bytes: &'b [u8]) -> Self {
        Self { rest: bytes, section }
    }

    pub(super) fn damage(&self, what: &str) -> Error {
        Error::damage(self.section, what)
    }

    fn byte(&mut self) -> Result<u8> {
        let (&byte, rest) = self.rest.split_first().ok_or_else(|| self.damage("ends too early"))?;
        self.rest = rest;
        Ok(byte)
    }

    pub(super) fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.damage("holds a number that is too large"))
    }

    fn signed(&mut self) -> Result<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn text(&mut self) -> Result<&'b str> {
        let len = self.number()?;
        let cut = usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len));
        let (text, rest) = cut.ok_or_else(|| self.damage("ends within a text"))?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| self.damage("holds a text that is not UTF-8"))
    }

    fn owned(&mut self) -> Result<String> {
        self.text().map(str::to_owned)
    }

    pub(super) fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(self.damage("neither holds nor lacks something")),
        }
    }

    /// Each value takes at least a byte, so no count makes this allocate more than the section holds.
    pub(super) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.number()?;
        let mut values = Vec::new();
        for _ in 0..count {
            let before = self.rest.len();
            values.push(read(self)?);
            if self.rest.len() == before {
                return Err(self.damage("holds too long a list"));
            }
        }
        Ok(values)
    }

    pub(super) fn time(&mut self) -> Result<Option<Timestamp>> {
        let second = self.option(Self::signed)?;
        second.map(|second| Timestamp::from_second(second).map_err(|_| self.damage("holds no time"))).transpose()
    }

    pub(super) fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.damage("goes on too long")) }
    }

    /// Reads a name and returns the value in `all` that has it.
    fn one_of<T: Copy>(&mut self, all: &[T], name: fn(&T) -> &'static str) -> Result<T> {
        let text = self.text()?;
        let found = all.iter().find(|one| name(one) == text);
        found.copied().ok_or_else(|| self.damage("holds an unknown name"))
    }

    pub(super) fn feed(&mut self) -> Result<Feed> {
        let mut feed = Feed::new(self.text()?);
        feed.path = self.owned()?;
        feed.format = self.option(Self::owned)?;
        feed.action = self.one_of(&[Action::Block, Action::Allow, Action::AllowAll], |action| action.as_str())?;
        feed.policy = self.policy()?;
        let confidence = self.option(Self::number)?;
        feed.confidence = confidence
            .map(|confidence| u8::try_from(confidence).map_err(|_| self.damage("holds no confidence")))
            .transpose()?;
        feed.tags = self.list(Self::owned)?;
        feed.time_to_live = self.option(|pack| {
            let (seconds, nanos) = (pack.signed()?, pack.signed()?);
            let nanos = i32::try_from(nanos).ok().filter(|nanos| nanos.unsigned_abs() < 1_000_000_000);
            let nanos = nanos.ok_or_else(|| pack.damage("holds no duration"))?;
            Ok(SignedDuration::new(seconds.clamp(-MOST_SECONDS, MOST_SECONDS), nanos))
        })?;
        feed.columns = self.option(Self::columns)?;
        Ok(feed)
    }

    fn policy(&mut self) -> Result<Policy> {
        let scopes = [Scope::Exact, Scope::Subdomains, Scope::Suffix];
        let mut policy =
            Policy { scope: self.option(|pack| pack.one_of(&scopes, |scope| scope.as_str()))?, ..Policy::default() };
        let mut bits = self.number()?;
        for flag in flags(&mut policy) {
            *flag = bits & 1 == 1;
            bits >>= 1;
        }
        let all = [Exceptions::Allow, Exceptions::AllowAll, Exceptions::Skip];
        policy.exceptions = self.one_of(&all, |exceptions| exceptions.as_str())?;
        if bits == 0 { Ok(policy) } else { Err(self.damage("sets an unknown policy")) }
    }

    fn columns(&mut self) -> Result<Columns> {
        let roles = self.list(|pack| {
            let role = pack.one_of(ColumnRole::ALL, |role| role.as_str())?;
            let column = match pack.option(Self::owned)? {
                Some(name) => Column::Name(name),
                None => {
                    let number = usize::try_from(pack.number()?);
                    Column::Number(number.map_err(|_| pack.damage("holds no number of a column"))?)
                }
            };
            Ok((role, column))
        })?;
        let delimiter = self.option(Self::number)?;
        let delimiter = delimiter
            .map(|delimiter| {
                let delimiter = u32::try_from(delimiter).ok().and_then(char::from_u32);
                delimiter.ok_or_else(|| self.damage("holds no delimiter"))
            })
            .transpose()?;
        let header = self.option(Self::number)?.map(|header| header != 0);
        Ok(Columns { roles, delimiter, header })
    }
}

/// More seconds than lie between any two times.
const MOST_SECONDS: i64 = i64::MAX / 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_come_back_as_they_went_in() {
        let mut full = Feed::new("näme").action(Action::AllowAll).confidence(7).tag("a").tag("b");
        full.path = "some/path".into();
        full.format = Some("csv".into());
        full.time_to_live = Some(SignedDuration::new(-5, -6));
        full.policy.scope = Some(Scope::Subdomains);
        (full.policy.admit_bogons, full.policy.warning_lists_block) = (true, true);
        full.policy.exceptions = Exceptions::Skip;
        full.columns = Some(Columns {
            roles: vec![(ColumnRole::Value, Column::Name("ioc".into())), (ColumnRole::Ignore, Column::Number(300))],
            delimiter: Some('→'),
            header: Some(false),
        });
        let feeds = [full, Feed::new("")];
        let mut pack = Pack::default();
        pack.list(feeds.iter(), Pack::feed);
        pack.time(Some(Timestamp::from_second(-7).unwrap()));
        pack.number(u64::MAX);
        let bytes = pack.finish();
        let mut unpack = Unpack::new("feeds", &bytes);
        assert_eq!(unpack.list(Unpack::feed).unwrap(), feeds);
        assert_eq!(unpack.time().unwrap(), Some(Timestamp::from_second(-7).unwrap()));
        assert_eq!(unpack.number().unwrap(), u64::MAX);
        unpack.end().unwrap();
        for len in 0..bytes.len() {
            let mut cut = Unpack::new("feeds", &bytes[..len]);
            let all = cut.list(Unpack::feed).and_then(|_| cut.time()).and_then(|_| cut.number());
            assert!(all.unwrap_err().to_string().contains("feeds"));
        }
        assert!(Unpack::new("feeds", &[0xff; 10]).number().is_err());
        assert!(Unpack::new("feeds", &[2]).number().is_ok_and(|number| number == 2));
    }
}
