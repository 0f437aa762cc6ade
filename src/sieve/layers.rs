//! The tables that a lookup searches: the compiled ones, and small ones beside them for later changes.
//!
//! Compiled tables never change. [`Sieve::with`](crate::Sieve::with) puts additions into small tables of their own, the *overlay*, and
//! only notes removals. If any entry of an indicator changes, all its entries move into the overlay, so that no indicator counts in both
//! layers. A lookup collects candidates from both layers, and then applies allow entries, strengths and the order to all of them.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::arch::cpu::Kernel;
use crate::arch::tails::Tails;
use crate::indicator::{Action, HostRef};
use crate::sieve::tables::prefilter::Prefilter;
use crate::sieve::tables::{Tables, ip};

/// The tables of a sieve. Dereferences to the compiled ones.
#[derive(Clone, Debug)]
pub(in crate::sieve) struct Layers {
    base: Arc<Tables>,
    overlay: Option<Arc<Overlay>>,
}

/// The changes since the tables were compiled.
#[derive(Debug)]
pub(in crate::sieve) struct Overlay {
    tables: Arc<Tables>,
    /// The indicators of the compiled tables that no longer count, in order.
    gone: Vec<u32>,
    /// The prefilter and the ends of names of both layers, once a scan has asked for them.
    filters: OnceLock<(Prefilter, Tails)>,
}

/// The tables of one layer.
#[derive(Clone, Copy, Debug)]
pub(in crate::sieve) struct Layer<'l> {
    pub(in crate::sieve) tables: &'l Tables,
    pub(in crate::sieve) is_overlay: bool,
    /// The id of its first indicator.
    pub(in crate::sieve) first: u32,
    gone: &'l [u32],
}

impl<'l> Layer<'l> {
    /// The numbers of its indicators that no longer count, in order.
    pub(in crate::sieve) fn gone(&self) -> &'l [u32] {
        self.gone
    }

    /// Returns true if an indicator, by its number within the layer, no longer counts.
    #[inline]
    pub(in crate::sieve) fn is_gone(&self, number: u32) -> bool {
        !self.gone.is_empty() && self.gone.binary_search(&number).is_ok()
    }

    /// Returns true if every indicator counts.
    #[inline]
    pub(in crate::sieve) fn is_whole(&self) -> bool {
        self.gone.is_empty()
    }

    /// Returns true if a block indicator of a table of this layer covers an address.
    #[inline]
    pub(in crate::sieve) fn blocks<A: ip::Addr>(&self, kernel: Kernel, table: &ip::Table<A>, addr: A) -> bool {
        let Some(row) = table.find(kernel, addr) else { return false };
        let blocks = |id: u32| !self.is_gone(id) && self.tables.indicators.flags(id).has(Action::Block);
        // Plain rows always block.
        self.is_whole() && table.is_plain(row) || table.from(Some(row)).any(|(row, _)| table.ids(row).any(blocks))
    }
}

impl Deref for Layers {
    type Target = Tables;

    #[inline]
    fn deref(&self) -> &Tables {
        &self.base
    }
}

impl From<Tables> for Layers {
    fn from(tables: Tables) -> Self {
        Self { base: Arc::new(tables), overlay: None }
    }
}

impl Layers {
    /// Returns the compiled tables with an overlay in place of the present one. `gone` holds the numbers of the compiled indicators that
    /// no longer count, in order.
    pub(in crate::sieve) fn with_overlay(&self, overlay: Layers, gone: Vec<u32>) -> Self {
        let tables = overlay.base;
        let is_empty = tables.indicators.len() == 0 && gone.is_empty() && tables.feeds.len() == self.base.feeds.len();
        let overlay = (!is_empty).then(|| Arc::new(Overlay { tables, gone, filters: OnceLock::new() }));
        Self { base: self.base.clone(), overlay }
    }

    /// The compiled tables, if nobody else holds them.
    pub(in crate::sieve) fn compiled_mut(&mut self) -> Option<&mut Tables> {
        Arc::get_mut(&mut self.base)
    }

    #[inline]
    pub(in crate::sieve) fn has_overlay(&self) -> bool {
        self.overlay.is_some()
    }

