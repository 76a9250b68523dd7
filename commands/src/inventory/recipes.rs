//! Recipes: the stock that products use.

use domain::catalog::Product;
use domain::identity::subscription::Module;
use domain::inventory::StockItem;
use domain::inventory::recipe::{self, Portion, Recipe};
use domain::shared::ProductId;
use event_store::Revision;
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Publishes a recipe of a product.
#[derive(Debug, Clone, Serialize)]
pub struct PublishRecipe {
    /// The product.
    pub product: ProductId,
    /// The revision of the recipe that the caller has seen.
    pub seen: Option<Revision>,
    /// One for each variant that uses stock.
    pub portions: Vec<Portion>,
}

impl Intent for PublishRecipe {
    const OPERATION: &'static str = "recipe.publish";
    type Refusal = recipe::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<recipe::Error>> {
        let ingredients = self.portions.iter().flat_map(|portion| &portion.ingredients);
        let items = ingredients.map(|ingredient| work.wanted::<StockItem>(&ingredient.item));
        let product = [work.wanted::<Product>(&self.product), work.wanted::<Recipe>(&self.product)];
        let wanted = [work.subscription()].into_iter().chain(product).chain(items).collect();
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        let product = work.state::<Product>(&self.product);
        let is_kept = |item| work.state::<StockItem>(&item).kept().is_some();
        recipe::check_references(product, &self.portions, is_kept)
            .map_err(CommandError::Refused)?;
        work.expect::<Recipe, _>(&self.product, self.seen)?;
        let publish = recipe::Command::Publish { portions: self.portions.clone() };
        work.decide::<Recipe, _>(&self.product, publish)?;
        Ok(())
    }
}
