//! What is known of products for guests with allergies and diets: what is declared of them, and what their
//! ingredients say.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::diet::Marks;
use domain::catalog::product::known_marks;
use domain::inventory::recipe::Published;
use domain::shared::{ProductId, StockItemId};

use super::products::{self, Product};
use crate::inventory::recipes::{self, Recipe};
use crate::inventory::stock_items;
use crate::read_db::{ReadError, TenantTx};

/// What is known of each of the products. A combo is known by its options.
pub async fn of_products(
    tx: &mut TenantTx,
    listed: &[Product],
) -> Result<BTreeMap<ProductId, Marks>, ReadError> {
    let options = listed.iter().filter_map(|product| product.details.combo.as_ref());
    let options = options.flat_map(|combo| combo.options().map(|(.., option)| option.product));
    let listed_ids: BTreeSet<ProductId> = listed.iter().map(|product| product.id).collect();
    let others: BTreeSet<ProductId> = options.filter(|id| !listed_ids.contains(id)).collect();
    let others: Vec<ProductId> = others.into_iter().collect();
    let others = products::of_ids(tx, &others).await?;
    let all: BTreeMap<ProductId, &Product> =
        listed.iter().chain(&others).map(|product| (product.id, product)).collect();
    let recipes = recipes::of_products(tx, &all.keys().copied().collect()).await?;
    let items = stock_items::marks(tx, &items_of(recipes.values())).await?;
    Ok(known(listed, &all, &recipes, &items))
}

/// The stock items that recipes take.
pub(crate) fn items_of<'a>(recipes: impl Iterator<Item = &'a Recipe>) -> BTreeSet<StockItemId> {
    let portions = recipes.flat_map(|recipe| &recipe.portions);
    portions.flat_map(|it| &it.ingredients).map(|it| it.item).collect()
}

/// What is known of each of the products, where `all` are they and the options of the combos among them,
/// with the `recipes` of those, and what is declared of the stock `items` of these.
pub(crate) fn known(
    listed: &[Product],
    all: &BTreeMap<ProductId, &Product>,
    recipes: &BTreeMap<ProductId, Recipe>,
    items: &BTreeMap<StockItemId, Marks>,
) -> BTreeMap<ProductId, Marks> {
    let published = |recipe: &Recipe| {
        let Recipe { version, portions, .. } = recipe.clone();
        Published { version, portions }
    };
    let recipes: BTreeMap<ProductId, Published> =
        recipes.iter().map(|(id, it)| (*id, published(it))).collect();
    let of_item = |id: StockItemId| items.get(&id).cloned().unwrap_or_default();
    let of_option = |id: ProductId| {
        let item = all.get(&id)?;
        Some(known_marks(&item.details, recipes.get(&id), of_item, |_| None))
    };
    let known = |product: &Product| {
        let recipe = recipes.get(&product.id);
        (product.id, known_marks(&product.details, recipe, of_item, of_option))
    };
    listed.iter().map(known).collect()
}
