//! Every cap of the crate, with its reason.
//!
//! A cap is never silent: what goes over it is reported (feeds) or defined to end there (logs). Each is a constant.
//!
//! ```
//! use netsieve::limits::{MAX_LINE, MAX_OBSERVABLE};
//!
//! assert!(MAX_OBSERVABLE < MAX_LINE);
//! ```

/// Longest observable and longest feed value, in bytes: 16 KiB.
///
/// Browsers and proxies cut URLs at 8 to 64 KiB; a longer URL in a log ends here, so that the work for one
/// token is bounded.
pub const MAX_OBSERVABLE: usize = 16 * 1024;

/// Longest log line that is scanned in one piece, in bytes: 1 MiB. Longer lines are scanned in overlapping pieces.
pub const MAX_LINE: usize = 1024 * 1024;

/// Overlap of the pieces of a long line, in bytes: twice [`MAX_OBSERVABLE`], so that whatever starts in a piece, and
/// what must be looked at before it, is seen whole.
pub const PIECE_OVERLAP: usize = 2 * MAX_OBSERVABLE;

/// Longest domain name in its ASCII form without the root dot, in bytes (RFC 1035).
pub const MAX_NAME: usize = 253;

/// Longest label of a domain name in its ASCII form, in bytes (RFC 1035).
pub const MAX_LABEL: usize = 63;

/// Longest local part of a mail address, in bytes. RFC 5321 has 64; addresses that name whom a mail is returned for are longer.
pub const MAX_LOCAL_PART: usize = 128;

/// Longest line of a feed, in bytes: 1 MiB. A longer one is rejected by its line number; the rest of the feed loads.
pub const MAX_FEED_LINE: usize = 1024 * 1024;

/// How much a compressed feed may grow to whatever it is, in bytes: 64 MiB.
pub const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// How many times the size of a compressed feed it may grow to beyond [`MAX_UNPACKED`]. Lists grow 3 to 30 times; what
/// grows more is made to fill memory.
pub const MAX_EXPANSION: u64 = 200;

/// Largest window of a compressed input, in bytes: 128 MiB, a decoder. The tools write 8 MiB and less unless told otherwise (`zstd
/// --long`, `xz -9`: 64 MiB); what needs more is an error.
pub const MAX_DECODER: u64 = 128 * 1024 * 1024;

/// Members of a zip archive that are read as feeds. Real ones have a few.
pub const MAX_MEMBERS: usize = 10_000;

/// Largest feed that has to be held in memory as a whole, in bytes: 512 MiB. These are MMDB files, and zip archives that are
/// not read from a file.
pub const MAX_HELD_FEED: u64 = 512 * 1024 * 1024;

/// Records that wait for what a feed says of them further on (the tags of an event, the family of an indicator), in bytes:
/// 32 MiB, some 100,000 records. More of them go without, with a warning.
pub const MAX_PENDING: usize = 32 * 1024 * 1024;

/// Deepest nesting of a feed in JSON or XML. Real ones stay under 20; deeper ones are made to break readers.
pub const MAX_NESTING: usize = 128;

/// Largest configuration of feeds, in bytes: 1 MiB, some 10,000 feeds. What is larger is another file, given by mistake.
pub const MAX_CONFIG: usize = 1024 * 1024;

/// How much of a feed is looked at to recognise its format, in bytes.
pub const SNIFF: usize = 64 * 1024;

/// Shortest IPv4 prefix that a block feed may list without a policy that admits it.
pub const MIN_PREFIX_V4: u8 = 8;

/// Shortest IPv6 prefix that a block feed may list without a policy that admits it.
pub const MIN_PREFIX_V6: u8 = 19;

/// Rendered hits that one thread gathers before it hands them over, in bytes: 1 MiB.
pub const MAX_PART: usize = 1024 * 1024;

/// Rendered hits that wait for those of earlier inputs, in bytes: 64 MiB. The threads that have found them wait too, then.
pub const MAX_UNDELIVERED: usize = 64 * 1024 * 1024;

/// The part of a log line that is shown with a hit, in bytes: 4 KiB.
pub const MAX_SHOWN_LINE: usize = 4 * 1024;

/// Hits of one line that are each shown with up to [`MAX_SHOWN_LINE`] of it. Real lines have fewer; a line made of hits would be
/// written out once for each of them.
pub const MAX_SHOWN_WHOLE: usize = 16;

/// The part of a log line that is shown with each further hit of it, in bytes.
pub const MAX_SHOWN_AGAIN: usize = 128;

/// How much of a rejected feed value is reported, in bytes: enough to find it by, whatever the feed puts on a line.
pub const MAX_REPORTED_VALUE: usize = 256;

/// How much of each kind a report on a feed shows beside counting it, unless another number is asked for: the first twenty
/// rejections of one reason, and so on. Some thirty kinds of [`MAX_REPORTED_VALUE`] bytes each stay under a megabyte a feed.
pub const MAX_REPORTED: usize = 20;

/// Sections of a compiled file: 1,024. A set has about a hundred; a longer table is made to waste time.
pub const MAX_SECTIONS: usize = 1024;

/// Largest compiled file that is opened, in bytes: 16 GiB, some 200 million indicators. What is larger, or says that it is, was
/// given by mistake or made to fill memory.
pub const MAX_SIEVE: u64 = 16 << 30;

/// Largest public suffix list, in bytes: 16 MiB. The published one has a third of a megabyte.
pub const MAX_SUFFIX_LIST: u64 = 16 * 1024 * 1024;

/// How much of an input is looked at for NUL bytes at one parity, to recognise UTF-16, in bytes.
pub const SNIFF_UTF16: usize = 4 * 1024;
