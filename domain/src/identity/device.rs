//! A till or tablet of a branch, on which its staff sign in with a PIN.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{BranchId, DeviceId, Name};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Device;

/// Commands to a device.
#[derive(Debug, Clone)]
pub enum Command {
    /// Enrol it in a branch.
    Enroll(Enrolled),
    /// Remove it because it was lost or is not needed: no one can sign in on it afterwards.
    Remove,
}

/// The device was enrolled in a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Enrolled {
    /// The branch.
    pub branch: BranchId,
    /// Its name for staff.
    pub name: Name,
}

/// The device was removed: no one can sign in on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Removed {}

crate::stored_events! {
    /// Events of a device.
    pub enum Event {
        "device.enrolled" => Enrolled,
        "device.removed" => Removed,
    }
}

/// The state of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never enrolled.
    #[default]
    Unknown,
    /// Staff can sign in on it.
    InUse(Enrolled),
    /// No one can sign in on it.
    Gone,
}

impl State {
    /// The device, while staff can sign in on it.
    pub const fn in_use(&self) -> Option<&Enrolled> {
        match self {
            Self::InUse(enrolled) => Some(enrolled),
            Self::Unknown | Self::Gone => None,
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such device.
    #[error("there is no such device")]
    Unknown,
    /// The id was used before.
    #[error("the device was enrolled before")]
    AlreadyEnrolled,
}

impl Decider for Device {
    const CATEGORY: &'static str = "device";
    type Id = DeviceId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Enroll(enrolled)) => Ok(vec![enrolled.into()]),
            (State::InUse(_) | State::Gone, Command::Enroll(_)) => Err(Error::AlreadyEnrolled),
            (State::InUse(_), Command::Remove) => Ok(vec![Removed {}.into()]),
            (State::Gone, Command::Remove) => Ok(vec![]),
            (State::Unknown, Command::Remove) => Err(Error::Unknown),
        }
    }

    fn evolve(_: State, event: Event) -> State {
        match event {
            Event::Enrolled(enrolled) => State::InUse(enrolled),
            Event::Removed(_) => State::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::given;

    fn enrolled() -> Enrolled {
        let branch = BranchId::from_uuid(Uuid::from_u128(1));
        Enrolled { branch, name: Name::parse("Caja 1").unwrap() }
    }

    #[test]
    fn a_device_is_enrolled_once_and_removed_for_good() {
        given::<Device>([]).when(Command::Enroll(enrolled())).then([enrolled().into()]);
        given::<Device>([]).when(Command::Remove).then_refused(Error::Unknown);
        given::<Device>([enrolled().into()]).when(Command::Remove).then([Removed {}.into()]);
        given::<Device>([enrolled().into(), Removed {}.into()])
            .when(Command::Enroll(enrolled()))
            .then_refused(Error::AlreadyEnrolled);
        given::<Device>([enrolled().into(), Removed {}.into()])
            .when(Command::Remove)
            .then_nothing();
    }
}
