//! What is written to the log and what is read back.

use chrono::{DateTime, NaiveDate, Utc};
use domain::event::{DecodeError, EventType, StoredEvent};
use domain::shared::{BranchId, CommandId, CorrelationId, DeviceId, EventId, UserId};
use serde::{Deserialize, Serialize};

use crate::stream::{Position, Revision, StreamId};

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person who signed in.
    User(UserId),
    /// FastOps itself, for this reason.
    System(String),
}

/// What is known about an event apart from what happened. No personal data: people are ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Who caused it.
    pub actor: Actor,
    /// The branch it happened in, where it happened in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BranchId>,
    /// The till or tablet it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The command that decided it.
    pub command: CommandId,
    /// The request that everything belongs to.
    pub correlation: CorrelationId,
    /// The event that made FastOps send the command, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<EventId>,
    /// The W3C trace context of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// An event about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Where it goes.
    pub stream: StreamId,
    /// Its place in the stream: one more than the event before it.
    pub revision: Revision,
    /// Its id, version 7.
    pub id: EventId,
    /// Its stored name and version.
    pub event_type: EventType,
    /// JSON, kept as these bytes.
    pub payload: Vec<u8>,
    /// Shared by all events of a command.
    pub metadata: Metadata,
    /// The day it counts for; none where no branch is concerned.
    pub business_date: Option<NaiveDate>,
    /// When it happened, as the client says. Microseconds.
    pub occurred_at: DateTime<Utc>,
    /// When the server heard of it. Microseconds.
    pub recorded_at: DateTime<Utc>,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the log.
    pub position: Position,
    /// Its place among the events of its tenant, from 1 without gaps.
    pub tenant_seq: u64,
    /// The lane its tenant's events are consumed in.
    pub lane: u16,
    /// Where it stands.
    pub stream: StreamId,
    /// Its place in the stream.
    pub revision: Revision,
    /// Its id.
    pub id: EventId,
    /// Its stored name, `order.placed`.
    pub event_type: String,
    /// The version its payload was written in.
    pub schema_version: u16,
    /// JSON, the bytes that were written.
    pub payload: Vec<u8>,
    /// Shared by all events of a command.
    pub metadata: Metadata,
    /// The day it counts for; none where no branch is concerned.
    pub business_date: Option<NaiveDate>,
    /// When it happened, as the client says.
    pub occurred_at: DateTime<Utc>,
    /// When the server heard of it.
    pub recorded_at: DateTime<Utc>,
    /// SHA-256 over what was written, see [`hash`](crate::hash).
    pub content_hash: [u8; 32],
    /// The tenant's chain up to this event, see [`hash`](crate::hash).
    pub link: [u8; 32],
}

impl RecordedEvent {
    /// Reads the payload as an event of `E`, through upcasters where it is of an older version.
    pub fn decode<E: StoredEvent>(&self) -> Result<E, DecodeError> {
        E::decode(&self.event_type, self.schema_version, &self.payload)
    }
}
