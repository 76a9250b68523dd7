//! The part of the menu that the page shows: the products that have an image.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::catalog::diet::{Allergen, Mark, Marks, Presence};
use domain::catalog::product::image::Image;
use domain::shared::{BranchId, Name, ProductId};
use projections::catalog::availability::{self, Kind, Unavailable};
use projections::catalog::diets;
use projections::catalog::products::{self, Filter, Product};
use projections::{ReadError, TenantTx};
use serde::Serialize;

use super::figures::Price;
use crate::images::below;

/// How many products, and how much that has run out in a branch, are read.
const PRODUCTS_MAX: u32 = 200;
const RUN_OUT_MAX: u32 = 50;

/// How many products are shown.
const CARDS_MAX: usize = 12;

/// A product of the menu.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    product: Name,
    /// The address of its image.
    image: String,
    colour: String,
    /// The lowest of its variants.
    price: Price,
    /// Whether variants cost more than that.
    is_from: bool,
    contains: Vec<Allergen>,
    /// Whether something is unknown of any allergen.
    is_unsure: bool,
    /// The branches in which it has run out.
    run_out: Vec<Name>,
}

/// The cards of the page: combos first, then by name.
pub(super) async fn cards(
    tx: &mut TenantTx,
    branches: impl Iterator<Item = (BranchId, &Name)>,
    now: DateTime<Utc>,
) -> Result<Vec<Card>, ReadError> {
    let mut shown = products::list(tx, &Filter::default(), None, PRODUCTS_MAX).await?.rows;
    shown.retain(|product| product.details.image.is_some());
    shown.sort_by_key(|product| product.details.combo.is_none());
    shown.truncate(CARDS_MAX);
    let marks = diets::of_products(tx, &shown).await?;
    let mut run_out: BTreeMap<ProductId, Vec<Name>> = BTreeMap::new();
    for (branch, name) in branches {
        let unavailable = availability::list(tx, branch, now, None, RUN_OUT_MAX).await?.rows;
        let of_products = |it: &&Unavailable| it.kind == Kind::Product;
        for it in unavailable.iter().filter(of_products) {
            run_out.entry(ProductId::from_uuid(it.owner)).or_default().push(name.clone());
        }
    }
    let card = |product: Product| {
        let known = marks.get(&product.id).cloned().unwrap_or_default();
        card(&product, &known, run_out.remove(&product.id).unwrap_or_default())
    };
    Ok(shown.into_iter().filter_map(card).collect())
}

/// The card of a product; none if it has no image or price.
fn card(product: &Product, known: &Marks, run_out: Vec<Name>) -> Option<Card> {
    let details = &product.details;
    let Image { medium, colour, .. } = details.image?;
    let image = details.image?.file_name(medium);
    let prices = || details.variants.iter().map(|variant| variant.price);
    let lowest = prices().min_by_key(|price| price.amount())?;
    let is = |allergen: &Allergen, presence| known.presence(Mark::Allergen(*allergen)) == presence;
    Some(Card {
        product: details.name.clone(),
        image: format!("{}/{image}", below("")),
        colour: colour.to_string(),
        price: lowest.into(),
        is_from: prices().any(|price| price != lowest),
        contains: Allergen::ALL.into_iter().filter(|it| is(it, Presence::Contains)).collect(),
        is_unsure: Allergen::ALL.iter().any(|it| is(it, Presence::Unknown)),
        run_out,
    })
}
