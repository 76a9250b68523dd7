//! Appends to write: whatever is not given follows from the command's number.

use chrono::{DateTime, Utc};
use domain::claim::{Claim, ClaimId, Event, Named, Released, Taken};
use domain::event::StoredEvent;
use domain::shared::{CommandId, CorrelationId, EventId, Name, TenantId};
use uuid::Uuid;

use crate::append::{Append, Expected};
use crate::event::{Actor, Decided, Metadata, NewEvent};
use crate::stream::{Revision, StreamId};

/// A company.
pub const ANA: TenantId = TenantId::from_uuid(Uuid::from_u128(0xA));
/// Another company.
pub const LUIS: TenantId = TenantId::from_uuid(Uuid::from_u128(0xB));

/// The stream with this key, a name.
pub fn stream(tenant: TenantId, key: &str) -> StreamId {
    let name = Name::parse(key).expect("the tests' keys are names");
    StreamId::of::<Claim>(tenant, &ClaimId::of_name(Named::Product, &name))
}

/// The id of the command with this number.
pub fn command(n: u128) -> CommandId {
    CommandId::from_uuid(Uuid::from_u128(n))
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_773_500_000_123_456).expect("a moment in 2026")
}

/// An append of `n_events` events to each stream at its revision; ids follow from the command.
pub fn append(tenant: TenantId, id: u128, streams: &[(&str, u64, u64)]) -> Append {
    let mut events = Vec::new();
    for (key, revision, n_events) in streams {
        for n in 1..=*n_events {
            events.push(event(&stream(tenant, key), revision + n, id, events.len() as u128));
        }
    }
    let expected = streams.iter().map(|(key, revision, _)| Expected {
        stream: stream(tenant, key),
        revision: Revision::new(*revision),
        last_event: None,
    });
    let fingerprint = [u8::try_from(id % 256).expect("a byte"); 32];
    Append::try_new(tenant, command(id), fingerprint, expected.collect(), events)
        .expect("the tests' appends fit together")
}

/// The event of the stream at this revision, the `n`th of the command `id`.
pub fn event(stream: &StreamId, revision: u64, id: u128, n: u128) -> NewEvent {
    let holder = Uuid::from_u128(id);
    let event: Event =
        if revision % 2 == 1 { Taken { holder }.into() } else { Released { holder }.into() };
    NewEvent {
        stream: stream.clone(),
        revision: Revision::new(revision),
        id: EventId::from_uuid(Uuid::from_u128(id * 1_000 + n)),
        event_type: event.event_type(),
        payload: event.encode(),
        decided: Decided::default(),
        metadata: Metadata {
            actor: Actor::System("conformance".to_owned()),
            branch: None,
            device: None,
            command: command(id),
            correlation: CorrelationId::from_uuid(Uuid::from_u128(id)),
            causation: None,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        },
        business_date: Some(at().date_naive()),
        occurred_at: at(),
        recorded_at: at() + chrono::TimeDelta::seconds(1),
    }
}
