//! What the log holds: the last word on what happened.

use std::collections::BTreeMap;

use domain::shared::{CommandId, IncarnationId, TenantId};
use event_store::{EventStore, Position, RecordedEvent};
use uuid::Uuid;

/// Every event, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Which life of the log.
    pub incarnation: IncarnationId,
    /// The events.
    pub events: Vec<RecordedEvent>,
}

impl Log {
    /// Reads everything; fails the test where positions or revisions have a gap.
    pub async fn read(store: &dyn EventStore) -> Self {
        let incarnation = store.head().await.expect("the log answers").incarnation;
        let mut events: Vec<RecordedEvent> = Vec::new();
        loop {
            let after = events.last().map_or(Position::START, |last| last.position);
            let page = store.read_all(after, 1_000).await.expect("the log answers");
            if page.is_empty() {
                break;
            }
            events.extend(page);
        }
        let log = Self { incarnation, events };
        log.assert_gapless();
        log
    }

    fn assert_gapless(&self) {
        let mut streams = BTreeMap::new();
        for (event, position) in self.events.iter().zip(1..) {
            assert_eq!(event.position.get(), position, "the log has a gap");
            let revision = streams.entry(&event.stream).or_insert(0);
            *revision += 1;
            assert_eq!(event.revision.get(), *revision, "{} has a gap", event.stream);
        }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events that a command caused.
    pub fn of_command(&self, key: Uuid) -> Vec<&RecordedEvent> {
        let id = CommandId::from_uuid(key);
        self.events.iter().filter(|event| event.metadata.command == id).collect()
    }

    /// The events of one aggregate.
    pub fn of_stream(&self, name: &str) -> Vec<&RecordedEvent> {
        self.events.iter().filter(|event| event.stream.name() == name).collect()
    }

    /// How many events are of this type.
    pub fn count(&self, event_type: &str) -> usize {
        self.events.iter().filter(|event| event.event_type == event_type).count()
    }

    /// The events of one company.
    pub fn of_tenant(&self, tenant: TenantId) -> Vec<&RecordedEvent> {
        self.events.iter().filter(|event| event.stream.tenant() == tenant).collect()
    }
}
