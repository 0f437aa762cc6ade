//! Matches and hits as objects of their own.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// One feed's entry for an indicator.
#[pyclass(frozen, get_all, eq, module = "netsieve")]
#[derive(Clone, PartialEq)]
pub(crate) struct Source {
    feed: String,
    line: Option<u32>,
    as_listed: String,
    tags: Vec<String>,
    family: Option<String>,
    confidence: Option<u8>,
    score: Option<f64>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    reference: Option<String>,
    description: Option<String>,
}

#[pymethods]
impl Source {
    fn __repr__(&self) -> String {
        let line = self.line.map_or("None".to_owned(), |line| line.to_string());
        format!("Source(feed={:?}, line={line}, as_listed={:?})", self.feed, self.as_listed)
    }
}

impl Source {
    fn of(source: &netsieve::Source<'_>) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string());
        Self {
            feed: source.feed().name.clone(),
            line: source.line(),
            as_listed: source.as_listed().into_owned(),
            tags: source.tags().map(str::to_owned).collect(),
            family: text(source.family()),
            confidence: source.confidence(),
            score: source.score(),
            first_seen: time(source.first_seen()),
            last_seen: time(source.last_seen()),
            valid_from: time(source.valid_from()),
            valid_until: time(source.valid_until()),
            reference: text(source.reference()),
            description: text(source.description()),
        }
    }
}

/// One indicator that covers a value.
#[pyclass(frozen, get_all, eq, module = "netsieve")]
#[derive(Clone, PartialEq)]
pub(crate) struct Match {
    indicator: String,
    kind: &'static str,
    scope: Option<&'static str>,
    relation: &'static str,
    strength: &'static str,
    sources: Vec<Source>,
}

#[pymethods]
impl Match {
    /// The names of the feeds that list it, each once.
    #[getter]
    fn feeds(&self) -> Vec<&str> {
        let mut feeds = Vec::new();
        for source in &self.sources {
            if !feeds.contains(&source.feed.as_str()) {
                feeds.push(&source.feed);
            }
        }
        feeds
    }

    fn __repr__(&self) -> String {
        let Self { indicator, kind, relation, strength, .. } = self;
        let feeds = self.feeds();
        format!("Match({indicator:?}, kind={kind:?}, relation={relation:?}, strength={strength:?}, feeds={feeds:?})")
    }
}

impl Match {
    pub(crate) fn all(matches: netsieve::Matches<'_>) -> Vec<Self> {
        matches.iter().map(|found| Self::of(&found)).collect()
    }

    fn of(found: &netsieve::Match<'_>) -> Self {
        let indicator = found.indicator();
        Self {
            indicator: indicator.to_string(),
            kind: indicator.kind().as_str(),
            scope: indicator.scope().map(|scope| scope.as_str()),
            relation: found.relation().as_str(),
            strength: found.strength().as_str(),
            sources: found.sources().map(|source| Source::of(&source)).collect(),
        }
    }
}

/// One observable at one place of a log, with all its matches.
#[pyclass(frozen, module = "netsieve")]
#[derive(Clone)]
pub(crate) struct Hit {
    #[pyo3(get)]
    line: u64,
    #[pyo3(get)]
    offset: u64,
    #[pyo3(get)]
    end: u64,
    observed: Vec<u8>,
    #[pyo3(get)]
    canonical: String,
    #[pyo3(get)]
    context: &'static str,
    text: Vec<u8>,
    #[pyo3(get)]
    time: Option<String>,
    #[pyo3(get)]
    client: Option<String>,
    #[pyo3(get)]
    user: Option<String>,
    #[pyo3(get)]
    host: Option<String>,
    #[pyo3(get)]
    matches: Vec<Match>,
}

#[pymethods]
impl Hit {
    /// The observable as written in the log.
    #[getter]
    fn observed<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.observed)
    }

    /// The log line. Its bytes are hostile: escape them before showing them.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.text)
    }

    fn __repr__(&self) -> String {
        let Self { line, offset, canonical, context, matches, .. } = self;
        let matches: Vec<String> = matches.iter().map(Match::__repr__).collect();
        format!(
            "Hit(line={line}, offset={offset}, {canonical:?}, context={context:?}, matches=[{}])",
            matches.join(", ")
        )
    }
}

impl Hit {
    pub(crate) fn of(hit: &netsieve::Hit<'_>) -> Self {
        let who = hit.who();
        Self {
            line: hit.line(),
            offset: hit.span().start,
            end: hit.span().end,
            observed: hit.observed().to_vec(),
            canonical: hit.canonical().to_owned(),
            context: hit.context().as_str(),
            text: hit.line_text().to_vec(),
            time: hit.time().map(|time| time.to_string()),
            client: who.and_then(|who| who.ip).map(|ip| ip.to_string()),
            user: who.and_then(|who| who.user).map(str::to_owned),
            host: who.and_then(|who| who.host).map(str::to_owned),
            matches: Match::all(hit.matches()),
        }
    }
}
