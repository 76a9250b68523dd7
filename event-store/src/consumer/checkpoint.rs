//! The stored checkpoints of one consumer, and the epoch under which a run holds them.

use domain::shared::{IncarnationId, TenantId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ConsumerError, Stopped};
use crate::event::RecordedEvent;
use crate::lane;
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

impl Lane {
    const fn number(&self) -> u16 {
        self.number.cast_unsigned()
    }
}

/// The lanes of a consumer that a run holds, usually all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lanes(Vec<Lane>);

/// The positions that lanes have reached.
pub(crate) type Reached = Vec<(u16, Position)>;

impl Lanes {
    /// Claims lanes of `consumer` for this run, so that no earlier run can move them any more.
    ///
    /// Waits for a page that an earlier run is just committing.
    pub(super) async fn claim(
        tx: &mut PgConnection,
        consumer: &str,
        log: IncarnationId,
        numbers: &[u16],
    ) -> Result<Self, sqlx::Error> {
        let claimed = sqlx::query_as(
            "INSERT INTO checkpoints (consumer, lane, incarnation, epoch, position)
             SELECT $1, lane, $2, 1, 0 FROM UNNEST($3::smallint[]) AS lane ORDER BY lane
             ON CONFLICT (consumer, lane)
             DO UPDATE SET epoch = checkpoints.epoch + 1, updated_at = now()
             RETURNING lane, incarnation, epoch, position",
        )
        .bind(consumer)
        .bind(log.uuid())
        .bind(numbers.iter().map(|number| number.cast_signed()).collect::<Vec<_>>())
        .fetch_all(tx)
        .await?;
        Ok(Self(claimed))
    }

    /// Reads all lanes and keeps other runs from moving or claiming them until `tx` ends.
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

    /// These lanes after they have `reached` further positions.
    pub(super) fn with(&self, reached: &[(u16, Position)]) -> Self {
        let mut moved = self.clone();
        for (number, position) in reached {
            if let Some(lane) = moved.0.iter_mut().find(|lane| lane.number() == *number) {
                lane.position = lane.position.max(position.to_i64());
            }
        }
        moved
    }

    /// Locks these lanes as [`lock`](Self::lock) does, and moves them to `moved` if they are stored as they
    /// are here. Returns the stored lanes, and whether the consumer has parked anything: only the run that
    /// holds a lane parks its events, so a no holds until `tx` ends.
    pub(super) async fn move_to(
        &self,
        moved: &Self,
        tx: &mut PgConnection,
        consumer: &str,
    ) -> Result<(Self, bool), sqlx::Error> {
        let positions = |lanes: &Self| lanes.0.iter().map(|lane| lane.position).collect::<Vec<_>>();
        let rows: Vec<Locked> =
            sqlx::query_as("SELECT * FROM checkpoints_move($1, $2, $3, $4, $5, $6)")
                .bind(consumer)
                .bind(self.numbers())
                .bind(self.0.iter().map(|lane| lane.incarnation).collect::<Vec<_>>())
                .bind(self.0.iter().map(|lane| lane.epoch).collect::<Vec<_>>())
                .bind(positions(self))
                .bind(positions(moved))
                .fetch_all(tx)
                .await?;
        let has_parked = rows.iter().any(|row| row.has_parked);
        Ok((Self(rows.into_iter().map(|row| row.lane).collect()), has_parked))
    }

    /// The position of a lane, if it is one of these.
    pub(crate) fn position(&self, number: u16) -> Option<Position> {
        let lane = self.0.iter().find(|lane| lane.number() == number)?;
        Some(Position::from_i64(lane.position))
    }

    /// The numbers of the lanes.
    fn numbers(&self) -> Vec<i16> {
        self.0.iter().map(|lane| lane.number).collect()
    }

    /// The position of a tenant's lane, if it is one of these.
    pub(super) fn position_of(&self, tenant: TenantId) -> Option<Position> {
        self.position(lane::of(tenant))
    }

    /// Whether any of them is at the start of the log.
    pub(super) fn has_one_at_start(&self) -> bool {
        self.lowest() == Position::START
    }

    /// The newest of the epochs under which the lanes were claimed.
    pub(super) fn epoch(&self) -> i64 {
        self.0.iter().map(|lane| lane.epoch).max().unwrap_or_default()
    }

    /// Whether another run has claimed one of these lanes since; `stored` is what is stored of them.
    pub(super) fn check_epochs(&self, stored: &Self) -> Result<(), Stopped> {
        for lane in &stored.0 {
            let held = self.0.iter().find(|held| held.number == lane.number);
            if held.is_none_or(|held| held.epoch != lane.epoch) {
                return Err(Stopped::Superseded { epoch: lane.epoch });
            }
        }
        Ok(())
    }

    /// The position from which to read: every lane has seen everything up to it.
    pub(crate) fn lowest(&self) -> Position {
        Position::from_i64(self.0.iter().map(|lane| lane.position).min().unwrap_or_default())
    }

    /// Whether the event's lane has not reached it.
    pub(super) fn awaits(&self, event: &RecordedEvent) -> Result<bool, ConsumerError> {
        match self.position(event.lane) {
            Some(position) => Ok(position < event.position),
            None => Err(ConsumerError::Misfit {
                position: event.position,
                reason: format!("there is no lane {}", event.lane),
            }),
        }
    }

    /// Whether this log is the one that the lanes were read from.
    pub(crate) fn check(&self, log: Head) -> Result<(), Stopped> {
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
