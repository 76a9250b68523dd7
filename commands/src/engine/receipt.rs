//! The receipt of an accepted command: derived from its events, and so the same after a retry.

use domain::Decider;
use domain::event::{DecodeError, StoredEvent};
use event_store::{Decided, Position, RecordedEvent, Revision, StreamId};

use crate::engine::error::World;

/// An accepted command.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The last position of the command's events; a read model that has reached it shows them.
    pub position: Position,
    /// Whether the command was accepted by an earlier request.
    pub replayed: bool,
    events: Vec<Caused>,
}

/// An event of a receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact<E> {
    /// The id of its stream, without the category.
    pub id: String,
    /// Its revision in the stream.
    pub revision: Revision,
    /// What happened.
    pub event: E,
}

impl Receipt {
    pub(crate) const fn new(position: Position, events: Vec<Caused>, replayed: bool) -> Self {
        Self { position, replayed, events }
    }

    /// What happened to aggregates of one kind, in order.
    pub fn facts<D: Decider>(&self) -> Result<Vec<Fact<D::Event>>, World> {
        let of_kind = |caused: &&Caused| caused.stream.category() == D::CATEGORY;
        let fact = |caused: &Caused| {
            let event = caused.event::<D>()?;
            Ok(Fact { id: caused.stream.id().to_owned(), revision: caused.revision, event })
        };
        self.events.iter().filter(of_kind).map(fact).collect()
    }
}

/// An event of a command.
#[derive(Debug, Clone)]
pub(crate) struct Caused {
    stream: StreamId,
    revision: Revision,
    what: What,
}

/// The receipt of a command is the same whether its event was decided by this request or read back from the
/// log, since every event round-trips.
#[derive(Debug, Clone)]
enum What {
    /// The event as its aggregate has decided it.
    Decided(Decided),
    /// The event as the log has it.
    Stored { event_type: String, version: u16, payload: Vec<u8> },
}

impl Caused {
    /// An event as it was decided.
    pub(crate) const fn decided(stream: StreamId, revision: Revision, event: Decided) -> Self {
        Self { stream, revision, what: What::Decided(event) }
    }

    fn event<D: Decider>(&self) -> Result<D::Event, DecodeError> {
        match &self.what {
            What::Decided(event) => {
                let event = event.event::<D::Event>();
                Ok(event.expect("a category belongs to one kind of aggregate").clone())
            }
            What::Stored { event_type, version, payload } => {
                D::Event::decode(event_type, *version, payload)
            }
        }
    }
}

impl From<RecordedEvent> for Caused {
    fn from(event: RecordedEvent) -> Self {
        Self {
            stream: event.stream,
            revision: event.revision,
            what: What::Stored {
                event_type: event.event_type,
                version: event.schema_version,
                payload: event.payload,
            },
        }
    }
}
