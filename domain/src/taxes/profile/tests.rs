use super::*;
use crate::shared::Rate;
use crate::taxes::Inclusion;

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn term(text: &str) -> Term {
    Term { code: code(text), name: Name::parse(text).unwrap() }
}

fn tax(text: &str, millionths: u32) -> Tax {
    let rate = Rate::try_from_millionths(millionths).unwrap();
    Tax { code: code(text), rate, inclusion: Inclusion::Added }
}

fn rule(class: &str, from: &str, taxes: Vec<Tax>) -> Rule {
    Rule { regime: code("city"), class: code(class), from: from.parse().unwrap(), taxes }
}

fn profile() -> Profile {
    Profile {
        regimes: vec![term("city")],
        classes: vec![term("food"), term("gift_card")],
        comp_keeps_base: false,
        rules: vec![
            rule("food", "2026-07-01", vec![tax("state", 62_500), tax("city", 10_000)]),
            rule("food", "2020-01-01", vec![tax("state", 60_000)]),
            rule("gift_card", "2020-01-01", vec![]),
        ],
    }
}

#[test]
fn the_latest_rule_that_has_begun_holds() {
    let profile = profile();
    let rates = |class: &str, date: &str| {
        let taxes = profile.taxes(&code(class), &code("city"), date.parse().unwrap())?;
        Some(taxes.taxes.iter().map(|tax| tax.rate.millionths()).collect::<Vec<_>>())
    };
    assert_eq!(rates("food", "2019-12-31"), None);
    assert_eq!(rates("food", "2026-06-30"), Some(vec![60_000]));
    assert_eq!(rates("food", "2026-07-01"), Some(vec![62_500, 10_000]));
    assert_eq!(rates("gift_card", "2026-07-01"), Some(vec![]));
    assert_eq!(rates("wine", "2026-07-01"), None);
}

#[test]
fn a_profile_names_what_it_has_and_nothing_twice() {
    let check = |change: fn(&mut Profile)| {
        let mut profile = profile();
        change(&mut profile);
        profile.check()
    };
    assert_eq!(check(|_| {}), Ok(()));
    let refused = |change| check(change).unwrap_err();
    assert_eq!(refused(|it| it.regimes.clear()), ProfileError::RegimeCount { given: 0 });
    assert_eq!(refused(|it| it.classes.clear()), ProfileError::ClassCount { given: 0 });
    assert_eq!(refused(|it| it.rules.clear()), ProfileError::RuleCount { given: 0 });
    assert_eq!(
        refused(|it| it.regimes.push(term("city"))),
        ProfileError::RegimeRepeated { index: 1 }
    );
    assert_eq!(
        refused(|it| it.classes.push(term("food"))),
        ProfileError::ClassRepeated { index: 2 }
    );
    assert_eq!(
        refused(|it| it.rules[1].regime = code("county")),
        ProfileError::UnknownRegime { index: 1 }
    );
    assert_eq!(
        refused(|it| it.rules[1].class = code("wine")),
        ProfileError::UnknownClass { index: 1 }
    );
    assert_eq!(
        refused(|it| it.rules.push(rule("food", "2020-01-01", vec![]))),
        ProfileError::RuleRepeated { index: 3 }
    );
    assert_eq!(
        refused(|it| it.rules[0].taxes = vec![tax("state", 1); 9]),
        ProfileError::TaxCount { index: 0, given: 9 }
    );
    assert_eq!(
        refused(|it| it.rules[0].taxes.push(tax("city", 1))),
        ProfileError::TaxRepeated { index: 0, tax: 2 }
    );
}
