//! Reports written for people: advisories, blog posts in Markdown, mails, and the output of `pdftotext` and `html2text`.
//!
//! ```text
//! The loader asks gate[.]evil[.]test for its orders.       defanged: taken
//! See also our blog at https://vendor.example/loader.      the vendor's own: skipped
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
//! A report names more than it warns of. A value is taken only if it is defanged, stands in a table or list of indicators, or
//! alone on its line among defanged ones. Anything else that could be an indicator is skipped, with the reason: the publisher's own site and
//! contacts, references, popular names, file names, and values that the text merely mentions.
//!
//! * `words`: the meaning of headings and introductions, and the popular names.
//! * `page`: takes mails and quotations apart into lines, splits lines into cells, and rejoins broken lines.
//! * `token`: finds values in the words of prose.
//! * `listing`: lists that nothing announces.
//! * `read`: the reader.

mod joins;
mod listing;
mod page;
mod read;
mod token;
mod words;

pub(crate) use read::Report;
