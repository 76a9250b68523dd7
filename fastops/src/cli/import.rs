//! `fastops import`: past sales, into an installation or into a private PostgreSQL.

use std::process::ExitCode;

use clap::Args;
use fastops::config::DatabaseArgs;
use fastops::import::{self, ImportArgs};
use fastops::installation::Installation;
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct ImportingArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    import: ImportArgs,
}

pub(super) async fn run(args: ImportingArgs) -> Outcome {
    start_logging("warn");
    // An import into a private database needs no configured one.
    let given = args.database.is_given().then(|| args.database.databases());
    let installation = given.transpose()?.map(|databases| Installation::new(&databases));
    Box::pin(import::run(args.import, installation.as_ref())).await?;
    Ok(ExitCode::SUCCESS)
}
