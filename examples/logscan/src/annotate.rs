//! `logscan scan --annotate`: answers each line of standard input with one line of JSON, before it waits for the next one.
//!
//! That is the protocol of rsyslog's `mmexternal`: the answer is merged into the message. A line that hits gives
//! `{"$!":{"netsieve":[…]}}`, with an object for each observable and indicator as `--json` writes them; any other line gives
//! `{}`. With `--follow`, feeds are reloaded when they change.

use std::error::Error;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use netsieve::render::JsonLines;
use netsieve::scan::Tail;
use netsieve::{Hit, Scanner};

use crate::Outcome;
use crate::cli::ScanArgs;
use crate::follow::{NAME, Next, Pipe, Sieves};
use crate::scan::scan_options;
use crate::signal;

pub(crate) fn run(args: &ScanArgs) -> Result<Outcome, Box<dyn Error>> {
    if args.inputs.logs.iter().any(|log| log.as_os_str() != "-") {
        return Err("--annotate answers the lines of standard input, so no logs can be given".into());
    }
    let mut sieves = Sieves::new(args)?;
    let options = scan_options(args)?;
    let mut scanner = Scanner::with_options(&sieves.load()?, &options);
    let mut json = JsonLines::new();
    json.text(!args.no_text);
    let mut answers =
        Answers { json, tail: Tail::new(), has_begun: false, found: Vec::new(), out: Vec::new(), has_hit: false };
    let mut pipe = Pipe::start()?;
    // Unless feeds are followed, there is nothing to check but standard input.
    let interval = if args.follow.follow { args.follow.interval } else { Duration::from_secs(3600) };
    let mut stdout = io::stdout().lock();
    loop {
        match pipe.next(interval)? {
            Next::Bytes(bytes) => {
                answers.take(&bytes, &mut scanner);
                stdout.write_all(&answers.out)?;
                stdout.flush()?;
                answers.out.clear();
            }
            Next::Nothing => {}
            Next::End => break,
        }
        if signal::came() {
            break;
        }
        if args.follow.follow
            && let Some(sieve) = sieves.changed_after(args.follow.interval)
        {
            scanner = Scanner::with_options(&sieve, &options);
        }
    }
    answers.finish(&mut scanner);
    stdout.write_all(&answers.out)?;
    stdout.flush()?;
    Ok(if answers.has_hit { Outcome::Found } else { Outcome::Nothing })
}

struct Answers {
    json: JsonLines,
    tail: Tail,
    /// A line has begun that has not been answered yet.
    has_begun: bool,
    /// Its hits so far, one line of JSON each.
    found: Vec<u8>,
    out: Vec<u8>,
    has_hit: bool,
}

impl Answers {
    /// Answers the lines that end in these bytes.
    fn take(&mut self, bytes: &[u8], scanner: &mut Scanner) {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.has_begun = true;
            let Self { json, tail, found, .. } = self;
            let mut sink = |hit: &Hit<'_>| {
                json.hit(found, NAME, hit, usize::MAX);
                ControlFlow::Continue(())
            };
            // Scanning memory cannot fail.
            let _ = scanner.scan_tail(tail, part, &mut sink);
            if part.ends_with(b"\n") {
                // A first line with NULs is held back until more bytes show its encoding.
                if tail.has_rest() {
                    let _ = scanner.scan_rest(tail, &mut sink);
                }
                self.answer();
            }
        }
    }

    /// Answers a last line without an end.
    fn finish(&mut self, scanner: &mut Scanner) {
        if self.has_begun {
            let Self { json, tail, found, .. } = self;
            let _ = scanner.scan_rest(tail, |hit| {
                json.hit(found, NAME, hit, usize::MAX);
                ControlFlow::Continue(())
            });
            self.answer();
        }
    }

    fn answer(&mut self) {
        self.has_begun = false;
        if self.found.is_empty() {
            self.out.extend_from_slice(b"{}\n");
            return;
        }
        self.has_hit = true;
        self.out.extend_from_slice(b"{\"$!\":{\"netsieve\":[");
        let hits = self.found.strip_suffix(b"\n").unwrap_or(&self.found);
        self.out.extend(hits.iter().map(|&byte| if byte == b'\n' { b',' } else { byte }));
        self.out.extend_from_slice(b"]}}\n");
        self.found.clear();
    }
}
