//! What a command asks of the log, and what the log answers.

use std::collections::HashMap;

use domain::shared::{CommandId, TenantId};

use crate::error::Error;
use crate::event::NewEvent;
use crate::stream::{Position, Revision, StreamId};

/// SHA-256 of an operation and its canonical body: tells a retry from a reused command id.
pub type Fingerprint = [u8; 32];

/// A stream must stand at this revision; [`Revision::START`] means that it must not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The stream; it need not be one that is written to.
    pub stream: StreamId,
    /// Where it must stand.
    pub revision: Revision,
}

/// The outcome of one command, to be made durable at once or not at all.
///
/// Every stream that is written to is among `expected`, and the events of a stream are consecutive
/// from its expected revision on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Whose command it is; all streams are this tenant's.
    pub tenant: TenantId,
    /// The client's id of the command.
    pub command: CommandId,
    /// What the command asked for.
    pub fingerprint: Fingerprint,
    /// Where the streams must stand.
    pub expected: Vec<Expected>,
    /// What happened, in order; may be nothing.
    pub events: Vec<NewEvent>,
}

impl Append {
    /// Whether the parts fit together: one tenant, every written stream expected, no revision skipped.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let rejected = |reason: String| Err(Error::Rejected { reason });
        let mut next: HashMap<&StreamId, Revision> = HashMap::new();
        for Expected { stream, revision } in &self.expected {
            if stream.tenant() != self.tenant {
                return rejected(format!("{stream} belongs to another tenant"));
            }
            if next.insert(stream, *revision).is_some() {
                return rejected(format!("{stream} is expected twice"));
            }
        }
        for event in &self.events {
            let Some(last) = next.get_mut(&event.stream) else {
                return rejected(format!("{} is written without an expectation", event.stream));
            };
            if event.revision != last.plus(1) {
                return rejected(format!(
                    "{} skips from {last} to {}",
                    event.stream, event.revision
                ));
            }
            *last = event.revision;
        }
        Ok(())
    }
}

/// A command that the log accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The tenant's command id was accepted before; nothing was written.
    Duplicate(Earlier),
    /// A stream stands elsewhere; nothing was written.
    Conflict {
        /// The first such stream.
        stream: StreamId,
        /// Where it stands.
        actual: Revision,
    },
}
