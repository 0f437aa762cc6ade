//! A cluster of processes on loopback: a scheduler and two executors. Its answers are compared with those of the crate.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use netsieve::{Scanner, Sieve};
use tempfile::TempDir;

#[path = "../../shared/shared.rs"]
mod shared;

use shared::{Shared, shared};

const FILES_OF_A_TABLE: usize = 8;

/// The processes end with it.
struct Cluster {
    folder: TempDir,
    port: u16,
    members: Vec<Child>,
}

impl Cluster {
    fn start(sieve: &Sieve) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        sieve.save(folder.path().join("x.sieve")).expect("it is saved");
        let mut cluster = Self { folder, port: free_port(), members: Vec::new() };
        cluster.member(&["scheduler", &cluster.port.to_string()]);
        wait_for(cluster.port);
        for number in 0..2 {
            let (port, grpc_port) = (free_port(), free_port());
            let work = cluster.work_dir(number);
            fs::create_dir(&work).expect("a folder");
            let ports = [cluster.port, port, grpc_port].map(|port| port.to_string());
            cluster.member(&["executor", &ports[0], &ports[1], &ports[2], work.to_str().expect("text")]);
            wait_for(port);
        }
        cluster
    }

    fn member(&mut self, args: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netsieve-ballista"));
        let child = command.arg(self.folder.path().join("x.sieve")).args(args).spawn().expect("it starts");
        self.members.push(child);
    }

    fn work_dir(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("work{number}"))
    }

    /// Writes a table of numbered rows, in several files.
    async fn table(&self, client: &SessionContext, name: &str, rows: &[Option<String>]) {
        let folder = self.folder.path().join(name);
        let local = SessionContext::new();
        for (number, part) in rows.chunks(rows.len().div_ceil(FILES_OF_A_TABLE)).enumerate() {
            let first = i64::try_from(number * rows.len().div_ceil(FILES_OF_A_TABLE)).expect("few rows");
            let ids: ArrayRef = Arc::new((first..).take(part.len()).collect::<Int64Array>());
            let texts: ArrayRef = Arc::new(StringArray::from(part.to_vec()));
            let batch = RecordBatch::try_from_iter([("id", ids), ("value", texts)]).expect("two columns");
            let path = folder.join(format!("{number}.parquet"));
            let options = DataFrameWriteOptions::new().with_single_file_output(true);
            let frame = local.read_batch(batch).expect("a frame");
            frame.write_parquet(path.to_str().expect("text"), options, None).await.expect("it is written");
        }
        let path = folder.to_str().expect("text");
        client.register_parquet(name, path, ParquetReadOptions::default()).await.expect("it is read");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for member in &mut self.members {
            let _ = member.kill();
            let _ = member.wait();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

fn wait_for(port: u16) {
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("nobody listens on port {port}");
}

/// The rows of an answer, in the order of their ids.
async fn rows(client: &SessionContext, sql: &str) -> Vec<(RecordBatch, usize)> {
    let batches = client.sql(sql).await.expect("a plan").collect().await.expect("an answer");
    let rows: Vec<_> = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| (batch.clone(), row))).collect();
    for (id, (batch, row)) in rows.iter().enumerate() {
        assert_eq!(usize::try_from(batch.column(0).as_primitive::<Int64Type>().value(*row)), Ok(id));
    }
    rows
}

/// The texts in one field of the list in a row; a null gives none.
fn listed(batch: &RecordBatch, column: usize, row: usize, field: &str) -> Option<Vec<String>> {
    let lists = batch.column(column).as_list::<i32>();
    lists.is_valid(row).then(|| {
        let list = lists.value(row);
        let texts = list.as_struct().column_by_name(field).expect("a field").as_string::<i32>().clone();
        texts.iter().flatten().map(str::to_owned).collect()
    })
}

async fn matches_are_those_of_the_crate(client: &SessionContext, sieve: &Sieve, values: &[Option<String>]) {
    let sql = "SELECT id, ioc_is_match(value), ioc_match(value) FROM names ORDER BY id";
    let got = rows(client, sql).await;
    assert_eq!(got.len(), values.len());
    let mut matcher = sieve.matcher();
    for ((batch, row), value) in got.iter().zip(values) {
        let want = value.as_ref().map(|value| {
            matcher.match_any(value).iter().map(|found| found.indicator().to_string()).collect::<Vec<_>>()
        });
        let found = batch.column(1).as_boolean();
        assert_eq!(found.is_valid(*row).then(|| found.value(*row)), want.as_ref().map(|want| !want.is_empty()));
        assert_eq!(listed(batch, 2, *row, "indicator"), want, "{value:?}");
    }
}

async fn hits_are_those_of_the_crate(client: &SessionContext, sieve: &Sieve, lines: &[Option<String>]) {
    let got = rows(client, "SELECT id, ioc_scan(value) FROM lines ORDER BY id").await;
    assert_eq!(got.len(), lines.len());
    let (mut scanner, mut hits) = (Scanner::new(sieve), 0);
    for ((batch, row), line) in got.iter().zip(lines) {
        let want = line.as_ref().map(|line| {
            let mut want = Vec::new();
            let _ = scanner.scan(line.as_bytes(), |hit| {
                want.extend(hit.matches().iter().map(|_| hit.canonical().to_owned()));
            });
            want
        });
        hits += want.as_ref().map_or(0, Vec::len);
        assert_eq!(listed(batch, 1, *row, "canonical"), want, "{line:?}");
    }
    assert!(hits > 10_000, "{hits}");
}

/// The functions of lists open the answers within executors too.
async fn lists_are_opened_there(client: &SessionContext, sieve: &Sieve, lines: &[Option<String>]) {
    let sql = "SELECT count(ioc_scan(value)[1]['canonical']) FROM lines";
    let batches = client.sql(sql).await.expect("a plan").collect().await.expect("an answer");
    let mut scanner = Scanner::new(sieve);
    let with_hits = lines.iter().flatten().filter(|line| {
        let mut has_hit = false;
        let _ = scanner.scan(line.as_bytes(), |_| has_hit = true);
        has_hit
    });
    let got = batches[0].column(0).as_primitive::<Int64Type>().value(0);
    assert_eq!(usize::try_from(got), Ok(with_hits.count()));
}

fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() { has_files(&path) } else { true }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_two_executors() {
    let Shared { sieve, values, lines } = shared();
    let cluster = Cluster::start(sieve);
    let client = netsieve_ballista::client(cluster.port, sieve).await.expect("a client");
    cluster.table(&client, "names", values).await;
    cluster.table(&client, "lines", lines).await;
    matches_are_those_of_the_crate(&client, sieve, values).await;
    hits_are_those_of_the_crate(&client, sieve, lines).await;
    lists_are_opened_there(&client, sieve, lines).await;
    for number in 0..2 {
        assert!(has_files(&cluster.work_dir(number)), "executor {number} did nothing");
    }
}
