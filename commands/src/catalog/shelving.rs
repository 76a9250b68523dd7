//! Taking products out of the menu and putting them back, and their order in a category.

use domain::catalog::category::Category;
use domain::catalog::product::{self, Product};
use domain::claim::Claim;
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, ProductId};
use serde::Serialize;

use super::product_claims;
use super::products::{ProductRefusal, take};
use crate::claims::release;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Takes a product out of the menu. Its name and codes are free for others.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveProduct {
    /// The product.
    pub product: ProductId,
}

impl Intent for RemoveProduct {
    const OPERATION: &'static str = "product.remove";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Product>(&self.product)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Product>(&self.product).in_menu().cloned();
        work.decide::<Product, _>(&self.product, product::Command::Remove)?;
        let Some(before) = before else { return Ok(()) };
        let keys = product_claims::of_details(&before);
        work.read(keys.iter().map(|key| work.wanted::<Claim>(&key.claim)).collect()).await?;
        release(work, keys.iter().map(|key| &key.claim), self.product.uuid());
        Ok(())
    }
}

/// Puts a product back into the menu as it was. Refused if another one has its name or a code
/// meanwhile, or if its category is not in the menu.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreProduct {
    /// The product.
    pub product: ProductId,
}

impl Intent for RestoreProduct {
    const OPERATION: &'static str = "product.restore";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Product>(&self.product)]).await?;
        work.covered(Module::Catalog)?;
        let removed = work.state::<Product>(&self.product).removed().cloned();
        let keys = removed.as_ref().map(product_claims::of_details).unwrap_or_default();
        let mut has_category = false;
        if let Some(details) = &removed {
            let claims = keys.iter().map(|key| work.wanted::<Claim>(&key.claim));
            let category = work.wanted::<Category>(&details.category);
            work.read(claims.chain([category]).collect()).await?;
            has_category = work.state::<Category>(&details.category).in_menu().is_some();
        }
        let restore = product::Command::Restore { has_category };
        work.decide::<Product, _>(&self.product, restore)?;
        take(work, &keys, self.product)
    }
}

/// Puts products of a category into an order: their positions are 1, 2, 3 … in the order of the list.
/// Products of the category that are not listed keep their positions.
#[derive(Debug, Clone, Serialize)]
pub struct ReorderProducts {
    /// The category.
    pub category: CategoryId,
    /// Products of the category, in their order.
    pub products: Vec<ProductId>,
}

/// Why products are not reordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReorderProductsRefusal {
    /// A product is not in the menu, or in another category.
    #[error("product {index} is not in the category")]
    Elsewhere {
        /// The index of the product, from 0.
        index: usize,
    },
    /// A product is listed twice.
    #[error("product {index} repeats an earlier one")]
    Repeated {
        /// The index of the later product, from 0.
        index: usize,
    },
    /// A rule of a product itself.
    #[error(transparent)]
    Product(#[from] product::Error),
}

impl Intent for ReorderProducts {
    const OPERATION: &'static str = "product.reorder";
    type Refusal = ReorderProductsRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<ReorderProductsRefusal>> {
        let products = self.products.iter().map(|product| work.wanted::<Product>(product));
        work.read(products.chain([work.subscription()]).collect()).await?;
        work.covered(Module::Catalog)?;
        for (index, (product, place)) in self.products.iter().zip(1..).enumerate() {
            if self.products[..index].contains(product) {
                return Err(CommandError::Refused(ReorderProductsRefusal::Repeated { index }));
            }
            let details = work.state::<Product>(product).in_menu();
            if details.is_none_or(|details| details.category != self.category) {
                return Err(CommandError::Refused(ReorderProductsRefusal::Elsewhere { index }));
            }
            work.decide::<Product, _>(product, product::Command::Move(place))?;
        }
        Ok(())
    }
}
