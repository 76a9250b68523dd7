//! A stock item: something that branches keep in stock, such as flour.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BaseUnit, OnShortage};
use crate::Decider;
use crate::catalog::diet::Marks;
use crate::shared::{Name, StockItemId};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct StockItem;

/// The attributes of a stock item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name, unique in the company.
    pub name: Name,
    /// The unit of its quantities.
    pub unit: BaseUnit,
    /// Whether an order is accepted when there is too little.
    pub on_shortage: OnShortage,
    /// What is declared of allergens and diets.
    pub marks: Marks,
}

/// Commands to a stock item.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the item.
    Add(Details),
    /// Set its name and shortage policy.
    Revise {
        /// Its name, unique in the company.
        name: Name,
        /// Whether an order is accepted when there is too little.
        on_shortage: OnShortage,
    },
    /// Declare what is known of allergens and diets.
    DeclareDiet(Marks),
}

/// The item was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its name.
    pub name: Name,
    /// The unit of its quantities; it never changes.
    pub unit: BaseUnit,
    /// Whether an order is accepted when there is too little.
    pub on_shortage: OnShortage,
}

/// The item was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// The shortage policy was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShortagePolicySet {
    /// Whether an order is accepted when there is too little.
    pub on_shortage: OnShortage,
}

/// Something else was declared of allergens and diets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DietDeclared {
    /// What is declared from this event on.
    pub marks: Marks,
}

crate::stored_events! {
    /// Events of a stock item.
    pub enum Event {
        "stock_item.added" => Added,
        "stock_item.renamed" => Renamed,
        "stock_item.shortage_policy_set" => ShortagePolicySet,
        "stock_item.diet_declared" => DietDeclared,
    }
}

/// The state of a stock item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// It was added.
    Kept(Details),
}

impl State {
    /// Whether an order is accepted when there is too little; for an item that does not exist it is
    /// refused.
    pub const fn on_shortage(&self) -> OnShortage {
        match self {
            Self::Unknown => OnShortage::Refuse,
            Self::Kept(details) => details.on_shortage,
        }
    }

    /// The item, if it was added.
    pub const fn kept(&self) -> Option<&Details> {
        match self {
            Self::Unknown => None,
            Self::Kept(details) => Some(details),
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The item was added before.
    #[error("the stock item is there already")]
    AlreadyAdded,
    /// There is no such item.
    #[error("there is no such stock item")]
    Unknown,
}

impl Decider for StockItem {
    const CATEGORY: &'static str = "stock_item";
    type Id = StockItemId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Add(Details { name, unit, on_shortage, marks })) => {
                let declared = (!marks.is_empty()).then(|| DietDeclared { marks }.into());
                let added = Added { name, unit, on_shortage }.into();
                Ok(std::iter::once(added).chain(declared).collect())
            }
            (State::Kept(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::Kept(current), Command::Revise { name, on_shortage }) => {
                let renamed = (name != current.name).then(|| Renamed { name }.into());
                let policy = (on_shortage != current.on_shortage)
                    .then(|| ShortagePolicySet { on_shortage }.into());
                Ok(renamed.into_iter().chain(policy).collect())
            }
            (State::Kept(current), Command::DeclareDiet(marks)) => {
                let declared = (marks != current.marks).then(|| DietDeclared { marks }.into());
                Ok(declared.into_iter().collect())
            }
            (State::Unknown, Command::Revise { .. } | Command::DeclareDiet(_)) => {
                Err(Error::Unknown)
            }
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { name, unit, on_shortage })) => {
                State::Kept(Details { name, unit, on_shortage, marks: Marks::default() })
            }
            (State::Kept(details), Event::Renamed(Renamed { name })) => {
                State::Kept(Details { name, ..details })
            }
            (State::Kept(details), Event::ShortagePolicySet(ShortagePolicySet { on_shortage })) => {
                State::Kept(Details { on_shortage, ..details })
            }
            (State::Kept(details), Event::DietDeclared(DietDeclared { marks })) => {
                State::Kept(Details { marks, ..details })
            }
            (
                State::Unknown,
                Event::Renamed(_) | Event::ShortagePolicySet(_) | Event::DietDeclared(_),
            ) => State::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::diet::{Allergen, Mark, Presence};
    use crate::testing::given;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn flour() -> Event {
        let (unit, on_shortage) = (BaseUnit::Gram, OnShortage::Refuse);
        Added { name: name("Harina"), unit, on_shortage }.into()
    }

    fn gluten() -> Marks {
        [(Mark::Allergen(Allergen::Gluten), Presence::Contains)].into_iter().collect()
    }

    #[test]
    fn allergens_of_an_item_are_declared() {
        let declare = || Command::DeclareDiet(gluten());
        let declared = || DietDeclared { marks: gluten() }.into();
        given::<StockItem>([flour()]).when(declare()).then([declared()]);
        given::<StockItem>([flour(), declared()]).when(declare()).then_nothing();
        given::<StockItem>([]).when(declare()).then_refused(Error::Unknown);
        let state = StockItem::fold(State::default(), [flour(), declared()]);
        assert_eq!(state.kept().unwrap().marks, gluten());
    }

    #[test]
    fn an_item_is_added_once() {
        let (unit, on_shortage) = (BaseUnit::Gram, OnShortage::Refuse);
        let details = Details { name: name("Harina"), unit, on_shortage, marks: Marks::default() };
        let add = Command::Add(details.clone());
        given::<StockItem>([]).when(add.clone()).then([flour()]);
        let with_gluten = Details { marks: gluten(), ..details };
        given::<StockItem>([])
            .when(Command::Add(with_gluten))
            .then([flour(), DietDeclared { marks: gluten() }.into()]);
        given::<StockItem>([flour()]).when(add).then_refused(Error::AlreadyAdded);
    }

    #[test]
    fn an_order_that_takes_what_is_not_kept_is_refused() {
        assert_eq!(State::Unknown.on_shortage(), OnShortage::Refuse);
        let (unit, on_shortage) = (BaseUnit::Gram, OnShortage::Allow);
        let marks = Marks::default();
        let kept = State::Kept(Details { name: name("Harina"), unit, on_shortage, marks });
        assert_eq!(kept.on_shortage(), OnShortage::Allow);
    }

    #[test]
    fn a_revision_says_only_what_changed() {
        let revise = |text, on_shortage| Command::Revise { name: name(text), on_shortage };
        given::<StockItem>([flour()]).when(revise("Harina", OnShortage::Refuse)).then_nothing();
        given::<StockItem>([flour()])
            .when(revise("Harina de trigo", OnShortage::Refuse))
            .then([Renamed { name: name("Harina de trigo") }.into()]);
        given::<StockItem>([flour()])
            .when(revise("Harina", OnShortage::Allow))
            .then([ShortagePolicySet { on_shortage: OnShortage::Allow }.into()]);
        given::<StockItem>([])
            .when(revise("Harina", OnShortage::Allow))
            .then_refused(Error::Unknown);
    }
}
