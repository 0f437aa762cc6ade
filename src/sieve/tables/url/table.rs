//! The search form of the URLs: hosts, and the paths of each.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::arch::ip4;
use crate::error::Result;
use crate::sieve::flat::buckets::Buckets;
use crate::sieve::flat::csr::Lists;
use crate::sieve::flat::hash;
use crate::sieve::flat::items::Items;
use crate::sieve::flat::strings::{StrId, Strings};
use crate::wire::{Reader, Slice, Words, Writer};

/// The search form.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Hosts that are IPv4 addresses, by hash: the address and the host's row. These rows follow those of names.
    pub(super) v4: Buckets,
    pub(super) v4_seed: u64,
    /// Rules out most IPv4 addresses. It is not saved.
    pub(super) v4_nets: Nets,
    /// True if some hosts are addresses. It is not saved.
    pub(super) has_addrs: bool,
    /// Hosts that are IPv6 addresses, sorted. Their rows follow those of IPv4.
    pub(super) v6: Words<u128>,
    /// By host row: the URLs with only a host.
    pub(super) host_only: Lists,
    /// By host row: the URLs with a path or query.
    pub(super) with_path: Lists,
    /// By host row: the kinds of paths.
    pub(super) shapes: Words<u8>,
    /// The seed of the hashes of paths.
    pub(super) seed: u64,
    /// By hash of host row, path and query: the path row, and the number of the items with this host, path and query.
    pub(super) paths: Buckets,
    pub(super) path_rows: PathRows,
    pub(super) items: Items,
}

/// A bit for each network that holds the address of a host. The networks are so small that few others pass.
#[derive(Debug, Default)]
pub(super) struct Nets {
    bits: Vec<u64>,
    /// The number of bits of an address that do not select a network.
    shift: u32,
}

impl Nets {
    pub(super) fn new(hosts: &Buckets) -> Self {
        if hosts.is_empty() {
            return Self::default();
        }
        let width = ip4::width(hosts.len());
        let (mut bits, shift) = (vec![0_u64; 1 << (width - 6)], 32 - width);
        for (addr, _, _) in hosts.entries() {
            bits[(addr >> shift >> 6) as usize] |= 1 << (addr >> shift & 63);
        }
        Self { bits, shift }
    }

    #[inline(always)]
    fn may_hold(&self, addr: u32) -> bool {
        let net = addr >> self.shift;
        self.bits.get((net >> 6) as usize).is_some_and(|bits| bits >> (net & 63) & 1 == 1)
    }
}

/// The way in which a stored path covers one that was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathMatch {
    /// The paths are the same, and so are the queries, if any.
    Exact,
    /// The paths are the same; only the looked-up URL has a query.
    Path,
    /// The stored path ends in `/`, and the other one continues from there.
    Prefix,
}

/// The kinds of paths that a host has, so that nothing is hashed in vain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape(u8);

impl Shape {
    const WITH_QUERY: u8 = 1;
    const WITHOUT_QUERY: u8 = 1 << 1;
    const DIRECTORY: u8 = 1 << 2;

    pub(super) fn add(&mut self, path_and_query: &[u8]) {
        self.0 |= match path_and_query {
            [.., b'/'] if !path_and_query.contains(&b'?') => Self::DIRECTORY | Self::WITHOUT_QUERY,
            path if path.contains(&b'?') => Self::WITH_QUERY,
            _ => Self::WITHOUT_QUERY,
        };
    }

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    fn has(self, kind: u8) -> bool {
        self.0 & kind != 0
    }
}

/// The path rows: host, text, and start of the path in the text.
#[derive(Clone, Debug, Default)]
pub(super) struct PathRows(Words<u32>);

impl PathRows {
    pub(super) fn new(rows: &[(u32, StrId, u32)]) -> Self {
        Self(rows.iter().flat_map(|&(host, text, path)| [host, text.0, path]).collect())
    }

    #[inline]
    pub(super) fn host(&self, row: u32) -> u32 {
        self.0.at(row as usize * 3)
    }

