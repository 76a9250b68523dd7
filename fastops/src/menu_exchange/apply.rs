//! The changes of an import as commands, the same ones as those of the API.

use commands::Intent;
use commands::catalog::{AddCategory, AddProduct, ReviseCategory, ReviseProduct, VariantRequest};
use commands::inventory::{AddStockItem, PublishRecipe, ReviseStockItem};
use domain::inventory::recipe::{Ingredient, Portion};
use domain::shared::{CategoryId, ProductId, StockItemId, VariantId};
use event_store::Revision;
use exchange::Change;
use exchange::changes::Kind;
use exchange::menu::{Key, Menu, Variant};
use uuid::Uuid;

use super::ids::{Ids, Known};
use crate::import::{Error, Importing};

/// Applies changes to the menu of one company.
pub(super) struct Applying<'a> {
    pub(super) importing: &'a Importing,
    pub(super) wanted: &'a Menu,
    pub(super) ids: Ids,
}

impl Applying<'_> {
    /// Makes one change. Ids of what it adds, and that of the command, are derived from the import and the name, so
    /// that a repetition of the same import writes nothing again.
    pub(super) async fn apply(&mut self, change: &Change) -> Result<(), Error> {
        match change.kind {
            Kind::Category => self.category(change).await,
            Kind::Ingredient => self.item(change).await,
            Kind::Product => self.product(change).await,
            Kind::Recipe => self.recipe(change).await,
            Kind::Group | Kind::PriceList => Ok(()),
        }
    }

    async fn category(&mut self, change: &Change) -> Result<(), Error> {
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

    async fn item(&mut self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.ingredients[&change.key];
        let (name, unit, on_shortage) = (wanted.name.clone(), wanted.unit, wanted.on_shortage);
        let known = self.ids.items.get(&change.key).copied();
        if let Some(Known { id: item, revision: seen }) = known {
            let revise = ReviseStockItem { item, seen, name, on_shortage };
            return self.execute(change, seen, revise).await;
        }
        let item = StockItemId::from_uuid(self.new_id(change));
        self.ids.items.insert(change.key.clone(), Known { id: item, revision: None });
        self.execute(change, None, AddStockItem { item, name, unit, on_shortage }).await
    }

    async fn product(&mut self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.products[&change.key];
        let name = wanted.name.clone();
        let category = self.ids.categories[&wanted.category].id;
        let variants = self.variants(&change.key, &wanted.variants);
        let known = self.ids.products.get(&change.key).copied();
        if let Some(Known { id: product, revision: seen }) = known {
            let revise = ReviseProduct { product, seen, name, category, variants };
            return self.execute(change, seen, revise).await;
        }
        let product = ProductId::from_uuid(self.new_id(change));
        self.ids.products.insert(change.key.clone(), Known { id: product, revision: None });
        self.execute(change, None, AddProduct { product, name, category, variants }).await
    }

    fn variants(&mut self, product: &Key, wanted: &[Variant]) -> Vec<VariantRequest> {
        let request = |variant: &Variant| {
            let key = (product.clone(), Key::from(&variant.name));
            let id = self.ids.variants.get(&key).copied();
            let id_if_new = id.unwrap_or_else(|| {
                let (product, variant) = (key.0.as_str(), key.1.as_str());
                let id = self.importing.source().id("variant", &[&product, &variant]);
                VariantId::from_uuid(id)
            });
            self.ids.variants.insert(key, id_if_new);
            let (name, price) = (variant.name.clone(), variant.price);
            VariantRequest { id, id_if_new, name, price }
        };
        wanted.iter().map(request).collect()
    }

    async fn recipe(&self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.recipes[&change.key];
        let portion = |(variant, portion): (&Key, &exchange::menu::Portion)| Portion {
            variant: self.ids.variants[&(change.key.clone(), variant.clone())],
            ingredients: portion
                .iter()
                .map(|(item, quantity)| Ingredient {
                    item: self.ids.items[item].id,
                    quantity: *quantity,
                })
                .collect(),
        };
        let portions = wanted.iter().map(portion).collect();
        let seen = self.ids.recipes.get(&change.key).copied();
        let product = self.ids.products[&change.key].id;
        self.execute(change, seen, PublishRecipe { product, seen, portions }).await
    }

    fn new_id(&self, change: &Change) -> Uuid {
        self.importing.source().id(change.kind.word(), &[&change.key.as_str()])
    }

    async fn execute<I: Intent + Clone>(
        &self,
        change: &Change,
        seen: Option<Revision>,
        intent: I,
    ) -> Result<(), Error>
    where
        I::Refusal: std::fmt::Display,
    {
        let seen = seen.map_or_else(String::new, |revision| revision.to_string());
        let parts: [&dyn std::fmt::Display; 2] = [&change.key.as_str(), &seen];
        let command = self.importing.source().command(change.kind.word(), &parts);
        let done = self.importing.execute(command, None, intent).await;
        done.map(drop).map_err(|error| Error::of_command(change.name.to_string(), error))
    }
}
