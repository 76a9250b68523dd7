//! The role that publishes the log on the topic.

use std::sync::Arc;
use std::time::Duration;

use event_store::Position;
use event_store::consumer::{Board, Feed, SILENCE_MAX, Stopped, keep_running_alone, stand_by};
use event_store::kafka::{RELAY, Relay, Topic, TopicError, rewind};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::installation::Installation;

/// The pause before the database is asked again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Why the relay does not publish.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The topic is not what it has to be.
    #[error(transparent)]
    Topic(#[from] TopicError),
    /// The relay must not go on.
    #[error("the relay has stopped")]
    Stopped(#[from] Stopped),
}

/// The relay of a process that also answers HTTP.
#[derive(Debug)]
pub struct RunningRelay {
    tasks: TaskTracker,
}

impl RunningRelay {
    /// Publishes until `shutdown`; a relay that must not go on logs an error, and the server goes on.
    pub fn start(
        installation: &Installation,
        board: &Board,
        topic: Topic,
        shutdown: &CancellationToken,
    ) -> Self {
        let (installation, board) = (installation.clone(), board.clone());
        let shutdown = shutdown.clone();
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            if let Err(error) = relay(&installation, &board, topic, None, &shutdown).await {
                tracing::error!(%error, "the relay has ended: no events are published until the \
                    process is restarted");
            }
        });
        tasks.close();
        Self { tasks }
    }

    /// Waits until it has ended.
    pub async fn ended(self) {
        self.tasks.wait().await;
    }
}

/// Publishes until `shutdown`, or until it must not go on; waits while another process does. With `from` it
/// begins by publishing again all events after that position. It reports to the board.
pub async fn relay(
    installation: &Installation,
    board: &Board,
    topic: Topic,
    from: Option<Position>,
    shutdown: &CancellationToken,
) -> Result<(), RelayError> {
    match topic.make_ready().await {
        Err(error @ TopicError::Mismatch { .. }) => return Err(error.into()),
        Err(error) => tracing::warn!(%error, "Kafka cannot be reached: the relay waits for it"),
        Ok(()) => tracing::info!(topic = topic.name(), "publishing the log"),
    }
    let feed = installation.feed(board, installation.tail(shutdown));
    let leases = installation.leases();
    if let Some(from) = from {
        let Some(lease) = stand_by(RELAY, &feed, &leases, shutdown).await else { return Ok(()) };
        begin_after(from, &feed, shutdown).await;
        lease.release().await;
    }
    let relay = Arc::new(Relay::new(topic));
    Ok(keep_running_alone(relay, feed, leases, SILENCE_MAX, shutdown.clone()).await?)
}

async fn begin_after(from: Position, feed: &Feed, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        match rewind(&feed.pool, &*feed.store, from).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "the relay's checkpoint could not be moved back: trying \
                    again");
            }
        }
        shutdown.run_until_cancelled(sleep(RETRY_INTERVAL)).await;
    }
}
