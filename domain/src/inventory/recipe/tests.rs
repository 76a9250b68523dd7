use uuid::Uuid;

use super::*;
use crate::shared::{CategoryId, Currency, Money, Name};
use crate::testing::given;

fn grams(item: u128, quantity: &str) -> Ingredient {
    let item = StockItemId::from_uuid(Uuid::from_u128(item));
    Ingredient { item, quantity: quantity.parse().unwrap() }
}

fn portion(variant: u128, ingredients: Vec<Ingredient>) -> Portion {
    Portion { variant: VariantId::from_uuid(Uuid::from_u128(variant)), ingredients }
}

fn publish(portions: Vec<Portion>) -> Command {
    Command::Publish { portions }
}

fn published(version: u32, portions: Vec<Portion>) -> Event {
    Published { version, portions }.into()
}

#[test]
fn every_publication_of_something_else_is_a_version() {
    let first = vec![portion(1, vec![grams(7, "250"), grams(8, "0.125")])];
    let second = vec![portion(1, vec![grams(7, "240")])];
    given::<Recipe>([]).when(publish(first.clone())).then([published(1, first.clone())]);
    given::<Recipe>([published(1, first.clone())]).when(publish(first.clone())).then_nothing();
    given::<Recipe>([published(1, first)])
        .when(publish(second.clone()))
        .then([published(2, second)]);
}

#[test]
fn a_recipe_names_each_variant_and_each_ingredient_once() {
    let one = || vec![grams(7, "1")];
    given::<Recipe>([])
        .when(publish(vec![portion(1, one()), portion(1, one())]))
        .then_refused(Error::VariantRepeated { index: 1 });
    given::<Recipe>([])
        .when(publish(vec![portion(1, one()), portion(2, vec![grams(7, "1"), grams(7, "2")])]))
        .then_refused(Error::IngredientRepeated { index: 1, ingredient: 1 });
}

#[test]
fn a_recipe_names_variants_of_its_product_and_what_the_company_keeps() {
    let price = Money::try_new(600_000, Currency::COP).unwrap();
    let [product_name, variant_name] = ["Arepa", "Sencilla"].map(|n| Name::parse(n).unwrap());
    let id = VariantId::from_uuid(Uuid::from_u128(1));
    let arepa = product::State::InMenu(product::Details::new(
        product_name,
        CategoryId::from_uuid(Uuid::from_u128(9)),
        vec![product::Variant::new(id, variant_name, price)],
    ));
    let check = |product: &product::State, portions: Vec<Portion>| {
        check_references(product, &portions, |item| item.uuid().as_u128() == 7)
    };
    let valid = portion(1, vec![grams(7, "1")]);
    assert_eq!(check(&arepa, vec![valid.clone()]), Ok(()));
    assert_eq!(check(&product::State::Unknown, vec![valid.clone()]), Err(Error::UnknownProduct));
    let elsewhere = portion(2, vec![grams(7, "1")]);
    assert_eq!(check(&arepa, vec![valid, elsewhere]), Err(Error::UnknownVariant { index: 1 }));
    let not_kept = portion(1, vec![grams(7, "1"), grams(8, "1")]);
    assert_eq!(check(&arepa, vec![not_kept]), Err(Error::UnknownItem { index: 0, ingredient: 1 }));
}

#[test]
fn a_variant_with_a_multiplier_takes_what_the_base_variant_takes() {
    let price = Money::try_new(600_000, Currency::COP).unwrap();
    let [product_name, small, large] =
        ["Pizza", "Mediana", "Grande"].map(|name| Name::parse(name).unwrap());
    let id = |n| VariantId::from_uuid(Uuid::from_u128(n));
    let multiplier = "1.5".parse().ok();
    let pizza = product::Details::new(
        product_name,
        CategoryId::from_uuid(Uuid::from_u128(9)),
        vec![
            product::Variant {
                recipe_multiplier: multiplier,
                ..product::Variant::new(id(2), large, price)
            },
            product::Variant::new(id(1), small, price),
        ],
    );
    let (base, own) = (portion(1, vec![grams(7, "200")]), portion(2, vec![grams(7, "1")]));
    let recipe = Published { version: 1, portions: vec![base.clone(), own.clone()] };
    assert_eq!(recipe.taken(&pizza, id(1)), Some((&base, None)));
    assert_eq!(recipe.taken(&pizza, id(2)), Some((&base, multiplier)));
    assert_eq!(recipe.taken(&pizza, id(3)), None, "the product has no such variant");
    let nothing = Published { version: 1, portions: vec![own] };
    assert_eq!(nothing.taken(&pizza, id(2)), None, "the base takes nothing");
}

#[test]
fn a_recipe_takes_something() {
    given::<Recipe>([]).when(publish(vec![])).then_refused(Error::PortionCount { given: 0 });
    given::<Recipe>([])
        .when(publish(vec![portion(1, vec![])]))
        .then_refused(Error::IngredientCount { index: 0, given: 0 });
    let many = (0..=INGREDIENTS_MAX as u128).map(|item| grams(item, "1")).collect();
    given::<Recipe>([])
        .when(publish(vec![portion(1, many)]))
        .then_refused(Error::IngredientCount { index: 0, given: INGREDIENTS_MAX + 1 });
    for nothing in ["0", "-1"] {
        given::<Recipe>([])
            .when(publish(vec![portion(1, vec![grams(7, "1"), grams(8, nothing)])]))
            .then_refused(Error::QuantityNotPositive { index: 0, ingredient: 1 });
    }
}
