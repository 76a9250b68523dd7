//! Keeps the states in memory equal to the log: applies what every node commits.

mod local_commits;

use std::sync::Arc;
use std::time::Duration;

use domain::shared::{EventId, IncarnationId};
use event_store::consumer::CommitSignal;
use event_store::{Error, EventStore, Head, Position};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::engine::aggregates::Memory;

pub(crate) use local_commits::LocalCommits;

/// The interval at which the end of the log is read without a commit signal.
const POLL: Duration = Duration::from_millis(500);

/// The least time between two reads of the end; commits in quick succession share one.
const ROUND_MIN: Duration = Duration::from_millis(25);

/// How many events are read at once.
const PAGE: u32 = 2_000;

/// Applies the events of the log to the states in memory.
pub(crate) struct MemoryFollower {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) local_commits: Arc<LocalCommits>,
}

/// A position in the log, up to which the states in memory are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LogPosition {
    position: Position,
    /// The event at that position; none before the first one.
    event: Option<EventId>,
}

/// The position of the follower, and the incarnation of the log.
#[derive(Debug, Clone, Copy)]
struct Followed {
    incarnation: IncarnationId,
    reached: LogPosition,
}

impl MemoryFollower {
    /// Follows until `shutdown`. While the log is unavailable, it retries; meanwhile states are read before
    /// they are used.
    pub(crate) async fn run(self, mut signal: CommitSignal, shutdown: CancellationToken) {
        let mut followed: Option<Followed> = None;
        let mut is_failing = false;
        self.local_commits.begin();
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            match self.catch_up(followed).await {
                Ok(caught_up) => {
                    followed = Some(caught_up);
                    if is_failing {
                        tracing::info!(
                            "the log is followed again: commands decide on the states in memory"
                        );
                    }
                    is_failing = false;
                }
                Err(error) if !is_failing => {
                    tracing::warn!(%error, "the log cannot be followed: commands read it before \
                        they decide");
                    is_failing = true;
                }
                Err(error) => tracing::debug!(%error, "the log still cannot be followed"),
            }
            shutdown.run_until_cancelled(sleep_until(begun + ROUND_MIN)).await;
            tokio::select! {
                () = signal.committed() => {}
                () = sleep(POLL) => {}
                () = shutdown.cancelled() => {}
            }
        }
        self.local_commits.end();
    }

    /// Applies everything that is in the log when it is called.
    async fn catch_up(&self, followed: Option<Followed>) -> Result<Followed, Error> {
        let then = std::time::Instant::now();
        let head = self.store.head().await?;
        let mut reached = match followed {
            Some(followed) if self.is_still(followed, head).await? => followed.reached,
            _ => self.begin_anew(head).await?,
        };
        loop {
            let (passed, foreign) = self.local_commits.pass(reached);
            reached = passed;
            if reached.position >= head.position {
                break;
            }
            let page =
                foreign.map_or(PAGE, |foreign| u32::try_from(foreign).unwrap_or(PAGE).min(PAGE));
            let events = self.store.read_all(reached.position, page).await?;
            let Some(last) = events.last() else { break };
            self.local_commits.have_read(reached.position, &events);
            for event in &events {
                self.memory.follow(event);
            }
            reached = LogPosition { position: last.position, event: Some(last.id) };
        }
        self.memory.is_up_to_date(then);
        Ok(Followed { incarnation: head.incarnation, reached })
    }

    /// Whether the log is the same and still has all events that were applied.
    async fn is_still(&self, followed: Followed, head: Head) -> Result<bool, Error> {
        let Followed { incarnation, reached: LogPosition { position, event } } = followed;
        if head.incarnation != incarnation {
            tracing::error!(was = %incarnation, is = %head.incarnation, "the log was replaced by another \
                one while this process was running: all states in memory are dropped");
            return Ok(false);
        }
        let is_there = head.position >= position
            // No event follows, so no state depends on what was there.
            && (head.position == position || self.event_at(position).await? == event);
        if !is_there || self.local_commits.is_torn() {
            tracing::error!(known = %position, head = %head.position, "the log has lost events that it \
                had: all states in memory are dropped");
            return Ok(false);
        }
        Ok(true)
    }

    /// Drops the states in memory: they were not followed up to here, or contain events that the log lacks.
    async fn begin_anew(&self, head: Head) -> Result<LogPosition, Error> {
        self.local_commits.begin();
        self.memory.forget();
        Ok(LogPosition { position: head.position, event: self.event_at(head.position).await? })
    }

    async fn event_at(&self, position: Position) -> Result<Option<EventId>, Error> {
        let Some(before) = position.get().checked_sub(1) else { return Ok(None) };
        let found = self.store.read_all(Position::new(before), 1).await?;
        Ok(found.first().filter(|event| event.position == position).map(|event| event.id))
    }
}
