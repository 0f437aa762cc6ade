//! Patterns over names and URL paths.

use std::fmt;

use crate::value::Reject;

/// The text that a pattern is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PatternTarget {
    /// A whole domain name, without regard to case.
    Name,
    /// The canonical path and query of a URL, or the path and query of a request.
    UrlPath,
}

/// A literal or a glob over names or URL paths.
///
/// Over a URL path, a text without `*`, `?` and `[` is a literal that may occur anywhere in the path and query. Every
/// other pattern is a glob that must match its whole target: `*` stands for any run of bytes, `?` for any byte, `[a-z]`
/// and `[!a-z]` for a class.
///
/// ```
/// use netsieve::indicator::{Pattern, PatternTarget};
///
/// let names = Pattern::new(PatternTarget::Name, "*-login.evil.test")?;
/// assert!(names.is_glob());
/// assert_eq!(names.longest_literal(), "-login.evil.test");
/// assert!(!Pattern::new(PatternTarget::UrlPath, "/gate.php")?.is_glob());
/// # Ok::<(), netsieve::Reject>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    target: PatternTarget,
    text: Box<str>,
}

impl Pattern {
    /// Parses a pattern over `target`.
    ///
    /// # Errors
    ///
    /// [`Reject::BadPattern`] for an empty pattern, an unclosed class, an empty label at the end of a name, or no literal run of three
    /// bytes to search by.
    pub fn new(target: PatternTarget, text: &str) -> Result<Self, Reject> {
        let text = match target {
            // Names are matched without their root dot, and have no empty labels.
            PatternTarget::Name => match text.strip_suffix('.').unwrap_or(text) {
                text if text.ends_with('.') => return Err(Reject::BadPattern),
                text => text.to_ascii_lowercase(),
            },
            PatternTarget::UrlPath => text.to_owned(),
        };
        let longest = literal_runs(&text)?.map(str::len).max().unwrap_or(0);
        if longest < 3 {
            return Err(Reject::BadPattern);
        }
        Ok(Self { target, text: text.into() })
    }

    /// The text that the pattern is matched against.
    ///
    /// ```
    /// use netsieve::indicator::{Pattern, PatternTarget};
    ///
    /// let pattern = Pattern::new(PatternTarget::UrlPath, "/gate.php")?;
    /// assert_eq!((pattern.target(), pattern.as_str()), (PatternTarget::UrlPath, "/gate.php"));
    /// # Ok::<(), netsieve::Reject>(())
    /// ```
    pub fn target(&self) -> PatternTarget {
        self.target
    }

    /// The pattern's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns true if the pattern is a glob, false if it is a literal.
    pub fn is_glob(&self) -> bool {
        self.target == PatternTarget::Name || self.text.contains(['*', '?', '['])
    }

    /// The longest run of literal bytes in the text: at least three bytes.
    pub fn longest_literal(&self) -> &str {
        self.literals().max_by_key(|run| run.len()).expect("the constructor has found one")
    }

    /// The runs of literal bytes between wildcards; some may be empty.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        literal_runs(&self.text).expect("the constructor has checked the syntax")
    }
}

/// Splits a pattern into the literal runs between its wildcards.
fn literal_runs(text: &str) -> Result<impl Iterator<Item = &str>, Reject> {
    let bytes = text.as_bytes();
    let mut cuts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'*' | b'?' => {
                cuts.push(start..at);
                at += 1;
                start = at;
            }
            b'[' => {
                cuts.push(start..at);
                // A `]` right after `[` or `[!` is a member of the class.
                let first = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'!'));
                let close = bytes.iter().skip(first + 1).position(|&b| b == b']').ok_or(Reject::BadPattern)?;
                at = first + 1 + close + 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    cuts.push(start..bytes.len());
    Ok(cuts.into_iter().map(|cut| &text[cut]))
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
