//! Requests and their answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use netsieve::live::{LiveSieve, Watcher};
use netsieve::render::{JsonLines, json_string};
use netsieve::{MatchOptions, Matcher};

use crate::metrics::{Cut, Metrics, Now, add};
use crate::request;

/// The largest body of a request, in bytes.
const MOST_BYTES: usize = 4 << 20;
/// The largest answer, in bytes. Many feeds can list each of many values.
const MOST_ANSWERED: usize = 64 << 20;
/// The number of values after which other requests get their turn on the thread.
const TURN: usize = 64;

const JSON: &str = "application/json";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that answers need.
pub(crate) struct Answers {
    pub(crate) live: LiveSieve,
    pub(crate) options: MatchOptions,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) watcher: Watcher,
    pub(crate) token: Option<String>,
    /// The time within which a body must arrive.
    pub(crate) timeout: Duration,
}

/// The number of open connections, and its limit.
#[derive(Default)]
pub(crate) struct Load {
    pub(crate) open: AtomicU64,
    pub(crate) limit: AtomicU64,
}

/// An answer with a status other than 200.
struct Refusal {
    status: StatusCode,
    why: String,
    /// The rest of the request is not read, and the connection ends.
    is_last: bool,
}

impl Refusal {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), is_last: false }
    }

    fn last(self) -> Self {
        Self { is_last: true, ..self }
    }
}

/// The route under which a path is counted.
fn route(path: &str) -> &'static str {
    match path {
        "/match" => "/match",
        "/healthz" => "/healthz",
        "/metrics" => "/metrics",
        _ => "other",
    }
}

impl Answers {
    /// Answers a request, and counts the answer.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        load: &Load,
    ) -> (&'static str, Response<Full<Bytes>>) {
        let (route, began) = (route(request.uri().path()), Instant::now());
        let response = match self.of(route, request, load).await {
            Ok(response) => response,
            Err(refusal) => refused(&refusal),
        };
        self.metrics.answered(route, response.status().as_u16());
        if route == "/match" {
            self.metrics.took(began.elapsed());
        }
        (route, response)
    }

    async fn of(&self, route: &str, request: Request<Incoming>, load: &Load) -> Result<Response<Full<Bytes>>, Refusal> {
        let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
        match route {
            "/match" if request.method() == Method::POST => {
                self.authorize(&request)?;
                let body = self.body(request).await?;
                let values = request::values(&body).map_err(|why| Refusal::new(StatusCode::BAD_REQUEST, why))?;
                Ok(response(StatusCode::OK, JSON, self.look_up(&values).await?))
            }
            "/healthz" if is_get => Ok(self.health()),
            "/metrics" if is_get => {
                self.authorize(&request)?;
                let snapshot = self.live.snapshot();
                let now = Now {
                    snapshot: &snapshot,
                    is_watching: self.watcher.is_running(),
                    open: load.open.load(Ordering::Relaxed),
                    limit: load.limit.load(Ordering::Relaxed),
                };
                Ok(response(StatusCode::OK, PROMETHEUS, self.metrics.text(&now).into_bytes()))
            }
            "/match" | "/healthz" | "/metrics" => {
                let mut refusal =
                    refused(&Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed for this path"));
                let allowed = if route == "/match" { "POST" } else { "GET, HEAD" };
                refusal.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
                Ok(refusal)
            }
            _ => Err(Refusal::new(StatusCode::NOT_FOUND, "no such path")),
        }
    }

    fn authorize<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let Some(token) = &self.token else { return Ok(()) };
        let given = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let is_scheme = |scheme: &[u8]| scheme.eq_ignore_ascii_case(b"bearer");
        let given = match given.iter().position(|&b| b == b' ') {
            Some(space) if is_scheme(&given[..space]) => given[space..].trim_ascii(),
            _ => b"",
        };
        if is_same(given, token.as_bytes()) {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::UNAUTHORIZED, "missing or wrong token"))
    }

    /// Reads the body of a request, which must be JSON, within the limits of size and time.
    async fn body(&self, request: Request<Incoming>) -> Result<Bytes, Refusal> {
        // With this content type, a page in a browser cannot send a request without a preflight.
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JSON) {
            return Err(
                Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content type must be application/json").last()
            );
        }
        let too_large =
            || Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {MOST_BYTES} bytes")).last();
        let body = request.into_body();
        if body.size_hint().lower() > MOST_BYTES as u64 {
            return Err(too_large());
        }
        match tokio::time::timeout(self.timeout, Limited::new(body, MOST_BYTES).collect()).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
            Ok(Err(error)) => Err(Refusal::new(StatusCode::BAD_REQUEST, error.to_string()).last()),
            Err(_) => {
                self.metrics.cut(Cut::Body);
                Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time").last())
            }
        }
    }

    async fn look_up<T: AsRef<str>>(&self, values: &[T]) -> Result<Vec<u8>, Refusal> {
        // All values are looked up in one generation, even if the set is replaced meanwhile.
        let snapshot = self.live.snapshot();
        let mut matcher = snapshot.sieve.matcher_with(&self.options);
        let mut out = format!("{{\"generation\":{},\"results\":[", snapshot.generation).into_bytes();
        let mut matched = 0;
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            if at % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
            matched += u64::from(result(&mut matcher, value.as_ref(), &mut out));
            if out.len() > MOST_ANSWERED {
                let why = format!("the answer has more than {MOST_ANSWERED} bytes: ask for fewer values at once");
                return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, why));
            }
        }
        out.extend_from_slice(b"]}");
        add(&self.metrics.values, values.len() as u64);
        add(&self.metrics.matched, matched);
        Ok(out)
    }

    fn health(&self) -> Response<Full<Bytes>> {
        let generation = self.live.generation();
        if self.watcher.is_running() {
            let text = format!("{{\"status\":\"ok\",\"generation\":{generation}}}");
            return response(StatusCode::OK, JSON, text.into_bytes());
        }
        let text = format!("{{\"status\":\"the set is no longer followed\",\"generation\":{generation}}}");
        response(StatusCode::SERVICE_UNAVAILABLE, JSON, text.into_bytes())
    }
}

