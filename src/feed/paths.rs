//! Expands globs over files, as configurations contain them.
//!
//! We walk folders ourselves and take only the patterns from `glob`: its own walk panics at names that are not UTF-8, or skips them
//! silently.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf, is_separator};

use glob::{MatchOptions, Pattern};

use crate::error::{Error, Result};

/// One part of a pattern, between separators.
enum Part {
    /// A literal name, `..`, or the root of a path.
    Plain(PathBuf),
    /// A name with `*`, `?` or `[…]`. `is_hidden`: the pattern itself begins with a dot.
    Names { pattern: Pattern, is_hidden: bool },
    /// `**`: this folder and all folders under it.
    Any,
}

const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

fn part(component: Component<'_>) -> std::result::Result<Part, glob::PatternError> {
    let name = component.as_os_str();
    let text = name.to_string_lossy();
    Ok(match component {
        Component::Normal(_) if text == "**" => Part::Any,
        Component::Normal(_) if text.contains(['*', '?', '[']) => {
            Part::Names { pattern: Pattern::new(&text)?, is_hidden: text.starts_with('.') }
        }
        _ => Part::Plain(name.into()),
    })
}

/// Returns the files and folders that a glob names, sorted by path. A relative glob starts in the folder `base` (empty: the current one).
///
/// `*`, `?` and `[…]` match parts of a name, and `**` any number of folders. Every name can be found: in a name that is not UTF-8, `?`
/// and `*` match the invalid bytes. Unless `hidden` is set, a name that begins with a dot matches only a pattern that also does. `**` does
/// not follow links to folders, so circular links do no harm. A pattern that ends in a separator or in `**` names only folders.
///
/// The list holds an error for each folder that cannot be read.
///
/// # Errors
///
/// Fails if the pattern is malformed.
///
/// ```
/// use std::path::Path;
///
/// use netsieve::feed::matching_paths;
///
/// let base = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/samples"));
/// let lists = matching_paths(base, Path::new("*.txt"), false)?;
/// assert!(lists.iter().flatten().any(|path| path.ends_with("c2.txt")));
/// # Ok::<(), netsieve::Error>(())
/// ```
pub fn matching_paths(base: &Path, pattern: &Path, hidden: bool) -> Result<Vec<Result<PathBuf>>> {
    let parts = pattern.components().map(part).collect::<std::result::Result<Vec<_>, _>>();
    let parts = parts.map_err(|error| Error::config(error.to_string()))?;
    let only_folders = pattern.to_string_lossy().ends_with(is_separator) || matches!(parts.last(), Some(Part::Any));
    let (mut found, mut errors) = (vec![base.to_owned()], Vec::new());
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        let mut next = Vec::new();
        for path in found {
            match part {
                Part::Plain(name) => next.push(path.join(name)),
                Part::Any => beneath(path, hidden, &mut next, &mut errors),
                Part::Names { pattern, is_hidden } => {
                    let is_meant = |entry: &fs::DirEntry| {
                        let name = entry.file_name();
                        let name = name.to_string_lossy();
                        (hidden || *is_hidden || !name.starts_with('.')) && pattern.matches_with(&name, OPTIONS)
                    };
                    let names = entries(&path, &mut errors).into_iter().filter(is_meant);
                    let paths = names.map(|entry| path.join(entry.file_name()));
                    next.extend(paths.filter(|path| {
                        is_last || found_at(path, path.metadata(), &mut errors).is_some_and(|found| found.is_dir())
                    }));
                }
            }
        }
        // Two `**` can find the same folder in many ways.
        next.sort();
        next.dedup();
        found = next;
    }
    // `**` begins with the folder itself.
    for path in found.iter_mut().filter(|path| path.as_os_str().is_empty()) {
        *path = PathBuf::from(".");
    }
    found.retain(|path| match only_folders {
        true => found_at(path, path.metadata(), &mut errors).is_some_and(|found| found.is_dir()),
        false => found_at(path, path.symlink_metadata(), &mut errors).is_some(),
    });
    // Two parts of a pattern may have met the same folder.
    errors.sort_by_key(ToString::to_string);
    errors.dedup_by_key(|error| error.to_string());
    Ok(found.into_iter().map(Ok).chain(errors.into_iter().map(Err)).collect())
}

/// Returns what was found at a path. If that is forbidden, it adds an error; a broken link is not an error.
fn found_at(path: &Path, found: io::Result<fs::Metadata>, errors: &mut Vec<Error>) -> Option<fs::Metadata> {
    let is_nothing = |error: &io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
    match found {
        Ok(found) => return Some(found),
        Err(error) if is_nothing(&error) || path.is_symlink() => {}
        Err(error) => errors.push(Error::io(path.to_owned(), error)),
    }
    None
}

/// The entries of a folder; empty if there is no such folder.
fn entries(folder: &Path, errors: &mut Vec<Error>) -> Vec<fs::DirEntry> {
    let path = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Vec::new(),
        Err(error) => {
            errors.push(Error::io(path.to_owned(), error));
            Vec::new()
        }
    }
}

