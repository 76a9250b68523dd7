//! Keeps the states in memory like the log: applies what every node commits.

mod own;

use std::sync::Arc;
use std::time::Duration;

use domain::shared::{EventId, IncarnationId};
use event_store::consumer::CommitSignal;
use event_store::{Error, EventStore, Head, Position};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::engine::aggregates::Memory;

pub(crate) use own::Own;

/// How often the end of the log is looked for when no commit is signalled.
const POLL: Duration = Duration::from_millis(500);

/// The least time between two looks; commits that come in quick succession share one.
const ROUND_MIN: Duration = Duration::from_millis(25);

/// How many events are read at once.
const PAGE: u32 = 2_000;

/// See the module.
pub(crate) struct Follower {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) own: Arc<Own>,
}

/// An event of the log up to which memory is like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    position: Position,
    /// Which event is there; none before the first one.
    event: Option<EventId>,
}

/// Where the follower is, and in which life of the log.
#[derive(Debug, Clone, Copy)]
struct At {
    incarnation: IncarnationId,
    place: Place,
}

impl Follower {
    /// Follows until `shutdown`. A log that is away is waited for; meanwhile states are read before
    /// they are used.
    pub(crate) async fn run(self, mut signal: CommitSignal, shutdown: CancellationToken) {
        let mut at: Option<At> = None;
        let mut is_failing = false;
        self.own.begin();
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            match self.catch_up(at).await {
                Ok(reached) => {
                    at = Some(reached);
                    if is_failing {
                        tracing::info!(
                            "the log is followed again, commands decide on what is in memory"
                        );
                    }
                    is_failing = false;
                }
                Err(error) if !is_failing => {
                    tracing::warn!(%error, "the log is not followed, commands read before they decide");
                    is_failing = true;
                }
                Err(error) => tracing::debug!(%error, "the log is still not followed"),
            }
            shutdown.run_until_cancelled(sleep_until(begun + ROUND_MIN)).await;
            tokio::select! {
                () = signal.committed() => {}
                () = sleep(POLL) => {}
                () = shutdown.cancelled() => {}
            }
        }
        self.own.end();
    }

    /// Applies everything that is in the log when it is called.
    async fn catch_up(&self, at: Option<At>) -> Result<At, Error> {
        let then = std::time::Instant::now();
        let head = self.store.head().await?;
        let mut place = match at {
            Some(at) if self.is_still(at, head).await? => at.place,
            _ => self.begin_anew(head).await?,
        };
        loop {
            let (passed, foreign) = self.own.pass(place);
            place = passed;
            if place.position >= head.position {
                break;
            }
            let page =
                foreign.map_or(PAGE, |foreign| u32::try_from(foreign).unwrap_or(PAGE).min(PAGE));
            let events = self.store.read_all(place.position, page).await?;
            let Some(last) = events.last() else { break };
            self.own.have_read(place.position, &events);
            for event in &events {
                self.memory.follow(event);
            }
            place = Place { position: last.position, event: Some(last.id) };
        }
        self.memory.is_up_to_date(then);
        Ok(At { incarnation: head.incarnation, place })
    }

    /// Whether the log is what it was and has lost nothing that memory knows of.
    async fn is_still(&self, at: At, head: Head) -> Result<bool, Error> {
        let At { incarnation, place: Place { position, event } } = at;
        if head.incarnation != incarnation {
            tracing::error!(was = %incarnation, is = %head.incarnation, "the log was replaced by another \
                one while this process was running: commands forget all they knew of it");
            return Ok(false);
        }
        let is_there = head.position >= position
            // Nothing has come since, so nothing follows from what was there.
            && (head.position == position || self.event_at(position).await? == event);
        if !is_there || self.own.is_torn() {
            tracing::error!(known = %position, head = %head.position, "the log has lost events that it \
                had: commands forget all they knew of it");
            return Ok(false);
        }
        Ok(true)
    }

    /// What is in memory was not followed up to here, or follows from what the log does not have.
    async fn begin_anew(&self, head: Head) -> Result<Place, Error> {
        self.own.begin();
        self.memory.forget();
        Ok(Place { position: head.position, event: self.event_at(head.position).await? })
    }

    async fn event_at(&self, position: Position) -> Result<Option<EventId>, Error> {
        let Some(before) = position.get().checked_sub(1) else { return Ok(None) };
        let found = self.store.read_all(Position::new(before), 1).await?;
        Ok(found.first().filter(|event| event.position == position).map(|event| event.id))
    }
}
