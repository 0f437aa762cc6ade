//! URLs: one canonical form, after [Safe Browsing].
//!
//! The canonical text is `scheme://host[:port]/path[?query]`, ASCII without white space. The steps are, in this order:
//!
//! 1. White space is trimmed at both ends; tabs, CR and LF are removed anywhere. The fragment is dropped.
//! 2. The scheme is a letter followed by letters, digits, `+`, `-` and `.`, up to a `:` and two of `/` and `\`. It is
//!    lower-cased. After `http`, `https`, `ws`, `wss` and `ftp`, further slashes are skipped, as browsers do. A text
//!    without a scheme is read as `http`.
//! 3. The authority ends at the first `/`, `\` or `?`. Everything up to its last `@` (a user and a password) is dropped.
//! 4. The host is unescaped; dots at its ends are dropped, and runs of dots become one. The result is an IPv4 address
//!    as the [WHATWG host parser] reads it (`http://3221225985/` is `http://192.0.2.1/`), an IPv6 address in brackets,
//!    or a name as [the domain canonicaliser](super::domain) reads it. Mapped and NAT64 addresses become IPv4.
//! 5. The port is dropped if it is the scheme's default (`http`, `ws` 80; `https`, `wss` 443; `ftp` 21).
//! 6. In the path, `\` becomes `/`; escapes are undone; `.` and `..` are resolved; runs of `/` become one. An empty
//!    path becomes `/`.
//! 7. The query, which is everything after the first `?`, is unescaped. An empty query is dropped.
//! 8. Path and query are escaped again: every byte up to and including the space, every byte from 0x7F on, `#`, `%`,
//!    and in the path `?`, becomes `%` and two upper-case digits.
//!
//! *Unescaped* means that `%` with two hexadecimal digits is replaced until no escape is left (`%2541` is `A`), in
//! linear time. Path and query keep their case. Canonicalising is idempotent, with one exception: escaping can make a
//! text longer than [`MAX_OBSERVABLE`](crate::limits::MAX_OBSERVABLE), which is then refused.
//!
//! # Equal URLs
//!
//! For matching, `http`, `https`, `ws`, `wss` and `ftp` are one scheme ([`scheme_group`]). Two canonical URLs are the
//! same indicator if they have the same scheme group and the same [key](UrlView::key), which is the text after the
//! scheme.
//!
//! # Example
//!
//! ```
//! use netsieve::value::url::{HostRef, Url, UrlScratch, canonicalise};
//!
//! let mut scratch = UrlScratch::new();
//! let view = canonicalise(b"HTTP://u:p@WWW.Example.Test:80/a/./b/../%7Ec//d?q=%41#top", &mut scratch)?;
//! assert_eq!(view.as_str(), "http://www.example.test/a/~c/d?q=A");
//! assert_eq!(view.host(), HostRef::Domain("www.example.test"));
//! assert_eq!((view.port(), view.effective_port()), (None, Some(80)));
//! assert_eq!((view.path(), view.query()), ("/a/~c/d", Some("q=A")));
//!
//! let url = Url::parse("https://www.example.test/a/~c/d?q=A")?;
//! assert!(url.view().same_indicator(&view));
//! # Ok::<(), netsieve::Reject>(())
//! ```
//!
//! [Safe Browsing]: https://developers.google.com/safe-browsing/v4/urls-hashing#canonicalization
//! [WHATWG host parser]: https://url.spec.whatwg.org/#host-parsing

mod canonical;
mod escape;
mod plain;
mod prefixes;
mod split;
#[cfg(test)]
mod tests;
mod view;

#[cfg(any(feature = "events", feature = "feeds"))]
pub(crate) use canonical::after_scheme;
pub use canonical::{Authority, UrlScratch, authority, canonicalise, canonicalise_target, has_scheme};
pub(crate) use canonical::{canonicalise_from, unescape};
pub(crate) use plain::Start;
pub(crate) use prefixes::{End, FollowSpace, Follower, follow};
pub use view::{HostRef, Url, UrlView, default_port, scheme_group};
