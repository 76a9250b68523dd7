//! The stock items of the demo's restaurant, from `stock.csv`, and its recipes, from `recipes.csv`, one
//! ingredient a line.

use domain::catalog::diet::{Mark, Marks, Presence};
use domain::inventory::BaseUnit;
use domain::shared::{Money, Name, StockQuantity};
use serde::Deserialize;

use super::menu::products::marks;
use super::menu::{lines, pesos};

const STOCK: &str = include_str!("stock.csv");
const RECIPES: &str = include_str!("recipes.csv");

/// What is in stock, and what takes it.
#[derive(Debug)]
pub(super) struct Pantry {
    pub(super) supplies: Vec<Supply>,
    pub(super) recipes: Vec<Recipe>,
}

/// Something in stock, and how much of it every branch begins with.
#[derive(Debug, Clone)]
pub(super) struct Supply {
    pub(super) item: Name,
    pub(super) unit: BaseUnit,
    pub(super) quantity: StockQuantity,
    pub(super) cost: Money,
    /// What its supplier declares of allergens and diets.
    pub(super) marks: Marks,
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
    /// Marks, separated by spaces, all others being declared to be absent; or [`UNKNOWN`].
    contains: String,
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
        let supply = |StockLine { item, unit, quantity, cost, contains }: StockLine| {
            let quantity = quantity.parse().expect(READ_BY_A_TEST);
            Supply { item, unit, quantity, cost: pesos(&cost), marks: declared(&contains) }
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

/// What a supplier writes who declares nothing, and one whose item contains nothing of all that.
const UNKNOWN: &str = "unknown";
const NONE: &str = "none";

fn declared(contains: &str) -> Marks {
    if contains == UNKNOWN {
        return Marks::default();
    }
    let contained: Vec<Mark> = marks(contains.strip_prefix(NONE).unwrap_or(contains)).collect();
    let presence = |mark| {
        if contained.contains(&mark) { Presence::Contains } else { Presence::FreeOf }
    };
    Mark::all().map(|mark| (mark, presence(mark))).collect()
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
        let of_modifiers = menu.groups.iter().flat_map(|group| &group.modifiers);
        let of_modifiers = of_modifiers.filter_map(|modifier| modifier.taken.as_ref());
        for taken in of_modifiers {
            assert!(items.contains(&taken.item), "{taken:?}");
        }
        let mut taken = HashSet::new();
        for recipe in &pantry.recipes {
            let product = menu.products().find(|product| product.name == recipe.product).unwrap();
            let variants: Vec<&Name> = product.variants.iter().map(|v| &v.name).collect();
            let portions: Vec<&Name> = recipe.portions.iter().map(|(name, _)| name).collect();
            assert_eq!(portions, variants, "{}", recipe.product);
            taken.extend(recipe.portions.iter().flat_map(|(_, taken)| taken).map(|t| &t.item));
        }
        assert_eq!(taken, items);
    }
}
