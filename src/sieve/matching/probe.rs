//! What a scan asks about a place before it looks anything up: is something listed here at all?

use std::net::IpAddr;

use crate::arch::cpu::Kernel;
use crate::arch::sweep::{Addrs, Filters};
use crate::indicator::Action;
use crate::sieve::set::Sieve;
use crate::sieve::tables::prefilter::Prefilter;
use crate::sieve::tables::{Named, Tables, without_root};
use crate::value::ip as addresses;

/// Asks a sieve about block indicators, whatever filter, ports and allow entries say, by the engine of its matcher.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    sieve: Sieve,
    kernel: Kernel,
}

impl Probe {
    pub(in crate::sieve) fn new(sieve: Sieve, kernel: Kernel) -> Self {
        Self { sieve, kernel }
    }

    pub(crate) fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// What can be asked about all block indicators at once.
    pub(crate) fn prefilter(&self) -> &Prefilter {
        self.sieve.prefilter()
    }

    /// What a sweep goes by.
    pub(crate) fn filters(&self) -> Filters<'_> {
        Filters { addrs: Some(self), ..self.prefilter().filters(self.sieve.tables().domains.tails()) }
    }

    /// Whether a block indicator covers an address, which is canonical: as such, or as the host of a URL.
    pub(crate) fn blocks_addr(&self, addr: IpAddr) -> bool {
        let urls = &self.sieve.tables().urls;
        self.blocks_net(addr) || (urls.has_addrs() && urls.addr_row(addr).is_some())
    }

    /// Whether an indicator may cover an IPv6 address that begins with these 16 bits, and with the next 16 if they are known. No is
    /// certain.
    pub(crate) fn may_block_six(&self, first: u16, second: Option<u16>) -> bool {
        let Tables { v6, urls, .. } = self.sieve.tables();
        v6.may_start(first, second) || urls.may_start_six(first, second)
    }

    /// Whether a block indicator covers an address, which is canonical.
    fn blocks_net(&self, addr: IpAddr) -> bool {
        let tables = self.sieve.tables();
        match addr {
            IpAddr::V4(addr) => tables.blocks(self.kernel, &tables.v4, addr.to_bits()),
            IpAddr::V6(addr) => tables.blocks(self.kernel, &tables.v6, addr.to_bits()),
        }
    }

    /// Whether a block indicator has exactly this name, which is canonical, or a URL has it as its host.
    pub(crate) fn blocks_name(&self, name: &str) -> bool {
        let tables = self.sieve.tables();
        let blocks = |named: Named| match named {
            Named::Domain(id) => tables.indicators.flags(id).has(Action::Block),
            Named::Host(_) => true,
        };
        tables.domains.exact(&tables.strings, name).is_some_and(|row| tables.named(row).any(blocks))
    }
}

impl Addrs for Probe {
    fn may_list(&self, addrs: &[u32], answers: &mut [bool]) {
        /// Rows that are looked up side by side.
        const BATCH: usize = 128;
        let Tables { v4, urls, .. } = self.sieve.tables();
        let mut rows = [0; BATCH];
        for (addrs, answers) in addrs.chunks(BATCH).zip(answers.chunks_mut(BATCH)) {
            v4.find_all(self.kernel, addrs, &mut rows[..addrs.len()]);
            for ((answer, &row), &addr) in answers.iter_mut().zip(&rows).zip(addrs) {
                *answer = v4.is_row(row) || urls.has_addrs() && urls.addr_row(IpAddr::V4(addr.into())).is_some();
            }
        }
    }
}

impl Sieve {
    /// What can be asked about all its block indicators at once.
    pub(crate) fn prefilter(&self) -> &Prefilter {
        self.tables().prefilter()
    }

    /// Whether some listed name may be what a name, in any spelling, is or is beneath. No is certain.
    #[inline]
    pub(crate) fn may_hold_name(&self, text: &[u8]) -> bool {
        self.tables().domains.may_hold(without_root(text))
    }

    /// Whether a block entry's address, prefix or range covers an address, whatever its port, and whatever allow entries
    /// and options a [`Matcher`](crate::Matcher) goes by: never `false` where [`Matcher::match_ip`](crate::Matcher::match_ip)
    /// finds such an indicator without [derived forms](crate::sieve::DerivedForms). Hosts of URLs are not looked at. Mapped and
    /// NAT64 addresses are looked up as IPv4.
    ///
    /// ```
    /// use netsieve::indicator::{Feed, Indicator, Record};
    /// use netsieve::Sieve;
    /// use std::net::Ipv4Addr;
    ///
    /// let mut builder = Sieve::builder();
    /// let feed = builder.feed(Feed::new("partner"));
    /// builder.add(feed, Record::new(Indicator::Ip { net: "11.22.0.0/16".parse().unwrap(), port: Some(80) }, 1, ""));
    /// let (sieve, _) = builder.build()?;
    /// assert!(sieve.contains_ip(Ipv4Addr::new(11, 22, 33, 44)));
    /// assert!(!sieve.contains_ip(Ipv4Addr::new(11, 23, 0, 0)));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn contains_ip(&self, addr: impl Into<IpAddr>) -> bool {
        Probe::new(self.clone(), Kernel::best()).blocks_net(addresses::canonical(addr.into()))
    }
}
