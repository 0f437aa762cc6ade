//! netsieve compiles threat indicators into an immutable **sieve** and matches logged addresses, domains, URLs, hashes of files and mail
//! addresses against it: single values, or raw log bytes on all cores.
//!
//! Indicators come from feeds: lists of addresses, prefixes, ranges, domains, URLs, patterns, hashes and mail addresses. Feeds and logs go
//! through the same canonicalisers, so that upper case, full IPv6 or escaped URLs are not missed; names match by whole
//! labels, so that nothing is found that is not there; and every match tells which indicators of which feeds it is by,
//! how they cover the value, and how sure that is.
//!
//! # The five jobs
//!
//! **Build** a sieve, from files and from what a program holds itself:
//!
//! ```no_run
//! # #[cfg(feature = "config")] {
//! use netsieve::{FeedFile, Indicator, Sieve};
//!
//! let (sieve, report) = Sieve::builder()
//!     .read(FeedFile::new("phish.csv").tag("phish"))?
//!     .add("ours", "bad.example".parse::<Indicator>()?)
//!     .build()?;
//! // Or all feeds that a configuration names:
//! let sieve = Sieve::from_config("feeds.toml")?;
//! # }
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! **Look up** one value of any kind. A text that is not a value is an error, and not a miss:
//!
//! ```
//! use netsieve::{Indicator, Relation, Sieve};
//!
//! let mut builder = Sieve::builder();
//! for text in ["evil.test", "198.51.100.0/24", "http://shop.test/login/"] {
//!     builder.add("partner", text.parse::<Indicator>()?);
//! }
//! let (sieve, _) = builder.build()?;
//!
//! // A matcher owns scratch space: one for each thread.
//! let mut matcher = sieve.matcher();
//! for found in matcher.lookup("WWW.Evil.TEST.")? {
//!     assert_eq!(found.to_string(), "evil.test (subdomain) partner");
//!     assert_eq!(found.relation(), Relation::Subdomain);
//! }
//! assert!(matcher.is_match_any("::ffff:198.51.100.7"));
//! assert!(matcher.is_match_url("HTTP://shop.test:80/a/../login/x?y"));
//! // A shared host is not blocked for one bad page.
//! assert!(!matcher.is_match_url("http://shop.test/"));
//! assert!(matcher.lookup("not a value").is_err());
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! **Look up many** values, of any kind, mixed: [`Matcher::lookup_batch`] asks for several at once, so that they do not wait for memory
//! one by one.
//!
//! **Scan** a log:
//!
//! ```
//! use netsieve::{Indicator, Scanner, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "evil.test".parse::<Indicator>()?).build()?;
//! let log = br#"{"url":"https:\/\/cdn.evil.test\/x","host":"notevil.test"}"#;
//! let stats = Scanner::new(&sieve).scan(log, |hit| {
//!     assert_eq!((hit.line(), hit.span(), hit.canonical()), (1, 18..31, "cdn.evil.test"));
//! });
//! assert_eq!(stats.hits, 1);
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! `Scanner::scan_path` opens a file, decompresses it and scans it on all cores; [`Scanner::scan_parallel`] does so with bytes,
//! [`Scanner::scan_reader`] takes inputs larger than memory, [`Scanner::scan_rows`] many short texts. Hits and their order do not
//! depend on the way.
//!
//! **Reload** while lookups go on, with the feature `live`: `LiveSieve::follow("feeds.toml")` follows a configuration with its feeds, a
//! feed, or a compiled set.
//!
//! # Compile once
//!
//! [`Sieve::save`] writes a sieve as one file, and [`Sieve::open`] opens it at once: nothing is built again, but everything is checked, so that no
//! file, however it was made, makes a lookup panic, loop or read out of bounds. With the feature `mmap`, `Sieve::open_mmap` maps it
//! instead, so that many processes share one copy.
//!
//! ```
//! use netsieve::Sieve;
//! use netsieve::sieve::SaveOptions;
//!
//! let sieve = Sieve::builder().build()?.0;
//! let file = sieve.to_bytes(&SaveOptions::default())?;
//! assert!(Sieve::from_bytes(file.clone())?.is_empty());
//! let error = Sieve::from_bytes(file[..file.len() - 1].to_vec()).unwrap_err();
//! assert!(error.to_string().starts_with("section header: the file has "));
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! # What a match means
//!
//! **Addresses** compare as numbers. IPv4-mapped (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`) addresses are the IPv4
//! address within them; zone ids do not count. A range is kept as one indicator. All covering prefixes and ranges of
//! all feeds are returned. IPv4 with leading zeros is refused, because it is ambiguous; the short, octal, hexadecimal
//! and decimal forms of the WHATWG URL standard are read as the host of a URL only. See [`value::ip`].
//!
//! **Ports.** An indicator without a port matches any. One with a port (`address:port`, `name:port`, a URL's explicit
//! port) needs the same effective port: the one shown, or the default one of the URL's scheme. Another port is no
//! match; where none is shown, the match is [`PortUnseen`](Strength::PortUnseen), which is reported.
//!
//! **Domains** are lower-case, without the root dot, `_` allowed, at most 253 bytes in labels of up to 63; what is not
//! ASCII goes through UTS-46. They match by whole labels, never by substring, and `www.` is a label like any other. An
//! indicator covers the name alone ([`Exact`](Scope::Exact)), the names beneath it ([`Subdomains`](Scope::Subdomains)),
//! or both ([`Suffix`](Scope::Suffix)); the feed's format decides unless its [`Policy`] does. See
//! [`value::domain`].
//!
//! **URLs** are canonicalised after Safe Browsing: see [`value::url`](mod@value::url). `http`, `https`, `ws`,
//! `wss` and `ftp` are one scheme; any other must be equal. An indicator
//!
//! * with a query covers exactly that path and query;
//! * without one, that path with any query; if its path ends in `/`, what is beneath it too. `/a` is not `/a/`;
//! * that is only a host (`http://evil.test/`) covers every URL on that host, and the bare host where a log shows only
//!   that. It does not cover the names beneath it, unless the feed's policy asks for that.
//!
//! A URL with a path never becomes an indicator for its host; that its host alone was seen can be reported as
//! [`HostOnly`](Strength::HostOnly). What one feed lists as `http` and another as `https` is one indicator, printed
//! with the scheme of the first feed.
//!
//! **Hashes** of files are MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512, and compare as bytes, whatever they are the hash of: see
//! [`value::hash`](mod@value::hash). **Mail addresses** compare without case; a `+tag` is a part of the address. Its domain is a name
//! like any other, and a listed domain never stands for the addresses in it, nor an address for its domain. See [`value::email`].
//!
//! **Patterns** are literal substrings or globs over a name or over the path and query of a URL.
//!
//! **All matches** of all feeds are returned, most specific first: URLs with a path before hosts, long names and
//! prefixes before short ones. How an indicator covers the value is its [`Relation`], how sure that is its
//! [`Strength`].
//!
//! **Allow entries** suppress matches of hosts, never of a URL indicator with a path. A hash or a mail address is suppressed by an entry
//! for the same value alone. An [`Allow`](Action::Allow) entry
//! suppresses what is as specific as itself or less: an allowed `example.test` hides a listed `test`, but not a listed
//! `login.example.test`. Specificity is the number of labels, or the length of the prefix. An
//! [`AllowAll`](Action::AllowAll) entry suppresses every host-level match on what it covers. Nothing is removed for it:
//! [`BuildReport`] tells what an allow entry shadows.
//!
//! **A [`Filter`]** selects block entries at match time, by validity, confidence, feed or tag. Entries of unknown
//! confidence or validity pass. Allow entries obey the time only.
//!
//! **Guards** keep out of block feeds, each time with a line in the report, what would match everything: private and
//! reserved addresses, prefixes shorter than /8 (IPv4) or /19 (IPv6), sink addresses of hosts files, `localhost`,
//! top-level domains, hashes of files that are found everywhere, such as the empty one. A listed public suffix (`co.uk`) covers itself alone. A [`Policy`] admits what a guard refuses.
//!
//! # What is found in raw bytes
//!
//! Any bytes are legal input, of any format. A scan takes time linear in them and never panics.
//!
//! One place can be read in several ways: with and without the escape before it, a URL up to each place where it may end. **All
//! readings are tried, and the hits are their union.** An indicator is reported once a place, for the first reading that it
//! covers. So a listed indicator never hides another.
//!
//! * **Names**: the longest valid name at the end of a run of letters, digits, `-`, `_`, `.` and characters that are
//!   neither space nor punctuation; at least two labels, the last not a number. Hyphens at its ends are read both ways. What
//!   stands before `@` is none, unless it stands behind another `@`. A reverse name (`1.2.0.192.in-addr.arpa`) is its address too.
//! * **IPv4**: four decimal octets without leading zeros that touch no letter, digit or further `.5`. `address/port`,
//!   `address(port)` and `address#port` show a port; so does `address.port` where tcpdump, netstat or argus write it.
//! * **IPv6**: every form of RFC 4291, with zone, in brackets, with port. Clock times and MAC addresses are none.
//! * **URLs**: from the scheme to white space, a control byte, or one of `"<>` and a backtick, without trailing
//!   punctuation. Where URLs of the host are listed, also up to each place where a container may end it: before
//!   `, ; | ' ( ) [ ] { } ! * $ ^ ::` and punctuation that is not ASCII; before `+`, `&` and encoded separators (`%20`, `&quot;`)
//!   while there has been no `?`; and with the punctuation at its end. `host/path` without a scheme. URLs within URLs,
//!   percent-encoded or not. A URL is one observable and its host another.
//! * **Hashes**: runs of 32, 40, 56, 64, 96 or 128 hexadecimal digits that touch no other letter or digit of ASCII; and as many
//!   pairs of digits with `:` between, or `-`. `MD5:…` and `SHA256=…` are such.
//! * **Mail addresses**: a run of letters, digits, `.`, `_`, `+` and `-`, or a text in quotes, before `@` and a name with two labels. What
//!   else may stand in a local part, such as `=` or `/`, is read both ways. `a@b.test` does not stand in `xa@b.test`.
//! * **Escapes** before a token are seen as what they are: `%3D`, `\n`, `\x20`, `\u003d`, `#012`, `=3D`, colours (`ESC [31m`).
//!   Within URLs those of JSON, XML and CEF are undone: `http:\/\/`, `\u0026`, `&amp;`, `\=`. Names as the Windows DNS log writes them are
//!   decoded, `(4)evil(4)test(0)`, and the `saddr=` of auditd. UTF-16 is recognised. Offsets are always those of the input.
//! * **Names that look like files or code** are [`NameLike`](Strength::NameLike), which is not reported unless asked for: in a
//!   URL's path (up to `, ; | ^`), behind a `/` or a `\` (but for hosts: `DIRECT/evil.test`, `cifs/evil.test`, `\\evil.test\share`), keys
//!   of JSON, `setup.py:12`, `$data.name`, `file.read()`. So are quads that look like versions: `Chrome/120.0.0.0`, `version=1.2.3.4`.
//! * Defanged text (`hxxp://evil[.]test`) is undone in feeds always, in logs if [`ScanOptions::refang`] asks for it.
//!
//! Nothing is longer than [16 KiB](limits::MAX_OBSERVABLE). A line over [1 MiB](limits::MAX_LINE) is scanned in pieces
//! that overlap.
//!
//! # Features
//!
//! `feeds` (readers of feed files and inputs), `config` (one file that names many feeds), `parallel` and `psl` (the
//! Public Suffix List built in) are on by default. `live` swaps a sieve under load, `serde` serialises matches and hits, `mmap` maps files, `compression` opens compressed inputs. Without features
//! the crate is the bare matcher and scanner. The minimum supported Rust version is 1.89.
#![deny(missing_docs)]
// Says with each item which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(target_endian = "big")]
compile_error!("netsieve is tested on little-endian machines alone and does not support this one");

