//! The return values of a sink: nothing, or a `ControlFlow`.

use std::ops::ControlFlow;

use super::hit::Hit;

/// The return type of a sink: `()` to get all hits, or a [`ControlFlow`] whose `Break` ends the scan.
///
/// This trait is sealed: no other types can implement it.
#[diagnostic::on_unimplemented(
    message = "a sink returns nothing or a `ControlFlow<()>`, not `{Self}`",
    note = "put the body of the closure in braces, with a semicolon at its end"
)]
pub trait SinkResult: sealed::Sealed {
    /// Returns `Break` if the scan is to end.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use netsieve::scan::SinkResult;
    ///
    /// assert_eq!(().into_flow(), ControlFlow::Continue(()));
    /// assert_eq!(ControlFlow::Break(()).into_flow(), ControlFlow::Break(()));
    /// ```
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

/// Wraps a sink of either kind as one that returns a [`ControlFlow`].
pub(super) fn flowing<R: SinkResult>(mut sink: impl FnMut(&Hit<'_>) -> R) -> impl FnMut(&Hit<'_>) -> ControlFlow<()> {
    move |hit| sink(hit).into_flow()
}
