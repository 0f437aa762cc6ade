//! What a sink of hits may return: nothing, or whether to go on.

use std::ops::ControlFlow;

use super::hit::Hit;

/// What a sink returns: `()` to get all hits, or a [`ControlFlow`], whose `Break` ends the scan.
///
/// Sealed: no other types implement it.
pub trait SinkResult: sealed::Sealed {
    /// Whether the scan goes on.
    fn into_flow(self) -> ControlFlow<()>;
}

impl SinkResult for () {
    #[inline]
    fn into_flow(self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl SinkResult for ControlFlow<()> {
    #[inline]
    fn into_flow(self) -> ControlFlow<()> {
        self
    }
}

mod sealed {
    use std::ops::ControlFlow;

    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for ControlFlow<()> {}
}

/// A sink of either sort as one that returns a [`ControlFlow`].
pub(super) fn flowing<R: SinkResult>(mut sink: impl FnMut(&Hit<'_>) -> R) -> impl FnMut(&Hit<'_>) -> ControlFlow<()> {
    move |hit| sink(hit).into_flow()
}
