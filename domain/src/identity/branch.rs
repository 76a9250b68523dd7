//! A branch: a place with its own clock, currency and business day.

use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{BranchId, BusinessDay, Currency, CutOff, Name};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Branch;

/// What can be asked of a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// The company opens a place.
    Open(Opened),
}

/// A place opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Its name, unique in the company.
    pub name: Name,
    /// The zone of its clock; there is no default.
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// What it trades in.
    pub currency: Currency,
    /// When its business day begins.
    pub cut_off: CutOff,
}

crate::stored_events! {
    /// What happens to a branch.
    pub enum Event {
        "branch.opened" => Opened,
    }
}

/// A branch before and after it opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is known of it.
    #[default]
    Unopened,
    /// It trades.
    Open(Opened),
}

impl State {
    /// The branch, if it has opened.
    pub const fn open(&self) -> Option<&Opened> {
        match self {
            Self::Unopened => None,
            Self::Open(branch) => Some(branch),
        }
    }
}

impl Opened {
    /// How the branch counts its days.
    pub const fn business_day(&self) -> BusinessDay {
        BusinessDay { time_zone: self.time_zone, cut_off: self.cut_off }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The branch is open already.
    #[error("the branch is open already")]
    AlreadyOpen,
}

impl Decider for Branch {
    const CATEGORY: &'static str = "branch";
    type Id = BranchId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unopened, Command::Open(opened)) => Ok(vec![opened.into()]),
            (State::Open(_), Command::Open(_)) => Err(Error::AlreadyOpen),
        }
    }

    fn evolve(_: State, event: Event) -> State {
        match event {
            Event::Opened(opened) => State::Open(opened),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::given;

    fn opened() -> Opened {
        Opened {
            name: Name::parse("Chapinero").unwrap(),
            time_zone: chrono_tz::America::Bogota,
            currency: Currency::COP,
            cut_off: "04:00".parse().unwrap(),
        }
    }

    #[test]
    fn a_branch_opens_once() {
        given::<Branch>([]).when(Command::Open(opened())).then([opened().into()]);
        given::<Branch>([opened().into()])
            .when(Command::Open(opened()))
            .then_refused(Error::AlreadyOpen);
    }
}
