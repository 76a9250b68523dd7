//! What a line of an order takes from stock, by the recipe at the time the order was placed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inventory::recipe::Ingredient;
use crate::shared::{Quantity, StockQuantityError};

/// What a line takes from stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineRecipe {
    /// The version of the recipe.
    pub version: u32,
    /// The total of all pieces of the line.
    pub ingredients: Vec<Ingredient>,
}

impl LineRecipe {
    /// The recipe of a line of `pieces` pieces, computed from that of one piece.
    pub(super) fn times(self, quantity: Quantity) -> Result<Self, StockQuantityError> {
        let all = |Ingredient { item, quantity: one }| {
            Ok(Ingredient { item, quantity: one.times(quantity.pieces())? })
        };
        let ingredients = self.ingredients.into_iter().map(all).collect::<Result<_, _>>()?;
        Ok(Self { version: self.version, ingredients })
    }
}
