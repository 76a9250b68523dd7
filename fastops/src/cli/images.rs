//! `fastops images`: the files of images.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use fastops::config::DatabaseArgs;
use fastops::images::{ImageArgs, sweep};
use fastops::installation::Installation;
use fastops::telemetry::start_logging;
use images::ImageStore;
use serde_json::json;

use super::Outcome;

#[derive(Args)]
pub(super) struct ImagesArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    images: ImageArgs,
    #[command(subcommand)]
    command: ImagesCommand,
}

#[derive(Subcommand)]
enum ImagesCommand {
    /// Remove the files of images that no product has for more than a day.
    Sweep,
}

pub(super) async fn run(args: ImagesArgs) -> Outcome {
    start_logging("warn");
    let installation = Installation::new(&args.database.databases()?);
    let files = ImageStore::open(&args.images.files())?;
    match args.command {
        ImagesCommand::Sweep => {
            let swept = sweep(&installation, &files, installation.clock.now()).await?;
            let report = json!({"removed": swept.removed, "in_use": swept.in_use});
            writeln!(std::io::stdout(), "{report}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
