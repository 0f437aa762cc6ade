//! Indicators, and what a feed says of them.
//!
//! An [`Indicator`] is a canonical value of [`value`](crate::value) with its [`Scope`] and maybe a port, or a [`Pattern`]. A
//! reader hands over each listing as a [`Record`], with its line and [`Attributes`], and each value that it does not take as a
//! [`Rejection`] or a [`Skip`]: a [`RecordSink`] takes them all. A [`Feed`] names the source, and its [`Policy`] says what it
//! may list.
//!
//! ```
//! use netsieve::indicator::{DomainName, Indicator, Kind, Record, Scope};
//!
//! let name = DomainName::parse("WWW.Evil.Test").unwrap();
//! let indicator = Indicator::Domain { name, scope: Scope::Suffix, port: Some(8080) };
//! assert_eq!((indicator.to_string().as_str(), indicator.kind()), ("www.evil.test:8080", Kind::Domain));
//! let record = Record::new(indicator, 12, "WWW.Evil.Test:8080");
//! assert_eq!(record.line, 12);
//! ```

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

pub use crate::value::{DomainName, EmailAddress, FileHash, HostRef, Reject, Url, UrlScratch, UrlView};
