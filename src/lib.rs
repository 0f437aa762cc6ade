//! netsieve compiles threat indicators into an immutable **sieve**. It then matches logged addresses, domains, URLs, file hashes and
//! mail addresses against the sieve: single values, or raw log bytes on all cores.
//!
//! Indicators come from feeds: lists of addresses, prefixes, ranges, domains, URLs, patterns, hashes and mail addresses. A plain text
//! search for them gives wrong answers: it finds `evil.test` in `notevil.test`, it misses values in upper case, in full-length IPv6 and
//! in escaped URLs, and it does not know that `198.51.100.0/24` covers `198.51.100.7`. netsieve sends feeds and logs through the same
//! canonicalisers, and matches names by whole labels. Every match names the indicator, the feeds that list it, how the indicator covers
//! the value, and how certain the match is.
//!
//! ```text
//! feed files, indicators ── Sieve::builder() ──▶ Sieve ◀── open, save ──▶ file
//!                                                  │
//!                a value ── Matcher::lookup ───────┼──▶ Matches: indicator, relation, strength, sources
//!                  a log ── Scanner::scan ─────────┴──▶ hits: the same, with place, line and event
//! ```
//!
//! # The five jobs
//!
//! **Build** a sieve from files and from indicators that your program already holds:
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
//! **Look up** one value of any kind. Text that is not a value is an error, not a miss:
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
//! **Look up many** values of mixed kinds with [`Matcher::lookup_batch`]. It looks up several at once, so that they wait for
//! memory together and not one after the other:
//!
//! ```
//! use netsieve::{Indicator, Sieve};
//!
//! let (sieve, _) = Sieve::builder().add("partner", "198.51.100.0/24".parse::<Indicator>()?).build()?;
//! let mut matcher = sieve.matcher();
//! matcher.lookup_batch(["ok.test", "198.51.100.7", "no value"], |row, matches| {
//!     assert_eq!((row, matches.len()), (1, 1));
//! });
//! # Ok::<(), netsieve::Error>(())
//! ```
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
//! `Scanner::scan_path` opens a file, decompresses it (feature `compression`) and scans it on all cores. [`Scanner::scan_parallel`] scans bytes on all cores,
//! [`Scanner::scan_reader`] takes inputs larger than memory, and [`Scanner::scan_rows`] takes many short texts. All of them give the
//! same hits in the same order.
//!
//! **Reload** while lookups go on, with the feature `live`: `LiveSieve::follow("feeds.toml")` follows a configuration and its feeds, a
//! single feed, or a compiled set.
//!
//! # Compile once
//!
//! [`Sieve::save`] writes a sieve to one file. [`Sieve::open`] opens it without building anything again, and checks all of it: no
//! file, whoever made it, can make a lookup panic, loop or read out of bounds. With the feature `mmap`, `Sieve::open_mmap` maps the
//! file instead, so that many processes share one copy.
//!
//! ```
//! use netsieve::Sieve;
//!
//! let sieve = Sieve::builder().build()?.0;
//! let file = sieve.to_bytes()?;
//! assert!(Sieve::from_bytes(file.clone())?.is_empty());
//! let error = Sieve::from_bytes(file[..file.len() - 1].to_vec()).unwrap_err();
//! assert!(error.to_string().starts_with("section header: the file has "));
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! # What a match means
//!
//! **Addresses** compare as numbers. IPv4-mapped (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`) addresses stand for the IPv4
//! address inside them; zone ids are ignored. A range is kept as one indicator. A lookup returns all covering prefixes and ranges of
//! all feeds. IPv4 with leading zeros is refused, because it is ambiguous. The short, octal, hexadecimal and decimal forms of the WHATWG
//! URL standard are accepted only as the host of a URL. See [`value::ip`].
//!
//! **Ports.** An indicator without a port matches any port. One with a port (`address:port`, `name:port`, a URL's explicit
//! port) needs the same effective port: the one in the log, or the default port of the URL's scheme. A different port does not
//! match. If the log shows no port, the match is reported as [`PortUnseen`](Strength::PortUnseen).
//!
//! **Domains** are lower-case, without the root dot, at most 253 bytes long, in labels of up to 63 bytes; `_` is allowed.
//! Names that are not ASCII go through UTS-46. Names match by whole labels, never by substring, and `www.` is a label like any other.
//! An indicator covers the name alone ([`Exact`](Scope::Exact)), the names under it ([`Subdomains`](Scope::Subdomains)), or both
//! ([`Suffix`](Scope::Suffix)). The feed's format decides which, unless its [`Policy`] does. See [`value::domain`].
//!
//! **URLs** are canonicalised following Safe Browsing: see [`value::url`](mod@value::url). `http`, `https`, `ws`,
//! `wss` and `ftp` count as one scheme; any other scheme must be equal. A URL indicator
//!
//! * with a query covers exactly that path and query;
//! * without a query covers that path with any query and, if the path ends in `/`, everything under it. `/a` is not `/a/`;
//! * that is only a host (`http://evil.test/`) covers every URL on that host, and the bare host where a log shows only
//!   that. It does not cover subdomains, unless the feed's policy asks for that.
//!
//! A URL with a path never becomes an indicator for its host. A sighting of the bare host can be reported as
//! [`HostOnly`](Strength::HostOnly). If one feed lists a URL as `http` and another as `https`, the two are one indicator, printed
//! with the scheme of the first feed.
//!
//! **Hashes** of files are MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512. They compare as bytes, whatever was hashed:
//! see [`value::hash`](mod@value::hash). **Mail addresses** compare without case; a `+tag` is part of the address, also if a log
//! escapes the `+` (`user%2Btag%40evil.test`, `user\u002Btag@evil.test`). The domain of a mail address is a name like any other: a
//! listed domain never matches the addresses in it, and a listed address never matches its domain.
//! See [`value::email`].
//!
//! **Patterns** are literal substrings or globs over a name, or over the path and query of a URL.
//!
//! **All matches** of all feeds are returned, most specific first: URLs with a path before hosts, long names and
//! prefixes before short ones. [`Relation`] says how an indicator covers the value, [`Strength`] how sure that is.
//!
//! **Allow entries** suppress matches of hosts, never of a URL indicator with a path. A hash or a mail address is suppressed only by an
//! entry for the same value. An [`Allow`](Action::Allow) entry suppresses matches that are as specific as itself or less: an allowed
//! `example.test` hides a listed `test`, but not a listed `login.example.test`. Specificity is the number of labels, or the length of the
//! prefix; a pattern is less specific than any name. An [`AllowAll`](Action::AllowAll) entry suppresses every host-level match on what it
//! covers. Suppressed indicators stay in the sieve; [`BuildReport`] lists those that an allow entry shadows.
//!
//! **A [`Filter`]** selects block entries at match time, by validity, confidence, feed or tag. Entries of unknown
//! confidence or validity pass. For allow entries only the validity counts.
//!
//! **Guards** keep indicators that would match everything out of block feeds: private and reserved addresses, prefixes shorter than /8
//! (IPv4) or /19 (IPv6), sink addresses of hosts files, `localhost`, top-level domains, and hashes of files that are found everywhere,
//! such as the empty file. The report counts every refusal and shows examples. A listed public suffix such as `co.uk` is kept, but does
//! not cover the names under it. A [`Policy`] can admit what a guard refuses.
//!
//! # What is found in raw bytes
//!
//! Any bytes are legal input, in any format. A scan takes time linear in the input and never panics.
//!
//! A place may have several readings: with or without an escape before it, or as a URL with different ends. **All
//! readings are tried, and the hits are their union**, so one listed indicator never hides another. Each indicator is reported once
//! per place, for the first reading that it covers.
//!
//! * **Names**: in a run of letters, digits, `-`, `_`, `.` and characters outside ASCII (but no spaces and punctuation outside ASCII), the
//!   longest valid name at the end of the run. A name has at least two labels, and the last is not a number. Hyphens at its ends are read both
//!   ways. In `a@b`, plain or encoded (`a%40b`), `a` is not a name; in `a@b@c`, `b` is one. A reverse name
//!   (`1.2.0.192.in-addr.arpa`) is also its address.
//! * **IPv4**: four decimal octets without leading zeros, with no letter, digit or further `.5` next to them. `address/port`,
//!   `address(port)`, `address#port` and `[address]:port` show a port; so does `address.port` in the output of tcpdump, netstat or argus.
//! * **IPv6**: every form of RFC 4291, with zone, in brackets, with port; five digits after the last colon are a port. Clock times and
//!   MAC addresses do not count.
//! * **URLs**: from the scheme to white space, a control byte, or one of `"<>` and a backtick, without trailing punctuation. The text
//!   around a URL may cut it short. So if URLs of the host are listed, these ends are tried too: after the trailing punctuation; before
//!   each of `, ; | ' ( ) [ ] { } ! * $ ^ ::`, and punctuation and symbols outside ASCII (`”`, `→`, `｜`); and, as long as no `?` has come,
//!   before `+`, `&` and encoded separators (`%20`, `%7D`, `%E2%80%9D`, `&quot;`, `\x22`, `\012`). `host/path` without a scheme is a URL
//!   too, its first slash encoded (`host%2Fpath`) or not, and so are URLs within URLs. A URL is one observable, its host another.
//! * **Hashes**: runs of 32, 40, 56, 64, 96 or 128 hexadecimal digits that touch no other ASCII letter or digit, or as many
//!   digits in pairs joined by `:` or `-`. `MD5:…` and `SHA256=…` are read as hashes.
//! * **Mail addresses**: a run of letters, digits, `.`, `_`, `+` and `-`, or quoted text, before `@` and a name of two labels or more.
//!   Other characters that a local part may hold, such as `=` or `/`, are read both ways. `xa@b.test` does not contain `a@b.test`.
//! * **Escapes** before a token are recognised: `%3D`, `\n`, `\x20`, `\u003d`, `#012`, `=3D`, colours (`ESC [31m`, `ESC [2K`). Within names,
//!   `\uHHHH` is decoded, also as a surrogate pair. Within URLs, the escapes of JSON, XML and CEF are
//!   undone: `http:\/\/`, `\u0026`, `&amp;`, `\=`. Names in the form of the Windows DNS log, `(4)evil(4)test(0)`, and the `saddr=` of
//!   auditd are decoded. UTF-16 is recognised. Offsets always refer to the input.
//! * **Names that look like files or code** are [`NameLike`](Strength::NameLike), which is reported only on request. These are names in a
//!   URL's path, before any `, ; | ^` of any script; names after `/` or `\`, except in the place of a host (`DIRECT/evil.test`, `cifs/evil.test`, `/dev/tcp/evil.test/80`,
//!   `\\evil.test\share`); keys of JSON, `setup.py:12`, `file=setup.py`, `$data.name` and `file.read()`. Addresses without a port that
//!   look like versions are `NameLike` too: `Chrome/120.0.0.0`, `version=1.2.3.4`, `\Application\1.2.3.4\`.
//! * **Defanged text** (`hxxp://evil[.]test`) is always undone in feeds, and in logs if [`ScanOptions::refang`] is set.
//!
//! No observable is longer than [16 KiB](limits::MAX_OBSERVABLE). A line over [1 MiB](limits::MAX_LINE) is scanned in overlapping
//! pieces.
//!
//! # What it does not do
//!
//! It resolves no names, opens no network connections, starts no programs and reads no environment variables (the thread pool of the
//! feature `parallel`, rayon's, reads its own). It matches listed values
//! and simple patterns, and evaluates neither regular expressions nor rules over several lines. A hit means that the text appears in
//! the log, not that a connection took place.
//!
//! # Features
//!
//! On by default are `feeds` (readers of feed files and inputs), `config` (one file that names many feeds), `parallel` (building and
//! scanning on all cores) and `psl` (the Public Suffix List). On request: `events` reads log lines as events, `live` swaps a sieve under
//! load, `serde` serialises matches and hits, `mmap` maps files, `compression` opens compressed inputs, and `xml`, `mmdb` and `zip` read
//! feeds of these kinds. Without features the crate is the bare matcher and scanner. The minimum supported Rust version is 1.89.
#![deny(missing_docs)]
// docs.rs shows which feature each item needs.
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
/// The part of `input` that scanning needs.
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
// Their types appear in the interface, so that a program needs the same versions.
pub use {ipnet, jiff};

pub use error::{Error, ErrorKind, Result, shown_path};
#[cfg(feature = "feeds")]
pub use feed::FeedFile;
pub use indicator::{Action, Feed, Indicator, Kind, Policy, Reject, Scope};
pub use render::{OwnedHit, OwnedMatch, OwnedSource};
pub use scan::{Context, Hit, ScanOptions, ScanStats, Scanner};
pub use sieve::{
    BuildReport, Engine, Filter, Match, MatchOptions, Matcher, Matches, Relation, Sieve, SieveBuilder, Source, Strength,
};

#[cfg(all(doctest, feature = "config", feature = "live"))]
#[doc = include_str!("../README.md")]
struct Readme;
