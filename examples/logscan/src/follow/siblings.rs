//! The files that rotation makes of a log, in the same folder: `dns.log.1`, `dns-20261105.log`, `dns.log.2.gz`.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// The files in a log's folder whose names start with the log's name, newest first.
pub(super) fn of(log: &Path) -> Vec<(PathBuf, Metadata)> {
    let folder = match log.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Some(name) = log.file_name().map(|name| name.to_string_lossy().into_owned()) else { return Vec::new() };
    // A folder that cannot be read holds no readable file.
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        if is_called_after(&entry.file_name().to_string_lossy(), &name)
            && let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            found.push((folder.join(entry.file_name()), metadata));
        }
    }
    found.sort_by_key(|(_, metadata)| std::cmp::Reverse(metadata.modified().ok()));
    found
}

fn is_called_after(name: &str, log: &str) -> bool {
    let stem = log.split_once('.').map_or(log, |(stem, _)| stem);
    let begins = |with: &str| name.strip_prefix(with).is_some_and(|rest| rest.starts_with(['.', '-', '_', '~']));
    name != log && (begins(log) || !stem.is_empty() && begins(stem))
}

/// Returns true if a file has a name that rotation gives to a log, with numbers, dates and known suffixes. Other files are logs of their
/// own, like `dns-errors.log` beside `dns.log`.
pub(super) fn is_rotated(file: &Path, log: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (file, log) = (name(file), name(log));
    let mut parts = log.split('.');
    let stem = parts.next().unwrap_or_default();
    let known: Vec<&str> = parts.chain(["gz", "bz2", "xz", "zst", "old", "bak", "orig", "save", "prev", ""]).collect();
    let is_date =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z' | b':' | b'+'));
    file.strip_prefix(stem)
        .is_some_and(|rest| rest.split(['.', '-', '_', '~']).all(|part| is_date(part) || known.contains(&part)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_called_after, is_rotated};

    #[test]
    fn names() {
        for name in
            ["dns.log.1", "dns.log.2.gz", "dns.log-20261105", "dns-20261105.log", "dns.1.log", "dns.2026-11-05.log.gz"]
        {
            assert!(is_called_after(name, "dns.log"), "{name}");
            assert!(is_rotated(Path::new(name), Path::new("dns.log")), "{name}");
        }
        for name in ["dns-errors.log", "dns.log.copy", "dns.json"] {
            assert!(is_called_after(name, "dns.log") && !is_rotated(Path::new(name), Path::new("dns.log")), "{name}");
        }
        for name in ["dns.log", "http.log.1", "dnsmasq.log", "dnslog"] {
            assert!(!is_called_after(name, "dns.log"), "{name}");
        }
    }
}