    /// The path and query of a row.
    #[inline]
    pub(super) fn path<'s>(&self, strings: &'s Strings, row: u32) -> &'s [u8] {
        let at = row as usize * 3;
        &strings.bytes(StrId(self.0.at(at + 1)))[self.0.at(at + 2) as usize..]
    }

    /// Compares by host, then by path and query.
    pub(super) fn compare(&self, strings: &Strings, a: u32, b: u32) -> Ordering {
        self.compare_with(strings, a, self.host(b), self.path(strings, b))
    }

    #[inline]
    fn is(&self, strings: &Strings, row: u32, host: u32, path: &[u8]) -> bool {
        self.host(row) == host && self.path(strings, row) == path
    }

    fn compare_with(&self, strings: &Strings, row: u32, host: u32, path: &[u8]) -> Ordering {
        self.host(row).cmp(&host).then_with(|| self.path(strings, row).cmp(path))
    }
}

pub(super) fn hash_v4(seed: u64, addr: u32) -> u64 {
    hash::pair(seed, addr.into())
}

/// The hash of a host, path and query, extended piece by piece: `/`, `a/`, `b/`, `rest`, `?query`.
pub(super) fn hash_path(seed: u64, host: u32, path_and_query: &[u8]) -> u64 {
    let path = memchr::memchr(b'?', path_and_query).unwrap_or(path_and_query.len());
    let mut hash = PathHash::new(seed, host, path_and_query);
    while hash.directory(path).is_some() {}
    hash.file(path);
    hash.query()
}

/// Hashes the pieces of a path from left to right. Each prefix that could cover the path gets its hash on the way.
struct PathHash<'p> {
    text: &'p [u8],
    at: usize,
    state: u64,
}

impl<'p> PathHash<'p> {
    #[inline]
    fn new(seed: u64, host: u32, text: &'p [u8]) -> Self {
        Self { text, at: 0, state: hash::pair(seed, u64::from(host)) }
    }

    /// Adds the piece up to the next slash before `end`. Returns the end of that piece, and the hash up to it.
    #[inline]
    fn directory(&mut self, end: usize) -> Option<(usize, u64)> {
        let rest = &self.text[self.at..end];
        let slash = memchr::memchr(b'/', rest)?;
        self.state = hash::extend(self.state, &rest[..=slash]);
        self.at += slash + 1;
        Some((self.at, hash::finish(self.state)))
    }

    /// Adds the rest of the path.
    #[inline]
    fn file(&mut self, end: usize) -> u64 {
        if self.at < end {
            self.state = hash::extend(self.state, &self.text[self.at..end]);
            self.at = end;
        }
        hash::finish(self.state)
    }

    /// Adds the query.
    #[inline]
    fn query(&mut self) -> u64 {
        self.file(self.text.len())
    }
}

impl Table {
    /// Returns true if some hosts are addresses.
    #[inline]
    pub(crate) fn has_addrs(&self) -> bool {
        self.has_addrs
    }

    /// Returns true if this IPv4 address may be a host. Costs one load; false is certain.
    #[inline(always)]
    pub(crate) fn may_have_v4(&self, addr: u32) -> bool {
        self.v4_nets.may_hold(addr)
    }

    /// Returns true if some hosts are IPv6 addresses.
    #[inline(always)]
    pub(crate) fn has_v6(&self) -> bool {
        !self.v6.is_empty()
    }

    /// Returns true if some host is an IPv6 address with these first 16 bits, and these next 16 if known.
    pub(crate) fn may_start_six(&self, first: u16, second: Option<u16>) -> bool {
        let least = u128::from(first) << 112 | u128::from(second.unwrap_or(0)) << 96;
        let most = least | if second.is_some() { u128::MAX >> 32 } else { u128::MAX >> 16 };
        let at = self.v6.all().partition_point(|other| other < least);
        self.v6.get(at).is_some_and(|other| other <= most)
    }

    /// The row of a host that is an address. Inlined, it makes lookups of addresses slower where no host is one.
    #[inline(never)]
    pub(crate) fn addr_row(&self, addr: IpAddr) -> Option<u32> {
        match addr {
            IpAddr::V4(addr) => {
                let addr = addr.to_bits();
                if !self.v4_nets.may_hold(addr) {
                    return None;
                }
                self.v4.find(hash_v4(self.v4_seed, addr), 0, |other| other == addr, |other, _| other.cmp(&addr))
            }
            IpAddr::V6(addr) => {
                let at = self.v6.all().partition_point(|other| other < addr.to_bits());
                let first = self.shapes.len() - self.v6.len();
                (self.v6.get(at) == Some(addr.to_bits())).then_some((first + at) as u32)
            }
        }
    }