    /// The layer of the compiled tables.
    #[inline]
    pub(in crate::sieve) fn compiled(&self) -> Layer<'_> {
        let gone = self.overlay.as_ref().map_or(&[][..], |overlay| &overlay.gone);
        Layer { tables: &self.base, is_overlay: false, first: 0, gone }
    }

    /// The layer of later changes, if there are any.
    #[inline]
    pub(in crate::sieve) fn overlay(&self) -> Option<Layer<'_>> {
        let tables = &self.overlay.as_ref()?.tables;
        Some(Layer { tables, is_overlay: true, first: self.base.indicators.len() as u32, gone: &[] })
    }

    /// All layers.
    #[inline]
    pub(in crate::sieve) fn all(&self) -> impl Iterator<Item = Layer<'_>> + Clone {
        std::iter::once(self.compiled()).chain(self.overlay())
    }

    /// One of the layers.
    #[inline]
    pub(in crate::sieve) fn layer(&self, is_overlay: bool) -> Layer<'_> {
        if is_overlay { self.overlay().expect("an overlay, or nothing is in it") } else { self.compiled() }
    }

    /// The layer of an indicator, and its number there.
    #[inline]
    pub(in crate::sieve) fn of(&self, id: u32) -> (Layer<'_>, u32) {
        match self.overlay() {
            Some(layer) if id >= layer.first => (layer, id - layer.first),
            _ => (self.compiled(), id),
        }
    }

    /// The number of indicators that count.
    pub(in crate::sieve) fn len(&self) -> usize {
        self.all().map(|layer| layer.tables.indicators.len() - layer.gone.len()).sum()
    }

    /// The ids of the indicators that count, in order.
    pub(in crate::sieve) fn ids(&self) -> impl ExactSizeIterator<Item = u32> {
        let mut gone = self.compiled().gone.iter().peekable();
        let mut next = 0;
        (0..self.len()).map(move |_| {
            while gone.next_if_eq(&&next).is_some() {
                next += 1;
            }
            next += 1;
            next - 1
        })
    }

    /// Returns true if a lookup of a name, in any spelling and without the root dot, may find or withhold something. False is certain.
    #[inline(always)]
    pub(in crate::sieve) fn may_match_name(&self, name: &[u8]) -> bool {
        self.base.may_match_name(name) || self.has_overlay() && self.overlay_may_match_name(name)
    }

    #[cold]
    #[inline(never)]
    fn overlay_may_match_name(&self, name: &[u8]) -> bool {
        self.overlay().is_some_and(|layer| layer.tables.may_match_name(name))
    }

    /// Like [`Tables::denies_host`], for both layers.
    #[inline]
    pub(in crate::sieve) fn denies_host(&self, kernel: Kernel, host: HostRef<'_>) -> bool {
        self.base.denies_host(kernel, host) && (!self.has_overlay() || self.overlay_denies_host(kernel, host))
    }

    #[cold]
    #[inline(never)]
    fn overlay_denies_host(&self, kernel: Kernel, host: HostRef<'_>) -> bool {
        self.overlay().is_none_or(|layer| layer.tables.denies_host(kernel, host))
    }

    /// Returns true if URLs match by their paths.
    #[inline]
    pub(in crate::sieve) fn has_path_patterns(&self) -> bool {
        self.base.paths.is_some() || self.overlay().is_some_and(|layer| layer.tables.paths.is_some())
    }

    /// The prefilter of the block indicators of all layers, and the bitmap of the ends of their names.
    pub(in crate::sieve) fn filters(&self) -> (&Prefilter, &[u8]) {
        let Some(overlay) = &self.overlay else { return (self.base.prefilter(), self.base.domains.tails().bytes()) };
        let (prefilter, tails) = overlay.filters.get_or_init(|| {
            let Tables { indicators, strings, names, paths, .. } = &*overlay.tables;
            let patterns = [names, paths].into_iter().flatten();
            self.base.prefilter().extended(self.base.domains.tails(), indicators, strings, patterns)
        });
        (prefilter, tails.bytes())
    }

    /// Bytes held by all layers.
    pub(in crate::sieve) fn memory(&self) -> usize {
        let filters = self.overlay.as_ref().and_then(|overlay| overlay.filters.get());
        let filters = filters.map_or(0, |(prefilter, tails)| prefilter.memory() + tails.bytes().len());
        self.all().map(|layer| layer.tables.memory()).sum::<usize>() + filters
    }
}
