//! What a caller gets for an accepted command: made from its events, and so the same after a retry.

use domain::Decider;
use domain::event::StoredEvent;
use event_store::{NewEvent, Position, RecordedEvent, Revision, StreamId};

use crate::error::World;

/// An accepted command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Where the command's effect ends in the log; a read model that got there shows it.
    pub position: Position,
    /// Whether the command was accepted by an earlier request.
    pub replayed: bool,
    events: Vec<Stored>,
}

/// An event of a receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact<E> {
    /// The id of its stream, without the category.
    pub id: String,
    /// Its place in the stream.
    pub revision: Revision,
    /// What happened.
    pub event: E,
}

impl Receipt {
    pub(crate) const fn new(position: Position, events: Vec<Stored>, replayed: bool) -> Self {
        Self { position, replayed, events }
    }

    /// What happened to aggregates of one kind, in order.
    pub fn facts<D: Decider>(&self) -> Result<Vec<Fact<D::Event>>, World> {
        let of_kind = |stored: &&Stored| stored.stream.category() == D::CATEGORY;
        let fact = |stored: &Stored| {
            let event = D::Event::decode(&stored.event_type, stored.version, &stored.payload)?;
            Ok(Fact { id: stored.stream.id().to_owned(), revision: stored.revision, event })
        };
        self.events.iter().filter(of_kind).map(fact).collect()
    }
}

/// What a receipt keeps of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    stream: StreamId,
    revision: Revision,
    event_type: String,
    version: u16,
    payload: Vec<u8>,
}

impl From<&NewEvent> for Stored {
    fn from(event: &NewEvent) -> Self {
        Self {
            stream: event.stream.clone(),
            revision: event.revision,
            event_type: event.event_type.name.to_owned(),
            version: event.event_type.version,
            payload: event.payload.clone(),
        }
    }
}

impl From<RecordedEvent> for Stored {
    fn from(event: RecordedEvent) -> Self {
        Self {
            stream: event.stream,
            revision: event.revision,
            event_type: event.event_type,
            version: event.schema_version,
            payload: event.payload,
        }
    }
}
