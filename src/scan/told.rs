//! What was handed over of a line that had no end yet.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::extract::Context;

/// Where a hit stands: one span can be two things, a reverse name and its address.
type HitPlace = (Range<u64>, Context);

/// What was handed over of a line whose end is still to come, shared with whoever scans it.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Arc<Mutex<HashSet<HitPlace>>>);

impl Told {
    /// Whether a hit was handed over before.
    pub(super) fn has(&self, place: &HitPlace) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(place)
    }

    pub(super) fn add(&self, place: HitPlace) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// What of the hits of a part is known already, or to be kept in mind.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// All are new.
    None,
    /// These are not handed over again.
    Told(Told),
    /// Likewise, and those of this part will not be either: it is scanned once more, when its line has come to its end.
    Rest(Told),
}

impl Known {
    /// Whether a hit is to be handed over.
    pub(super) fn is_new(&self, span: &Range<u64>, context: Context) -> bool {
        let place = (span.clone(), context);
        match self {
            Known::None => true,
            Known::Told(told) => !told.has(&place),
            Known::Rest(told) => {
                let is_new = !told.has(&place);
                if is_new {
                    told.add(place);
                }
                is_new
            }
        }
    }
}
