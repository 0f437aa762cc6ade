//! The compiled set.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::DataType;
use jiff::Timestamp;
use netsieve::input::{TextCheck, open_log};
use netsieve::{MatchOptions, Matcher, ScanOptions, Scanner};
use pyo3::exceptions::{PyTypeError, PyUserWarning, PyValueError};
use pyo3::prelude::*;

use crate::answers::{Hit, Match};
use crate::bytes::Bytes;
use crate::columns::{Array, answer};
use crate::errors::{Doing, io, raise};
use crate::feeds::{FeedReport, percent};
use crate::wait::Interruptible;

/// A compiled set of indicators. It never changes, and any number of threads may use it at once.
#[pyclass(frozen, module = "netsieve")]
pub(crate) struct Sieve {
    sieve: netsieve::Sieve,
    options: MatchOptions,
    reports: Arc<[FeedReport]>,
    /// The matchers and scanners that no thread is using.
    matchers: Mutex<Vec<Matcher>>,
    scanners: Mutex<Vec<Scanner>>,
}

impl Sieve {
    pub(crate) fn new(sieve: netsieve::Sieve, reports: Vec<FeedReport>) -> Self {
        Self::with(sieve, MatchOptions::default(), reports.into())
    }

    fn with(sieve: netsieve::Sieve, options: MatchOptions, reports: Arc<[FeedReport]>) -> Self {
        Self { sieve, options, reports, matchers: Mutex::default(), scanners: Mutex::default() }
    }

    /// Lends a matcher.
    fn matching<T>(&self, work: impl FnOnce(&mut Matcher) -> T) -> T {
        let matcher = self.matchers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut matcher = matcher.unwrap_or_else(|| self.sieve.matcher_with(&self.options));
        let result = work(&mut matcher);
        self.matchers.lock().unwrap_or_else(PoisonError::into_inner).push(matcher);
        result
    }

    /// Lends a scanner.
    fn scanning<T>(&self, work: impl FnOnce(&mut Scanner) -> T) -> T {
        let scanner = self.scanners.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scanner = scanner.unwrap_or_else(|| {
            let mut options = ScanOptions::default();
            options.matching = self.options.clone();
            Scanner::with_options(&self.sieve, &options)
        });
        let result = work(&mut scanner);
        self.scanners.lock().unwrap_or_else(PoisonError::into_inner).push(scanner);
        result
    }

    /// Scans the content of a reader. Returns the hits in a list, or passes them to `on_hit` one by one.
    fn scan_all(
        &self,
        py: Python<'_>,
        reader: impl std::io::Read + Send,
        on_hit: Option<Py<PyAny>>,
    ) -> PyResult<Vec<Hit>> {
        let mut hits = Vec::new();
        let mut raised = None;
        let check = TextCheck::new();
        let result = py.detach(|| {
            let mut offset = 0;
            let reader = Looked { reader: Interruptible::new(reader), check: &check, offset: &mut offset };
            self.scanning(|scanner| {
                scanner.scan_reader(reader, |hit| {
                    let hit = Hit::of(hit);
                    let Some(on_hit) = &on_hit else {
                        hits.push(hit);
                        return ControlFlow::Continue(());
                    };
                    let wanted = Python::attach(|py| {
                        let answer = on_hit.call1(py, (hit,))?;
                        PyResult::Ok(answer.is_none(py) || answer.is_truthy(py)?)
                    });
                    match wanted {
                        Ok(true) => ControlFlow::Continue(()),
                        Ok(false) => ControlFlow::Break(()),
                        Err(error) => {
                            raised = Some(error);
                            ControlFlow::Break(())
                        }
                    }
                })
            })
        });
        if let Some(error) = raised {
            return Err(error);
        }
        result.map_err(|error| failed(py, error))?;
        if let Some(caveat) = check.caveat() {
            let message = std::ffi::CString::new(format!("the log {caveat}"))?;
            PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, 1)?;
        }
        Ok(hits)
    }
}

/// Makes the exception for a scan that failed: that of a signal handler, or a read error.
fn failed(py: Python<'_>, error: netsieve::Error) -> PyErr {
    match py.check_signals() {
        Err(raised) => raised,
        Ok(()) => match std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>()) {
            Some(source) => match source.get_ref().and_then(|inner| inner.downcast_ref::<PyErr>()) {
                Some(raised) => raised.clone_ref(py),
                None => io(py, std::io::Error::new(source.kind(), error.to_string())),
            },
            None => raise(py, &error, Doing::Scanning),
        },
    }
}

