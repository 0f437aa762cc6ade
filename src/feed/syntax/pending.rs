//! Records held back until the metadata that applies to all of them is known.

use crate::indicator::{Record, RecordSink, Warning, WarningKind};
use crate::limits::MAX_PENDING;

/// Records in feed order.
#[derive(Default)]
pub(crate) struct Pending {
    records: Vec<Record<'static>>,
    /// Warnings, each with the number of records before it.
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

    /// Returns true if the records hold more memory than allowed and must be flushed.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > MAX_PENDING
    }

    /// Passes all records to the sink, after `complete` has added to each.
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

    /// As [`flush`](Self::flush), with a warning that metadata found later will be missing.
    pub(crate) fn flush_early(&mut self, sink: &mut dyn RecordSink, complete: impl FnMut(&mut Record<'static>)) {
        if let Some(first) = self.records.first() {
            sink.warn(Warning::new(first.line, first.as_listed.clone(), WarningKind::LateContext));
        }
        self.flush(sink, complete);
    }
}
