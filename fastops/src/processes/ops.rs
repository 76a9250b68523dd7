//! Health and metrics of a process that goes on running: whether it is alive, whether it is ready, and what it
//! counts. They are served on a separate address, which clients of the API do not reach.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use api::health::{Metrics, Missing, Readiness, watched};
use api::server::{Limits, listen, serve};
use async_trait::async_trait;
use domain::shared::IncarnationId;
use event_store::consumer::{Board, State};
use event_store::{EventStore, Head};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::installation::Installation;

/// How long `/readyz` waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The default port of `serve`. Every command has another one, because they may share a machine.
pub const SERVE_PORT: u16 = 8081;
/// The default port of `work`.
pub const WORK_PORT: u16 = 8082;
/// The default port of `relay`.
pub const RELAY_PORT: u16 = 8083;

/// Where health and metrics are served.
#[derive(Debug, clap::Args, Clone)]
pub struct OpsArgs {
    /// Where `/livez`, `/readyz` and `/metrics` are served, for those who watch over the process; port 0
    /// takes a free one. Not given, 127.0.0.1 with port 8081 for `serve` and `demo`, 8082 for `work` and
    /// 8083 for `relay`.
    #[arg(long, env = "FASTOPS_OPS_LISTEN")]
    ops_listen: Option<SocketAddr>,
}

/// The address is taken, or not this machine's.
#[derive(Debug, thiserror::Error)]
#[error(
    "could not listen on {address} for health and metrics: set FASTOPS_OPS_LISTEN to a free one"
)]
pub struct OpsError {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

impl OpsArgs {
    /// Serves the pages until `shutdown`; returns their address, on `port` unless one is configured.
    pub fn start(
        &self,
        port: u16,
        readiness: Arc<dyn Readiness>,
        figures: Metrics,
        shutdown: &CancellationToken,
    ) -> Result<SocketAddr, OpsError> {
        let address = self.ops_listen.unwrap_or((Ipv4Addr::LOCALHOST, port).into());
        let failed = |source| OpsError { address, source };
        let listener = listen(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let pages = watched(readiness, figures);
        tokio::spawn(serve(listener, pages, Limits::default(), shutdown.clone()));
        tracing::info!(ops_listen = %address, "health and metrics");
        Ok(address)
    }
}

/// The counts of the process, and the states of its consumers.
pub fn figures(metrics: PrometheusHandle, board: Board) -> Metrics {
    Arc::new(move || {
        board.record_metrics();
        metrics.render()
    })
}

/// Whether the process is not ending, the database answers, and all consumers that this process runs report
/// progress, or stand by for another process.
pub struct Ready {
    installation: Installation,
    board: Board,
    runs: Vec<&'static str>,
    /// Cancelled when the process is going to end.
    ending: CancellationToken,
    /// Of the log that it was started on: what it signs and compares names that.
    incarnation: OnceLock<IncarnationId>,
}

impl Ready {
    /// The readiness of a process that runs these consumers, by name, which report to `board`.
    pub fn new(installation: &Installation, board: &Board, runs: Vec<&'static str>) -> Arc<Self> {
        Self::until(CancellationToken::new(), installation, board, runs)
    }

    /// The same of a process that is not ready any more once `ending` is cancelled.
    pub fn until(
        ending: CancellationToken,
        installation: &Installation,
        board: &Board,
        runs: Vec<&'static str>,
    ) -> Arc<Self> {
        Arc::new(Self {
            installation: installation.clone(),
            board: board.clone(),
            runs,
            ending,
            incarnation: OnceLock::new(),
        })
    }

    /// Sets the log that the process was started on; otherwise it is the first that answers.
    pub fn begins_on(&self, incarnation: IncarnationId) {
        self.incarnation.get_or_init(|| incarnation);
    }

    /// The failure of the log, if there is one.
    async fn log(&self) -> Option<Missing> {
        let missing = |what, why| Some(Missing { what, why });
        match tokio::time::timeout(READY_WITHIN, self.installation.store.head()).await {
            Ok(Ok(Head { incarnation, .. })) => {
                let was = *self.incarnation.get_or_init(|| incarnation);
                let why = format!(
                    "the log {was} was replaced by {incarnation}: the process has to be started \
                    again"
                );
                if was == incarnation { None } else { missing("log", why) }
            }
            Ok(Err(error)) => missing("postgres", error.to_string()),
            Err(_) => missing("postgres", "no answer within two seconds".to_owned()),
        }
    }
}

#[async_trait]
impl Readiness for Ready {
    async fn missing(&self) -> Vec<Missing> {
        if self.ending.is_cancelled() {
            return vec![Missing { what: "process", why: "it is going to end".to_owned() }];
        }
        self.log().await.into_iter().chain(silent(&self.board, &self.runs)).collect()
    }
}

/// The consumers that report no progress, or have not begun.
fn silent(board: &Board, runs: &[&'static str]) -> Vec<Missing> {
    let statuses = board.statuses();
    let begun = |what: &&&str| statuses.iter().any(|status| status.consumer == **what);
    let not_begun = runs.iter().filter(|what| !begun(what));
    let not_begun = not_begun.map(|what| Missing { what, why: "it has not begun".to_owned() });
    let dead = statuses.iter().filter(|status| !status.is_alive());
    let dead = dead.map(|status| Missing {
        what: status.consumer,
        why: match &status.state {
            State::Stopped(reason) => reason.to_string(),
            State::Running | State::Failing { .. } | State::Standby | State::Ended => {
                format!("no sign of life for {} s", status.heartbeat_age.as_secs())
            }
        },
    });
    not_begun.chain(dead).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumers_that_have_not_begun_are_named() {
        let board = Board::default();
        let missing = |runs: &[&'static str]| -> Vec<(&str, String)> {
            silent(&board, runs).into_iter().map(|missing| (missing.what, missing.why)).collect()
        };
        assert_eq!(missing(&[]), []);
        assert_eq!(missing(&["orders"]), [("orders", "it has not begun".to_owned())]);
    }
}
