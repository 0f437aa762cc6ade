//! Public suffixes: names under which anybody can register a name, so that a feed should not block all of them.

#[cfg(feature = "psl")]
use crate::limits::MAX_SUFFIX_LIST;

/// The Public Suffix List that the guards use at build time (<https://publicsuffix.org/>).
///
/// Both sections, ICANN and PRIVATE, count; the implicit `*` rule does not.
///
/// ```
/// use netsieve::Sieve;
/// use netsieve::sieve::PublicSuffixes;
///
/// let none = PublicSuffixes::empty();
/// assert!(!none.lists("co.uk"));
/// # #[cfg(feature = "psl")] {
/// assert!(PublicSuffixes::built_in().lists("co.uk"));
/// // A newer list, from a text or with `from_file` from a file.
/// let newer = PublicSuffixes::from_text("// ===BEGIN ICANN DOMAINS===\ntest\nhosting.test\n// ===END ICANN DOMAINS===\n")?;
/// assert!(newer.lists("hosting.test"));
/// Sieve::builder().public_suffixes(newer);
/// # }
/// # Ok::<(), netsieve::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PublicSuffixes(List);

#[derive(Clone, Debug, Default)]
enum List {
    #[default]
    BuiltIn,
    Empty,
    #[cfg(feature = "psl")]
    Loaded(std::sync::Arc<publicsuffix::List>, std::sync::Arc<str>),
}

impl PublicSuffixes {
    /// The list built into the crate. Without the feature `psl` it is empty, and the guards protect only bare top-level domains.
    pub fn built_in() -> Self {
        Self(List::BuiltIn)
    }

    /// An empty list: no name is a public suffix.
    pub fn empty() -> Self {
        Self(List::Empty)
    }

    /// Parses a list at run time, in the format of `public_suffix_list.dat`.
    ///
    /// # Errors
    ///
    /// Fails if the text is not such a list.
    #[cfg(feature = "psl")]
    pub fn from_text(text: &str) -> crate::Result<Self> {
        let list: publicsuffix::List =
            text.parse().map_err(|error| crate::Error::config(format!("public suffix list: {error}")))?;
        if list.is_empty() {
            return Err(crate::Error::config("public suffix list: no rule in it"));
        }
        Ok(Self(List::Loaded(std::sync::Arc::new(list), version_of(text).into())))
    }

    /// Reads a list from a file; see [`from_text`](PublicSuffixes::from_text).
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is longer than [`MAX_SUFFIX_LIST`], or is not such a list.
    #[cfg(feature = "psl")]
    pub fn from_file(path: impl AsRef<std::path::Path>) -> crate::Result<Self> {
        use std::io::{Error, ErrorKind, Read};
        let path = path.as_ref();
        let in_file = |error: Error| crate::Error::io(path.to_owned(), error);
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(in_file)?;
        file.take(MAX_SUFFIX_LIST + 1).read_to_string(&mut text).map_err(in_file)?;
        if text.len() as u64 > MAX_SUFFIX_LIST {
            let why = format!("longer than {MAX_SUFFIX_LIST} bytes, and so no public suffix list");
            return Err(in_file(Error::new(ErrorKind::InvalidData, why)));
        }
        Self::from_text(&text).map_err(|error| in_file(Error::new(ErrorKind::InvalidData, error.to_string())))
    }

    /// Identifies the list. A loaded one has the version that it states (`2026-05-01_08-00-00_UTC`), or a checksum of
    /// its text if it states none; the built-in one has the release that it came with. Without a list, the text says
    /// so.
    ///
    /// ```
    /// # #[cfg(feature = "psl")] {
    /// use netsieve::sieve::PublicSuffixes;
    ///
    /// let version = PublicSuffixes::default().version();
    /// assert!(version.starts_with("built into netsieve "));
    /// # }
    /// ```
    pub fn version(&self) -> String {
        match &self.0 {
            #[cfg(not(feature = "psl"))]
            List::BuiltIn => "none".to_owned(),
            #[cfg(feature = "psl")]
            List::BuiltIn => format!("built into netsieve {}", env!("CARGO_PKG_VERSION")),
            List::Empty => "none".to_owned(),
            #[cfg(feature = "psl")]
            List::Loaded(_, version) => version.to_string(),
        }
    }

