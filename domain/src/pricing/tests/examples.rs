use super::*;

#[test]
fn a_line_costs_its_unit_price_once_per_piece() {
    let priced = priced(&order([line(2, 2_800), line(1, 650)]));
    let totals: Vec<_> = priced.lines.iter().map(|line| line.amounts.total).collect();
    assert_eq!((totals, priced.total), (vec![usd(5_600), usd(650)], usd(6_250)));
    assert_eq!(priced.rules, RULES);
}

#[test]
fn modifiers_are_paid_for_with_every_piece() {
    let arepa = Line { modifiers: vec![modifier(2, 150), modifier(1, 0)], ..line(3, 1_000) };
    let priced = priced(&order([arepa]));
    assert_eq!(priced.lines[0].unit_price, usd(1_300));
    assert_eq!(priced.total, usd(3_900));
}

#[test]
fn amounts_that_javascript_cannot_read_are_refused_in_a_line_and_in_the_sum() {
    for lines in [vec![line(2, AMOUNT_MAX)], vec![line(1, AMOUNT_MAX), line(1, AMOUNT_MAX)]] {
        assert_eq!(price(&order(lines)), Err(MoneyError::TooLarge));
    }
}

#[test]
fn a_line_in_another_currency_is_refused() {
    let pesos = Line::product(pieces(1), Money::zero(Currency::COP), Taxes::default());
    assert_eq!(
        price(&order([pesos])),
        Err(MoneyError::MixedCurrencies { left: Currency::USD, right: Currency::COP })
    );
}

#[test]
fn a_combo_is_spread_over_its_children_by_what_they_cost_alone() {
    let combo = combo(3, 1_000, vec![child(1, 800), child(2, 200), child(1, 0)]);
    assert_eq!(of_parts(&order([combo]), |it| it.gross), [2_000, 1_000, 0]);
}

#[test]
fn a_combo_of_free_children_is_spread_by_their_pieces() {
    let combo = combo(1, 1_000, vec![child(1, 0), child(3, 0)]);
    assert_eq!(of_parts(&order([combo]), |it| it.gross), [250, 750]);
}

#[test]
fn a_combos_own_modifiers_are_spread_and_those_of_a_child_stay_with_it() {
    let soup = Child { modifiers: vec![modifier(1, 50)], ..child(2, 500) };
    let combo =
        Line { modifiers: vec![modifier(1, 100)], ..combo(2, 900, vec![soup, child(1, 1_000)]) };
    let priced = priced(&order([combo]));
    let parts: Vec<_> = priced.lines[0].parts.iter().map(|it| (it.price, it.extras)).collect();
    assert_eq!(parts, [(usd(1_000), usd(200)), (usd(1_000), usd(0))]);
    assert_eq!(priced.lines[0].unit_price, usd(1_000));
}

#[test]
fn a_combo_has_children() {
    assert_eq!(Children::try_new(vec![]), Err(NoChildren));
}

#[test]
fn a_line_is_discounted_before_the_order() {
    let half = line(1, 1_000).discounted(Discount::Rate(percent(50)));
    let order = order([half, line(1, 500)]).discounted(Discount::Rate(percent(10)));
    assert_eq!(of_parts(&order, |it| it.line_discount), [500, 0]);
    assert_eq!(of_parts(&order, |it| it.order_discount), [50, 50]);
    assert_eq!(priced(&order).total, usd(900));
}

#[test]
fn a_discount_on_a_combo_is_spread_by_amounts_with_extras() {
    let soup = Child { modifiers: vec![modifier(1, 500)], ..child(1, 500) };
    let combo = combo(1, 1_000, vec![soup, child(1, 500)]).discounted(Discount::Amount(usd(300)));
    let order = order([combo, line(1, 300)]).discounted(Discount::Amount(usd(150)));
    assert_eq!(of_parts(&order, |it| it.gross), [1_000, 500, 300]);
    assert_eq!(of_parts(&order, |it| it.line_discount), [200, 100, 0]);
    assert_eq!(of_parts(&order, |it| it.order_discount), [80, 40, 30]);
}

#[test]
fn what_is_left_of_a_discount_goes_to_the_earlier_line() {
    let order = order([line(1, 100), line(1, 100), line(1, 100)]);
    let order = order.discounted(Discount::Amount(usd(100)));
    assert_eq!(of_parts(&order, |it| it.order_discount), [34, 33, 33]);
}

#[test]
fn a_stated_amount_takes_at_most_what_is_there() {
    let order = order([line(1, 100).discounted(Discount::Amount(usd(500)))]);
    assert_eq!(of_parts(&order, |it| it.line_discount), [100]);
    let order = order.discounted(Discount::Amount(usd(500)));
    assert_eq!(priced(&order).total, usd(0));
}

