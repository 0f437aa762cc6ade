//! The options of the extractor.

/// The kinds of observables to look for besides addresses, names and URLs.
///
/// ```
/// use netsieve::extract::{ExtractOptions, Extractor};
///
/// let text = "GET /gate.php HTTP/1.1, boss@shop.test, hxxp://evil[.]test/x, d41d8cd98f00b204e9800998ecf8427e";
/// let options = ExtractOptions::new().request_paths(true).emails(true).refang(true).hashes(true);
/// let mut found = Vec::new();
/// Extractor::new(options).extract(text.as_bytes(), 0..text.len(), &mut |token| {
///     found.push((token.kind, token.context.as_str(), String::from_utf8_lossy(token.text).into_owned()));
/// });
/// println!("{found:?}");
/// assert!(found.iter().any(|(_, _, text)| text == "http://evil.test/x"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtractOptions {
    /// Look for request paths too. Only sieves with path patterns need them.
    pub request_paths: bool,
    /// Undo defanging (`hxxp://`, `[.]`).
    pub refang: bool,
    /// Look for file hashes too. Only sieves with hashes need them.
    pub hashes: bool,
    /// Look for mail addresses too. Only sieves with mail addresses need them.
    pub emails: bool,
}

impl ExtractOptions {
    /// Returns the default: addresses, names and URLs alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`request_paths`](ExtractOptions::request_paths).
    #[must_use]
    pub fn request_paths(mut self, yes: bool) -> Self {
        self.request_paths = yes;
        self
    }

    /// Sets [`refang`](ExtractOptions::refang).
    #[must_use]
    pub fn refang(mut self, yes: bool) -> Self {
        self.refang = yes;
        self
    }

    /// Sets [`hashes`](ExtractOptions::hashes).
    #[must_use]
    pub fn hashes(mut self, yes: bool) -> Self {
        self.hashes = yes;
        self
    }

    /// Sets [`emails`](ExtractOptions::emails).
    #[must_use]
    pub fn emails(mut self, yes: bool) -> Self {
        self.emails = yes;
        self
    }
}
