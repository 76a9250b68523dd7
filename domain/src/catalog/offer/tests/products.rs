use super::*;
use crate::shared::BranchId;

#[test]
fn a_line_gets_the_price_of_the_menu_and_the_recipe_of_its_variant() {
    let found = Carta::new().resolve(&[wanted(AREPA, SINGLE), wanted(AREPA, DOUBLE)]).unwrap();
    let [single, double] = &found[..] else { panic!("{found:?}") };
    let LineRequest { item, quantity, children } = single;
    assert_eq!((item.product, item.variant, item.product_revision), (AREPA, SINGLE, 5));
    assert_eq!((&item.product_name, &item.variant_name), (&name("Arepa"), &name("Sencilla")));
    assert_eq!((item.unit_price, item.price_list), (pesos(6_000), None));
    assert_eq!((quantity.pieces(), children.len()), (2, 0));
    let ingredients = vec![of_stock(7, "250")];
    assert_eq!(item.recipe, Some(LineRecipe { version: 3, ingredients, multiplier: None }));
    assert_eq!((&double.item.variant_name, &double.item.recipe), (&name("Doble"), &None));
}

#[test]
fn a_variant_with_a_multiplier_takes_the_recipe_of_the_base_variant_so_many_times() {
    let twice = "2".parse().unwrap();
    let carta = Carta::new().with(AREPA, |it| it.variants[1].recipe_multiplier = Some(twice));
    let double = carta.one(wanted(AREPA, DOUBLE)).item;
    let ingredients = vec![of_stock(7, "250")];
    assert_eq!(
        double.recipe,
        Some(LineRecipe { version: 3, ingredients, multiplier: Some(twice) })
    );
}

#[test]
fn the_first_line_that_cannot_be_had_is_refused() {
    let nothing = ProductId::from_uuid(Uuid::from_u128(99));
    let foreign = VariantId::from_uuid(Uuid::from_u128(99));
    let carta = Carta::new();
    let refusal = carta.resolve(&[wanted(AREPA, SINGLE), wanted(nothing, SINGLE)]);
    assert_eq!(refusal.unwrap_err(), Error::UnknownProduct { at: at(1) });
    let refusal = carta.resolve(&[wanted(AREPA, foreign), wanted(nothing, SINGLE)]);
    assert_eq!(refusal.unwrap_err(), Error::UnknownVariant { at: at(0) });
}

#[test]
fn a_price_in_another_currency_than_the_branch_trades_in_is_refused() {
    let abroad = Carta { branch: branch(Currency::USD), ..Carta::new() };
    assert_eq!(abroad.refusal(wanted(AREPA, DOUBLE)), Error::ForeignCurrency { at: at(0) });
}

#[test]
fn a_line_is_made_at_the_station_of_its_branch() {
    let station = crate::shared::StationId::from_uuid(Uuid::from_u128(70));
    let elsewhere = BranchId::from_uuid(Uuid::from_u128(51));
    let carta = Carta::new()
        .with(AREPA, |it| it.stations = [(BRANCH, station)].into())
        .with(JUICE, |it| it.stations = [(elsewhere, station)].into());
    assert_eq!(carta.one(wanted(AREPA, SINGLE)).item.station, Some(station));
    assert_eq!(carta.one(wanted(JUICE, GLASS)).item.station, None);
}
