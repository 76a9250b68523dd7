//! Log lines and metrics of the process.

use std::io::IsTerminal;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rustix::fs::Mode;
use rustix::process::umask;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::terminal::Lines;

/// Starts logging to standard error: JSON lines, or readable ones on a terminal. `FASTOPS_LOG` sets the
/// level, in the syntax of `RUST_LOG`; `default` applies without it.
pub fn start_logging(default: &str) {
    let registry = tracing_subscriber::registry().with(filter(default));
    if std::io::stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(|| Lines)).init();
    } else {
        let lines = fmt::layer().with_writer(std::io::stderr);
        registry.with(lines.json().flatten_event(true).with_span_list(false)).init();
    }
}

/// Where log lines are kept besides.
#[derive(clap::Args, Clone)]
pub struct LogArgs {
    /// A folder for files with the log as JSON lines, one file a day, with one line per request.
    #[arg(long, env = "FASTOPS_LOG_FOLDER")]
    log_folder: Option<PathBuf>,

    /// How many such files are kept; the oldest go.
    #[arg(long, env = "FASTOPS_LOG_FILES", default_value_t = 14)]
    log_files: usize,
}

/// The files of the log cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LogFilesError {
    /// The folder cannot be made.
    #[error("could not make the folder of the log")]
    Folder(#[from] std::io::Error),
    /// The first file cannot be opened.
    #[error("could not open the file of the log")]
    File(#[from] tracing_appender::rolling::InitError),
}

/// Starts logging to standard error, and to files where a folder is named. What was not yet written is
/// written when the guard goes. Files that the process makes after this are for its user alone.
pub fn start_logging_to(
    default: &str,
    files: &LogArgs,
) -> Result<Option<WorkerGuard>, LogFilesError> {
    let Some(folder) = &files.log_folder else {
        start_logging(default);
        return Ok(None);
    };
    // The appender opens a file every day, with what the process allows.
    umask(Mode::RWXG | Mode::RWXO);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("fastops")
        .filename_suffix("log")
        .max_log_files(files.log_files.max(1))
        .build(folder)?;
    let (file, guard) = tracing_appender::non_blocking(appender);
    let lines = fmt::layer()
        .with_writer(file)
        .with_ansi(false)
        .json()
        .flatten_event(true)
        .with_span_list(false);
    let errors = fmt::layer().with_writer(std::io::stderr).with_ansi(false).json();
    tracing_subscriber::registry()
        .with(filter(default))
        .with(lines)
        .with(errors.flatten_event(true).with_span_list(false))
        .init();
    Ok(Some(guard))
}

fn filter(default: &str) -> EnvFilter {
    EnvFilter::try_from_env("FASTOPS_LOG").unwrap_or_else(|_| EnvFilter::new(default))
}

/// How often samples that were recorded are folded into histograms.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Starts counting. Once per process, inside its runtime, and before a store is made, which looks up its
/// figures once.
pub fn start_metrics() -> PrometheusHandle {
    let metrics = PrometheusBuilder::new().install_recorder().expect("metrics are started once");
    let upkeep = metrics.clone();
    // Without scrapes, every sample would be kept.
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP_EVERY).await;
            upkeep.run_upkeep();
        }
    });
    metrics
}
