//! Indicators, and the metadata that feeds attach to them.
//!
//! An [`Indicator`] is a canonical value of [`value`](crate::value) with its [`Scope`] and an optional port, or a
//! [`Pattern`]. A feed reader passes everything it reads to a [`RecordSink`]: each listing as a [`Record`] with its
//! line and [`Attributes`], each value it cannot use as a [`Rejection`], and each part that holds no indicator as a
//! [`Skip`]. A [`Feed`] names the source, and its [`Policy`] says what the feed may list.
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
