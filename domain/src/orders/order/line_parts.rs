//! What a line of an order has besides its product: modifiers, the children of a combo, and the
//! price list that a price comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inventory::recipe::Ingredient;
use crate::orders::LineRecipe;
use crate::pricing::TaxAmount;
use crate::shared::{
    CategoryId, ModifierGroupId, ModifierId, Money, Name, PriceListId, ProductId, Quantity,
    StationId, StockQuantityError, VariantId,
};

/// The price list that a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceOrigin {
    /// The list.
    pub list: PriceListId,
    /// The revision of the list.
    pub revision: u64,
}

/// A modifier that was chosen, as its group had it when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineModifier {
    /// The group that it was chosen from.
    pub group: ModifierGroupId,
    /// The revision of the group.
    pub group_revision: u64,
    /// The group's name.
    pub group_name: Name,
    /// The modifier.
    pub modifier: ModifierId,
    /// Its name.
    pub name: Name,
    /// How often it was chosen with one piece.
    pub quantity: Quantity,
    /// What it costs once, with the taxes that prices include.
    pub price: Money,
    /// The price list that its price comes from; none if it is that of the menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<PriceOrigin>,
    /// What it takes from stock, without what is nested in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<Ingredient>,
    /// What was chosen of the group that it asks, each once per piece of the product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nested: Vec<Self>,
}

/// A child of a combo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineChild {
    /// The index of the combo's slot that it fills, from 0.
    pub slot: u16,
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// The product's category at that time.
    pub category: CategoryId,
    /// The product's name at that time.
    pub product_name: Name,
    /// The variant's name at that time.
    pub variant_name: Name,
    /// The revision of the product.
    pub product_revision: u64,
    /// How many pieces are in one combo.
    pub quantity: Quantity,
    /// What one piece costs outside the combo and without modifiers, by which the combo's price is
    /// spread.
    pub unit_price: Money,
    /// The price list that this price comes from; none if it is that of the menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<PriceOrigin>,
    /// What one piece costs on top of the combo's price.
    pub upcharge: Money,
    /// What was chosen with each piece.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<LineModifier>,
    /// Its share in the price of all combos of the line.
    pub share: Money,
    /// What it costs: its share with upcharges, modifiers and the taxes that prices do not include.
    pub total: Money,
    /// Its taxes; none if it is excluded from taxes, or the branch has no regime.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxAmount>,
    /// The station of the branch at which it is made; none if it is made at none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<StationId>,
    /// What all pieces of the line take from stock without modifiers; none if the product had no
    /// recipe for the variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<LineRecipe>,
}

impl LineChild {
    /// What the child takes from stock with its modifiers.
    pub fn ingredients(&self) -> impl Iterator<Item = &Ingredient> {
        let recipe = self.recipe.iter().flat_map(|recipe| &recipe.ingredients);
        recipe.chain(self.modifiers.iter().flat_map(LineModifier::all_ingredients))
    }
}

impl LineModifier {
    /// What it takes from stock with what is nested in it.
    pub fn all_ingredients(&self) -> impl Iterator<Item = &Ingredient> {
        self.with_nested().flat_map(|modifier| &modifier.ingredients)
    }

    /// The modifier, and those nested in it, which have none nested in them.
    pub fn with_nested(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.nested)
    }

    /// The modifier of `pieces` pieces, computed from one with the ingredients of a single time.
    pub(super) fn times(self, pieces: u32) -> Result<Self, StockQuantityError> {
        let times = pieces * self.quantity.pieces();
        let of_all = |it: Ingredient| {
            let quantity = it.quantity.times(times)?;
            Ok(Ingredient { quantity, ..it })
        };
        Ok(Self {
            ingredients: self.ingredients.into_iter().map(of_all).collect::<Result<_, _>>()?,
            nested: all_times(self.nested, pieces)?,
            ..self
        })
    }
}

/// The modifiers of `pieces` pieces, each computed as [`LineModifier::times`] does.
pub(super) fn all_times(
    modifiers: Vec<LineModifier>,
    pieces: u32,
) -> Result<Vec<LineModifier>, StockQuantityError> {
    modifiers.into_iter().map(|modifier| modifier.times(pieces)).collect()
}
