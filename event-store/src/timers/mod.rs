//! Commands that follow from events, kept in the database until they are due.
//!
//! A [`Planner`] is a consumer: it writes the timers of a [`Plan`] in the transaction that moves its
//! checkpoint, so nothing is forgotten and nothing is planned twice. [`Timers`] is for the sender of what is
//! due. A command that fails for a technical reason is sent again with growing delays; after [`TRIES_MAX`]
//! tries it is parked, until an operator has it retried.

mod parked;
mod planner;
mod retries;
mod table;

use chrono::{DateTime, Utc};
use domain::shared::{CorrelationId, EventId, TenantId};
use serde_json::Value;
use uuid::Uuid;

pub use parked::{ParkedTimer, ParkedTimers};
pub use planner::Planner;
pub use retries::{Failed, TRIES_MAX};
pub use table::Timers;

use crate::consumer::ConsumerError;
use crate::event::RecordedEvent;

/// What follows from which events. No clock, no ids, no I/O.
pub trait Plan: Send + Sync + 'static {
    /// The name of its consumer, the same for ever.
    fn name(&self) -> &'static str;

    /// Whether an event matters to it, see [`Consumer::wants`](crate::consumer::Consumer::wants).
    fn wants(&self, event: &RecordedEvent) -> bool;

    /// What follows from an event.
    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction<Value>>, ConsumerError>;
}

/// A command that follows from an event. It replaces what was planned under the same key of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction<C> {
    /// What it is about.
    pub key: Uuid,
    /// When it is to be sent; a moment of the past means at once.
    pub due_at: DateTime<Utc>,
    /// What is to be sent.
    pub command: C,
}

/// What a command is about, over all tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// Whose it is.
    pub tenant: TenantId,
    /// What it is about.
    pub key: Uuid,
}

/// A command that waits for its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// When it is to be sent.
    pub due_at: DateTime<Utc>,
    /// The event that it follows from.
    pub event: EventId,
    /// The request that the event belongs to.
    pub correlation: CorrelationId,
    /// The trace context of that request.
    pub traceparent: Option<String>,
    /// What is to be sent.
    pub command: Value,
    /// How often sending it has failed.
    pub attempts: u32,
}
