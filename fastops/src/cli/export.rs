//! `fastops export`: what a company has, as files.

use std::process::ExitCode;

use clap::Args;
use fastops::config::DatabaseArgs;
use fastops::installation::Installation;
use fastops::menu_exchange::{self, ExportArgs};
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct ExportingArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    export: ExportArgs,
}

pub(super) async fn run(args: ExportingArgs) -> Outcome {
    start_logging("warn");
    let installation = Installation::new(&args.database.databases()?);
    Box::pin(menu_exchange::export(args.export, &installation)).await?;
    Ok(ExitCode::SUCCESS)
}
