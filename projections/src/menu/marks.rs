//! What is known of products for guests with allergies and diets, by the states that the document is
//! compiled from.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::combo::Combo;
use domain::catalog::diet::Marks;
use domain::shared::ProductId;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;

use super::sources::{PRODUCTS, RECIPES, STOCK_ITEMS};
use crate::catalog::diets;
use crate::catalog::products::Product;
use crate::inventory::recipes::Recipe;
use crate::inventory::stock_items::StockItem;
use crate::page::Key;
use crate::row::statements::load;

/// What is known of each of the products.
pub(super) async fn of(
    tx: &mut PgConnection,
    products: &BTreeMap<Key, Product>,
) -> Result<BTreeMap<Key, Marks>, ConsumerError> {
    let options = products.iter().flat_map(|(key, product)| {
        let options = product.details.combo.iter().flat_map(Combo::options);
        options.map(move |(.., option)| Key { id: option.product.uuid(), ..*key })
    });
    let others: BTreeSet<Key> = options.filter(|key| !products.contains_key(key)).collect();
    let others: BTreeMap<Key, Product> = load(tx, PRODUCTS, "product_id", others).await?;
    let all = products.keys().chain(others.keys()).copied().collect();
    let recipes: BTreeMap<Key, Recipe> = load(tx, RECIPES, "product_id", all).await?;
    let items = recipes.iter().flat_map(|(key, recipe)| {
        let items = diets::items_of([recipe].into_iter());
        items.into_iter().map(move |item| Key { id: item.uuid(), ..*key })
    });
    let items: BTreeMap<Key, StockItem> = load(tx, STOCK_ITEMS, "item_id", items.collect()).await?;

    let tenants: BTreeSet<_> = products.keys().map(|key| key.tenant_id).collect();
    let mut known = BTreeMap::new();
    for tenant_id in tenants {
        let is_of = |key: &Key| key.tenant_id == tenant_id;
        let listed: Vec<Product> =
            products.iter().filter(|(key, _)| is_of(key)).map(|(_, it)| it.clone()).collect();
        let options = others.iter().filter(|(key, _)| is_of(key)).map(|(_, it)| it);
        let all = listed.iter().chain(options).map(|product| (product.id, product)).collect();
        let recipes = recipes.iter().filter(|(key, _)| is_of(key));
        let recipes = recipes.map(|(key, it)| (ProductId::from_uuid(key.id), it.clone())).collect();
        let items = items.iter().filter(|(key, _)| is_of(key)).map(|(_, it)| it);
        let items = items.map(|item| (item.id, item.details.marks.clone())).collect();
        let marks = diets::known(&listed, &all, &recipes, &items);
        known.extend(marks.into_iter().map(|(id, it)| (Key { tenant_id, id: id.uuid() }, it)));
    }
    Ok(known)
}
