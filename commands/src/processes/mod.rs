//! Processes: commands that follow from events.
//!
//! A process returns, from an event alone, which command follows and when it is due. Its
//! [`planner`] is a consumer of the log: it stores the command in the transaction that advances its
//! checkpoint. [`act`](act()) sends due commands under an id that is derived from the event, so
//! that a command has one effect even if it is sent twice: by another instance, after a crash, or
//! when the log is read again.
//!
//! A planner is no [projection](event_store::consumer::Projection), so that rebuilding read models
//! never runs it.
//!
//! - [`when_reserved_then_release`]: releases unused reservations when they expire

mod act;
pub mod when_reserved_then_release;

use std::marker::PhantomData;
use std::sync::Arc;

use domain::shared::{CommandId, EventId};
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError};
use event_store::timers::{Plan, Planner, Reaction};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

pub use act::act;
pub use when_reserved_then_release::WhenReservedThenRelease;

use crate::engine::intent::Intent;

/// Which commands follow from which events. Pure: no clock, no ids, no I/O.
pub trait Process: Send + Sync + 'static {
    /// The name of its consumer, and of the actor of its commands; it must never change.
    const NAME: &'static str;

    /// The command that it sends, stored as JSON until it is due.
    type Command: Intent + DeserializeOwned;

    /// Whether it handles an event, see [`Consumer::wants`].
    fn wants(event: &RecordedEvent) -> bool;

    /// The command that follows from an event.
    fn react(event: &RecordedEvent) -> Result<Vec<Reaction<Self::Command>>, ConsumerError>;
}

/// The consumer that stores the commands that a process plans.
pub fn planner<P: Process>() -> Arc<dyn Consumer> {
    Arc::new(Planner::new(Planned::<P>(PhantomData)))
}

/// A process with its commands as JSON.
struct Planned<P>(PhantomData<fn() -> P>);

impl<P: Process> Plan for Planned<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        P::wants(event)
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction<Value>>, ConsumerError> {
        let as_json = |Reaction { key, due_at, command }: Reaction<P::Command>| {
            let command = serde_json::to_value(command);
            let command = command.expect("intents are made of JSON-safe values");
            Reaction { key, due_at, command }
        };
        Ok(P::react(event)?.into_iter().map(as_json).collect())
    }
}

/// The id of the command that a process sends for an event.
pub fn command_id(process: &str, event: EventId) -> CommandId {
    CommandId::derived(Uuid::new_v5(&event.uuid(), process.as_bytes()))
}
