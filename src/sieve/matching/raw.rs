//! What a lookup collects, before it is shown.

use crate::sieve::matching::derived::Derived;
use crate::sieve::matching::options::{Relation, Strength};

/// A match in the making: an indicator that covers the observable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawMatch {
    pub(crate) id: u32,
    pub(crate) relation: Relation,
    pub(crate) strength: Strength,
    /// Whether it is a match of a host (else of a URL as a whole).
    pub(crate) of_host: bool,
    /// Whether allow entries can suppress it.
    pub(super) is_host_level: bool,
    /// What matches are sorted by and allow entries go by.
    pub(super) specificity: u32,
    /// How the address that it covers stands within the one that was observed; `None` if it is that one.
    pub(crate) derived: Option<Derived>,
}

#[cfg(feature = "events")]
impl RawMatch {
    /// Whether allow entries can suppress it.
    pub(crate) fn is_host_level(&self) -> bool {
        self.is_host_level
    }
}

/// What was seen beside an observable.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// The effective port.
    pub(crate) port: Option<u16>,
    /// The text looks like a file name or a version.
    pub(crate) name_like: bool,
}
