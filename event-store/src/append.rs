//! What a command asks of the log.

use std::sync::Arc;

use domain::shared::{CommandId, EventId, TenantId};

use crate::error::Error;
use crate::event::{Metadata, NewEvent, RecordedEvent};
use crate::hash::{Chain, Content, content_hash};
use crate::lane;
use crate::stream::{Position, Revision, StreamId};

/// SHA-256 of an operation and its canonical body: distinguishes a retry from a reused command id.
pub type Fingerprint = [u8; 32];

/// What an event takes in a batch besides its payload and its metadata.
const EVENT_BYTES: usize = 200;

/// A stream must have this revision; [`Revision::START`] means that it must not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The stream; it need not be one that is written to.
    pub stream: StreamId,
    /// The expected revision.
    pub revision: Revision,
    /// The event that must be at the expected revision. Another node may have brought the stream to the same
    /// revision with another event, so a command decided on a pending state names the event that the state
    /// ends with.
    pub last_event: Option<EventId>,
}

/// The outcome of one command, to be made durable at once or not at all.
///
/// It is whole from the start: whatever can be checked, encoded and hashed without the log was done
/// when it was made, so that [`EventStore::append`](crate::EventStore::append) has next to nothing
/// left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    tenant: TenantId,
    command: CommandId,
    fingerprint: Fingerprint,
    expected: Vec<Expected>,
    events: Vec<NewEvent>,
    encoded: Vec<Encoded>,
    size_bytes: usize,
}

/// What is stored of an event besides its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    /// JSON; events with the same metadata share the bytes.
    pub(crate) metadata: Arc<[u8]>,
    /// See [`hash`](crate::hash).
    pub(crate) content_hash: [u8; 32],
}

impl Append {
    /// The outcome of a tenant's command: the expected revisions of streams, and the events in order, if any.
    ///
    /// All streams are the tenant's, every stream that is written to is among `expected`, and its events are
    /// consecutive from its expected revision on.
    pub fn try_new(
        tenant: TenantId,
        command: CommandId,
        fingerprint: Fingerprint,
        expected: Vec<Expected>,
        events: Vec<NewEvent>,
    ) -> Result<Self, Error> {
        check(tenant, &expected, &events)?;
        let encoded = encode(&events)?;
        let sizes = events
            .iter()
            .zip(&encoded)
            .map(|(event, encoded)| EVENT_BYTES + event.payload.len() + encoded.metadata.len());
        let size_bytes = sizes.sum();
        Ok(Self { tenant, command, fingerprint, expected, events, encoded, size_bytes })
    }

    /// Whose command it is.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The client's id of the command.
    pub const fn command(&self) -> CommandId {
        self.command
    }

    /// What the command asked for.
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The expected revisions of the streams.
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// What happened.
    pub fn events(&self) -> &[NewEvent] {
        &self.events
    }

    /// What is stored of each event besides.
    #[cfg(feature = "postgres")]
    pub(crate) fn encoded(&self) -> &[Encoded] {
        &self.encoded
    }

    /// Its events as the log has them at these positions; `chain` is the tenant's before and after them.
    pub(crate) fn recorded(
        self,
        positions: impl Iterator<Item = Position>,
        chain: &mut Chain,
    ) -> impl Iterator<Item = RecordedEvent> {
        let lane = lane::of(self.tenant);
        let events = self.events.into_iter().zip(self.encoded).zip(positions);
        events.map(move |((event, Encoded { content_hash, .. }), position)| {
            chain.add(&content_hash);
            RecordedEvent {
                position,
                tenant_seq: chain.tenant_seq,
                lane,
                stream: event.stream,
                revision: event.revision,
                id: event.id,
                event_type: event.event_type.name.to_owned(),
                schema_version: event.event_type.version,
                payload: event.payload,
                decided: event.decided,
                metadata: event.metadata,
                business_date: event.business_date,
                occurred_at: event.occurred_at,
                recorded_at: event.recorded_at,
                content_hash,
                link: chain.link,
            }
        })
    }

    /// About how many bytes it has as a message to the log.
    #[cfg(feature = "postgres")]
    pub(crate) const fn size_bytes(&self) -> usize {
        self.size_bytes
    }
}

fn check(tenant: TenantId, expected: &[Expected], events: &[NewEvent]) -> Result<(), Error> {
    let rejected = |reason: String| Err(Error::Rejected { reason });
    // Few enough to be looked for one after another.
    let mut next: Vec<(&StreamId, Revision)> = Vec::with_capacity(expected.len());
    for Expected { stream, revision, .. } in expected {
        if stream.tenant() != tenant {
            return rejected(format!("{stream} belongs to another tenant"));
        }
        if next.iter().any(|(other, _)| *other == stream) {
            return rejected(format!("{stream} is expected twice"));
        }
        next.push((stream, *revision));
    }
    for event in events {
        let Some((_, last)) = next.iter_mut().find(|(stream, _)| **stream == event.stream) else {
            return rejected(format!("{} is written without an expectation", event.stream));
        };
        if event.revision != last.plus(1) {
            return rejected(format!("{} skips from {last} to {}", event.stream, event.revision));
        }
        *last = event.revision;
    }
    Ok(())
}

/// Encodes each distinct metadata once: mostly there is one for all events of a command.
fn encode(events: &[NewEvent]) -> Result<Vec<Encoded>, Error> {
    let mut distinct: Vec<(&Metadata, Arc<[u8]>)> = Vec::new();
    let mut encoded = Vec::with_capacity(events.len());
    for event in events {
        let known = distinct.iter().rev().find(|(metadata, _)| **metadata == event.metadata);
        let metadata = if let Some((_, bytes)) = known {
            Arc::clone(bytes)
        } else {
            let bytes: Arc<[u8]> = serde_json::to_vec(&event.metadata)
                .map_err(|error| Error::Rejected { reason: error.to_string() })?
                .into();
            distinct.push((&event.metadata, Arc::clone(&bytes)));
            bytes
        };
        let content_hash = content_hash(&Content {
            tenant: event.stream.tenant(),
            stream: event.stream.name(),
            revision: event.revision,
            id: event.id,
            event_type: event.event_type.name,
            schema_version: event.event_type.version,
            payload: &event.payload,
            metadata: &metadata,
            business_date: event.business_date,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
        });
        encoded.push(Encoded { metadata, content_hash });
    }
    Ok(encoded)
}
