//! What is known of products by what they are made of.

use super::attributes::{combo, option, pesos};
use super::*;
use crate::catalog::diet::{Allergen, Mark, Marks, Presence};
use crate::inventory::recipe::{Ingredient, Portion, Published};
use crate::shared::{ProductId, StockItemId};

const MILK: Mark = Mark::Allergen(Allergen::Milk);
const CHEESE: u128 = 1;
const CORN: u128 = 2;

fn milk(presence: Presence) -> Marks {
    [(MILK, presence)].into_iter().collect()
}

fn of_item(item: StockItemId) -> Marks {
    match item.uuid().as_u128() {
        CHEESE => milk(Presence::Contains),
        CORN => milk(Presence::FreeOf),
        _ => Marks::default(),
    }
}

fn takes(variant: u128, items: &[u128]) -> Portion {
    let ingredient = |item: &u128| Ingredient {
        item: StockItemId::from_uuid(Uuid::from_u128(*item)),
        quantity: "1".parse().unwrap(),
    };
    let variant = VariantId::from_uuid(Uuid::from_u128(variant));
    Portion { variant, ingredients: items.iter().map(ingredient).collect() }
}

/// What is known of milk in a product with this recipe.
fn known(product: &Details, portions: Vec<Portion>) -> Presence {
    let recipe = Published { version: 1, portions };
    known_marks(product, Some(&recipe), of_item, |_| None).presence(MILK)
}

#[test]
fn an_item_is_made_of_what_any_of_its_variants_takes() {
    let arepa = arepa(vec![variant(1, "Sencilla", 6_000), variant(2, "Con queso", 9_000)]);
    assert_eq!(known(&arepa, vec![takes(1, &[CORN]), takes(2, &[CORN])]), Presence::FreeOf);
    assert_eq!(known(&arepa, vec![takes(1, &[CORN]), takes(2, &[CHEESE])]), Presence::Contains);
    assert_eq!(known(&arepa, vec![takes(1, &[CORN]), takes(2, &[CORN, 3])]), Presence::Unknown);
    assert_eq!(known(&arepa, vec![takes(1, &[CORN])]), Presence::Unknown, "one takes nothing");
    assert_eq!(known(&arepa, vec![takes(1, &[CHEESE])]), Presence::Contains);
    let sold_no_more = vec![takes(1, &[CORN]), takes(2, &[CORN]), takes(9, &[CHEESE])];
    assert_eq!(known(&arepa, sold_no_more), Presence::FreeOf);
}

#[test]
fn a_variant_with_a_multiplier_is_made_of_what_the_base_takes() {
    let multiplier = Some("2".parse().unwrap());
    let double = Variant { recipe_multiplier: multiplier, ..variant(2, "Doble", 9_000) };
    let arepa = arepa(vec![variant(1, "Sencilla", 6_000), double]);
    assert_eq!(known(&arepa, vec![takes(1, &[CORN])]), Presence::FreeOf);
}

#[test]
fn a_product_without_a_recipe_is_known_by_what_is_declared() {
    let plain = arepa(vec![variant(1, "Sencilla", 6_000)]);
    let of = |product: &Details| known_marks(product, None, of_item, |_| None).presence(MILK);
    assert_eq!(of(&plain), Presence::Unknown);
    let declared = Details { marks: milk(Presence::FreeOf), ..plain };
    assert_eq!(of(&declared), Presence::FreeOf);
    assert_eq!(known(&declared, vec![takes(1, &[CHEESE])]), Presence::Contains);
}

#[test]
fn a_combo_is_made_of_all_that_it_can_be_filled_with() {
    let options = combo(vec![option(1, pesos(0)), option(2, pesos(0))]);
    let lunch = Details { combo: Some(options), ..arepa(vec![variant(1, "Almuerzo", 6_000)]) };
    let known = |second: Option<Presence>| {
        let first = ProductId::from_uuid(Uuid::from_u128(101));
        let of_product = |product| {
            if product == first { Some(milk(Presence::FreeOf)) } else { second.map(milk) }
        };
        known_marks(&lunch, None, of_item, of_product).presence(MILK)
    };
    assert_eq!(known(Some(Presence::FreeOf)), Presence::FreeOf);
    assert_eq!(known(Some(Presence::Contains)), Presence::Contains);
    assert_eq!(known(None), Presence::Unknown);
}
