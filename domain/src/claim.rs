//! A claim: one key that only one thing can hold, for uniqueness over a set.
//!
//! It is taken and released in the same append as the thing itself, so no two tills, nodes or
//! retries can both win.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Decider;
use crate::shared::{EmailKey, Name};

/// Things whose name is unique per tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Named {
    /// A branch.
    Branch,
    /// A category.
    Category,
    /// A product.
    Product,
    /// Something that is kept in stock.
    StockItem,
}

impl Named {
    const fn word(self) -> &'static str {
        match self {
            Self::Branch => "branch_name",
            Self::Category => "category_name",
            Self::Product => "product_name",
            Self::StockItem => "stock_item_name",
        }
    }
}

/// A key in a set. Its text is frozen: the number in it is that of the set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimId(String);

impl ClaimId {
    /// The claim of a thing's `name` by the first version of the fold, which everything has that was ever
    /// named.
    pub fn of_name(kind: Named, name: &Name) -> Self {
        Self::of_key(kind, &name.fold_v1())
    }

    /// The claims that a thing of this name takes: by each version of the fold, once where both make the
    /// same key of it.
    ///
    /// The keys of all versions are one set. So a name that was taken by the first version alone is still
    /// taken, and of two names that are the same by the second, the later one is refused.
    pub fn all_of_name(kind: Named, name: &Name) -> Vec<Self> {
        let (first, second) = (name.fold_v1(), name.fold_v2());
        let second = (second != first).then_some(second);
        let keys = std::iter::once(first).chain(second);
        keys.map(|key| Self::of_key(kind, &key)).collect()
    }

    fn of_key(kind: Named, key: &str) -> Self {
        Self(format!("{}:1:{key}", kind.word()))
    }

    /// The claim of somebody's e-mail address, which is a secret: `key` is all that is said of it.
    pub fn of_email(key: &EmailKey) -> Self {
        Self(format!("email:1:{key}"))
    }
}

impl std::fmt::Display for ClaimId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Claim;

/// What can be asked of a claim.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// `holder` wants the key.
    Take {
        /// The thing that wants it.
        holder: Uuid,
    },
    /// `holder` does not need the key any more.
    Release {
        /// The thing that held it.
        holder: Uuid,
    },
}

/// The key belongs to `holder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// The thing that holds it.
    pub holder: Uuid,
}

/// The key is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The thing that held it.
    pub holder: Uuid,
}

crate::stored_events! {
    /// What happens to a claim.
    pub enum Event {
        "claim.taken" => Taken,
        "claim.released" => Released,
    }
}

/// Who holds the key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// Nobody.
    #[default]
    Free,
    /// This thing.
    Held(Uuid),
}

/// Why a claim is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another thing holds the key.
    #[error("the key is held by {by}")]
    Held {
        /// The thing that holds it.
        by: Uuid,
    },
}

impl Decider for Claim {
    const CATEGORY: &'static str = "claim";
    type Id = ClaimId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Free, Command::Take { holder }) => Ok(vec![Taken { holder }.into()]),
            (State::Held(by), Command::Release { holder }) if *by == holder => {
                Ok(vec![Released { holder }.into()])
            }
            (State::Held(by), Command::Take { holder }) if *by == holder => Ok(vec![]),
            (State::Held(by), Command::Take { .. } | Command::Release { .. }) => {
                Err(Error::Held { by: *by })
            }
            (State::Free, Command::Release { .. }) => Ok(vec![]),
        }
    }

    fn evolve(_: State, event: Event) -> State {
        match event {
            Event::Taken(Taken { holder }) => State::Held(holder),
            Event::Released(_) => State::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::given;

    const ANA: Uuid = Uuid::from_u128(1);
    const LUIS: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_free_key_is_taken() {
        given::<Claim>([]).when(Command::Take { holder: ANA }).then([Taken { holder: ANA }.into()]);
    }

    #[test]
    fn a_held_key_is_refused_to_others() {
        given::<Claim>([Taken { holder: ANA }.into()])
            .when(Command::Take { holder: LUIS })
            .then_refused(Error::Held { by: ANA });
        given::<Claim>([Taken { holder: ANA }.into()])
            .when(Command::Release { holder: LUIS })
            .then_refused(Error::Held { by: ANA });
    }

    #[test]
    fn taking_what_one_holds_changes_nothing() {
        given::<Claim>([Taken { holder: ANA }.into()])
            .when(Command::Take { holder: ANA })
            .then_nothing();
    }

    #[test]
    fn a_released_key_is_free_for_others() {
        given::<Claim>([Taken { holder: ANA }.into(), Released { holder: ANA }.into()])
            .when(Command::Take { holder: LUIS })
            .then([Taken { holder: LUIS }.into()]);
    }

    #[test]
    fn the_key_of_a_name_is_frozen() {
        let name = Name::parse("Arepa  ÑAME").unwrap();
        assert_eq!(
            ClaimId::of_name(Named::Product, &name).to_string(),
            "product_name:1:arepa ñame"
        );
    }

    #[test]
    fn a_name_takes_one_key_unless_the_folds_differ() {
        let keys = |name: &str| {
            let claims = ClaimId::all_of_name(Named::Product, &Name::parse(name).unwrap());
            claims.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(keys("Arepa"), ["product_name:1:arepa"]);
        assert_eq!(keys("Straße"), ["product_name:1:straße", "product_name:1:strasse"]);
        assert_eq!(keys("STRASSE"), ["product_name:1:strasse"]);
    }
}
