//! The indicators: their kinds and values, and the flags that lookups need.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::arch::cpu::prefetch;
use crate::error::Result;
use crate::indicator::{Action, Kind, PatternTarget, Scope};
use crate::sieve::flat::column::Column;
use crate::sieve::flat::strings::StrId;
use crate::wire::{Reader, Words, Writer};

/// The value of an indicator; texts are string ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sieve) enum Value {
    Net(IpNet),
    Range(IpAddr, IpAddr),
    Domain(StrId),
    Url(StrId),
    Pattern(StrId, PatternTarget),
    /// A row of the [digests](crate::sieve::tables::digests).
    Hash(u32),
    Email(StrId),
}

impl Value {
    pub(in crate::sieve) fn kind(self) -> Kind {
        match self {
            Value::Net(_) | Value::Range(..) => Kind::Ip,
            Value::Domain(_) => Kind::Domain,
            Value::Url(_) => Kind::Url,
            Value::Pattern(..) => Kind::Pattern,
            Value::Hash(_) => Kind::Hash,
            Value::Email(_) => Kind::Email,
        }
    }
}

/// The properties of an indicator that a lookup needs before it reads an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sieve) struct Flags(u8);

impl Flags {
    const HAS_PORT: u8 = 1 << 3;
    const ALL: u8 = 0x0f;

    const fn bit(action: Action) -> u8 {
        match action {
            Action::Block => 1,
            Action::Allow => 1 << 1,
            Action::AllowAll => 1 << 2,
        }
    }

    /// Returns true if an entry has this action.
    #[inline]
    pub(in crate::sieve) const fn has(self, action: Action) -> bool {
        self.0 & Self::bit(action) != 0
    }

    /// Returns true if every entry blocks, whatever the port. In this common case, no entry has to be read.
    #[inline]
    pub(in crate::sieve) const fn is_plain_block(self) -> bool {
        self.0 == Self::bit(Action::Block)
    }

    #[inline]
    pub(in crate::sieve) const fn has_port(self) -> bool {
        self.0 & Self::HAS_PORT != 0
    }

    pub(in crate::sieve) const fn with(self, action: Action) -> Self {
        Self(self.0 | Self::bit(action))
    }

    /// The actions alone.
    pub(in crate::sieve) const fn actions(self) -> Self {
        Self(self.0 & !Self::HAS_PORT)
    }
}

/// The kind of an indicator, in four bits. These numbers are part of the file format and never change.
mod shape {
    /// The value is an IPv4 address.
    pub(in crate::sieve) const HOST4: u8 = 0;
    /// The value is a row of `v4`; for the range that follows, the first of two.
    pub(in crate::sieve) const NET4: u8 = 1;
    pub(in crate::sieve) const RANGE4: u8 = 2;
    /// The value is a row of `v6`; for the range that follows, the first of two.
    pub(in crate::sieve) const NET6: u8 = 3;
    pub(in crate::sieve) const RANGE6: u8 = 4;
    /// The value is a string.
    pub(in crate::sieve) const NAME_PATTERN: u8 = 5;
    pub(in crate::sieve) const PATH_PATTERN: u8 = 6;
    /// The first of three, by scope.
    pub(in crate::sieve) const DOMAIN: u8 = 7;
    pub(in crate::sieve) const URL: u8 = 10;
    /// The value is a row of `digests`.
    pub(in crate::sieve) const HASH: u8 = 13;
    /// The value is a string.
    pub(in crate::sieve) const EMAIL: u8 = 14;
    /// One more than the last shape.
    pub(in crate::sieve) const END: u8 = 15;
}

const fn scope_number(scope: Scope) -> u8 {
    match scope {
        Scope::Exact => 0,
        Scope::Subdomains => 1,
        Scope::Suffix => 2,
    }
}

#[inline]
const fn scope_of(shape: u8) -> Option<Scope> {
    match shape {
        shape::DOMAIN | shape::URL => Some(Scope::Exact),
        8 | 11 => Some(Scope::Subdomains),
        9 | 12 => Some(Scope::Suffix),
        _ => None,
    }
}

