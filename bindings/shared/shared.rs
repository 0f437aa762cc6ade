//! The data of `generate.py`, with which all bindings are tested.

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use netsieve::Sieve;
use netsieve::feed::FeedFile;

#[path = "rows.rs"]
mod rows;

use rows::rows;

/// A set, 10,000 values and 100,000 lines.
pub(crate) struct Shared {
    pub(crate) sieve: Sieve,
    pub(crate) values: Vec<Option<String>>,
    pub(crate) lines: Vec<Option<String>>,
}

pub(crate) fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/generate.py");
        let status = Command::new("python3").arg(script).arg(folder.path()).status().expect("python3 makes the values");
        assert!(status.success());
        let mut builder = Sieve::builder();
        for name in ["names.txt", "addrs.txt", "urls.txt", "hashes.txt", "mails.txt"] {
            let file = FeedFile::new(folder.path().join(name));
            let id = builder.feed(file.feed.clone());
            file.read(&mut builder.sink(id)).expect("a feed");
        }
        let rows = |name| rows(&fs::read(folder.path().join(name)).expect("it was made"));
        let (values, lines) = (rows("values.rows"), rows("lines.rows"));
        assert_eq!((values.len(), lines.len()), (10_000, 100_000));
        Shared { sieve: builder.build().expect("few").0, values, lines }
    })
}
