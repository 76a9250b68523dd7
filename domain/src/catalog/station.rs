//! A station: where a branch makes things, such as a grill or a bar.
//!
//! Products are made at stations. Printers and screens are attached to stations, never to products.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{BranchId, Name, StationId};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Station;

/// Commands to a station.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add it to a branch.
    Add(Added),
    /// Rename it.
    Rename(Name),
    /// Close it for good: nothing is made at it.
    Close,
}

/// The station was added to a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// The branch; it never changes.
    pub branch: BranchId,
    /// Its name.
    pub name: Name,
}

/// The station was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// The station was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {}

crate::stored_events! {
    /// Events of a station.
    pub enum Event {
        "station.added" => Added,
        "station.renamed" => Renamed,
        "station.closed" => Closed,
    }
}

/// The state of a station.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// Things are made at it.
    Open(Added),
    /// Nothing is made at it.
    Closed(Added),
}

impl State {
    /// The station, while things are made at it.
    pub const fn open(&self) -> Option<&Added> {
        match self {
            Self::Open(station) => Some(station),
            Self::Unknown | Self::Closed(_) => None,
        }
    }

    /// The station, also after it was closed.
    pub const fn added(&self) -> Option<&Added> {
        match self {
            Self::Open(station) | Self::Closed(station) => Some(station),
            Self::Unknown => None,
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such station.
    #[error("there is no such station")]
    Unknown,
    /// The station was added before.
    #[error("the station exists already")]
    AlreadyAdded,
    /// The station is closed.
    #[error("the station is closed")]
    Closed,
}

impl Decider for Station {
    const CATEGORY: &'static str = "station";
    type Id = StationId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Add(added)) => Ok(vec![added.into()]),
            (State::Open(_) | State::Closed(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::Open(station), Command::Rename(name)) => {
                let renamed = (name != station.name).then(|| Renamed { name }.into());
                Ok(renamed.into_iter().collect())
            }
            (State::Open(_), Command::Close) => Ok(vec![Closed {}.into()]),
            (State::Closed(_), Command::Close) => Ok(vec![]),
            (State::Closed(_), Command::Rename(_)) => Err(Error::Closed),
            (State::Unknown, Command::Rename(_) | Command::Close) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(added)) => State::Open(added),
            (State::Open(station), Event::Renamed(Renamed { name })) => {
                State::Open(Added { name, ..station })
            }
            (State::Open(station) | State::Closed(station), Event::Closed(_)) => {
                State::Closed(station)
            }
            (state @ (State::Unknown | State::Closed(_)), Event::Renamed(_)) => state,
            (State::Unknown, Event::Closed(_)) => State::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::given;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn added() -> Added {
        Added { branch: BranchId::from_uuid(Uuid::from_u128(1)), name: name("Parrilla") }
    }

    #[test]
    fn a_station_is_added_once() {
        given::<Station>([]).when(Command::Add(added())).then([added().into()]);
        given::<Station>([added().into()])
            .when(Command::Add(added()))
            .then_refused(Error::AlreadyAdded);
    }

    #[test]
    fn a_station_is_renamed() {
        let rename = |text| Command::Rename(name(text));
        given::<Station>([]).when(rename("Bar")).then_refused(Error::Unknown);
        given::<Station>([added().into()]).when(rename("Parrilla")).then_nothing();
        given::<Station>([added().into()])
            .when(rename("Bar"))
            .then([Renamed { name: name("Bar") }.into()]);
        let state = [added().into(), Renamed { name: name("Bar") }.into()];
        let state = Station::fold(State::default(), state);
        assert_eq!(state.open(), Some(&Added { name: name("Bar"), ..added() }));
    }

    #[test]
    fn a_station_is_closed_for_good() {
        let closed = || [added().into(), Closed {}.into()];
        given::<Station>([added().into()]).when(Command::Close).then([Closed {}.into()]);
        given::<Station>(closed()).when(Command::Close).then_nothing();
        given::<Station>(closed()).when(Command::Rename(name("Bar"))).then_refused(Error::Closed);
        let state = Station::fold(State::default(), closed());
        assert_eq!((state.open(), state.added()), (None, Some(&added())));
    }
}