/// Decodes a value by its shape. `v4` and `v6` return rows of the tables of prefixes.
#[inline]
fn decode(shape: u8, value: u32, v4: impl Fn(u32) -> (u32, u8), v6: impl Fn(u32) -> (u128, u8)) -> Value {
    let addr4 = |row| IpAddr::V4(Ipv4Addr::from_bits(v4(row).0));
    let addr6 = |row| IpAddr::V6(Ipv6Addr::from_bits(v6(row).0));
    match shape {
        shape::HOST4 => Value::Net(IpNet::V4(Ipv4Net::from(Ipv4Addr::from_bits(value)))),
        shape::NET4 => {
            let (addr, len) = v4(value);
            let addr = Ipv4Addr::from_bits(addr);
            Value::Net(IpNet::V4(Ipv4Net::new(addr, len).expect("a length that a table holds was checked")))
        }
        shape::RANGE4 => Value::Range(addr4(value), addr4(value.wrapping_add(1))),
        shape::NET6 => {
            let (addr, len) = v6(value);
            let addr = Ipv6Addr::from_bits(addr);
            Value::Net(IpNet::V6(Ipv6Net::new(addr, len).expect("a length that a table holds was checked")))
        }
        shape::RANGE6 => Value::Range(addr6(value), addr6(value.wrapping_add(1))),
        shape::NAME_PATTERN => Value::Pattern(StrId(value), PatternTarget::Name),
        shape::PATH_PATTERN => Value::Pattern(StrId(value), PatternTarget::UrlPath),
        shape::DOMAIN..shape::URL => Value::Domain(StrId(value)),
        shape::HASH => Value::Hash(value),
        shape::EMAIL => Value::Email(StrId(value)),
        _ => Value::Url(StrId(value)),
    }
}

/// The build form. The id is the row.
#[derive(Debug, Default)]
pub(in crate::sieve) struct IndicatorsBuilder {
    shapes: Vec<u8>,
    values: Vec<u32>,
    ports: Vec<u16>,
    v4: Vec<(u32, u8)>,
    v6: Vec<(u128, u8)>,
}

impl IndicatorsBuilder {
    pub(in crate::sieve) fn len(&self) -> usize {
        self.shapes.len()
    }

    pub(in crate::sieve) fn push(&mut self, value: Value, scope: Option<Scope>, port: Option<u16>) {
        let scope = scope_number(scope.unwrap_or(Scope::Exact));
        let (shape, value) = match value {
            Value::Net(IpNet::V4(net)) if net.prefix_len() == 32 => (shape::HOST4, net.addr().to_bits()),
            Value::Net(IpNet::V4(net)) => (shape::NET4, self.push_v4(net.network(), net.prefix_len())),
            Value::Net(IpNet::V6(net)) => (shape::NET6, self.push_v6(net.network(), net.prefix_len())),
            Value::Range(IpAddr::V4(first), IpAddr::V4(last)) => {
                let row = self.push_v4(first, 32);
                self.push_v4(last, 32);
                (shape::RANGE4, row)
            }
            Value::Range(first, last) => {
                let bits = |addr| match addr {
                    IpAddr::V4(addr) => Ipv4Addr::to_ipv6_mapped(&addr),
                    IpAddr::V6(addr) => addr,
                };
                let row = self.push_v6(bits(first), 128);
                self.push_v6(bits(last), 128);
                (shape::RANGE6, row)
            }
            Value::Domain(name) => (shape::DOMAIN + scope, name.0),
            Value::Url(text) => (shape::URL + scope, text.0),
            Value::Pattern(text, PatternTarget::Name) => (shape::NAME_PATTERN, text.0),
            Value::Pattern(text, PatternTarget::UrlPath) => (shape::PATH_PATTERN, text.0),
            Value::Hash(row) => (shape::HASH, row),
            Value::Email(text) => (shape::EMAIL, text.0),
        };
        self.shapes.push(shape << 4 | if port.is_some() { Flags::HAS_PORT } else { 0 });
        self.values.push(value);
        self.ports.push(port.unwrap_or(0));
    }

