//! Connections: one thread accepts them, and several answer them.
//!
//! Each thread runs its own connections with its own reactor. All threads start with the service, or it does not start.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::answer::{Answers, Load};
use crate::links::{Link, Links, Place};
use crate::log::{Level, Value};
use crate::metrics::{Cut, add};
use crate::wire::Wire;

/// The largest head of a request, in bytes.
const MOST_HEAD: usize = 32 * 1024;
/// The most fields in the head of a request.
const MOST_FIELDS: usize = 64;
/// The open files besides connections: those of the process, and of each thread.
const OTHER_FILES: u64 = 16;
const FILES_A_THREAD: u64 = 4;
/// The pause after a connection could not be accepted, and between two attempts to find a place for one.
const PAUSE: Duration = Duration::from_millis(20);
/// The time between two checks of threads and watcher.
const LOOK: Duration = Duration::from_secs(1);

pub(crate) struct Limits {
    pub(crate) connections: u32,
    pub(crate) timeout: Duration,
    pub(crate) life: Duration,
    pub(crate) grace: Duration,
    pub(crate) logs_requests: bool,
}

/// The way in which the service ended after a signal.
pub(crate) enum Ended {
    /// All pending requests were answered.
    InTime,
    /// Some were not.
    Late,
}

/// The state that all threads share.
struct Shared {
    answers: Arc<Answers>,
    load: Load,
    links: Arc<Links>,
    timeout: Duration,
    life: Duration,
    logs_requests: bool,
    /// A connection is waiting for a place, so others end after their next answer.
    is_crowded: AtomicBool,
    /// True once the service is to end.
    stop: watch::Receiver<bool>,
}

/// A connection on its way to a thread.
struct Taken {
    stream: std::net::TcpStream,
    client: SocketAddr,
    place: Place,
    permit: OwnedSemaphorePermit,
}

struct Worker {
    taken: mpsc::UnboundedSender<Taken>,
    thread: JoinHandle<()>,
}

/// Answers requests until a signal stops it.
pub(crate) fn run(
    address: SocketAddr,
    threads: usize,
    limits: &Limits,
    answers: Arc<Answers>,
) -> Result<Ended, Box<dyn Error>> {
    let allowed = connections(limits.connections, threads)?;
    if allowed < limits.connections {
        let values =
            [("connections", Value::Number(allowed.into())), ("wanted", Value::Number(limits.connections.into()))];
        answers.metrics.log.write(Level::Warning, "the limit of open files allows fewer connections", &values);
    }
    let (stop, stopped) = watch::channel(false);
    let shared = Arc::new(Shared {
        answers,
        load: Load::default(),
        links: Arc::default(),
        timeout: limits.timeout,
        life: limits.life,
        logs_requests: limits.logs_requests,
        is_crowded: AtomicBool::new(false),
        stop: stopped,
    });
    shared.load.limit.store(allowed.into(), Ordering::Relaxed);
    let workers = (0..threads).map(|number| worker(number, &shared)).collect::<io::Result<Vec<_>>>();
    let workers = workers.map_err(|error| format!("cannot start threads: {error}"))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(address, allowed, limits.grace, &shared, &workers, &stop))
}

/// Returns the wanted number of connections, or fewer if the system allows fewer open files.
#[cfg(unix)]
fn connections(wanted: u32, threads: usize) -> Result<u32, String> {
    let Some(files) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current else { return Ok(wanted) };
    let left = files.saturating_sub(OTHER_FILES + FILES_A_THREAD * threads as u64);
    match u32::try_from(left).map_or(wanted, |left| left.min(wanted)) {
        0 => Err(format!("the limit of {files} open files leaves none for connections")),
        connections => Ok(connections),
    }
}

async fn serve(
    address: SocketAddr,
    allowed: u32,
    grace: Duration,
    shared: &Arc<Shared>,
    workers: &[Worker],
    stop: &watch::Sender<bool>,
) -> Result<Ended, Box<dyn Error>> {
    let log = &shared.answers.metrics.log;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let listener = TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?;
    let address = listener.local_addr()?;
    // Tells the port if it was given as 0. A closed standard output is not a reason to end.
    let _ = writeln!(io::stdout(), "listening on {address}");
    let indicators = shared.answers.live.load().len() as u64;
    log.write(
        Level::Info,
        "listening",
        &[("address", Value::Text(&address.to_string())), ("indicators", Value::Number(indicators))],
    );

    let places = Arc::new(Semaphore::new(allowed as usize));
    tokio::select! {
        error = accept(&listener, &places, shared, workers) => return Err(error),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    drop(listener);
    log.write(Level::Info, "stopping", &[("connections", Value::Number(shared.links.len() as u64))]);
    stop.send_replace(true);
    tokio::select! {
        // The semaphore is never closed, so this waits until all places are free.
        _ = places.acquire_many(allowed) => Ok(Ended::InTime),
        () = sleep(grace) => Ok(Ended::Late),
        _ = terminate.recv() => Ok(Ended::Late),
        _ = interrupt.recv() => Ok(Ended::Late),
    }
}

/// Accepts connections until something fails, and returns the error.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    shared: &Arc<Shared>,
    workers: &[Worker],
) -> Box<dyn Error> {
    let metrics = &shared.answers.metrics;
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut told, mut was_watching) = (None::<Instant>, true);
    for worker in workers.iter().cycle() {
        let (stream, client) = loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => break accepted,
                    Err(error) => {
                        add(&metrics.accept_errors, 1);
                        if told.is_none_or(|told| told.elapsed() > LOOK) {
                            told = Some(Instant::now());
                            metrics.log.write(Level::Error, "cannot accept", &[("error", Value::Text(&error.to_string()))]);
                        }
                        // File descriptors may have run out.
                        shared.links.evict();
                        sleep(PAUSE).await;
                    }
                },
                _ = look.tick() => {
                    if workers.iter().any(|worker| worker.thread.is_finished()) {
                        return "a worker thread has ended".into();
                    }
                    if was_watching && !shared.answers.watcher.is_running() {
                        was_watching = false;
                        metrics.log.write(Level::Error, "the set is no longer followed", &[]);
                    }
                }
            }
        };
        add(&metrics.connections, 1);
        let permit = place(places, shared).await;
        // Detached from this thread's reactor, because another thread answers it.
        let Ok(stream) = stream.into_std() else { continue };
        shared.load.open.fetch_add(1, Ordering::Relaxed);
        let taken = Taken { stream, client, place: shared.links.enter(), permit };
        if worker.taken.send(taken).is_err() {
            return "a worker thread has ended".into();
        }
    }
    "there are no worker threads".into()
}

