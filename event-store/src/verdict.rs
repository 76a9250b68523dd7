//! What the log answers.

use crate::append::Fingerprint;
use crate::stream::{Position, Revision, StreamId};

/// A command that the log accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Committed {
    /// The position of its first event, or the head at that moment when it has none.
    pub first: Position,
    /// How many events it has, all consecutive from `first`.
    pub count: u32,
}

impl Committed {
    /// The position of the last event; reading models that reached it show the command's effect.
    pub const fn last(self) -> Position {
        match self.count {
            0 => self.first,
            count => self.first.plus(count as u64 - 1),
        }
    }
}

/// What the log remembers of a command that it accepted earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// What the command asked for then.
    pub fingerprint: Fingerprint,
    /// Its events.
    pub committed: Committed,
}

/// What the log answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The events are durable.
    Committed(Committed),
    /// The tenant's command id was accepted before, and what it wrote then stands. Nothing of this append
    /// was written unless it was accepted as this very append, whose first answer was lost.
    Duplicate(Earlier),
    /// A stream stands elsewhere; nothing was written.
    Conflict {
        /// The first such stream.
        stream: StreamId,
        /// Where it stands.
        actual: Revision,
    },
}
