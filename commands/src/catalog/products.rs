//! Products and their variants.

use domain::catalog::category::Category;
use domain::catalog::product::{self, Product, VariantRequest};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, Name, ProductId};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::error::CommandError;
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

/// Adds a product to the menu.
#[derive(Debug, Clone, Serialize)]
pub struct AddProduct {
    /// The id of the product.
    #[serde(skip)]
    pub product: ProductId,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its category.
    pub category: CategoryId,
    /// Its variants in the order of the menu, without ids.
    pub variants: Vec<VariantRequest>,
}

impl Intent for AddProduct {
    const OPERATION: &'static str = "product.add";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
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
        work.decide::<Product, _>(&self.product, product::Command::Add(request))?;
        take(work, &claims, self.product.uuid(), ProductRefusal::NameTaken)
    }
}

/// Changes the name, the category and the variants of a product.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseProduct {
    /// The product.
    pub product: ProductId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its category.
    pub category: CategoryId,
    /// Its variants in the order of the menu: those with an id are changed, those without are
    /// added, and omitted ones are not sold any more.
    pub variants: Vec<VariantRequest>,
}

impl Intent for ReviseProduct {
    const OPERATION: &'static str = "product.revise";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        let wanted = vec![
            work.subscription(),
            work.wanted::<Product>(&self.product),
            work.wanted::<Category>(&self.category),
        ];
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Product>(&self.product).in_menu().cloned();
        let before = before.ok_or(CommandError::refused(product::Error::Unknown))?;
        work.expect::<Product, _>(&self.product, self.seen)?;
        let request = request(work, &self.name, self.category, &self.variants);
        work.decide::<Product, _>(&self.product, product::Command::Revise(request))?;
        let claims = (Named::Product, &before.name, &self.name);
        rename(work, claims, self.product.uuid(), ProductRefusal::NameTaken).await
    }
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
