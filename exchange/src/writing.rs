//! A menu as tables, which read the same menu back.

use domain::catalog::price_list::{Weekday, Weekdays};
use domain::shared::Money;

use crate::menu::{Group, Key, Menu, PriceList, Product, Subject, Things};
use crate::sheets;
use crate::table::Table;

type Cells = Vec<String>;

/// Every sheet of the menu, also those without rows.
pub fn tables(menu: &Menu) -> Vec<Table> {
    vec![
        Table::new(&sheets::CATEGORIES, categories(menu)),
        Table::new(&sheets::INGREDIENTS, ingredients(menu)),
        Table::new(&sheets::MODIFIER_GROUPS, groups(menu)),
        Table::new(&sheets::MODIFIERS, modifiers(menu)),
        Table::new(&sheets::MODIFIER_RECIPES, modifier_recipes(menu)),
        Table::new(&sheets::PRODUCTS, products(menu)),
        Table::new(&sheets::VARIANTS, variants(menu)),
        Table::new(&sheets::RECIPES, recipes(menu)),
        Table::new(&sheets::PRICE_LISTS, price_lists(menu)),
        Table::new(&sheets::PRICES, prices(menu)),
    ]
}

/// The word of a day.
pub(crate) const fn weekday_word(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

fn categories(menu: &Menu) -> Vec<Cells> {
    let mut categories: Vec<_> = menu.categories.values().collect();
    categories.sort_by_key(|category| category.place);
    categories.into_iter().map(|it| vec![it.name.to_string(), it.place.to_string()]).collect()
}

fn ingredients(menu: &Menu) -> Vec<Cells> {
    let row = |it: &crate::menu::Ingredient| {
        vec![it.name.to_string(), it.unit.word().to_owned(), it.on_shortage.word().to_owned()]
    };
    menu.ingredients.values().map(row).collect()
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

fn products(menu: &Menu) -> Vec<Cells> {
    let row = |Product { name: product, category, .. }: &Product| {
        vec![product.to_string(), name(&menu.categories, category, |it| &it.name)]
    };
    menu.products.values().map(row).collect()
}

fn variants(menu: &Menu) -> Vec<Cells> {
    let products = menu.products.values();
    let variants =
        products.flat_map(|product| product.variants.iter().map(move |it| (product, it)));
    let row = |(product, it): (&Product, &crate::menu::Variant)| {
        let (price, currency) = money(it.price);
        vec![product.name.to_string(), it.name.to_string(), price, currency]
    };
    variants.map(row).collect()
}

fn recipes(menu: &Menu) -> Vec<Cells> {
    let mut rows = Vec::new();
    for (key, recipe) in &menu.recipes {
        let Some(product) = menu.products.get(key) else { continue };
        for variant in &product.variants {
            for (ingredient, quantity) in
                recipe.get(&Key::from(&variant.name)).into_iter().flatten()
            {
                rows.push(vec![
                    product.name.to_string(),
                    variant.name.to_string(),
                    name(&menu.ingredients, ingredient, |it| &it.name),
                    quantity.to_string(),
                ]);
            }
        }
    }
    rows
}

fn price_lists(menu: &Menu) -> Vec<Cells> {
    let row = |list: &PriceList| {
        let branch = list.branch.as_ref().map(|key| name(&menu.context.branches, key, |it| it));
        let channel = list.channel.as_ref().map(ToString::to_string);
        let hours = list.hours.map(|(from, until)| (from.to_string(), until.to_string()));
        let (from, until) = hours.unwrap_or_default();
        vec![
            list.name.to_string(),
            branch.unwrap_or_default(),
            channel.unwrap_or_default(),
            list.weekdays.as_ref().map(weekdays).unwrap_or_default(),
            from,
            until,
            list.valid_from.to_string(),
            yes(list.is_published),
        ]
    };
    menu.price_lists.values().map(row).collect()
}

fn prices(menu: &Menu) -> Vec<Cells> {
    let lists = menu.price_lists.values();
    let prices = lists.flat_map(|list| list.prices.iter().map(move |price| (list, price)));
    let row = |(list, (subject, price)): (&PriceList, (&Subject, &Money))| {
        let (amount, currency) = money(*price);
        let [product, variant, group, modifier] = subject_names(menu, subject);
        vec![list.name.to_string(), product, variant, group, modifier, amount, currency]
    };
    prices.map(row).collect()
}

fn subject_names(menu: &Menu, subject: &Subject) -> [String; 4] {
    match subject {
        Subject::Variant { product: key, variant } => {
            let product = menu.products.get(key);
            let variant = product.and_then(|it| it.variant(variant)).map(|it| it.name.to_string());
            let product = name(&menu.products, key, |it| &it.name);
            [product, variant.unwrap_or_default(), String::new(), String::new()]
        }
        Subject::Modifier { group: key, modifier } => {
            let group = menu.groups.get(key);
            let modifier = group.and_then(|it| it.modifier(modifier)).map(|it| it.name.to_string());
            let group = name(&menu.groups, key, |it| &it.name);
            [String::new(), String::new(), group, modifier.unwrap_or_default()]
        }
    }
}

/// The name of a thing that others refer to.
fn name<T>(things: &Things<T>, key: &Key, name: impl Fn(&T) -> &domain::shared::Name) -> String {
    things.get(key).map_or_else(String::new, |thing| name(thing).to_string())
}

fn money(price: Money) -> (String, String) {
    (price.to_major(), price.currency().to_string())
}

fn weekdays(days: &Weekdays) -> String {
    let days: Vec<&str> =
        Weekday::ALL.into_iter().filter(|day| days.contains(*day)).map(weekday_word).collect();
    days.join(" ")
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}
