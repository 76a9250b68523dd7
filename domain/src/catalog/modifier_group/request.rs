//! A group as a client asks for it: modifiers that it adds have no ids yet.

use serde::Serialize;

use super::{Error, Group, Limits, Modifier};
use crate::inventory::recipe::Ingredient;
use crate::shared::{ModifierGroupId, ModifierId, Money, Name};

/// A modifier as a client asks for it.
///
/// Its serialised form is compared to recognise a retry, so the id for an added modifier is left
/// out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModifierRequest {
    /// The modifier to change; none to add one.
    pub id: Option<ModifierId>,
    /// The id to give to an added modifier.
    #[serde(skip)]
    pub id_if_new: ModifierId,
    /// Its name, unique in the group.
    pub name: Name,
    /// What it costs once, zero or more.
    pub price: Money,
    /// How often it can be chosen with one piece.
    pub max_quantity: u16,
    /// How often it is chosen as long as the guest says nothing.
    pub default_quantity: u16,
    /// The group that it asks; none if it asks nothing.
    pub nested: Option<ModifierGroupId>,
    /// What it takes from stock once.
    pub ingredients: Vec<Ingredient>,
}

/// A group as a client asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Its name, unique in the company.
    pub name: Name,
    /// How much of it is chosen.
    pub limits: Limits,
    /// Its modifiers in the order of the menu.
    pub modifiers: Vec<ModifierRequest>,
}

impl Request {
    /// The group that is asked for, given the modifiers `current` that it has so far.
    pub fn group(self, current: &[Modifier]) -> Result<Group, Error> {
        let Self { name, limits, modifiers } = self;
        let is_foreign = |request: &ModifierRequest| {
            request.id.is_some_and(|id| current.iter().all(|modifier| modifier.id != id))
        };
        if let Some(index) = modifiers.iter().position(is_foreign) {
            return Err(Error::UnknownModifier { index });
        }
        let modifiers = modifiers.into_iter().map(ModifierRequest::modifier).collect();
        Ok(Group { name, limits, modifiers })
    }
}

impl ModifierRequest {
    fn modifier(self) -> Modifier {
        Modifier {
            id: self.id.unwrap_or(self.id_if_new),
            name: self.name,
            price: self.price,
            max_quantity: self.max_quantity,
            default_quantity: self.default_quantity,
            nested: self.nested,
            ingredients: self.ingredients,
        }
    }
}
