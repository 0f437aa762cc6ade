//! A Ballista cluster whose members have the functions of netsieve: how to embed them in a scheduler, in executors and in a client.
//!
//! Plans carry only the names of the functions. The client and the scheduler need them to plan a query, and the executors run them. All
//! members should be given the same set; what a query answers is what the sets of its executors say.

use std::sync::Arc;

use ballista::prelude::SessionContextExt;
use ballista_core::error::Result;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use netsieve::Sieve;

/// All members listen here only.
const HOST: &str = "127.0.0.1";

/// The ports and the folder of an executor.
#[derive(Clone, Debug)]
pub struct ExecutorPlace {
    /// Where results are fetched from.
    pub port: u16,
    /// Where the scheduler reaches the executor.
    pub grpc_port: u16,
    /// A folder for the results of stages.
    pub work_dir: String,
}

/// Runs a scheduler until the process ends.
///
/// # Errors
///
/// If it cannot listen on the port.
pub async fn scheduler(port: u16, sieve: &Sieve) -> Result<()> {
    let sieve = sieve.clone();
    let config = SchedulerConfig {
        bind_host: HOST.to_owned(),
        external_host: HOST.to_owned(),
        bind_port: port,
        override_session_builder: Some(Arc::new(move |config| planning_state(config, &sieve))),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, ([127, 0, 0, 1], port).into(), Arc::new(config)).await
}

/// What the scheduler plans with.
fn planning_state(config: SessionConfig, sieve: &Sieve) -> datafusion::error::Result<SessionState> {
    let mut state = default_session_builder(config)?;
    netsieve_datafusion::register(&mut state, sieve)?;
    Ok(state)
}

/// Runs an executor with one slot for tasks until the process ends.
///
/// # Errors
///
/// If it cannot listen on its ports, or finds no scheduler.
pub async fn executor(scheduler_port: u16, place: ExecutorPlace, sieve: &Sieve) -> Result<()> {
    let config = ExecutorProcessConfig {
        bind_host: HOST.to_owned(),
        external_host: Some(HOST.to_owned()),
        port: place.port,
        grpc_port: place.grpc_port,
        scheduler_host: HOST.to_owned(),
        scheduler_port,
        scheduler_connect_timeout_seconds: 60,
        vcores: 1,
        work_dir: Some(place.work_dir),
        override_function_registry: Some(Arc::new(functions(sieve)?)),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await
}

/// The functions of DataFusion and of netsieve. Ballista's own registry lacks those of lists, which open what `ioc_scan` answers.
fn functions(sieve: &Sieve) -> datafusion::error::Result<BallistaFunctionRegistry> {
    let mut state = SessionStateBuilder::new_with_default_features().build();
    netsieve_datafusion::register(&mut state, sieve)?;
    Ok(BallistaFunctionRegistry::from(&state))
}

/// Connects to a scheduler.
///
/// # Errors
///
/// If the context cannot be made.
pub async fn client(scheduler_port: u16, sieve: &Sieve) -> Result<SessionContext> {
    let context = SessionContext::remote(&format!("df://{HOST}:{scheduler_port}")).await?;
    // Not before: a context that is made for Ballista keeps only the functions of Ballista.
    for function in netsieve_datafusion::functions(sieve) {
        context.register_udf(function);
    }
    Ok(context)
}
