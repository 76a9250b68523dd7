//! What a product offers besides its variants: groups of modifiers, and the slots of a combo.

use domain::catalog::modifier_group::Limits;
use domain::shared::{Money, Name};

use super::{Key, Things};

/// A modifier group as a product offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedGroup {
    /// The group.
    pub group: Key,
    /// Other limits; none if they are those of the group.
    pub limits: Option<Limits>,
    /// What is different about its modifiers.
    pub modifiers: Things<OfferedModifier>,
}

/// What a product changes of a modifier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfferedModifier {
    /// Whether the product does not offer it.
    pub is_hidden: bool,
    /// Another price.
    pub price: Option<Money>,
    /// Another quantity as long as the guest says nothing.
    pub default_quantity: Option<u16>,
}

/// A choice that a combo offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What the guest is asked.
    pub name: Name,
    /// How many pieces are chosen.
    pub pieces: u32,
    /// What is chosen from, in the order of the menu.
    pub options: Vec<SlotOption>,
}

/// A product that a slot can be filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotOption {
    /// The product.
    pub product: Key,
    /// Its variant.
    pub variant: Key,
    /// What one piece costs on top of the combo.
    pub upcharge: Money,
}
