//! The loop: read a page, apply it, move the checkpoints, all or nothing.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::board::{Board, State};
use super::checkpoint::Lanes;
use super::parking::{Parked, begin, park, parked_keys};
use super::sift::{apply, hold_back, sift};
use super::tail::{Read, Tail};
use super::{Consumer, ConsumerError, Stopped, chain};
use crate::event::RecordedEvent;
use crate::store::EventStore;
use crate::stream::Position;

/// How many events are read and applied at once.
const PAGE: u32 = 2_000;

/// How often a consumer goes round when nothing was appended.
const POLL: Duration = Duration::from_secs(1);

/// The least time between the beginnings of two pages that are not full. A page costs a transaction
/// however little is in it; under load this caps their number, and an event that comes after a pause
/// does not wait.
const ROUND_MIN: Duration = Duration::from_millis(100);

/// The same as a multiple of how long the first of the two took: the busier the machine, the larger
/// the pages, and the more of it is left to those who place orders.
const ROUND_PER_WORK: u32 = 5;

/// The longest that a page waits for that.
const ROUND_MAX: Duration = Duration::from_millis(400);

/// The pause after the first failure; it doubles with each further one.
const PAUSE_MIN: Duration = Duration::from_millis(50);

/// The longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// How often a page may fail by the fault of its events before those are looked for and parked.
const TRIES: u32 = 5;

/// Begins every transaction. A process that is frozen in the middle of one, and could come back any
/// time, loses it and its locks after a while, so that another run can take over.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// Begins a transaction that must outlive a crash of the database once it is committed, whatever the
/// connection's `synchronous_commit` is. A page need not: its rows and its checkpoint are lost
/// together, and it is applied again. An epoch that were lost would stop the run that claimed it, and
/// what a person decided would be undone.
pub(super) const BEGIN_DURABLE: &str = "BEGIN; SET LOCAL synchronous_commit = on;
     SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// What all consumers of a process share.
#[derive(Clone)]
pub struct Feed {
    /// The log.
    pub store: Arc<dyn EventStore>,
    /// The read models and checkpoints, as the projector's role.
    pub pool: PgPool,
    /// What was appended lately.
    pub tail: Tail,
    /// Where everybody can see how it goes.
    pub board: Board,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("board", &self.board).finish_non_exhaustive()
    }
}

/// Runs a consumer until `shutdown`, or until it must not go on.
///
/// It takes its lanes from any run that held them before, in this or another process. A page that
/// fails, be it by a panic, is tried again with growing pauses; then the events that are to blame are
/// parked. A database that is away is waited for. Dropping the future, or killing the process, loses
/// and repeats nothing.
pub async fn run(
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    shutdown: CancellationToken,
) -> Result<(), Stopped> {
    let mut reader = Reader { consumer, feed, lanes: None, discarded: HashSet::new(), n_blamed: 0 };
    let name = reader.consumer.name();
    let outcome = reader.read_until(&shutdown).await;
    if let Err(stopped) = &outcome {
        tracing::error!(consumer = name, reason = %stopped, "the consumer has stopped for good");
    }
    let state = outcome.clone().map_or_else(State::Stopped, |()| State::Ended);
    reader.feed.board.is(name, state);
    outcome
}

struct Reader {
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    /// What this run has claimed, as it last saw it.
    lanes: Option<Lanes>,
    /// Events that a person told the consumer to pass over.
    discarded: HashSet<Position>,
    /// How often the page before it has failed by the fault of its events.
    n_blamed: u32,
}

enum Round {
    /// There is more to do.
    Behind,
    /// The page had room left: everything was done when it was read.
    CaughtUp,
    /// There was nothing to do.
    Idle,
}

#[derive(Debug, thiserror::Error)]
enum Interruption {
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error(transparent)]
    Failed(#[from] ConsumerError),
}