    /// The URLs of a host row with only a host.
    pub(crate) fn host_only(&self, host: u32) -> Slice<'_, u32> {
        self.host_only.get(host as usize)
    }

    /// The URLs of a host row with a path or a query.
    pub(crate) fn with_path(&self, host: u32) -> Slice<'_, u32> {
        self.with_path.get(host as usize)
    }

    /// Calls `found` with every URL with a path on host row `host` that covers a path and query, and with the length of
    /// that URL's own path. `path` is the end of the path in the text.
    pub(crate) fn paths(
        &self,
        strings: &Strings,
        host: u32,
        path_and_query: &str,
        path: usize,
        mut found: impl FnMut(u32, PathMatch, usize),
    ) {
        if self.paths.is_empty() {
            return;
        }
        let text = path_and_query.as_bytes();
        let shape = Shape(self.shapes.at(host as usize));
        let mut emit = |hash: u64, end: usize, len: usize, how: PathMatch| {
            let compare = |row: u32, _| self.path_rows.compare_with(strings, row, host, &text[..end]);
            let is = |row: u32| self.path_rows.is(strings, row, host, &text[..end]);
            if let Some(number) = self.paths.find(hash, end as u8, is, compare) {
                for id in self.items.get(number) {
                    found(id, how, len);
                }
            }
        };
        let mut hash = PathHash::new(self.seed, host, text);
        while let Some((end, hash)) = hash.directory(path) {
            // `/` alone means the whole host, and belongs to `host_only`.
            if shape.has(Shape::DIRECTORY) && end > 1 && end < path {
                emit(hash, end, end, PathMatch::Prefix);
            }
        }
        let without_query = hash.file(path);
        let has_query = path < text.len();
        if has_query && shape.has(Shape::WITH_QUERY) {
            emit(hash.query(), text.len(), path, PathMatch::Exact);
        }
        if shape.has(Shape::WITHOUT_QUERY) {
            emit(without_query, path, path, if has_query { PathMatch::Path } else { PathMatch::Exact });
        }
    }

    /// Checks that the URLs of each host are sorted by path, on which the lookup of a URL at all its ends relies.
    ///
    /// # Errors
    ///
    /// Fails if they are not sorted.
    pub(crate) fn check_order<'t>(&self, from: &Reader, path_of: impl Fn(u32) -> &'t [u8]) -> Result<()> {
        let is_ordered = |host: usize| {
            let ids = self.with_path.get(host);
            ids.len() < 2 || ids.map(&path_of).is_sorted()
        };
        from.ensure((0..self.with_path.len()).all(is_ordered), "with_path", "is not in the order of paths")
    }

    pub(crate) fn memory(&self) -> usize {
        self.v4.memory()
            + 8 * self.v4_nets.bits.len()
            + self.v6.memory()
            + self.host_only.memory()
            + self.with_path.memory()
            + self.shapes.memory()
            + self.paths.memory()
            + self.path_rows.0.memory()
            + self.items.memory()
    }

    /// Writes the sections.
    pub(crate) fn save(&self, out: &mut Writer) {
        out.words("seeds", &[self.seed, self.v4_seed].as_slice().into());
        out.within("v4", |out| self.v4.save(out));
        out.words("v6", &self.v6);
        out.within("host_only", |out| self.host_only.save(out));
        out.within("with_path", |out| self.with_path.save(out));
        out.words("shapes", &self.shapes);
        out.within("paths", |out| self.paths.save(out));
        out.words("path_rows", &self.path_rows.0);
        out.within("items", |out| self.items.save(out));
    }

    /// Reads the sections. Ids must be below `limit`.
    ///
    /// # Errors
    ///
    /// Fails if sections are missing or damaged. Lookups in an accepted table end, do not panic, and return only ids
    /// below `limit`.
    pub(crate) fn open(from: &mut Reader, strings: &Strings, limit: usize) -> Result<Self> {
        let seeds: Words<u64> = from.words("seeds")?;
        from.ensure(seeds.len() == 2, "seeds", "are not two numbers")?;
        let shapes: Words<u8> = from.words("shapes")?;
        let hosts = shapes.len();
        let is_host = |_: u32, _: u8, row: u32| (row as usize) < hosts;
        let path_rows = PathRows(from.words("path_rows")?);
        let is_row = |at: usize| {
            let [host, text, path] = [0, 1, 2].map(|part| path_rows.0.at(at + part));
            (host as usize) < hosts
                && (text as usize) < strings.len()
                && path as usize <= strings.bytes(StrId(text)).len()
        };
        let are_rows = path_rows.0.len().is_multiple_of(3) && (0..path_rows.0.len()).step_by(3).all(is_row);
        from.ensure(are_rows, "path_rows", "name something that does not exist")?;
        let items = from.within("items", |from| Items::open(from, limit))?;
        let v6: Words<u128> = from.words("v6")?;
        let is_ordered = (1..v6.len()).all(|at| v6.at(at - 1) < v6.at(at));
        from.ensure(is_ordered && v6.len() <= hosts, "v6", "is not in order")?;
        let is_path =
            |key: u32, _: u8, value: u32| (key as usize) < path_rows.0.len() / 3 && items.holds(value, limit, |_| None);
        let v4 = from.within("v4", |from| Buckets::open(from, is_host, |a, b| a.cmp(&b)))?;
        Ok(Self {
            v4_nets: Nets::new(&v4),
            has_addrs: !v4.is_empty() || !v6.is_empty(),
            v4,
            v6,
            host_only: from.within("host_only", |from| Lists::open(from, Some(hosts), limit))?,
            with_path: from.within("with_path", |from| Lists::open(from, Some(hosts), limit))?,
            paths: from
                .within("paths", |from| Buckets::open(from, is_path, |a, b| path_rows.compare(strings, a.0, b.0)))?,
            seed: seeds.at(0),
            v4_seed: seeds.at(1),
            shapes,
            path_rows,
            items,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Host};
    use super::*;
    use crate::sieve::flat::strings::Interner;

    #[test]
    fn exact_path_and_prefix() {
        let mut interner = Interner::default();
        let host = interner.intern("h.test");
        let mut builder = Builder::default();
        let texts = ["/a", "/a/", "/a?q", "/a/b/", "/", "/a/b/c?x=1", "/?q", "/a?"];
        for (id, path) in texts.iter().enumerate() {
            let text = interner.intern(&format!("http://h.test{path}"));
            builder.add(Host::Name(host), text, 13, id as u32);
        }
        let strings = interner.finish().unwrap();
        let names = builder.names();
        assert_eq!(names, [host]);
        let table = builder.finish(&strings, &names);
        let host = 0;
        use PathMatch::{Exact, Path, Prefix};
        let look = |path: &str, query: Option<&str>| {
            let mut found = Vec::new();
            let text = query.map_or(path.to_owned(), |query| format!("{path}?{query}"));
            table.paths(&strings, host, &text, path.len(), |id, how, len| {
                assert!(how == Prefix || len == path.len());
                found.push((texts[id as usize], how));
            });
            found
        };
        assert_eq!(look("/a", None), [("/a", Exact)]);
        assert_eq!(look("/a", Some("q")), [("/a?q", Exact), ("/a", Path)]);
        assert_eq!(look("/a", Some("r")), [("/a", Path)]);
        assert_eq!(look("/a/", None), [("/a/", Exact)]);
        assert_eq!(look("/a/x", None), [("/a/", Prefix)]);
        assert_eq!(look("/a/b/c", Some("x=1")), [("/a/", Prefix), ("/a/b/", Prefix), ("/a/b/c?x=1", Exact)]);
        assert_eq!(look("/a/b/c", None), [("/a/", Prefix), ("/a/b/", Prefix)]);
        assert_eq!(look("/", None), []);
        assert_eq!(look("/", Some("q")), [("/?q", Exact)]);
        assert_eq!(look("/ab", None), []);
        assert_eq!(table.host_only(host), [4][..]);
        assert_eq!(table.with_path(host).len(), texts.len() - 1);
    }

    #[test]
    fn a_table_reads_back_as_saved() {
        let mut interner = Interner::default();
        let mut builder = Builder::default();
        let hosts = ["h.test", "192.0.2.1", "192.0.2.7", "[2001:db8::1]", "[2001:db8::2]", "a.b.test"];
        let paths = ["/", "/a", "/a/", "/a?q"];
        let urls: Vec<String> =
            hosts.iter().flat_map(|host| paths.map(|path| format!("http://{host}{path}"))).collect();
        for (id, url) in urls.iter().enumerate() {
            let host = hosts[id / paths.len()];
            let path = "http://".len() + host.len();
            let host = match host.trim_matches(['[', ']']).parse() {
                Ok(addr) => Host::Addr(addr),
                Err(_) => Host::Name(interner.intern(host)),
            };
            builder.add(host, interner.intern(url), path as u32, id as u32);
        }
        let strings = interner.finish().unwrap();
        let names = builder.names();
        let row_of = |host: &str| names.iter().position(|&name| strings.get(name) == host).map(|row| row as u32);
        let saved = builder.finish(&strings, &names);
        let look = |table: &Table| {
            let mut all = Vec::new();
            for host in hosts.iter().chain(&["192.0.2.2", "[2001:db8::3]", "b.test"]) {
                let row = match host.trim_matches(['[', ']']).parse() {
                    Ok(addr) => table.addr_row(addr),
                    Err(_) => row_of(host),
                };
                let mut found: Vec<u32> = Vec::new();
                if let Some(row) = row {
                    found.extend(table.host_only(row));
                    found.extend(table.with_path(row));
                    for (text, path) in [("/a", 2), ("/a/x", 4), ("/a?q", 2), ("/b", 2)] {
                        table.paths(&strings, row, text, path, |id, _, _| found.push(id));
                    }
                }
                assert!(found.iter().all(|&id| (id as usize) < urls.len()));
                all.push(found);
            }
            all
        };
        assert_eq!(look(&saved)[..7].iter().map(Vec::len).collect::<Vec<_>>(), [8, 8, 8, 8, 8, 8, 0]);
        let mut writer = Writer::default();
        saved.save(&mut writer);
        let sections = writer.sections();
        let open = |sections: &[(String, bytes::Bytes)], limit| {
            Table::open(&mut Reader::new(sections.to_vec()), &strings, limit)
        };
        assert_eq!(look(&open(sections, urls.len()).unwrap()), look(&saved));
        assert!(open(sections, urls.len() - 1).is_err());
        for at in 0..sections.len() {
            let mut fewer = sections.to_vec();
            fewer.remove(at);
            assert!(open(&fewer, urls.len()).is_err());
            for place in 0..sections[at].1.len() {
                let mut damaged = sections.to_vec();
                let mut bytes = damaged[at].1.to_vec();
                bytes[place] ^= 0x41;
                damaged[at].1 = bytes.into();
                if let Ok(table) = open(&damaged, urls.len()) {
                    look(&table);
                }
            }
        }
    }

    #[test]
    fn shapes_tell_directories_and_queries() {
        for (path, want) in [
            ("/a", Shape::WITHOUT_QUERY),
            ("/a/", Shape::WITHOUT_QUERY | Shape::DIRECTORY),
            ("/", Shape::WITHOUT_QUERY | Shape::DIRECTORY),
            ("/a?b", Shape::WITH_QUERY),
            // A slash in a query makes no directory.
            ("/a?b/", Shape::WITH_QUERY),
            ("/a/?b/", Shape::WITH_QUERY),
        ] {
            let mut shape = Shape::default();
            shape.add(path.as_bytes());
            assert_eq!(shape.bits(), want, "{path}");
            for kind in [Shape::WITH_QUERY, Shape::WITHOUT_QUERY, Shape::DIRECTORY] {
                assert_eq!(shape.has(kind), want & kind == kind, "{path}");
            }
            // Further paths take nothing away.
            shape.add(b"/x?y");
            shape.add(b"/x?y");
            assert_eq!(shape.bits(), want | Shape::WITH_QUERY, "{path}");
        }
    }
}
