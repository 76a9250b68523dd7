//! The index of a company's published price lists: which there are, in one stream.
//!
//! Two lists that tie are refused (see [`price_list`](super::price_list)), which is a rule about all
//! published lists at once. Publishing a list enters it here, so that of two lists that are
//! published at the same time the second is decided on the first.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{PriceListId, TenantId};

/// The most lists that are published at a time. Every line of an order is compared with all of them.
pub const PUBLISHED_MAX: usize = 200;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct PriceListIndex;

/// Commands to the index.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// Enter a list that is published.
    Enter(PriceListId),
    /// Remove a list that is withdrawn.
    Remove(PriceListId),
}

/// A list was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entered {
    /// The list.
    pub list: PriceListId,
}

/// A list was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Removed {
    /// The list.
    pub list: PriceListId,
}

crate::stored_events! {
    /// Events of the index.
    pub enum Event {
        "price_list_index.entered" => Entered,
        "price_list_index.removed" => Removed,
    }
}

/// The lists that are published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(Arc<BTreeSet<PriceListId>>);

impl State {
    /// The lists.
    pub fn lists(&self) -> impl Iterator<Item = PriceListId> + '_ {
        self.0.iter().copied()
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// As many lists are published as can be.
    #[error("at most {PUBLISHED_MAX} price lists are published at a time")]
    TooManyPublished,
}

impl Decider for PriceListIndex {
    const CATEGORY: &'static str = "price_list_index";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(State(lists): &State, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Enter(list) if lists.contains(&list) => Ok(vec![]),
            Command::Enter(_) if lists.len() >= PUBLISHED_MAX => Err(Error::TooManyPublished),
            Command::Enter(list) => Ok(vec![Entered { list }.into()]),
            Command::Remove(list) if lists.contains(&list) => Ok(vec![Removed { list }.into()]),
            Command::Remove(_) => Ok(vec![]),
        }
    }

    fn evolve(State(mut lists): State, event: Event) -> State {
        match event {
            Event::Entered(Entered { list }) => Arc::make_mut(&mut lists).insert(list),
            Event::Removed(Removed { list }) => Arc::make_mut(&mut lists).remove(&list),
        };
        State(lists)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::given;

    fn id(n: usize) -> PriceListId {
        PriceListId::from_uuid(Uuid::from_u128(n as u128))
    }

    fn entered(n: usize) -> Event {
        Entered { list: id(n) }.into()
    }

    #[test]
    fn a_list_is_entered_and_removed_once() {
        let removed = || Event::from(Removed { list: id(1) });
        given::<PriceListIndex>([]).when(Command::Enter(id(1))).then([entered(1)]);
        given::<PriceListIndex>([entered(1)]).when(Command::Enter(id(1))).then_nothing();
        given::<PriceListIndex>([entered(1)]).when(Command::Remove(id(1))).then([removed()]);
        given::<PriceListIndex>([entered(1), removed()])
            .when(Command::Remove(id(1)))
            .then_nothing();
    }

    #[test]
    fn a_company_publishes_a_limited_number_of_lists_at_a_time() {
        let full = || (0..PUBLISHED_MAX).map(entered);
        given::<PriceListIndex>(full())
            .when(Command::Enter(id(PUBLISHED_MAX)))
            .then_refused(Error::TooManyPublished);
        given::<PriceListIndex>(full()).when(Command::Enter(id(0))).then_nothing();
    }
}
