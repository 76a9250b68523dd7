//! `fastops work`: the consumers of the log.

use std::process::ExitCode;

use clap::Args;
use event_store::consumer::Board;
use fastops::config::DatabaseArgs;
use fastops::installation::Installation;
use fastops::processes::consumers::{RunningConsumers, consumer_names};
use fastops::processes::event_source::FeedArgs;
use fastops::processes::ops::{OpsArgs, Ready, WORK_PORT, figures};
use fastops::telemetry::{start_logging, start_metrics};

use super::Outcome;
use super::shutdown::shutdown_on_signal;

#[derive(Args)]
pub(super) struct WorkArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    ops: OpsArgs,
    #[command(flatten)]
    feed: FeedArgs,
}

pub(super) async fn run(args: &WorkArgs) -> Outcome {
    start_logging("info");
    let metrics = start_metrics();
    let installation = Installation::new(&args.database.databases()?);
    let (shutdown, board) = (shutdown_on_signal()?, Board::default());
    let readiness = Ready::new(&installation, &board, consumer_names());
    args.ops.start(WORK_PORT, readiness, figures(metrics, board.clone()), &shutdown)?;
    let consumers =
        RunningConsumers::start_from(&args.feed.source()?, &installation, &board, &shutdown);
    tracing::info!("keeping the read models");
    consumers.ended().await;
    Ok(ExitCode::SUCCESS)
}
