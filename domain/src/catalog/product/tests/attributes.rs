//! What a product has besides its name, category and variants.

use super::*;
use crate::catalog::combo::{self, Combo, Slot, SlotOption};
use crate::catalog::modifier_group::Override;
use crate::shared::{Code, Description, LanguageTag, ModifierGroupId, ProductId};

pub(super) fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

pub(super) fn group(n: u128) -> Override {
    Override::none(ModifierGroupId::from_uuid(Uuid::from_u128(n)))
}

pub(super) fn option(n: u128, upcharge: Money) -> SlotOption {
    let product = ProductId::from_uuid(Uuid::from_u128(100 + n));
    SlotOption { product, variant: VariantId::from_uuid(Uuid::from_u128(n)), upcharge }
}

pub(super) fn combo(options: Vec<SlotOption>) -> Combo {
    let slot = Slot { name: Name::parse("Bebida").unwrap(), pieces: 1, options };
    Combo { slots: vec![slot] }
}

fn single() -> Details {
    arepa(vec![variant(1, "Sencilla", 6_000)])
}

fn texts(words: &[&str]) -> Texts {
    let description = Some(Description::parse("De maíz.").unwrap());
    let search_words = words.iter().map(|word| Name::parse(word).unwrap()).collect();
    let text = Text { description, search_words };
    [(LanguageTag::parse("es").unwrap(), text)].into_iter().collect()
}

/// Expects that adding the product is refused.
fn refused(details: Details, error: Error) {
    given::<Product>([]).when(add(details)).then_refused(error);
}

#[test]
fn a_product_is_added_with_all_that_is_said_of_it() {
    let details = Details {
        place: 2,
        groups: vec![group(20)],
        tax_class: Some(Code::parse("goods_19").unwrap()),
        preparation_minutes: Some(12),
        texts: texts(&["maíz"]),
        ..single()
    };
    let Details { groups, tax_class, texts, .. } = details.clone();
    given::<Product>([]).when(add(details.clone())).then([
        added(single()),
        Moved { place: 2 }.into(),
        GroupsOffered { groups }.into(),
        TaxClassified { class: tax_class }.into(),
        PreparationEstimated { minutes: Some(12) }.into(),
        Described { texts }.into(),
    ]);
    let events = Product::decide(&State::Unknown, add(details.clone())).unwrap();
    assert_eq!(Product::fold(State::Unknown, events), State::InMenu(details));
}

#[test]
fn what_is_set_can_be_taken_away_again() {
    let before = Details {
        tax_class: Some(Code::parse("goods_19").unwrap()),
        preparation_minutes: Some(12),
        texts: texts(&[]),
        ..single()
    };
    let history = Product::decide(&State::Unknown, add(before)).unwrap();
    given::<Product>(history).when(Command::Revise(Request::from(single()))).then([
        TaxClassified { class: None }.into(),
        PreparationEstimated { minutes: None }.into(),
        Described { texts: Texts::default() }.into(),
    ]);
}

#[test]
fn an_item_stays_an_item_and_a_combo_a_combo() {
    let lunch = Details { combo: Some(combo(vec![option(2, pesos(0))])), ..single() };
    let composed = ComboComposed { combo: combo(vec![option(2, pesos(0))]) };
    let history = || vec![added(single()), composed.clone().into()];
    given::<Product>([]).when(add(lunch.clone())).then(history());
    let dearer = Details { combo: Some(combo(vec![option(2, pesos(500))])), ..single() };
    given::<Product>(history())
        .when(Command::Revise(Request::from(dearer)))
        .then([ComboComposed { combo: combo(vec![option(2, pesos(500))]) }.into()]);
    given::<Product>(history())
        .when(Command::Revise(Request::from(single())))
        .then_refused(Error::KindChanged);
    given::<Product>([added(single())])
        .when(Command::Revise(Request::from(lunch)))
        .then_refused(Error::KindChanged);
}

#[test]
fn a_combo_can_be_chosen_and_is_priced_in_one_currency() {
    let none = combo(vec![]);
    let error = Error::Combo(combo::Error::OptionCount { slot: 0, given: 0 });
    refused(Details { combo: Some(none), ..single() }, error);
    let dollar = Money::try_new(100, Currency::USD).unwrap();
    let mixed = combo(vec![option(2, pesos(0)), option(3, dollar)]);
    refused(
        Details { combo: Some(mixed), ..single() },
        Error::UpchargeCurrency { slot: 0, option: 1 },
    );
}

