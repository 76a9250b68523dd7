//! A claim: a key that one aggregate can hold at a time, for uniqueness over a set.
//!
//! It is taken and released in the same append as the holder's own events, so of concurrent nodes
//! or retries only one succeeds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Decider;
use crate::catalog::product::{Barcode, Sku};
use crate::shared::{BranchId, EmailKey, Name};

macro_rules! named {
    ($($(#[$meta:meta])* $kind:ident = $word:literal,)+) => {
        /// Aggregates whose name is unique per tenant, or in a branch of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Named {
            $($(#[$meta])* $kind,)+
        }

        impl Named {
            /// The word that keys of such names are made of, for ever.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)+
                }
            }
        }
    };
}

named! {
    /// A branch.
    Branch = "branch",
    /// A category.
    Category = "category",
    /// A modifier group.
    ModifierGroup = "modifier_group",
    /// A price list.
    PriceList = "price_list",
    /// A product.
    Product = "product",
    /// A station, in its branch.
    Station = "station",
    /// A stock item.
    StockItem = "stock_item",
    /// A supplier.
    Supplier = "supplier",
    /// A tax profile.
    TaxProfile = "tax_profile",
}

/// A key in a set. Its text never changes, because stored claims are found by it; it includes the
/// version of the set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimId(String);

impl ClaimId {
    /// The claim of the name of an aggregate by the first version of the folding, which every name that
    /// was ever given has.
    pub fn of_name(kind: Named, name: &Name) -> Self {
        Self::of_key(kind, &name.fold_v1())
    }

    /// The claims that an aggregate of this name takes: one by each version of the folding, or one alone
    /// if both versions make the same key.
    ///
    /// The keys of all versions are in one set. So a name that was taken by the first version alone is
    /// still taken, and of two names that are equal by the second version, the later one is refused.
    pub fn all_of_name(kind: Named, name: &Name) -> Vec<Self> {
        keys_of(name).map(|key| Self::of_key(kind, &key)).collect()
    }

    /// The same where names are unique in a branch, and another branch may have the same name.
    pub fn all_of_name_in(kind: Named, branch: BranchId, name: &Name) -> Vec<Self> {
        keys_of(name).map(|key| Self::of_key(kind, &format!("{branch}/{key}"))).collect()
    }

    /// The claim of a stock keeping unit of a product.
    pub fn of_sku(sku: &Sku) -> Self {
        Self(format!("sku:1:{}", sku.key()))
    }

    /// The claim of a barcode of a product.
    pub fn of_barcode(barcode: &Barcode) -> Self {
        Self(format!("barcode:1:{}", barcode.key()))
    }

    fn of_key(kind: Named, key: &str) -> Self {
        Self(format!("{}_name:1:{key}", kind.word()))
    }

    /// The claim of a user's e-mail address. It contains only the keyed hash, since the address is
    /// personal data.
    pub fn of_email(key: &EmailKey) -> Self {
        Self(format!("email:1:{key}"))
    }
}

/// The keys of a name by each version of the folding, each once.
fn keys_of(name: &Name) -> impl Iterator<Item = String> {
    let (first, second) = (name.fold_v1(), name.fold_v2());
    let second = (second != first).then_some(second);
    std::iter::once(first).chain(second)
}

impl std::fmt::Display for ClaimId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Claim;

/// Commands to a claim.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// Take the key for `holder`.
    Take {
        /// The aggregate that takes it.
        holder: Uuid,
    },
    /// Release the key of `holder`.
    Release {
        /// The aggregate that holds it.
        holder: Uuid,
    },
}

/// `holder` took the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// The aggregate that holds it.
    pub holder: Uuid,
}

/// The key was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The aggregate that holds it.
    pub holder: Uuid,
}

crate::stored_events! {
    /// Events of a claim.
    pub enum Event {
        "claim.taken" => Taken,
        "claim.released" => Released,
    }
}

/// The holder of the key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// The key is free.
    #[default]
    Free,
    /// This aggregate.
    Held(Uuid),
}

/// Why a claim is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another aggregate holds the key.
    #[error("the key is held by {by}")]
    Held {
        /// The aggregate that holds it.
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
