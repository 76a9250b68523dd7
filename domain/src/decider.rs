//! A decider: the shape of every aggregate.

use std::error::Error;
use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::StoredEvent;

/// An aggregate as a pair of pure functions over its events.
///
/// Business rules are in `decide` only. `evolve` cannot refuse, because the event is a fact. A
/// command that changes nothing returns `Ok(vec![])`, a refused one `Err`.
pub trait Decider: 'static {
    /// The first part of the stream's name, the same in every event store.
    const CATEGORY: &'static str;
    /// Identifies one stream of the category within a tenant.
    type Id: Display + Send + Sync;
    /// What is asked for, with everything that the decision needs.
    type Command;
    /// What happened.
    type Event: StoredEvent + Clone + Send + Sync + 'static;
    /// What the next decision depends on; the default is the state before the first event.
    type State: Default + Clone + Send + Sync + 'static;
    /// Why a command is refused.
    type Error: Error + Send + Sync + 'static;

    /// How the state is stored as a snapshot; none for short streams.
    const SNAPSHOT: Option<SnapshotFormat<Self::State>> = None;

    /// Decides a command: the events it causes, or why it is refused.
    fn decide(state: &Self::State, command: Self::Command)
    -> Result<Vec<Self::Event>, Self::Error>;

    /// Applies one event.
    fn evolve(state: Self::State, event: Self::Event) -> Self::State;

    /// Applies events in order.
    fn fold(state: Self::State, events: impl IntoIterator<Item = Self::Event>) -> Self::State {
        events.into_iter().fold(state, Self::evolve)
    }
}

/// How a state is stored, so that reading a stream need not start at its first event.
///
/// A snapshot is a cache: one that is unreadable or of another version is ignored.
#[derive(Debug)]
pub struct SnapshotFormat<S> {
    /// Incremented when the shape of the state, or what events do to it, changes.
    pub version: u16,
    /// Writes a state.
    pub write: fn(&S) -> Vec<u8>,
    /// Reads a state of this version.
    pub read: fn(&[u8]) -> Option<S>,
}

impl<S: Serialize + DeserializeOwned> SnapshotFormat<S> {
    /// A state as JSON.
    pub const fn json(version: u16) -> Self {
        Self {
            version,
            write: |state| serde_json::to_vec(state).expect("states are made of JSON-safe values"),
            read: |bytes| serde_json::from_slice(bytes).ok(),
        }
    }
}
