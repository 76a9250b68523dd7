//! The ingredients of the source's products: kept in stock, there before the first order, and in recipes.
//!
//! Orders that an earlier run has placed stay as they are; the recipes count from the next one on.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use commands::inventory::{AddStockItem, PublishRecipe, ReceiveStock};
use domain::catalog::diet::Marks;
use domain::claim::Named;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::IncomingLine;
use domain::inventory::{BaseUnit, OnShortage, StockItem};
use domain::shared::{BranchId, Name, ReceiptId, StockItemId};

use super::catalogue::Catalogue;
use super::error::Error;
use super::found::{Found, add_command, find};
use super::history::History;
use super::importing::Importing;
use super::menu::PastProduct;
use super::stated::{Base, Opening, opening};

/// Stock items by the folded name of the ingredient.
type Items = BTreeMap<String, StockItemId>;

/// Brings stock items, opening stock and recipes about; what an earlier run did is left as it is.
pub(super) async fn prepare(
    importing: &Importing,
    branch: BranchId,
    history: &History,
    catalogue: &Catalogue<'_>,
) -> Result<(), Error> {
    let Some(first) = history.orders.iter().map(|order| order.occurred_at).min() else {
        return Ok(());
    };
    let listed: Vec<(usize, &PastProduct, Base)> = history
        .menu
        .products
        .iter()
        .enumerate()
        .filter(|(_, product)| !product.ingredients.is_empty())
        .map(|(number, product)| (number, product, Base::of(&product.ingredients)))
        .collect();
    let names: BTreeMap<String, &Name> = listed
        .iter()
        .flat_map(|(_, _, base)| base.names())
        .map(|name| (name.fold_v1(), name))
        .collect();
    let names: Vec<&Name> = names.into_values().collect();
    let items = keep(importing, &names).await?;
    for name in names {
        stock_up(importing, branch, first - TimeDelta::days(1), (name, &items)).await?;
    }
    for (number, product, base) in listed {
        publish(importing, (number, product), &base, (catalogue, &items)).await?;
    }
    Ok(())
}

/// The stock items of these names, added where the company has none.
async fn keep(importing: &Importing, names: &[&Name]) -> Result<Items, Error> {
    let found = find(importing, Named::StockItem, names).await?;
    let ids: Vec<StockItemId> =
        found.iter().map(|found| StockItemId::from_uuid(found.id())).collect();
    for (found, name) in found.iter().zip(names) {
        if let Found::Missing(id) = found {
            let add = AddStockItem {
                item: StockItemId::from_uuid(*id),
                name: (*name).clone(),
                unit: BaseUnit::Gram,
                on_shortage: OnShortage::Allow,
                marks: Marks::default(),
            };
            let command = add_command(importing, Named::StockItem, name);
            let added = importing.execute(command, None, add).await;
            added.map_err(|error| Error::of_command(name.to_string(), error))?;
        }
    }
    let states = importing.states::<StockItem>(&ids).await?;
    for ((state, _), name) in states.iter().zip(names) {
        if state.kept().is_none_or(|item| item.unit != BaseUnit::Gram) {
            let reason = "the company does not count it in grams".to_owned();
            return Err(Error::Refused { what: name.to_string(), reason });
        }
    }
    Ok(names.iter().map(|name| name.fold_v1()).zip(ids).collect())
}

/// What is there of an ingredient before the first order, once.
async fn stock_up(
    importing: &Importing,
    branch: BranchId,
    occurred_at: DateTime<Utc>,
    (name, items): (&Name, &Items),
) -> Result<(), Error> {
    let (key, Opening { quantity, cost }) = (name.fold_v1(), opening(name));
    let line = IncomingLine { item: items[&key], quantity, cost };
    let receipt = ReceiptId::from_uuid(importing.source.id("receipt", &[&key]));
    let receive = ReceiveStock { receipt, branch, lines: vec![line] };
    let command = importing.source.command("opening-stock", &[&key]);
    let received = importing.execute(command, Some(occurred_at), receive).await;
    received.map_err(|error| Error::of_command(name.to_string(), error))?;
    Ok(())
}

/// The recipe of a product, once for all its ingredients.
async fn publish(
    importing: &Importing,
    (number, past): (usize, &PastProduct),
    base: &Base,
    (catalogue, items): (&Catalogue<'_>, &Items),
) -> Result<(), Error> {
    let (product, variants) = catalogue.on_sale(number);
    let portion = |(past, variant): (&super::menu::PastVariant, _)| {
        let ingredient = |(key, quantity)| Ingredient { item: items[key], quantity };
        let ingredients = base.in_size(&past.name).map(ingredient).collect();
        Some(Portion { variant: variant?, ingredients })
    };
    let portions: Vec<Portion> = past.variants.iter().zip(variants).filter_map(portion).collect();
    if portions.is_empty() {
        return Ok(());
    }
    let described_portions: Vec<String> = portions.iter().map(described).collect();
    let command =
        importing.source.command("publish-recipe", &[&product, &described_portions.join(";")]);
    let publish = PublishRecipe { product, seen: None, portions };
    let published = importing.execute(command, None, publish).await;
    published.map_err(|error| Error::of_command(past.name.to_string(), error))?;
    Ok(())
}

/// Distinguishes portions in the id of a command.
fn described(portion: &Portion) -> String {
    let ingredients = portion.ingredients.iter();
    let ingredients = ingredients.map(|i| format!("{}×{}", i.quantity, i.item));
    format!("{}:{}", portion.variant, ingredients.collect::<Vec<_>>().join("+"))
}
