//! What the log answers.

use crate::append::Fingerprint;
use crate::stream::{Position, Revision, StreamId};

/// A command that the log accepted.
///
/// Its events rise from `first` to `last`; between them there may be numbers without an event, and events of
/// other commands. [`EventStore::events_of`](crate::EventStore::events_of) returns those of the command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Committed {
    /// The position of its first event, or the head at that moment when it has none.
    pub first: Position,
    /// The position of its last event, or that head; reading models that reached it show the command's
    /// effect.
    pub last: Position,
    /// How many events it has.
    pub count: u32,
}

impl Committed {
    /// A command without events, when the log ended at `head`.
    pub const fn nothing_at(head: Position) -> Self {
        Self { first: head, last: head, count: 0 }
    }

    /// Whether certainly no event of another command lies between its first and its last one: there are
    /// no more numbers than it has events.
    pub const fn is_contiguous(self) -> bool {
        self.last.get() - self.first.get() < self.count as u64
    }
}

/// The log's record of a command that it accepted earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// What the command asked for then.
    pub fingerprint: Fingerprint,
    /// Where its events are.
    pub committed: Committed,
}

/// What the log answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The events are durable.
    Committed(Committed),
    /// The tenant's command id was accepted before. Nothing of this append was written, unless this very
    /// append was accepted then and its first answer was lost.
    Duplicate(Earlier),
    /// A stream has another revision; nothing was written.
    Conflict {
        /// The first such stream.
        stream: StreamId,
        /// Its current revision.
        actual: Revision,
    },
}
