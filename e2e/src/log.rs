//! The events in the log: the final record of what happened.

use std::collections::BTreeMap;

use domain::shared::{CommandId, IncarnationId, TenantId};
use event_store::{EventStore, Position, RecordedEvent, Revision, StreamId};
use uuid::Uuid;

/// How many streams one read requests.
const STREAMS: usize = 500;

/// A stream and its events.
type Stream<'a> = (&'a StreamId, Vec<&'a RecordedEvent>);

/// All events in the order of their positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// The incarnation of the log.
    pub incarnation: IncarnationId,
    /// The events.
    pub events: Vec<RecordedEvent>,
}

impl Log {
    /// Reads all events; fails the test if positions or revisions have a gap, or if a stream read
    /// by itself differs.
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
        let streams = log.assert_gapless();
        for of_tenant in streams.chunk_by(|one, other| one.0.tenant() == other.0.tenant()) {
            for some in of_tenant.chunks(STREAMS) {
                assert_read_alike(store, log.events.len(), some).await;
            }
        }
        log
    }

    /// Its streams in the order of their tenants.
    fn assert_gapless(&self) -> Vec<Stream<'_>> {
        let mut streams: BTreeMap<&StreamId, Vec<&RecordedEvent>> = BTreeMap::new();
        for (event, position) in self.events.iter().zip(1..) {
            assert_eq!(event.position.get(), position, "the log has a gap");
            let events = streams.entry(&event.stream).or_default();
            events.push(event);
            let revision = u64::try_from(events.len()).expect("the number fits");
            assert_eq!(event.revision.get(), revision, "{} has a gap", event.stream);
        }
        streams.into_iter().collect()
    }

    /// The number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events that a command appended.
    pub fn of_command(&self, key: Uuid) -> Vec<&RecordedEvent> {
        let id = CommandId::from_uuid(key);
        self.events.iter().filter(|event| event.metadata.command == id).collect()
    }

    /// The events of one stream.
    pub fn of_stream(&self, name: &str) -> Vec<&RecordedEvent> {
        self.events.iter().filter(|event| event.stream.name() == name).collect()
    }

    /// The number of events of this type.
    pub fn count(&self, event_type: &str) -> usize {
        self.events.iter().filter(|event| event.event_type == event_type).count()
    }

    /// The events of one company.
    pub fn of_tenant(&self, tenant: TenantId) -> Vec<&RecordedEvent> {
        self.events.iter().filter(|event| event.stream.tenant() == tenant).collect()
    }
}

/// Fails the test if streams of one tenant, read by themselves, differ from the first `n_events` of the log:
/// later ones may have been appended since those were read.
async fn assert_read_alike(store: &dyn EventStore, n_events: usize, streams: &[Stream<'_>]) {
    let tails: Vec<_> =
        streams.iter().map(|(stream, _)| ((*stream).clone(), Revision::START)).collect();
    let read = store.read_streams(tails[0].0.tenant(), &tails).await.expect("the log answers");
    for ((stream, events), read) in streams.iter().zip(read) {
        let read = read.iter().take_while(|event| event.position.get() <= n_events as u64);
        assert!(read.eq(events.iter().copied()), "{stream} differs from the log");
    }
}