    fn push_v4(&mut self, addr: Ipv4Addr, len: u8) -> u32 {
        self.v4.push((addr.to_bits(), len));
        self.v4.len() as u32 - 1
    }

    fn push_v6(&mut self, addr: Ipv6Addr, len: u8) -> u32 {
        self.v6.push((addr.to_bits(), len));
        self.v6.len() as u32 - 1
    }

    pub(in crate::sieve) fn note_action(&mut self, id: u32, action: Action) {
        self.shapes[id as usize] |= Flags::bit(action);
    }

    pub(in crate::sieve) fn value(&self, id: u32) -> Value {
        let at = id as usize;
        decode(self.shapes[at] >> 4, self.values[at], |row| self.v4[row as usize], |row| self.v6[row as usize])
    }

    pub(in crate::sieve) fn scope(&self, id: u32) -> Option<Scope> {
        scope_of(self.shapes[id as usize] >> 4)
    }

    pub(in crate::sieve) fn port(&self, id: u32) -> Option<u16> {
        self.flags(id).has_port().then(|| self.ports[id as usize])
    }

    pub(in crate::sieve) fn flags(&self, id: u32) -> Flags {
        Flags(self.shapes[id as usize] & Flags::ALL)
    }

    /// The scope of a domain that blocks unconditionally: whatever the port, by every entry.
    pub(in crate::sieve) fn plain_scope(&self, id: u32) -> Option<Scope> {
        self.scope(id).filter(|_| self.flags(id).is_plain_block())
    }

    /// The search form.
    pub(in crate::sieve) fn finish(self) -> Indicators {
        Indicators {
            shapes: Words::from_bytes(self.shapes.into()),
            values: self.values.as_slice().into(),
            ports: Column::new(self.ports.iter().copied().map(u32::from)),
            v4: self.v4.iter().map(|&(addr, _)| addr).collect(),
            v4_lens: self.v4.iter().map(|&(_, len)| len).collect(),
            v6: self.v6.iter().map(|&(addr, _)| addr).collect(),
            v6_lens: self.v6.iter().map(|&(_, len)| len).collect(),
        }
    }
}

/// The search form: a column per field. The id is the row.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Indicators {
    /// The shape in the upper four bits, the [`Flags`] in the lower ones.
    shapes: Words<u8>,
    /// The meaning depends on the shape.
    values: Words<u32>,
    /// Zero if there is no port.
    ports: Column,
    v4: Words<u32>,
    v4_lens: Words<u8>,
    v6: Words<u128>,
    v6_lens: Words<u8>,
}

impl Indicators {
    pub(in crate::sieve) fn len(&self) -> usize {
        self.shapes.len()
    }

    #[inline]
    pub(in crate::sieve) fn value(&self, id: u32) -> Value {
        let at = id as usize;
        decode(
            self.shapes.at(at) >> 4,
            self.values.at(at),
            |row| (self.v4.at(row as usize), self.v4_lens.at(row as usize)),
            |row| (self.v6.at(row as usize), self.v6_lens.at(row as usize)),
        )
    }

    /// Returns true if the indicator is a range of addresses, without reading its ends.
    #[inline]
    pub(in crate::sieve) fn is_range(&self, id: u32) -> bool {
        matches!(self.shapes.at(id as usize) >> 4, shape::RANGE4 | shape::RANGE6)
    }

    #[inline]
    pub(in crate::sieve) fn scope(&self, id: u32) -> Option<Scope> {
        scope_of(self.shapes.at(id as usize) >> 4)
    }

    #[inline]
    pub(in crate::sieve) fn port(&self, id: u32) -> Option<u16> {
        self.flags(id).has_port().then(|| self.ports.get(id as usize) as u16)
    }

    #[inline]
    pub(in crate::sieve) fn flags(&self, id: u32) -> Flags {
        Flags(self.shapes.at(id as usize) & Flags::ALL)
    }

