//! `fastops consumers`: what consumers and processes have parked.

use clap::Args;
use fastops::config::DatabaseArgs;
use fastops::installation::Installation;
use fastops::parked::{self, ConsumersCommand};
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct ConsumersArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: ConsumersCommand,
}

pub(super) async fn run(args: ConsumersArgs) -> Outcome {
    start_logging("warn");
    let installation = Installation::new(&args.database.databases()?);
    Ok(parked::run(args.command, &installation, &mut std::io::stdout()).await?)
}
