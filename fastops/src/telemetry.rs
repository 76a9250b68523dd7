//! Log lines and metrics of the process.

use std::io::IsTerminal;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard error: JSON lines, or readable ones on a terminal. `FASTOPS_LOG` says
/// how much, in the syntax of `RUST_LOG`; `default` applies without it.
pub fn start_logging(default: &str) {
    let filter = EnvFilter::try_from_env("FASTOPS_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        registry.with(lines).init();
    } else {
        registry.with(lines.json().flatten_event(true)).init();
    }
}

/// How often samples that were recorded are folded into histograms.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Starts counting. Once per process, inside its runtime.
pub fn start_metrics() -> PrometheusHandle {
    let metrics = PrometheusBuilder::new().install_recorder().expect("metrics are started once");
    let upkeep = metrics.clone();
    // Where nobody scrapes, every sample would be kept.
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP_EVERY).await;
            upkeep.run_upkeep();
        }
    });
    metrics
}
