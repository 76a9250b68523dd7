//! States that are kept, to spare the reading of a stream's first events.

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
    /// How `state` is written; whoever does not know this version reads the events instead.
    pub version: u16,
    /// The state.
    pub state: Vec<u8>,
}
