//! Products and recipes by their names.

use domain::catalog::combo;
use domain::catalog::modifier_group::Override;
use domain::catalog::product::Details;
use domain::shared::ProductId;
use exchange::menu::{
    Key, OfferedGroup, OfferedModifier, Product, Recipe, Slot, SlotOption, Things, Variant,
};
use projections::catalog::products;
use projections::inventory::recipes;

use super::Reading;
use crate::menu_exchange::ids::Known;

impl Reading {
    pub(super) fn add_products(&mut self, rows: Vec<products::Product>) {
        for row in &rows {
            let key = Key::from(&row.details.name);
            for variant in &row.details.variants {
                let part = Key::from(&variant.name);
                self.variants.insert((row.id, variant.id), part.clone());
                self.ids.variants.insert((key.clone(), part), variant.id);
            }
            let known = Known { id: row.id, revision: Some(row.revision) };
            self.ids.products.insert(key.clone(), known);
            self.products.insert(row.id, key);
        }
        for row in rows {
            let Some(product) = self.product(row.details) else { continue };
            self.menu.products.insert(Key::from(&product.name), product);
        }
    }

    fn product(&self, details: Details) -> Option<Product> {
        let category = self.categories.get(&details.category)?.clone();
        let variants = details.variants.into_iter().map(|variant| Variant {
            name: variant.name,
            price: variant.price,
            recipe_multiplier: variant.recipe_multiplier,
            sku: variant.sku,
            barcode: variant.barcode,
        });
        let stations = details.stations.iter().filter_map(|(branch, station)| {
            Some((self.branches.get(branch)?.clone(), self.stations.get(station)?.clone()))
        });
        let slots = details.combo.into_iter().flat_map(|combo| combo.slots);
        Some(Product {
            name: details.name,
            category,
            place: details.place,
            tax_class: details.tax_class,
            preparation_minutes: details.preparation_minutes,
            variants: variants.collect(),
            texts: details.texts,
            marks: details.marks,
            stations: stations.collect(),
            groups: details.groups.iter().filter_map(|it| self.offered(it)).collect(),
            slots: slots.map(|slot| self.slot(slot)).collect(),
        })
    }

    fn offered(&self, offered: &Override) -> Option<OfferedGroup> {
        let id = offered.group;
        let mut modifiers: Things<OfferedModifier> = Things::new();
        let key = |modifier| self.modifiers.get(&(id, modifier)).cloned();
        for modifier in offered.hidden.iter().filter_map(|modifier| key(*modifier)) {
            modifiers.entry(modifier).or_default().is_hidden = true;
        }
        for (modifier, price) in &offered.prices {
            let Some(modifier) = key(*modifier) else { continue };
            modifiers.entry(modifier).or_default().price = Some(*price);
        }
        for (modifier, quantity) in &offered.defaults {
            let Some(modifier) = key(*modifier) else { continue };
            modifiers.entry(modifier).or_default().default_quantity = Some(*quantity);
        }
        let group = self.groups.get(&id)?.clone();
        Some(OfferedGroup { group, limits: offered.limits, modifiers })
    }

    fn slot(&self, slot: combo::Slot) -> Slot {
        let options = slot.options.iter().filter_map(|option| {
            let variant = self.variants.get(&(option.product, option.variant))?.clone();
            let product = self.products.get(&option.product)?.clone();
            Some(SlotOption { product, variant, upcharge: option.upcharge })
        });
        Slot { name: slot.name, pieces: slot.pieces, options: options.collect() }
    }

    pub(super) fn add_recipes(&mut self, rows: Vec<(ProductId, recipes::Recipe)>) {
        for (id, recipe) in rows {
            let Some(key) = self.products.get(&id).cloned() else { continue };
            let portions = recipe.portions.iter().filter_map(|portion| {
                let variant = self.variants.get(&(id, portion.variant))?.clone();
                Some((variant, self.portion(&portion.ingredients)))
            });
            let portions: Recipe = portions.filter(|(_, portion)| !portion.is_empty()).collect();
            self.ids.recipes.insert(key.clone(), recipe.revision);
            if !portions.is_empty() && self.menu.products.contains_key(&key) {
                self.menu.recipes.insert(key, portions);
            }
        }
    }
}
