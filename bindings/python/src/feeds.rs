//! Feeds, and compiling them.

use std::path::PathBuf;

use netsieve::Action;
use netsieve::feed::FeedFile;
use netsieve::feed::Format;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::errors::{Doing, raise};
use crate::sieve::Sieve;
use crate::wait::interruptibly;

/// Returns a number from 0 to 100.
pub(crate) fn percent(name: &str, value: Option<i64>) -> PyResult<Option<u8>> {
    let wrong = || PyValueError::new_err(format!("{name} must be from 0 to 100"));
    value.map(|value| u8::try_from(value).ok().filter(|value| *value <= 100).ok_or_else(wrong)).transpose()
}

/// A feed file, and how it is read.
#[pyclass(frozen, module = "netsieve")]
#[derive(Clone)]
pub(crate) struct Feed(FeedFile);

#[pymethods]
impl Feed {
    #[new]
    #[pyo3(signature = (path, *, name=None, action="block", format=None, tags=Vec::new(), confidence=None, scope=None, path_patterns=false,
        admit_bogons=false, admit_wide_prefixes=false, admit_public_suffixes=false))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        path: PathBuf,
        name: Option<String>,
        action: &str,
        format: Option<&str>,
        tags: Vec<String>,
        confidence: Option<i64>,
        scope: Option<&str>,
        path_patterns: bool,
        admit_bogons: bool,
        admit_wide_prefixes: bool,
        admit_public_suffixes: bool,
    ) -> PyResult<Self> {
        let mut file = FeedFile::new(path);
        let feed = &mut file.feed;
        if let Some(name) = name {
            feed.name = name;
        }
        feed.action = match action {
            "block" => Action::Block,
            "allow" => Action::Allow,
            "allow_all" => Action::AllowAll,
            other => return Err(unknown("action", other, "block, allow, allow_all")),
        };
        feed.tags = tags;
        feed.confidence = percent("confidence", confidence)?;
        feed.policy.scope = match scope {
            None => None,
            Some("exact") => Some(netsieve::Scope::Exact),
            Some("subdomains") => Some(netsieve::Scope::Subdomains),
            Some("suffix") => Some(netsieve::Scope::Suffix),
            Some(other) => return Err(unknown("scope", other, "exact, subdomains, suffix")),
        };
        feed.policy.path_patterns = path_patterns;
        feed.policy.admit_bogons = admit_bogons;
        feed.policy.admit_wide_prefixes = admit_wide_prefixes;
        feed.policy.admit_public_suffixes = admit_public_suffixes;
        file.format = match format {
            Some(name) => Some(name.parse::<Format>().map_err(|error| PyValueError::new_err(error.to_string()))?),
            None => None,
        };
        Ok(Self(file))
    }

    /// The name that hits give for the feed.
    #[getter]
    fn name(&self) -> &str {
        &self.0.feed.name
    }

    #[getter]
    fn path(&self) -> &PathBuf {
        &self.0.path
    }

    #[getter]
    fn action(&self) -> &'static str {
        self.0.feed.action.as_str()
    }

    fn __repr__(&self) -> String {
        format!("Feed({:?}, name={:?}, action={:?})", self.0.path, self.0.feed.name, self.0.feed.action.as_str())
    }
}

fn unknown(what: &str, found: &str, known: &str) -> PyErr {
    PyValueError::new_err(format!("{what} must be one of {known}, not {found:?}"))
}

/// The report on one feed.
#[pyclass(frozen, get_all, module = "netsieve")]
#[derive(Clone)]
pub(crate) struct FeedReport {
    name: String,
    path: String,
    format: Option<String>,
    entries: u64,
    indicators: u64,
    rejected: u64,
    /// The first rejected values of each kind: line, value, reason.
    examples: Vec<(u32, String, String)>,
}

#[pymethods]
impl FeedReport {
    fn __repr__(&self) -> String {
        format!("FeedReport(name={:?}, entries={}, rejected={})", self.name, self.entries, self.rejected)
    }
}

/// A feed, or the path of one.
fn feed_of(given: &Bound<'_, PyAny>, action: Option<Action>) -> PyResult<FeedFile> {
    if let Ok(feed) = given.cast::<Feed>() {
        return Ok(feed.get().0.clone());
    }
    match given.extract::<PathBuf>() {
        Ok(path) => {
            let mut file = FeedFile::new(path);
            file.feed.action = action.unwrap_or(file.feed.action);
            Ok(file)
        }
        Err(_) => {
            let found = given.get_type().name()?;
            Err(PyTypeError::new_err(format!("a feed must be a path or a netsieve.Feed, not {found}")))
        }
    }
}

/// Compiles feeds into a sieve. Paths in `allow` are lists of harmless values.
#[pyfunction]
#[pyo3(signature = (feeds, *, allow=None))]
pub(crate) fn compile(py: Python<'_>, feeds: &Bound<'_, PyAny>, allow: Option<&Bound<'_, PyAny>>) -> PyResult<Sieve> {
    let mut files = Vec::new();
    // A string is also a sequence of strings, but the caller means one path.
    if feeds.is_instance_of::<pyo3::types::PyString>() || feeds.is_instance_of::<pyo3::types::PyBytes>() {
        return Err(PyTypeError::new_err("feeds must be a list of paths and feeds, not a single one"));
    }
    for given in feeds.try_iter()? {
        files.push(feed_of(&given?, None)?);
    }
    if let Some(allow) = allow {
        for given in allow.try_iter()? {
            files.push(feed_of(&given?, Some(Action::Allow))?);
        }
    }
    let built = interruptibly(py, move || {
        let mut builder = netsieve::Sieve::builder();
        for file in &files {
            let id = builder.feed(file.feed.clone());
            file.read(&mut builder.sink(id))?;
        }
        builder.build()
    })?;
    let (sieve, report) = built.map_err(|error| raise(py, &error, Doing::Compiling))?;
    let of_feed = |feed: &netsieve::sieve::FeedReport| FeedReport {
        name: feed.name.clone(),
        path: feed.path.clone(),
        format: feed.format.clone(),
        entries: feed.entries,
        indicators: feed.indicators,
        rejected: feed.rejected_total(),
        examples: feed.rejected.iter().map(|noted| (noted.line, noted.value.clone(), noted.what.to_string())).collect(),
    };
    Ok(Sieve::new(sieve, report.feeds.iter().map(of_feed).collect()))
}
