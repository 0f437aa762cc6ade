//! The service under attack, on loopback: slow, idle, greedy and broken clients, and a machine that has run out of resources.
#![cfg(unix)]

mod common;

use std::io::{Read, Write};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use common::{Service, answer, command, limited, save};
use serde_json::json;
use tempfile::TempDir;

fn set() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.sieve");
    save(0, &path);
    (folder, path)
}

const HEAD: &str = "POST /match HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n";

#[test]
fn slow_clients_are_cut() {
    let (_folder, path) = set();
    let service = Service::of(&mut command(&path, "--timeout 0.3 --life 60"));
    let began = Instant::now();
    // Clients that send nothing, half a head, a head with endless fields, and a body that stops.
    let (mut silent, mut half, mut slow, mut body) =
        (service.connect(), service.connect(), service.connect(), service.connect());
    half.write_all(b"GET /metrics HTT").unwrap();
    slow.write_all(b"GET /metrics HTTP/1.1\r\nhost: test\r\n").unwrap();
    body.write_all(format!("{HEAD}content-length: 100\r\n\r\n{{").as_bytes()).unwrap();
    let feeding = thread::spawn(move || {
        let mut fields = 0;
        while fields < 1000 && slow.write_all(b"x: y\r\n").is_ok() {
            fields += 1;
            thread::sleep(Duration::from_millis(20));
        }
        fields
    });
    assert_eq!(answer(&mut silent).0, 0);
    assert_eq!(answer(&mut half).0, 0);
    let (status, head, _) = answer(&mut body);
    assert_eq!(status, 408);
    assert!(head.contains("connection: close"), "{head}");
    assert!(feeding.join().unwrap() < 1000);
    assert!(began.elapsed() < Duration::from_secs(30));
    service.wait_for(r#"netsieve_cut_connections_total{why="head"}"#, 3.0);
    assert_eq!(service.metric(r#"netsieve_cut_connections_total{why="body"}"#), 1.0);
    assert_eq!(service.metric(r#"netsieve_answers_total{path="/match",status="408"}"#), 1.0);
    // A second request in time is answered on the same connection, and idling ends it.
    let mut kept = service.connect();
    for _ in 0..2 {
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
        let mut some = [0; 17];
        kept.read_exact(&mut some).unwrap();
        assert_eq!(&some, b"HTTP/1.1 200 OK\r\n");
        let mut rest = [0; 4096];
        let _ = kept.read(&mut rest).unwrap();
    }
    let mut rest = Vec::new();
    kept.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
}

#[test]
fn clients_that_do_not_read_are_disconnected() {
    let (_folder, path) = set();
    let service = Service::of(&mut command(&path, "--timeout 0.3 --connections 4"));
    let values = json!({ "values": vec!["www.common.test"; 10_000] }).to_string();
    let request = format!("{HEAD}content-length: {}\r\n\r\n{values}", values.len());
    let mut stuck = service.connect();
    // Answers that nobody takes, until the system's buffers are full.
    let writer = thread::spawn(move || {
        for _ in 0..100 {
            if stuck.write_all(request.as_bytes()).is_err() {
                return true;
            }
        }
        false
    });
    service.wait_for(r#"netsieve_cut_connections_total{why="write"}"#, 1.0);
    assert!(writer.join().unwrap(), "it was cut");
}

#[test]
fn broken_requests_are_refused_and_counted() {
    let (_folder, path) = set();
    let service = Service::start(&path);
    let long = format!("GET /metrics HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let fields = format!("GET /metrics HTTP/1.1\r\nhost: test\r\n{}\r\n", "x: y\r\n".repeat(1000));
    let chunked = format!("{HEAD}transfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n");
    let endless =
        format!("{HEAD}transfer-encoding: chunked\r\n\r\n{}", "10000\r\n".to_owned() + &"z".repeat(0x10000) + "\r\n");
    let piece = "10000\r\n".to_owned() + &"z".repeat(0x10000) + "\r\n";
    let endless = endless + &piece.repeat(70);
    for (bytes, status) in [
        (&b"nonsense\r\n\r\n"[..], 400),
        (b"GET /metrics HTTP/9.9\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"\x00\x00\x00\r\n\r\n", 400),
        (long.as_bytes(), 431),
        (fields.as_bytes(), 431),
        (chunked.as_bytes(), 400),
        (endless.as_bytes(), 413),
        (format!("{HEAD}content-length: 99999999\r\n\r\n").as_bytes(), 413),
        (b"POST /match HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\n{}", 415),
        (b"POST /match HTTP/1.1\r\nhost: test\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n{}", 415),
    ] {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!(service.raw(bytes).0, status, "{text}");
    }
    let text = service.metrics();
    for row in [
        r#"{path="none",status="400"} 4"#,
        r#"{path="none",status="431"} 2"#,
        r#"{path="/match",status="400"} 1"#,
        r#"{path="/match",status="413"} 2"#,
        r#"{path="/match",status="415"} 2"#,
    ] {
        assert!(text.contains(&format!("netsieve_answers_total{row}\n")), "{row}\n{text}");
    }
    assert_eq!(service.metric("netsieve_panics_total"), 0.0);
}

#[test]
fn idle_connections_make_room() {
    let (_folder, path) = set();
    for mut command in [command(&path, "--connections 10"), limited("-n 40", &path, "--threads 2")] {
        let service = Service::of(&mut command);
        // More than there are places, and than there are file descriptors.
        let idle: Vec<_> = (0..60).map(|_| service.connect()).collect();
        let began = Instant::now();
        assert_eq!(service.look_up(&json!({"value": "common.test"}))["results"][0]["kind"], "domain");
        assert_eq!(service.request("GET", "/healthz", "").0, 200);
        assert!(began.elapsed() < Duration::from_secs(10), "nobody waits for a timeout");
        service.wait_for(r#"netsieve_cut_connections_total{why="idle"}"#, 40.0);
        let (open, limit) = (service.metric("netsieve_connections"), service.metric("netsieve_connections_limit"));
        assert!(open <= limit && limit <= 16.0, "{open} of {limit}");
        // The file is still followed.
        save(1, &path);
        service.wait_for("netsieve_reloads_total", 1.0);
        drop(idle);
    }
}

#[test]
fn busy_connections_take_turns() {
    let (_folder, path) = set();
    let service = Service::of(&mut command(&path, "--connections 4"));
    let is_over = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        // As many clients as places. Each sends request after request on one connection, until the service ends it.
        for _ in 0..4 {
            scope.spawn(|| {
                let request = b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n";
                let mut stream = service.connect();
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    let mut bytes = [0; 4096];
                    if stream.write_all(request).is_err() || !matches!(stream.read(&mut bytes), Ok(1..)) {
                        stream = service.connect();
                    }
                }
            });
        }
        for _ in 0..20 {
            assert_eq!(service.request("GET", "/healthz", "").0, 200);
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn pending_requests_are_answered_before_the_end() {
    let (_folder, path) = set();
    for signal in ["TERM", "INT"] {
        let mut service = Service::of(&mut command(&path, "--grace 50 --timeout 50"));
        let idle = service.connect();
        let mut busy = service.connect();
        let body = r#"{"value": "common.test"}"#;
        let (first, second) = body.split_at(9);
        write!(busy, "{HEAD}content-length: {}\r\n\r\n{first}", body.len()).unwrap();
        // A connection that is counted has been accepted.
        service.wait_for("netsieve_accepted_connections_total", 3.0);
        thread::sleep(Duration::from_millis(50));
        service.signal(signal);
        let began = Instant::now();
        while std::net::TcpStream::connect(&service.address).is_ok() {
            assert!(began.elapsed() < Duration::from_secs(20), "no more connections are taken");
            thread::sleep(Duration::from_millis(5));
        }
        busy.write_all(second.as_bytes()).unwrap();
        let (status, _, body) = answer(&mut busy);
        assert!(status == 200 && body.contains("common.test"), "{body}");
        assert_eq!(service.end().code(), Some(0), "{signal}");
        drop(idle);
    }
    // A request that takes too long is cut.
    let mut service = Service::of(&mut command(&path, "--grace 0.1 --timeout 50"));
    let mut busy = service.connect();
    write!(busy, "{HEAD}content-length: 10\r\n\r\n{{").unwrap();
    service.wait_for("netsieve_accepted_connections_total", 2.0);
    thread::sleep(Duration::from_millis(50));
    service.signal("TERM");
    assert_eq!(service.end().code(), Some(1));
}

#[test]
fn nobody_needs_to_read_what_it_logs() {
    let (_folder, path) = set();
    // One reader goes away, and one never reads.
    for is_closed in [true, false] {
        let mut service = Service::of(command(&path, "--log-requests").stderr(Stdio::piped()));
        let reader = service.child.stderr.take().unwrap();
        let kept = (!is_closed).then_some(reader);
        std::fs::write(&path, "damaged").unwrap();
        service.wait_for("netsieve_failed_reloads_total", 1.0);
        assert_eq!(service.metric("netsieve_reload_failing"), 1.0);
        save(1, &path);
        service.wait_for("netsieve_reloads_total", 1.0);
        assert_eq!(service.metric("netsieve_reload_failing"), 0.0);
        assert_eq!(service.metric("netsieve_watching"), 1.0);
        let lost = service.metric("netsieve_log_lines_lost_total");
        assert_eq!(lost > 0.0, is_closed, "{lost}");
        service.signal("TERM");
        assert_eq!(service.end().code(), Some(0));
        if let Some(mut reader) = kept {
            let mut log = String::new();
            reader.read_to_string(&mut log).unwrap();
            let events: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            for event in [
                "listening",
                "reload failed, still using the previous set",
                "reloaded",
                "answered",
                "stopping",
                "stopped",
            ] {
                assert!(events.iter().any(|line| line["event"] == event), "{event}: {log}");
            }
        }
    }
}

#[test]
fn threads_that_cannot_be_made_are_an_error() {
    let (folder, path) = set();
    // The limit does not hold for root, so the service then runs as another user.
    let program = folder.path().join("service");
    std::fs::copy(env!("CARGO_BIN_EXE_service"), &program).unwrap();
    let line = format!("chmod 755 {0}; chmod 644 {0}/set.sieve; chmod 755 {0}/service", folder.path().display());
    assert!(std::process::Command::new("sh").args(["-c", &line]).status().unwrap().success());
    let limited =
        format!("ulimit -u 1 2>/dev/null || ulimit -p 1; exec {} {} 127.0.0.1:0", program.display(), path.display());
    let is_root = std::process::Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = std::process::Command::new(if is_root { "setpriv" } else { "sh" });
    if is_root {
        command.args(["--reuid=65534", "--clear-groups", "sh"]);
    }
    let output = match command.args(["-c", &limited]).output() {
        Ok(output) => output,
        // `setpriv` is not installed.
        Err(_) => return,
    };
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("cannot start") && text.lines().count() == 1, "{text}");
}

/// Swaps the set 1,000 times while four clients ask. Takes minutes on a slow disk: run with `--ignored`.
#[test]
#[ignore = "long"]
fn no_answer_is_wrong_while_the_set_is_swapped() {
    let (_folder, path) = set();
    let service = Service::of(&mut command(&path, "--connections 64"));
    const SWAPS: u32 = 1000;
    let request = json!({"values": ["common.test"]});
    let is_over = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = 0_u64;
                    while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                        let answer = service.look_up(&request);
                        let generation = answer["generation"].as_u64().unwrap();
                        let line = answer["results"][0]["matches"][0]["sources"][0]["line"].as_u64();
                        assert_eq!(line.map(|line| line % 2), Some((generation + 1) % 2), "{answer}");
                        answers += 1;
                    }
                    answers
                })
            })
            .collect();
        for swap in 1..=SWAPS {
            save(swap, &path);
            service.wait_for("netsieve_reloads_total", swap.into());
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        for client in clients {
            assert!(client.join().unwrap() > 0);
        }
    });
    assert_eq!(service.metric("netsieve_generation"), f64::from(SWAPS));
}
