//! The driver: from inputs to hits in order, on one thread or on many.
//!
//! An *input* is opened, read and cut into *pieces*. The pieces are scanned ([`Piece::scan`](super::piece::Piece::scan)) for a consumer of
//! hits ([`Hits`](super::piece::Hits)). [`Alone`] does all this on the calling thread, for one input. [`run`] does it for many inputs on
//! threads of its own. It *delivers* the results on the calling thread, ordered by input and by part, in whatever order they were made.
//!
//! # The protocol of the threads
//!
//! All state that the threads share, and all waiting, is in [`desk`]. Results that wait for delivery are in [`outbox`].
//!
//! * One thread at a time opens inputs, in their order. A file, or an input in memory, is *shared*: each thread
//!   takes its next part, reads it, cuts it when its turn comes ([`turn`]), and scans it. Any other input is *owned* by the thread
//!   that opened it. The owner reads and cuts it, and passes each part to an idle thread, or scans it itself if there is none.
//! * The *head* is the part that is to be delivered next. A finished part waits in the outbox for its turn. While more than a
//!   limit waits there, only the head goes on: nothing new is opened or taken up, other owners do not read on, and the hits of other parts
//!   wait for room.
//! * No thread waits for ever. A part is taken up only after all parts before it. So the head, if it is not finished, is in the
//!   hands of a thread, or has been passed to one that has been woken. That thread may always read on and put in the head's hits, one
//!   parcel at a time; it waits only for the delivering thread. In its turn to cut, a part waits only for earlier parts.
//! * A thread that breaks off or panics *stops* the desk: every wait ends, and nothing new is taken up. The threads end as soon as
//!   none of them is inside a reader of the caller. A panic of a thread is resumed on the calling thread.
//! * A [`ScanControl`] is checked before every block and every read. Cancelling also stops the desk, and the current input is reported
//!   to have ended where it was.
//! * No code path wakes threads explicitly. A thread that releases the lock wakes those whose wait its changes have ended.
//!
//! `model.rs` checks the desk and the turns with a model checker, over all interleavings of small cases. `tests.rs` runs the whole
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

/// Resources that outlive a scan, and the limit on undelivered hits.
pub(super) struct Means<'m> {
    pub(super) workers: &'m mut [Worker],
    pub(super) chunks: &'m mut Vec<Chunk>,
    pub(super) control: &'m ScanControl,
    /// The number of bytes that may wait for delivery.
    pub(super) limit: usize,
}

/// Scans inputs on one thread per worker, beside the calling thread. `Break` from `deliver` ends everything; the end of the
/// current input is still delivered.
///
/// # Errors
///
/// A thread cannot be created. Nothing has been delivered in that case.
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
