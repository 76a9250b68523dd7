//! States that are kept, to spare the reading of a stream's first events.

use domain::shared::EventId;

use crate::stream::{Revision, StreamId};

/// What a stream's events came to at a revision.
///
/// A cache: deleting all of them changes nothing but the time that a first reading takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose state it is.
    pub stream: StreamId,
    /// The revision of the last event in it.
    pub revision: Revision,
    /// That event: a log that lacks it is not the one that the state was made from.
    pub last_event: EventId,
    /// The version of the encoding of `state`; a reader that does not support it reads the events instead.
    pub version: u16,
    /// The state.
    pub state: Vec<u8>,
}
