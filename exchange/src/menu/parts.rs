//! What a menu consists of.

use domain::catalog::diet::Marks;
use domain::catalog::modifier_group::Limits;
use domain::catalog::product::{Barcode, Sku, Texts};
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{Code, Money, Multiplier, Name};

use super::{Key, OfferedGroup, Portion, Slot, Things};

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
    /// What is declared of allergens and diets.
    pub marks: Marks,
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
    /// Its position in the category, smallest first.
    pub place: u16,
    /// Its class in the tax profile of the branch.
    pub tax_class: Option<Code>,
    /// How long making it takes, in minutes.
    pub preparation_minutes: Option<u16>,
    /// Its variants in the order of the menu.
    pub variants: Vec<Variant>,
    /// What is said of it, by language.
    pub texts: Texts,
    /// What is declared of allergens and diets.
    pub marks: Marks,
    /// Where it is made: the station by the branch.
    pub stations: Things<Key>,
    /// The modifier groups that it offers, in the order of the menu.
    pub groups: Vec<OfferedGroup>,
    /// The slots of a combo in the order of the menu; an item has none.
    pub slots: Vec<Slot>,
}

/// A variant of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its name, unique in the product.
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
    /// How many times the recipe of the base variant one piece takes.
    pub recipe_multiplier: Option<Multiplier>,
    /// Its stock keeping unit.
    pub sku: Option<Sku>,
    /// What a scanner reads on it.
    pub barcode: Option<Barcode>,
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
    /// A product of which nothing is said yet.
    pub fn new(name: Name, category: Key) -> Self {
        Self {
            name,
            category,
            place: 0,
            tax_class: None,
            preparation_minutes: None,
            variants: vec![],
            texts: Texts::default(),
            marks: Marks::default(),
            stations: Things::new(),
            groups: vec![],
            slots: vec![],
        }
    }

    /// Whether it is a combo.
    pub const fn is_combo(&self) -> bool {
        !self.slots.is_empty()
    }

    /// The variant of a name.
    pub fn variant(&self, key: &Key) -> Option<&Variant> {
        self.variants.iter().find(|variant| Key::from(&variant.name) == *key)
    }
}
