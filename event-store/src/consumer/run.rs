//! The loop: read a page, apply it, move the checkpoints, all or nothing.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::board::{Board, State};
use super::checkpoint::Reached;
use super::tail::{Read, Tail};
use super::work_permits::WorkPermits;
use super::writer::{Interruption, LaneWriter, Written};
use super::{Consumer, Stopped, chain};
use crate::lane::LANES;
use crate::store::EventStore;
use crate::stream::Position;

/// How many events are read and applied at once.
const PAGE: u32 = 2_000;

/// How often a consumer runs a round when nothing was appended.
const POLL: Duration = Duration::from_secs(1);

/// The least time between the beginnings of two pages that are not full. A page costs a transaction
/// however little is in it; under load this caps their number, and an event that comes after a pause
/// does not wait.
const ROUND_MIN: Duration = Duration::from_millis(100);

/// The same as a multiple of the time of the first of the two: the busier the machine, the larger the pages,
/// and the more of it is left to people who place orders.
const ROUND_PER_WORK: u32 = 5;

/// The longest that a page waits for that, and a checkpoint for events that matter.
const ROUND_MAX: Duration = Duration::from_millis(400);

/// The pause after the first failure; it doubles with each further one.
const PAUSE_MIN: Duration = Duration::from_millis(50);

/// The longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// What all consumers of a process share.
#[derive(Clone)]
pub struct Feed {
    /// The log.
    pub store: Arc<dyn EventStore>,
    /// The read models and checkpoints, as the projector's role.
    pub pool: PgPool,
    /// The events that were appended lately.
    pub tail: Tail,
    /// Limits how many consumers work at once.
    pub permits: WorkPermits,
    /// Reports the consumer's state to the rest of the process.
    pub board: Board,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("board", &self.board).finish_non_exhaustive()
    }
}

/// Runs a consumer until `shutdown`, or until it must not go on.
///
/// It claims its lanes from any run that held them before, in this or another process. A page that fails,
/// even by a panic, is retried with growing pauses; then the events that cause it are parked. While the
/// database is unavailable, it waits. Dropping the future, or killing the process, neither loses nor repeats
/// anything.
pub async fn run(
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    shutdown: CancellationToken,
) -> Result<(), Stopped> {
    let mut reader = Reader { consumer, feed, writer: None, passed: None };
    let name = reader.consumer.name();
    let outcome = reader.read_until(&shutdown).await;
    if let Err(stopped) = &outcome {
        tracing::warn!(consumer = name, reason = %stopped, "a run of the consumer has stopped \
            and applies no more events");
    }
    let state = outcome.clone().map_or_else(State::Stopped, |()| State::Ended);
    reader.feed.board.is(name, state);
    outcome
}

struct Reader {
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    /// The run's lanes, once they are claimed.
    writer: Option<LaneWriter>,
    /// The events that were skipped since the checkpoints were moved.
    passed: Option<Passed>,
}

/// Events that the consumer does not need. Moving checkpoints takes a transaction even if nothing else is
/// written: they are moved with the next needed events, or after a while.
#[derive(Clone, Copy)]
struct Passed {
    since: Instant,
    up_to: Position,
}

