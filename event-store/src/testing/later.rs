//! Consumers of a later release, with events that this release does not support.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use domain::event::EventType;
use sqlx::PgConnection;

use crate::consumer::{Consumer, ConsumerError};
use crate::event::{Decided, NewEvent, RecordedEvent};

/// A consumer of a release that writes `written` where this one writes `known`, with the same payload.
pub struct Later {
    consumer: Arc<dyn Consumer>,
    written: EventType,
    known: EventType,
}

impl Later {
    /// These consumers, of that release.
    pub fn all(
        consumers: Vec<Arc<dyn Consumer>>,
        later: EventType,
        known: EventType,
    ) -> Vec<Arc<dyn Consumer>> {
        let of_later =
            |consumer| -> Arc<dyn Consumer> { Arc::new(Self { consumer, written: later, known }) };
        consumers.into_iter().map(of_later).collect()
    }

    /// An event as that release writes it.
    pub fn written(event: NewEvent, later: EventType) -> NewEvent {
        NewEvent { event_type: later, decided: Decided::default(), ..event }
    }

    fn read(&self, event: &RecordedEvent) -> RecordedEvent {
        let mut read = event.clone();
        if read.event_type == self.written.name && read.schema_version == self.written.version {
            self.known.name.clone_into(&mut read.event_type);
            read.schema_version = self.known.version;
        }
        read
    }
}

#[async_trait]
impl Consumer for Later {
    fn name(&self) -> &'static str {
        self.consumer.name()
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        self.consumer.wants(&self.read(event))
    }

    fn acts_on(&self, event: &RecordedEvent) -> bool {
        self.consumer.acts_on(&self.read(event))
    }

    fn key<'e>(&self, event: &'e RecordedEvent) -> Cow<'e, str> {
        self.consumer.key(event)
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let read: Vec<RecordedEvent> = events.iter().map(|event| self.read(event)).collect();
        self.consumer.apply(tx, &read.iter().collect::<Vec<_>>()).await
    }
}
