//! Addresses and names whose lookup among the known indicators is pending, so that many are looked up together.

use ipnet::IpNet;

use crate::indicator::{Indicator, Scope};
use crate::sieve::build::index::KnownIndicators;
use crate::sieve::flat::strings::Interner;
use crate::sieve::tables::indicators::{IndicatorsBuilder, Value};

/// The number of pending indicators. Their slots are read in one go, so that the cache misses overlap; with 2 million
/// names, separate lookups cost three times as much.
const MOST: usize = 64;

/// The pending indicators, in the order of addition.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Pending {
    items: Vec<Item>,
    /// The names, concatenated.
    text: String,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    hash: u64,
    port: Option<u16>,
    value: Waiting,
}

#[derive(Clone, Copy, Debug)]
enum Waiting {
    Net(IpNet),
    /// A name: the end of its text, and its scope.
    Name(usize, Scope),
}

impl Pending {
    /// Takes an address, a prefix or a name, and returns true. Other indicators cannot be looked up by one hash;
    /// returns false for them.
    #[inline]
    pub(in crate::sieve) fn take(
        &mut self,
        indicator: &Indicator,
        strings: &Interner,
        index: &KnownIndicators,
    ) -> bool {
        let item = match indicator {
            Indicator::Ip { net, port } => {
                Item { hash: index.net_hash(*net, *port), port: *port, value: Waiting::Net(*net) }
            }
            Indicator::Domain { name, scope, port } => {
                self.text.push_str(name.as_str());
                let value = Waiting::Name(self.text.len(), *scope);
                Item { hash: strings.hash(name.as_str()), port: *port, value }
            }
            _ => return false,
        };
        self.items.push(item);
        true
    }

    pub(in crate::sieve) fn is_full(&self) -> bool {
        self.items.len() >= MOST
    }

    /// The number of pending indicators.
    pub(in crate::sieve) fn len(&self) -> usize {
        self.items.len()
    }

    /// Calls `each` with the id of every pending indicator, in order, and clears the list.
    pub(in crate::sieve) fn settle(
        &mut self,
        strings: &mut Interner,
        index: &mut KnownIndicators,
        indicators: &mut IndicatorsBuilder,
        mut each: impl FnMut(u32),
    ) {
        let is_name = |item: &&Item| matches!(item.value, Waiting::Name(..));
        strings.warm(self.items.iter().filter(is_name).map(|item| item.hash));
        index.warm(self.items.iter().filter(|item| !is_name(item)).map(|item| item.hash));
        let mut start = 0;
        for item in self.items.drain(..) {
            let next = indicators.len() as u32;
            let (id, value, scope) = match item.value {
                Waiting::Net(net) => (index.net(indicators, item.hash, net, item.port), Value::Net(net), None),
                Waiting::Name(end, scope) => {
                    let name = strings.intern_hashed(item.hash, &self.text[start..end]);
                    start = end;
                    (index.domain(indicators, name, scope, item.port), Value::Domain(name), Some(scope))
                }
            };
            if id == next {
                indicators.push(value, scope, item.port);
            }
            each(id);
        }
        self.text.clear();
    }
}
