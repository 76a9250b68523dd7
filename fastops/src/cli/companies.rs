//! `fastops companies`: companies and what they have subscribed to.

use std::process::ExitCode;

use clap::Args;
use fastops::companies::{self, CompaniesCommand};
use fastops::config::DatabaseArgs;
use fastops::installation::Installation;
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct CompaniesArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: CompaniesCommand,
}

pub(super) async fn run(args: CompaniesArgs) -> Outcome {
    start_logging("warn");
    let installation = Installation::new(&args.database.databases()?);
    companies::run(args.command, &installation, &mut std::io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}
