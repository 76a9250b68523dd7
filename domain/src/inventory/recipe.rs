//! A recipe: what one piece of each variant of a product takes from stock.
//!
//! It is published in versions. An order keeps the version that it was placed with.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::catalog::product::{self, VARIANTS_MAX};
use crate::shared::{Multiplier, ProductId, StockItemId, StockQuantity, VariantId};

/// The most ingredients a variant can have.
pub const INGREDIENTS_MAX: usize = 50;

/// The marker of the aggregate; its id is that of the product.
#[derive(Debug)]
pub struct Recipe;

/// A quantity of a stock item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ingredient {
    /// The item.
    pub item: StockItemId,
    /// The quantity, in the item's base unit.
    pub quantity: StockQuantity,
}

/// What one piece of a variant takes from stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Portion {
    /// The variant.
    pub variant: VariantId,
    /// The ingredients, each item once.
    pub ingredients: Vec<Ingredient>,
}

/// Commands to a recipe.
#[derive(Debug, Clone)]
pub enum Command {
    /// Publish a version; variants that are left out take nothing.
    Publish {
        /// One portion for each variant that takes something.
        portions: Vec<Portion>,
    },
}

/// A version was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// 1, 2, 3 …
    pub version: u32,
    /// One portion for each variant that takes something.
    pub portions: Vec<Portion>,
}

impl Published {
    /// What one piece of the variant takes; none if it takes nothing.
    pub fn portion(&self, variant: VariantId) -> Option<&Portion> {
        self.portions.iter().find(|portion| portion.variant == variant)
    }

    /// What one piece of a variant of the product takes, and how many times: a variant with a
    /// multiplier takes what the base variant takes, another one what this says of it. None if it
    /// takes nothing.
    pub fn taken(
        &self,
        product: &product::Details,
        variant: VariantId,
    ) -> Option<(&Portion, Option<Multiplier>)> {
        let multiplier = product.variant(variant)?.recipe_multiplier;
        let source = if multiplier.is_some() { product.base_variant()?.id } else { variant };
        Some((self.portion(source)?, multiplier))
    }
}

crate::stored_events! {
    /// Events of a recipe.
    pub enum Event {
        "recipe.published" => Published,
    }
}

/// The latest version of a recipe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// The product takes nothing from stock.
    #[default]
    Unpublished,
    /// The product takes what this version lists.
    Published(Arc<Published>),
}

impl State {
    /// The latest version; none if none was published.
    pub fn latest(&self) -> Option<&Published> {
        match self {
            Self::Unpublished => None,
            Self::Published(published) => Some(published),
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company sells no such product.
    #[error("there is no such product")]
    UnknownProduct,
    /// The product has no such variant.
    #[error("portion {index} names no variant of the product")]
    UnknownVariant {
        /// The index of the portion, from 0.
        index: usize,
    },
    /// The company has no such stock item.
    #[error("ingredient {ingredient} of portion {index} is no stock item")]
    UnknownItem {
        /// The index of the portion, from 0.
        index: usize,
        /// The index of the ingredient, from 0.
        ingredient: usize,
    },
    /// The recipe has no portion, or more than a product can have variants.
    #[error("a recipe has 1 to {VARIANTS_MAX} portions, not {given}")]
    PortionCount {
        /// How many were given.
        given: usize,
    },
    /// A variant is listed twice.
    #[error("portion {index} repeats the variant of an earlier one")]
    VariantRepeated {
        /// The index of the later portion, from 0.
        index: usize,
    },
    /// A portion has no ingredient, or too many.
    #[error("portion {index} has 1 to {INGREDIENTS_MAX} ingredients, not {given}")]
    IngredientCount {
        /// The index of the portion, from 0.
        index: usize,
        /// How many were given.
        given: usize,
    },
    /// An item is listed twice in a portion.
    #[error("ingredient {ingredient} of portion {index} repeats an earlier one")]
    IngredientRepeated {
        /// The index of the portion, from 0.
        index: usize,
        /// The index of the later ingredient, from 0.
        ingredient: usize,
    },
    /// An ingredient's quantity must be above zero.
    #[error("ingredient {ingredient} of portion {index} has no quantity above zero")]
    QuantityNotPositive {
        /// The index of the portion, from 0.
        index: usize,
        /// The index of the ingredient, from 0.
        ingredient: usize,
    },
    /// The version number would overflow.
    #[error("the recipe has no version number left")]
    Exhausted,
}

impl Decider for Recipe {
    const CATEGORY: &'static str = "recipe";
    type Id = ProductId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        let Command::Publish { portions } = command;
        check(&portions)?;
        let latest = state.latest();
        if latest.is_some_and(|latest| latest.portions == portions) {
            return Ok(vec![]);
        }
        let version = latest.map_or(0, |latest| latest.version).checked_add(1);
        let version = version.ok_or(Error::Exhausted)?;
        Ok(vec![Published { version, portions }.into()])
    }

    fn evolve(_: State, event: Event) -> State {
        match event {
            Event::Published(published) => State::Published(Arc::new(published)),
        }
    }
}

/// Checks that the portions refer to variants of the product and stock items of the company.
pub fn check_references(
    product: &product::State,
    portions: &[Portion],
    is_kept: impl Fn(StockItemId) -> bool,
) -> Result<(), Error> {
    let product = product.in_menu().ok_or(Error::UnknownProduct)?;
    for (index, portion) in portions.iter().enumerate() {
        if product.variant(portion.variant).is_none() {
            return Err(Error::UnknownVariant { index });
        }
        let unknown = portion.ingredients.iter().position(|wanted| !is_kept(wanted.item));
        if let Some(ingredient) = unknown {
            return Err(Error::UnknownItem { index, ingredient });
        }
    }
    Ok(())
}

fn check(portions: &[Portion]) -> Result<(), Error> {
    if portions.is_empty() || portions.len() > VARIANTS_MAX {
        return Err(Error::PortionCount { given: portions.len() });
    }
    for (index, portion) in portions.iter().enumerate() {
        if portions[..index].iter().any(|earlier| earlier.variant == portion.variant) {
            return Err(Error::VariantRepeated { index });
        }
        let ingredients = &portion.ingredients;
        if ingredients.is_empty() || ingredients.len() > INGREDIENTS_MAX {
            return Err(Error::IngredientCount { index, given: ingredients.len() });
        }
        for (place, Ingredient { item, quantity }) in ingredients.iter().enumerate() {
            if ingredients[..place].iter().any(|earlier| earlier.item == *item) {
                return Err(Error::IngredientRepeated { index, ingredient: place });
            }
            if !quantity.is_positive() {
                return Err(Error::QuantityNotPositive { index, ingredient: place });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
