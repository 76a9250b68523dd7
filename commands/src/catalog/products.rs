//! Products: adding and changing them.

use domain::catalog::category::Category;
use domain::catalog::combo::Combo;
use domain::catalog::product::{self, Changes, Product, Request, check_references};
use domain::catalog::{ModifierGroup, Station};
use domain::claim::Claim;
use domain::identity::subscription::Module;
use domain::shared::ProductId;
use event_store::Revision;
use serde::Serialize;

use super::product_claims::{self, Key};
use super::references::References;
use crate::claims::{release, take_of};
use crate::engine::aggregates::Wanted;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a product is not added, changed, removed or restored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductRefusal {
    /// Another product has the name.
    #[error("another product has this name")]
    NameTaken,
    /// Another product has the stock keeping unit of a variant.
    #[error("another product has the stock keeping unit of variant {index}")]
    SkuTaken {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// Another product has the barcode of a variant.
    #[error("another product has the barcode of variant {index}")]
    BarcodeTaken {
        /// The index of the variant, from 0.
        index: usize,
    },
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
    /// What it is like; its variants have no ids.
    #[serde(flatten)]
    pub request: Request,
}

impl Intent for AddProduct {
    const OPERATION: &'static str = "product.add";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        let keys = product_claims::of_request(&self.request);
        let mut wanted = vec![work.subscription(), work.wanted::<Product>(&self.product)];
        wanted.extend(referred(work, &self.request));
        wanted.extend(keys.iter().map(|key| work.wanted::<Claim>(&key.claim)));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        check_references(None, &self.request, &References::of(work, self.request.category))
            .map_err(CommandError::refused)?;
        let add = product::Command::Add(self.request.clone());
        work.decide::<Product, _>(&self.product, add)?;
        take(work, &keys, self.product)
    }
}

/// Changes attributes of a product.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseProduct {
    /// The product.
    pub product: ProductId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// What becomes of it.
    #[serde(flatten)]
    pub changes: Changes,
}

impl Intent for ReviseProduct {
    const OPERATION: &'static str = "product.revise";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Product>(&self.product)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Product>(&self.product).in_menu().cloned();
        let before = before.ok_or(CommandError::refused(product::Error::Unknown))?;
        work.expect::<Product, _>(&self.product, self.seen)?;
        let request = self.changes.clone().applied_to(before.clone().into());
        let old = product_claims::of_details(&before);
        let new = product_claims::of_request(&request);
        let mut wanted = referred(work, &request);
        if product_claims::differ(&old, &new) {
            let keys = old.iter().chain(&new);
            wanted.extend(keys.map(|key| work.wanted::<Claim>(&key.claim)));
        }
        work.read(wanted).await?;
        check_references(Some(&before), &request, &References::of(work, request.category))
            .map_err(CommandError::refused)?;
        work.decide::<Product, _>(&self.product, product::Command::Revise(request))?;
        if product_claims::differ(&old, &new) {
            take(work, &new, self.product)?;
            let given_up = old.iter().filter(|old| new.iter().all(|new| new.claim != old.claim));
            release(work, given_up.map(|key| &key.claim), self.product.uuid());
        }
        Ok(())
    }
}

/// Takes the claims of a product, which were read.
pub(super) fn take(
    work: &mut UnitOfWork<'_>,
    keys: &[Key],
    product: ProductId,
) -> Result<(), CommandError<ProductRefusal>> {
    let of = |key: &Key| (key.claim.clone(), key.taken.clone());
    take_of(work, keys.iter().map(of), product.uuid())
}

/// The streams that a product refers to.
fn referred(work: &UnitOfWork<'_>, request: &Request) -> Vec<Wanted> {
    let options = request.combo.iter().flat_map(Combo::options);
    let options = options.map(|(.., option)| work.wanted::<Product>(&option.product));
    let groups = request.groups.iter().map(|it| work.wanted::<ModifierGroup>(&it.group));
    let stations = request.stations.values().map(|station| work.wanted::<Station>(station));
    let category = work.wanted::<Category>(&request.category);
    std::iter::once(category).chain(options).chain(groups).chain(stations).collect()
}
