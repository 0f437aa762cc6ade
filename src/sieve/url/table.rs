use std::net::IpAddr;

use crate::sieve::csr::Lists;
use crate::sieve::strings::{StrId, Strings};
use crate::sieve::{domain, hash, ip};
use crate::wire::Slice;

/// The search form.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The hosts that are names; the items are the ids of the host's URLs.
    pub(super) hosts: domain::Table,
    /// The hosts that are addresses; the item is the host's row, which follow those of `hosts`.
    pub(super) v4: ip::Table<u32>,
    pub(super) v6: ip::Table<u128>,
    /// By host row: the URLs that are only a host.
    pub(super) host_only: Lists,
    /// By host row: the URLs with a path or query.
    pub(super) with_path: Lists,
    /// Path rows by hash of (host row, path and query); `u32::MAX` is free.
    pub(super) slots: Vec<u32>,
    /// Host row, text, and where the path starts in it.
    pub(super) path_rows: Vec<(u32, StrId, u32)>,
    /// By path row: the URLs that have this host, path and query.
    pub(super) ids: Lists,
}

/// How a stored path covers one that was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathMatch {
    /// The same path, and the same query or neither has one.
    Exact,
    /// The same path; only the URL that was looked up has a query.
    Path,
    /// The stored path ends in `/` and the other goes on.
    Prefix,
}

/// Hash state of a path and query, extended piece by piece: `/`, `a/`, `b/`, `rest`, `?`, `query`.
pub(super) fn hash_path(path_and_query: &str) -> u64 {
    let (path, query) = split_query(path_and_query);
    let mut state = hash::SEED;
    let mut rest = path.as_bytes();
    while let Some(slash) = memchr::memchr(b'/', rest) {
        state = hash::extend(state, &rest[..=slash]);
        rest = &rest[slash + 1..];
    }
    with_query(with_rest(state, rest), query)
}

fn with_rest(state: u64, rest: &[u8]) -> u64 {
    if rest.is_empty() { state } else { hash::extend(state, rest) }
}

fn with_query(state: u64, query: Option<&str>) -> u64 {
    query.map_or(state, |query| hash::extend(hash::extend(state, b"?"), query.as_bytes()))
}

fn split_query(text: &str) -> (&str, Option<&str>) {
    text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)))
}

pub(super) fn key(host: u32, state: u64) -> u64 {
    hash::pair(u64::from(host), state)
}

impl Table {
    /// Whether some hosts are addresses.
    #[inline]
    pub(crate) fn has_addrs(&self) -> bool {
        !self.v4.is_empty() || !self.v6.is_empty()
    }

    /// The row of a host that is an address.
    #[inline]
    pub(crate) fn addr_row(&self, addr: IpAddr) -> Option<u32> {
        match addr {
            IpAddr::V4(addr) => self.v4.covering(addr.to_bits()).next().and_then(|(row, _)| self.v4.ids(row).first()),
            IpAddr::V6(addr) => self.v6.covering(addr.to_bits()).next().and_then(|(row, _)| self.v6.ids(row).first()),
        }
    }

    /// The hosts that are names; their rows are host rows.
    pub(crate) fn hosts(&self) -> &domain::Table {
        &self.hosts
    }

    /// The URLs of a host row that are only a host.
    pub(crate) fn host_only(&self, host: u32) -> Slice<'_, u32> {
        self.host_only.get(host as usize)
    }

    /// The URLs of a host row that have a path or a query.
    pub(crate) fn with_path(&self, host: u32) -> Slice<'_, u32> {
        self.with_path.get(host as usize)
    }

    /// Calls `found` with every URL with a path on host row `host` that covers `path` and `query`, and the length of
    /// its own path.
    pub(crate) fn paths(
        &self,
        strings: &Strings,
        host: u32,
        path: &str,
        query: Option<&str>,
        mut found: impl FnMut(u32, PathMatch, usize),
    ) {
        if self.slots.is_empty() {
            return;
        }
        let mut emit = |state: u64, path: &str, query: Option<&str>, how: PathMatch| {
            if let Some(row) = self.probe(strings, host, key(host, state), path, query) {
                for id in self.ids.get(row) {
                    found(id, how, path.len());
                }
            }
        };
        let mut state = hash::SEED;
        let bytes = path.as_bytes();
        let mut at = 0;
        while let Some(slash) = memchr::memchr(b'/', &bytes[at..]) {
            let end = at + slash + 1;
            state = hash::extend(state, &bytes[at..end]);
            at = end;
            // `/` alone is the whole host, which `host_only` holds.
            if end > 1 && end < bytes.len() {
                emit(state, &path[..end], None, PathMatch::Prefix);
            }
        }
        let state = with_rest(state, &bytes[at..]);
        match query {
            None => emit(state, path, None, PathMatch::Exact),
            Some(_) => {
                emit(with_query(state, query), path, query, PathMatch::Exact);
                emit(state, path, None, PathMatch::Path);
            }
        }
    }

    fn probe(&self, strings: &Strings, host: u32, hash: u64, path: &str, query: Option<&str>) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let row = self.slots[at];
            if row == u32::MAX {
                return None;
            }
            let (row_host, text, start) = self.path_rows[row as usize];
            if row_host == host {
                let stored = &strings.get(text)[start as usize..];
                let equal = match query {
                    None => stored == path,
                    Some(query) => {
                        stored.len() == path.len() + 1 + query.len()
                            && stored.as_bytes()[path.len()] == b'?'
                            && stored.starts_with(path)
                            && stored.ends_with(query)
                    }
                };
                if equal {
                    return Some(row as usize);
                }
            }
            at = (at + 1) & mask;
        }
    }

    pub(crate) fn memory(&self) -> usize {
        self.hosts.memory()
            + self.v4.memory()
            + self.v6.memory()
            + self.host_only.memory()
            + self.with_path.memory()
            + self.slots.capacity() * 4
            + self.path_rows.capacity() * size_of::<(u32, StrId, u32)>()
            + self.ids.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Builder, Host};
    use super::*;
    use crate::sieve::strings::Interner;

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
        let table = builder.finish(&strings);
        let host = table.hosts().exact(&strings, "h.test").unwrap();
        let look = |path: &str, query: Option<&str>| {
            let mut found = Vec::new();
            table.paths(&strings, host, path, query, |id, how, _| found.push((texts[id as usize], how)));
            found
        };
        use PathMatch::{Exact, Path, Prefix};
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
}
