//! A price list: other prices of variants and modifiers, for a branch, a channel, days or hours.
//!
//! Which list a price comes from is decided in [`precedence`], the one place that ranks lists.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::money::PRICE_MAX;
use crate::shared::{
    Currency, ModifierGroupId, ModifierId, Money, Name, PriceListId, ProductId, VariantId,
};

pub mod conditions;
mod error;
pub mod precedence;
mod references;
pub mod schedule;

pub use conditions::{Conditions, Moment};
pub use error::Error;
pub use precedence::{Precedence, Selected, select, tie};
pub use references::{Looked, added, check_references};
pub use schedule::{ClockTime, Hours, Weekday, Weekdays};

/// The most prices of a list.
pub const ENTRIES_MAX: usize = 5_000;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct PriceList;

/// What a list gives a price to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Subject {
    /// A variant of a product.
    Variant {
        /// The product.
        product: ProductId,
        /// Its variant.
        variant: VariantId,
    },
    /// A modifier, with whatever product it is chosen.
    Modifier {
        /// The group that it is in.
        group: ModifierGroupId,
        /// The modifier.
        modifier: ModifierId,
    },
}

/// A price in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What is priced.
    pub subject: Subject,
    /// What it costs once, zero or more.
    pub price: Money,
}

/// The attributes of a price list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Its name.
    pub name: Name,
    /// When and where it holds.
    pub conditions: Conditions,
    /// The first business date on which it holds.
    pub valid_from: NaiveDate,
    /// Its prices in the order of their subjects, which is how they are found: at least one, each
    /// subject once, all in one currency.
    pub entries: Vec<Entry>,
}

impl List {
    /// The price of a subject, if the list has one.
    pub fn price(&self, subject: Subject) -> Option<Money> {
        let place = self.entries.binary_search_by_key(&subject, |entry| entry.subject);
        place.ok().map(|place| self.entries[place].price)
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Option<Currency> {
        self.entries.first().map(|entry| entry.price.currency())
    }
}

/// Commands to a price list.
#[derive(Debug, Clone)]
pub enum Command {
    /// Draft the list: it holds nowhere yet.
    Draft(List),
    /// Set its attributes.
    Revise {
        /// The attributes.
        list: List,
        /// The other published lists of the company.
        others: Vec<(PriceListId, Arc<List>)>,
    },
    /// Publish it.
    Publish {
        /// The other published lists of the company.
        others: Vec<(PriceListId, Arc<List>)>,
    },
    /// Withdraw it: it holds nowhere until it is published again.
    Withdraw,
}

/// The list was drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drafted {
    /// Its attributes.
    pub list: List,
}

/// The list was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// The list holds at other times or places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rescheduled {
    /// When and where it holds from this event on.
    pub conditions: Conditions,
    /// The first business date on which it holds.
    pub valid_from: NaiveDate,
}

/// The prices of the list changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PricesSet {
    /// All its prices from this event on.
    pub entries: Vec<Entry>,
}

/// The list was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {}

/// The list was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Withdrawn {}

crate::stored_events! {
    /// Events of a price list.
    pub enum Event {
        "price_list.drafted" => Drafted,
        "price_list.renamed" => Renamed,
        "price_list.rescheduled" => Rescheduled,
        "price_list.prices_set" => PricesSet,
        "price_list.published" => Published,
        "price_list.withdrawn" => Withdrawn,
    }
}

/// The state of a price list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never drafted.
    #[default]
    Unknown,
    /// It holds nowhere: a draft, or withdrawn.
    Idle(Arc<List>),
    /// It holds where and when its conditions say.
    InForce(Arc<List>),
}

impl State {
    /// The list, if it is published.
    pub const fn in_force(&self) -> Option<&Arc<List>> {
        match self {
            Self::Unknown | Self::Idle(_) => None,
            Self::InForce(list) => Some(list),
        }
    }

