//! Products and their variants.

use domain::catalog::category::Category;
use domain::catalog::product::{self, Product, VariantRequest};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, Name, ProductId};
use event_store::Revision;
use serde::Serialize;

use super::{rename, take};
use crate::engine::error::Failure;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a product is not added or revised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductRefusal {
    /// Another product has the name.
    #[error("another product has this name")]
    NameTaken,
    /// A rule of the product itself.
    #[error(transparent)]
    Product(#[from] product::Error),
}

/// The menu gets a product.
#[derive(Debug, Clone, Serialize)]
pub struct AddProduct {
    /// The product to be.
    #[serde(skip)]
    pub product: ProductId,
    /// Its name, unique in the company.
    pub name: Name,
    /// Where it stands in the menu.
    pub category: CategoryId,
    /// Its variants in the order of the menu; none has an id yet.
    pub variants: Vec<VariantRequest>,
}

impl Intent for AddProduct {
    const OPERATION: &'static str = "product.add";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<ProductRefusal>> {
        let claims = ClaimId::all_of_name(Named::Product, &self.name);
        let mut wanted = vec![
            work.subscription(),
            work.wanted::<Product>(&self.product),
            work.wanted::<Category>(&self.category),
        ];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let request = request(work, &self.name, self.category, &self.variants);
        work.decide::<Product>(&self.product, product::Command::Add(request))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        take(work, &claims, self.product.uuid()).map_err(|_| product_name_taken())
    }
}

/// A product should be like this.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseProduct {
    /// Which.
    pub product: ProductId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// Where it stands in the menu.
    pub category: CategoryId,
    /// Its variants in the order of the menu; those with an id are kept and changed, those without are
    /// added, and those left out are sold no more.
    pub variants: Vec<VariantRequest>,
}

impl Intent for ReviseProduct {
    const OPERATION: &'static str = "product.revise";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<ProductRefusal>> {
        let wanted = vec![
            work.subscription(),
            work.wanted::<Product>(&self.product),
            work.wanted::<Category>(&self.category),
        ];
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Product>(&self.product).in_menu().cloned();
        let before = before.ok_or(Failure::Refused(product::Error::Unknown.into()))?;
        work.expect::<Product, _>(&self.product, self.seen)?;
        let request = request(work, &self.name, self.category, &self.variants);
        work.decide::<Product>(&self.product, product::Command::Revise(request))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let claims = (Named::Product, &before.name, &self.name);
        rename(work, claims, self.product.uuid(), product_name_taken).await
    }
}

const fn product_name_taken() -> Failure<ProductRefusal> {
    Failure::Refused(ProductRefusal::NameTaken)
}

fn request(
    work: &UnitOfWork<'_>,
    name: &Name,
    category: CategoryId,
    variants: &[VariantRequest],
) -> product::Request {
    let known = work.state::<Category>(&category).in_menu();
    product::Request {
        name: name.clone(),
        category: known.map(|_| category),
        variants: variants.to_vec(),
    }
}
