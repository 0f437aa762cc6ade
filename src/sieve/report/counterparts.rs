//! Finds the same indicator in two sieves, and turns entries back into records.

use crate::indicator::{Indicator, Record};
use crate::sieve::flat::hash;
use crate::sieve::matching::view::{IndicatorRef, Source};
use crate::sieve::tables::indicators::Value;
use crate::value::url;

/// Turns an entry back into the record that the feed's reader gave.
pub(in crate::sieve) fn record<'s>(indicator: Indicator, source: &Source<'s>) -> Record<'s> {
    let mut record = Record::new(indicator, source.line().unwrap_or(0), source.as_listed());
    record.action = Some(source.action());
    let attributes = &mut record.attributes;
    attributes.tags = source.tags().map(Into::into).collect();
    attributes.family = source.family().map(Into::into);
    attributes.confidence = source.confidence();
    attributes.score = source.score();
    attributes.id = source.object_id().map(Into::into);
    attributes.first_seen = source.first_seen();
    attributes.last_seen = source.last_seen();
    attributes.valid_from = source.valid_from();
    attributes.valid_until = source.valid_until();
    attributes.reference = source.reference().map(Into::into);
    attributes.description = source.description().map(Into::into);
    record
}

/// Finds the indicator of a sieve that equals one of another.
pub(in crate::sieve) struct Counterparts<'t> {
    /// The indicators with the hashes of their keys, sorted by hash and id.
    rows: Vec<(u64, IndicatorRef<'t>)>,
}

impl<'t> Counterparts<'t> {
    /// Searches among these indicators.
    pub(in crate::sieve) fn new(among: impl Iterator<Item = IndicatorRef<'t>>) -> Self {
        let mut key = Vec::new();
        let mut row = |indicator| {
            write_key(indicator, &mut key);
            (hash::of(&key), indicator)
        };
        let mut rows: Vec<_> = among.map(&mut row).collect();
        rows.sort_unstable_by_key(|(hash, indicator)| (*hash, indicator.id()));
        Self { rows }
    }

    pub(in crate::sieve) fn find(&self, indicator: IndicatorRef<'_>) -> Option<IndicatorRef<'t>> {
        let (mut key, mut other) = (Vec::new(), Vec::new());
        write_key(indicator, &mut key);
        let hash = hash::of(&key);
        let from = self.rows.partition_point(|&(row, _)| row < hash);
        let same = self.rows[from..].iter().take_while(|&&(row, _)| row == hash);
        same.map(|&(_, known)| known).find(|&known| {
            write_key(known, &mut other);
            other == key
        })
    }
}

/// Finds the indicator that equals another among a few.
pub(in crate::sieve) fn find_among<'t>(
    indicator: IndicatorRef<'_>,
    mut few: impl Iterator<Item = IndicatorRef<'t>>,
) -> Option<IndicatorRef<'t>> {
    let (mut key, mut other) = (Vec::new(), Vec::new());
    write_key(indicator, &mut key);
    few.find(|&known| {
        write_key(known, &mut other);
        other == key
    })
}

/// Writes the identity of an indicator: kind, scope, port and value; for a URL, the scheme group instead of the scheme.
fn write_key(indicator: IndicatorRef<'_>, key: &mut Vec<u8>) {
    let (tables, id) = indicator.place();
    let indicators = &tables.indicators;
    key.clear();
    let scope = indicators.scope(id).map_or(0, |scope| scope as u8 + 1);
    let port = indicators.port(id);
    key.extend_from_slice(&[scope, port.is_some().into()]);
    key.extend_from_slice(&port.unwrap_or(0).to_le_bytes());
    let mut add_addr = |addr: std::net::IpAddr| match addr {
        std::net::IpAddr::V4(addr) => key.extend_from_slice(&addr.octets()),
        std::net::IpAddr::V6(addr) => key.extend_from_slice(&addr.octets()),
    };
    match indicators.value(id) {
        Value::Net(net) => {
            add_addr(net.network());
            key.extend_from_slice(&[b'n', net.prefix_len()]);
        }
        Value::Range(first, last) => {
            add_addr(first);
            add_addr(last);
            key.push(b'r');
        }
        Value::Domain(name) => {
            key.extend_from_slice(tables.strings.bytes(name));
            key.push(b'd');
        }
        Value::Url(text) => {
            let text = tables.strings.get(text);
            let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
            key.extend_from_slice(url::scheme_group(scheme).as_bytes());
            key.push(b':');
            key.extend_from_slice(rest.as_bytes());
            key.push(b'u');
        }
        Value::Pattern(text, target) => {
            key.extend_from_slice(tables.strings.bytes(text));
            key.extend_from_slice(&[b'p', target as u8]);
        }
        Value::Hash(row) => {
            key.extend(tables.digests.get(row).iter().flat_map(|digest| digest.as_bytes()));
            key.push(b'h');
        }
        Value::Email(text) => {
            key.extend_from_slice(tables.strings.bytes(text));
            key.push(b'e');
        }
    }
}
