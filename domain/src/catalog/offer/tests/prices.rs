use super::*;
use crate::catalog::price_list::{Conditions, Entry, Hours};
use crate::identity::branch::{ProfileSource, TaxRegime};
use crate::taxes::builtin::Country;

const HAPPY_HOUR: PriceListId = PriceListId::from_uuid(Uuid::from_u128(80));

/// From three to six in the afternoon, single arepas and cheese are cheaper.
fn happy_hour() -> (PriceListId, List) {
    let hours = Hours::try_new("15:00".parse().unwrap(), "18:00".parse().unwrap()).unwrap();
    let entry = |subject, amount| Entry { subject, price: pesos(amount) };
    let list = List {
        name: name("Happy hour"),
        conditions: Conditions { hours: Some(hours), ..Conditions::default() },
        valid_from: "2026-01-01".parse().unwrap(),
        entries: vec![
            entry(Subject::Variant { product: AREPA, variant: SINGLE }, 4_000),
            entry(Subject::Modifier { group: FILLINGS, modifier: CHEESE }, 1_000),
        ],
    };
    (HAPPY_HOUR, list)
}

#[test]
fn a_price_list_prices_variants_and_modifiers_while_it_holds() {
    let cheaper = Override { prices: [(CHEESE, pesos(1_800))].into(), ..Override::none(FILLINGS) };
    let carta = Carta { lists: vec![happy_hour()], ..Carta::new() };
    let carta = carta.with(AREPA, |it| it.groups = vec![cheaper]);
    let at = |at| {
        let lines = [filled(vec![filling(CHEESE, 1)])];
        carta.resolve_at(at, &lines).unwrap().remove(0).item
    };
    let origin = Some(PriceOrigin { list: HAPPY_HOUR, revision: 4 });
    let inside = at("2026-03-14T20:00:00Z");
    assert_eq!((inside.unit_price, inside.price_list), (pesos(4_000), origin));
    assert_eq!((inside.modifiers[0].price, inside.modifiers[0].price_list), (pesos(1_000), origin));
    for outside in ["2026-03-14T19:59:59Z", "2026-03-14T23:00:00Z"].map(at) {
        assert_eq!((outside.unit_price, outside.price_list), (pesos(6_000), None));
        assert_eq!(outside.modifiers[0].price, pesos(1_800));
    }
}

#[test]
fn a_list_in_the_currency_of_the_branch_sells_what_the_menu_prices_in_another() {
    let (id, mut list) = happy_hour();
    list.conditions = Conditions::default();
    let dollars = Money::try_new(250, Currency::USD).unwrap();
    list.entries = vec![Entry {
        subject: Subject::Variant { product: AREPA, variant: SINGLE },
        price: dollars,
    }];
    let abroad = Carta { branch: branch(Currency::USD), lists: vec![(id, list)], ..Carta::new() };
    assert_eq!(abroad.one(wanted(AREPA, SINGLE)).item.unit_price, dollars);
    assert_eq!(abroad.refusal(wanted(AREPA, DOUBLE)), Error::ForeignCurrency { at: at(0) });
}

#[test]
fn a_line_bears_the_taxes_of_its_class_under_the_regime_of_the_branch() {
    let code = |text| Code::parse(text).unwrap();
    let regime = TaxRegime {
        from: "2026-01-01".parse().unwrap(),
        profile: ProfileSource::Builtin(Country::Colombia),
        regime: code("inc"),
    };
    let mut carta = Carta::new();
    assert_eq!(carta.one(wanted(AREPA, SINGLE)).item.taxes, Taxes::default());
    carta.branch.tax_regimes = carta.branch.tax_regimes.with(regime);
    let taxes = carta.one(wanted(AREPA, SINGLE)).item.taxes.taxes;
    assert_eq!(taxes[0].code, code("inc"));
    let carta = carta.with(AREPA, |it| it.tax_class = Some(code("jewels")));
    let refusal = carta.refusal(wanted(AREPA, SINGLE));
    assert!(matches!(&refusal, Error::Taxes { at, .. } if *at == self::at(0)), "{refusal:?}");
}
