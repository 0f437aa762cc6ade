//! The raw form of matches, as a lookup collects them.

use crate::sieve::matching::derived::Derived;
use crate::sieve::matching::options::{Relation, Strength};

/// An indicator that covers the observable, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawMatch {
    pub(crate) id: u32,
    pub(crate) relation: Relation,
    pub(crate) strength: Strength,
    /// True if the host matches; false if the URL as a whole does.
    pub(crate) of_host: bool,
    /// True if allow entries can suppress it.
    pub(crate) is_host_level: bool,
    /// Matches are sorted by this, and allow entries compare it.
    pub(super) specificity: u32,
    /// The form in which the covered address is embedded in the observed one; `None` if it is the observed one.
    pub(crate) derived: Option<Derived>,
}

/// Observations that accompany an observable.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// The effective port.
    pub(crate) port: Option<u16>,
    /// The text looks like a file name or a version.
    pub(crate) name_like: bool,
}
