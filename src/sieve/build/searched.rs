//! Builds the search tables from all indicators at once.

use ipnet::IpNet;

use crate::error::{Error, Result};
use crate::indicator::{Pattern, PatternTarget};
use crate::sieve::flat::parallel;
use crate::sieve::flat::strings::Strings;
use crate::sieve::tables::indicators::{IndicatorsBuilder, Value};
use crate::sieve::tables::{domain, emails, ip, pattern, url as url_table};
use crate::value::ip as addresses;

/// A URL indicator to be put into the tables.
#[derive(Clone, Copy, Debug)]
pub(in crate::sieve) struct UrlRow {
    pub(in crate::sieve) id: u32,
    pub(in crate::sieve) host: url_table::Host,
    /// The start of the path in the text.
    pub(in crate::sieve) path: u32,
}

impl UrlRow {
    /// Returns true if the URL has only a host.
    pub(in crate::sieve) fn is_host_only(&self, strings: &Strings, indicators: &IndicatorsBuilder) -> bool {
        match indicators.value(self.id) {
            Value::Url(text) => strings.bytes(text).get(self.path as usize..) == Some(b"/"),
            _ => false,
        }
    }
}

/// The search tables, each built on its own.
pub(super) struct Searched {
    pub(super) v4: ip::Table<u32>,
    pub(super) v6: ip::Table<u128>,
    pub(super) domains: domain::Table,
    pub(super) urls: url_table::Table,
    pub(super) names: Option<pattern::Table>,
    pub(super) paths: Option<pattern::Table>,
    pub(super) emails: emails::Table,
}

impl Searched {
    pub(super) fn new(strings: &Strings, indicators: &IndicatorsBuilder, rows: &[UrlRow]) -> Result<Self> {
        let mut v4 = ip::Builder::<u32>::default();
        let mut v6 = ip::Builder::<u128>::default();
        let mut domains = domain::Builder::default();
        let mut urls = url_table::Builder::default();
        let mut names = pattern::Builder::default();
        let mut paths = pattern::Builder::default();
        let mut addresses = Vec::new();
        let hosts = rows.iter();
        let mut rows = rows.iter();
        for id in 0..indicators.len() as u32 {
            let mut add_net = |net: IpNet| match net {
                IpNet::V4(net) => v4.add(net.network().to_bits(), net.prefix_len(), id),
                IpNet::V6(net) => v6.add(net.network().to_bits(), net.prefix_len(), id),
            };
            match indicators.value(id) {
                Value::Net(net) => add_net(net),
                Value::Range(first, last) => addresses::range_prefixes(first, last).into_iter().for_each(add_net),
                Value::Domain(name) => domains.add(name, id),
                Value::Url(text) => {
                    let row = rows.next().filter(|row| row.id == id);
                    let row = row.ok_or_else(|| Error::internal("a URL indicator has no row"))?;
                    urls.add(row.host, text, row.path, id);
                }
                Value::Pattern(text, target) => {
                    let pattern = Pattern::new(target, strings.get(text));
                    let pattern = pattern.map_err(|_| Error::internal("a pattern that was taken is none"))?;
                    match target {
                        PatternTarget::Name => names.add(text, &pattern, id),
                        PatternTarget::UrlPath => paths.add(text, &pattern, id),
                    }
                }
                Value::Email(text) => addresses.push((text, id)),
                // The table of hashes was built before they got their ids.
                Value::Hash(_) => {}
            }
        }
        let addr_hosts = hosts.filter(|row| matches!(row.host, url_table::Host::Addr(_))).count();
        if [v4.len(), v6.len(), addr_hosts].into_iter().any(|count| count > ip::MAX_PREFIXES) {
            return Err(Error::capacity("prefixes", ip::MAX_PREFIXES as u64));
        }
        let count = indicators.len() as u32;
        let url_hosts = urls.names();
        (count..).zip(&url_hosts).for_each(|(item, &name)| domains.add(name, item));
        let is_plain = |id: u32| indicators.flags(id).is_plain_block();
        let plain_scope = |id: u32| if id < count { indicators.plain_scope(id) } else { None };
        let (domains, (urls, ((v4, v6), (names, paths)))) = parallel::join(
            || domains.finish_with(strings, plain_scope),
            || {
                parallel::join(
                    || urls.finish(strings, &url_hosts),
                    || {
                        parallel::join(
                            || parallel::join(|| v4.finish_with(is_plain), || v6.finish_with(is_plain)),
                            || parallel::join(|| names.finish(), || paths.finish()),
                        )
                    },
                )
            },
        );
        let emails = emails::Table::new(strings, &addresses);
        Ok(Self { v4, v6, domains, urls, names: names?, paths: paths?, emails })
    }
}
