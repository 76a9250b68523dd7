//! A decider: the one shape of everything that decides.

use std::error::Error;
use std::fmt::Display;

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
