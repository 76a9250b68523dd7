//! What a menu consists of.

use domain::catalog::modifier_group::Limits;
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{Money, Name};

use super::{Key, Portion};

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its name.
    pub name: Name,
    /// Its position in the menu, smallest first.
    pub place: u16,
}

/// A stock item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingredient {
    /// Its name.
    pub name: Name,
    /// The unit of its quantities, which never changes.
    pub unit: BaseUnit,
    /// Whether an order is accepted when there is too little.
    pub on_shortage: OnShortage,
}

/// A modifier group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// How much of it is chosen.
    pub limits: Limits,
    /// Its modifiers in the order of the menu.
    pub modifiers: Vec<Modifier>,
}

/// A modifier of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifier {
    /// Its name, unique in the group.
    pub name: Name,
    /// What it costs once.
    pub price: Money,
    /// How often it can be chosen with one piece.
    pub max_quantity: u16,
    /// How often it is chosen as long as the guest says nothing.
    pub default_quantity: u16,
    /// The group that it asks.
    pub asks: Option<Key>,
    /// What it takes from stock once.
    pub portion: Portion,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub name: Name,
    /// Its category.
    pub category: Key,
    /// Its variants in the order of the menu.
    pub variants: Vec<Variant>,
}

/// A variant of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its name, unique in the product.
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
}

impl Group {
    /// The modifier of a name.
    pub fn modifier(&self, key: &Key) -> Option<&Modifier> {
        self.modifiers.iter().find(|modifier| Key::from(&modifier.name) == *key)
    }

    /// Whether a modifier asks another group.
    pub fn asks_any(&self) -> bool {
        self.modifiers.iter().any(|modifier| modifier.asks.is_some())
    }
}

impl Product {
    /// The variant of a name.
    pub fn variant(&self, key: &Key) -> Option<&Variant> {
        self.variants.iter().find(|variant| Key::from(&variant.name) == *key)
    }
}
