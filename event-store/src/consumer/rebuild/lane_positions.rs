//! The positions of rows in the log, lane by lane.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::consumer::ConsumerError;
use crate::event::RecordedEvent;
use crate::lane::LANES;
use crate::store::Head;
use crate::stream::Position;

/// Each lane contains everything up to its position, and nothing after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LanePositions(BTreeMap<u16, Position>);

impl LanePositions {
    /// All lanes at one position.
    pub(super) fn at(position: Position) -> Self {
        Self((0..LANES).map(|lane| (lane, position)).collect())
    }

    /// The positions of a live consumer, as its transaction sees them; none if it never ran or if its
    /// checkpoints do not belong to this log.
    pub(super) async fn of_live(
        tx: &mut PgConnection,
        consumer: &str,
        log: Head,
    ) -> Result<Option<Self>, sqlx::Error> {
        let lanes = sqlx::query_as(
            "SELECT lane, incarnation, position FROM checkpoints WHERE consumer = $1 ORDER BY lane",
        );
        Ok(Self::within(&lanes.bind(consumer).fetch_all(tx).await?, log))
    }

    /// The same, locked until `tx` ends.
    pub(super) async fn lock_live(
        tx: &mut PgConnection,
        consumer: &str,
        log: Head,
    ) -> Result<Option<Self>, sqlx::Error> {
        let lanes = sqlx::query_as(
            "SELECT lane, incarnation, position
             FROM checkpoints
             WHERE consumer = $1
             ORDER BY lane
             FOR UPDATE",
        );
        Ok(Self::within(&lanes.bind(consumer).fetch_all(tx).await?, log))
    }

    fn within(lanes: &[(i16, Uuid, i64)], log: Head) -> Option<Self> {
        let is_of_log = |(_, incarnation, position): &(i16, Uuid, i64)| {
            *incarnation == log.incarnation.uuid() && *position <= log.position.to_i64()
        };
        let place = |(lane, _, position): &(i16, Uuid, i64)| {
            (lane.cast_unsigned(), Position::from_i64(*position))
        };
        let is_here = !lanes.is_empty() && lanes.iter().all(is_of_log);
        is_here.then(|| Self(lanes.iter().map(place).collect()))
    }

    pub(super) fn lowest(&self) -> Position {
        self.0.values().min().copied().unwrap_or_default()
    }

    pub(super) fn highest(&self) -> Position {
        self.0.values().max().copied().unwrap_or_default()
    }

    /// Whether they include an event.
    pub(super) fn includes(&self, event: &RecordedEvent) -> Result<bool, ConsumerError> {
        let lane = self.0.get(&event.lane).ok_or_else(|| ConsumerError::Misfit {
            position: event.position,
            reason: format!("there is no lane {}", event.lane),
        })?;
        Ok(event.position <= *lane)
    }
}
