//! `fastops demo`: a restaurant at work on a private PostgreSQL.

use std::process::ExitCode;

use fastops::demo::{self, DemoArgs};
use fastops::telemetry::{start_logging, start_metrics};

use super::Outcome;
use super::shutdown::shutdown_on_signal;

pub(super) async fn run(args: DemoArgs) -> Outcome {
    start_logging("warn");
    let metrics = start_metrics();
    let shutdown = shutdown_on_signal()?;
    // Boxed: it holds every role of a process at once.
    Box::pin(demo::run(args, metrics, shutdown)).await?;
    Ok(ExitCode::SUCCESS)
}
