//! `fastops migrate`: the schema of this release.

use std::process::ExitCode;

use clap::Args;
use fastops::config::DatabaseArgs;
use fastops::schema::migrate_schema;
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) async fn run(args: &MigrateArgs) -> Outcome {
    start_logging("info");
    migrate_schema(&args.database.databases()?).await?;
    tracing::info!("the schema is that of this release");
    Ok(ExitCode::SUCCESS)
}
