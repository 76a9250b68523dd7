//! What differs between the menu of a company and the one that tables ask for.
//!
//! Nothing is removed: what the tables do not name stays as it is.

use domain::shared::Name;

use crate::menu::{Key, Menu, Things};

/// A kind of thing that changes as a whole, by one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A category.
    Category,
    /// A stock item.
    Ingredient,
    /// A modifier group with its modifiers.
    Group,
    /// A product with its variants.
    Product,
    /// A recipe, which has the name of its product.
    Recipe,
    /// A price list with its prices.
    PriceList,
}

/// A thing that is added or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: Kind,
    /// Its key.
    pub key: Key,
    /// Its name in the tables.
    pub name: Name,
    /// Whether the company does not have it yet.
    pub is_new: bool,
}

impl Kind {
    /// A stable word for ids and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Ingredient => "stock-item",
            Self::Group => "modifier-group",
            Self::Product => "product",
            Self::Recipe => "recipe",
            Self::PriceList => "price-list",
        }
    }
}

/// What has to be done to `current` so that it is as `wanted`: what others refer to comes first.
pub fn changes(current: &Menu, wanted: &Menu) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |kind, found: Vec<(Key, Name, bool)>| {
        let change = |(key, name, is_new)| Change { kind, key, name, is_new };
        changes.extend(found.into_iter().map(change));
    };
    add(Kind::Category, differing(&current.categories, &wanted.categories, |it| &it.name));
    add(Kind::Ingredient, differing(&current.ingredients, &wanted.ingredients, |it| &it.name));
    let mut groups = differing(&current.groups, &wanted.groups, |group| &group.name);
    // A group that is asked is there before one that asks it.
    groups.sort_by_key(|(key, ..)| wanted.groups[key].asks_any());
    add(Kind::Group, groups);
    let mut products = differing(&current.products, &wanted.products, |it| &it.name);
    // What a combo is made of is there before the combo.
    products.sort_by_key(|(key, ..)| wanted.products[key].is_combo());
    add(Kind::Product, products);
    add(Kind::Recipe, recipes(current, wanted));
    add(Kind::PriceList, differing(&current.price_lists, &wanted.price_lists, |it| &it.name));
    changes
}

fn differing<T: PartialEq>(
    current: &Things<T>,
    wanted: &Things<T>,
    name: impl Fn(&T) -> &Name,
) -> Vec<(Key, Name, bool)> {
    let differs = |(key, _): &(&Key, &T)| current.get(key) != wanted.get(key);
    let changed = wanted.iter().filter(differs);
    changed
        .map(|(key, thing)| (key.clone(), name(thing).clone(), !current.contains_key(key)))
        .collect()
}

fn recipes(current: &Menu, wanted: &Menu) -> Vec<(Key, Name, bool)> {
    let named = wanted.recipes.iter().filter_map(|(key, recipe)| {
        let name = &wanted.products.get(key)?.name;
        let is_new = !current.recipes.contains_key(key);
        (current.recipes.get(key) != Some(recipe)).then(|| (key.clone(), name.clone(), is_new))
    });
    named.collect()
}