    /// Prefetches the [flags](Indicators::flags).
    #[inline(always)]
    pub(in crate::sieve) fn prefetch_flags(&self, id: u32) {
        prefetch(self.shapes.bytes(), id as usize);
    }

    /// The scope of a domain that blocks unconditionally: whatever the port, by every entry.
    pub(in crate::sieve) fn plain_scope(&self, id: u32) -> Option<Scope> {
        self.scope(id).filter(|_| self.flags(id).is_plain_block())
    }

    /// Returns true if all indicators have exactly these actions.
    pub(in crate::sieve) fn all_have(&self, actions: Flags) -> bool {
        self.shapes.bytes().iter().fold(true, |all, &bits| all & (Flags(bits & Flags::ALL).actions() == actions))
    }

    /// The number of mail addresses.
    pub(in crate::sieve) fn emails(&self) -> usize {
        self.of_shape(shape::EMAIL)
    }

    /// The number of hashes.
    pub(in crate::sieve) fn hashes(&self) -> usize {
        self.of_shape(shape::HASH)
    }

    fn of_shape(&self, shape: u8) -> usize {
        // At most as many at once as a byte can count, because the compiler sums bytes in parallel.
        let count = |part: &[u8]| part.iter().map(|&bits| u8::from(bits >> 4 == shape)).sum::<u8>();
        self.shapes.bytes().chunks(128).map(|part| usize::from(count(part))).sum()
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.shapes.memory()
            + self.values.memory()
            + self.ports.memory()
            + self.v4.memory()
            + self.v4_lens.memory()
            + self.v6.memory()
            + self.v6_lens.memory()
    }

    pub(in crate::sieve) fn save(&self, writer: &mut Writer) {
        writer.words("shapes", &self.shapes);
        writer.words("values", &self.values);
        self.ports.save(writer, "ports");
        writer.words("v4", &self.v4);
        writer.words("v4_lens", &self.v4_lens);
        writer.words("v6", &self.v6);
        writer.words("v6_lens", &self.v6_lens);
    }

    pub(in crate::sieve) fn open(reader: &mut Reader, strings: usize) -> Result<Self> {
        let shapes = reader.words::<u8>("shapes")?;
        let indicators = Self {
            values: reader.words("values")?,
            ports: Column::open(reader, "ports", shapes.len(), 1 << 16)?,
            v4: reader.words("v4")?,
            v4_lens: reader.words("v4_lens")?,
            v6: reader.words("v6")?,
            v6_lens: reader.words("v6_lens")?,
            shapes,
        };
        let len = indicators.len();
        reader.ensure(len < u32::MAX as usize, "shapes", "are more than ids can count")?;
        reader.ensure(indicators.values.len() == len, "values", "do not fit the shapes")?;
        reader.ensure(indicators.v4_lens.len() == indicators.v4.len(), "v4_lens", "do not fit the addresses")?;
        reader.ensure(indicators.v6_lens.len() == indicators.v6.len(), "v6_lens", "do not fit the addresses")?;
        if !indicators.is_sound(strings) {
            // Something is wrong; this finds the fault if it is in an indicator.
            for (bits, value) in indicators.shapes.iter().zip(indicators.values.iter()) {
                indicators.check(reader, bits, value, strings)?;
            }
        }
        Ok(indicators)
    }

    /// Returns true if all indicators pass [`check`](Self::check), at a few steps each. False is not certain.
    fn is_sound(&self, strings: usize) -> bool {
        // The limit of the value, by shape.
        let limits: [u64; 16] = std::array::from_fn(|shape| match shape as u8 {
            shape::HOST4 | shape::HASH => 1 << 32,
            shape::NET4 => self.v4.len() as u64,
            shape::RANGE4 => self.v4.len().saturating_sub(1) as u64,
            shape::NET6 => self.v6.len() as u64,
            shape::RANGE6 => self.v6.len().saturating_sub(1) as u64,
            shape::END.. => 0,
            _ => strings as u64,
        });
        let is_sound = |bits: u8, value: u32| {
            (bits & Flags::ALL & !Flags::HAS_PORT != 0) & (u64::from(value) < limits[usize::from(bits >> 4)])
        };
        let rows = self.shapes.bytes().iter().zip(self.values.iter());
        let is_net4 = |(addr, len)| {
            let addr = Ipv4Addr::from_bits(addr);
            Ipv4Net::new(addr, len).is_ok_and(|net| net.network() == addr)
        };
        let is_net6 = |(addr, len)| {
            let addr = Ipv6Addr::from_bits(addr);
            Ipv6Net::new(addr, len).is_ok_and(|net| net.network() == addr)
        };
        rows.fold(true, |all, (&bits, value)| all & is_sound(bits, value))
            && self.v4.iter().zip(self.v4_lens.iter()).all(is_net4)
            && self.v6.iter().zip(self.v6_lens.iter()).all(is_net6)
    }

