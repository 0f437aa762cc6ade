//! Opening, decompressing and decoding inputs; lines with bounded memory.
//!
//! There are two views of an input. [`Input`] gives the decompressed bytes unchanged, as a log scanner wants them.
//! [`Lines`] gives the text of a feed line by line: byte order marks stripped, UTF-16 transcoded, Latin-1 accepted.
//! Neither looks at the file's name; compression and encoding are recognised by content. An input that cannot be searched as it is, such
//! as a packet capture or a database, is refused by name. [`TextCheck`] reports other parts of an input that were searched in vain.
//!
//! ```
//! use netsieve::input::Lines;
//!
//! let mut lines = Lines::new("192.0.2.1\r\nevil.test".as_bytes())?;
//! let mut texts = Vec::new();
//! while let Some(line) = lines.next()? {
//!     texts.push((line.number, line.text.to_owned()));
//! }
//! assert_eq!(texts, [(1, "192.0.2.1".to_owned()), (2, "evil.test".to_owned())]);
//! # Ok::<(), netsieve::Error>(())
//! ```

mod compression;
mod decompress;
mod fill;
mod lines;
mod magic;
mod open;
mod text;
#[cfg(feature = "compression")]
mod unpack;
pub(crate) mod utf16;
#[cfg(feature = "zip")]
mod zip;

#[cfg(feature = "zip")]
pub use self::zip::{Member, Unzipped};
#[cfg(feature = "zip")]
pub(crate) use self::zip::{ReadSeek, directory as zip_directory};
pub use compression::Compression;
#[cfg(feature = "zip")]
pub(crate) use compression::{bomb, is_bomb};
pub use decompress::Input;
pub use lines::{Line, Lines};
pub(crate) use lines::{split, trim};
pub use open::open_log;
pub use text::{Caveat, TextCheck};
