//! From the topic to a consumer.
//!
//! Every consumer has its own group, so that one that fails does not stop others; the group assigns lanes to
//! its members. A member claims its lanes, each under a new epoch, and the member that had them before can no
//! longer move their checkpoints. Rows and checkpoints commit together; the group's offsets are committed
//! afterwards and only determine where reading begins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::relay::Published;
use super::session::{Lanes, Session};
use super::sieve::{AnotherLog, Gap, Received, sift};
use super::topic::{Topic, TopicError};
use crate::consumer::board::State;
use crate::consumer::run::{has_failed, pause};
use crate::consumer::watchdog::watch;
use crate::consumer::writer::{Interruption, LaneWriter, Written};
use crate::consumer::{Consumer, Feed, Stopped, chain};
use crate::store::Head;
use crate::stream::Position;

/// How many messages are applied at once.
const PAGE: usize = 2_000;

/// How many messages a lane is rewound by at first when an event is missing. Each further time it is eight
/// times as many.
const BACK_MIN: i64 = 2_000;
const BACK_GROWS: i64 = 8;

/// How often idle lanes are checked.
const LOOK: Duration = Duration::from_secs(1);

/// The pause before joining the group again after another member took a lane of this one.
const REJOIN: Duration = Duration::from_secs(1);

/// Runs a consumer from the topic and restarts it like [`crate::consumer::keep_running`].
///
/// Any number of processes may do so at once; they share the lanes. While a broker is unavailable, it waits.
/// Ends by `shutdown`, or because the consumer must not go on.
pub async fn keep_running(
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    topic: Topic,
    silence_max: Duration,
    shutdown: CancellationToken,
) -> Result<(), Stopped> {
    let board = feed.board.clone();
    let start = || {
        let reader = Reader {
            consumer: Arc::clone(&consumer),
            feed: feed.clone(),
            topic: topic.clone(),
            attempts: 0,
        };
        run(reader, shutdown.clone())
    };
    watch(consumer.name(), &board, silence_max, &shutdown, start).await
}

async fn run(mut reader: Reader, shutdown: CancellationToken) -> Result<(), Stopped> {
    let name = reader.consumer.name();
    let outcome = reader.read_until(&shutdown).await;
    if let Err(stopped) = &outcome {
        tracing::error!(consumer = name, reason = %stopped, "the consumer has stopped for good: \
            remove the reason and restart the process");
    }
    let state = outcome.clone().map_or_else(State::Stopped, |()| State::Ended);
    reader.feed.board.is(name, state);
    outcome
}

struct Reader {
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    topic: Topic,
    /// How often in a row something has failed.
    attempts: u32,
}

