//! What a branch offers: turns the lines that a guest asks for into lines that can be priced.

use serde::Serialize;

use super::product;
use crate::identity::branch;
use crate::inventory::recipe;
use crate::orders::LineRecipe;
use crate::orders::order::LineRequest;
use crate::shared::{ProductId, Quantity, VariantId};

/// One line as a guest asks for it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WantedLine {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// The states that a line is resolved from.
#[derive(Debug, Clone, Copy)]
pub struct ProductStates<'a> {
    /// The product.
    pub product: &'a product::State,
    /// The revision of the product.
    pub product_revision: u64,
    /// Its recipe.
    pub recipe: &'a recipe::State,
}

/// Why a line is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company sells no such product.
    #[error("line {index} names no product of the menu")]
    UnknownProduct {
        /// The index of the line, from 0.
        index: usize,
    },
    /// The product is not sold in such a variant.
    #[error("line {index} names no variant of its product")]
    UnknownVariant {
        /// The index of the line, from 0.
        index: usize,
    },
    /// The branch does not trade in the currency of the product's price.
    #[error("line {index} is priced in another currency than the branch trades in")]
    ForeignCurrency {
        /// The index of the line, from 0.
        index: usize,
    },
}

/// Resolves the lines against what the branch offers. The first line that is not offered is refused
/// with its index.
pub fn resolve<'a>(
    branch: &branch::Details,
    lines: &[WantedLine],
    states: impl Fn(ProductId) -> ProductStates<'a>,
) -> Result<Vec<LineRequest>, Error> {
    let line = |(index, line): (usize, &WantedLine)| {
        resolve_line(branch, index, line, states(line.product))
    };
    lines.iter().enumerate().map(line).collect()
}

fn resolve_line(
    branch: &branch::Details,
    index: usize,
    line: &WantedLine,
    states: ProductStates<'_>,
) -> Result<LineRequest, Error> {
    let product = states.product.in_menu().ok_or(Error::UnknownProduct { index })?;
    let variant = product.variant(line.variant).ok_or(Error::UnknownVariant { index })?;
    if variant.price.currency() != branch.currency {
        return Err(Error::ForeignCurrency { index });
    }
    Ok(LineRequest {
        product: line.product,
        variant: line.variant,
        category: product.category,
        product_name: product.name.clone(),
        variant_name: variant.name.clone(),
        product_revision: states.product_revision,
        quantity: line.quantity,
        unit_price: variant.price,
        recipe: line_recipe(states.recipe, product, line.variant),
    })
}

/// What one piece of a variant takes from stock; none if its product has no recipe for it.
fn line_recipe(
    recipe: &recipe::State,
    product: &product::Details,
    variant: VariantId,
) -> Option<LineRecipe> {
    let latest = recipe.latest()?;
    let (portion, multiplier) = latest.taken(product, variant)?;
    let ingredients = portion.ingredients.clone();
    Some(LineRecipe { version: latest.version, ingredients, multiplier })
}

#[cfg(test)]
mod tests;
