//! Reports as people write them: advisories, blog posts in Markdown, mails, and what `pdftotext` and `html2text` make of a page.
//!
//! ```text
//! The loader asks gate[.]evil[.]test for its orders.       defanged: taken
//! See also our blog at https://vendor.example/loader.      the vendor's own: seen, not taken
//!
//! ## Indicators of compromise
//!
//! | Type   | Indicator     | Description |
//! |--------|---------------|-------------|
//! | Domain | bad.test      | panel       |             in a table of indicators: taken
//!
//! - 192.0.2.7 (command and control)                       in a list of indicators: taken
//! ```
//!
//! A report names more than what it warns of. Only what is defanged, or stands in a table or list of indicators, is taken. All else
//! that could be an indicator is handed over as skipped, with what it was taken for: the publisher's own site and contacts,
//! references, popular names, file names, and what the text only mentions.
//!
//! * `words`: what headings and introductions announce, and which names everybody knows.
//! * `page`: lines out of mails and quotations, cells out of lines, and what was broken over two lines put together.
//! * `token`: a value out of a word of prose.
//! * `read`: the reader.

mod page;
mod read;
mod token;
mod words;

pub(crate) use read::Report;
