use uuid::Uuid;

use super::*;
use crate::shared::money::PRICE_MAX;
use crate::shared::{CategoryId, Currency, Money, Name, VariantId};
use crate::testing::given;

mod attributes;
mod marks;
mod properties;
mod references;

fn variant(id: u128, name: &str, pesos: i64) -> Variant {
    let price = Money::try_new(pesos * 100, Currency::COP).unwrap();
    Variant::new(VariantId::from_uuid(Uuid::from_u128(id)), Name::parse(name).unwrap(), price)
}

fn arepa(variants: Vec<Variant>) -> Details {
    let category = CategoryId::from_uuid(Uuid::from_u128(9));
    Details::new(Name::parse("Arepa").unwrap(), category, variants)
}

/// A request for a product whose variants keep their id if `kept` has them, and are added
/// otherwise.
fn request(details: Details, kept: &[Variant]) -> Request {
    let mut request = Request::from(details);
    for variant in &mut request.variants {
        variant.id = variant.id.filter(|id| kept.iter().any(|kept| kept.id == *id));
    }
    request
}

fn add(details: Details) -> Command {
    Command::Add(request(details, &[]))
}

fn added(details: Details) -> Event {
    let Details { name, category, variants, .. } = details;
    Added { name, category, variants }.into()
}

#[test]
fn a_product_is_added_with_its_variants() {
    let details = arepa(vec![variant(1, "Sencilla", 6_000), variant(2, "Doble", 9_000)]);
    given::<Product>([]).when(add(details.clone())).then([added(details)]);
}

#[test]
fn a_product_without_a_usable_price_is_refused() {
    given::<Product>([]).when(add(arepa(vec![]))).then_refused(Error::VariantCount { given: 0 });
    given::<Product>([])
        .when(add(arepa(vec![variant(1, "Sencilla", 0)])))
        .then_refused(Error::PriceNotPositive { index: 0 });
    let dearest = variant(1, "Sencilla", PRICE_MAX / 100);
    given::<Product>([])
        .when(add(arepa(vec![dearest.clone()])))
        .then([added(arepa(vec![dearest]))]);
    let dearer = variant(1, "Sencilla", PRICE_MAX / 100 + 1);
    given::<Product>([])
        .when(add(arepa(vec![dearer])))
        .then_refused(Error::PriceTooHigh { index: 0 });
}

#[test]
fn variants_are_told_apart_by_name_and_id() {
    for twin in [variant(1, "Doble", 1), variant(2, "SENCILLA", 1)] {
        given::<Product>([])
            .when(add(arepa(vec![variant(1, "Sencilla", 1), twin])))
            .then_refused(Error::VariantRepeated { index: 1 });
    }
}

#[test]
fn a_revision_says_only_what_changed() {
    let before = arepa(vec![variant(1, "Sencilla", 6_000)]);
    given::<Product>([added(before.clone())])
        .when(Command::Revise(request(before.clone(), &before.variants)))
        .then_nothing();
    let dearer = vec![variant(1, "Sencilla", 6_500)];
    given::<Product>([added(before.clone())])
        .when(Command::Revise(request(arepa(dearer.clone()), &before.variants)))
        .then([VariantsOffered { variants: dearer }.into()]);
}

#[test]
fn a_revision_keeps_adds_and_drops_variants() {
    let before = arepa(vec![variant(1, "Sencilla", 6_000), variant(2, "Doble", 9_000)]);
    let variants = vec![variant(3, "Triple", 12_000), variant(1, "Sencilla", 6_000)];
    given::<Product>([added(before.clone())])
        .when(Command::Revise(request(arepa(variants.clone()), &before.variants)))
        .then([VariantsOffered { variants }.into()]);
}

#[test]
fn variants_of_another_product_are_refused() {
    let single = variant(1, "Sencilla", 6_000);
    let wanted = arepa(vec![single.clone(), variant(9, "Doble", 9_000)]);
    let foreign = request(wanted.clone(), &wanted.variants);
    given::<Product>([])
        .when(Command::Add(foreign.clone()))
        .then_refused(Error::UnknownVariant { index: 0 });
    given::<Product>([added(arepa(vec![single]))])
        .when(Command::Revise(foreign))
        .then_refused(Error::UnknownVariant { index: 1 });
}
