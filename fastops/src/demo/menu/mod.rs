//! The menu of the demo's restaurant, from the files beside this one.
//!
//! - `menu.csv`: what it sells, one variant a line; `products.csv`: what is said of each product
//! - [`modifiers`]: what is chosen with products; [`combos`]: what combos are made of
//! - [`price_lists`]: other prices at some hours and on some channels

pub(super) mod combos;
pub(super) mod modifiers;
pub(super) mod price_lists;
pub(super) mod products;

use domain::shared::{Currency, Money, Name};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use combos::Slot;
use modifiers::Group;
use price_lists::PriceList;
use products::Attributes;

const FILE: &str = include_str!("menu.csv");

/// Everything the restaurant sells, in the order of its menu.
#[derive(Debug)]
pub(super) struct Menu {
    pub(super) categories: Vec<Category>,
    pub(super) groups: Vec<Group>,
    pub(super) price_lists: Vec<PriceList>,
}

/// A part of the menu.
#[derive(Debug)]
pub(super) struct Category {
    pub(super) name: Name,
    pub(super) products: Vec<Product>,
}

/// Something to eat or drink.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) name: Name,
    pub(super) variants: Vec<Variant>,
    pub(super) attributes: Attributes,
    /// What it is made of, if it is a combo.
    pub(super) slots: Vec<Slot>,
}

/// A size or kind of it.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) name: Name,
    pub(super) price: Money,
    /// How often guests ask for it, compared with the others.
    pub(super) popularity: u32,
}

#[derive(Deserialize)]
struct Line {
    category: Name,
    product: Name,
    variant: Name,
    /// In pesos.
    price: String,
    popularity: u32,
}

impl Menu {
    /// The menu of the files.
    pub(super) fn embedded() -> Self {
        let (groups, price_lists) = (modifiers::embedded(), price_lists::embedded());
        let mut menu = Self { categories: Vec::new(), groups, price_lists };
        for Line { category, product, variant, price, popularity } in lines(FILE) {
            let variant = Variant { name: variant, price: pesos(&price), popularity };
            menu.category(&category).product(&product).variants.push(variant);
        }
        let (mut attributes, mut slots) = (products::embedded(), combos::embedded());
        let products = menu.categories.iter_mut().flat_map(|category| &mut category.products);
        for product in products {
            product.attributes = attributes.remove(&product.name).unwrap_or_default();
            product.slots = slots.remove(&product.name).unwrap_or_default();
        }
        menu
    }

    /// Every product, in the order of the menu.
    pub(super) fn products(&self) -> impl Iterator<Item = &Product> {
        self.categories.iter().flat_map(|category| &category.products)
    }

    fn category(&mut self, name: &Name) -> &mut Category {
        last_or_pushed(
            &mut self.categories,
            |last| last.name == *name,
            || Category { name: name.clone(), products: Vec::new() },
        )
    }
}

impl Category {
    fn product(&mut self, name: &Name) -> &mut Product {
        let (variants, slots) = (Vec::new(), Vec::new());
        let attributes = Attributes::default();
        let product = || Product { name: name.clone(), variants, attributes, slots };
        last_or_pushed(&mut self.products, |last| last.name == *name, product)
    }
}

const READ_BY_A_TEST: &str = "the files are part of the program, and a test reads them";

/// The lines of a file.
pub(super) fn lines<T: DeserializeOwned>(csv: &str) -> Vec<T> {
    let lines = csv::Reader::from_reader(csv.as_bytes()).into_deserialize();
    lines.collect::<Result<_, _>>().expect(READ_BY_A_TEST)
}

/// An amount that a file gives in pesos.
pub(super) fn pesos(text: &str) -> Money {
    Money::parse_major(text, Currency::COP).expect(READ_BY_A_TEST)
}

/// The last of `all` if it is the one that is meant, or else one more.
fn last_or_pushed<T>(
    all: &mut Vec<T>,
    is_meant: impl FnOnce(&T) -> bool,
    further: impl FnOnce() -> T,
) -> &mut T {
    if !all.last().is_some_and(is_meant) {
        all.push(further());
    }
    all.last_mut().expect("one was just put there")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_menu_has_forty_eight_products_in_ten_categories_with_one_to_three_variants() {
        let menu = Menu::embedded();
        assert_eq!(menu.categories.len(), 10);
        let products: Vec<&Product> = menu.products().collect();
        assert_eq!(products.len(), 48);
        for product in &products {
            assert!((1..=3).contains(&product.variants.len()), "{product:?}");
        }
        let with_a_choice = products.iter().filter(|product| product.variants.len() > 1).count();
        assert!(with_a_choice > 20, "{with_a_choice}");
        assert_eq!(products.iter().filter(|product| !product.slots.is_empty()).count(), 2);
    }

    #[test]
    fn no_two_names_of_the_menu_are_the_same() {
        let menu = Menu::embedded();
        let mut categories = HashSet::new();
        let mut products = HashSet::new();
        for category in &menu.categories {
            assert!(categories.insert(category.name.fold_v1()), "{}", category.name);
            for product in &category.products {
                assert!(products.insert(product.name.fold_v1()), "{}", product.name);
                let mut variants = HashSet::new();
                for variant in &product.variants {
                    assert!(variants.insert(variant.name.fold_v1()), "{product:?}");
                }
            }
        }
    }

    #[test]
    fn what_one_file_names_is_in_the_others() {
        let menu = Menu::embedded();
        let products: HashSet<&Name> = menu.products().map(|product| &product.name).collect();
        let variants: HashSet<(&Name, &Name)> = menu
            .products()
            .flat_map(|product| product.variants.iter().map(|it| (&product.name, &it.name)))
            .collect();
        let groups: HashSet<&Name> = menu.groups.iter().map(|group| &group.name).collect();
        for product in products::embedded().into_keys().chain(combos::embedded().into_keys()) {
            assert!(products.contains(&product), "{product}");
        }
        for product in menu.products() {
            for group in &product.attributes.groups {
                assert!(groups.contains(group), "{group}");
            }
            for option in product.slots.iter().flat_map(|slot| &slot.options) {
                assert!(variants.contains(&(&option.product, &option.variant)), "{option:?}");
            }
        }
        for price in menu.price_lists.iter().flat_map(|list| &list.prices) {
            assert!(variants.contains(&(&price.product, &price.variant)), "{price:?}");
        }
        for asked in
            menu.groups.iter().flat_map(|it| &it.modifiers).filter_map(|it| it.asks.as_ref())
        {
            assert!(groups.contains(asked), "{asked}");
        }
    }

    #[test]
    fn every_price_is_one_that_a_colombian_menu_could_print() {
        for variant in Menu::embedded().products().flat_map(|product| &product.variants) {
            let (pesos, centavos) = (variant.price.amount() / 100, variant.price.amount() % 100);
            assert!((2_000..80_000).contains(&pesos), "{variant:?}");
            assert_eq!((pesos % 100, centavos), (0, 0), "{variant:?}");
            assert!(variant.popularity > 0, "{variant:?}");
        }
    }
}
