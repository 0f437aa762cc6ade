//! Lookups of addresses, one by one and many at once.

use std::net::{IpAddr, Ipv4Addr};

use crate::sieve::matching::derived::Derived;
use crate::sieve::matching::matcher::Matcher;
use crate::sieve::matching::raw::Seen;
use crate::sieve::matching::search::{AddrRows, push_plain_nets};
use crate::sieve::matching::view::Matches;
use crate::value::ip as addresses;

/// The number of addresses of a batch that are looked up side by side.
const BATCH: usize = 128;

impl Matcher {
    /// Finds every indicator that covers an address, most specific first. Mapped and NAT64 addresses are looked up as
    /// IPv4. `port` is the port seen with the address, if any.
    ///
    /// Matches of the forms selected by [`MatchOptions::derived`](crate::MatchOptions::derived) follow those of the
    /// address itself. Of the two addresses, an allow entry suppresses only matches of the one that it covers.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    ///
    /// use netsieve::{Indicator, Relation, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "198.51.100.0/24".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// let addr = Ipv4Addr::new(198, 51, 100, 7);
    /// assert_eq!(matcher.match_ip(addr, Some(443)).first().unwrap().relation(), Relation::Cidr);
    /// assert!(matcher.is_match_ip(addr.to_ipv6_mapped(), None));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_ip(&mut self, addr: impl Into<IpAddr>, port: Option<u16>) -> Matches<'_> {
        self.look_up_ip(addr.into(), Seen { port, name_like: false });
        self.matches()
    }

    /// Returns true if [`match_ip`](Matcher::match_ip) finds anything. Most misses cost one load from a bitmap. Without
    /// a filter, a hit on a block entry without a port reads no entry.
    pub fn is_match_ip(&mut self, addr: impl Into<IpAddr>, port: Option<u16>) -> bool {
        let addr = addresses::canonical(addr.into());
        // Hosts of URLs are looked up elsewhere, so that the commonest case stays short.
        if !self.sieve.0.has_overlay() && !self.sieve.tables().urls.has_addrs() {
            match addr {
                IpAddr::V4(v4) => {
                    let v4_nets = &self.sieve.tables().v4;
                    match v4_nets.find(self.kernel, v4.to_bits()) {
                        None => return false,
                        Some(row) if v4_nets.is_plain(row) && self.filter.is_trivial() => return true,
                        Some(_) => {}
                    }
                }
                // An address embedded in it may be listed.
                IpAddr::V6(_) if self.options.derived.any() => {}
                IpAddr::V6(v6) => {
                    let v6_nets = &self.sieve.tables().v6;
                    match v6_nets.find(self.kernel, v6.to_bits()) {
                        None => return false,
                        Some(row) if v6_nets.is_plain(row) && self.filter.is_trivial() => return true,
                        Some(_) => {}
                    }
                }
            }
        }
        self.is_found_ip(addr, port)
    }

    /// Like [`is_match_ip`](Self::is_match_ip), for what is not decided there.
    #[inline(never)]
    fn is_found_ip(&mut self, addr: IpAddr, port: Option<u16>) -> bool {
        if !self.sieve.0.has_overlay()
            && let Some(known) = self.known(addr, AddrRows::of(self.kernel, &self.sieve.0, addr))
        {
            return known;
        }
        self.look_up_ip(addr, Seen { port, name_like: false });
        !self.scratch.found.is_empty()
    }

    /// Tells for each of many addresses, without ports, whether [`match_ip`](Matcher::match_ip) finds anything:
    /// `out[i]` is the answer for `addrs[i]`. The previous content of `out` is dropped.
    ///
    /// If the tables are larger than the cache, this is two to four times as fast as single lookups, because the
    /// loads of many lookups overlap. `addrs` can be a slice of `Ipv4Addr`, `Ipv6Addr` or `IpAddr`; a single family is
    /// faster than a mixture. [`MatchOptions::engine`](crate::MatchOptions::engine) turns special instructions off; the
    /// answers stay the same.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    ///
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "11.22.0.0/16".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// let addrs = [Ipv4Addr::new(11, 22, 33, 44), Ipv4Addr::new(11, 23, 0, 0)];
    /// let mut out = Vec::new();
    /// matcher.is_match_ips(&addrs, &mut out);
    /// assert_eq!(out, [true, false]);
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn is_match_ips<A: Copy + Into<IpAddr>>(&mut self, addrs: &[A], out: &mut Vec<bool>) {
        out.clear();
        out.resize(addrs.len(), false);
        let mut batch = Batch::default();
        for (addrs, out) in addrs.chunks(BATCH).zip(out.chunks_mut(BATCH)) {
            batch.fill(addrs);
            self.decide(&batch, out);
        }
    }

    /// Calls `found` with the place and the matches of each address that has any, in the order of places. The matches
    /// are those of [`match_ip`](Matcher::match_ip) without a port; the first is the most specific.
    ///
    /// For addresses that match nothing, it is as fast as [`is_match_ips`](Matcher::is_match_ips).
    ///
    /// ```
    /// # use std::net::IpAddr;
    /// # use netsieve::{Indicator, Sieve};
    /// # let (sieve, _) = Sieve::builder().add("partner", "11.22.0.0/16".parse::<Indicator>()?).build()?;
    /// let mut matcher = sieve.matcher();
    /// let addrs: [IpAddr; 2] = ["::1".parse().unwrap(), "11.22.33.44".parse().unwrap()];
    /// matcher.match_ips(&addrs, |at, matches| {
    ///     let first = matches.first().unwrap();
    ///     assert_eq!((at, first.indicator().to_string().as_str()), (1, "11.22.0.0/16"));
    /// });
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn match_ips<A: Copy + Into<IpAddr>>(&mut self, addrs: &[A], mut found: impl FnMut(usize, Matches<'_>)) {
        let mut batch = Batch::default();
        for (number, addrs) in addrs.chunks(BATCH).enumerate() {
            batch.fill(addrs);
            let mut hits = [false; BATCH];
            self.decide(&batch, &mut hits[..addrs.len()]);
            for (at, &addr) in addrs.iter().enumerate().filter(|&(at, _)| hits[at]) {
                found(number * BATCH + at, self.match_ip(addr, None));
            }
        }
    }

    pub(crate) fn look_up_ip(&mut self, addr: IpAddr, seen: Seen) {
        let addr = addresses::canonical(addr);
        let place = AddrRows::of(self.kernel, &self.sieve.0, addr);
        if !self.sieve.0.has_overlay() {
            match self.known(addr, place) {
                Some(false) => return self.scratch.clear(),
                Some(true) if !seen.name_like && self.push_plain(addr, place) => return,
                _ => {}
            }
        }
        let mut search = self.scratch.start(&self.sieve.0, &self.options, &self.filter);
        search.addr(self.kernel, addr, place, seen, None);
        search.finish();
        self.look_up_derived(addr, seen);
    }

    /// Adds the indicators that cover the embedded IPv4 address, if the options ask for that form.
    pub(super) fn look_up_derived(&mut self, addr: IpAddr, seen: Seen) {
        let Some((v4, derived)) = self.embedded(addr) else { return };
        let kernel = self.kernel;
        let mut search = self.scratch.go_on(&self.sieve.0, &self.options, &self.filter);
        search.derived = Some(derived);
        search.v4(kernel, v4.to_bits(), seen);
        search.finish();
    }

    /// The IPv4 address embedded in an IPv6 address, if the options ask to look it up too.
    #[inline]
    pub(super) fn embedded(&self, addr: IpAddr) -> Option<(Ipv4Addr, Derived)> {
        match addr {
            IpAddr::V6(addr) if self.options.derived.any() => self.options.derived.embedded(addr),
            _ => None,
        }
    }

    /// Collects the matches of an address, given that it is [`known`](Self::known) to match. Returns false if a network has several
    /// indicators, which must be sorted; the matches found so far are then incomplete.
    fn push_plain(&mut self, addr: IpAddr, place: AddrRows) -> bool {
        self.scratch.clear();
        let tables = self.sieve.tables();
        match addr {
            IpAddr::V4(_) => push_plain_nets(tables, &tables.v4, place.net, &mut self.scratch),
            IpAddr::V6(_) => push_plain_nets(tables, &tables.v6, place.net, &mut self.scratch),
        }
    }

    /// Returns whether an address matches, or `None` if that depends on its indicators or on derived forms. Ignores the overlay.
    #[inline]
    fn known(&self, addr: IpAddr, place: AddrRows) -> Option<bool> {
        let tables = self.sieve.tables();
        if place.host.is_some() || self.embedded(addr).is_some() {
            return None;
        }
        let Some(row) = place.net else { return Some(false) };
        let is_plain = match addr {
            IpAddr::V4(_) => tables.v4.is_plain(row),
            IpAddr::V6(_) => tables.v6.is_plain(row),
        };
        (is_plain && self.filter.is_trivial()).then_some(true)
    }

    /// Decides for each address of a batch.
    fn decide(&mut self, batch: &Batch, out: &mut [bool]) {
        debug_assert!(batch.v4_count + batch.v6_count <= out.len());
        if self.sieve.0.has_overlay() {
            for (out, at) in out.iter_mut().zip(0..) {
                self.look_up_ip(batch.addr(at), Seen::default());
                *out = !self.scratch.found.is_empty();
            }
            return;
        }
        let (mut pending, mut count) = ([0_u8; BATCH], 0);
        let mut rows = [0; BATCH];
        let tables = &*self.sieve.0;
        let is_trivial = self.filter.is_trivial();
        let has_hosts = tables.urls.has_addrs();
        let v4 = &batch.v4[..batch.v4_count];
        let rows = &mut rows[..];
        tables.v4.find_all(self.kernel, v4, &mut rows[..v4.len()]);
        // The common case, without a branch per address.
        if is_trivial && !has_hosts && tables.v4.is_all_plain() && v4.len() == out.len() {
            out.iter_mut().zip(&*rows).for_each(|(out, &row)| *out = tables.v4.is_row(row));
            return;
        }
        for ((&addr, &row), &at) in v4.iter().zip(&*rows).zip(&batch.v4_at) {
            let is_found = tables.v4.is_row(row);
            let is_host = has_hosts && tables.urls.addr_row(IpAddr::V4(addr.into())).is_some();
            let is_known = !is_host & (!is_found | (is_trivial && tables.v4.is_plain(row)));
            out[usize::from(at)] = is_found;
            pending[count] = at;
            count += usize::from(!is_known);
        }
        let v6 = &batch.v6[..batch.v6_count];
        tables.v6.find_all(self.kernel, v6, &mut rows[..v6.len()]);
        for ((&addr, &row), &at) in v6.iter().zip(&*rows).zip(&batch.v6_at) {
            let is_found = tables.v6.is_row(row);
            let addr = IpAddr::V6(addr.into());
            let is_host = has_hosts && tables.urls.addr_row(addr).is_some();
            let is_known = !is_host && self.embedded(addr).is_none();
            let is_known = is_known & (!is_found | (is_trivial && tables.v6.is_plain(row)));
            out[usize::from(at)] = is_found;
            pending[count] = at;
            count += usize::from(!is_known);
        }
        for &at in &pending[..count] {
            self.look_up_ip(batch.addr(at), Seen::default());
            out[usize::from(at)] = !self.scratch.found.is_empty();
        }
    }
}

