//! A recipe: what one piece of each variant of a product takes from stock.
//!
//! It is published in versions. An order keeps the version that it was placed with, so a later one
//! changes no order.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::catalog::product::{self, VARIANTS_MAX};
use crate::shared::{ProductId, StockItemId, StockQuantity, VariantId};

/// The most ingredients a variant can have.
pub const INGREDIENTS_MAX: usize = 50;

/// The marker of the aggregate; its id is that of the product.
#[derive(Debug)]
pub struct Recipe;

/// How much of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ingredient {
    /// What.
    pub item: StockItemId,
    /// How much of it, in its base unit.
    pub quantity: StockQuantity,
}

/// What one piece of a variant takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Portion {
    /// The variant.
    pub variant: VariantId,
    /// What it takes, each item once.
    pub ingredients: Vec<Ingredient>,
}

/// What can be asked of a recipe.
#[derive(Debug, Clone)]
pub enum Command {
    /// The product is made like this; variants that are left out take nothing.
    Publish {
        /// One for each variant that takes something.
        portions: Vec<Portion>,
    },
}

/// The product is made like this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// 1, 2, 3 …
    pub version: u32,
    /// One for each variant that takes something.
    pub portions: Vec<Portion>,
}

impl Published {
    /// What one piece of the variant takes, if it takes something.
    pub fn portion(&self, variant: VariantId) -> Option<&Portion> {
        self.portions.iter().find(|portion| portion.variant == variant)
    }
}

crate::stored_events! {
    /// What happens to a recipe.
    pub enum Event {
        "recipe.published" => Published,
    }
}

/// The recipe in its latest version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// The product takes nothing from stock.
    #[default]
    Unpublished,
    /// The product is made like this.
    Published(Arc<Published>),
}

impl State {
    /// The latest version, if there is one.
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
    /// The product is not sold in such a variant.
    #[error("portion {index} names no variant of the product")]
    UnknownVariant {
        /// The place of the portion, from 0.
        index: usize,
    },
    /// The company keeps no such thing in stock.
    #[error("ingredient {ingredient} of portion {index} is no stock item")]
    UnknownItem {
        /// The place of the portion, from 0.
        index: usize,
        /// The place of the ingredient, from 0.
        ingredient: usize,
    },
    /// A recipe says something, and not more than a product has variants.
    #[error("a recipe has 1 to {VARIANTS_MAX} portions, not {given}")]
    PortionCount {
        /// How many were given.
        given: usize,
    },
    /// A variant is made in one way.
    #[error("portion {index} repeats the variant of an earlier one")]
    VariantRepeated {
        /// The place of the later portion, from 0.
        index: usize,
    },
    /// A portion takes something, and not too much.
    #[error("portion {index} has 1 to {INGREDIENTS_MAX} ingredients, not {given}")]
    IngredientCount {
        /// The place of the portion, from 0.
        index: usize,
        /// How many were given.
        given: usize,
    },
    /// An item is named once with its whole quantity.
    #[error("ingredient {ingredient} of portion {index} repeats an earlier one")]
    IngredientRepeated {
        /// The place of the portion, from 0.
        index: usize,
        /// The place of the later ingredient, from 0.
        ingredient: usize,
    },
    /// An ingredient is more than nothing.
    #[error("ingredient {ingredient} of portion {index} has no quantity above zero")]
    QuantityNotPositive {
        /// The place of the portion, from 0.
        index: usize,
        /// The place of the ingredient, from 0.
        ingredient: usize,
    },
    /// There were more versions than can be counted.
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

/// Whether the portions of a recipe name variants of its product, and things that the company keeps.
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
