//! A rebuilt read model, apart from the live one.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use futures_util::future::try_join_all;
use sqlx::PgConnection;

use super::lane_positions::LanePositions;
use super::{RebuildError, Site, read};
use crate::consumer::parking::{Key, Parked, Reason};
use crate::consumer::sift::{apply, hold_back, sift};
use crate::consumer::{Consumer, ConsumerError, Projection};
use crate::event::RecordedEvent;
use crate::stream::Position;

/// How many events are applied at once. So many that most orders begin and end in one page, and are
/// written once.
pub(super) const PAGE: u32 = 20_000;

/// The distance to the live one at which it has caught up; the exchange does the rest.
const CLOSE: usize = 2_000;

/// Rebuilt tables of a read model, up to some positions in the log. Dropping it leaves them to the next
/// rebuild, which begins by deleting them.
pub struct Rebuilt {
    pub(super) site: Site,
    pub(super) projection: Arc<dyn Projection>,
    pub(super) reached: LanePositions,
    /// Events that an operator has discarded.
    discarded: HashSet<Position>,
    /// The keys of what is parked.
    held: HashSet<Key>,
    pub(super) parked: Vec<Held>,
}

/// An event that could not be applied, or waits for one that could not.
pub(super) struct Held {
    event: RecordedEvent,
    key: String,
    reason: Option<Reason>,
}

impl Held {
    pub(super) fn as_parked(&self) -> Parked<'_> {
        Parked { event: &self.event, key: self.key.clone(), reason: self.reason.clone() }
    }
}

impl fmt::Debug for Rebuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuilt")
            .field("consumer", &self.name())
            .field("reached", &self.reached)
            .finish_non_exhaustive()
    }
}

impl Rebuilt {
    /// Makes empty tables.
    pub(super) async fn begin(
        site: Site,
        projection: Arc<dyn Projection>,
    ) -> Result<Self, RebuildError> {
        for table in projection.tables() {
            call(&site, "SELECT rebuild_begin($1)", table).await?;
        }
        let discarded: Vec<i64> = sqlx::query_scalar(
            "SELECT discarded
             FROM consumer_resolutions
             WHERE consumer = $1 AND discarded IS NOT NULL",
        )
        .bind(projection.name())
        .fetch_all(&site.live)
        .await?;
        Ok(Self {
            site,
            projection,
            reached: LanePositions::at(Position::START),
            discarded: discarded.into_iter().map(Position::from_i64).collect(),
            held: HashSet::new(),
            parked: Vec::new(),
        })
    }

    /// The name of its consumer.
    pub fn name(&self) -> &'static str {
        self.projection.name()
    }

    /// Everything before it is in its tables.
    pub fn position(&self) -> Position {
        self.reached.lowest()
    }

    /// How many events could not be applied, or wait for one of these.
    pub const fn n_parked(&self) -> usize {
        self.parked.len()
    }

    /// Throws the tables away.
    pub async fn drop_tables(self) -> Result<(), RebuildError> {
        for table in self.projection.tables() {
            call(&self.site, "SELECT rebuild_drop($1)", table).await?;
        }
        Ok(())
    }

    /// Gives the tables everything that live ones have.
    pub(super) async fn finish(self) -> Result<Self, RebuildError> {
        let finish = |table| call(&self.site, "SELECT rebuild_finish($1)", table);
        try_join_all(self.projection.tables().iter().copied().map(finish)).await?;
        Ok(self)
    }

    /// Goes after the live ones until they are close.
    pub(super) async fn catch_up(&mut self) -> Result<(), RebuildError> {
        loop {
            let mut live = self.site.live.acquire().await?;
            let goal = self.goal(&mut live).await?;
            drop(live);
            if self.advance(&goal).await? < CLOSE {
                return Ok(());
            }
        }
    }

    /// Advances the tables to exactly these positions. Returns how many events were read.
    pub(super) async fn advance(&mut self, to: &LanePositions) -> Result<usize, RebuildError> {
        let mut n_read = 0;
        let mut position = self.reached.lowest();
        while position < to.highest() {
            let page = read(self.site.store.as_ref(), position, PAGE).await?;
            let Some(last) = page.last() else { break };
            position = last.position;
            n_read += page.len();
            let mut events = Vec::with_capacity(page.len());
            for event in &page {
                if !self.reached.includes(event)? && to.includes(event)? {
                    events.push(event);
                }
            }
            self.apply(events).await?;
        }
        self.reached = to.clone();
        Ok(n_read)
    }

    /// Applies the next events of the log. Those that cannot be applied are parked, with the later ones
    /// of their keys.
    pub(super) async fn apply(&mut self, events: Vec<&RecordedEvent>) -> Result<(), ConsumerError> {
        let is_wanted = |event: &&RecordedEvent| {
            self.projection.wants(event) && !self.discarded.contains(&event.position)
        };
        let mut events: Vec<&RecordedEvent> = events.into_iter().filter(is_wanted).collect();
        let consumer: &dyn Consumer = self.projection.as_ref();
        let mut parked = hold_back(consumer, &mut events, &self.held);
        let mut tx = self.site.shadow.begin().await?;
        match apply(consumer, &mut tx, &events).await {
            Ok(()) => {}
            Err(error) if error.blames_events() => {
                tx.rollback().await?;
                tx = self.site.shadow.begin().await?;
                parked.extend(sift(consumer, &mut tx, events).await?);
            }
            Err(error) => return Err(error),
        }
        tx.commit().await?;
        for Parked { event, key, reason } in parked {
            self.held.insert((event.stream.tenant(), key.clone()));
            self.parked.push(Held { event: event.clone(), key, reason });
        }
        Ok(())
    }

    /// The positions of the live consumer, or the end of the log if its rows do not belong to it.
    pub(super) async fn goal(
        &self,
        live: &mut PgConnection,
    ) -> Result<LanePositions, RebuildError> {
        let log = self.site.store.head().await?;
        let live = LanePositions::of_live(live, self.name(), log).await?;
        Ok(live.unwrap_or_else(|| LanePositions::at(log.position)))
    }
}

/// Calls one of the schema's functions for a table.
async fn call(site: &Site, function: &'static str, table: &str) -> Result<(), sqlx::Error> {
    sqlx::query(function).bind(table).execute(&site.live).await?;
    Ok(())
}
