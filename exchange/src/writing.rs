//! A menu as tables, which read the same menu back.

mod price_lists;
mod products;

use domain::catalog::diet::{Mark, Marks, Presence};
use domain::shared::Money;

use crate::marks::word;
use crate::menu::{Group, Ingredient, Key, Menu, Things};
use crate::sheets;
use crate::table::Table;

pub(crate) use price_lists::weekday_word;
pub(crate) use products::{parts, unescaped};

type Cells = Vec<String>;

/// Every sheet of the menu, also those without rows.
pub fn tables(menu: &Menu) -> Vec<Table> {
    vec![
        Table::new(&sheets::CATEGORIES, categories(menu)),
        Table::new(&sheets::INGREDIENTS, ingredients(menu)),
        Table::new(&sheets::INGREDIENT_ALLERGENS, ingredient_marks(menu)),
        Table::new(&sheets::MODIFIER_GROUPS, groups(menu)),
        Table::new(&sheets::MODIFIERS, modifiers(menu)),
        Table::new(&sheets::MODIFIER_RECIPES, modifier_recipes(menu)),
        Table::new(&sheets::PRODUCTS, products::products(menu)),
        Table::new(&sheets::VARIANTS, products::variants(menu)),
        Table::new(&sheets::PRODUCT_TEXTS, products::texts(menu)),
        Table::new(&sheets::ALLERGENS, products::marks(menu)),
        Table::new(&sheets::PRODUCT_STATIONS, products::stations(menu)),
        Table::new(&sheets::PRODUCT_GROUPS, products::groups(menu)),
        Table::new(&sheets::PRODUCT_MODIFIERS, products::modifiers(menu)),
        Table::new(&sheets::COMBOS, products::combos(menu)),
        Table::new(&sheets::RECIPES, products::recipes(menu)),
        Table::new(&sheets::PRICE_LISTS, price_lists::price_lists(menu)),
        Table::new(&sheets::PRICES, price_lists::prices(menu)),
    ]
}

fn categories(menu: &Menu) -> Vec<Cells> {
    let mut categories: Vec<_> = menu.categories.values().collect();
    categories.sort_by_key(|category| category.place);
    categories.into_iter().map(|it| vec![it.name.to_string(), it.place.to_string()]).collect()
}

fn ingredients(menu: &Menu) -> Vec<Cells> {
    let row = |it: &Ingredient| {
        vec![it.name.to_string(), it.unit.word().to_owned(), it.on_shortage.word().to_owned()]
    };
    menu.ingredients.values().map(row).collect()
}

fn ingredient_marks(menu: &Menu) -> Vec<Cells> {
    let rows = |it: &Ingredient| marks(it.name.as_str(), &it.marks);
    menu.ingredients.values().flat_map(rows).collect()
}

/// A row for each mark that something is declared to contain or to be free of.
fn marks(of: &str, marks: &Marks) -> Vec<Cells> {
    let declared = Mark::all().filter_map(|mark| match marks.presence(mark) {
        Presence::Contains => Some((mark, true)),
        Presence::FreeOf => Some((mark, false)),
        Presence::Unknown => None,
    });
    let row = |(mark, contains)| vec![of.to_owned(), word(mark).to_owned(), yes(contains)];
    declared.map(row).collect()
}

fn groups(menu: &Menu) -> Vec<Cells> {
    let row = |Group { name, limits, .. }: &Group| {
        let (min, max) = (limits.min.to_string(), limits.max.to_string());
        vec![name.to_string(), yes(limits.required), min, max]
    };
    menu.groups.values().map(row).collect()
}

fn modifiers(menu: &Menu) -> Vec<Cells> {
    let groups =
        menu.groups.values().flat_map(|group| group.modifiers.iter().map(move |it| (group, it)));
    let row = |(group, it): (&Group, &crate::menu::Modifier)| {
        let asks = it.asks.as_ref().map(|asks| name(&menu.groups, asks, |group| &group.name));
        let (price, currency) = money(it.price);
        vec![
            group.name.to_string(),
            it.name.to_string(),
            price,
            currency,
            it.max_quantity.to_string(),
            it.default_quantity.to_string(),
            asks.unwrap_or_default(),
        ]
    };
    groups.map(row).collect()
}

fn modifier_recipes(menu: &Menu) -> Vec<Cells> {
    let mut rows = Vec::new();
    for group in menu.groups.values() {
        for modifier in &group.modifiers {
            for (ingredient, quantity) in &modifier.portion {
                rows.push(vec![
                    group.name.to_string(),
                    modifier.name.to_string(),
                    name(&menu.ingredients, ingredient, |it| &it.name),
                    quantity.to_string(),
                ]);
            }
        }
    }
    rows
}

/// The name of a thing that others refer to.
fn name<T>(things: &Things<T>, key: &Key, name: impl Fn(&T) -> &domain::shared::Name) -> String {
    things.get(key).map_or_else(String::new, |thing| name(thing).to_string())
}

fn money(price: Money) -> (String, String) {
    (price.to_major(), price.currency().to_string())
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}
