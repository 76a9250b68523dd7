use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::catalog::product::{Details, Variant};
use crate::inventory::recipe::{Ingredient, Portion, Published};
use crate::shared::{CategoryId, Currency, Money, Name, StockItemId};

const AREPA: ProductId = ProductId::from_uuid(Uuid::from_u128(1));
const SINGLE: VariantId = VariantId::from_uuid(Uuid::from_u128(2));
const DOUBLE: VariantId = VariantId::from_uuid(Uuid::from_u128(3));

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn branch(currency: Currency) -> branch::Details {
    let (time_zone, cut_off) = (chrono_tz::America::Bogota, "04:00".parse().unwrap());
    branch::Opened { name: name("Chapinero"), time_zone, currency, cut_off }.into()
}

/// Arepas in pesos, of which the single one takes flour.
fn menu() -> (product::State, recipe::State) {
    let price = Money::try_new(600_000, Currency::COP).unwrap();
    let variant = |id, text| Variant::new(id, name(text), price);
    let variants = vec![variant(SINGLE, "Sencilla"), variant(DOUBLE, "Doble")];
    let category = CategoryId::from_uuid(Uuid::from_u128(9));
    let product = product::State::InMenu(Details::new(name("Arepa"), category, variants));
    let portions = vec![Portion { variant: SINGLE, ingredients: flour() }];
    let recipe = recipe::State::Published(Arc::new(Published { version: 3, portions }));
    (product, recipe)
}

fn flour() -> Vec<Ingredient> {
    let item = StockItemId::from_uuid(Uuid::from_u128(7));
    vec![Ingredient { item, quantity: "250".parse().unwrap() }]
}

fn wanted(product: ProductId, variant: VariantId) -> WantedLine {
    WantedLine { product, variant, quantity: Quantity::try_new(2).unwrap() }
}

fn resolved(currency: Currency, lines: &[WantedLine]) -> Result<Vec<LineRequest>, Error> {
    let (arepa, arepa_recipe) = menu();
    let (unknown, unpublished) = (product::State::Unknown, recipe::State::Unpublished);
    let states = |product| {
        if product == AREPA {
            ProductStates { product: &arepa, product_revision: 5, recipe: &arepa_recipe }
        } else {
            ProductStates { product: &unknown, product_revision: 0, recipe: &unpublished }
        }
    };
    resolve(&branch(currency), lines, states)
}

#[test]
fn a_line_gets_the_price_of_the_menu_and_the_recipe_of_its_variant() {
    let lines = [wanted(AREPA, SINGLE), wanted(AREPA, DOUBLE)];
    let found = resolved(Currency::COP, &lines).unwrap();
    let [single, double] = &found[..] else { panic!("{found:?}") };
    assert_eq!((single.product, single.variant, single.product_revision), (AREPA, SINGLE, 5));
    assert_eq!((&single.product_name, &single.variant_name), (&name("Arepa"), &name("Sencilla")));
    assert_eq!(single.unit_price, Money::try_new(600_000, Currency::COP).unwrap());
    assert_eq!(single.quantity.pieces(), 2);
    assert_eq!(
        single.recipe,
        Some(LineRecipe { version: 3, ingredients: flour(), multiplier: None })
    );
    assert_eq!((&double.variant_name, &double.recipe), (&name("Doble"), &None));
}

#[test]
fn the_first_line_that_cannot_be_had_is_refused() {
    let nothing = ProductId::from_uuid(Uuid::from_u128(99));
    let foreign = VariantId::from_uuid(Uuid::from_u128(99));
    for (lines, refusal) in [
        ([wanted(AREPA, SINGLE), wanted(nothing, SINGLE)], Error::UnknownProduct { index: 1 }),
        ([wanted(AREPA, foreign), wanted(nothing, SINGLE)], Error::UnknownVariant { index: 0 }),
    ] {
        assert_eq!(resolved(Currency::COP, &lines).unwrap_err(), refusal);
    }
}

#[test]
fn a_price_in_another_currency_than_the_branch_trades_in_is_refused() {
    let refusal = resolved(Currency::USD, &[wanted(AREPA, DOUBLE)]).unwrap_err();
    assert_eq!(refusal, Error::ForeignCurrency { index: 0 });
}
