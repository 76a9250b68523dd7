//! `fastops init`: a company with its first administrator, in a database with this release's schema.

use std::process::ExitCode;

use clap::Args;
use fastops::config::{DatabaseArgs, TokenArgs};
use fastops::identity::People;
use fastops::init::{self, CompanyArgs};
use fastops::installation::Installation;
use fastops::schema::migrate_schema;
use fastops::telemetry::start_logging;

use super::Outcome;

#[derive(Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    token: TokenArgs,
    #[command(flatten)]
    company: CompanyArgs,
}

pub(super) async fn run(args: InitArgs) -> Outcome {
    start_logging("warn");
    let databases = args.database.databases()?;
    migrate_schema(&databases).await?;
    let installation = Installation::new(&databases);
    let people = People::new(installation.app.clone(), args.token.master_key()?);
    init::run(args.company, &installation, &people, &mut std::io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}
