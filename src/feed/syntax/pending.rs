//! Records that wait for what the feed says of all of them further on.

use crate::indicator::{Record, RecordSink, Warning, WarningKind};
use crate::limits::MAX_PENDING;

/// Records in the order of the feed.
#[derive(Default)]
pub(crate) struct Pending {
    records: Vec<Record<'static>>,
    /// What was changed about some of them.
    warnings: Vec<(usize, Warning<'static>)>,
    bytes: usize,
}

impl Pending {
    pub(crate) fn push(&mut self, record: Record<'static>) {
        let attributes = &record.attributes;
        let texts = [&attributes.family, &attributes.reference, &attributes.description, &attributes.id];
        let length = record.as_listed.len()
            + attributes.tags.iter().map(|tag| tag.len() + 24).sum::<usize>()
            + texts.into_iter().flatten().map(|text| text.len()).sum::<usize>();
        self.bytes += length + size_of::<Record<'_>>() + 128;
        self.records.push(record);
    }

    pub(crate) fn warn(&mut self, warning: Warning<'static>) {
        self.warnings.push((self.records.len(), warning));
    }

    /// Whether so many wait that they must go as they are.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > MAX_PENDING
    }

    /// Hands all over, with what `complete` adds to each.
    pub(crate) fn flush(&mut self, sink: &mut dyn RecordSink, mut complete: impl FnMut(&mut Record<'static>)) {
        let mut warnings = self.warnings.drain(..).peekable();
        for (at, mut record) in self.records.drain(..).enumerate() {
            complete(&mut record);
            sink.record(record);
            while let Some((_, warning)) = warnings.next_if(|(after, _)| *after <= at + 1) {
                sink.warn(warning);
            }
        }
        warnings.for_each(|(_, warning)| sink.warn(warning));
        self.bytes = 0;
    }

    /// As [`flush`](Self::flush), and says that what follows later is missing.
    pub(crate) fn flush_early(&mut self, sink: &mut dyn RecordSink, complete: impl FnMut(&mut Record<'static>)) {
        if let Some(first) = self.records.first() {
            sink.warn(Warning::new(first.line, first.as_listed.clone(), WarningKind::LateContext));
        }
        self.flush(sink, complete);
    }
}
