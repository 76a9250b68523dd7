//! Applies events and moves the checkpoints of their lanes, all or nothing.

use std::collections::HashSet;
use std::sync::Arc;

use domain::shared::IncarnationId;
use sqlx::PgPool;

use super::checkpoint::Lanes;
use super::parking::{Parked, begin, park, parked_keys};
use super::sift::{apply, hold_back, sift};
use super::upgraded::replay_unknown;
use super::{Consumer, ConsumerError, Feed, Stopped};
use crate::event::RecordedEvent;
use crate::stream::Position;

/// How often a page may fail by the fault of its events before those are looked for and parked.
const TRIES: u32 = 5;

/// Begins every transaction. A process that is frozen in the middle of one, and could come back any
/// time, loses it and its locks after a while, so that another run can take over.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// Begins a transaction that must survive a crash of the database once it is committed, whatever the
/// connection's `synchronous_commit` is. A page need not: its rows and its checkpoint are lost together, and
/// it is applied again. A lost epoch would stop the run that claimed it, and a lost decision of an operator
/// would be undone.
pub(super) const BEGIN_DURABLE: &str = "BEGIN; SET LOCAL synchronous_commit = on;
     SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// What has become of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It has taken effect.
    Page,
    /// Nothing: a commit without an answer had moved the checkpoints. This run has reread them, and goes on
    /// with the events after them.
    Nothing,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Interruption {
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

/// Writes events and checkpoints of the lanes that a run has claimed.
pub(crate) struct LaneWriter {
    consumer: Arc<dyn Consumer>,
    pool: PgPool,
    /// What this run has claimed, as it last saw it.
    lanes: Lanes,
    /// Events that an operator has discarded.
    discarded: HashSet<Position>,
    /// How often the page before it has failed by the fault of its events.
    n_blamed: u32,
}

impl LaneWriter {
    /// Claims lanes from any run that held them before, in this or another process. Retries what an older
    /// release has parked there because it did not support it.
    pub(crate) async fn claim(
        consumer: Arc<dyn Consumer>,
        feed: &Feed,
        log: IncarnationId,
        numbers: &[u16],
    ) -> Result<Self, Interruption> {
        let name = consumer.name();
        let pool = feed.pool.clone();
        let mut tx = pool.begin_with(BEGIN_DURABLE).await?;
        let lanes = Lanes::claim(&mut tx, name, log, numbers).await?;
        let discarded = begin(&mut tx, name, &lanes).await?;
        tx.commit().await?;
        tracing::info!(
            consumer = name, epoch = lanes.epoch(), position = %lanes.lowest(), ?numbers,
            "the consumer claimed its lanes"
        );
        replay_unknown(&consumer, feed, &lanes).await?;
        Ok(Self { consumer, pool, lanes, discarded, n_blamed: 0 })
    }

    /// The lanes, as they were last seen.
    pub(crate) const fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// Applies those of these events that their lanes still await, and moves lanes up to what they have
    /// `reached` with them.
    ///
    /// A page that keeps failing by the fault of its events is sifted at the [`TRIES`]th further try.
    pub(crate) async fn write(
        &mut self,
        page: &[Arc<RecordedEvent>],
        reached: &[(u16, Position)],
    ) -> Result<Written, Interruption> {
        let outcome = self.try_write(page, reached).await;
        match &outcome {
            Ok(Written::Page) => self.n_blamed = 0,
            Err(Interruption::Failed(error)) => self.n_blamed += u32::from(error.blames_events()),
            Ok(Written::Nothing) | Err(Interruption::Stopped(_)) => {}
        }
        outcome
    }

    async fn try_write(
        &mut self,
        page: &[Arc<RecordedEvent>],
        reached: &[(u16, Position)],
    ) -> Result<Written, Interruption> {
        let name = self.consumer.name();
        let mut tx = self.pool.begin_with(BEGIN).await?;
        let moved = self.lanes.with(reached);
        let (stored, has_parked) = self.lanes.move_to(&moved, &mut tx, name).await?;
        self.lanes.check_epochs(&stored)?;
        if stored != self.lanes {
            self.lanes = stored;
            return Ok(Written::Nothing);
        }
        let mut events = Vec::with_capacity(page.len());
        for event in page {
            if self.lanes.awaits(event)?
                && self.consumer.wants(event)
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
        tx.commit().await?;

        self.lanes = moved;
        let n_applied = n_events - parked.len();
        metrics::counter!("fastops_consumer_events_total", "consumer" => name)
            .increment(n_applied as u64);
        have_parked(name, &parked);
        Ok(Written::Page)
    }
}

fn have_parked(name: &'static str, parked: &[Parked<'_>]) {
    for Parked { event, key, reason } in parked {
        let RecordedEvent { position, event_type, .. } = event;
        if let Some(reason) = reason {
            let (tenant, reason) = (event.stream.tenant(), &reason.text);
            tracing::error!(
                consumer = name, %tenant, key, %position, event_type, reason,
                "the consumer parked an event: later ones of its key wait until an operator decides"
            );
        }
    }
    metrics::counter!("fastops_consumer_parked_total", "consumer" => name)
        .increment(parked.len() as u64);
}
