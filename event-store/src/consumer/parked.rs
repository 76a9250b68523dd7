//! Parked events, and what is decided about them.

use chrono::{DateTime, Utc};
use domain::shared::{CommandId, TenantId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use super::{ConsumerError, Stopped};
use crate::error::Error;
use crate::event::Actor;
use crate::stream::Position;

/// An event that waits for a person, or for an earlier event of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    /// Whose event it is.
    pub tenant: TenantId,
    /// Which consumer has not applied it.
    pub consumer: String,
    /// Its place in the log.
    pub position: Position,
    /// What waits with it.
    pub key: String,
    /// Its stored name.
    pub event_type: String,
    /// Why it could not be applied; nothing where it waits for an earlier event of its key.
    pub reason: Option<String>,
    /// How often it was tried.
    pub attempts: u64,
    /// When the log heard of it: what the read model shows of the key is as it was before.
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

/// Which parked events are meant: those that fit everything that is said.
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
    /// Whose events they are.
    pub tenant: TenantId,
    /// Which consumer has parked them.
    pub consumer: String,
    /// The key.
    pub key: String,
}

/// Who decides about parked events of which company, under the id of the request.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Whose events they are.
    pub tenant: TenantId,
    /// The same id acts once.
    pub command: CommandId,
    /// Who decides.
    pub actor: Actor,
}

/// Everything that waits under one key is to be tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Which consumer has parked it.
    pub consumer: String,
    /// The key.
    pub key: String,
}

/// One event is to be passed over for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// Which consumer has parked it.
    pub consumer: String,
    /// The event.
    pub position: Position,
    /// Why it may be passed over.
    pub reason: String,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// How many events wait no longer.
    pub n_events: u64,
    /// Whether an earlier request with this id did it.
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