/// Finds a folder and all folders under it.
fn beneath(top: PathBuf, hidden: bool, found: &mut Vec<PathBuf>, errors: &mut Vec<Error>) {
    let mut open = vec![top];
    while let Some(folder) = open.pop() {
        for entry in entries(&folder, errors) {
            let is_meant = hidden || !entry.file_name().as_encoded_bytes().starts_with(b".");
            if is_meant && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(folder.join(entry.file_name()));
            }
        }
        found.push(folder);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    fn tree() -> tempfile::TempDir {
        let top = tempfile::tempdir().unwrap();
        for folder in ["a/b/c", ".h", "a/.i", "d[1]"] {
            fs::create_dir_all(top.path().join(folder)).unwrap();
        }
        for file in
            ["z.log", "z.txt", "a/x.log", "a/b/y.log", "a/b/c/y.log", ".h/q.log", "a/.i/q.log", ".n.log", "d[1]/x.log"]
        {
            fs::write(top.path().join(file), "").unwrap();
        }
        top
    }

    fn named(top: &Path, pattern: &str, hidden: bool) -> Vec<String> {
        let paths = matching_paths(top, Path::new(pattern), hidden).unwrap();
        paths.into_iter().map(|path| path.unwrap().strip_prefix(top).unwrap().display().to_string()).collect()
    }

    #[test]
    fn as_the_walk_of_the_crate_whose_patterns_these_are() {
        let top = tree();
        for pattern in [
            "*.log",
            "*/*.log",
            "**/*.log",
            "a/**/*.log",
            "a/**/c/*",
            "**/b/*.log",
            "[az].log",
            "?.txt",
            "none/*.log",
            "z.log/*",
            ".h/*.log",
            "*/x.log",
            "d[[]1]/*.log",
            "a/*",
            "*",
            "**/**/*.log",
            "none",
            "z.log",
            "a/b",
            "**/c",
        ] {
            for hidden in [false, true] {
                let options = MatchOptions { require_literal_leading_dot: !hidden, ..OPTIONS };
                let whole = format!("{}/{pattern}", Pattern::escape(&top.path().to_string_lossy()));
                let paths = glob::glob_with(&whole, options).unwrap().map(|path| path.unwrap());
                let mut want: Vec<_> =
                    paths.map(|path| path.strip_prefix(top.path()).unwrap().display().to_string()).collect();
                want.sort_by(|a, b| Path::new(a).cmp(Path::new(b)));
                want.dedup();
                assert_eq!(named(top.path(), pattern, hidden), want, "{pattern} {hidden}");
            }
        }
        assert_eq!(named(top.path(), "*/", false), ["a", "d[1]"]);
        // For `glob`, `.*` also matches `..`; here it does not.
        assert_eq!(named(top.path(), ".*/*.log", false), [".h/q.log"]);
        assert!(matching_paths(top.path(), Path::new("a**/x"), false).is_err());
        assert!(matching_paths(top.path(), Path::new("[a/x"), false).is_err());
        let absolute = top.path().join("a/*.log");
        assert_eq!(matching_paths(Path::new(""), &absolute, false).unwrap().len(), 1);
    }

    /// The walk of `glob` panicked at such a name if hidden files were left out, and otherwise skipped it.
    #[test]
    fn names_outside_utf_8() {
        let top = tree();
        let names: [&[u8]; 3] = [b"\xff.log", b"n\xc3(.log", b".\xff.log"];
        for name in names {
            fs::write(top.path().join(OsStr::from_bytes(name)), "").unwrap();
        }
        let bytes = |pattern: &[u8], hidden| -> Vec<Vec<u8>> {
            let paths = matching_paths(top.path(), Path::new(OsStr::from_bytes(pattern)), hidden).unwrap();
            paths.into_iter().map(|path| path.unwrap().file_name().unwrap().as_bytes().to_owned()).collect()
        };
        assert_eq!(bytes(b"*.log", false), [&b"n\xc3(.log"[..], b"z.log", b"\xff.log"]);
        assert_eq!(bytes(b"?.log", true), [&b"z.log"[..], b"\xff.log"]);
        assert!(bytes(b".*", false).contains(&b".\xff.log".to_vec()));
        assert_eq!(bytes(b"\xff.log", false), [b"\xff.log"]);
        // A folder with such a name, and a glob in it.
        let folder = top.path().join(OsStr::from_bytes(b"\xfe"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("in.log"), "").unwrap();
        assert_eq!(matching_paths(&folder, Path::new("*.log"), false).unwrap().len(), 1);
        assert_eq!(bytes(b"*/in.log", false), [b"in.log"]);
    }

    /// With two links to their own folder, each level doubles the number of ways.
    #[test]
    fn links_in_a_circle_end() {
        let top = tree();
        for name in ["one", "two"] {
            symlink(".", top.path().join(name)).unwrap();
        }
        assert_eq!(named(top.path(), "**/y.log", false), ["a/b/c/y.log", "a/b/y.log"]);
        // A link that the pattern names is followed.
        assert_eq!(named(top.path(), "one/z.*", false), ["one/z.log", "one/z.txt"]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error() {
        use std::os::unix::fs::PermissionsExt;

        let top = tree();
        fs::set_permissions(top.path().join("a/b"), fs::Permissions::from_mode(0o000)).unwrap();
        let paths = matching_paths(top.path(), Path::new("a/*/*.log"), false).unwrap();
        // An administrator can read it.
        if fs::read_dir(top.path().join("a/b")).is_err() {
            assert!(
                matches!(&paths[..], [Err(error)] if error.to_string().contains("a/b: Permission denied")),
                "{paths:?}"
            );
        }
        fs::set_permissions(top.path().join("a/b"), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