#[test]
fn codes_tell_variants_apart() {
    let (sku, barcode) = (|text| Sku::parse(text).unwrap(), |text| Barcode::parse(text).unwrap());
    let with = |first: Variant, second: Variant| arepa(vec![first, second]);
    let [one, other] = [variant(1, "Sencilla", 1), variant(2, "Doble", 2)];
    let skus = with(
        Variant { sku: Some(sku("are-1")), ..one.clone() },
        Variant { sku: Some(sku("ARE-1")), ..other.clone() },
    );
    refused(skus, Error::SkuRepeated { index: 1 });
    let barcodes = with(
        Variant { barcode: Some(barcode("036000291452")), ..one.clone() },
        Variant { barcode: Some(barcode("0036000291452")), ..other.clone() },
    );
    refused(barcodes, Error::BarcodeRepeated { index: 1 });
    let different = with(Variant { sku: Some(sku("ARE-1")), ..one }, other);
    assert!(Product::decide(&State::Unknown, add(different)).is_ok());
}

#[test]
fn a_multiplier_needs_a_recipe_to_multiply() {
    let times = |text: &str| Some(text.parse().unwrap());
    let small = Variant { recipe_multiplier: times("0.5"), ..variant(1, "Media", 1) };
    let whole = variant(2, "Entera", 2);
    let product = arepa(vec![small.clone(), whole.clone()]);
    assert_eq!(product.base_variant(), Some(&whole));
    assert!(Product::decide(&State::Unknown, add(product)).is_ok());
    refused(arepa(vec![small]), Error::NoBaseVariant);
}

#[test]
fn a_group_is_offered_once_in_the_currency_of_the_product() {
    let twice = Details { groups: vec![group(20), group(21), group(20)], ..single() };
    refused(twice, Error::GroupRepeated { index: 2 });
    let mut priced = group(20);
    let dollar = Money::try_new(100, Currency::USD).unwrap();
    priced.prices.insert(crate::shared::ModifierId::from_uuid(Uuid::from_u128(1)), dollar);
    let foreign = Details { groups: vec![group(21), priced], ..single() };
    refused(foreign, Error::GroupCurrency { index: 1 });
    let many = (0..=GROUPS_MAX as u128).map(group).collect();
    refused(Details { groups: many, ..single() }, Error::GroupCount { given: GROUPS_MAX + 1 });
}

#[test]
fn preparation_takes_up_to_a_day() {
    for given in [0, PREPARATION_MINUTES_MAX + 1] {
        let details = Details { preparation_minutes: Some(given), ..single() };
        refused(details, Error::PreparationMinutes { given });
    }
}

#[test]
fn search_words_differ() {
    let language = LanguageTag::parse("es").unwrap();
    let twice = Details { texts: texts(&["maíz", "MAÍZ"]), ..single() };
    refused(twice, Error::SearchWords { language });
}

#[test]
fn a_product_is_moved_by_itself() {
    given::<Product>([added(single())]).when(Command::Move(0)).then_nothing();
    given::<Product>([added(single())]).when(Command::Move(4)).then([Moved { place: 4 }.into()]);
    given::<Product>([]).when(Command::Move(4)).then_refused(Error::Unknown);
}

#[test]
fn a_removed_product_is_put_back_as_it_was() {
    let removed = || vec![added(single()), Moved { place: 3 }.into(), Removed {}.into()];
    let restore = |has_category| Command::Restore { has_category };
    given::<Product>([added(single())]).when(Command::Remove).then([Removed {}.into()]);
    given::<Product>(removed()).when(Command::Remove).then_nothing();
    for command in [Command::Revise(Request::from(single())), Command::Move(1)] {
        given::<Product>(removed()).when(command).then_refused(Error::Unknown);
    }
    given::<Product>(removed()).when(add(single())).then_refused(Error::AlreadyAdded);
    given::<Product>(removed()).when(restore(true)).then([Restored {}.into()]);
    given::<Product>(removed()).when(restore(false)).then_refused(Error::UnknownCategory);
    given::<Product>([added(single())]).when(restore(false)).then_nothing();
    for command in [Command::Remove, restore(true)] {
        given::<Product>([]).when(command).then_refused(Error::Unknown);
    }
    let state = Product::fold(State::Unknown, removed());
    let details = Details { place: 3, ..single() };
    assert_eq!((state.in_menu(), state.removed()), (None, Some(&details)));
    assert_eq!(Product::evolve(state, Restored {}.into()), State::InMenu(details));
}
