//! The menu of the demo's restaurant, from `menu.csv`, one variant a line.

use domain::shared::{Currency, Money, Name};
use serde::Deserialize;

const FILE: &str = include_str!("menu.csv");

/// Everything the restaurant sells, in the order of its menu.
#[derive(Debug)]
pub(super) struct Menu {
    pub(super) categories: Vec<Category>,
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
    /// The menu of the file.
    pub(super) fn embedded() -> Self {
        Self::parse(FILE).expect("menu.csv is part of the program, and a test reads it")
    }

    fn parse(csv: &str) -> Result<Self, csv::Error> {
        let mut menu = Self { categories: Vec::new() };
        for line in csv::Reader::from_reader(csv.as_bytes()).into_deserialize() {
            let Line { category, product, variant, price, popularity } = line?;
            let price = Money::parse_major(&price, Currency::COP).map_err(csv_error)?;
            let category = menu.category(category);
            let product = category.product(product);
            product.variants.push(Variant { name: variant, price, popularity });
        }
        Ok(menu)
    }

    fn category(&mut self, name: Name) -> &mut Category {
        if self.categories.last().is_none_or(|last| last.name != name) {
            self.categories.push(Category { name, products: Vec::new() });
        }
        self.categories.last_mut().expect("one was just put there")
    }
}

impl Category {
    fn product(&mut self, name: Name) -> &mut Product {
        if self.products.last().is_none_or(|last| last.name != name) {
            self.products.push(Product { name, variants: Vec::new() });
        }
        self.products.last_mut().expect("one was just put there")
    }
}

fn csv_error(error: impl std::error::Error + Send + Sync + 'static) -> csv::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, error).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_menu_has_forty_products_in_eight_categories_with_one_to_three_variants() {
        let menu = Menu::embedded();
        assert_eq!(menu.categories.len(), 8);
        let products: Vec<&Product> =
            menu.categories.iter().flat_map(|category| &category.products).collect();
        assert_eq!(products.len(), 40);
        for product in &products {
            assert!((1..=3).contains(&product.variants.len()), "{product:?}");
        }
        let with_a_choice = products.iter().filter(|product| product.variants.len() > 1).count();
        assert!(with_a_choice > 20, "{with_a_choice}");
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
                let variants: HashSet<_> =
                    product.variants.iter().map(|variant| variant.name.fold_v1()).collect();
                assert_eq!(variants.len(), product.variants.len(), "{}", product.name);
            }
        }
    }

    #[test]
    fn every_price_is_one_that_a_colombian_menu_could_print() {
        for category in Menu::embedded().categories {
            for variant in category.products.into_iter().flat_map(|product| product.variants) {
                let (pesos, centavos) =
                    (variant.price.amount() / 100, variant.price.amount() % 100);
                assert!((2_000..80_000).contains(&pesos), "{variant:?}");
                assert_eq!((pesos % 100, centavos), (0, 0), "{variant:?}");
                assert!(variant.popularity > 0, "{variant:?}");
            }
        }
    }

    #[test]
    fn a_menu_that_cannot_be_read_is_not_half_read() {
        let head = "category,product,variant,price,popularity\n";
        for line in ["Arepas,Arepa,Sencilla,1.234,1", "Arepas,,Sencilla,1,1", "Arepas,Arepa,x,1"] {
            assert!(Menu::parse(&format!("{head}{line}\n")).is_err(), "{line}");
        }
    }
}
