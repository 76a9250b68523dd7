//! A category: a named group of products with a position in the menu.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{CategoryId, Name};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Category;

/// The attributes of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name, unique in the company.
    pub name: Name,
    /// Its position in the menu, smallest first.
    pub place: u16,
}

/// Commands to a category.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the category to the menu.
    Add(Details),
    /// Set its name and position.
    Revise(Details),
    /// Move it in the menu, to this position.
    Move(u16),
    /// Take it out of the menu; its products stay as they are, and are shown in no menu.
    Remove,
    /// Put it back into the menu as it was.
    Restore,
}

/// The category was added to the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its name.
    pub name: Name,
    /// Its position in the menu, smallest first.
    pub place: u16,
}

/// The category was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// The category was moved in the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The position from this event on, smallest first.
    pub place: u16,
}

/// The category was taken out of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Removed {}

/// The category was put back into the menu as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {}

crate::stored_events! {
    /// Events of a category.
    pub enum Event {
        "category.added" => Added,
        "category.renamed" => Renamed,
        "category.moved" => Moved,
        "category.removed" => Removed,
        "category.restored" => Restored,
    }
}

/// The state of a category.
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
    /// The category, if it is in the menu.
    pub const fn in_menu(&self) -> Option<&Details> {
        match self {
            Self::Unknown | Self::Removed(_) => None,
            Self::InMenu(details) => Some(details),
        }
    }

    /// The category, if it was taken out of the menu.
    pub const fn removed(&self) -> Option<&Details> {
        match self {
            Self::Unknown | Self::InMenu(_) => None,
            Self::Removed(details) => Some(details),
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The category was added before.
    #[error("the category is in the menu already")]
    AlreadyAdded,
    /// There is no such category, or it was removed.
    #[error("there is no such category")]
    Unknown,
}

impl Decider for Category {
    const CATEGORY: &'static str = "category";
    type Id = CategoryId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Add(Details { name, place })) => {
                Ok(vec![Added { name, place }.into()])
            }
            (State::InMenu(_) | State::Removed(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::InMenu(current), Command::Revise(Details { name, place })) => {
                let renamed = (name != current.name).then(|| Renamed { name }.into());
                let moved = (place != current.place).then(|| Moved { place }.into());
                Ok(renamed.into_iter().chain(moved).collect())
            }
            (State::InMenu(current), Command::Move(place)) => {
                Ok((place != current.place).then(|| Moved { place }.into()).into_iter().collect())
            }
            (State::InMenu(_), Command::Remove) => Ok(vec![Removed {}.into()]),
            (State::Removed(_), Command::Restore) => Ok(vec![Restored {}.into()]),
            (State::Removed(_), Command::Remove) | (State::InMenu(_), Command::Restore) => {
                Ok(vec![])
            }
            (State::Unknown | State::Removed(_), Command::Revise(_) | Command::Move(_))
            | (State::Unknown, Command::Remove | Command::Restore) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { name, place })) => State::InMenu(Details { name, place }),
            (State::InMenu(details), Event::Renamed(Renamed { name })) => {
                State::InMenu(Details { name, ..details })
            }
            (State::InMenu(details), Event::Moved(Moved { place })) => {
                State::InMenu(Details { place, ..details })
            }
            (State::Removed(details), Event::Renamed(Renamed { name })) => {
                State::Removed(Details { name, ..details })
            }
            (State::Removed(details), Event::Moved(Moved { place })) => {
                State::Removed(Details { place, ..details })
            }
            (State::InMenu(details) | State::Removed(details), Event::Removed(_)) => {
                State::Removed(details)
            }
            (State::InMenu(details) | State::Removed(details), Event::Restored(_)) => {
                State::InMenu(details)
            }
            (
                State::Unknown,
                Event::Renamed(_) | Event::Moved(_) | Event::Removed(_) | Event::Restored(_),
            ) => State::Unknown,
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

    #[test]
    fn a_category_is_added_once() {
        let added = Added { name: name("Bebidas"), place: 2 };
        let details = Details { name: name("Bebidas"), place: 2 };
        given::<Category>([]).when(Command::Add(details.clone())).then([added.clone().into()]);
        given::<Category>([added.into()])
            .when(Command::Add(details))
            .then_refused(Error::AlreadyAdded);
    }

    #[test]
    fn a_revision_says_only_what_changed() {
        let added = Added { name: name("Bebidas"), place: 2 };
        let revise = |text, place| Command::Revise(Details { name: name(text), place });
        given::<Category>([added.clone().into()]).when(revise("Bebidas", 2)).then_nothing();
        given::<Category>([added.clone().into()])
            .when(revise("Jugos", 2))
            .then([Renamed { name: name("Jugos") }.into()]);
        given::<Category>([added.into()])
            .when(revise("Jugos", 1))
            .then([Renamed { name: name("Jugos") }.into(), Moved { place: 1 }.into()]);
        given::<Category>([]).when(revise("Jugos", 1)).then_refused(Error::Unknown);
    }

    #[test]
    fn a_category_is_moved_by_itself() {
        let added = || Added { name: name("Bebidas"), place: 2 }.into();
        given::<Category>([added()]).when(Command::Move(2)).then_nothing();
        given::<Category>([added()]).when(Command::Move(7)).then([Moved { place: 7 }.into()]);
        given::<Category>([]).when(Command::Move(7)).then_refused(Error::Unknown);
    }

    #[test]
    fn a_removed_category_is_put_back_as_it_was() {
        let added = || Added { name: name("Bebidas"), place: 2 }.into();
        let removed = || [added(), Removed {}.into()];
        given::<Category>([added()]).when(Command::Remove).then([Removed {}.into()]);
        given::<Category>(removed()).when(Command::Remove).then_nothing();
        let details = Details { name: name("Bebidas"), place: 2 };
        for command in [Command::Revise(details.clone()), Command::Move(1)] {
            given::<Category>(removed()).when(command).then_refused(Error::Unknown);
        }
        let added_again = Command::Add(details.clone());
        given::<Category>(removed()).when(added_again).then_refused(Error::AlreadyAdded);
        given::<Category>(removed()).when(Command::Restore).then([Restored {}.into()]);
        given::<Category>([added()]).when(Command::Restore).then_nothing();
        for command in [Command::Remove, Command::Restore] {
            given::<Category>([]).when(command).then_refused(Error::Unknown);
        }
        let state = Category::fold(State::default(), removed());
        assert_eq!((state.in_menu(), state.removed()), (None, Some(&details)));
        let state = Category::evolve(state, Restored {}.into());
        assert_eq!(state, State::InMenu(details));
    }
}