    /// The list, published or not.
    pub const fn list(&self) -> Option<&Arc<List>> {
        match self {
            Self::Unknown => None,
            Self::Idle(list) | Self::InForce(list) => Some(list),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut List)) -> Self {
        if let Self::Idle(list) | Self::InForce(list) = &mut self {
            change(Arc::make_mut(list));
        }
        self
    }
}

impl Decider for PriceList {
    const CATEGORY: &'static str = "price_list";
    type Id = PriceListId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Draft(list)) => {
                let list = checked(list)?;
                Ok(vec![Drafted { list }.into()])
            }
            (State::Idle(_) | State::InForce(_), Command::Draft(_)) => Err(Error::AlreadyDrafted),
            (State::Idle(current), Command::Revise { list, .. }) => {
                let list = checked(list)?;
                Ok(differences(current, list))
            }
            (State::InForce(current), Command::Revise { list, others }) => {
                let list = checked(list)?;
                check_ties(&list, &others)?;
                Ok(differences(current, list))
            }
            (State::Idle(list), Command::Publish { others }) => {
                check_ties(list, &others)?;
                Ok(vec![Published {}.into()])
            }
            (State::InForce(_), Command::Withdraw) => Ok(vec![Withdrawn {}.into()]),
            (State::InForce(_), Command::Publish { .. }) | (State::Idle(_), Command::Withdraw) => {
                Ok(vec![])
            }
            (
                State::Unknown,
                Command::Revise { .. } | Command::Publish { .. } | Command::Withdraw,
            ) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (event, state) {
            (Event::Renamed(Renamed { name }), state) => state.with(|list| list.name = name),
            (Event::Rescheduled(Rescheduled { conditions, valid_from }), state) => {
                state.with(|list| {
                    list.conditions = conditions;
                    list.valid_from = valid_from;
                })
            }
            (Event::PricesSet(PricesSet { entries }), state) => {
                state.with(|list| list.entries = entries)
            }
            (Event::Published(_), State::Idle(list)) => State::InForce(list),
            (Event::Drafted(Drafted { list }), _) => State::Idle(Arc::new(list)),
            (Event::Withdrawn(_), State::InForce(list)) => State::Idle(list),
            (Event::Published(_) | Event::Withdrawn(_), state) => state,
        }
    }
}

/// The list with its prices in their order, if they can be those of a list.
fn checked(mut list: List) -> Result<List, Error> {
    let entries = &list.entries;
    if entries.is_empty() || entries.len() > ENTRIES_MAX {
        return Err(Error::EntryCount { given: entries.len() });
    }
    let mut seen = BTreeSet::new();
    for (index, Entry { subject, price }) in entries.iter().enumerate() {
        if !(0..=PRICE_MAX).contains(&price.amount()) {
            return Err(Error::PriceOutOfRange { index });
        }
        if price.currency() != entries[0].price.currency() {
            return Err(Error::MixedCurrencies { index });
        }
        if !seen.insert(subject) {
            return Err(Error::EntryRepeated { index });
        }
    }
    list.entries.sort_unstable_by_key(|entry| entry.subject);
    Ok(list)
}

fn check_ties(list: &List, others: &[(PriceListId, Arc<List>)]) -> Result<(), Error> {
    let tied = others.iter().find_map(|(id, other)| Some((*id, tie(list, other)?)));
    tied.map_or(Ok(()), |(with, subject)| Err(Error::Tie { with, subject }))
}

fn differences(current: &List, wanted: List) -> Vec<Event> {
    let List { name, conditions, valid_from, entries } = wanted;
    let renamed = (name != current.name).then(|| Renamed { name }.into());
    let is_moved = conditions != current.conditions || valid_from != current.valid_from;
    let moved = is_moved.then(|| Rescheduled { conditions, valid_from }.into());
    let priced = (entries != current.entries).then(|| PricesSet { entries }.into());
    renamed.into_iter().chain(moved).chain(priced).collect()
}

#[cfg(test)]
mod tests;