/// A reader that shows all bytes to a [`TextCheck`].
struct Looked<'c, R> {
    reader: R,
    check: &'c TextCheck,
    offset: &'c mut u64,
}

impl<R: std::io::Read> std::io::Read for Looked<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let len = self.reader.read(buf)?;
        self.check.look(*self.offset, &buf[..len]);
        *self.offset += len as u64;
        Ok(len)
    }
}

/// Calls `work` with the bytes of a value: a `str`, `bytes`, or an address of `ipaddress`.
fn value_of<T>(value: &Bound<'_, PyAny>, work: impl FnOnce(&[u8]) -> T) -> PyResult<T> {
    if let Some(bytes) = Bytes::of(value)? {
        return Ok(work(&bytes));
    }
    if let Ok(addr) = value.extract::<std::net::IpAddr>() {
        return Ok(work(addr.to_string().as_bytes()));
    }
    let found = value.get_type().name()?;
    Err(PyTypeError::new_err(format!("a value must be str, bytes or an address of ipaddress, not {found}")))
}

/// Opens a compiled file. `mmap=True` maps it, so that processes share one copy. Replace a mapped file by renaming another over it, and
/// never write into it.
#[pyfunction]
#[pyo3(signature = (path, *, mmap=false))]
pub(crate) fn open(py: Python<'_>, path: PathBuf, mmap: bool) -> PyResult<Sieve> {
    let opened = py.detach(|| {
        if mmap {
            // SAFETY: the documentation of `mmap` demands that the file is never written to.
            #[expect(unsafe_code, reason = "a mapping is what was asked for")]
            unsafe {
                netsieve::Sieve::open_mmap(&path)
            }
        } else {
            netsieve::Sieve::open(&path)
        }
    });
    opened.map(|sieve| Sieve::new(sieve, Vec::new())).map_err(|error| raise(py, &error, Doing::Opening))
}