/// Waits for a place for a connection. If there is none, the connection that has been idle for longest makes room, or else the next one to
/// be answered.
async fn place(places: &Arc<Semaphore>, shared: &Shared) -> OwnedSemaphorePermit {
    if let Ok(permit) = Arc::clone(places).try_acquire_owned() {
        return permit;
    }
    shared.is_crowded.store(true, Ordering::Relaxed);
    let permit = room(places, shared).await;
    shared.is_crowded.store(false, Ordering::Relaxed);
    permit
}

async fn room(places: &Arc<Semaphore>, shared: &Shared) -> OwnedSemaphorePermit {
    loop {
        if shared.links.evict() {
            shared.answers.metrics.cut(Cut::Idle);
        }
        tokio::select! {
            Ok(permit) = Arc::clone(places).acquire_owned() => return permit,
            () = sleep(PAUSE) => {}
        }
    }
}

fn worker(number: usize, shared: &Arc<Shared>) -> io::Result<Worker> {
    let (taken, mut to_answer) = mpsc::unbounded_channel();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let shared = Arc::clone(shared);
    let work = async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                taken = to_answer.recv() => match taken {
                    Some(taken) => drop(connections.spawn(connection(taken, Arc::clone(&shared)))),
                    None => return,
                },
                Some(ended) = connections.join_next() => {
                    shared.load.open.fetch_sub(1, Ordering::Relaxed);
                    if ended.is_err() {
                        // The panic hook has written its message to standard error.
                        add(&shared.answers.metrics.panics, 1);
                        shared.answers.metrics.log.write(Level::Error, "a connection ended because of a bug in the service", &[]);
                    }
                }
            }
        }
    };
    let thread = thread::Builder::new().name(format!("answer {number}")).spawn(move || runtime.block_on(work))?;
    Ok(Worker { taken, thread })
}

/// Answers the requests of a connection, one after the other.
async fn connection(taken: Taken, shared: Arc<Shared>) {
    let Taken { stream, client, place, permit } = taken;
    let link = Arc::clone(&place.link);
    let Ok(stream) = TcpStream::from_std(stream) else { return };
    // Without it, answers are only slower.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(shared.timeout);
    builder.max_buf_size(MOST_HEAD).max_headers(MOST_FIELDS);
    let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let (shared, link) = (Arc::clone(&shared), Arc::clone(&link));
        async move {
            link.set_busy(true);
            let (route, mut response) = shared.answers.answer(request, &shared.load).await;
            link.set_busy(false);
            if shared.is_crowded.load(Ordering::Relaxed) {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            if shared.logs_requests {
                let status = response.status().as_u16().into();
                let client = client.to_string();
                let values =
                    [("client", Value::Text(&client)), ("path", Value::Text(route)), ("status", Value::Number(status))];
                shared.answers.metrics.log.write(Level::Info, "answered", &values);
            }
            Ok::<_, Infallible>(response)
        }
    });
    let wire = Wire::new(stream, Arc::clone(&link), shared.timeout);
    let served = builder.serve_connection(TokioIo::new(wire), answer);
    drive(served, &link, &shared).await;
    drop(place);
    drop(permit);
}

type Served<S> = http1::Connection<TokioIo<Wire>, S>;

/// Runs a connection until the client or the service ends it.
async fn drive<S, B>(served: Served<S>, link: &Link, shared: &Shared)
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    Served<S>: Future<Output = hyper::Result<()>>,
{
    let mut served = pin!(served);
    let mut stop = shared.stop.clone();
    let mut life = pin!(sleep(shared.life));
    let metrics = &shared.answers.metrics;
    let result = loop {
        let is_over = tokio::select! {
            result = served.as_mut() => break result,
            () = link.leave.notified() => return,
            () = life.as_mut() => true,
            stopping = stop.wait_for(|stop| *stop) => stopping.is_ok(),
        };
        if is_over {
            served.as_mut().graceful_shutdown();
            // Hyper does not count a connection without a request as idle, and would wait for the first one.
            break loop {
                tokio::select! {
                    result = served.as_mut() => break result,
                    () = sleep(PAUSE) => if link.idle().is_some() { return },
                }
            };
        }
    };
    match result {
        Ok(()) => {}
        Err(_) if link.is_stalled() => metrics.cut(Cut::Write),
        Err(error) if error.is_timeout() => metrics.cut(Cut::Head),
        Err(error) if error.is_parse() => metrics.answered("none", link.status()),
        // The client closed the connection.
        Err(_) => {}
    }
}