mod arch;
pub mod error;
#[cfg(feature = "events")]
pub mod event;
pub mod extract;
#[cfg(feature = "feeds")]
pub mod feed;
pub mod indicator;
#[cfg(feature = "feeds")]
pub mod input;
/// Of reading inputs, what scanning needs.
#[cfg(not(feature = "feeds"))]
mod input {
    pub(crate) mod utf16;
}
pub mod limits;
#[cfg(feature = "live")]
pub mod live;
#[cfg(feature = "feeds")]
mod load;
#[cfg(test)]
mod random;
pub mod render;
pub mod scan;
pub mod sieve;
pub mod value;
mod wire;

#[cfg(feature = "mmap")]
pub use arch::map::MappedFile;
pub use error::{Error, ErrorKind, Result, shown_path};
#[cfg(feature = "feeds")]
pub use feed::FeedFile;
pub use indicator::{Action, Feed, Indicator, Kind, Policy, Reject, Scope};
pub use scan::{Context, Hit, ScanOptions, ScanStats, Scanner};
pub use sieve::{
    BuildReport, Engine, Filter, Match, MatchOptions, Matcher, Matches, Relation, Sieve, SieveBuilder, Source, Strength,
};

#[cfg(all(doctest, feature = "feeds"))]
#[doc = include_str!("../README.md")]
struct Readme;
