//! A modifier group: what can be chosen with a product, how much of it, and what it costs.
//!
//! A modifier can ask a further group ("Papas" then "¿Qué salsa?"); that one asks none itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::inventory::recipe::Ingredient;
use crate::shared::{ModifierGroupId, ModifierId, Money, Name};

mod check;
pub mod choice;
mod error;
mod overrides;

pub use check::check_nesting;
pub use choice::{ChoiceError, Chosen, Fault, validate};
pub use error::Error;
pub use overrides::{Override, check_override};

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

    /// What is chosen as long as the guest says nothing.
    pub fn defaults(&self) -> Vec<Chosen> {
        let chosen = self.modifiers.iter().filter(|modifier| modifier.default_quantity > 0);
        chosen
            .map(|it| Chosen { modifier: it.id, quantity: it.default_quantity, nested: vec![] })
            .collect()
    }
}

/// Commands to a modifier group. The nesting of its modifiers is checked before by
/// [`check_nesting`].
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the group.
    Add(Group),
    /// Set its attributes.
    Revise(Group),
}

/// The group was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its attributes.
    pub group: Group,
}

/// The group was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// Another number of modifiers can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limited {
    /// How many from this event on.
    pub limits: Limits,
}

/// The modifiers or their prices changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModifiersOffered {
    /// All modifiers from this event on, in the order of the menu.
    pub modifiers: Vec<Modifier>,
}

crate::stored_events! {
    /// Events of a modifier group.
    pub enum Event {
        "modifier_group.added" => Added,
        "modifier_group.renamed" => Renamed,
        "modifier_group.limited" => Limited,
        "modifier_group.modifiers_offered" => ModifiersOffered,
    }
}

/// The state of a modifier group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// It is in the menu.
    InMenu(Group),
}

impl State {
    /// The group, if it is in the menu.
    pub const fn in_menu(&self) -> Option<&Group> {
        match self {
            Self::Unknown => None,
            Self::InMenu(group) => Some(group),
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
            (State::Unknown, Command::Add(group)) => {
                check::check(&group)?;
                Ok(vec![Added { group }.into()])
            }
            (State::InMenu(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::InMenu(current), Command::Revise(group)) => {
                check::check(&group)?;
                Ok(differences(current, group))
            }
            (State::Unknown, Command::Revise(_)) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { group })) => State::InMenu(group),
            (State::InMenu(group), Event::Renamed(Renamed { name })) => {
                State::InMenu(Group { name, ..group })
            }
            (State::InMenu(group), Event::Limited(Limited { limits })) => {
                State::InMenu(Group { limits, ..group })
            }
            (State::InMenu(group), Event::ModifiersOffered(ModifiersOffered { modifiers })) => {
                State::InMenu(Group { modifiers, ..group })
            }
            (
                State::Unknown,
                Event::Renamed(_) | Event::Limited(_) | Event::ModifiersOffered(_),
            ) => State::Unknown,
        }
    }
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
