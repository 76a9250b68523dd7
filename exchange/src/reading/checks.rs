//! What rows say together.

use domain::Decider;
use domain::catalog::ModifierGroup;
use domain::catalog::modifier_group::{self, Command, Error, MODIFIERS_MAX, State};
use domain::catalog::price_list::ENTRIES_MAX;
use domain::catalog::product::VARIANTS_MAX;
use domain::inventory::recipe::INGREDIENTS_MAX;
use domain::shared::ModifierId;
use uuid::Uuid;

use super::Reader;
use crate::bad_cell::{BadCells, Reason, Rule};
use crate::menu::{Group, Key, Menu};
use crate::sheets::{
    self, MODIFIER_GROUPS, MODIFIER_RECIPES, MODIFIERS, PRICE_LISTS, PRICES, PRODUCTS, RECIPES,
    VARIANTS,
};

impl Reader<'_> {
    /// The menu; what its parts do not allow together is noted at a row about it.
    pub(super) fn finish(mut self, bad: &mut BadCells) -> Menu {
        self.forget_portions_of_lost_variants();
        self.check_products(bad);
        self.check_groups(bad);
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

    fn check_products(&self, bad: &mut BadCells) {
        for (key, product) in &self.menu.products {
            self.check_count(
                bad,
                key,
                (&PRODUCTS, &VARIANTS),
                (product.variants.len(), VARIANTS_MAX),
            );
        }
    }

    fn check_groups(&self, bad: &mut BadCells) {
        for (key, group) in &self.menu.groups {
            let n_modifiers = group.modifiers.len();
            self.check_count(
                bad,
                key,
                (&MODIFIER_GROUPS, &MODIFIERS),
                (n_modifiers, MODIFIERS_MAX),
            );
            if n_modifiers == 0 || self.current.groups.get(key) == Some(group) {
                continue;
            }
            let sheets = [&MODIFIER_GROUPS, &MODIFIERS, &MODIFIER_RECIPES];
            let Some(place) = self.place_of(&sheets, key) else { continue };
            if let Some(reason) = self.refused(group) {
                bad.add(place, reason);
            }
        }
    }

    /// The reason for which a group is refused.
    fn refused(&self, group: &Group) -> Option<Reason> {
        let asks_too_deep = |asked: &Key| {
            let asked = self.menu.groups.get(asked);
            asked.is_some_and(Group::asks_any)
        };
        if group.modifiers.iter().filter_map(|it| it.asks.as_ref()).any(asks_too_deep) {
            return Some(Reason::Rule(Rule::Nesting));
        }
        let n_ingredients = group.modifiers.iter().map(|modifier| modifier.portion.len()).max();
        if n_ingredients > Some(modifier_group::INGREDIENTS_MAX) {
            return Some(Reason::TooMany { max: modifier_group::INGREDIENTS_MAX });
        }
        match ModifierGroup::decide(&State::Unknown, Command::Add(decided(group))) {
            Err(Error::Limits { .. }) => Some(Reason::Rule(Rule::Limits)),
            Err(Error::Defaults { .. }) => Some(Reason::Rule(Rule::Defaults)),
            _ => None,
        }
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
        (whole, parts): (&sheets::Sheet, &sheets::Sheet),
        (given, max): (usize, usize),
    ) {
        let Some(place) = self.place_of(&[whole, parts], key) else { return };
        if given > max {
            bad.add(place, Reason::TooMany { max });
        } else if given == 0 && !self.named.has(parts, key) {
            bad.add(place, Reason::NothingIn { sheet: parts.name });
        }
    }
}

/// The group as it is decided on. What it refers to is checked by names, so that ids are left out.
fn decided(group: &Group) -> modifier_group::Group {
    let modifiers =
        group.modifiers.iter().zip(1..).map(|(modifier, number)| modifier_group::Modifier {
            id: ModifierId::from_uuid(Uuid::from_u128(number)),
            name: modifier.name.clone(),
            price: modifier.price,
            max_quantity: modifier.max_quantity,
            default_quantity: modifier.default_quantity,
            nested: None,
            ingredients: vec![],
        });
    let modifiers = modifiers.collect();
    modifier_group::Group { name: group.name.clone(), limits: group.limits, modifiers }
}
