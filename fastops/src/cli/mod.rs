//! The command line: the table of commands. Each command is a file with its arguments.

mod asyncapi;
mod collection;
mod companies;
mod consumers;
mod demo;
mod doctor;
mod export;
mod images;
mod import;
mod init;
mod migrate;
mod openapi;
mod rebuild;
mod relay;
mod serve;
mod shutdown;
#[cfg(test)]
mod tests;
mod work;

use std::error::Error;
use std::io::Write;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fastops::demo::DemoArgs;
use fastops::doctor::DoctorArgs;
use fastops::terminal::above_bars;

use companies::CompaniesArgs;
use consumers::ConsumersArgs;
use export::ExportingArgs;
use images::ImagesArgs;
use import::ImportingArgs;
use init::InitArgs;
use migrate::MigrateArgs;
use rebuild::RebuildingArgs;
use relay::RelayArgs;
use serve::ServeArgs;
use work::WorkArgs;

/// The operations of restaurant companies.
#[derive(Parser)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer HTTP.
    Serve(Box<ServeArgs>),
    /// Keep the read models.
    Work(WorkArgs),
    /// Publish the log on a topic of Kafka.
    Relay(RelayArgs),
    /// Bring the database to this release's schema.
    Migrate(MigrateArgs),
    /// Set up a company with its first administrator.
    Init(InitArgs),
    /// See and change what companies have subscribed to.
    Companies(CompaniesArgs),
    /// Show a restaurant at work on a private PostgreSQL.
    Demo(DemoArgs),
    /// See what the read models could not take in, and decide about it.
    Consumers(ConsumersArgs),
    /// Rebuild read models from the log, compare them with the live ones, and exchange them.
    Rebuild(RebuildingArgs),
    /// Look after the files of images.
    Images(ImagesArgs),
    /// Bring in a menu or past sales.
    Import(ImportingArgs),
    /// Write a menu to files.
    Export(ExportingArgs),
    /// Diagnose an installation and name the remedies.
    Doctor(DoctorArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the operations as a collection of requests for Postman.
    Collection,
    /// Print the AsyncAPI document: the events as they are published.
    Asyncapi,
}

pub(crate) type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

impl Cli {
    /// How many threads the command wants; none for as many as there are processors.
    pub(crate) fn threads(&self) -> Option<NonZeroUsize> {
        match &self.command {
            Command::Serve(args) => args.threads(),
            _ => None,
        }
    }
}

pub(crate) async fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Serve(args) => serve::run(*args).await,
        Command::Work(args) => work::run(&args).await,
        Command::Relay(args) => relay::run(&args).await,
        Command::Migrate(args) => migrate::run(&args).await,
        Command::Init(args) => init::run(args).await,
        Command::Companies(args) => companies::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Consumers(args) => consumers::run(args).await,
        Command::Rebuild(args) => rebuild::run(args).await,
        Command::Images(args) => images::run(args).await,
        Command::Import(args) => import::run(args).await,
        Command::Export(args) => export::run(args).await,
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Openapi => openapi::run(),
        Command::Collection => collection::run(),
        Command::Asyncapi => asyncapi::run(),
    }
}

/// Prints on standard error why the command failed.
pub(crate) fn complain(why: &str) {
    // If standard error is closed, the exit status is all that is left.
    let _ = above_bars(|| writeln!(std::io::stderr(), "fastops: {why}"));
}
