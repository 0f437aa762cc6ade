//! Formats whose readers are optional features. They are always recognised, and refused with the name of the feature if it is off.

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::indicator::{Feed, RecordSink};
use crate::input::Lines;

/// As [`FeedReader::read`].
type Read = fn(&mut Lines<'_>, &Feed, &mut dyn RecordSink) -> Result<()>;

/// A format whose reader may be compiled out.
pub(crate) struct Gated {
    pub(crate) what: &'static str,
    pub(crate) feature: &'static str,
    pub(crate) is_one: fn(&Head<'_>) -> bool,
    pub(crate) read: Option<Read>,
}

/// STIX 1 packages.
pub(crate) const STIX1: Gated = Gated {
    what: "STIX 1",
    feature: "xml",
    is_one: |head| head.xml_root() == Some("STIX_Package"),
    #[cfg(feature = "xml")]
    read: Some(crate::feed::formats::xml::stix1::read),
    #[cfg(not(feature = "xml"))]
    read: None,
};

/// OpenIOC: one document, or several in one.
pub(crate) const OPENIOC: Gated = Gated {
    what: "OpenIOC",
    feature: "xml",
    is_one: |head| matches!(head.xml_root(), Some("ioc" | "iocs" | "OpenIOC")),
    #[cfg(feature = "xml")]
    read: Some(crate::feed::formats::xml::openioc::read),
    #[cfg(not(feature = "xml"))]
    read: None,
};

/// MMDB files. They are binary, so they are recognised before their lines are read.
pub(crate) const MMDB: Gated = Gated { what: "MMDB", feature: "mmdb", is_one: |_| false, read: None };

impl FeedReader for Gated {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        if (self.is_one)(head) { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        match self.read {
            Some(read) => read(lines, feed, sink),
            None => Err(Error::feed(lines.path(), absent(self.what, self.feature))),
        }
    }
}

/// The error for a feed that needs a feature.
pub(crate) fn absent(what: &str, feature: &str) -> String {
    format!("{what}, but netsieve was built without the feature `{feature}`")
}
