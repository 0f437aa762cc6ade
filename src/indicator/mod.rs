//! What an indicator is, and what a feed says of it. The values themselves are those of [`value`](crate::value).

mod canonical;
mod feed;
mod kind;
mod parse;
mod pattern;
mod record;

pub use canonical::Indicator;
pub use feed::{Action, Column, ColumnRole, Columns, Exceptions, Feed, Policy};
pub use kind::{Kind, Scope};
pub use pattern::{Pattern, PatternTarget};
pub use record::{Attributes, Construct, Record, RecordSink, Rejection, Skip, Warning, WarningKind};

pub use crate::value::{DomainName, HostRef, Reject, Url, UrlScratch, UrlView};
