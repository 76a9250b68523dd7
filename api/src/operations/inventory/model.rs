//! Bodies about stock.

use domain::inventory::balance::Balance;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{StockItemId, VariantId};
use poem_openapi::Object;
use projections::inventory::kardex::Reason;
use serde::Serialize;
use uuid::Uuid;

use crate::operations::fields::Fields;
use crate::operations::model::{MoneyBody, mirrored};

mirrored! {
    /// What the quantities of a stock item count.
    BaseUnitBody of BaseUnit as "BaseUnit" {
        /// Weight.
        Gram,
        /// Volume.
        Millilitre,
        /// Pieces.
        Each,
    }
}

mirrored! {
    /// Whether an order is taken for which there is not enough in stock.
    OnShortageBody of OnShortage as "OnShortage" {
        /// The order is refused.
        Refuse,
        /// The order is taken; the stock goes below nothing until goods come in.
        Allow,
    }
}

mirrored! {
    /// Why an item moved.
    ReasonBody of Reason as "StockReason" {
        /// Goods came in.
        Receipt,
        /// Goods that came in cost another amount than was guessed when they were used up before.
        CostCorrection,
        /// An order used it up.
        Order,
    }
}

/// What one piece of a variant takes from stock.
#[derive(Object, Serialize)]
#[oai(rename = "RecipePortion")]
pub(super) struct PortionBody {
    /// The variant.
    variant_id: Uuid,
    /// What it takes, each item once.
    #[oai(validator(min_items = 1, max_items = 50))]
    ingredients: Vec<IngredientBody>,
}

/// How much of a stock item.
#[derive(Object, Serialize)]
#[oai(rename = "Ingredient")]
pub(in crate::operations) struct IngredientBody {
    /// The stock item.
    item_id: Uuid,
    /// How much of it in its base unit, with at most six decimals; more than zero.
    #[oai(validator(pattern = "^[0-9]{1,10}(\\.[0-9]{1,6})?$"))]
    quantity: String,
}

/// The portions of a recipe as the command takes them; mistakes are in `fields`.
pub(super) fn portions(fields: &mut Fields, bodies: &[PortionBody]) -> Vec<Portion> {
    let mut portions = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.iter().enumerate() {
        let at = format!("/portions/{index}/ingredients");
        let ingredients = ingredients(fields, &at, &body.ingredients);
        portions.push(Portion { variant: VariantId::from_uuid(body.variant_id), ingredients });
    }
    portions
}

/// Ingredients as commands take them; mistakes are in `fields`, with pointers below `at`.
pub(in crate::operations) fn ingredients(
    fields: &mut Fields,
    at: &str,
    bodies: &[IngredientBody],
) -> Vec<Ingredient> {
    let ingredient = |(index, body): (usize, &IngredientBody)| {
        let quantity = fields.stock_quantity(&format!("{at}/{index}/quantity"), &body.quantity)?;
        Some(Ingredient { item: StockItemId::from_uuid(body.item_id), quantity })
    };
    bodies.iter().enumerate().filter_map(ingredient).collect()
}

impl From<Ingredient> for IngredientBody {
    fn from(Ingredient { item, quantity }: Ingredient) -> Self {
        Self { item_id: item.uuid(), quantity: quantity.to_string() }
    }
}

impl From<Portion> for PortionBody {
    fn from(portion: Portion) -> Self {
        Self {
            variant_id: portion.variant.uuid(),
            ingredients: portion.ingredients.into_iter().map(Into::into).collect(),
        }
    }
}

/// What there is of an item and what it is worth.
#[derive(Object, Serialize)]
#[oai(rename = "StockBalance")]
pub(super) struct BalanceBody {
    /// How much there is, in its base unit; below zero after more was used up than there was.
    quantity: String,
    /// What it is worth.
    value: MoneyBody,
    /// What one base unit is worth on average, in major units of the currency; null when nothing is
    /// there.
    unit_cost: Option<String>,
}

impl From<Balance> for BalanceBody {
    fn from(balance: Balance) -> Self {
        Self {
            quantity: balance.quantity.to_string(),
            value: balance.value.into(),
            unit_cost: balance.unit_cost(),
        }
    }
}
