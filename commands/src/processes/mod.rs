//! Processes: commands that follow from events.
//!
//! A process says, without looking at anything else, what is to be done after an event and when. Its
//! [`Planner`] is a consumer of the log like any other: it writes that down in the transaction that moves
//! its checkpoint. [`act`] sends what is due, under an id that follows from the event: so a command that
//! is sent twice, by another process, after a crash or when the log is read again, acts once.
//!
//! A planner is no [projection](event_store::consumer::Projection): rebuilding read models cannot run it.
//!
//! - [`when_reserved_then_release`]: reservations that nobody takes end in time

mod act;
mod planner;
mod timers;
pub mod when_reserved_then_release;

use chrono::{DateTime, Utc};
use domain::shared::{CommandId, EventId};
use event_store::RecordedEvent;
use event_store::consumer::ConsumerError;
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub use act::act;
pub use planner::Planner;
pub use when_reserved_then_release::WhenReservedThenRelease;

use crate::intent::Intent;

/// Which commands follow from which events. No clock, no ids, no I/O.
pub trait Process: Send + Sync + 'static {
    /// The name of its consumer and of whoever sends its commands, the same for ever.
    const NAME: &'static str;

    /// What it sends. Kept as JSON until it is due.
    type Command: Intent + Clone + DeserializeOwned;

    /// Whether events of this stored type matter to it.
    fn wants(event_type: &str) -> bool;

    /// What follows from an event.
    fn react(event: &RecordedEvent) -> Result<Vec<Reaction<Self::Command>>, ConsumerError>;
}

/// Something that follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction<C> {
    /// A command is to be sent. It replaces what was planned under the same key of the tenant.
    Plan {
        /// What it is about.
        key: Uuid,
        /// When; a moment of the past means at once.
        due_at: DateTime<Utc>,
        /// What.
        command: C,
    },
    /// Whatever was planned under a key is not to be sent any more.
    Drop {
        /// What it was about.
        key: Uuid,
    },
}

/// The id of the command that a process sends for an event.
pub fn command_id(process: &str, event: EventId) -> CommandId {
    CommandId::from_uuid(Uuid::new_v5(&event.uuid(), process.as_bytes()))
}
