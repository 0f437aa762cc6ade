//! The driver: from inputs to hits in order, on one thread or on many.
//!
//! An *input* is opened, and read and cut into *pieces*, which are scanned ([`Piece::scan`](super::piece::Piece::scan)) for those who want the hits
//! ([`Hits`](super::piece::Hits)). [`Alone`] does all this on the calling thread, for one input. [`run`] does it for many inputs on threads of its own,
//! and *delivers* what the pieces gave on the calling thread, by input and by part of it, whatever was done first.
//!
//! # The protocol of the threads
//!
//! All that the threads share, and all waiting, is in [`desk`]; what waits to be delivered is in [`outbox`].
//!
//! * An input is opened by one thread at a time, in the order of the inputs. A file, or what is in memory, is *shared*: each thread
//!   takes its next part, reads it, cuts it when its turn comes ([`turn`]), and scans it. Any other input is *owned* by the thread
//!   that opened it, which reads and cuts it, and hands what it has read to a thread that has nothing to do, or else scans it
//!   itself.
//! * The *head* is the part whose turn to be delivered it is. A part that is done waits in the outbox for its turn. While more than a
//!   limit waits there, nothing new is opened or taken up, owners other than the head's do not read on, and hits of other
//!   parts than the head wait for room.
//! * So nobody waits for ever. A part is taken up only when all before it have been, so the head, if it is not done, is in the
//!   hands of a thread, or has been handed to one that has been woken. That thread may always read on and put the head's hits in, one
//!   parcel at a time, and waits for nobody but the one who delivers. In its turn to cut, a part waits only for parts before it.
//! * Whoever breaks off or panics *stops* the desk: every wait ends, and nothing new is taken up. Then the threads end as soon as
//!   none of them is in a reader of the caller's. A panic of a thread goes on in the calling one.
//! * A [`ScanControl`] is asked before every block and every reading. It stops the desk, too, and the input at hand is told to have
//!   ended so.
//! * Nobody wakes anybody by hand. Whoever lets go of the lock wakes those whose wait the difference ends that he has made.
//!
//! `model.rs` checks the desk and the turns with a model checker, over all interleavings of small cases; `tests.rs` runs the whole
//! driver over random inputs, limits and sinks.

use std::io;
use std::ops::ControlFlow;

use super::chunk::Chunk;
use super::control::ScanControl;
use super::worker::Worker;

mod alone;
mod crew;
mod desk;
#[cfg(test)]
mod model;
mod outbox;
mod output;
mod sync;
#[cfg(test)]
mod tests;
mod turn;

pub(super) use alone::Alone;
pub(super) use outbox::Next;
use output::{Inputs, Output};
pub(super) use output::{ToCaller, ToText};

/// What is used up by no scan: buffers, and how much may wait.
pub(super) struct Means<'m> {
    pub(super) workers: &'m mut [Worker],
    pub(super) chunks: &'m mut Vec<Chunk>,
    pub(super) control: &'m ScanControl,
    /// Bytes that may wait to be delivered.
    pub(super) limit: usize,
}

/// Scans inputs on a thread for each worker, beside the calling one. `Break` from `deliver` ends everything; the end of the
/// input at hand is delivered then.
///
/// # Errors
///
/// A thread cannot be created. Nothing has been delivered then.
pub(super) fn run<'s, O: Output<'s>>(
    means: Means<'_>,
    inputs: &mut Inputs<'_, 's>,
    output: &O,
    deliver: &mut dyn FnMut(&mut Next<O::Part>) -> ControlFlow<()>,
) -> io::Result<()> {
    let crew = crew::Crew::new(inputs, output, means.control, std::mem::take(means.chunks), means.limit);
    let result = crew.run(means.workers, &mut |mut next| {
        let flow = deliver(&mut next);
        if let Next::Hits(_, part) = next
            && let Some(chunk) = O::kept(part)
        {
            crew.recycle(chunk);
        }
        flow
    });
    *means.chunks = crew.into_chunks();
    result
}