#[pymethods]
impl Sieve {
    /// Writes the set to a file, replacing any file of that name.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| self.sieve.save(path)).map_err(|error| raise(py, &error, Doing::Saving))
    }

    /// The number of indicators.
    fn __len__(&self) -> usize {
        self.sieve.len()
    }

    /// Returns true if an indicator covers the value.
    fn __contains__(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        value_of(value, |value| self.matching(|matcher| matcher.is_match_any(value)))
    }

    fn __repr__(&self) -> String {
        format!("<netsieve.Sieve of {} indicators from {} feeds>", self.sieve.len(), self.sieve.feeds().len())
    }

    /// The names of the feeds.
    #[getter]
    fn feeds(&self) -> Vec<&str> {
        self.sieve.feeds().iter().map(|feed| feed.name.as_str()).collect()
    }

    /// The report on each feed from compiling the set; empty if the set was opened from a file.
    #[getter]
    fn reports(&self) -> Vec<FeedReport> {
        self.reports.to_vec()
    }

    /// Returns the same set with other options. Fails if `feeds` names one that the set does not have.
    #[pyo3(signature = (*, min_confidence=None, feeds=Vec::new(), tags=Vec::new(), as_of=None, port_unseen=true, name_like=false,
        host_only=false))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn with_options(
        &self,
        min_confidence: Option<i64>,
        feeds: Vec<String>,
        tags: Vec<String>,
        as_of: Option<&str>,
        port_unseen: bool,
        name_like: bool,
        host_only: bool,
    ) -> PyResult<Self> {
        let mut options = MatchOptions::default();
        options.filter.min_confidence = percent("min_confidence", min_confidence)?;
        if let Some(unknown) = feeds.iter().find(|name| !self.feeds().contains(&name.as_str())) {
            let known = self.feeds().join(", ");
            return Err(PyValueError::new_err(format!(
                "feeds: no feed of this set is named {unknown:?} (feeds: {known})"
            )));
        }
        options.filter.feeds = feeds;
        options.filter.tags = tags;
        options.filter.as_of = match as_of {
            None => None,
            Some("now") => Some(Timestamp::now()),
            Some(time) => Some(time.parse().map_err(|error| PyValueError::new_err(format!("as_of: {error}")))?),
        };
        (options.port_unseen, options.name_like, options.host_only) = (port_unseen, name_like, host_only);
        Ok(Self::with(self.sieve.clone(), options, self.reports.clone()))
    }

    /// Returns all matches of a value of any kind, most specific first.
    #[pyo3(name = "match")]
    fn match_any(&self, value: &Bound<'_, PyAny>) -> PyResult<Vec<Match>> {
        value_of(value, |value| self.matching(|matcher| Match::all(matcher.match_any(value))))
    }

    /// Explains how a value is read, and what matches it or why nothing does.
    fn explain(&self, value: &Bound<'_, PyAny>) -> PyResult<String> {
        value_of(value, |value| self.matching(|matcher| explain(matcher, value)))
    }

    /// Returns the hits in a text of any number of lines.
    fn scan(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Vec<Hit>> {
        match Bytes::of(data)? {
            Some(bytes) => self.scan_all(py, &bytes[..], None),
            None => {
                let found = data.get_type().name()?;
                Err(PyTypeError::new_err(format!("data must be str or bytes, not {found}")))
            }
        }
    }

    /// Returns the hits in a file, plain or compressed. With `on_hit`, passes the hits to it one by one and returns an empty list; the scan
    /// ends early if `on_hit` returns a false value other than `None`.
    #[pyo3(signature = (path, *, on_hit=None))]
    fn scan_file(&self, py: Python<'_>, path: PathBuf, on_hit: Option<Py<PyAny>>) -> PyResult<Vec<Hit>> {
        let reader = py.detach(|| open_log(&path)).map_err(|error| raise(py, &error, Doing::Scanning))?;
        self.scan_all(py, reader, on_hit)
    }

    /// Tells for each value of a column whether it matches anything; null for null.
    fn is_match_array(&self, column: &Bound<'_, PyAny>) -> PyResult<Array> {
        answer(column, &DataType::Boolean, |column| {
            self.matching(|matcher| netsieve_arrow::is_match(matcher, column)).map(|found| Arc::new(found) as _)
        })
    }

    /// Returns all matches of each value of a column, as lists of structs; null for null.
    fn match_array(&self, column: &Bound<'_, PyAny>) -> PyResult<Array> {
        answer(column, &netsieve_arrow::match_type(), |column| {
            self.matching(|matcher| netsieve_arrow::lookup(matcher, column)).map(|found| Arc::new(found) as _)
        })
    }

    /// Returns all hits of each line of a column, as lists of structs; null for null.
    fn scan_array(&self, column: &Bound<'_, PyAny>) -> PyResult<Array> {
        answer(column, &netsieve_arrow::hit_type(), |column| {
            self.scanning(|scanner| netsieve_arrow::scan(scanner, column)).map(|found| Arc::new(found) as _)
        })
    }
}

fn explain(matcher: &mut Matcher, value: &[u8]) -> String {
    let shown = String::from_utf8_lossy(value).escape_debug().to_string();
    let kind = match matcher.classify(value) {
        Ok(kind) => kind,
        Err(reject) => return format!("{shown}: not an address, a name or a URL: {reject}"),
    };
    let mut text = match matcher.canonical(value) {
        Ok(canonical) => format!("{shown}: read as {} {canonical}", kind.as_str()),
        Err(reject) => return format!("{shown}: not an address, a name or a URL: {reject}"),
    };
    let matches = matcher.match_any(value);
    if matches.is_empty() {
        text.push_str("\n  no listed indicator covers it");
    }
    for found in matches.iter() {
        text.push_str(&format!("\n  {} {} ({})", found.relation(), found.indicator(), found.strength()));
        for source in found.sources() {
            let line = source.line().map_or(String::new(), |line| format!(", line {line}"));
            text.push_str(&format!("\n    {}{line}: {}", source.feed().name, source.as_listed().escape_debug()));
        }
    }
    let withheld = matches.withheld();
    for (count, why) in [
        (withheld.port_unseen, "have a port, and the value shows none"),
        (withheld.name_like, "would match a text that looks like a file name or a version"),
        (withheld.host_only, "are URLs with a path on this host (host_only)"),
        (withheld.allowed, "are suppressed by allow entries"),
        (withheld.filtered, "have no entry that passes the filter"),
    ] {
        if count > 0 {
            text.push_str(&format!("\n  {count} more {why}"));
        }
    }
    text
}
