//! A small HTTP service that looks up values in a compiled set, and follows the set's file.
//!
//! ```text
//! logscan build -f c2.txt -o set.sieve
//! cargo run --release -p service -- set.sieve
//! curl -d '{"value": "www.evil.test"}' -H 'content-type: application/json' 127.0.0.1:8080/match
//! curl -d '{"values": ["192.0.2.7", "http://shop.test/login/"]}' -H 'content-type: application/json' 127.0.0.1:8080/match
//! curl 127.0.0.1:8080/healthz
//! curl 127.0.0.1:8080/metrics
//! ```
//!
//! All values of a request are looked up in one generation of the set, which the answer names. Requests go on while the file is
//! replaced. A file that cannot be opened leaves the old set in place, and `/metrics` says so until one can be opened again.
//!
//! The service trusts no client. It listens on loopback, and requires a token before it listens elsewhere. Connections, heads, bodies,
//! answers and lifetimes are limited in size and time; when connections run out, idle ones make room. On SIGTERM or SIGINT it answers the
//! pending requests and ends. It logs one JSON object per line to standard error, and goes on if nobody reads them.
#![deny(clippy::print_stderr, clippy::print_stdout)]

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use netsieve::MatchOptions;
use netsieve::live::{LiveSieve, WatchOptions, Watcher};

mod answer;
mod links;
mod log;
mod metrics;
mod request;
mod server;
mod wire;

use answer::Answers;
use log::{Level, Log, Value};
use metrics::Metrics;

/// Looks up addresses, names and URLs in a compiled set, over HTTP.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Args {
    /// The set, made by `logscan build`. The service follows the file: to replace it, rename another file over it.
    file: PathBuf,
    /// The address to listen on. Any address other than loopback needs --token-file or --no-token.
    #[arg(default_value = "127.0.0.1:8080")]
    address: SocketAddr,
    /// Milliseconds between two checks of the file.
    #[arg(default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=86_400_000))]
    interval: u64,
    /// Require the token in the first line of this file (`Authorization: Bearer TOKEN`), except for /healthz.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Answer without a token, even if other machines can reach the address.
    #[arg(long, conflicts_with = "token_file")]
    no_token: bool,
    /// The number of open connections. Fewer if the system allows fewer open files.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// Seconds that a client may take to send the head of a request (idle time before it included), to send its body, and to receive
    /// the answer.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,
    /// Seconds after which a connection accepts no further request.
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    life: Duration,
    /// Seconds that pending requests get when the service is stopped.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    grace: Duration,
    /// The number of threads that answer [default: the number of processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Also log every request.
    #[arg(long)]
    log_requests: bool,
}

const AFTER_HELP: &str = "\
POST /match   {\"value\": TEXT} or {\"values\": [TEXT, …]}, at most 10000 values and 4 MiB, with the content type application/json
GET /healthz  200 while the set is followed, otherwise 503
GET /metrics  metrics in the text format of Prometheus

SIGTERM and SIGINT end the service once all pending requests are answered. Exit codes: 0 all were answered, 1 some were not in time,
2 an error.";

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "not a number of seconds from 0.001 to 86400".to_owned())
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let is_printed = error.print().is_ok();
            return ExitCode::from(if is_printed && !error.use_stderr() { 0 } else { 2 });
        }
    };
    match run(&args) {
        Ok(server::Ended::InTime) => ExitCode::SUCCESS,
        Ok(server::Ended::Late) => ExitCode::from(1),
        Err(error) => {
            let text = netsieve::render::Escaped::new(&error.to_string()).to_string();
            // If standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "service: {text}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<server::Ended, Box<dyn Error>> {
    let token = match &args.token_file {
        Some(path) => Some(token(path)?),
        None if args.no_token || args.address.ip().is_loopback() => None,
        None => {
            return Err(format!("{} is not a loopback address: see --token-file and --no-token", args.address).into());
        }
    };
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    // The pool that opens sets. Rayon would make it at the first use, and panic if the system gives no threads.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| format!("cannot start threads: {error}"))?;

    let live = LiveSieve::open(&args.file)?;
    let (log, writer) = Log::start().map_err(|error| format!("cannot start a thread: {error}"))?;
    let metrics = Arc::new(Metrics::new(log.clone()));
    let watcher = watch(args, &live, &metrics)?;
    let answers = Answers { live, options: MatchOptions::default(), metrics, watcher, token, timeout: args.timeout };
    let limits = server::Limits {
        connections: args.connections,
        timeout: args.timeout,
        life: args.life,
        grace: args.grace,
        logs_requests: args.log_requests,
    };
    let ended = server::run(args.address, threads, &limits, Arc::new(answers));
    log.write(Level::Info, "stopped", &[]);
    drop(log);
    writer.finish();
    ended
}

fn token(path: &std::path::Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let token = text.lines().next().unwrap_or_default().trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(format!("{}: the first line is not a token (ASCII without spaces)", path.display()).into());
    }
    Ok(token.to_owned())
}

/// Follows the file, and reports each reload in the log and the metrics.
fn watch(args: &Args, live: &LiveSieve, metrics: &Arc<Metrics>) -> Result<Watcher, Box<dyn Error>> {
    let interval = Duration::from_millis(args.interval);
    let options = WatchOptions::new().interval(interval).settle(interval.min(WatchOptions::default().settle));
    let (told, metrics) = (live.clone(), Arc::clone(metrics));
    let watcher = live.watch(&args.file, &options, move |result| {
        let indicators = told.load().len();
        match &result {
            Ok(generation) => metrics.log.write(
                Level::Info,
                "reloaded",
                &[("generation", Value::Number(*generation)), ("indicators", Value::Number(indicators as u64))],
            ),
            Err(error) => metrics.log.write(
                Level::Error,
                "reload failed, still using the previous set",
                &[("error", Value::Text(&error.to_string())), ("indicators", Value::Number(indicators as u64))],
            ),
        }
        metrics.reloaded(result.is_ok());
    });
    watcher.map_err(|error| format!("cannot start a thread: {error}").into())
}
