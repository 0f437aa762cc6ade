//! A member of the cluster, or a query to it.

use std::error::Error;

use datafusion::prelude::ParquetReadOptions;
use netsieve::Sieve;
use netsieve_ballista::{ExecutorPlace, client, executor, scheduler};

const USAGE: &str = "usage: netsieve-ballista SET.sieve scheduler PORT
       netsieve-ballista SET.sieve executor SCHEDULER_PORT PORT GRPC_PORT WORK_DIR
       netsieve-ballista SET.sieve query SCHEDULER_PORT LOGS.parquet SQL";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let [set, what, first, rest @ ..] = &args[..] else { return Err(USAGE.into()) };
    let sieve = Sieve::open(set)?;
    match (*what, rest) {
        ("scheduler", []) => scheduler(port(first)?, &sieve).await?,
        ("executor", [flight, grpc, folder]) => {
            let place = ExecutorPlace { port: port(flight)?, grpc_port: port(grpc)?, work_dir: (*folder).to_owned() };
            executor(port(first)?, place, &sieve).await?;
        }
        ("query", [logs, sql]) => {
            let context = client(port(first)?, &sieve).await?;
            context.register_parquet("logs", *logs, ParquetReadOptions::default()).await?;
            context.sql(sql).await?.show().await?;
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("{text} is not a port; {USAGE}"))
}
