//! What a lookup of a URL at all of its ends finds, and the space that it works in.

use crate::sieve::matching::options::Relation;
use crate::value::url::{End, FollowSpace};

/// A URL indicator that covers a URL up to one of its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covering {
    pub(super) id: u32,
    pub(super) end: End,
    pub(super) relation: Relation,
    /// The length of its path.
    pub(super) path: u32,
    pub(super) whole: bool,
    pub(super) specificity: u32,
}

/// The URL indicators of a host whose paths begin with a text: a part of the list, which is in the order of paths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paths {
    pub(super) first: u32,
    pub(super) last: u32,
    /// The length of the text.
    pub(super) len: u32,
}

/// Space that a lookup at all ends works in.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    pub(super) found: Vec<Covering>,
    pub(super) paths: FollowSpace<Paths>,
    pub(super) scheme: String,
}