impl From<sqlx::Error> for Interruption {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<crate::Error> for Interruption {
    fn from(error: crate::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Reader {
    /// Looks for `shutdown` only between rounds, since a cancelled `begin` leaves its connection in
    /// an open transaction.
    async fn read_until(&mut self, shutdown: &CancellationToken) -> Result<(), Stopped> {
        let mut attempts = 0;
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            let error = match self.round().await {
                Ok(Round::Behind) => {
                    attempts = 0;
                    continue;
                }
                Ok(Round::CaughtUp) => {
                    attempts = 0;
                    // Events that come in quick succession share a page.
                    shutdown
                        .run_until_cancelled(sleep_until(begun + round_time(begun.elapsed())))
                        .await;
                    continue;
                }
                Ok(Round::Idle) => {
                    attempts = 0;
                    tokio::select! {
                        () = self.feed.tail.grown() => {}
                        () = sleep(POLL) => {}
                        () = shutdown.cancelled() => {}
                    }
                    continue;
                }
                Err(Interruption::Stopped(stopped)) => return Err(stopped),
                Err(Interruption::Failed(error)) => error,
            };
            attempts += 1;
            self.n_blamed += u32::from(error.blames_events());
            self.has_failed(attempts, chain(&error));
            shutdown.run_until_cancelled(sleep(pause(attempts))).await;
        }
        Ok(())
    }

    async fn round(&mut self) -> Result<Round, Interruption> {
        let Feed { store, pool, board, .. } = &self.feed;
        let name = self.consumer.name();
        let lanes = match &mut self.lanes {
            Some(lanes) => lanes,
            unclaimed => {
                let (lanes, discarded) = claim(store.as_ref(), pool, name).await?;
                self.discarded = discarded;
                unclaimed.insert(lanes)
            }
        };

        let (page, head) = match self.feed.tail.after(lanes.lowest(), PAGE) {
            Some(read) => read,
            None => read(store.as_ref(), lanes.lowest()).await?,
        };
        lanes.check(head)?;
        let Some(last) = page.last() else {
            board.went_round(name, 0, lanes.lowest(), head);
            return Ok(Round::Idle);
        };

        let mut tx = pool.begin_with(BEGIN).await?;
        let (stored, has_parked) = Lanes::lock_to_write(&mut tx, name).await?;
        if stored.epoch() != lanes.epoch() {
            return Err(Stopped::Superseded { epoch: stored.epoch() }.into());
        }
        if stored != *lanes {
            // A commit whose outcome this run never learnt has moved them.
            *lanes = stored;
            return Ok(Round::Behind);
        }
        let mut events = Vec::with_capacity(page.len());
        for event in &page {
            if lanes.awaits(event)?
                && self.consumer.wants(&event.event_type)
                && !self.discarded.contains(&event.position)
            {
                events.push(&**event);
            }
        }
        let n_events = events.len();
        let consumer = self.consumer.as_ref();
        let mut parked = Vec::new();
        if has_parked {
            parked = hold_back(consumer, &mut events, &parked_keys(&mut tx, name).await?);
        }
        if self.n_blamed < TRIES {
            apply(consumer, &mut tx, &events).await?;
        } else {
            parked.extend(sift(consumer, &mut tx, events).await?);
        }
        park(&mut tx, name, &parked, self.n_blamed + 1).await?;
        let mut moved = lanes.clone();
        moved.advance(&mut tx, name, last.position).await?;
        tx.commit().await?;

        *lanes = moved;
        self.n_blamed = 0;
        let n_applied = n_events - parked.len();
        metrics::counter!("fastops_consumer_events_total", "consumer" => name)
            .increment(n_applied as u64);
        have_parked(name, &parked);
        board.went_round(name, page.len(), lanes.lowest(), head);
        Ok(if page.len() < PAGE as usize { Round::CaughtUp } else { Round::Behind })
    }

    fn has_failed(&self, attempts: u32, reason: String) {
        let name = self.consumer.name();
        tracing::error!(consumer = name, attempts, %reason, "a page failed and is tried again");
        metrics::counter!("fastops_consumer_failures_total", "consumer" => name).increment(1);
        self.feed.board.is(name, State::Failing { attempts, reason });
    }
}

/// Reads a page for one consumer alone, which is further behind than what is in memory.
async fn read(store: &dyn EventStore, after: Position) -> Result<Read, crate::Error> {
    let page = store.read_all(after, PAGE).await?;
    Ok((page.into_iter().map(Arc::new).collect(), store.head().await?))
}

async fn claim(
    store: &dyn EventStore,
    pool: &PgPool,
    name: &str,
) -> Result<(Lanes, HashSet<Position>), Interruption> {
    let head = store.head().await?;
    let mut tx = pool.begin_with(BEGIN_DURABLE).await?;
    let lanes = Lanes::claim(&mut tx, name, head.incarnation).await?;
    let discarded = begin(&mut tx, name, &lanes).await?;
    tx.commit().await?;
    tracing::info!(consumer = name, epoch = lanes.epoch(), position = %lanes.lowest(), "claimed");
    Ok((lanes, discarded))
}

fn have_parked(name: &'static str, parked: &[Parked<'_>]) {
    for Parked { event, key, reason } in parked {
        let RecordedEvent { position, event_type, .. } = event;
        if let Some(reason) = reason {
            let tenant = event.stream.tenant();
            tracing::error!(
                consumer = name, %tenant, key, %position, event_type, reason, "parked an event"
            );
        }
    }
    metrics::counter!("fastops_consumer_parked_total", "consumer" => name)
        .increment(parked.len() as u64);
}

/// The time between the beginnings of a page that took so long and the next one.
fn round_time(took: Duration) -> Duration {
    took.saturating_mul(ROUND_PER_WORK).clamp(ROUND_MIN, ROUND_MAX)
}

fn pause(attempts: u32) -> Duration {
    PAUSE_MIN.saturating_mul(2_u32.saturating_pow(attempts - 1)).min(PAUSE_MAX)
}
