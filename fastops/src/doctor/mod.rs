//! `fastops doctor`: diagnoses an installation in plain words, and names the remedies.
//!
//! It only reads, but for a file that it writes to where images are kept, and removes. Every check reports a finding; those that could not run report why.

mod connections;
mod finding;
mod images;
mod log;
mod machine;
mod roles;
mod schema;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::process::ExitCode;

use api::language::Language;
use commands::Clock;
use commands::engine::sources::SystemClock;

use crate::config::{ConfigError, DatabaseArgs, OperatorArgs, Secrets, TokenArgs};
use crate::images::ImageArgs;
use crate::installation::Databases;
use connections::Connections;

pub use finding::{Finding, Verdict};

/// The arguments of the examination.
#[derive(clap::Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    database: DatabaseArgs,

    #[command(flatten)]
    token: TokenArgs,

    #[command(flatten)]
    operator: OperatorArgs,

    #[command(flatten)]
    images: ImageArgs,

    /// The language of the report.
    #[arg(long, value_enum, default_value = "es")]
    lang: Lang,

    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Lang {
    Es,
    En,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// An address is not one.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Standard output is closed.
    #[error("could not write the report")]
    Output(#[from] io::Error),
}

/// Examines the installation and reports; the exit code is 1 if something is wrong.
pub async fn run(args: &DoctorArgs) -> Result<ExitCode, DoctorError> {
    let databases = args.database.databases()?;
    let operator = args.operator.token(&args.token);
    let secrets = args.token.secrets().and_then(|secrets| operator.map(|_| secrets));
    let mut findings = examine(&databases, secrets, &SystemClock).await;
    findings.push(images::written(&args.images.files()).await);
    let language = match args.lang {
        Lang::Es => Language::Spanish,
        Lang::En => Language::English,
    };
    let mut out = io::stdout().lock();
    if args.json {
        finding::write_json(&findings, language, &mut out)?;
    } else {
        finding::write_text(&findings, language, &mut out)?;
    }
    out.flush()?;
    let healthy = findings.iter().all(Finding::is_good);
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every check of the database and the secrets, in the order in which one would mend things.
pub async fn examine(
    databases: &Databases,
    secrets: Result<Secrets, ConfigError>,
    clock: &dyn Clock,
) -> Vec<Finding> {
    let (mut connections, mut findings) = Connections::open(databases).await;
    let Connections { app, owner } = &mut connections;
    findings.push(schema::migrations(owner.as_mut()).await);
    findings.push(roles::attributes(app.as_mut(), databases).await);
    findings.push(schema::row_security(app.as_mut()).await);
    findings.push(log::incarnation(app.as_mut()).await);
    findings.push(log::consumers(app.as_mut()).await);
    findings.push(machine::durability(app.as_mut()).await);
    findings.push(machine::clock(app.as_mut(), clock).await);
    findings.push(machine::token_secret(secrets));
    findings
}
