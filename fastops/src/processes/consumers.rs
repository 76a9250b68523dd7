//! The consumers of the log, each in its own loop, and the tasks that send due commands.

use std::sync::Arc;
use std::time::Duration;

use commands::processes::{WhenReservedThenRelease, act, planner};
use event_store::consumer::{Board, Consumer, SILENCE_MAX, Tail, count_parked, keep_running_alone};
use event_store::kafka;
use event_store::timers::Timers;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::identity::Erasing;
use crate::installation::Installation;
use crate::processes::event_source::Source;
use crate::processes::{name_upgrade, seed_upgrade};

/// How often the next partitions of the log are made.
const EXTEND_INTERVAL: Duration = Duration::from_hours(1);

/// Running consumers.
#[derive(Debug, Clone)]
pub struct RunningConsumers {
    /// The states of the consumers.
    pub board: Board,
    tasks: TaskTracker,
}

impl RunningConsumers {
    /// Starts every consumer on the log; they end with `shutdown`.
    pub fn start(installation: &Installation, shutdown: &CancellationToken) -> Self {
        Self::start_from(&Source::Log, installation, &Board::default(), shutdown)
    }

    /// Starts every consumer on a source of events; they report to `board` and end with `shutdown`.
    pub fn start_from(
        source: &Source,
        installation: &Installation,
        board: &Board,
        shutdown: &CancellationToken,
    ) -> Self {
        let tail = match source {
            Source::Log => installation.tail(shutdown),
            Source::Topic(_) => Tail::unread(),
        };
        let (feed, leases) = (installation.feed(board, tail), installation.leases());
        let tasks = TaskTracker::new();
        for consumer in consumers() {
            let (feed, shutdown) = (feed.clone(), shutdown.clone());
            match source {
                Source::Log => {
                    let leases = leases.clone();
                    let alone = keep_running_alone(consumer, feed, leases, SILENCE_MAX, shutdown);
                    tasks.spawn(alone);
                }
                Source::Topic(topic) => {
                    let topic = topic.clone();
                    let shared = kafka::keep_running(consumer, feed, topic, SILENCE_MAX, shutdown);
                    tasks.spawn(shared);
                }
            }
        }
        tasks.spawn(act::<WhenReservedThenRelease>(
            installation.commands.clone(),
            Arc::clone(&installation.clock),
            Timers::new(installation.projector.clone()),
            shutdown.clone(),
        ));
        tasks.spawn(count_parked(feed, shutdown.clone()));
        tasks.spawn(extend(installation.clone(), shutdown.clone()));
        tasks.spawn(seed_upgrade::upgrade(installation.clone(), shutdown.clone()));
        tasks.spawn(name_upgrade::upgrade(installation.clone(), shutdown.clone()));
        tasks.close();
        Self { board: board.clone(), tasks }
    }

    /// Waits until every consumer has ended.
    pub async fn ended(self) {
        self.tasks.wait().await;
    }
}

/// Every consumer: those of read models, the one that plans commands of processes, and the one that erases
/// people.
pub fn consumers() -> Vec<Arc<dyn Consumer>> {
    let mut consumers = projections::consumers();
    consumers.push(planner::<WhenReservedThenRelease>());
    consumers.push(Arc::new(Erasing));
    consumers
}

/// The names of all consumers.
pub fn consumer_names() -> Vec<&'static str> {
    consumers().iter().map(|consumer| consumer.name()).collect()
}

/// Makes the log's next partitions well before they are needed.
async fn extend(installation: Installation, shutdown: CancellationToken) {
    loop {
        let extended = sqlx::query("SELECT log_extend()").execute(&installation.projector).await;
        if let Err(error) = extended {
            tracing::warn!(error = %error, "the next partitions of the log could not be made: \
                trying again in an hour");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EXTEND_INTERVAL) => {}
        }
    }
}
