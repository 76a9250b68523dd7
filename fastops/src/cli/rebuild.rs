//! `fastops rebuild`: rebuilds read models from the log.

use clap::Args;
use fastops::config::DatabaseArgs;
use fastops::installation::Installation;
use fastops::rebuild::{self, RebuildArgs};
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct RebuildingArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    rebuild: RebuildArgs,
}

pub(super) async fn run(args: RebuildingArgs) -> Outcome {
    start_logging("warn");
    let databases = args.database.databases()?;
    let installation = Installation::new(&databases);
    let out = &mut std::io::stdout();
    Ok(rebuild::run(args.rebuild, &installation, &databases, out).await?)
}
