//! The hits that were handed over for an unfinished line.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::extract::Context;

/// The place of a hit: one span can be two things, a reverse name and its address.
type HitPlace = (Range<u64>, Context);

/// The hits that were handed over for an unfinished line, shared with the threads that scan it.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Arc<Mutex<HashSet<HitPlace>>>);

impl Told {
    /// Returns true if a hit was handed over before.
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

/// The relation of a part's hits to those handed over before.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// All are new.
    None,
    /// These hits are not handed over again.
    Told(Told),
    /// As `Told`, and the hits of this part are added: its line is scanned again when its end has come.
    Rest(Told),
}

impl Known {
    /// Returns true if a hit is to be handed over.
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
