//! A supplier: from whom the company buys, and when it pays.
//!
//! A retired supplier keeps its name, so that it can be reinstated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PaymentTerms;
use crate::Decider;
use crate::shared::{Name, SupplierId};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Supplier;

/// The attributes of a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name, unique in the company.
    pub name: Name,
    /// When its invoices are due.
    pub payment_terms: PaymentTerms,
}

/// Commands to a supplier.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add it to the company.
    Add(Details),
    /// Set its name and payment terms.
    Revise(Details),
    /// Buy nothing more from it.
    Retire,
    /// Buy from it again.
    Reinstate,
}

/// The supplier was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its name.
    pub name: Name,
    /// Days until its invoices are due.
    pub payment_terms: PaymentTerms,
}

/// The supplier was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// Other payment terms were agreed on with the supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentTermsAgreed {
    /// Days until its invoices are due, from this event on.
    pub payment_terms: PaymentTerms,
}

/// The supplier was retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retired {}

/// The supplier was reinstated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reinstated {}

crate::stored_events! {
    /// Events of a supplier.
    pub enum Event {
        "supplier.added" => Added,
        "supplier.renamed" => Renamed,
        "supplier.payment_terms_agreed" => PaymentTermsAgreed,
        "supplier.retired" => Retired,
        "supplier.reinstated" => Reinstated,
    }
}

/// The state of a supplier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// The company buys from it.
    Active(Details),
    /// The company buys nothing from it.
    Retired(Details),
}

impl State {
    /// The supplier, active or retired.
    pub const fn known(&self) -> Option<&Details> {
        match self {
            Self::Unknown => None,
            Self::Active(details) | Self::Retired(details) => Some(details),
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The supplier was added before.
    #[error("the supplier is there already")]
    AlreadyAdded,
    /// There is no such supplier.
    #[error("there is no such supplier")]
    Unknown,
    /// The supplier is retired, and is not changed before it is reinstated.
    #[error("the supplier is retired")]
    Retired,
}

impl Decider for Supplier {
    const CATEGORY: &'static str = "supplier";
    type Id = SupplierId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Add(Details { name, payment_terms })) => {
                Ok(vec![Added { name, payment_terms }.into()])
            }
            (State::Active(_) | State::Retired(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::Active(current), Command::Revise(Details { name, payment_terms })) => {
                let renamed = (name != current.name).then(|| Renamed { name }.into());
                let agreed = (payment_terms != current.payment_terms)
                    .then(|| PaymentTermsAgreed { payment_terms }.into());
                Ok(renamed.into_iter().chain(agreed).collect())
            }
            (State::Retired(_), Command::Revise(_)) => Err(Error::Retired),
            (State::Active(_), Command::Retire) => Ok(vec![Retired {}.into()]),
            (State::Retired(_), Command::Reinstate) => Ok(vec![Reinstated {}.into()]),
            (State::Retired(_), Command::Retire) | (State::Active(_), Command::Reinstate) => {
                Ok(vec![])
            }
            (State::Unknown, Command::Revise(_) | Command::Retire | Command::Reinstate) => {
                Err(Error::Unknown)
            }
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { name, payment_terms })) => {
                State::Active(Details { name, payment_terms })
            }
            (State::Active(details), Event::Renamed(Renamed { name })) => {
                State::Active(Details { name, ..details })
            }
            (State::Active(details), Event::PaymentTermsAgreed(agreed)) => {
                State::Active(Details { payment_terms: agreed.payment_terms, ..details })
            }
            (State::Active(details), Event::Retired(_)) => State::Retired(details),
            (State::Retired(details), Event::Reinstated(_)) => State::Active(details),
            (
                state,
                Event::Renamed(_)
                | Event::PaymentTermsAgreed(_)
                | Event::Retired(_)
                | Event::Reinstated(_),
            ) => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::given;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn days(days: u16) -> PaymentTerms {
        PaymentTerms::try_new(days).unwrap()
    }

    fn mill() -> Details {
        Details { name: name("Molinos"), payment_terms: days(30) }
    }

    fn added() -> Event {
        Added { name: name("Molinos"), payment_terms: days(30) }.into()
    }

    #[test]
    fn a_supplier_is_added_once() {
        given::<Supplier>([]).when(Command::Add(mill())).then([added()]);
        given::<Supplier>([added()]).when(Command::Add(mill())).then_refused(Error::AlreadyAdded);
        given::<Supplier>([added(), Retired {}.into()])
            .when(Command::Add(mill()))
            .then_refused(Error::AlreadyAdded);
    }

    #[test]
    fn a_revision_says_only_what_changed() {
        let revise =
            |text, terms| Command::Revise(Details { name: name(text), payment_terms: days(terms) });
        given::<Supplier>([added()]).when(revise("Molinos", 30)).then_nothing();
        given::<Supplier>([added()])
            .when(revise("Molinos del Sur", 30))
            .then([Renamed { name: name("Molinos del Sur") }.into()]);
        given::<Supplier>([added()])
            .when(revise("Molinos", 0))
            .then([PaymentTermsAgreed { payment_terms: days(0) }.into()]);
        given::<Supplier>([]).when(revise("Molinos", 30)).then_refused(Error::Unknown);
    }

    #[test]
    fn a_supplier_is_retired_and_reinstated() {
        given::<Supplier>([added()]).when(Command::Retire).then([Retired {}.into()]);
        given::<Supplier>([added(), Retired {}.into()])
            .when(Command::Reinstate)
            .then([Reinstated {}.into()]);
        given::<Supplier>([added(), Retired {}.into()]).when(Command::Retire).then_nothing();
        given::<Supplier>([added()]).when(Command::Reinstate).then_nothing();
        given::<Supplier>([]).when(Command::Retire).then_refused(Error::Unknown);
        given::<Supplier>([]).when(Command::Reinstate).then_refused(Error::Unknown);
    }

    #[test]
    fn a_retired_supplier_is_not_changed_and_is_as_before_when_it_is_reinstated() {
        let retired = [added(), Retired {}.into()];
        given::<Supplier>(retired.clone())
            .when(Command::Revise(mill()))
            .then_refused(Error::Retired);
        let [added, retired] = retired;
        given::<Supplier>([added, retired, Reinstated {}.into()])
            .when(Command::Revise(mill()))
            .then_nothing();
    }
}