/// Addresses of both families, each with its place in the batch.
struct Batch {
    v4: [u32; BATCH],
    v4_at: [u8; BATCH],
    v4_count: usize,
    v6: [u128; BATCH],
    v6_at: [u8; BATCH],
    v6_count: usize,
}

impl Default for Batch {
    fn default() -> Self {
        let (v4, v6, none) = ([0; BATCH], [0; BATCH], [0; BATCH]);
        Self { v4, v4_at: none, v4_count: 0, v6, v6_at: none, v6_count: 0 }
    }
}

impl Batch {
    /// Sorts up to [`BATCH`] addresses by family.
    #[inline]
    fn fill<A: Copy + Into<IpAddr>>(&mut self, addrs: &[A]) {
        const LAST: usize = BATCH - 1;
        let (mut v4, mut v6) = (0, 0);
        for (at, &addr) in addrs.iter().enumerate().take(BATCH) {
            // Neither counter exceeds `at`; the masks show the compiler so.
            match addresses::canonical(addr.into()) {
                IpAddr::V4(addr) => {
                    self.v4[v4 & LAST] = addr.to_bits();
                    self.v4_at[v4 & LAST] = at as u8;
                    v4 += 1;
                }
                IpAddr::V6(addr) => {
                    self.v6[v6 & LAST] = addr.to_bits();
                    self.v6_at[v6 & LAST] = at as u8;
                    v6 += 1;
                }
            }
        }
        (self.v4_count, self.v6_count) = (v4, v6);
    }

    /// The address at a place of the batch.
    fn addr(&self, at: u8) -> IpAddr {
        let is_it = |&place: &u8| place == at;
        match self.v4_at[..self.v4_count].iter().position(is_it) {
            Some(number) => IpAddr::V4(self.v4[number].into()),
            None => {
                let number = self.v6_at[..self.v6_count].iter().position(is_it).expect("each place is of one family");
                IpAddr::V6(self.v6[number].into())
            }
        }
    }
}
