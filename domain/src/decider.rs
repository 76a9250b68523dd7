//! A decider: the one shape of everything that decides.

use std::error::Error;
use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::StoredEvent;

/// An aggregate as a pair of pure functions over its events.
///
/// `decide` is the only place with business `if`s; `evolve` cannot refuse, because the event already
/// says what happened. A command that changes nothing answers `Ok(vec![])`; a wrong one answers `Err`.
pub trait Decider: 'static {
    /// The first part of the stream's name, the same in every adapter.
    const CATEGORY: &'static str;
    /// What tells one stream of the category from another inside a tenant.
    type Id: Display + Send + Sync;
    /// What a person asks for, with everything the decision needs to know.
    type Command;
    /// What has happened.
    type Event: StoredEvent + Clone + Send + Sync + 'static;
    /// What the next decision depends on; the default is the state before the first event.
    type State: Default + Clone + Send + Sync + 'static;
    /// Why a command is refused.
    type Error: Error + Send + Sync + 'static;

    /// How the state is kept between two reads of a long stream; none for streams that end soon.
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

/// How a state is written down, to begin from instead of from the first event.
///
/// A snapshot is a cache: one that cannot be read, or is of another version, is as good as none.
#[derive(Debug)]
pub struct SnapshotFormat<S> {
    /// Grows by one with every change of the state, or of what events do to it.
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
