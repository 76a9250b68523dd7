//! Categories and products.

use domain::catalog::category::{self, Category};
use domain::catalog::product::{self, Product, Variant};
use domain::claim::{self, Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, Money, Name, ProductId, VariantId};
use event_store::Revision;
use serde::Serialize;
use uuid::Uuid;

use crate::error::Failure;
use crate::intent::Intent;
use crate::unit_of_work::UnitOfWork;

/// Why a category is not added or revised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CategoryRefusal {
    /// Another category has the name.
    #[error("another category has this name")]
    NameTaken,
    /// A rule of the category itself.
    #[error(transparent)]
    Category(#[from] category::Error),
}

/// Why a product is not added or revised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductRefusal {
    /// Another product has the name.
    #[error("another product has this name")]
    NameTaken,
    /// The company has no such category.
    #[error("there is no such category")]
    UnknownCategory,
    /// A variant is to be revised that the product does not have.
    #[error("variant {index} is not one of this product")]
    UnknownVariant {
        /// Its place in the request, from 0.
        index: usize,
    },
    /// A rule of the product itself.
    #[error(transparent)]
    Product(#[from] product::Error),
}

/// The menu gets a category.
#[derive(Debug, Clone, Serialize)]
pub struct AddCategory {
    /// The category to be.
    #[serde(skip)]
    pub category: CategoryId,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its place in the menu, smallest first.
    pub place: u16,
}

impl Intent for AddCategory {
    const OPERATION: &'static str = "category.add";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<CategoryRefusal>> {
        let claim = ClaimId::of_name(Named::Category, &self.name);
        let wanted = vec![
            work.subscription(),
            work.wanted::<Category>(&self.category),
            work.wanted::<Claim>(&claim),
        ];
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let details = category::Details { name: self.name.clone(), place: self.place };
        work.decide::<Category>(&self.category, category::Command::Add(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        take(work, &claim, self.category.uuid()).map_err(|_| category_name_taken())
    }
}

/// A category should be like this.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseCategory {
    /// Which.
    pub category: CategoryId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its place in the menu, smallest first.
    pub place: u16,
}

impl Intent for ReviseCategory {
    const OPERATION: &'static str = "category.revise";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<CategoryRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Category>(&self.category)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Category>(&self.category).in_menu().cloned();
        let before = before.ok_or(Failure::Refused(category::Error::Unknown.into()))?;
        work.expect::<Category, _>(&self.category, self.seen)?;
        let details = category::Details { name: self.name.clone(), place: self.place };
        work.decide::<Category>(&self.category, category::Command::Revise(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let claims = (Named::Category, &before.name, &self.name);
        rename(work, claims, self.category.uuid(), category_name_taken).await
    }
}

const fn category_name_taken() -> Failure<CategoryRefusal> {
    Failure::Refused(CategoryRefusal::NameTaken)
}

/// A variant as somebody wants it.
#[derive(Debug, Clone, Serialize)]
pub struct VariantRequest {
    /// The one to change; none adds one.
    pub id: Option<VariantId>,
    /// The id that it gets if it is added.
    #[serde(skip)]
    pub id_if_new: VariantId,
    /// Its name, unique in the product.
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
}

impl VariantRequest {
    fn variant(&self) -> Variant {
        let id = self.id.unwrap_or(self.id_if_new);
        Variant { id, name: self.name.clone(), price: self.price }
    }
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
        let claim = ClaimId::of_name(Named::Product, &self.name);
        let wanted = vec![
            work.subscription(),
            work.wanted::<Product>(&self.product),
            work.wanted::<Category>(&self.category),
            work.wanted::<Claim>(&claim),
        ];
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        if let Some(index) = self.variants.iter().position(|variant| variant.id.is_some()) {
            return Err(Failure::Refused(ProductRefusal::UnknownVariant { index }));
        }
        let details = details(work, &self.name, self.category, &self.variants)?;
        work.decide::<Product>(&self.product, product::Command::Add(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        take(work, &claim, self.product.uuid()).map_err(|_| product_name_taken())
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
        let is_foreign =
            |variant: &VariantRequest| variant.id.is_some_and(|id| before.variant(id).is_none());
        if let Some(index) = self.variants.iter().position(is_foreign) {
            return Err(Failure::Refused(ProductRefusal::UnknownVariant { index }));
        }
        let details = details(work, &self.name, self.category, &self.variants)?;
        work.decide::<Product>(&self.product, product::Command::Revise(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let claims = (Named::Product, &before.name, &self.name);
        rename(work, claims, self.product.uuid(), product_name_taken).await
    }
}

const fn product_name_taken() -> Failure<ProductRefusal> {
    Failure::Refused(ProductRefusal::NameTaken)
}

fn details(
    work: &UnitOfWork<'_>,
    name: &Name,
    category: CategoryId,
    variants: &[VariantRequest],
) -> Result<product::Details, Failure<ProductRefusal>> {
    if work.state::<Category>(&category).in_menu().is_none() {
        return Err(Failure::Refused(ProductRefusal::UnknownCategory));
    }
    let variants = variants.iter().map(VariantRequest::variant).collect();
    Ok(product::Details { name: name.clone(), category, variants })
}

/// Takes the claim of a thing's name.
pub(crate) fn take(
    work: &mut UnitOfWork<'_>,
    claim: &ClaimId,
    holder: Uuid,
) -> Result<(), claim::Error> {
    work.decide::<Claim>(claim, claim::Command::Take { holder })?;
    Ok(())
}

/// Moves a thing's claim from one name to another, unless they fold to the same key.
pub(crate) async fn rename<R>(
    work: &mut UnitOfWork<'_>,
    (named, before, after): (Named, &Name, &Name),
    holder: Uuid,
    taken: fn() -> Failure<R>,
) -> Result<(), Failure<R>> {
    let (old, new) = (ClaimId::of_name(named, before), ClaimId::of_name(named, after));
    if old == new {
        return Ok(());
    }
    work.read(vec![work.wanted::<Claim>(&old), work.wanted::<Claim>(&new)]).await?;
    take(work, &new, holder).map_err(|_| taken())?;
    work.decide::<Claim>(&old, claim::Command::Release { holder }).map_err(|_| taken())?;
    Ok(())
}
