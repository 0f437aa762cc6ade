//! What becomes of the hits that threads find: text that they render, or blocks that they leave to the calling thread.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::outbox::Parcel;
use crate::scan::chunk::Chunk;
use crate::scan::hits::{Lending, Lent, Part, Render, Rendering};
use crate::scan::piece::{Hits, Text};
use crate::scan::source::Source;

pub(in crate::scan) type Inputs<'i, 's> = dyn Iterator<Item = io::Result<Source<'s>>> + Send + 'i;

/// What becomes of hits on the threads that find them.
pub(in crate::scan) trait Output<'s>: Sync {
    /// What is delivered.
    type Part: Parcel + Send;

    /// Takes the hits of one piece, and puts what is to be delivered.
    fn hits<'h>(
        &'h self,
        input: usize,
        put: &'h mut dyn FnMut(Self::Part) -> ControlFlow<()>,
    ) -> Box<dyn Hits<'s> + 'h>
    where
        's: 'h;

    /// A chunk that what has been delivered kept.
    fn kept(part: Self::Part) -> Option<Arc<Chunk>>;
}

/// Renders hits where they are found.
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

/// Leaves hits to the calling thread.
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

    /// Counted where they are handed over.
    fn counts(&self) -> (u64, u64) {
        (0, 0)
    }
}
