//! Addresses and names that wait to be told from those that are there already, so that many are looked up at once.

use ipnet::IpNet;

use crate::indicator::{Indicator, Scope};
use crate::sieve::build::index::KnownIndicators;
use crate::sieve::flat::strings::Interner;
use crate::sieve::tables::indicators::{IndicatorsBuilder, Value};

/// How many wait. Their slots are read one right after the other, so that the time that memory takes to answer is
/// spent once for many; at 2 million names a look-up of its own costs three times as much.
const MOST: usize = 64;

/// What waits, in the order in which it was added.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Pending {
    items: Vec<Item>,
    /// The names, one after the other.
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
    /// A name, by where its text ends.
    Name(usize, Scope),
}

impl Pending {
    /// Takes an address, a prefix or a name; whether it did. Anything else is not looked up by one hash.
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

    /// How many wait.
    pub(in crate::sieve) fn len(&self) -> usize {
        self.items.len()
    }

    /// Gives the id of each indicator that waits, in their order; nothing waits any more.
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
