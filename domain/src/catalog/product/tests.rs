use uuid::Uuid;

use super::image::{Colour, ImageFormat, ImageHash, ImageSize};
use super::*;
use crate::shared::Currency;
use crate::testing::given;

fn variant(id: u128, name: &str, pesos: i64) -> Variant {
    Variant {
        id: VariantId::from_uuid(Uuid::from_u128(id)),
        name: Name::parse(name).unwrap(),
        price: Money::try_new(pesos * 100, Currency::COP).unwrap(),
    }
}

fn arepa(variants: Vec<Variant>) -> Details {
    let category = CategoryId::from_uuid(Uuid::from_u128(9));
    Details { name: Name::parse("Arepa").unwrap(), category, variants, image: None }
}

/// A request for a product whose variants keep their id if `kept` has them, and are added
/// otherwise.
fn request(details: Details, kept: &[Variant]) -> Request {
    let variant = |Variant { id, name, price }| {
        let is_kept = kept.iter().any(|kept| kept.id == id);
        VariantRequest { id: is_kept.then_some(id), id_if_new: id, name, price }
    };
    let Details { name, category, variants, .. } = details;
    let variants = variants.into_iter().map(variant).collect();
    Request { name, category: Some(category), variants }
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

#[test]
fn a_product_stands_in_a_category_of_the_company() {
    let wanted = arepa(vec![variant(1, "Sencilla", 6_000)]);
    let nowhere = Request { category: None, ..request(wanted.clone(), &[]) };
    given::<Product>([]).when(Command::Add(nowhere.clone())).then_refused(Error::UnknownCategory);
    given::<Product>([added(wanted)])
        .when(Command::Revise(nowhere))
        .then_refused(Error::UnknownCategory);
}

fn image(n: u8) -> Image {
    let size = ImageSize { width: 200, height: 150 };
    Image {
        hash: ImageHash::new([n; 16]),
        format: ImageFormat::Jpeg,
        small: size,
        medium: size,
        large: size,
        colour: Colour::new([n; 3]),
    }
}

#[test]
fn a_product_has_one_image_at_a_time() {
    let arepa = || added(arepa(vec![variant(1, "Sencilla", 6_000)]));
    let set = |n| Event::from(ImageSet { image: image(n) });
    given::<Product>([]).when(Command::SetImage(image(1))).then_refused(Error::Unknown);
    given::<Product>([arepa()]).when(Command::SetImage(image(1))).then([set(1)]);
    given::<Product>([arepa(), set(1)]).when(Command::SetImage(image(1))).then_nothing();
    given::<Product>([arepa(), set(1)]).when(Command::SetImage(image(2))).then([set(2)]);
    let state = Product::fold(State::default(), [arepa(), set(1), set(2)]);
    assert_eq!(state.in_menu().unwrap().image, Some(image(2)));
}

#[test]
fn an_image_is_removed_once() {
    let arepa = || added(arepa(vec![variant(1, "Sencilla", 6_000)]));
    let (set, removed) = (Event::from(ImageSet { image: image(1) }), Event::from(ImageRemoved {}));
    given::<Product>([]).when(Command::RemoveImage).then_refused(Error::Unknown);
    given::<Product>([arepa()]).when(Command::RemoveImage).then_nothing();
    given::<Product>([arepa(), set.clone()]).when(Command::RemoveImage).then([removed.clone()]);
    given::<Product>([arepa(), set, removed]).when(Command::RemoveImage).then_nothing();
}

#[test]
fn a_revision_keeps_the_image() {
    let before = arepa(vec![variant(1, "Sencilla", 6_000)]);
    let renamed = Event::from(Renamed { name: Name::parse("Arepa de chócolo").unwrap() });
    let history = [added(before), ImageSet { image: image(1) }.into(), renamed];
    let state = Product::fold(State::default(), history);
    assert_eq!(state.in_menu().unwrap().image, Some(image(1)));
}
