//! What is written to the log and what is read back.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

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

/// The decoded event, where the process that decided it still holds it: readers in that process need not
/// parse its JSON. It contains exactly what the payload contains.
#[derive(Clone, Default)]
pub struct Decided(Option<Arc<dyn Any + Send + Sync>>);

impl Decided {
    /// An event and nothing but the payload's.
    pub fn new<E: StoredEvent>(event: Arc<E>) -> Self {
        Self(Some(event))
    }

    /// The event, if it is known and is one of `E`.
    pub fn event<E: StoredEvent>(&self) -> Option<&E> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Decided" } else { "Unknown" })
    }
}

/// An event is the same, known or not.
impl PartialEq for Decided {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Decided {}

/// An event about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Where it goes.
    pub stream: StreamId,
    /// Its revision: one more than that of the event before it in the stream.
    pub revision: Revision,
    /// Its id, version 7.
    pub id: EventId,
    /// Its stored name and version.
    pub event_type: EventType,
    /// JSON, kept as these bytes.
    pub payload: Vec<u8>,
    /// The decoded event, if readers of this process may use it.
    pub decided: Decided,
    /// Shared by all events of a command.
    pub metadata: Metadata,
    /// The day it counts for; none where no branch is concerned.
    pub business_date: Option<NaiveDate>,
    /// When it happened, as the client reports. Microseconds.
    pub occurred_at: DateTime<Utc>,
    /// When the server received it. Microseconds.
    pub recorded_at: DateTime<Utc>,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its position in the log.
    pub position: Position,
    /// Its number among the events of its tenant, from 1 without gaps.
    pub tenant_seq: u64,
    /// The [lane](crate::lane) its tenant's events are consumed in.
    pub lane: u16,
    /// Its position in the log.
    pub stream: StreamId,
    /// Its revision in the stream.
    pub revision: Revision,
    /// Its id.
    pub id: EventId,
    /// Its stored name, `order.placed`.
    pub event_type: String,
    /// The version its payload was written in.
    pub schema_version: u16,
    /// JSON, the bytes that were written.
    pub payload: Vec<u8>,
    /// The same as it was decided, if that was in this process and lately.
    pub decided: Decided,
    /// Shared by all events of a command.
    pub metadata: Metadata,
    /// The day it counts for; none where no branch is concerned.
    pub business_date: Option<NaiveDate>,
    /// When it happened, as the client reports.
    pub occurred_at: DateTime<Utc>,
    /// When the server received it.
    pub recorded_at: DateTime<Utc>,
    /// SHA-256 over what was written, see [`hash`](crate::hash).
    pub content_hash: [u8; 32],
    /// The tenant's chain up to this event, see [`hash`](crate::hash).
    pub link: [u8; 32],
}

impl RecordedEvent {
    /// Whether this release can read the payload as an event of `E`, by its type and version.
    pub fn is_known<E: StoredEvent>(&self) -> bool {
        E::can_decode(&self.event_type, self.schema_version)
    }

    /// Reads the payload as an event of `E`, through upcasters where it is of an older version.
    pub fn decode<E: StoredEvent>(&self) -> Result<E, DecodeError> {
        let read = || E::decode(&self.event_type, self.schema_version, &self.payload);
        let Some(decided) = self.decided.event::<E>() else { return read() };
        debug_assert!(
            read().is_ok_and(|read| read == *decided),
            "{} at {} is not what was decided",
            self.event_type,
            self.position
        );
        Ok(decided.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use domain::claim::{Event, Released};
    use domain::orders::order;

    use super::*;
    use crate::hash::Chain;
    use crate::testing::appends::{ANA, append};

    fn taken(decided: Decided) -> RecordedEvent {
        let append = append(ANA, 1, &[("arepa", 0, 1)]);
        let event = append.recorded([Position::new(1)].into_iter(), &mut { Chain::START }).next();
        RecordedEvent { decided, ..event.expect("one event") }
    }

    #[test]
    fn an_event_is_the_same_whether_it_is_read_or_known() {
        let read = taken(Decided::default());
        let event: Event = read.decode().unwrap();
        let known = taken(Decided::new(Arc::new(event.clone())));
        assert_eq!(known.decode::<Event>().unwrap(), event);
        assert_eq!(known, read);
    }

    #[test]
    fn what_is_known_is_not_taken_for_an_event_of_another_kind() {
        let known =
            taken(Decided::new(Arc::new(taken(Decided::default()).decode::<Event>().unwrap())));
        assert!(known.decode::<order::Event>().is_err());
    }

    #[test]
    fn builds_with_assertions_notice_something_else_than_the_payload_says() {
        let holder = uuid::Uuid::nil();
        let other = taken(Decided::new(Arc::new(Event::from(Released { holder }))));
        let read = catch_unwind(AssertUnwindSafe(|| other.decode::<Event>()));
        assert_eq!(read.is_err(), cfg!(debug_assertions));
    }
}
