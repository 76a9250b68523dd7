//! What a branch offers: from what a guest asks for to lines that can be priced.

use serde::Serialize;

use super::product;
use crate::identity::branch;
use crate::inventory::recipe;
use crate::orders::LineRecipe;
use crate::orders::order::LineRequest;
use crate::shared::{ProductId, Quantity, VariantId};

/// One line as a guest says it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WantedLine {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// What there is to know of a product that a line names.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The product.
    pub product: &'a product::State,
    /// The revision of the product.
    pub product_revision: u64,
    /// Its recipe.
    pub recipe: &'a recipe::State,
}

/// Why a line cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company sells no such product.
    #[error("line {index} names no product of the menu")]
    UnknownProduct {
        /// The place of the line, from 0.
        index: usize,
    },
    /// The product is not sold in such a variant.
    #[error("line {index} names no variant of its product")]
    UnknownVariant {
        /// The place of the line, from 0.
        index: usize,
    },
    /// The product's price is not in the branch's currency.
    #[error("line {index} is priced in another currency than the branch trades in")]
    ForeignCurrency {
        /// The place of the line, from 0.
        index: usize,
    },
}

/// Finds what lines ask for among what the branch offers, or says why the first of them that cannot be had
/// is refused.
pub fn resolve<'a>(
    branch: &branch::Details,
    lines: &[WantedLine],
    known: impl Fn(ProductId) -> Known<'a>,
) -> Result<Vec<LineRequest>, Error> {
    let line =
        |(index, line): (usize, &WantedLine)| found(branch, index, line, known(line.product));
    lines.iter().enumerate().map(line).collect()
}

fn found(
    branch: &branch::Details,
    index: usize,
    line: &WantedLine,
    known: Known<'_>,
) -> Result<LineRequest, Error> {
    let product = known.product.in_menu().ok_or(Error::UnknownProduct { index })?;
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
        product_revision: known.product_revision,
        quantity: line.quantity,
        unit_price: variant.price,
        recipe: line_recipe(known.recipe, line.variant),
    })
}

/// What one piece of a variant takes from stock, if its product has a recipe for it.
fn line_recipe(recipe: &recipe::State, variant: VariantId) -> Option<LineRecipe> {
    let latest = recipe.latest()?;
    let portion = latest.portion(variant)?;
    Some(LineRecipe { version: latest.version, ingredients: portion.ingredients.clone() })
}

#[cfg(test)]
mod tests;
