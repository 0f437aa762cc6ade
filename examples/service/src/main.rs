//! A small HTTP service that answers what a compiled set knows of values, and follows the set's file.
//!
//! ```text
//! cargo run --release --features live --example service -- set.sieve 127.0.0.1:8080
//! curl -d '{"value": "www.evil.test"}' -H 'content-type: application/json' 127.0.0.1:8080/match
//! curl -d '{"values": ["192.0.2.7", "http://shop.test/login/"]}' -H 'content-type: application/json' 127.0.0.1:8080/match
//! curl 127.0.0.1:8080/metrics
//! ```
//!
//! All values of a request are looked up in one generation of the set, which the answer names. While the file is replaced,
//! requests go on; a file that cannot be opened leaves the old set in place and counts as a failed reload.

use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use netsieve::live::{LiveSieve, WatchOptions};
use netsieve::render::{Escaped, JsonLines};
use netsieve::{MatchOptions, Matcher};
use serde_json::{Value, json};

/// Values of one request: what keeps a thread busy for some milliseconds.
const MOST_VALUES: usize = 10_000;
/// Bytes of one request.
const MOST_BYTES: usize = 4 << 20;

struct Service {
    live: Arc<LiveSieve>,
    options: MatchOptions,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    refused: AtomicU64,
    values: AtomicU64,
    matched: AtomicU64,
    reloads: AtomicU64,
    failed_reloads: AtomicU64,
}

fn add(count: &AtomicU64, n: u64) {
    count.fetch_add(n, Ordering::Relaxed);
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let (Some(path), Some(address), interval) = (args.next(), args.next(), args.next()) else {
        return Err("usage: service FILE ADDRESS [MILLISECONDS between looks at the file]".into());
    };
    let address = address.to_str().ok_or("the address is not UTF-8")?;
    let mut watch = WatchOptions::default();
    if let Some(interval) = interval {
        let interval = interval.to_str().and_then(|text| text.parse().ok()).ok_or("not a number of milliseconds")?;
        watch.interval = Duration::from_millis(interval);
        watch.settle = watch.interval;
    }

    let live = Arc::new(LiveSieve::open(&path)?);
    let service = Arc::new(Service { live, options: MatchOptions::default(), counts: Counts::default() });
    let told = Arc::clone(&service);
    let _watcher = service.live.watch(&path, &watch, move |result| match result {
        Ok(generation) => {
            add(&told.counts.reloads, 1);
            eprintln!("service: generation {generation}, {} indicators", told.live.load().len());
        }
        Err(error) => {
            add(&told.counts.failed_reloads, 1);
            eprintln!("service: the old set stays: {}", Escaped::new(&error.to_string()));
        }
    });

    let routes = Router::new()
        .route("/match", post(look_up))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(service);
    tokio::runtime::Builder::new_multi_thread().enable_io().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        println!("listening on {}", listener.local_addr()?);
        axum::serve(listener, routes).await?;
        Ok(())
    })
}

/// `{"value": …}` or `{"values": […]}`.
async fn look_up(State(service): State<Arc<Service>>, Json(request): Json<Value>) -> Response {
    add(&service.counts.requests, 1);
    match values(&request) {
        Ok(values) => Json(answer(&service, &values)).into_response(),
        Err(what) => {
            add(&service.counts.refused, 1);
            (StatusCode::BAD_REQUEST, Json(json!({"error": what}))).into_response()
        }
    }
}

fn values(request: &Value) -> Result<Vec<&str>, &'static str> {
    const USAGE: &str = "give one `value`, or a list of `values`, as text";
    match (request.get("value"), request.get("values")) {
        (Some(value), None) => value.as_str().map(|value| vec![value]).ok_or(USAGE),
        (None, Some(Value::Array(values))) if values.len() > MOST_VALUES => {
            Err("more values than one request may have")
        }
        (None, Some(Value::Array(values))) => values.iter().map(Value::as_str).collect::<Option<_>>().ok_or(USAGE),
        _ => Err(USAGE),
    }
}

fn answer(service: &Service, values: &[&str]) -> Value {
    // One generation for all values, whatever happens meanwhile.
    let snapshot = service.live.snapshot();
    let mut matcher = snapshot.sieve.matcher(&service.options);
    let results: Vec<Value> = values.iter().map(|value| result(&mut matcher, value)).collect();
    let is_match = |result: &&Value| result["matches"].as_array().is_some_and(|matches| !matches.is_empty());
    add(&service.counts.values, values.len() as u64);
    add(&service.counts.matched, results.iter().filter(is_match).count() as u64);
    json!({"generation": snapshot.generation, "results": results})
}

fn result(matcher: &mut Matcher, value: &str) -> Value {
    let kind = match matcher.classify(value) {
        Ok(kind) => kind,
        Err(reason) => return json!({"value": value, "error": reason.to_string(), "matches": []}),
    };
    let matches = matcher.match_any(value);
    let object = |matched: netsieve::Match<'_>| {
        let mut object = Vec::new();
        JsonLines::new().matched(&mut object, &matched);
        serde_json::from_slice::<Value>(&object).unwrap_or_default()
    };
    let matches: Vec<Value> = matches.iter().map(object).collect();
    json!({"value": value, "kind": kind.as_str(), "matches": matches})
}

/// In the text format of Prometheus.
async fn metrics(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let snapshot = service.live.snapshot();
    let counts = &service.counts;
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64;
    let rows = [
        ("netsieve_generation", "gauge", "How many times the set has been replaced.", snapshot.generation as f64),
        (
            "netsieve_age_seconds",
            "gauge",
            "Since the set was put in its place.",
            snapshot.since.elapsed().as_secs_f64(),
        ),
        ("netsieve_indicators", "gauge", "Indicators in the set.", snapshot.sieve.len() as f64),
        ("netsieve_feeds", "gauge", "Feeds in the set.", snapshot.sieve.feeds().len() as f64),
        ("netsieve_memory_bytes", "gauge", "Bytes of the set's tables.", snapshot.sieve.memory_usage() as f64),
        ("netsieve_requests_total", "counter", "Requests to match.", read(&counts.requests)),
        ("netsieve_refused_total", "counter", "Requests that were none.", read(&counts.refused)),
        ("netsieve_values_total", "counter", "Values looked up.", read(&counts.values)),
        ("netsieve_matched_total", "counter", "Values that something matched.", read(&counts.matched)),
        ("netsieve_reloads_total", "counter", "Times the file was read anew.", read(&counts.reloads)),
        ("netsieve_failed_reloads_total", "counter", "Times it could not be.", read(&counts.failed_reloads)),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in rows {
        // Writing to a string does not fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