    /// Returns true if a rule other than the implicit `*` lists `name` itself. `name` must be canonical.
    pub fn lists(&self, name: &str) -> bool {
        match &self.0 {
            List::Empty => false,
            #[cfg(feature = "psl")]
            List::BuiltIn => is_suffix(&psl::List, name),
            #[cfg(not(feature = "psl"))]
            List::BuiltIn => {
                let _ = name;
                false
            }
            #[cfg(feature = "psl")]
            List::Loaded(list, _) => is_suffix(&**list, name),
        }
    }
}

/// The version from the line `// VERSION:` near the beginning of a list.
#[cfg(feature = "psl")]
fn version_of(text: &str) -> String {
    let named = text.lines().take(20).find_map(|line| line.strip_prefix("// VERSION:"));
    match named.map(str::trim).filter(|version| !version.is_empty()) {
        Some(version) => version.chars().filter(|c| !c.is_control()).take(64).collect(),
        None => format!("sum {:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes())),
    }
}

#[cfg(feature = "psl")]
fn is_suffix(list: &impl publicsuffix::Psl, name: &str) -> bool {
    // The list is in Unicode; names here are A-labels.
    let unicode;
    let name = if name.contains("xn--") {
        unicode = idna::domain_to_unicode(name).0;
        &unicode
    } else {
        name
    };
    // A list that is built in is code, which compiles in less time if it calls the iterator instead of holding it.
    let labels: &mut dyn Iterator<Item = &[u8]> = &mut name.rsplit('.').map(str::as_bytes);
    let found = list.find(labels);
    found.typ.is_some() && found.len == name.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "psl")]
    #[test]
    fn both_lists_know_the_same() {
        let loaded = PublicSuffixes::from_text(
            "// ===BEGIN ICANN DOMAINS===\ncom\nuk\nco.uk\n*.ck\n!www.ck\n公司.cn\n// ===END ICANN DOMAINS===\n// ===BEGIN PRIVATE DOMAINS===\npages.dev\n// ===END PRIVATE DOMAINS===\n",
        )
        .unwrap();
        for list in [PublicSuffixes::built_in(), loaded] {
            for (name, want) in [
                ("com", true),
                ("co.uk", true),
                ("pages.dev", true),
                ("x.ck", true),
                ("www.ck", false),
                ("example.com", false),
                ("evil.pages.dev", false),
                ("no-such-tld-here", false),
                ("a.no-such-tld-here", false),
                ("xn--55qx5d.cn", true),
            ] {
                assert_eq!(list.lists(name), want, "{name}");
            }
        }
        assert!(!PublicSuffixes::empty().lists("com"));
        assert!(PublicSuffixes::built_in().version().starts_with("built into"));
        let version = |before: &str, name: &str| {
            let list = format!("{before}// ===BEGIN ICANN DOMAINS===\n{name}\n// ===END ICANN DOMAINS===\n");
            PublicSuffixes::from_text(&list).unwrap().version()
        };
        assert_eq!(version("// VERSION: 2026-05-01_08-00-00_UTC\n", "com"), "2026-05-01_08-00-00_UTC");
        assert!(version("", "com").starts_with("sum ") && version("", "com") != version("", "net"));
    }

    /// A file that is not a list is refused at the cap, however long it is.
    #[cfg(all(feature = "psl", unix))]
    #[test]
    fn a_list_without_an_end_is_refused() {
        let error = PublicSuffixes::from_file("/dev/zero").unwrap_err();
        assert_eq!(error.path(), Some(std::path::Path::new("/dev/zero")));
        assert!(error.to_string().contains("longer than 16777216 bytes"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.dat");
        std::fs::write(&path, "// ===BEGIN ICANN DOMAINS===\ntest\n// ===END ICANN DOMAINS===\n").unwrap();
        assert!(PublicSuffixes::from_file(&path).unwrap().lists("test"));
    }
}
