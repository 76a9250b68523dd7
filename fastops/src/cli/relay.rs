//! `fastops relay`: publishes the log on a topic of Kafka.

use std::process::ExitCode;

use clap::Args;
use event_store::Position;
use event_store::consumer::Board;
use event_store::kafka::RELAY;
use fastops::config::DatabaseArgs;
use fastops::installation::Installation;
use fastops::processes::event_source::KafkaArgs;
use fastops::processes::ops::{OpsArgs, RELAY_PORT, Ready, figures};
use fastops::processes::relay::relay;
use fastops::telemetry::{start_logging, start_metrics};

use super::Outcome;
use super::shutdown::shutdown_on_signal;

#[derive(Args)]
pub(super) struct RelayArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    ops: OpsArgs,
    #[command(flatten)]
    kafka: KafkaArgs,
    /// First publish again everything after this position of the log; consumers drop what they have
    /// seen.
    #[arg(long, value_name = "POSITION")]
    from: Option<u64>,
}

pub(super) async fn run(args: &RelayArgs) -> Outcome {
    start_logging("info");
    let metrics = start_metrics();
    let topic = args.kafka.topic()?;
    let installation = Installation::new(&args.database.databases()?);
    let shutdown = shutdown_on_signal()?;
    let (board, from) = (Board::default(), args.from.map(Position::new));
    let readiness = Ready::new(&installation, &board, vec![RELAY]);
    args.ops.start(RELAY_PORT, readiness, figures(metrics, board.clone()), &shutdown)?;
    relay(&installation, &board, topic, from, &shutdown).await?;
    Ok(ExitCode::SUCCESS)
}
