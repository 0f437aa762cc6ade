use super::Table;
use super::table::{hash_path, key};
use std::net::IpAddr;

use crate::sieve::csr::{Lists, ListsBuilder};
use crate::sieve::strings::{StrId, Strings};
use crate::sieve::{domain, ip};

/// The host of a URL indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Name(StrId),
    Addr(IpAddr),
}

/// One URL indicator.
#[derive(Clone, Copy, Debug)]
struct Row {
    host: Host,
    text: StrId,
    /// Where the path starts in the text.
    path: u32,
    id: u32,
}

/// The build form.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    rows: Vec<Row>,
}

impl Builder {
    /// Adds the URL indicator `id`, whose canonical text has its path at `path`.
    pub(crate) fn add(&mut self, host: Host, text: StrId, path: u32, id: u32) {
        self.rows.push(Row { host, text, path, id });
    }

    /// The search form.
    pub(crate) fn finish(self, strings: &Strings) -> Table {
        let is_host_only = |row: &Row| &strings.get(row.text)[row.path as usize..] == "/";
        let mut hosts = domain::Builder::default();
        let mut addrs: Vec<IpAddr> = Vec::new();
        for row in &self.rows {
            match row.host {
                Host::Name(name) => hosts.add(name, row.id),
                Host::Addr(addr) => addrs.push(addr),
            }
        }
        let hosts = hosts.finish(strings);
        // Addresses get the rows after the names.
        let names = hosts.rows().len();
        addrs.sort_unstable();
        addrs.dedup();
        let (mut v4, mut v6) = (ip::Builder::<u32>::default(), ip::Builder::<u128>::default());
        for (at, addr) in addrs.iter().enumerate() {
            let row = (names + at) as u32;
            match addr {
                IpAddr::V4(addr) => v4.add(addr.to_bits(), 32, row),
                IpAddr::V6(addr) => v6.add(addr.to_bits(), 128, row),
            }
        }
        let host_row = |row: &Row| match row.host {
            Host::Name(name) => hosts.exact(strings, strings.get(name)).unwrap_or(u32::MAX),
            Host::Addr(addr) => addrs.binary_search(&addr).map_or(u32::MAX, |at| (names + at) as u32),
        };
        let mut host_only = Vec::new();
        let mut with_path = Vec::new();
        let mut paths: Vec<(u32, &Row)> = Vec::new();
        for row in &self.rows {
            let host = host_row(row);
            if is_host_only(row) {
                host_only.push((host, row.id));
            } else {
                with_path.push((host, row.id));
                paths.push((host, row));
            }
        }
        let count = names + addrs.len();
        // Equal paths on one host stand side by side, whatever their scheme and port.
        paths.sort_by(|(host_a, a), (host_b, b)| {
            let text = |row: &Row| &strings.get(row.text)[row.path as usize..];
            host_a.cmp(host_b).then_with(|| text(a).cmp(text(b))).then(a.id.cmp(&b.id))
        });
        let mut table = Table {
            host_only: Lists::from_pairs(count, &host_only),
            with_path: Lists::from_pairs(count, &with_path),
            hosts,
            v4: v4.finish(),
            v6: v6.finish(),
            ..Table::default()
        };
        let mut ids = ListsBuilder::default();
        let mut last: Option<(u32, &str)> = None;
        for (host, row) in paths {
            let path = &strings.get(row.text)[row.path as usize..];
            if last != Some((host, path)) {
                last = Some((host, path));
                ids.start();
                table.path_rows.push((host, row.text, row.path));
            }
            ids.push(row.id);
        }
        table.ids = ids.finish();
        if table.path_rows.is_empty() {
            return table;
        }
        table.slots = vec![u32::MAX; (table.path_rows.len() * 2).next_power_of_two().max(8)];
        let mask = table.slots.len() - 1;
        for (number, &(host, text, path)) in table.path_rows.iter().enumerate() {
            let hash = key(host, hash_path(&strings.get(text)[path as usize..]));
            let mut at = hash as usize & mask;
            while table.slots[at] != u32::MAX {
                at = (at + 1) & mask;
            }
            table.slots[at] = number as u32;
        }
        table
    }
}
