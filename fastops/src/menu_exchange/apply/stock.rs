//! Categories, stock items and recipes.

use commands::catalog::{AddCategory, ReviseCategory};
use commands::inventory::{AddStockItem, PublishRecipe, ReviseStockItem};
use domain::inventory::recipe::{Ingredient, Portion};
use domain::shared::{CategoryId, StockItemId, StockQuantity};
use exchange::Change;
use exchange::menu::{self, Key};

use super::Applying;
use crate::import::Error;
use crate::menu_exchange::ids::Known;

impl Applying<'_> {
    pub(super) async fn category(&mut self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.categories[&change.key];
        let (name, place) = (wanted.name.clone(), wanted.place);
        let known = self.ids.categories.get(&change.key).copied();
        if let Some(Known { id: category, revision: seen }) = known {
            let revise = ReviseCategory { category, seen, name, place };
            return self.execute(change, seen, revise).await;
        }
        let category = CategoryId::from_uuid(self.new_id(change));
        let known = Known { id: category, revision: None };
        self.ids.categories.insert(change.key.clone(), known);
        self.execute(change, None, AddCategory { category, name, place }).await
    }

    pub(super) async fn item(&mut self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.ingredients[&change.key];
        let (name, unit, on_shortage) = (wanted.name.clone(), wanted.unit, wanted.on_shortage);
        let marks = wanted.marks.clone();
        let known = self.ids.items.get(&change.key).copied();
        if let Some(Known { id: item, revision: seen }) = known {
            let marks = Some(marks);
            let revise = ReviseStockItem { item, seen, name, on_shortage, marks };
            return self.execute(change, seen, revise).await;
        }
        let item = StockItemId::from_uuid(self.new_id(change));
        self.ids.items.insert(change.key.clone(), Known { id: item, revision: None });
        self.execute(change, None, AddStockItem { item, name, unit, on_shortage, marks }).await
    }

    pub(super) async fn recipe(&self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.recipes[&change.key];
        let portion = |(variant, portion): (&Key, &menu::Portion)| Portion {
            variant: self.ids.variants[&(change.key.clone(), variant.clone())],
            ingredients: self.ingredients(portion),
        };
        let portions = wanted.iter().map(portion).collect();
        let seen = self.ids.recipes.get(&change.key).copied();
        let product = self.ids.products[&change.key].id;
        self.execute(change, seen, PublishRecipe { product, seen, portions }).await
    }

    /// What is taken from stock, by the ids of the items.
    pub(super) fn ingredients(&self, portion: &menu::Portion) -> Vec<Ingredient> {
        let ingredient = |(item, quantity): (&Key, &StockQuantity)| Ingredient {
            item: self.ids.items[item].id,
            quantity: *quantity,
        };
        portion.iter().map(ingredient).collect()
    }
}
