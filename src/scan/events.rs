//! Reading lines with hits as events; does nothing if that is turned off.

#[cfg(feature = "events")]
pub(super) use self::on::Events;
#[cfg(feature = "events")]
pub(super) use crate::event::{Heads, PartHeads};

#[cfg(not(feature = "events"))]
pub(super) use self::off::{Events, Heads, PartHeads};

#[cfg(feature = "events")]
mod on {
    use jiff::Timestamp;

    use crate::event::{Event, EventReader, PartHeads};
    use crate::scan::options::{ScanOptions, Validity};

    /// Reads lines as events, unless that is turned off.
    #[derive(Debug)]
    pub(in crate::scan) struct Events {
        reader: Option<EventReader>,
        validity: Validity,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        /// Start and length of the current line.
        last: Option<(usize, usize)>,
    }

    impl Events {
        pub(in crate::scan) fn new(options: &ScanOptions) -> Self {
            let reader = options.events.as_ref().map(|events| EventReader::with_engine(events, options.engine));
            Self { reader, validity: options.validity, from: options.from, to: options.to, last: None }
        }

        /// Returns true if the time of an event matters.
        pub(in crate::scan) fn asks_time(&self) -> bool {
            self.validity == Validity::AtEvent || self.from.is_some() || self.to.is_some()
        }

        /// Returns true if this time is in the span that the options ask for.
        pub(in crate::scan) fn wants(&self, at: Timestamp) -> bool {
            self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
        }

        /// Returns true if entries must be valid at the time of the event.
        pub(in crate::scan) fn is_at_event(&self) -> bool {
            self.validity == Validity::AtEvent
        }

        /// Forgets the line that was read last, because another block begins.
        pub(in crate::scan) fn forget(&mut self) {
            self.last = None;
        }

        /// The second at which entries must be valid for this event.
        pub(in crate::scan) fn valid_at(&self, event: Option<Event<'_>>) -> Option<i64> {
            let time = event.filter(|_| self.validity == Validity::AtEvent)?.time()?;
            Some(time.timestamp().as_second())
        }

        pub(in crate::scan) fn is_on(&self) -> bool {
            self.reader.is_some()
        }

        /// Goes on to the line at an offset of the text that the heads belong to, unless it is the current one. The line is parsed lazily,
        /// only as far as its event is asked for.
        pub(in crate::scan) fn go_to(&mut self, heads: &PartHeads, at: usize, line: &[u8]) {
            let Some(reader) = &mut self.reader else { return };
            if self.last.replace((at, line.len())) == Some((at, line.len())) {
                return;
            }
            reader.set_head(heads.at(at));
            reader.go_to(line);
        }

        /// The event of the current line.
        pub(in crate::scan) fn last<'h>(&'h self, line: &'h [u8]) -> Option<Event<'h>> {
            self.reader.as_ref().map(|reader| reader.again(line))
        }
    }
}

#[cfg(not(feature = "events"))]
mod off {
    use crate::scan::options::ScanOptions;

    #[derive(Debug)]
    pub(in crate::scan) struct Events;

    impl Events {
        pub(in crate::scan) fn new(_: &ScanOptions) -> Self {
            Self
        }

        pub(in crate::scan) fn forget(&mut self) {}

        pub(in crate::scan) fn is_on(&self) -> bool {
            false
        }

        pub(in crate::scan) fn go_to(&mut self, _: &PartHeads, _: usize, _: &[u8]) {}
    }

    #[derive(Clone, Debug, Default)]
    pub(in crate::scan) struct Heads;

    impl Heads {
        pub(in crate::scan) fn new(_: Option<jiff::Timestamp>) -> Self {
            Self
        }

        pub(in crate::scan) fn written(&mut self, _: Option<jiff::Timestamp>) {}

        pub(in crate::scan) fn next(&mut self, _: &[u8], _: usize) -> PartHeads {
            PartHeads
        }
    }

    #[derive(Clone, Debug, Default)]
    pub(in crate::scan) struct PartHeads;

    impl PartHeads {
        pub(in crate::scan) fn of_inputs(_: &[u8], _: impl Iterator<Item = std::ops::Range<usize>>) -> Self {
            Self
        }
    }
}
