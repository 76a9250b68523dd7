use super::*;
use crate::pricing::{self, Line, Order};
use crate::shared::{Code, Currency, Money, Quantity, Rate};
use crate::taxes::profile::Term;
use crate::taxes::{Inclusion, Rule, Tax};
use crate::testing::given;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// A country whose menus show prices without taxes: a state and a city tax are added.
fn added_taxes() -> Profile {
    let term = |text| Term { code: code(text), name: name(text) };
    let tax = |text, millionths| Tax {
        code: code(text),
        rate: Rate::try_from_millionths(millionths).unwrap(),
        inclusion: Inclusion::Added,
    };
    let taxes = vec![tax("state", 62_500), tax("city", 22_500)];
    let from = "2026-01-01".parse().unwrap();
    Profile {
        regimes: vec![term("city")],
        classes: vec![term("food")],
        comp_keeps_base: false,
        rules: vec![Rule { regime: code("city"), class: code("food"), from, taxes }],
    }
}

fn published(version: u32) -> Published {
    Published { version, name: name("Springfield"), profile: added_taxes() }
}

fn publish(name: Name, profile: Profile) -> Command {
    Command::Publish { name, profile }
}

#[test]
fn a_profile_is_published_in_versions() {
    let again = || publish(name("Springfield"), added_taxes());
    given::<TaxProfile>([]).when(again()).then([published(1).into()]);
    given::<TaxProfile>([published(1).into()]).when(again()).then_nothing();
    let profile = Profile { comp_keeps_base: true, ..added_taxes() };
    given::<TaxProfile>([published(1).into()])
        .when(publish(name("Springfield"), profile.clone()))
        .then([Published { version: 2, name: name("Springfield"), profile }.into()]);
}

#[test]
fn a_version_has_the_regimes_and_classes_of_the_one_before() {
    let with = |regime: &str, class: &str| {
        let mut profile = added_taxes();
        profile.regimes[0].code = code(regime);
        profile.classes[0].code = code(class);
        profile.rules[0].regime = code(regime);
        profile.rules[0].class = code(class);
        publish(name("Springfield"), profile)
    };
    given::<TaxProfile>([published(1).into()])
        .when(with("state", "food"))
        .then_refused(Error::RegimeGone { code: code("city") });
    given::<TaxProfile>([published(1).into()])
        .when(with("city", "drinks"))
        .then_refused(Error::ClassGone { code: code("food") });
}

#[test]
fn an_incomplete_profile_is_refused() {
    let profile = Profile { rules: vec![], ..added_taxes() };
    given::<TaxProfile>([])
        .when(publish(name("Springfield"), profile))
        .then_refused(Error::Profile(ProfileError::RuleCount { given: 0 }));
}

#[test]
fn a_country_of_two_decimals_adds_its_taxes() {
    let state = TaxProfile::fold(State::default(), [published(1).into()]);
    let profile = &state.latest().unwrap().profile;
    let date = "2026-03-14".parse().unwrap();
    let taxes = || profile.taxes(&code("food"), &code("city"), date).unwrap();
    let line = |cents| {
        let price = Money::try_new(cents, Currency::USD).unwrap();
        Line::product(Quantity::try_new(1).unwrap(), price, taxes())
    };
    let lines = vec![line(1_099), line(450)];
    let priced = pricing::price(&Order { lines, ..Order::empty(Currency::USD) }).unwrap();
    // 93.415 and 38.25 cents are rounded on their lines, then spread: 68 and 25, 28 and 10.
    let amounts: Vec<_> = priced.taxes.iter().map(|tax| tax.amount.amount()).collect();
    assert_eq!((amounts, priced.total.to_major()), (vec![96, 35], "16.80".to_owned()));
}