#[test]
fn a_cap_is_on_what_both_discounts_take() {
    let order = order([line(1, 1_000).discounted(Discount::Amount(usd(100))), line(1, 1_000)]);
    let order = order.discounted(Discount::Amount(usd(100)));
    let amounts = priced(&order).amounts;
    assert!(!amounts.discounts_exceed(percent(10)));
    assert!(amounts.discounts_exceed(percent(9)));
    assert!(!priced(&super::order([line(1, 0)])).amounts.discounts_exceed(Rate::ZERO));
}

#[test]
fn an_included_tax_is_what_is_left_of_the_amount() {
    let priced = priced(&order([taxed_line(1, 100, [tax("inc", 8, Inclusion::Included)])]));
    let part = &priced.lines[0].parts[0];
    assert_eq!((part.amounts.base, part.amounts.included_taxes), (usd(93), usd(7)));
    assert_eq!((part.taxes[0].base, part.taxes[0].amount), (usd(93), usd(7)));
    assert_eq!(priced.total, usd(100));
}

#[test]
fn added_taxes_are_rounded_once_and_spread() {
    let both = [tax("state", 5, Inclusion::Added), tax("city", 5, Inclusion::Added)];
    let priced = priced(&order([taxed_line(1, 1_050, both)]));
    let amounts: Vec<_> = priced.taxes.iter().map(|tax| (tax.base, tax.amount)).collect();
    assert_eq!(amounts, [(usd(1_050), usd(53)), (usd(1_050), usd(52))]);
    assert_eq!(priced.total, usd(1_155));
}

#[test]
fn added_taxes_are_taken_on_what_included_ones_leave() {
    let both = [tax("vat", 10, Inclusion::Included), tax("city", 10, Inclusion::Added)];
    let priced = priced(&order([taxed_line(1, 1_100, both)]));
    let amounts: Vec<_> = priced.taxes.iter().map(|tax| tax.amount).collect();
    assert_eq!((amounts, priced.total), (vec![usd(100), usd(100)], usd(1_200)));
}

#[test]
fn a_rate_of_zero_has_an_entry_and_an_excluded_line_has_none() {
    let exempt = taxed_line(1, 500, [tax("iva", 0, Inclusion::Included)]);
    let priced = priced(&order([exempt, line(1, 300)]));
    let taxes: Vec<_> = priced.taxes.iter().map(|tax| (tax.base, tax.amount)).collect();
    assert_eq!(taxes, [(usd(500), usd(0))]);
    assert_eq!(priced.lines[1].parts[0].taxes, []);
}

#[test]
fn taxes_are_computed_after_discounts() {
    let food = taxed_line(1, 2_160, [tax("inc", 8, Inclusion::Included)]);
    let order = order([food]).discounted(Discount::Rate(percent(50)));
    assert_eq!(priced(&order).taxes[0].amount, usd(80));
}

#[test]
fn the_profile_says_whether_a_comp_is_taxed() {
    let comp = |comp_keeps_base| {
        let taxes = Taxes { comp_keeps_base, ..taxes([tax("inc", 8, Inclusion::Included)]) };
        let dessert = Line::product(pieces(1), usd(1_080), taxes).discounted(Discount::COMP);
        priced(&order([dessert]))
    };
    let due: Vec<_> = comp(true).comped_taxes.iter().map(|it| (it.base, it.amount)).collect();
    assert_eq!(due, [(usd(1_000), usd(80))]);
    assert_eq!(comp(true).total, usd(0));
    assert_eq!(comp(true).amounts.base, usd(0));
    assert_eq!(comp(false).comped_taxes, []);
}

#[test]
fn service_is_charged_on_lines_after_discounts_and_taxed_by_itself() {
    let food = || taxes([tax("inc", 8, Inclusion::Included)]);
    let order = order([
        Line::product(pieces(1), usd(2_000), food()).discounted(Discount::Amount(usd(920))),
        taxed_line(1, 1_080, [tax("city", 10, Inclusion::Added)]),
    ]);
    let order = Order { service: Some(Service { rate: percent(10), taxes: food() }), ..order };
    let priced = priced(&order);
    let service = priced.service.clone().unwrap();
    assert_eq!((service.amounts.net, service.amounts.base), (usd(216), usd(200)));
    let taxes: Vec<_> = priced.taxes.iter().map(|tax| tax.amount).collect();
    assert_eq!(taxes, [usd(80 + 16), usd(108)]);
    assert_eq!(priced.total, usd(1_080 + 1_188 + 216));
}

#[test]
fn a_tip_is_suggested_on_lines_without_taxes_down_to_the_step() {
    let food = taxed_line(1, 10_800, [tax("inc", 8, Inclusion::Included)]);
    let service = Some(Service { rate: percent(10), taxes: Taxes::default() });
    let priced = priced(&Order { service, ..order([food]) });
    let step = |step| NonZeroU32::new(step).unwrap();
    assert_eq!(priced.suggested_tip(percent(10), step(1)), Ok(usd(1_000)));
    assert_eq!(priced.suggested_tip(percent(10), step(300)), Ok(usd(900)));
    let rate = percent(11);
    assert_eq!(priced.suggested_tip(rate, step(1)), Err(TipError::Rate { rate }));
}
