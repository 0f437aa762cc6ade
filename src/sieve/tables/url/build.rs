//! The build form of the URLs: sorted by host and path at the end.

use std::net::IpAddr;

use super::Table;
use super::table::{Nets, PathRows, Shape, hash_path, hash_v4};
use crate::sieve::flat::buckets::{Buckets, Keyed};
use crate::sieve::flat::csr::Lists;
use crate::sieve::flat::hash;
use crate::sieve::flat::items::{Items, ItemsBuilder};
use crate::sieve::flat::strings::{StrId, Strings};
use crate::wire::Words;

/// The host of a URL indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Name(StrId),
    Addr(IpAddr),
}

/// One URL indicator.
#[derive(Clone, Copy, Debug)]
struct UrlRow {
    host: Host,
    text: StrId,
    /// The start of the path in the text.
    path: u32,
    id: u32,
}

/// A URL with a path; the host is a row.
#[derive(Clone, Copy, Debug)]
struct PathRow<'s> {
    hash: u64,
    host: u32,
    path: &'s [u8],
    row: UrlRow,
}

/// The build form.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    rows: Vec<UrlRow>,
}

fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}

impl Builder {
    /// Adds the URL indicator `id`. The path starts at `path` of its canonical text.
    pub(crate) fn add(&mut self, host: Host, text: StrId, path: u32, id: u32) {
        self.rows.push(UrlRow { host, text, path, id });
    }

    /// The distinct hosts that are names. The position of a name is its row.
    pub(crate) fn names(&self) -> Vec<StrId> {
        let names = |row: &UrlRow| if let Host::Name(name) = row.host { Some(name) } else { None };
        sorted(self.rows.iter().filter_map(names).collect())
    }

    /// Builds the search form. `names` must come from [`names`](Builder::names).
    pub(crate) fn finish(self, strings: &Strings, names: &[StrId]) -> Table {
        let hosts = Hosts::new(&self.rows, names);
        let (v4, v4_seed, v6) = hosts.addresses();
        let count = hosts.len();

        let path_of = |row: &UrlRow| &strings.bytes(row.text)[row.path as usize..];
        let (mut host_only, mut with_path) = (Vec::new(), Vec::new());
        let mut shapes = vec![Shape::default(); count];
        let mut paths: Vec<PathRow<'_>> = Vec::new();
        for row in &self.rows {
            let (host, path) = (hosts.row(row), path_of(row));
            if path == b"/" {
                host_only.push((host, row.id));
            } else {
                with_path.push((host, row));
                shapes[host as usize].add(path);
                paths.push(PathRow { hash: hash_path(hash::SEED, host, path), host, path, row: *row });
            }
        }
        // Sorted by path, so that paths with a common beginning are adjacent.
        with_path.sort_unstable_by(|(a_host, a), (b_host, b)| {
            a_host.cmp(b_host).then_with(|| path_of(a).cmp(path_of(b))).then(a.id.cmp(&b.id))
        });
        let with_path: Vec<(u32, u32)> = with_path.into_iter().map(|(host, row)| (host, row.id)).collect();
        drop(self.rows);
        let Paths { seed, paths, path_rows, items } = Paths::new(paths, strings);
        Table {
            v4_nets: Nets::new(&v4),
            has_addrs: !v4.is_empty() || !v6.is_empty(),
            v4,
            v4_seed,
            v6,
            host_only: Lists::from_pairs(count, &host_only),
            with_path: Lists::from_pairs(count, &with_path),
            shapes: shapes.into_iter().map(Shape::bits).collect(),
            seed,
            paths,
            path_rows,
            items,
        }
    }
}

/// The distinct hosts: the names, then the addresses, each in order. The position of a host is its row.
struct Hosts<'n> {
    names: &'n [StrId],
    addrs: Vec<IpAddr>,
}

impl<'n> Hosts<'n> {
    fn new(rows: &[UrlRow], names: &'n [StrId]) -> Self {
        let addr = |row: &UrlRow| if let Host::Addr(addr) = row.host { Some(addr) } else { None };
        Self { names, addrs: sorted(rows.iter().filter_map(addr).collect()) }
    }

    fn len(&self) -> usize {
        self.names.len() + self.addrs.len()
    }

    fn row(&self, row: &UrlRow) -> u32 {
        match row.host {
            Host::Name(name) => self.names.partition_point(|&other| other < name) as u32,
            Host::Addr(addr) => (self.names.len() + self.addrs.partition_point(|&other| other < addr)) as u32,
        }
    }

    /// Returns the rows of the IPv4 addresses with the seed of their table, and the IPv6 addresses in order. All rows are small enough to
    /// be stored inline as single items: the texts of more URLs would not fit into the strings.
    fn addresses(&self) -> (Buckets, u64, Words<u128>) {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (row, addr) in (self.names.len() as u32..).zip(&self.addrs) {
            match addr {
                IpAddr::V4(addr) => v4.push(Keyed { hash: 0, key: addr.to_bits(), value: row, mark: 0 }),
                IpAddr::V6(addr) => v6.push(addr.to_bits()),
            }
        }
        let (seed, v4) = Buckets::seeded(&mut v4, &|seed, addr, _| hash_v4(seed, addr), &|a, b| a.cmp(&b));
        (v4, seed, v6.as_slice().into())
    }
}

/// The table of paths, in which equal paths on a host share a row.
struct Paths {
    seed: u64,
    paths: Buckets,
    path_rows: PathRows,
    items: Items,
}

impl Paths {
    fn new(mut paths: Vec<PathRow<'_>>, strings: &Strings) -> Self {
        // Equal paths on a host are adjacent, whatever their scheme and port.
        paths.sort_unstable_by(|a, b| {
            let whole = |row: &PathRow<'_>| (row.hash, row.host);
            whole(a).cmp(&whole(b)).then_with(|| a.path.cmp(b.path)).then(a.row.id.cmp(&b.row.id))
        });
        let mut items = ItemsBuilder::default();
        let mut path_rows = Vec::with_capacity(paths.len());
        let mut entries = Vec::with_capacity(paths.len());
        for same in paths.chunk_by(|a, b| a.host == b.host && a.path == b.path) {
            let PathRow { host, path, row, .. } = same[0];
            let value = items.add(same.iter().map(|path| path.row.id), |_| None);
            entries.push(Keyed { hash: 0, key: path_rows.len() as u32, value, mark: path.len() as u8 });
            path_rows.push((host, row.text, row.path));
        }
        drop(paths);
        let path_rows = PathRows::new(&path_rows);
        let hash = |seed, key, _| hash_path(seed, path_rows.host(key), path_rows.path(strings, key));
        let (seed, paths) = Buckets::seeded(&mut entries, &hash, &|a, b| path_rows.compare(strings, a.0, b.0));
        Self { seed, paths, path_rows, items: items.finish() }
    }
}
