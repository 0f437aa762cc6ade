//! The question that a scan asks about each place before a lookup: is something listed here at all?

use std::net::IpAddr;

use crate::arch::cpu::Kernel;
use crate::arch::name::canonical;
use crate::arch::sweep::{Addrs, Filters};
use crate::indicator::Action;
use crate::limits::MAX_NAME;
use crate::sieve::set::Sieve;
use crate::sieve::tables::prefilter::Prefilter;
use crate::sieve::tables::{Named, Tables, url, without_root};
use crate::value::ip as addresses;

/// Asks a sieve about block indicators, ignoring filter, ports and allow entries. Uses the engine of its matcher.
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

    /// The prefilter over all block indicators.
    pub(crate) fn prefilter(&self) -> &Prefilter {
        self.sieve.prefilter()
    }

    /// The filters that a sweep uses.
    pub(crate) fn filters(&self) -> Filters<'_> {
        let (prefilter, tails) = self.sieve.0.filters();
        Filters { addrs: Some(self), ..prefilter.filters(tails) }
    }

    /// Returns true if a block indicator covers a canonical address, as such or as the host of a URL.
    pub(crate) fn blocks_addr(&self, addr: IpAddr) -> bool {
        let is_host = |urls: &url::Table| urls.has_addrs() && urls.addr_row(addr).is_some();
        self.blocks_net(addr) || self.sieve.0.all().any(|layer| is_host(&layer.tables.urls))
    }

    /// Returns true if an indicator may cover an IPv6 address with these first 16 bits, and these next 16 if known.
    /// False is certain.
    pub(crate) fn may_block_six(&self, first: u16, second: Option<u16>) -> bool {
        let may_start =
            |Tables { v6, urls, .. }: &Tables| v6.may_start(first, second) || urls.may_start_six(first, second);
        self.sieve.0.all().any(|layer| may_start(layer.tables))
    }

    /// Returns true if a block indicator covers a canonical address.
    fn blocks_net(&self, addr: IpAddr) -> bool {
        self.sieve.0.all().any(|layer| match addr {
            IpAddr::V4(addr) => layer.blocks(self.kernel, &layer.tables.v4, addr.to_bits()),
            IpAddr::V6(addr) => layer.blocks(self.kernel, &layer.tables.v6, addr.to_bits()),
        })
    }

    /// Returns true if a block indicator has exactly this name, in either case, or a URL has it as its host. A text that is no name, and a
    /// name with non-ASCII characters, are not listed.
    #[inline(never)]
    pub(crate) fn blocks_name(&self, name: &[u8]) -> bool {
        if let Some((name, _)) = canonical(name) {
            return self.blocks_canonical_name(name);
        }
        let mut lower = [0; MAX_NAME];
        let Some(lower) = lower.get_mut(..name.len()) else { return false };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        str::from_utf8(lower).is_ok_and(|name| self.blocks_canonical_name(name))
    }

    #[inline(always)]
    fn blocks_canonical_name(&self, name: &str) -> bool {
        self.sieve.0.all().any(|layer| {
            let tables = layer.tables;
            let blocks = |named: Named| match named {
                Named::Domain(id) => tables.indicators.flags(id).has(Action::Block),
                Named::Host(_) => true,
            };
            tables.domains.exact(&tables.strings, name).is_some_and(|row| tables.named(row).any(blocks))
        })
    }
}

impl Addrs for Probe {
    fn may_list(&self, addrs: &[u32], answers: &mut [bool]) {
        /// The number of rows that are looked up side by side.
        const BATCH: usize = 128;
        let mut rows = [0; BATCH];
        for layer in self.sieve.0.all() {
            let Tables { v4, urls, .. } = layer.tables;
            for (addrs, answers) in addrs.chunks(BATCH).zip(answers.chunks_mut(BATCH)) {
                v4.find_all(self.kernel, addrs, &mut rows[..addrs.len()]);
                for ((answer, &row), &addr) in answers.iter_mut().zip(&rows).zip(addrs) {
                    let is_listed =
                        v4.is_row(row) || urls.has_addrs() && urls.addr_row(IpAddr::V4(addr.into())).is_some();
                    *answer = is_listed | (layer.is_overlay & *answer);
                }
            }
        }
    }
}

impl Sieve {
    /// The prefilter over all block indicators of the sieve.
    pub(crate) fn prefilter(&self) -> &Prefilter {
        self.0.filters().0
    }

    /// Returns true if a listed name may cover this name, in any spelling. False is certain.
    #[inline]
    pub(crate) fn may_hold_name(&self, text: &[u8]) -> bool {
        self.0.all().any(|layer| layer.tables.domains.may_hold(without_root(text)))
    }

    /// Returns true if the address, prefix or range of a block entry covers an address, ignoring ports, allow entries
    /// and the options of a [`Matcher`](crate::Matcher). It never returns false if
    /// [`Matcher::match_ip`](crate::Matcher::match_ip) finds such an indicator without [derived
    /// forms](crate::sieve::DerivedForms). Hosts of URLs are ignored. Mapped and NAT64 addresses are looked up as IPv4.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    ///
    /// use netsieve::{Indicator, Sieve};
    ///
    /// let (sieve, _) = Sieve::builder().add("partner", "11.22.0.0/16:80".parse::<Indicator>()?).build()?;
    /// assert!(sieve.contains_ip(Ipv4Addr::new(11, 22, 33, 44)));
    /// assert!(!sieve.contains_ip(Ipv4Addr::new(11, 23, 0, 0)));
    /// # Ok::<(), netsieve::Error>(())
    /// ```
    pub fn contains_ip(&self, addr: impl Into<IpAddr>) -> bool {
        Probe::new(self.clone(), Kernel::best()).blocks_net(addresses::canonical(addr.into()))
    }
}
