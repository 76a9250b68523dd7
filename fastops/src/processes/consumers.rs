//! The role that keeps read models and runs processes: every consumer in a loop of its own.

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
use crate::processes::seed_upgrade;

/// How often the partitions of the log are looked after.
const EXTEND_EVERY: Duration = Duration::from_hours(1);

/// Consumers at work.
#[derive(Debug, Clone)]
pub struct Projecting {
    /// How they are doing.
    pub board: Board,
    tasks: TaskTracker,
}

impl Projecting {
    /// Starts every consumer on the log; they end with `shutdown`.
    pub fn start(installation: &Installation, shutdown: &CancellationToken) -> Self {
        Self::fed_by(&Source::Log, installation, &Board::default(), shutdown)
    }

    /// Starts every consumer, which shows on `board` how it is doing; they end with `shutdown`.
    pub fn fed_by(
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
        tasks.close();
        Self { board: board.clone(), tasks }
    }

    /// Waits until every consumer has ended.
    pub async fn ended(self) {
        self.tasks.wait().await;
    }
}

/// Everything that reads the log in this role: what keeps read models, what plans for
/// processes, and what erases people who are forgotten.
pub fn consumers() -> Vec<Arc<dyn Consumer>> {
    let mut consumers = projections::consumers();
    consumers.push(planner::<WhenReservedThenRelease>());
    consumers.push(Arc::new(Erasing));
    consumers
}

/// What these are called.
pub fn consumer_names() -> Vec<&'static str> {
    consumers().iter().map(|consumer| consumer.name()).collect()
}

/// Makes the log's next partitions well before they are needed.
async fn extend(installation: Installation, shutdown: CancellationToken) {
    loop {
        let extended = sqlx::query("SELECT log_extend()").execute(&installation.projector).await;
        if let Err(error) = extended {
            tracing::warn!(error = %error, "the log's next partitions could not be made");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EXTEND_EVERY) => {}
        }
    }
}
