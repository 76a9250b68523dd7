//! The stock items of the demo's restaurant, from `stock.csv`, and its recipes, from `recipes.csv`, one
//! ingredient a line.

use domain::inventory::BaseUnit;
use domain::shared::{Currency, Money, Name, StockQuantity};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const STOCK: &str = include_str!("stock.csv");
const RECIPES: &str = include_str!("recipes.csv");

/// What is in stock, and what takes it.
#[derive(Debug)]
pub(super) struct Pantry {
    pub(super) supplies: Vec<Supply>,
    pub(super) recipes: Vec<Recipe>,
}

/// Something in stock, and how much of it every branch begins with.
#[derive(Debug)]
pub(super) struct Supply {
    pub(super) item: Name,
    pub(super) unit: BaseUnit,
    pub(super) quantity: StockQuantity,
    pub(super) cost: Money,
}

/// How a product of the menu is made.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) product: Name,
    /// By the name of the variant.
    pub(super) portions: Vec<(Name, Vec<Taken>)>,
}

/// How much one piece takes of an item.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) item: Name,
    pub(super) quantity: StockQuantity,
}

#[derive(Deserialize)]
struct StockLine {
    item: Name,
    unit: BaseUnit,
    quantity: String,
    /// In pesos.
    cost: String,
}

#[derive(Deserialize)]
struct RecipeLine {
    product: Name,
    variant: Name,
    item: Name,
    quantity: String,
}

impl Pantry {
    /// The pantry of the files.
    pub(super) fn embedded() -> Self {
        let supply = |StockLine { item, unit, quantity, cost }: StockLine| {
            let cost = Money::parse_major(&cost, Currency::COP).expect(READ_BY_A_TEST);
            Supply { item, unit, quantity: quantity.parse().expect(READ_BY_A_TEST), cost }
        };
        let mut pantry =
            Self { supplies: lines(STOCK).into_iter().map(supply).collect(), recipes: Vec::new() };
        for RecipeLine { product, variant, item, quantity } in lines(RECIPES) {
            let quantity = quantity.parse().expect(READ_BY_A_TEST);
            pantry.recipe(product).portion(variant).push(Taken { item, quantity });
        }
        pantry
    }

    fn recipe(&mut self, product: Name) -> &mut Recipe {
        if self.recipes.last().is_none_or(|last| last.product != product) {
            self.recipes.push(Recipe { product, portions: Vec::new() });
        }
        self.recipes.last_mut().expect("one was just put there")
    }
}

impl Recipe {
    fn portion(&mut self, variant: Name) -> &mut Vec<Taken> {
        if self.portions.last().is_none_or(|(last, _)| *last != variant) {
            self.portions.push((variant, Vec::new()));
        }
        &mut self.portions.last_mut().expect("one was just put there").1
    }
}

const READ_BY_A_TEST: &str = "the files are part of the program, and a test reads them";

fn lines<T: DeserializeOwned>(csv: &str) -> Vec<T> {
    let lines = csv::Reader::from_reader(csv.as_bytes()).into_deserialize();
    lines.collect::<Result<_, _>>().expect(READ_BY_A_TEST)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::menu::Menu;
    use super::*;

    #[test]
    fn recipes_are_of_things_on_the_menu_and_take_things_that_are_in_stock() {
        let (pantry, menu) = (Pantry::embedded(), Menu::embedded());
        let items: HashSet<&Name> = pantry.supplies.iter().map(|supply| &supply.item).collect();
        assert_eq!(items.len(), pantry.supplies.len());
        let products = || menu.categories.iter().flat_map(|category| &category.products);
        let mut taken = HashSet::new();
        for recipe in &pantry.recipes {
            let product = products().find(|product| product.name == recipe.product).unwrap();
            let variants: Vec<&Name> = product.variants.iter().map(|v| &v.name).collect();
            let portions: Vec<&Name> = recipe.portions.iter().map(|(name, _)| name).collect();
            assert_eq!(portions, variants, "{}", recipe.product);
            taken.extend(recipe.portions.iter().flat_map(|(_, taken)| taken).map(|t| &t.item));
        }
        assert_eq!(taken, items);
    }
}
