//! Rows of categories, ingredients and what is taken from stock.

use domain::inventory::{BaseUnit, OnShortage};

use super::Reader;
use super::cells::Cells;
use crate::bad_cell::Reason;
use crate::menu::{Category, Ingredient, Key};
use crate::sheets::INGREDIENTS;

impl Reader<'_> {
    pub(super) fn category(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let name = cells.name("category")?;
        let key = Key::from(&name);
        self.once(cells, "category", &[&key])?;
        let current = self.current.categories.get(&key).map(|category| category.place);
        let last = self.menu.categories.values().map(|category| category.place).max();
        let next = last.map_or(1, |last| last.saturating_add(1));
        let place = cells.optional("place", current.unwrap_or(next), |cells, column| {
            cells.small(column, 0, u16::MAX)
        })?;
        self.menu.categories.insert(key, Category { name, place });
        Some(())
    }

    pub(super) fn ingredient(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let name = cells.name("ingredient")?;
        let key = Key::from(&name);
        self.once(cells, "ingredient", &[&key])?;
        let current = self.current.ingredients.get(&key);
        let unit = cells.word("unit", BaseUnit::ALL, BaseUnit::word);
        let marks = current.map_or_else(Default::default, |current| current.marks.clone());
        let before = current.map_or(OnShortage::Refuse, |current| current.on_shortage);
        let on_shortage = cells.optional("on_shortage", before, |cells, column| {
            cells.word(column, OnShortage::ALL, OnShortage::word)
        });
        let (unit, on_shortage) = (unit?, on_shortage?);
        if let Some(fixed) = current.map(|it| it.unit).filter(|fixed| *fixed != unit) {
            cells.refuse("unit", Reason::Fixed { current: fixed.word().to_owned() });
            return None;
        }
        self.menu.ingredients.insert(key, Ingredient { name, unit, on_shortage, marks });
        Some(())
    }

    pub(super) fn portion(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let variant =
            product.as_ref().and_then(|product| self.known_variant(cells, "variant", product));
        let ingredient = self.known_ingredient(cells);
        let quantity = cells.quantity("quantity");
        let (product, variant, ingredient) = (product?, variant?, ingredient?);
        self.once(cells, "ingredient", &[&product, &variant, &ingredient])?;
        let begins = self.begins(cells, &product);
        let recipe = self.menu.recipes.entry(product).or_default();
        if begins {
            recipe.clear();
        }
        recipe.entry(variant).or_default().insert(ingredient, quantity?);
        Some(())
    }

    pub(super) fn known_ingredient(&self, cells: &mut Cells<'_>) -> Option<Key> {
        cells.reference("ingredient", |key| {
            self.menu.ingredients.contains_key(key) || self.named.has(&INGREDIENTS, key)
        })
    }
}
