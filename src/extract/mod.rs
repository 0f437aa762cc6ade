//! Finds observables in raw bytes.
//!
//! The extractor is the scalar reference: one pass over the bytes with a few look-behinds, and no allocation once warm.
//! Any bytes are legal input; time is linear. The crate's documentation defines what counts as a token.
//!
//! One place can have several readings: with and without the escape before it, a run with non-ASCII characters and its
//! ASCII parts, a URL as it stands and with its escapes undone. Each reading is a token, whatever becomes of the
//! earlier ones. All readings of a place but the first are [alternatives](Token::alternative).
//!
//! ```
//! use netsieve::extract::{ExtractOptions, Extractor};
//!
//! let text = b"GET http://evil.test/a from 192.0.2.7:4711";
//! let mut found = Vec::new();
//! Extractor::new(ExtractOptions::default()).extract(text, 0..text.len(), &mut |token| {
//!     found.push((token.start, String::from_utf8_lossy(token.text).into_owned(), token.port));
//! });
//! assert_eq!(found, [(4, "http://evil.test/a".to_owned(), None), (28, "192.0.2.7".to_owned(), Some(4711))]);
//! ```

mod decode;
pub(crate) mod exact;
pub(crate) mod finder;
mod grammar;
mod ip6;
mod like;
mod name;
mod options;
mod quad;
mod refang;
mod saddr;
mod scalar;
mod token;
mod url;

pub use options::ExtractOptions;
pub use scalar::Extractor;
pub use token::{Context, Token, TokenKind};
pub(crate) use url::UrlText;

#[cfg(test)]
mod tests;
