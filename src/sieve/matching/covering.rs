//! The results of looking up a URL at all of its ends, and the working space.

use crate::sieve::matching::options::Relation;
use crate::value::url::{End, FollowSpace};

/// A URL indicator that covers a URL up to one of its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covering {
    pub(super) id: u32,
    /// True if the indicator is in the overlay.
    pub(super) is_overlay: bool,
    pub(super) end: End,
    pub(super) relation: Relation,
    /// The length of the indicator's path.
    pub(super) path: u32,
    pub(super) whole: bool,
    pub(super) specificity: u32,
}

/// The URL indicators of a host whose paths begin with some text: a range of the host's list, which is sorted by path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paths {
    pub(super) first: u32,
    pub(super) last: u32,
    /// The length of that text.
    pub(super) len: u32,
}

/// The working space of a lookup at all ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    pub(super) found: Vec<Covering>,
    pub(super) paths: FollowSpace<Paths>,
    pub(super) scheme: String,
}
