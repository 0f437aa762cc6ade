//! Every cap of the crate, with its reason.
//!
//! A cap is never silent. Feeds report what exceeds it; for logs each cap defines where a value or a piece ends. Each is a constant.
//!
//! ```
//! use netsieve::limits::{MAX_LINE, MAX_OBSERVABLE};
//!
//! assert!(MAX_OBSERVABLE < MAX_LINE);
//! ```

/// The greatest offset of a zone from Greenwich, in seconds: 14 hours, that of Kiritimati. A time with a greater one is not read.
pub const MAX_ZONE_OFFSET: i32 = 14 * 3600;

/// The longest observable and the longest feed value, in bytes: 16 KiB.
///
/// Browsers and proxies cut URLs at 8 to 64 KiB. A longer URL in a log is cut here, which bounds the work for one token.
pub const MAX_OBSERVABLE: usize = 16 * 1024;

/// The longest log line that is scanned in one piece, in bytes: 1 MiB. Longer lines are scanned in overlapping pieces.
pub const MAX_LINE: usize = 1024 * 1024;

/// The overlap of the pieces of a long line, in bytes: twice [`MAX_OBSERVABLE`], so that a piece holds all of every observable that
/// starts in it, and the context before it.
pub const PIECE_OVERLAP: usize = 2 * MAX_OBSERVABLE;

/// The longest domain name, in its ASCII form without the root dot, in bytes (RFC 1035).
pub const MAX_NAME: usize = 253;

/// The longest label of a domain name, in its ASCII form, in bytes (RFC 1035).
pub const MAX_LABEL: usize = 63;

/// The longest local part of a mail address, in bytes. RFC 5321 allows 64, but addresses that encode a bounce recipient are longer.
pub const MAX_LOCAL_PART: usize = 128;

/// The longest line of a feed, in bytes: 1 MiB. A longer line is rejected by its number; the rest of the feed loads.
pub const MAX_FEED_LINE: usize = 1024 * 1024;

/// The size to which any compressed feed may expand, whatever its compressed size, in bytes: 64 MiB.
pub const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// The maximum expansion ratio of a compressed feed that expands beyond [`MAX_UNPACKED`]. Lists expand 3 to 30 times; a file with a
/// higher ratio was made to fill memory.
pub const MAX_EXPANSION: u64 = 200;

/// The largest window of a compressed input, in bytes: 128 MiB per decoder. The tools use 8 MiB or less unless told otherwise (`zstd
/// --long`; `xz -9` uses 64 MiB). An input that needs more is an error.
pub const MAX_DECODER: u64 = 128 * 1024 * 1024;

/// The maximum number of members of a zip archive that are read as feeds. Real archives have a few.
pub const MAX_MEMBERS: usize = 10_000;

/// The largest feed that must be held in memory as a whole, in bytes: 512 MiB. This applies to MMDB files, and to zip archives that
/// do not come from a file.
pub const MAX_HELD_FEED: u64 = 512 * 1024 * 1024;

/// The maximum size of records that wait for details further on in their feed (the tags of an event, the family of an indicator), in
/// bytes: 32 MiB, some 100,000 records. Records beyond that go without these details, with a warning.
pub const MAX_PENDING: usize = 32 * 1024 * 1024;

/// The deepest nesting of a feed in JSON or XML. Real feeds stay under 20; deeper ones are made to break readers.
pub const MAX_NESTING: usize = 128;

/// The largest feed configuration, in bytes: 1 MiB, some 10,000 feeds. A larger file was given by mistake.
pub const MAX_CONFIG: usize = 1024 * 1024;

/// The number of bytes read from a feed to recognise its format.
pub const SNIFF: usize = 64 * 1024;

/// The shortest IPv4 prefix that a block feed may list, unless its policy admits a shorter one.
pub const MIN_PREFIX_V4: u8 = 8;

/// The shortest IPv6 prefix that a block feed may list, unless its policy admits a shorter one.
pub const MIN_PREFIX_V6: u8 = 19;

/// The size of rendered hits that a thread collects before it hands them over, in bytes: 1 MiB.
pub const MAX_PART: usize = 1024 * 1024;

/// The maximum size of rendered hits that wait for those of earlier inputs, in bytes: 64 MiB. Beyond it the threads that find them wait.
pub const MAX_UNDELIVERED: usize = 64 * 1024 * 1024;

/// The maximum length of a log line shown with a hit, in bytes: 4 KiB. A longer line is cut.
pub const MAX_SHOWN_LINE: usize = 4 * 1024;

/// The number of hits on one line that are each shown with up to [`MAX_SHOWN_LINE`] of it. Real lines have fewer; without this cap a
/// line made of hits would be written out once for each of them.
pub const MAX_SHOWN_WHOLE: usize = 16;

/// The part of a log line that is shown with each further hit on it, in bytes.
pub const MAX_SHOWN_AGAIN: usize = 128;

/// The part of a rejected feed value that is reported, in bytes: enough to find it by, however long the line.
pub const MAX_REPORTED_VALUE: usize = 256;

/// The default number of examples of each kind that the report on a feed shows beside the counts, such as the first twenty
/// rejections for one reason. Some thirty kinds at [`MAX_REPORTED_VALUE`] bytes per example stay under a megabyte per feed.
pub const MAX_REPORTED: usize = 20;

/// The maximum number of sections in a compiled file: 1,024. A set has about a hundred; a longer table is made to waste time.
pub const MAX_SECTIONS: usize = 1024;

/// The largest compiled file that is opened, in bytes: 16 GiB, some 200 million indicators. A file that is larger, or claims to be,
/// was given by mistake or made to fill memory.
pub const MAX_SIEVE: u64 = 16 << 30;

/// The largest Public Suffix List, in bytes: 16 MiB. The published list takes a third of a megabyte.
pub const MAX_SUFFIX_LIST: u64 = 16 * 1024 * 1024;

/// The number of bytes of an input that are searched for NUL bytes at one parity, to recognise UTF-16.
pub const SNIFF_UTF16: usize = 4 * 1024;
