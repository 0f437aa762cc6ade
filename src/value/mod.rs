//! Canonical forms of values (addresses, names, URLs, file hashes and mail addresses), and refanging of defanged text.
//!
//! Feeds and logs go through the same canonicalisers ([`ip`], [`domain`], [`url`](mod@url), [`hash`](mod@hash),
//! [`email`]), so that two spellings of one thing compare equal. Canonicalising is idempotent. An invalid value is
//! refused with a [`Reject`].
//!
//! ```
//! use netsieve::Reject;
//! use netsieve::value::{DomainName, ip};
//!
//! assert_eq!(DomainName::parse("WWW.Evil.TEST.").unwrap().as_str(), "www.evil.test");
//! assert_eq!(ip::parse_addr(b"::ffff:192.0.2.1").unwrap().to_string(), "192.0.2.1");
//! assert_eq!(ip::parse_addr(b"192.0.2.01"), Err(Reject::LeadingZero));
//! ```

mod column;
pub mod domain;
pub mod email;
pub mod hash;
pub mod ip;
mod observable;
pub mod refang;
mod reject;
pub(crate) mod service;
pub(crate) mod six;
pub mod url;
pub(crate) mod vocabulary;
pub(crate) mod wide;

pub use column::{Column, Offset, Values};
pub use domain::DomainName;
pub use email::EmailAddress;
pub use hash::FileHash;
pub(crate) use observable::Observable;
pub use reject::Reject;
pub use url::{HostRef, Url, UrlScratch, UrlView};
pub(crate) use wide::has_separator;
