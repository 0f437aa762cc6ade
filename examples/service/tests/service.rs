//! Checks the answers of the HTTP service while its set is replaced.

mod common;

use std::time::{Duration, Instant};

use common::{Service, command, save};
use serde_json::{Value, json};

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

    // The set is replaced again and again. Each answer comes from one generation, and no generation is skipped.
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
    assert_eq!(service.metric("netsieve_reload_failing"), 1.0);
    assert_eq!(service.request("GET", "/healthz", "").0, 200);
    assert_eq!(service.look_up(&request)["generation"], LAST);
    values += names.len() as f64 + 2.0;
    assert_eq!(service.metric("netsieve_generation"), f64::from(LAST));
    assert_eq!(service.metric("netsieve_reloads_total"), f64::from(LAST));
    assert_eq!(service.metric("netsieve_indicators"), 2.0);
    assert_eq!(service.metric("netsieve_values_total"), values);
    assert!(service.metric("netsieve_age_seconds") >= 0.0);
    // Every refusal is counted: of five bodies, of a method, and of too many values.
    assert_eq!(service.metric("netsieve_refused_total"), 7.0);
    assert_eq!(service.metric(r#"netsieve_answers_total{path="/match",status="400"}"#), 6.0);
    assert_eq!(service.metric(r#"netsieve_answers_total{path="/match",status="405"}"#), 1.0);
    assert_eq!(service.metric(r#"netsieve_answers_total{path="other",status="404"}"#), 1.0);
}

#[test]
fn answers_are_safe_to_look_at_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.sieve");
    save(0, &set);
    let service = Service::start(&set);
    let value = "\u{9b}31m\u{202e}\u{3164}\u{1f600}\"\\\n";
    let (status, body) = service.request("POST", "/match", &json!({ "value": value }).to_string());
    assert_eq!(status, 200);
    assert!(!body.contains(['\u{9b}', '\u{202e}', '\u{3164}', '\n']) && body.contains('\u{1f600}'), "{body}");
    let read: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&read["results"][0]["value"], &read["results"][0]["matches"]), (&json!(value), &json!([])));
}

#[test]
fn only_who_shows_the_token_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (set, token) = (folder.path().join("set.sieve"), folder.path().join("token"));
    save(0, &set);
    std::fs::write(&token, "s3cret\nsecond line\n").unwrap();
    let service = Service::of(&mut command(&set, &format!("--token-file {}", token.display())));
    let body = r#"{"value": "common.test"}"#;
    let ask = |field: &str| {
        let fields = format!("content-type: application/json\r\n{field}");
        let (status, body) = service.request_with("POST", "/match", &fields, body);
        assert_eq!(body.contains("common.test"), status == 200, "{body}");
        (status, service.request_with("GET", "/metrics", field, "").0)
    };
    assert_eq!(ask("authorization: Bearer s3cret\r\n"), (200, 200));
    assert_eq!(ask("authorization: bearer   s3cret \r\n"), (200, 200));
    for field in
        ["", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cretx", "Basic s3cret", "s3cret", "Bearer second line"]
    {
        let field = if field.is_empty() { String::new() } else { format!("authorization: {field}\r\n") };
        assert_eq!(ask(&field), (401, 401), "{field}");
    }
    assert_eq!(service.request("GET", "/healthz", "").0, 200);
}

#[test]
fn a_reachable_address_requires_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let (set, token) = (folder.path().join("set.sieve"), folder.path().join("token"));
    save(0, &set);
    std::fs::write(&token, "  \n").unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_service")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (set, token) = (set.to_str().unwrap(), token.to_str().unwrap());
    for (arguments, why) in [
        (&[set, "0.0.0.0:0"][..], "--token-file"),
        (&[set, "[::]:0"], "--token-file"),
        (&[set, "127.0.0.1:0", "--token-file", token], "not a token"),
        (&[set, "127.0.0.1:0", "--token-file", "missing"], "missing: "),
        (&["missing.sieve"], "missing.sieve: "),
        (&[set, "203.0.113.9:1", "--no-token"], "203.0.113.9:1: "),
        (&[set, "127.0.0.1:0", "--timeout", "0"], "number of seconds"),
        (&[], "<FILE>"),
    ] {
        let (code, text) = run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {text}");
        assert!(text.contains(why), "{arguments:?}: {text}");
    }
}
