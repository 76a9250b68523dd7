//! Where the restaurant cooks, and what from: stations, stock and recipes.

use commands::Revision;
use commands::catalog::AddStation;
use commands::inventory::{AddStockItem, PublishRecipe, ReceiveStock, ReviseStockItem};
use domain::inventory::OnShortage;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::IncomingLine;
use domain::shared::{Name, ReceiptId};
use futures_util::future::try_join_all;

use super::ids::named;
use super::once::{OpeningError, once, once_or_amended};
use super::{BRANCHES, Restaurant};
use crate::demo::pantry::{Recipe, Supply, Taken};
use crate::demo::staff::Staff;

/// Where every branch makes what it sells.
const STATIONS: [&str; 3] = ["Parrilla", "Fríos", "Bar"];

impl Restaurant {
    pub(super) async fn add_stations(&self, staff: &Staff) -> Result<(), OpeningError> {
        let branches = || BRANCHES.into_iter().zip(&self.branches);
        let stations = STATIONS.into_iter().flat_map(|name| {
            branches().map(move |(branch_name, branch)| {
                let name = Name::parse(name).expect("the names above are names");
                let station = self.ids.station(branch_name, &name);
                AddStation { station, branch: *branch, name }
            })
        });
        try_join_all(stations.map(|add| once(staff, add.station.uuid(), add))).await?;
        Ok(())
    }

    /// Keeps what recipes and modifiers take in stock.
    pub(super) async fn stock_up(&self, staff: &Staff) -> Result<(), OpeningError> {
        let supplies = &self.pantry.supplies;
        let items = supplies.iter().map(|supply| {
            let (add, revise) = self.add_item(supply);
            once_or_amended(staff, add.item.uuid(), add, revise)
        });
        try_join_all(items).await?;
        let receipts = self.branches.iter().map(|branch| {
            let receipt = ReceiptId::from_uuid(named(self.tenant, "receipt", branch));
            let line = |supply: &Supply| {
                let Supply { item, quantity, cost, .. } = supply;
                IncomingLine { item: self.ids.item(item), quantity: *quantity, cost: *cost }
            };
            let lines = supplies.iter().map(line).collect();
            once(staff, receipt.uuid(), ReceiveStock { receipt, branch: *branch, lines })
        });
        try_join_all(receipts).await?;
        Ok(())
    }

    /// The item, and what an earlier release did not know of it.
    fn add_item(&self, supply: &Supply) -> (AddStockItem, ReviseStockItem) {
        let item = self.ids.item(&supply.item);
        let Supply { item: name, unit, marks, .. } = supply.clone();
        let on_shortage = OnShortage::Allow;
        let marks_only = ReviseStockItem {
            item,
            // One that users have changed since it was added is theirs.
            seen: Some(Revision::new(1)),
            name: name.clone(),
            on_shortage,
            marks: Some(marks.clone()),
        };
        (AddStockItem { item, name, unit, on_shortage, marks }, marks_only)
    }

    pub(super) async fn publish_recipes(&self, staff: &Staff) -> Result<(), OpeningError> {
        let published = self.pantry.recipes.iter().map(|recipe| {
            let recipe_id = named(self.tenant, "recipe", &recipe.product);
            once(staff, recipe_id, self.publish(recipe))
        });
        try_join_all(published).await?;
        Ok(())
    }

    fn publish(&self, recipe: &Recipe) -> PublishRecipe {
        let portion = |(variant, taken): &(Name, Vec<Taken>)| {
            let ingredient = |Taken { item, quantity }: &Taken| Ingredient {
                item: self.ids.item(item),
                quantity: *quantity,
            };
            let variant = self.ids.variant(&recipe.product, variant);
            Portion { variant, ingredients: taken.iter().map(ingredient).collect() }
        };
        let portions = recipe.portions.iter().map(portion).collect();
        PublishRecipe { product: self.ids.product(&recipe.product), seen: None, portions }
    }
}
