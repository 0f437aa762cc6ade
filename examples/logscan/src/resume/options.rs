//! Hashes of the options and feeds of a scan, which can only continue with the same ones.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::identity::{hash_of, hex};
use crate::cli::{AsOf, ScanArgs};

/// The hash of all options that affect the output. Feeds and logs are identified by their content instead.
pub(super) fn options(args: &ScanArgs) -> String {
    let ScanArgs {
        set,
        since,
        filter,
        inputs: _,
        follow: _,
        threads: _,
        format,
        json,
        rejects,
        state,
        state_days,
        state_max,
        resume: _,
        resume_every: _,
        job: _,
        annotate: _,
        count,
        list,
        quiet: _,
        max,
        refang,
        no_text,
        events,
        from,
        to,
        stats: _,
        color,
    } = args;
    let as_of = match filter.as_of {
        Some(AsOf::Now(_)) => "now".to_owned(),
        as_of => format!("{as_of:?}"),
    };
    let hits = (format, json, rejects, state, state_days, state_max, count, list, max, no_text, color);
    let matching = (set, since, filter.weak, filter.min_confidence, as_of, refang, events, from, to);
    let text = format!("{hits:?} {matching:?}");
    hash_of(text.as_bytes())
}

/// The files that make up the set, its public suffixes and its layouts, with a hash of each.
pub(super) fn feeds(args: &ScanArgs) -> Result<Vec<(String, String)>, String> {
    let mut paths = args.set.paths(args.since.as_ref());
    paths.extend(args.set.feeds.psl.clone());
    paths.extend(args.set.feeds.config.iter().chain(&args.events.layouts).cloned());
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let hash = |path: &PathBuf| {
        let name = netsieve::shown_path(path).into_owned();
        // Reading a pipe here would take its content away from the feed, or wait for ever.
        if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
            return Err(format!("{name}: --resume needs feeds that are regular files"));
        }
        let hash = hash_of_file(path).map_err(|error| format!("{name}: {error}"))?;
        Ok((name, hash))
    };
    paths.iter().map(hash).collect()
}

fn hash_of_file(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Xxh3::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut bytes) {
            Ok(0) => return Ok(hex(&hash.digest128().to_le_bytes())),
            Ok(len) => hash.update(&bytes[..len]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
