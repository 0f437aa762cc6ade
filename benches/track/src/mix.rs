//! The mix of real lines, and the sets of real indicators to scan it with, if `NETSIEVE_DATA` names the folder of real
//! data. They are made once, outside callgrind.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use netsieve::{Engine, ScanOptions, Scanner};

use crate::{common, real};

/// The size of the mix.
const MEGABYTES: usize = 4;
/// The names of the files, in the order of [`real::sets`].
const SETS: [&str; 3] = ["20k", "all", "2m"];

/// The files of the sets and of the log.
pub struct Mix {
    folder: PathBuf,
    /// The number of places examined and of words read, with each set.
    places: Vec<(String, u64)>,
}

impl Mix {
    /// Makes the files. Without real data, prints a note and returns `None`.
    pub fn make() -> Option<Self> {
        let Some(data) = common::data() else {
            println!("NETSIEVE_DATA is not set: the mix of real lines is not counted");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("netsieve-track-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let text = real::mix(&data, MEGABYTES);
        std::fs::write(folder.join("mix.log"), &text).expect("a file");
        let mut places = Vec::new();
        for (name, (_, sieve)) in SETS.into_iter().zip(real::sets(&data)) {
            sieve.save(folder.join(name)).expect("a file");
            let mut options = ScanOptions::default();
            options.engine = Engine::Avx2;
            let stats = Scanner::with_options(&sieve, &options).scan(&text, |_| ControlFlow::Continue(()));
            places.push((format!("mix/places_{name}"), stats.observables));
            places.push((format!("mix/words_{name}"), stats.words));
        }
        Some(Self { folder, places })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn places(&self) -> &[(String, u64)] {
        &self.places
    }
}

impl Drop for Mix {
    fn drop(&mut self) {
        // A leftover folder does no harm.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