/// Returns true if two tokens are equal. The time it takes does not reveal how much of them is.
fn is_same(given: &[u8], token: &[u8]) -> bool {
    let differing = given.iter().zip(token).fold(0, |differing, (a, b)| differing | (a ^ b));
    std::hint::black_box(differing) == 0 && given.len() == token.len()
}

fn response(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn refused(refusal: &Refusal) -> Response<Full<Bytes>> {
    let mut body = b"{\"error\":".to_vec();
    json_string(&mut body, refusal.why.as_bytes());
    body.push(b'}');
    let mut response = response(refusal.status, JSON, body);
    if refusal.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if refusal.is_last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Appends the matches of a value, and returns true if there are any.
fn result(matcher: &mut Matcher, value: &str, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(b"{\"value\":");
    json_string(out, value.as_bytes());
    match matcher.classify(value) {
        Err(reason) => {
            out.extend_from_slice(b",\"error\":");
            json_string(out, reason.to_string().as_bytes());
            out.extend_from_slice(b",\"matches\":[]}");
            false
        }
        Ok(kind) => {
            out.extend_from_slice(b",\"kind\":");
            json_string(out, kind.as_str().as_bytes());
            out.extend_from_slice(b",\"matches\":[");
            let matches = matcher.match_any(value);
            for (at, matched) in matches.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                JsonLines::new().matched(out, &matched);
            }
            out.extend_from_slice(b"]}");
            !matches.is_empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_same_or_not() {
        assert!(is_same(b"secret", b"secret"));
        for other in ["", "s", "secre", "secrets", "Secret", "secreT"] {
            assert!(!is_same(other.as_bytes(), b"secret"), "{other}");
        }
    }
}
