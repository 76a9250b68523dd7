//! Parked events, and what is decided about them.

use chrono::{DateTime, Utc};
use domain::shared::{CommandId, TenantId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use super::{ConsumerError, Stopped};
use crate::error::Error;
use crate::event::Actor;
use crate::stream::Position;

/// An event that waits for an operator, or for an earlier event of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    /// The tenant of the event.
    pub tenant: TenantId,
    /// Which consumer has not applied it.
    pub consumer: String,
    /// Its position in the log.
    pub position: Position,
    /// The key of the events that wait with it.
    pub key: String,
    /// Its stored name.
    pub event_type: String,
    /// Why it could not be applied; none where it waits for an earlier event of its key.
    pub reason: Option<String>,
    /// How often it was tried.
    pub attempts: u64,
    /// When the log received it: the read model shows the state of the key before that.
    pub recorded_at: DateTime<Utc>,
    /// When it was parked.
    pub parked_at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for ParkedEvent {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            tenant: TenantId::from_uuid(row.try_get("tenant_id")?),
            consumer: row.try_get("consumer")?,
            position: Position::from_i64(row.try_get("position")?),
            key: row.try_get("key")?,
            event_type: row.try_get("event_type")?,
            reason: row.try_get("reason")?,
            attempts: row.try_get::<i64, _>("attempts")?.cast_unsigned(),
            recorded_at: row.try_get("recorded_at")?,
            parked_at: row.try_get("parked_at")?,
        })
    }
}

/// Selects parked events: those that match all given criteria.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParkedFilter {
    /// Those of one company.
    pub tenant: Option<TenantId>,
    /// Those of one consumer.
    pub consumer: Option<String>,
    /// Those of one key.
    pub key: Option<String>,
}

/// A key under which events wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedKey {
    /// The tenant of the events.
    pub tenant: TenantId,
    /// Which consumer has parked them.
    pub consumer: String,
    /// The key.
    pub key: String,
}

/// Who decides about parked events of which company, and the id of the request.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The tenant of the events.
    pub tenant: TenantId,
    /// The same id acts once.
    pub command: CommandId,
    /// Who decides.
    pub actor: Actor,
}

/// Retries every parked event of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Which consumer has parked it.
    pub consumer: String,
    /// The key.
    pub key: String,
}

/// Discards one event for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// Which consumer has parked it.
    pub consumer: String,
    /// The event.
    pub position: Position,
    /// Why it may be discarded.
    pub reason: String,
}

/// The outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// How many events wait no longer.
    pub n_events: u64,
    /// Whether an earlier request with this id had this outcome.
    pub earlier: bool,
}

/// Why a decision has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum ParkingError {
    /// The company has nothing parked there.
    #[error("nothing is parked there")]
    NotParked,
    /// An event still cannot be applied; it and everything behind it stay parked.
    #[error("the event at {position} still cannot be applied: {reason}")]
    StillFails {
        /// The event.
        position: Position,
        /// Why it cannot.
        reason: String,
    },
    /// The id was used for another decision.
    #[error("the id was used for another decision")]
    IdReused,
    /// The consumer's tables belong to another log.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// It could not be tried.
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
}

impl From<sqlx::Error> for ParkingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Consumer(error.into())
    }
}

impl From<Error> for ParkingError {
    fn from(error: Error) -> Self {
        Self::Consumer(error.into())
    }
}
