use chrono::NaiveDate;

use super::*;
use crate::pricing::{self, Line, Order};
use crate::shared::{Code, Currency, Money, Quantity};

/// What a product costs with and without its taxes, in cents.
#[derive(Debug, Deserialize)]
struct Vector {
    regime: Code,
    class: Code,
    date: NaiveDate,
    amount: i64,
    base: i64,
    /// Code, rate in millionths, amount.
    taxes: Vec<(Code, u32, i64)>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../colombia_vectors.json")).unwrap()
}

#[test]
fn the_profile_of_colombia_gives_what_its_vectors_say() {
    let Builtin { profile, .. } = colombia();
    assert_eq!(profile.check(), Ok(()));
    for vector in vectors() {
        let taxes = profile.taxes(&vector.class, &vector.regime, vector.date).unwrap();
        let price = Money::try_new(vector.amount, Currency::COP).unwrap();
        let line = Line::product(Quantity::try_new(1).unwrap(), price, taxes);
        let order = Order { lines: vec![line], ..Order::empty(Currency::COP) };
        let priced = pricing::price(&order).unwrap();
        let part = &priced.lines[0].parts[0];
        let amounts = part
            .taxes
            .iter()
            .map(|it| (it.tax.code.clone(), it.tax.rate.millionths(), it.amount.amount()));
        assert_eq!(amounts.collect::<Vec<_>>(), vector.taxes, "{vector:?}");
        assert_eq!(part.amounts.base.amount(), vector.base, "{vector:?}");
        assert_eq!(priced.total, price, "{vector:?}");
    }
}

#[test]
fn the_file_of_a_country_is_found_by_its_code() {
    for country in Country::ALL {
        assert_eq!(country.builtin().country, country);
        assert_eq!(serde_json::to_value(country).unwrap(), country.code());
    }
}

#[test]
fn every_class_and_regime_of_colombia_has_a_vector() {
    let Builtin { profile, .. } = colombia();
    for rule in &profile.rules {
        let is_shown = vectors()
            .iter()
            .any(|it| it.class == rule.class && it.regime == rule.regime && it.date >= rule.from);
        assert!(is_shown, "{rule:?}");
    }
    let n_pairs = profile.regimes.len() * profile.classes.len();
    assert_eq!(profile.rules.len(), n_pairs, "every class has a rule under every regime");
}

#[test]
fn colombia_says_nothing_of_the_years_of_reduced_rates() {
    let code = |text| Code::parse(text).unwrap();
    let date = "2022-12-31".parse().unwrap();
    assert_eq!(colombia().profile.taxes(&code("food"), &code("inc"), date), None);
}
