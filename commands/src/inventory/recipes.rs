//! What products take from stock.

use domain::catalog::Product;
use domain::identity::subscription::Module;
use domain::inventory::StockItem;
use domain::inventory::recipe::{self, Portion, Recipe};
use domain::shared::ProductId;
use event_store::Revision;
use serde::Serialize;

use crate::error::Failure;
use crate::intent::Intent;
use crate::unit_of_work::UnitOfWork;

/// Why a recipe is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipeRefusal {
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
    /// A rule of the recipe itself.
    #[error(transparent)]
    Recipe(#[from] recipe::Error),
}

/// A product is made like this from here on.
#[derive(Debug, Clone, Serialize)]
pub struct PublishRecipe {
    /// The product.
    pub product: ProductId,
    /// Where the caller has seen its recipe.
    pub seen: Option<Revision>,
    /// One for each variant that takes something from stock.
    pub portions: Vec<Portion>,
}

impl Intent for PublishRecipe {
    const OPERATION: &'static str = "recipe.publish";
    type Refusal = RecipeRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<RecipeRefusal>> {
        let ingredients = self.portions.iter().flat_map(|portion| &portion.ingredients);
        let items = ingredients.map(|ingredient| work.wanted::<StockItem>(&ingredient.item));
        let product = [work.wanted::<Product>(&self.product), work.wanted::<Recipe>(&self.product)];
        let wanted = [work.subscription()].into_iter().chain(product).chain(items).collect();
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        self.check_references(work).map_err(Failure::Refused)?;
        work.expect::<Recipe, _>(&self.product, self.seen)?;
        let publish = recipe::Command::Publish { portions: self.portions.clone() };
        work.decide::<Recipe>(&self.product, publish)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        Ok(())
    }
}

impl PublishRecipe {
    fn check_references(&self, work: &UnitOfWork<'_>) -> Result<(), RecipeRefusal> {
        let product = work.state::<Product>(&self.product).in_menu();
        let product = product.ok_or(RecipeRefusal::UnknownProduct)?;
        for (index, portion) in self.portions.iter().enumerate() {
            if product.variant(portion.variant).is_none() {
                return Err(RecipeRefusal::UnknownVariant { index });
            }
            for (ingredient, wanted) in portion.ingredients.iter().enumerate() {
                if work.state::<StockItem>(&wanted.item).kept().is_none() {
                    return Err(RecipeRefusal::UnknownItem { index, ingredient });
                }
            }
        }
        Ok(())
    }
}
