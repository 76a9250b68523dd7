//! What a guest asks for.
//!
//! The serialised form of an order is compared to recognise a retry, so what is empty is left out.

use serde::Serialize;

use crate::shared::{ModifierGroupId, ModifierId, ProductId, Quantity, VariantId};

/// One line as a guest asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedLine {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// How many pieces, or how many times the combo.
    pub quantity: Quantity,
    /// What is chosen with each piece, by group. Of a group that is left out its defaults are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modifier_groups: Vec<WantedGroup>,
    /// What fills the slots of a combo, in their order. Without any, every slot is left empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Vec<WantedPick>>,
}

/// What is chosen of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedGroup {
    /// The group.
    pub group: ModifierGroupId,
    /// The modifiers; without any, nothing is chosen of the group.
    pub modifiers: Vec<WantedModifier>,
}

/// A modifier that is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedModifier {
    /// The modifier.
    pub modifier: ModifierId,
    /// How often with one piece of the product.
    pub quantity: u16,
    /// What is chosen of the group that it asks; none for the defaults of that group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nested: Option<Vec<WantedNested>>,
}

/// A modifier that is chosen of the group that another one asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedNested {
    /// The modifier.
    pub modifier: ModifierId,
    /// How often with one piece of the product.
    pub quantity: u16,
}

/// What fills a slot of a combo, or a part of it. A slot with one option that is left empty is
/// filled with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedPick {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// How many pieces for one combo.
    pub quantity: Quantity,
    /// What is chosen with each piece, by group. Of a group that is left out its defaults are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modifier_groups: Vec<WantedGroup>,
}

impl WantedLine {
    /// Pieces of a product as it comes.
    pub const fn plain(product: ProductId, variant: VariantId, quantity: Quantity) -> Self {
        Self { product, variant, quantity, modifier_groups: Vec::new(), slots: Vec::new() }
    }

    /// The products that it names: its own, and those of its picks.
    pub fn products(&self) -> impl Iterator<Item = ProductId> {
        let picked = self.slots.iter().flatten().map(|pick| pick.product);
        std::iter::once(self.product).chain(picked)
    }

    /// The modifier groups that it names.
    pub fn groups(&self) -> impl Iterator<Item = ModifierGroupId> {
        let of_picks = self.slots.iter().flatten().flat_map(|pick| &pick.modifier_groups);
        self.modifier_groups.iter().chain(of_picks).map(|it| it.group)
    }
}
