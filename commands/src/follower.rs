//! Keeps the states in memory like the log: applies what every node commits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::shared::IncarnationId;
use event_store::consumer::Doorbell;
use event_store::{Committed, Error, EventStore, Position};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::aggregates::Memory;

/// How often the end of the log is looked for when no doorbell rings.
const POLL: Duration = Duration::from_millis(500);

/// The least time between two looks; commits that come in quick succession share one.
const ROUND_MIN: Duration = Duration::from_millis(25);

/// How many events are read at once.
const PAGE: u32 = 2_000;

/// What this process has committed itself and the follower has yet to pass: it need not be read.
#[derive(Debug, Default)]
pub(crate) struct Own(Mutex<Option<BTreeMap<Position, Position>>>);

impl Own {
    /// The states of these events are in memory already.
    pub(crate) fn committed(&self, committed: Committed) {
        if let Some(ranges) = &mut *self.ranges()
            && committed.count > 0
        {
            ranges.insert(committed.first, committed.last());
        }
    }

    /// From here on it is worth keeping them.
    fn begin(&self) {
        self.ranges().get_or_insert_default();
    }

    fn end(&self) {
        *self.ranges() = None;
    }

    /// The last position up to which everything after `position` is own, and how many events there are
    /// from there to the next own ones.
    fn pass(&self, mut position: Position) -> (Position, Option<u64>) {
        let mut ranges = self.ranges();
        let Some(ranges) = &mut *ranges else { return (position, None) };
        while let Some(next) = ranges.first_entry() {
            let (first, last) = (*next.key(), *next.get());
            if first > position.plus(1) {
                return (position, Some(first.get() - position.get() - 1));
            }
            next.remove();
            position = position.max(last);
        }
        (position, None)
    }

    fn ranges(&self) -> MutexGuard<'_, Option<BTreeMap<Position, Position>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the module.
pub(crate) struct Follower {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) own: Arc<Own>,
}

impl Follower {
    /// Follows until `shutdown`. A log that is away is waited for; meanwhile states are read before
    /// they are used.
    pub(crate) async fn run(self, mut doorbell: Doorbell, shutdown: CancellationToken) {
        let mut at: Option<(IncarnationId, Position)> = None;
        self.own.begin();
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            match self.catch_up(at).await {
                Ok(reached) => at = Some(reached),
                Err(error) => tracing::warn!(%error, "commands read before they decide"),
            }
            shutdown.run_until_cancelled(sleep_until(begun + ROUND_MIN)).await;
            tokio::select! {
                () = doorbell.rung() => {}
                () = sleep(POLL) => {}
                () = shutdown.cancelled() => {}
            }
        }
        self.own.end();
    }

    /// Applies everything that is in the log when it is called.
    async fn catch_up(
        &self,
        at: Option<(IncarnationId, Position)>,
    ) -> Result<(IncarnationId, Position), Error> {
        let then = std::time::Instant::now();
        let head = self.store.head().await?;
        let mut position = match at {
            Some((incarnation, position)) if incarnation == head.incarnation => position,
            // What is in memory was not followed up to here.
            _ => {
                self.memory.forget();
                head.position
            }
        };
        loop {
            let (passed, foreign) = self.own.pass(position);
            position = passed;
            if position >= head.position {
                break;
            }
            let page =
                foreign.map_or(PAGE, |foreign| u32::try_from(foreign).unwrap_or(PAGE).min(PAGE));
            let events = self.store.read_all(position, page).await?;
            let Some(last) = events.last() else { break };
            for event in &events {
                self.memory.follow(event);
            }
            position = last.position;
        }
        self.memory.is_up_to_date(then);
        Ok((head.incarnation, position))
    }
}
