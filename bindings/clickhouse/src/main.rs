//! An executable function for ClickHouse: reads a column of `Nullable(String)` in chunks of `RowBinary`, and answers each row.
//!
//! ```text
//! netsieve-clickhouse --sieve FILE [--mmap] is_match|match|scan
//! ```
//!
//! It runs in an `executable_pool` with `send_chunk_header`: ClickHouse writes the number of rows, a line feed, and the rows. Between two
//! chunks the program checks whether another file has been renamed to FILE, and opens it. If that fails, it writes the reason to standard
//! error, which ClickHouse copies to its log, and keeps the set that it has.

use std::io::{self, BufReader, BufWriter, Write};
use std::process::ExitCode;

mod answer;
mod rows;
mod set;

use answer::{Answerer, Function};
use set::Set;

const USAGE: &str = "usage: netsieve-clickhouse --sieve FILE [--mmap] is_match|match|scan";

struct Args {
    path: String,
    is_mapped: bool,
    function: Function,
}

fn args() -> Result<Args, String> {
    let (mut path, mut is_mapped, mut function) = (None, false, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--sieve" => path = Some(args.next().ok_or("--sieve needs a file")?),
            "--mmap" => is_mapped = true,
            "is_match" => function = Some(Function::IsMatch),
            "match" => function = Some(Function::Match),
            "scan" => function = Some(Function::Scan),
            other => return Err(format!("unknown argument {other:?}; {USAGE}")),
        }
    }
    let path = path.ok_or(USAGE)?;
    Ok(Args { path, is_mapped, function: function.ok_or(USAGE)? })
}

fn run() -> Result<(), String> {
    let Args { path, is_mapped, function } = args()?;
    let mut set = Set::open(&path, is_mapped).map_err(|error| error.to_string())?;
    let mut answerer = Answerer::new(set.sieve(), function);
    let mut input = BufReader::with_capacity(1 << 18, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    let mut rows = rows::Rows::default();
    loop {
        let has_more = rows.read(&mut input).map_err(|error| format!("malformed input: {error}"))?;
        if !has_more {
            return Ok(());
        }
        match set.renew() {
            Ok(false) => {}
            Ok(true) => answerer = Answerer::new(set.sieve(), function),
            Err(error) => eprintln!("netsieve: {error}; still using the previous set"),
        }
        let written = answerer.answer(&rows, &mut output).and_then(|()| output.flush());
        match written {
            // If nobody reads the answers any more, end quietly.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(|error| format!("cannot write the answers: {error}"))?,
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netsieve: {error}");
            ExitCode::FAILURE
        }
    }
}
