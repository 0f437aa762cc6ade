//! Runs the service as a process, on loopback.
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use netsieve::indicator::{DomainName, Record};
use netsieve::{Feed, Indicator, Scope, Sieve};
use serde_json::Value;

/// Generation `n`: `gen<n>.test`, and `common.test` on line n + 1.
pub(crate) fn save(generation: u32, path: &Path) {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("feed"));
    for (name, line) in [("common.test".to_owned(), generation + 1), (format!("gen{generation}.test"), 1)] {
        let name = DomainName::parse(&name).unwrap();
        let listed = name.to_string();
        builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, line, listed));
    }
    builder.build().unwrap().0.save(path).unwrap();
}

/// A running service.
pub(crate) struct Service {
    pub(crate) child: Child,
    pub(crate) address: String,
}

/// The program on a free port of loopback, which checks its file every 5 ms.
pub(crate) fn command(set: &Path, flags: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_service"));
    command.arg(set).args(["127.0.0.1:0", "5"]).args(flags.split_whitespace()).stderr(Stdio::null());
    command
}

/// A `Command` in a shell that sets limits first.
pub(crate) fn limited(limit: &str, set: &Path, flags: &str) -> Command {
    let mut command = Command::new("sh");
    let line = format!("ulimit {limit} && exec \"$0\" \"$1\" 127.0.0.1:0 5 {flags}");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_service")]).arg(set).stderr(Stdio::null());
    command
}

impl Service {
    pub(crate) fn start(set: &Path) -> Self {
        Self::of(&mut command(set, ""))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("the service says where").to_owned();
        Self { child, address }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        // Ends a test that hangs.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends a request, and returns status and body of the answer.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.request_with(method, path, "content-type: application/json\r\n", body)
    }

    pub(crate) fn request_with(&self, method: &str, path: &str, fields: &str, body: &str) -> (u16, String) {
        let len = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{fields}content-length: {len}\r\n\r\n"
        );
        let (status, _, body) = self.raw(format!("{head}{body}").as_bytes());
        (status, body)
    }

    /// Sends bytes, and returns status, head and body of the answer.
    pub(crate) fn raw(&self, bytes: &[u8]) -> (u16, String, String) {
        let mut stream = self.connect();
        // After a refusal, the connection may be closed before all is written.
        let _ = stream.write_all(bytes);
        answer(&mut stream)
    }

    pub(crate) fn look_up(&self, request: &Value) -> Value {
        let (status, body) = self.request("POST", "/match", &request.to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) fn metrics(&self) -> String {
        let (status, text) = self.request("GET", "/metrics", "");
        assert_eq!(status, 200);
        text
    }

    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.metrics();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
    }

    /// Waits until a metric has reached a value.
    #[track_caller]
    pub(crate) fn wait_for(&self, name: &str, at_least: f64) {
        let began = Instant::now();
        while self.metric(name) < at_least {
            assert!(began.elapsed() < Duration::from_secs(60), "{name}: {}", self.metrics());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end, and returns the exit status.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it ends");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an answer after which the connection ends: status, head and body. Status 0: no answer came.
pub(crate) fn answer(stream: &mut TcpStream) -> (u16, String, String) {
    let mut bytes = Vec::new();
    // A connection that is closed while bytes are still arriving is reset. The bytes received before that count.
    let _ = stream.read_to_end(&mut bytes);
    let answer = String::from_utf8(bytes).unwrap();
    if answer.is_empty() {
        return (0, String::new(), String::new());
    }
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_ascii_lowercase(), body.to_owned())
}
