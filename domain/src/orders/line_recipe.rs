//! What a line of an order takes from stock, by the recipe at the time the order was placed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inventory::recipe::Ingredient;
use crate::shared::{Multiplier, StockQuantityError};

/// What a line takes from stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineRecipe {
    /// The version of the recipe.
    pub version: u32,
    /// The total of all pieces of the line.
    pub ingredients: Vec<Ingredient>,
    /// How many times the recipe was taken for one piece; none if it is that of the variant itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplier: Option<Multiplier>,
}

impl LineRecipe {
    /// The recipe of a line of so many pieces, computed from that of one piece.
    pub(super) fn times(self, pieces: u32) -> Result<Self, StockQuantityError> {
        let all = |Ingredient { item, quantity: one }| {
            let quantity = match self.multiplier {
                Some(multiplier) => one.scaled(pieces, multiplier)?,
                None => one.times(pieces)?,
            };
            Ok(Ingredient { item, quantity })
        };
        let ingredients = self.ingredients.into_iter().map(all).collect::<Result<_, _>>()?;
        Ok(Self { ingredients, ..self })
    }
}
