//! The two ways to deliver hits: as text that threads render, or as blocks whose hits the calling thread reads.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::outbox::Parcel;
use crate::scan::chunk::Chunk;
use crate::scan::hits::{Lending, Lent, Part, Render, Rendering};
use crate::scan::piece::{Hits, Text};
use crate::scan::source::Source;

pub(in crate::scan) type Inputs<'i, 's> = dyn Iterator<Item = io::Result<Source<'s>>> + Send + 'i;

/// A way to deliver hits, used on the threads that find them.
pub(in crate::scan) trait Output<'s>: Sync {
    /// The unit of delivery.
    type Part: Parcel + Send;

    /// Returns a consumer for the hits of one piece, which calls `put` with the parts to deliver.
    fn hits<'h>(
        &'h self,
        input: usize,
        put: &'h mut dyn FnMut(Self::Part) -> ControlFlow<()>,
    ) -> Box<dyn Hits<'s> + 'h>
    where
        's: 'h;

    /// Returns the chunk that a delivered part kept alive.
    fn kept(part: Self::Part) -> Option<Arc<Chunk>>;
}

/// Renders hits on the thread that finds them.
pub(in crate::scan) struct ToText<'r>(pub(in crate::scan) &'r Render<'r>);

impl<'s> Output<'s> for ToText<'_> {
    type Part = Part;

    fn hits<'h>(&'h self, input: usize, put: &'h mut dyn FnMut(Self::Part) -> ControlFlow<()>) -> Box<dyn Hits<'s> + 'h>
    where
        's: 'h,
    {
        Box::new(Rendering::new(input, self.0, put))
    }

    fn kept(_: Part) -> Option<Arc<Chunk>> {
        None
    }
}

impl Parcel for Part {
    fn weight(&self) -> usize {
        self.weight()
    }

    fn counts(&self) -> (u64, u64) {
        (self.hits.len() as u64, self.hits.iter().map(|hit| hit.matches as u64).sum())
    }
}

/// Passes hits to the calling thread.
pub(in crate::scan) struct ToCaller;

impl<'s> Output<'s> for ToCaller {
    type Part = Lent<'s>;

    fn hits<'h>(&'h self, _: usize, put: &'h mut dyn FnMut(Self::Part) -> ControlFlow<()>) -> Box<dyn Hits<'s> + 'h>
    where
        's: 'h,
    {
        Box::new(Lending::new(put))
    }

    fn kept(part: Lent<'s>) -> Option<Arc<Chunk>> {
        match part.text {
            Text::Chunk(chunk) => Some(chunk),
            Text::Slice(_) | Text::Bytes(_) => None,
        }
    }
}

impl Parcel for Lent<'_> {
    fn weight(&self) -> usize {
        self.weight()
    }

    /// They are counted when they are handed over.
    fn counts(&self) -> (u64, u64) {
        (0, 0)
    }
}
