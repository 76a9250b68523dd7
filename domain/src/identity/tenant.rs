//! A tenant: one company with its owner.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{Name, Slug, TenantId, UserId};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Tenant;

/// What can be asked of a tenant.
#[derive(Debug, Clone)]
pub enum Command {
    /// A company joins the installation.
    Register(Registered),
}

/// A company joined the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// The name on its tickets.
    pub name: Name,
    /// Its short name in addresses and at sign-in.
    pub slug: Slug,
    /// The person who may do everything.
    pub owner: UserId,
}

crate::stored_events! {
    /// What happens to a tenant.
    pub enum Event {
        "tenant.registered" => Registered,
    }
}

/// A tenant before and after it joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is known of it.
    #[default]
    Unregistered,
    /// It trades.
    Active {
        /// The person who may do everything.
        owner: UserId,
        /// The name on its tickets.
        name: Name,
    },
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company is there already.
    #[error("the company is registered already")]
    AlreadyRegistered,
}

impl Decider for Tenant {
    const CATEGORY: &'static str = "tenant";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unregistered, Command::Register(registered)) => Ok(vec![registered.into()]),
            (State::Active { .. }, Command::Register(_)) => Err(Error::AlreadyRegistered),
        }
    }

    fn evolve(_: State, event: Event) -> State {
        match event {
            Event::Registered(Registered { name, owner, .. }) => State::Active { owner, name },
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::given;

    fn registered() -> Registered {
        Registered {
            name: Name::parse("Arepas del Parque").unwrap(),
            slug: Slug::parse("arepas-del-parque").unwrap(),
            owner: UserId::from_uuid(Uuid::from_u128(1)),
        }
    }

    #[test]
    fn a_company_joins_once() {
        given::<Tenant>([]).when(Command::Register(registered())).then([registered().into()]);
        given::<Tenant>([registered().into()])
            .when(Command::Register(registered()))
            .then_refused(Error::AlreadyRegistered);
    }
}
