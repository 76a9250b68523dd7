//! A modifier group: what can be chosen with a product, how much of it, and what it costs.
//!
//! A modifier can ask a further group ("Papas" then "¿Qué salsa?"); that one asks none itself. So that
//! this holds whatever is decided at the same time, a group knows by which others it is asked.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::inventory::recipe::Ingredient;
use crate::shared::{ModifierGroupId, ModifierId, Money, Name};

mod check;
pub mod choice;
mod error;
mod events;
mod overrides;
mod request;

pub use check::{check_ingredients, check_nesting};
pub use choice::{ChoiceError, Chosen, Fault, validate};
pub use error::Error;
pub use events::{
    Added, Event, Limited, ModifiersOffered, Nested, Removed, Renamed, Restored, Unnested,
};
pub use overrides::{Override, check_override};
pub use request::{ModifierRequest, Request};

/// The most modifiers of a group.
pub const MODIFIERS_MAX: usize = 100;
/// The most pieces of one modifier, and of a group, with one piece of a product.
pub const CHOICES_MAX: u16 = 100;
/// The most ingredients of a modifier.
pub const INGREDIENTS_MAX: usize = 50;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct ModifierGroup;

/// How many modifiers are chosen, counted with their quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Whether something has to be chosen; without, the minimum holds once something is.
    pub required: bool,
    /// The fewest.
    pub min: u16,
    /// The most.
    pub max: u16,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Modifier {
    /// Its id.
    pub id: ModifierId,
    /// Its name, unique in the group.
    pub name: Name,
    /// What it costs once, zero or more.
    pub price: Money,
    /// How often it can be chosen with one piece.
    pub max_quantity: u16,
    /// How often it is chosen as long as the guest says nothing; zero if it is not.
    pub default_quantity: u16,
    /// The group that it asks; none if it asks nothing.
    pub nested: Option<ModifierGroupId>,
    /// What it takes from stock once.
    pub ingredients: Vec<Ingredient>,
}

/// The attributes of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// How much of it is chosen.
    pub limits: Limits,
    /// Its modifiers in the order of the menu: at least one, all in one currency.
    pub modifiers: Vec<Modifier>,
}

impl Group {
    /// The modifier with this id.
    pub fn modifier(&self, id: ModifierId) -> Option<&Modifier> {
        self.modifiers.iter().find(|modifier| modifier.id == id)
    }

    /// The groups that its modifiers ask.
    pub fn asked(&self) -> BTreeSet<ModifierGroupId> {
        self.modifiers.iter().filter_map(|modifier| modifier.nested).collect()
    }

    /// What is chosen as long as the guest says nothing.
    pub fn defaults(&self) -> Vec<Chosen> {
        let chosen = self.modifiers.iter().filter(|modifier| modifier.default_quantity > 0);
        chosen
            .map(|it| Chosen { modifier: it.id, quantity: it.default_quantity, nested: vec![] })
            .collect()
    }
}

/// Commands to a modifier group. What it refers to is checked before by [`check_nesting`] and
/// [`check_ingredients`].
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the group; none of its modifiers has an id yet.
    Add(Request),
    /// Set its attributes: modifiers with an id are kept and changed, those without are added, and
    /// those left out are no longer offered.
    Revise(Request),
    /// A modifier of another group asks it.
    Nest {
        /// The group that asks it.
        by: ModifierGroupId,
    },
    /// No modifier of that group asks it any more.
    Unnest {
        /// The group that asked it.
        by: ModifierGroupId,
    },
    /// Take it out of the menu: products and modifiers keep it, and it is not asked.
    Remove,
    /// Put it back into the menu as it was.
    Restore,
}

/// A group that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its attributes.
    pub group: Group,
    /// The groups with a modifier that asks it.
    pub nested_by: BTreeSet<ModifierGroupId>,
}

/// The state of a modifier group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// It is in the menu.
    InMenu(Details),
    /// It was taken out of the menu, and can be put back.
    Removed(Details),
}

impl State {
    /// The group, if it is in the menu.
    pub const fn in_menu(&self) -> Option<&Group> {
        match self {
            Self::InMenu(Details { group, .. }) => Some(group),
            Self::Unknown | Self::Removed(_) => None,
        }
    }

