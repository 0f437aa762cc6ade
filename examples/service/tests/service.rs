//! The HTTP service as a process, over loopback, while its set is replaced.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use netsieve::indicator::{DomainName, Record};
use netsieve::{Feed, Indicator, Scope, Sieve};
use serde_json::{Value, json};

/// Generation `n`: `gen<n>.test`, and `common.test` on line n + 1.
fn save(generation: u32, path: &Path) {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    for (name, line) in [("common.test".to_owned(), generation + 1), (format!("gen{generation}.test"), 1)] {
        let name = DomainName::parse(&name).unwrap();
        let listed = name.to_string();
        builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, line, listed));
    }
    builder.build().unwrap().0.save(path).unwrap();
}

struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(set: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_service"))
            .arg(set)
            .args(["127.0.0.1:0", "5"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("the service says where").to_owned();
        Self { child, address }
    }

    /// Status and body of the answer.
    fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn look_up(&self, request: &Value) -> Value {
        let (status, body) = self.request("POST", "/match", &request.to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    fn metric(&self, name: &str) -> f64 {
        let (status, text) = self.request("GET", "/metrics", "");
        assert_eq!(status, 200);
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn values_and_batches_are_answered_from_one_set_while_it_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.sieve");
    save(0, &set);
    let service = Service::start(&set);

    let one = service.look_up(&json!({"value": "www.Common.test"}));
    assert_eq!(one["generation"], 0);
    let result = &one["results"][0];
    assert_eq!((&result["value"], &result["kind"]), (&json!("www.Common.test"), &json!("domain")));
    let matched = &result["matches"][0];
    assert_eq!((&matched["indicator"], &matched["relation"]), (&json!("common.test"), &json!("subdomain")));

    for (body, status) in [
        (r#"{"value": 7}"#, 400),
        (r#"{"values": ["a", 7]}"#, 400),
        (r#"{}"#, 400),
        (r#"{"value": "a", "values": []}"#, 400),
        ("{", 400),
        (r#"{"values": []}"#, 200),
        (r#"{"value": "not a value"}"#, 200),
    ] {
        assert_eq!(service.request("POST", "/match", body).0, status, "{body}");
    }
    assert_eq!(service.request("GET", "/match", "").0, 405);
    assert_eq!(service.request("GET", "/nothing", "").0, 404);
    let many = json!({"values": vec!["a.test"; 10_001]});
    assert_eq!(service.request("POST", "/match", &many.to_string()).0, 400);

    // Replaced again and again: each answer is wholly of one generation, and none is missed.
    const LAST: u32 = 5;
    let names: Vec<String> = (0..=LAST).map(|n| format!("gen{n}.test")).chain(["common.test".to_owned()]).collect();
    let request = json!({ "values": names });
    let began = Instant::now();
    let (mut saved, mut seen, mut values) = (0, 0, 0.0);
    while seen < LAST {
        assert!(began.elapsed() < Duration::from_secs(60), "generation {LAST} comes");
        if seen == saved {
            saved += 1;
            save(saved, &set);
        }
        let answer = service.look_up(&request);
        values += names.len() as f64;
        let generation = answer["generation"].as_u64().unwrap() as u32;
        assert!((seen..=saved).contains(&generation));
        seen = generation;
        let results = answer["results"].as_array().unwrap();
        for (n, result) in (0..).zip(&results[..results.len() - 1]) {
            assert_eq!(result["matches"].as_array().unwrap().len(), usize::from(n == generation), "{answer}");
        }
        let common = &results[results.len() - 1]["matches"][0]["sources"][0];
        assert_eq!(common["line"], generation + 1, "{answer}");
    }

    // A damaged file changes nothing but a count.
    std::fs::write(&set, "damaged").unwrap();
    while service.metric("netsieve_failed_reloads_total") < 1.0 {
        assert!(began.elapsed() < Duration::from_secs(60), "the failure is counted");
    }
    assert_eq!(service.look_up(&request)["generation"], LAST);
    values += names.len() as f64 + 2.0;
    assert_eq!(service.metric("netsieve_generation"), f64::from(LAST));
    assert_eq!(service.metric("netsieve_reloads_total"), f64::from(LAST));
    assert_eq!(service.metric("netsieve_indicators"), 2.0);
    assert_eq!(service.metric("netsieve_values_total"), values);
    assert!(service.metric("netsieve_age_seconds") >= 0.0);
    assert_eq!(service.metric("netsieve_refused_total"), 5.0);
}
