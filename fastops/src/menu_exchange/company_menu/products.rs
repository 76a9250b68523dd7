//! Products and recipes by their names.

use domain::catalog::product::Details;
use domain::shared::ProductId;
use exchange::menu::{Key, Product, Recipe, Variant};
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
        let variants = details
            .variants
            .into_iter()
            .map(|variant| Variant { name: variant.name, price: variant.price });
        Some(Product { name: details.name, category, variants: variants.collect() })
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
