//! What rows say together.

mod groups;
mod products;

use domain::catalog::price_list::ENTRIES_MAX;
use domain::inventory::recipe::INGREDIENTS_MAX;

use super::Reader;
use crate::bad_cell::{BadCells, Reason};
use crate::menu::{Key, Menu};
use crate::sheets::{PRICE_LISTS, PRICES, RECIPES, Sheet};

impl Reader<'_> {
    /// The menu; what its parts do not allow together is noted at a row about it.
    pub(super) fn finish(mut self, bad: &mut BadCells) -> Menu {
        self.forget_portions_of_lost_variants();
        self.check_groups(bad);
        self.check_products(bad);
        self.check_codes(bad);
        self.check_recipes(bad);
        self.check_price_lists(bad);
        self.menu
    }

    fn forget_portions_of_lost_variants(&mut self) {
        let Menu { recipes, products, .. } = &mut self.menu;
        for (key, recipe) in recipes.iter_mut() {
            let product = products.get(key);
            recipe.retain(|variant, _| product.is_some_and(|it| it.variant(variant).is_some()));
        }
        recipes.retain(|_, recipe| !recipe.is_empty());
    }

    fn check_recipes(&self, bad: &mut BadCells) {
        for (key, recipe) in &self.menu.recipes {
            let is_too_long = recipe.values().any(|portion| portion.len() > INGREDIENTS_MAX);
            if let Some(place) = self.place_of(&[&RECIPES], key).filter(|_| is_too_long) {
                bad.add(place, Reason::TooMany { max: INGREDIENTS_MAX });
            }
        }
    }

    fn check_price_lists(&self, bad: &mut BadCells) {
        for (key, list) in &self.menu.price_lists {
            self.check_count(bad, key, (&PRICE_LISTS, &PRICES), (list.prices.len(), ENTRIES_MAX));
        }
    }

    /// Notes a thing of the first sheet that has no part in the second one, or too many. Where the second sheet
    /// names it, its parts are wrong themselves.
    fn check_count(
        &self,
        bad: &mut BadCells,
        key: &Key,
        (whole, parts): (&Sheet, &Sheet),
        (given, max): (usize, usize),
    ) {
        let Some(place) = self.place_of(&[whole, parts], key) else { return };
        if given > max {
            bad.add(place, Reason::TooMany { max });
        } else if given == 0 && !self.named.has(parts, key) {
            bad.add(place, Reason::NothingIn { sheet: parts.name });
        }
    }

    /// Notes a reason at the first row of one of these sheets about a thing; nothing if there is none.
    fn note(&self, bad: &mut BadCells, sheets: &[&Sheet], key: &Key, reason: Reason) {
        if let Some(place) = self.place_of(sheets, key) {
            bad.add(place, reason);
        }
    }
}