enum Round {
    /// There is more to do.
    Behind,
    /// The page was not full: everything was applied that was in the log when it was read. Applying it took
    /// this long.
    CaughtUp(Duration),
    /// There was nothing to do.
    Idle,
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
                    attempts = self.attempts_after(attempts);
                    continue;
                }
                Ok(Round::CaughtUp(took)) => {
                    attempts = self.attempts_after(attempts);
                    // Events that come in quick succession share a page.
                    shutdown.run_until_cancelled(sleep_until(begun + round_time(took))).await;
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
            // After a pause, the skipped events may be those of another log.
            self.passed = None;
            attempts += 1;
            self.has_failed(attempts, chain(&error));
            shutdown.run_until_cancelled(sleep(pause(attempts))).await;
        }
        Ok(())
    }

    /// How many tries in a row have failed, after a round that did not. A page that was only skipped does not
    /// show whether the page behind it can be written.
    const fn attempts_after(&self, attempts: u32) -> u32 {
        if self.passed.is_some() { attempts } else { 0 }
    }

    async fn round(&mut self) -> Result<Round, Interruption> {
        let Feed { store, board, .. } = &self.feed;
        let name = self.consumer.name();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            unclaimed => {
                let log = store.head().await?.incarnation;
                let every_lane: Vec<u16> = (0..LANES).collect();
                let consumer = Arc::clone(&self.consumer);
                unclaimed.insert(LaneWriter::claim(consumer, &self.feed, log, &every_lane).await?)
            }
        };

        let lowest = writer.lanes().lowest();
        let after = self.passed.map_or(lowest, |passed| passed.up_to);
        let (page, head) = read(&self.feed, after).await?;
        writer.lanes().check(head)?;
        if after > head.position {
            // The log has lost its end, and the consumer has not read what replaced it.
            self.passed = None;
            return Ok(Round::Behind);
        }
        let end = page.last().map_or(after, |event| event.position);
        if end == lowest {
            board.went_round(name, 0, lowest, head);
            return Ok(Round::Idle);
        }
        let is_full = page.len() == PAGE as usize;
        let since = self.passed.map_or_else(Instant::now, |passed| passed.since);
        let matters = page.iter().any(|event| self.consumer.acts_on(event));
        if !page.is_empty() && !matters && since.elapsed() < ROUND_MAX {
            self.passed = Some(Passed { since, up_to: end });
            board.went_round(name, page.len(), lowest, head);
            return Ok(if is_full { Round::Behind } else { Round::CaughtUp(Duration::ZERO) });
        }
        // A run with a full page is behind already and takes no permit.
        let _permit = if is_full { None } else { Some(self.feed.permits.take().await) };
        let begun = Instant::now();
        let reached: Reached = (0..LANES).map(|lane| (lane, end)).collect();
        let written = writer.write(&page, &reached).await?;
        self.passed = None;
        if written == Written::Nothing {
            return Ok(Round::Behind);
        }
        board.went_round(name, page.len(), writer.lanes().lowest(), head);
        Ok(if is_full { Round::Behind } else { Round::CaughtUp(begun.elapsed()) })
    }

    fn has_failed(&self, attempts: u32, reason: String) {
        has_failed(&self.feed.board, self.consumer.name(), attempts, reason);
    }
}

/// Reports on the board, in the log and in the metrics that a page failed and is retried.
pub(crate) fn has_failed(board: &Board, consumer: &'static str, attempts: u32, reason: String) {
    tracing::error!(consumer, attempts, %reason, "the consumer could not apply a page, which is tried again: \
        its read models fall behind");
    metrics::counter!("fastops_consumer_failures_total", "consumer" => consumer).increment(1);
    board.is(consumer, State::Failing { attempts, reason });
}

/// A page: from memory, or read for this consumer alone if it is further behind.
async fn read(Feed { store, tail, .. }: &Feed, after: Position) -> Result<Read, crate::Error> {
    if let Some(read) = tail.after(after, PAGE) {
        return Ok(read);
    }
    let page = store.read_all(after, PAGE).await?;
    Ok((page.into_iter().map(Arc::new).collect(), store.head().await?))
}

/// The time between the beginnings of a page that took so long and the next one.
fn round_time(took: Duration) -> Duration {
    took.saturating_mul(ROUND_PER_WORK).clamp(ROUND_MIN, ROUND_MAX)
}

/// The pause after so many failures in a row: random, at least half of the maximum.
pub(crate) fn pause(attempts: u32) -> Duration {
    let longest = PAUSE_MIN.saturating_mul(2_u32.saturating_pow(attempts - 1)).min(PAUSE_MAX);
    // Consumers that failed for the same reason must not retry at the same moment.
    let dice = RandomState::new().build_hasher().finish() % 1_024;
    longest / 2 + longest / 2 * u32::try_from(dice).unwrap_or_default() / 1_024
}