/// Why a membership has ended.
#[derive(Debug, thiserror::Error)]
enum Break {
    #[error(transparent)]
    Interruption(#[from] Interruption),
    #[error(transparent)]
    Topic(#[from] TopicError),
}

/// The state of the lanes that the group has assigned to a member.
struct Held {
    lanes: Lanes,
    writer: LaneWriter,
    /// Lanes with a missing event; their offsets are not committed.
    lacking: BTreeMap<u16, Lacking>,
    /// The positions of lanes of which the topic had more, when they were last checked.
    lagging: BTreeMap<u16, (Position, Position)>,
    /// When the idle lanes are checked next.
    look_at: Instant,
    head: Head,
}

/// What is done about a lane with a missing event.
enum Lacking {
    /// It is read again, from that many messages further back.
    Sought(i64),
    /// The topic has lost it.
    Lost(Gap),
}

impl Reader {
    async fn read_until(&mut self, shutdown: &CancellationToken) -> Result<(), Stopped> {
        while !shutdown.is_cancelled() {
            let error = match self.membership(shutdown).await {
                Ok(()) => continue,
                Err(error) => error,
            };
            let wait = match error {
                Break::Interruption(Interruption::Stopped(Stopped::Superseded { epoch })) => {
                    let name = self.consumer.name();
                    tracing::info!(
                        consumer = name,
                        epoch,
                        "another member of the group has taken a lane of this consumer, which \
                        joins the group again"
                    );
                    REJOIN
                }
                Break::Interruption(Interruption::Stopped(stopped)) => return Err(stopped),
                Break::Topic(error @ TopicError::Mismatch { .. }) => {
                    return Err(Stopped::Unfit { reason: error.to_string() });
                }
                Break::Interruption(Interruption::Failed(error)) => self.fails(chain(&error)),
                Break::Topic(error) => self.fails(error.to_string()),
            };
            shutdown.run_until_cancelled(sleep(wait)).await;
        }
        Ok(())
    }

    /// Joins the group and reads until `shutdown`, or until the member has to join again.
    async fn membership(&mut self, shutdown: &CancellationToken) -> Result<(), Break> {
        self.topic.make_ready().await?;
        let group = format!("{}.{}", self.topic.name(), self.consumer.name());
        let session = Session::join(&self.topic, &group)?;
        let outcome = self.read(&session, shutdown).await;
        session.leave().await;
        outcome
    }

    async fn read(&mut self, session: &Session, shutdown: &CancellationToken) -> Result<(), Break> {
        let mut held: Option<Held> = None;
        let mut page = Vec::new();
        while !shutdown.is_cancelled() {
            if page.is_empty() {
                page = session.next(PAGE).await?;
            }
            match self.round(session, &mut held, &page).await {
                Ok(Written::Page) => {
                    self.attempts = 0;
                    page.clear();
                }
                Ok(Written::Nothing) => {}
                Err(Break::Interruption(Interruption::Failed(error))) => {
                    let wait = self.fails(chain(&error));
                    shutdown.run_until_cancelled(sleep(wait)).await;
                }
                Err(ended) => return Err(ended),
            }
        }
        Ok(())
    }

    async fn round(
        &self,
        session: &Session,
        held: &mut Option<Held>,
        page: &[Received],
    ) -> Result<Written, Break> {
        let lanes = session.lanes();
        if held.as_ref().is_some_and(|held| held.lanes != lanes) {
            *held = None;
        }
        if lanes.numbers.is_empty() {
            let end = self.feed.store.head().await.map_err(Interruption::from)?;
            self.feed.board.went_round(self.consumer.name(), 0, end.position, end);
            return Ok(Written::Page);
        }
        let held = match held {
            Some(held) => held,
            none => none.insert(self.claim(lanes).await?),
        };
        let standing = |lane| held.writer.lanes().position(lane);
        let log = held.head.incarnation;
        let sifted = sift(page, log, standing).map_err(|AnotherLog(found)| {
            Interruption::from(Stopped::Unfit {
                reason: format!(
                    "the topic {} holds events of log {found}, but this is log {log}: name another \
                     topic",
                    self.topic.name()
                ),
            })
        })?;
        if !sifted.events.is_empty() {
            let is_behind = sifted.events.len() == PAGE;
            let _permit = if is_behind { None } else { Some(self.feed.permits.take().await) };
            if held.writer.write(&sifted.events, &sifted.reached).await? == Written::Nothing {
                return Ok(Written::Nothing);
            }
        }
        for (lane, _) in &sifted.reached {
            held.lacking.remove(lane);
        }
        for (lane, gap) in sifted.gaps {
            self.seek(session, held, lane, gap).await?;
        }
        session.commit(page.iter().filter(|received| {
            let lane = &received.event.lane;
            held.lanes.numbers.contains(lane) && !held.lacking.contains_key(lane)
        }));
        if Instant::now() >= held.look_at {
            self.look_after(session, held).await?;
        }
        self.shows(held, sifted.events.len());
        Ok(Written::Page)
    }

    /// Rewinds a lane. If its partition has nothing before the message that came, the topic has lost the
    /// event.
    async fn seek(
        &self,
        session: &Session,
        held: &mut Held,
        lane: u16,
        gap: Gap,
    ) -> Result<(), TopicError> {
        let back = match held.lacking.get(&lane) {
            Some(Lacking::Lost(_)) => return Ok(()),
            Some(Lacking::Sought(back)) => back.saturating_mul(BACK_GROWS),
            None => BACK_MIN,
        };
        let consumer = self.consumer.name();
        let found = if session.go_back(lane, gap.offset, back).await? {
            tracing::info!(consumer, lane, after = %gap.after, "the topic did not deliver an event: the \
                consumer reads the lane again from further back");
            Lacking::Sought(back)
        } else {
            tracing::error!(
                consumer,
                reason = lacks(lane, gap),
                "the topic has lost an event: the consumer does not advance in this lane until \
                it is published again"
            );
            Lacking::Lost(gap)
        };
        held.lacking.insert(lane, found);
        Ok(())
    }

    async fn claim(&self, lanes: Lanes) -> Result<Held, Interruption> {
        let head = self.feed.store.head().await?;
        let numbers: Vec<u16> = lanes.numbers.iter().copied().collect();
        let consumer = Arc::clone(&self.consumer);
        let writer = LaneWriter::claim(consumer, &self.feed, head.incarnation, &numbers).await?;
        writer.lanes().check(head)?;
        let (lacking, lagging) = Default::default();
        Ok(Held { lanes, writer, lacking, lagging, look_at: Instant::now(), head })
    }

    /// Advances lanes in which nothing has happened, and of which this member has seen everything, to the
    /// relay's position. A lane that does not advance although the topic has more of it, and from which no
    /// message comes, is read again.
    async fn look_after(&self, session: &Session, held: &mut Held) -> Result<(), Break> {
        held.head = self.feed.store.head().await.map_err(Interruption::from)?;
        held.writer.lanes().check(held.head).map_err(Interruption::from)?;
        if let Some(published) =
            Published::read(&self.feed.pool).await.map_err(Interruption::from)?
            && published.incarnation == held.head.incarnation
        {
            let standing = |lane| held.writer.lanes().position(lane);
            let (seen, lagging) = (published.seen_by(standing), published.unseen_by(standing));
            if !seen.is_empty() {
                held.writer.write(&[], &seen).await?;
            }
            let was_lagging = std::mem::replace(&mut held.lagging, lagging.clone());
            for (lane, (after, previous)) in lagging {
                let stands_still = was_lagging.get(&lane).is_some_and(|(at, _)| *at == after);
                if stands_still && let Some(offset) = session.end(lane).await? {
                    self.seek(session, held, lane, Gap { after, previous, offset }).await?;
                }
            }
        }
        held.look_at = Instant::now() + LOOK;
        Ok(())
    }

    fn shows(&self, held: &Held, n_events: usize) {
        let (board, name) = (&self.feed.board, self.consumer.name());
        board.went_round(name, n_events, held.writer.lanes().lowest(), held.head);
        let lost = held.lacking.iter().find_map(|(lane, lacking)| match lacking {
            Lacking::Lost(gap) => Some((lane, gap)),
            Lacking::Sought(_) => None,
        });
        if let Some((lane, gap)) = lost {
            board.is(name, State::Failing { attempts: 1, reason: lacks(*lane, *gap) });
        }
    }

    /// Reports the failure; returns how long to wait.
    fn fails(&mut self, reason: String) -> Duration {
        self.attempts += 1;
        has_failed(&self.feed.board, self.consumer.name(), self.attempts, reason);
        pause(self.attempts)
    }
}

fn lacks(lane: u16, Gap { after, previous, .. }: Gap) -> String {
    format!(
        "the topic lacks events of lane {lane} after {after} and up to {previous}: \
         run `fastops relay --from {after}`"
    )
}