    /// Checks that a value is valid for its shape.
    #[inline]
    fn check(&self, reader: &Reader, bits: u8, value: u32, strings: usize) -> Result<()> {
        let at = value as usize;
        let is_within = |rows: usize, of: usize| at.checked_add(rows).is_some_and(|end| end <= of);
        let shape = bits >> 4;
        let holds = match shape {
            shape::HOST4 => true,
            shape::NET4 => {
                is_within(1, self.v4.len()) && {
                    let (addr, len) = (Ipv4Addr::from_bits(self.v4.at(at)), self.v4_lens.at(at));
                    Ipv4Net::new(addr, len).is_ok_and(|net| net.network() == addr)
                }
            }
            shape::RANGE4 => is_within(2, self.v4.len()),
            shape::NET6 => {
                is_within(1, self.v6.len()) && {
                    let (addr, len) = (Ipv6Addr::from_bits(self.v6.at(at)), self.v6_lens.at(at));
                    Ipv6Net::new(addr, len).is_ok_and(|net| net.network() == addr)
                }
            }
            shape::RANGE6 => is_within(2, self.v6.len()),
            // Checked with the table of digests.
            shape::HASH => true,
            _ => is_within(1, strings),
        };
        if shape >= shape::END {
            return Err(reader.damage("shapes", "name an unknown kind of indicator"));
        }
        if bits & Flags::ALL & !Flags::HAS_PORT == 0 {
            return Err(reader.damage("shapes", "ask for nothing"));
        }
        reader.ensure(holds, "values", "are not what the shapes say")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_comes_back() {
        let net = |text: &str| Value::Net(text.parse().unwrap());
        let range = |first: &str, last: &str| Value::Range(first.parse().unwrap(), last.parse().unwrap());
        let mut cases = vec![
            (net("192.0.2.7/32"), None, None),
            (net("192.0.2.0/24"), None, Some(80)),
            (net("0.0.0.0/0"), None, None),
            (net("2001:db8::1/128"), None, Some(65_535)),
            (net("2001:db8::/32"), None, None),
            (range("192.0.2.1", "192.0.2.9"), None, Some(1)),
            (range("2001:db8::1", "2001:db8::9"), None, None),
            (Value::Pattern(StrId(0), PatternTarget::Name), None, None),
            (Value::Pattern(StrId(1), PatternTarget::UrlPath), None, None),
        ];
        for scope in [Scope::Exact, Scope::Subdomains, Scope::Suffix] {
            cases.push((Value::Domain(StrId(2)), Some(scope), Some(443)));
            cases.push((Value::Url(StrId(3)), Some(scope), None));
        }
        let mut builder = IndicatorsBuilder::default();
        for (id, &(value, scope, port)) in cases.iter().enumerate() {
            builder.push(value, scope, port);
            assert_eq!(builder.value(id as u32), value);
            builder.note_action(id as u32, [Action::Block, Action::Allow, Action::AllowAll][id % 3]);
        }
        let built = builder.finish();
        let mut writer = Writer::default();
        built.save(&mut writer);
        let open = |strings| Indicators::open(&mut Reader::new(writer.sections().to_vec()), strings);
        for indicators in [&built, &open(4).unwrap()] {
            for (id, &(value, scope, port)) in cases.iter().enumerate() {
                let id = id as u32;
                assert_eq!((indicators.value(id), indicators.scope(id), indicators.port(id)), (value, scope, port));
                assert_eq!(indicators.is_range(id), matches!(value, Value::Range(..)));
                assert_eq!(indicators.flags(id).is_plain_block(), id.is_multiple_of(3) && port.is_none());
            }
        }
        assert!(open(3).is_err());
    }

    /// Each value below the limit of its kind is accepted, and no other; so it is for flags and prefixes.
    #[test]
    fn values_are_held_to_the_limits_of_their_shapes() {
        let mut builder = IndicatorsBuilder::default();
        let net = |text: &str| Value::Net(text.parse().unwrap());
        let range = |first: &str, last: &str| Value::Range(first.parse().unwrap(), last.parse().unwrap());
        // Five rows of IPv4 prefixes, and four of IPv6; the limit of each kind comes with it.
        let cases = [
            (net("192.0.2.7/32"), u64::MAX),
            (net("192.0.2.0/24"), 5),
            (range("192.0.2.1", "192.0.2.9"), 4),
            (range("192.0.2.3", "192.0.2.4"), 4),
            (net("2001:db8::/32"), 4),
            (net("2001:db8::/33"), 4),
            (range("2001:db8::1", "2001:db8::9"), 3),
            (Value::Pattern(StrId(0), PatternTarget::Name), 7),
            (Value::Domain(StrId(2)), 7),
            (Value::Url(StrId(6)), 7),
            (Value::Email(StrId(6)), 7),
            (Value::Hash(0), u64::MAX),
        ];
        for (id, &(value, _)) in cases.iter().enumerate() {
            let scope = matches!(value, Value::Domain(_) | Value::Url(_)).then_some(Scope::Exact);
            builder.push(value, scope, None);
            builder.note_action(id as u32, Action::Block);
        }
        let built = builder.finish();
        let mut writer = Writer::default();
        built.save(&mut writer);
        let open = |name: &str, bytes: Vec<u8>| {
            let mut sections = writer.sections().to_vec();
            sections.iter_mut().find(|(other, _)| other == name).unwrap().1 = bytes.into();
            Indicators::open(&mut Reader::new(sections), 7).map(drop).map_err(|error| error.to_string())
        };
        for (row, (_, limit)) in cases.into_iter().enumerate() {
            for value in (0..9).chain([u32::MAX - 1, u32::MAX]) {
                let mut values = built.values.bytes().to_vec();
                values[4 * row..][..4].copy_from_slice(&value.to_le_bytes());
                let result = open("values", values);
                assert_eq!(result.is_ok(), u64::from(value) < limit, "row {row}, value {value}: {result:?}");
            }
            let shapes = |bits: u8| {
                let mut shapes = built.shapes.bytes().to_vec();
                shapes[row] = shapes[row] & 0xF0 | bits;
                open("shapes", shapes)
            };
            for bits in 0..16 {
                let result = shapes(bits);
                assert_eq!(result.is_ok(), bits & 7 != 0, "row {row}, bits {bits}: {result:?}");
                assert!(result.is_ok() || result.unwrap_err().contains("ask for nothing"));
            }
            let unknown = shapes(0xF0 | 1).unwrap_err();
            assert!(unknown.contains("unknown kind"), "{unknown}");
        }
        // A prefix has no bits beyond its length, which the family limits.
        let lens = |name: &str, lens: &Words<u8>, row: usize, len: u8| {
            let mut lens = lens.bytes().to_vec();
            lens[row] = len;
            open(name, lens).is_ok()
        };
        assert!([24, 32, 23].into_iter().all(|len| lens("v4_lens", &built.v4_lens, 0, len)));
        assert!(![0, 22, 33, 255].into_iter().any(|len| lens("v4_lens", &built.v4_lens, 0, len)));
        assert!([32, 33, 128, 29].into_iter().all(|len| lens("v6_lens", &built.v6_lens, 0, len)));
        assert!(![0, 28, 129, 255].into_iter().any(|len| lens("v6_lens", &built.v6_lens, 0, len)));
    }
}
