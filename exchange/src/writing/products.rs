//! Products and what they consist of as rows.

use domain::catalog::modifier_group::Limits;
use domain::catalog::product::Text;
use domain::shared::LanguageTag;

use super::{Cells, money, name, yes};
use crate::menu::{Key, Menu, OfferedModifier, Product, Variant};

pub(super) fn products(menu: &Menu) -> Vec<Cells> {
    let mut products: Vec<&Product> = menu.products.values().collect();
    let place = |product: &Product| {
        let category = menu.categories.get(&product.category);
        (category.map(|category| category.place), product.category.clone(), product.place)
    };
    products.sort_by_key(|product| place(product));
    let row = |it: &Product| {
        let tax_class = it.tax_class.as_ref().map(ToString::to_string);
        let minutes = it.preparation_minutes.map(|minutes| minutes.to_string());
        vec![
            it.name.to_string(),
            category(menu, &it.category),
            it.place.to_string(),
            tax_class.unwrap_or_default(),
            minutes.unwrap_or_default(),
        ]
    };
    products.into_iter().map(row).collect()
}

fn category(menu: &Menu, key: &Key) -> String {
    let category = menu.categories.get(key).map(|category| &category.name);
    let category = category.or_else(|| menu.context.removed_categories.get(key));
    category.map(ToString::to_string).unwrap_or_default()
}

pub(super) fn variants(menu: &Menu) -> Vec<Cells> {
    let products = menu.products.values();
    let variants =
        products.flat_map(|product| product.variants.iter().map(move |it| (product, it)));
    let row = |(product, it): (&Product, &Variant)| {
        let (price, currency) = money(it.price);
        let multiplier = it.recipe_multiplier.map(|multiplier| multiplier.to_string());
        let sku = it.sku.as_ref().map(ToString::to_string);
        let barcode = it.barcode.as_ref().map(ToString::to_string);
        vec![
            product.name.to_string(),
            it.name.to_string(),
            price,
            currency,
            multiplier.unwrap_or_default(),
            sku.unwrap_or_default(),
            barcode.unwrap_or_default(),
        ]
    };
    variants.map(row).collect()
}

pub(super) fn texts(menu: &Menu) -> Vec<Cells> {
    let texts = menu.products.values();
    let texts = texts.flat_map(|product| product.texts.iter().map(move |text| (product, text)));
    let row = |(product, (language, text)): (&Product, (&LanguageTag, &Text))| {
        let description = text.description.as_ref().map(|it| escaped(it.as_str()));
        let words: Vec<String> = text
            .search_words
            .iter()
            .map(|word| escaped(word.as_str()).replace(',', "\\,"))
            .collect();
        vec![
            product.name.to_string(),
            language.to_string(),
            description.unwrap_or_default(),
            words.join(", "),
        ]
    };
    texts.map(row).collect()
}

pub(super) fn marks(menu: &Menu) -> Vec<Cells> {
    let rows = |it: &Product| super::marks(it.name.as_str(), &it.marks);
    menu.products.values().flat_map(rows).collect()
}

pub(super) fn stations(menu: &Menu) -> Vec<Cells> {
    let mut rows = Vec::new();
    for product in menu.products.values() {
        for (branch, station) in &product.stations {
            let stations = menu.context.stations.get(branch);
            let station = stations.and_then(|stations| stations.get(station));
            rows.push(vec![
                product.name.to_string(),
                name(&menu.context.branches, branch, |it| it),
                station.map(ToString::to_string).unwrap_or_default(),
            ]);
        }
    }
    rows
}

pub(super) fn groups(menu: &Menu) -> Vec<Cells> {
    let mut rows = Vec::new();
    for product in menu.products.values() {
        for offered in &product.groups {
            let [required, min, max] = offered.limits.map(limits).unwrap_or_default();
            let group = name(&menu.groups, &offered.group, |it| &it.name);
            rows.push(vec![product.name.to_string(), group, required, min, max]);
        }
    }
    rows
}

fn limits(Limits { required, min, max }: Limits) -> [String; 3] {
    [yes(required), min.to_string(), max.to_string()]
}

pub(super) fn modifiers(menu: &Menu) -> Vec<Cells> {
    let mut rows = Vec::new();
    for product in menu.products.values() {
        for offered in &product.groups {
            let Some(group) = menu.groups.get(&offered.group) else { continue };
            for (key, changed) in &offered.modifiers {
                let Some(modifier) = group.modifier(key) else { continue };
                let OfferedModifier { is_hidden, price, default_quantity } = *changed;
                let (price, currency) = price.map(money).unwrap_or_default();
                let default_quantity = default_quantity.map(|quantity| quantity.to_string());
                rows.push(vec![
                    product.name.to_string(),
                    group.name.to_string(),
                    modifier.name.to_string(),
                    yes(is_hidden),
                    price,
                    currency,
                    default_quantity.unwrap_or_default(),
                ]);
            }
        }
    }
    rows
}

pub(super) fn combos(menu: &Menu) -> Vec<Cells> {
    let mut rows = Vec::new();
    for product in menu.products.values() {
        for slot in &product.slots {
            for option in &slot.options {
                let item = menu.products.get(&option.product);
                let variant = item.and_then(|item| item.variant(&option.variant));
                let (price, currency) = money(option.upcharge);
                rows.push(vec![
                    product.name.to_string(),
                    slot.name.to_string(),
                    slot.pieces.to_string(),
                    name(&menu.products, &option.product, |it| &it.name),
                    variant.map(|variant| variant.name.to_string()).unwrap_or_default(),
                    price,
                    currency,
                ]);
            }
        }
    }
    rows
}

pub(super) fn recipes(menu: &Menu) -> Vec<Cells> {
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

/// A text on one line, since a row of a CSV file is one.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

/// The parts between commas of a text that was written.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut is_escaped) = (vec![String::new()], false);
    for c in text.chars() {
        let last = parts.last_mut().expect("there is a first part");
        match c {
            ',' if !is_escaped => parts.push(String::new()),
            c => last.push(c),
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    parts.iter().map(|part| unescaped(part)).collect()
}

/// The text that was written, with its lines.
pub(crate) fn unescaped(text: &str) -> String {
    let (mut read, mut rest) = (String::new(), text.chars());
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n') => read.push('\n'),
                Some(other) => read.push(other),
                None => read.push('\\'),
            },
            c => read.push(c),
        }
    }
    read
}
