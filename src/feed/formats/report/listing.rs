//! Lists that nothing announces: values alone on their lines, some of them defanged.

/// The values alone on the lines above, without a gap between them.
#[derive(Default)]
pub(super) struct Listing {
    /// The values since the last one that was taken, by their indices; `None` if none was taken.
    open: Option<Vec<usize>>,
}

impl Listing {
    /// Goes on with a value that is taken. Returns those between it and the last one: they belong to the same list.
    pub(super) fn taken(&mut self) -> Vec<usize> {
        self.open.replace(Vec::new()).unwrap_or_default()
    }

    /// Goes on with a value that is only mentioned, unless a list goes on.
    pub(super) fn mentioned(&mut self, at: usize) {
        if let Some(open) = &mut self.open {
            open.push(at);
        }
    }
}
