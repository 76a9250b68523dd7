//! The stored checkpoints of one consumer, and the epoch under which a run holds them.

use domain::shared::IncarnationId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ConsumerError, LANES, Stopped};
use crate::event::RecordedEvent;
use crate::store::Head;
use crate::stream::Position;

/// One lane of a consumer, as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct Lane {
    #[sqlx(rename = "lane")]
    number: i16,
    incarnation: Uuid,
    epoch: i64,
    position: i64,
}

#[derive(sqlx::FromRow)]
struct Locked {
    #[sqlx(flatten)]
    lane: Lane,
    has_parked: bool,
}

/// All lanes of a consumer, as a run holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lanes(Vec<Lane>);

impl Lanes {
    /// Makes all lanes of `consumer` this run's, so that no earlier run can move them any more.
    ///
    /// Waits for a page that an earlier run is just committing.
    pub(super) async fn claim(
        tx: &mut PgConnection,
        consumer: &str,
        log: IncarnationId,
    ) -> Result<Self, sqlx::Error> {
        sqlx::query(
            "INSERT INTO checkpoints (consumer, lane, incarnation, epoch, position)
             SELECT $1, lane, $2, 1, 0 FROM generate_series(0, $3 - 1) AS lane
             ON CONFLICT (consumer, lane)
             DO UPDATE SET epoch = checkpoints.epoch + 1, updated_at = now()",
        )
        .bind(consumer)
        .bind(log.uuid())
        .bind(i32::from(LANES))
        .execute(&mut *tx)
        .await?;
        Self::lock(tx, consumer).await
    }

    /// Reads the lanes and keeps everybody else from moving or claiming them until `tx` ends.
    pub(super) async fn lock(tx: &mut PgConnection, consumer: &str) -> Result<Self, sqlx::Error> {
        sqlx::query_as(
            "SELECT lane, incarnation, epoch, position
             FROM checkpoints
             WHERE consumer = $1
             ORDER BY lane
             FOR UPDATE",
        )
        .bind(consumer)
        .fetch_all(tx)
        .await
        .map(Self)
    }

    /// Like [`lock`](Self::lock); says besides whether the consumer has parked anything.
    ///
    /// What it says may be from before the lock was free. Nobody but the run that holds the lanes
    /// parks, so a no is true all the same, and a yes only makes the caller look.
    pub(super) async fn lock_to_write(
        tx: &mut PgConnection,
        consumer: &str,
    ) -> Result<(Self, bool), sqlx::Error> {
        let rows: Vec<Locked> = sqlx::query_as(
            "SELECT lane, incarnation, epoch, position,
                 EXISTS (SELECT FROM consumer_parked WHERE consumer = $1) AS has_parked
             FROM checkpoints
             WHERE consumer = $1
             ORDER BY lane
             FOR UPDATE OF checkpoints",
        )
        .bind(consumer)
        .fetch_all(tx)
        .await?;
        let has_parked = rows.iter().any(|row| row.has_parked);
        Ok((Self(rows.into_iter().map(|row| row.lane).collect()), has_parked))
    }

    /// Moves every lane that is before `position` up to it. The lanes must be locked.
    pub(super) async fn advance(
        &mut self,
        tx: &mut PgConnection,
        consumer: &str,
        position: Position,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE checkpoints
             SET position = GREATEST(position, $2), updated_at = now()
             WHERE consumer = $1",
        )
        .bind(consumer)
        .bind(position.to_i64())
        .execute(tx)
        .await?;
        for lane in &mut self.0 {
            lane.position = lane.position.max(position.to_i64());
        }
        Ok(())
    }

    /// The run that holds these lanes.
    pub(super) fn epoch(&self) -> i64 {
        self.0.iter().map(|lane| lane.epoch).max().unwrap_or_default()
    }

    /// Where reading goes on: every lane has seen everything up to here.
    pub(super) fn lowest(&self) -> Position {
        Position::from_i64(self.0.iter().map(|lane| lane.position).min().unwrap_or_default())
    }

    /// Whether nothing of the log has been seen.
    pub(super) fn are_at_start(&self) -> bool {
        self.0.iter().all(|lane| Position::from_i64(lane.position) == Position::START)
    }

    /// Whether the event's lane is still before it.
    pub(super) fn awaits(&self, event: &RecordedEvent) -> Result<bool, ConsumerError> {
        let lane = self.0.iter().find(|lane| u16::try_from(lane.number) == Ok(event.lane));
        match lane {
            Some(lane) => Ok(lane.position < event.position.to_i64()),
            None => Err(ConsumerError::Misfit {
                position: event.position,
                reason: format!("there is no lane {}", event.lane),
            }),
        }
    }

    /// Whether this log is the one that the lanes were read from.
    pub(super) fn check(&self, log: Head) -> Result<(), Stopped> {
        for lane in &self.0 {
            let checkpoints = IncarnationId::from_uuid(lane.incarnation);
            if checkpoints != log.incarnation {
                return Err(Stopped::AnotherLog { checkpoints, log: log.incarnation });
            }
            let checkpoint = Position::from_i64(lane.position);
            if checkpoint > log.position {
                return Err(Stopped::AheadOfLog { checkpoint, head: log.position });
            }
        }
        Ok(())
    }
}
