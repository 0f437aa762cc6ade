//! What an indicator is, and what a feed says of it. The values themselves are those of [`value`](crate::value).

mod canonical;
mod entry;
mod kind;
mod pattern;

pub use canonical::Indicator;
pub use entry::{
    Action, Attributes, Column, ColumnRole, Columns, Construct, Exceptions, Feed, Policy, Record, RecordSink,
    Rejection, Skip, Warning, WarningKind,
};
pub use kind::{Kind, Scope};
pub use pattern::{Pattern, PatternTarget};

pub use crate::value::{DomainName, HostRef, Reject, Url, UrlScratch, UrlView};