    /// The group, if modifiers of the group `by` can ask it: those that asked it before it was taken
    /// out of the menu keep it.
    pub fn nestable(&self, by: ModifierGroupId) -> Option<&Group> {
        match self {
            Self::InMenu(details) => Some(&details.group),
            Self::Removed(details) => details.nested_by.contains(&by).then_some(&details.group),
            Self::Unknown => None,
        }
    }

    /// The group, if it was taken out of the menu.
    pub const fn removed(&self) -> Option<&Group> {
        match self {
            Self::Unknown | Self::InMenu(_) => None,
            Self::Removed(Details { group, .. }) => Some(group),
        }
    }
}

impl Decider for ModifierGroup {
    const CATEGORY: &'static str = "modifier_group";
    type Id = ModifierGroupId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Add(request)) => {
                let group = request.group(&[])?;
                check::check(&group)?;
                Ok(vec![Added { group }.into()])
            }
            (State::InMenu(_) | State::Removed(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::InMenu(details), Command::Revise(request)) => {
                let group = request.group(&details.group.modifiers)?;
                check::check(&group)?;
                check::check_asked(&group, &details.nested_by)?;
                Ok(differences(&details.group, group))
            }
            (State::InMenu(details), Command::Nest { by }) => nest(details, by),
            (State::Removed(details), Command::Nest { by }) if details.nested_by.contains(&by) => {
                Ok(vec![])
            }
            (State::InMenu(details) | State::Removed(details), Command::Unnest { by }) => {
                let unnested = details.nested_by.contains(&by).then(|| Unnested { by }.into());
                Ok(unnested.into_iter().collect())
            }
            (State::InMenu(_), Command::Remove) => Ok(vec![Removed {}.into()]),
            (State::Removed(_), Command::Restore) => Ok(vec![Restored {}.into()]),
            (State::InMenu(_), Command::Restore) | (State::Removed(_), Command::Remove) => {
                Ok(vec![])
            }
            (State::Unknown | State::Removed(_), Command::Revise(_) | Command::Nest { .. })
            | (State::Unknown, Command::Unnest { .. } | Command::Remove | Command::Restore) => {
                Err(Error::Unknown)
            }
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { group })) => {
                State::InMenu(Details { group, nested_by: BTreeSet::new() })
            }
            (State::InMenu(details) | State::Removed(details), Event::Removed(_)) => {
                State::Removed(details)
            }
            (State::InMenu(details) | State::Removed(details), Event::Restored(_)) => {
                State::InMenu(details)
            }
            (State::InMenu(details), event) => State::InMenu(changed(details, event)),
            (State::Removed(details), event) => State::Removed(changed(details, event)),
            (State::Unknown, _) => State::Unknown,
        }
    }
}

/// The group after an event that leaves it where it is.
fn changed(mut details: Details, event: Event) -> Details {
    match event {
        Event::Renamed(Renamed { name }) => details.group.name = name,
        Event::Limited(Limited { limits }) => details.group.limits = limits,
        Event::ModifiersOffered(ModifiersOffered { modifiers }) => {
            details.group.modifiers = modifiers;
        }
        Event::Nested(Nested { by }) => {
            details.nested_by.insert(by);
        }
        Event::Unnested(Unnested { by }) => {
            details.nested_by.remove(&by);
        }
        Event::Added(_) | Event::Removed(_) | Event::Restored(_) => {}
    }
    details
}

fn nest(details: &Details, by: ModifierGroupId) -> Result<Vec<Event>, Error> {
    if !details.group.asked().is_empty() {
        return Err(Error::AsksItself);
    }
    let nested = (!details.nested_by.contains(&by)).then(|| Nested { by }.into());
    Ok(nested.into_iter().collect())
}

fn differences(current: &Group, wanted: Group) -> Vec<Event> {
    let Group { name, limits, modifiers } = wanted;
    let renamed = (name != current.name).then(|| Renamed { name }.into());
    let limited = (limits != current.limits).then(|| Limited { limits }.into());
    let offered = (modifiers != current.modifiers).then(|| ModifiersOffered { modifiers }.into());
    renamed.into_iter().chain(limited).chain(offered).collect()
}

#[cfg(test)]
mod tests;
