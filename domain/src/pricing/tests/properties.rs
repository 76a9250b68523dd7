use proptest::prelude::*;

use super::*;

fn any_rate() -> impl Strategy<Value = Rate> {
    (0..=1_000_000_u32).prop_map(|millionths| Rate::try_from_millionths(millionths).unwrap())
}

fn any_taxes() -> impl Strategy<Value = Taxes> {
    let inclusion = prop_oneof![Just(Inclusion::Included), Just(Inclusion::Added)];
    let taxes = prop::collection::vec((any_rate(), inclusion), 0..4);
    (taxes, any::<bool>()).prop_map(|(taxes, comp_keeps_base)| {
        let named = taxes.into_iter().zip(["a", "b", "c"]);
        let taxes = named.map(|((rate, inclusion), code)| Tax {
            code: Code::parse(code).unwrap(),
            rate,
            inclusion,
        });
        Taxes { taxes: taxes.collect(), comp_keeps_base }
    })
}

fn any_modifiers() -> impl Strategy<Value = Vec<Modifier>> {
    let any = (1..4_u32, 0..10_000_i64).prop_map(|(n, price)| modifier(n, price));
    prop::collection::vec(any, 0..3)
}

fn any_discount() -> impl Strategy<Value = Discount> {
    prop_oneof![
        any_rate().prop_map(Discount::Rate),
        (0..2_000_000_i64).prop_map(|amount| Discount::Amount(usd(amount))),
        Just(Discount::COMP),
    ]
}

fn any_child() -> impl Strategy<Value = Child> {
    let numbers = (1..4_u32, 0..50_000_i64);
    (numbers, any_modifiers(), any_taxes()).prop_map(|((n, price), modifiers, taxes)| Child {
        modifiers,
        taxes,
        ..child(n, price)
    })
}

fn any_content() -> impl Strategy<Value = Content> {
    let children = prop::collection::vec(any_child(), 1..5);
    prop_oneof![
        any_taxes().prop_map(Content::Product),
        children.prop_map(|children| Content::Combo(Children::try_new(children).unwrap())),
    ]
}

fn any_line() -> impl Strategy<Value = Line> {
    let numbers = (1..20_u32, 0..500_000_i64);
    let discount = prop::option::of(any_discount());
    (numbers, any_modifiers(), any_content(), discount).prop_map(
        |((n, price), modifiers, content, discount)| Line {
            modifiers,
            content,
            discount,
            ..line(n, price)
        },
    )
}

fn any_order() -> impl Strategy<Value = Order> {
    let service = prop::option::of((any_rate(), any_taxes()));
    let lines = prop::collection::vec(any_line(), 0..12);
    (lines, prop::option::of(any_discount()), service).prop_map(|(lines, discount, service)| {
        let service = service.map(|(rate, taxes)| Service { rate, taxes });
        Order { discount, service, ..order(lines) }
    })
}

fn cents(amounts: impl IntoIterator<Item = Money>) -> i64 {
    amounts.into_iter().map(Money::amount).sum()
}

/// The parts of all lines, and the service charge.
fn parts(priced: &Priced) -> impl Iterator<Item = &Part> {
    priced.lines.iter().flat_map(|line| &line.parts).chain(&priced.service)
}

/// What of the taxes is on top of amounts.
fn added(taxes: &[TaxAmount]) -> i64 {
    let added = taxes.iter().filter(|it| it.tax.inclusion == Inclusion::Added);
    cents(added.map(|it| it.amount))
}

proptest! {
    #[test]
    fn an_order_costs_the_sum_of_its_parts(order in any_order()) {
        let priced = priced(&order);
        let total = priced.total.amount();
        prop_assert_eq!(cents(parts(&priced).map(|it| it.amounts.total)), total);
        let gross = cents(parts(&priced).map(|it| it.amounts.gross));
        let taken = priced.amounts.line_discount.amount() + priced.amounts.order_discount.amount();
        prop_assert_eq!(gross - taken + added(&priced.taxes), total);
        let taxes = cents(priced.taxes.iter().map(|it| it.amount));
        prop_assert_eq!(cents(parts(&priced).map(|it| it.amounts.base)) + taxes, total);
        for line in &priced.lines {
            let of_parts: Vec<Amounts> = line.parts.iter().map(|part| part.amounts).collect();
            prop_assert_eq!(Amounts::sum(Currency::USD, &of_parts), Ok(line.amounts));
        }
    }

    #[test]
    fn an_included_tax_and_its_base_are_the_amount(order in any_order()) {
        for part in parts(&priced(&order)) {
            let Amounts { net, base, included_taxes, added_taxes, .. } = part.amounts;
            prop_assert_eq!(base.plus(included_taxes), Ok(net));
            let taxes = cents(part.taxes.iter().map(|it| it.amount));
            prop_assert_eq!(taxes, cents([included_taxes, added_taxes]));
            prop_assert_eq!(added(&part.taxes), added_taxes.amount());
        }
    }

    #[test]
    fn a_discount_is_apportioned_to_the_cent_whatever_the_lines(
        order in any_order(),
        discount in any_discount(),
        turn in 0..12_usize,
    ) {
        let mut order = order.discounted(discount);
        let amounts = priced(&order).amounts;
        let left = amounts.gross.minus(amounts.line_discount).unwrap();
        prop_assert_eq!(Ok(amounts.order_discount), discount.taken_from(left));
        let n_lines = order.lines.len().max(1);
        order.lines.rotate_left(turn % n_lines);
        let turned = priced(&order).amounts;
        prop_assert_eq!(turned.order_discount, amounts.order_discount);
        prop_assert_eq!(turned.net, amounts.net);
    }

    #[test]
    fn no_part_costs_less_than_nothing(order in any_order()) {
        for part in parts(&priced(&order)) {
            let Amounts { gross, line_discount, order_discount, net, base, .. } = part.amounts;
            for amount in [gross, line_discount, order_discount, net, base] {
                prop_assert!(amount.amount() >= 0, "{part:?}");
            }
        }
    }

    #[test]
    fn a_discount_replaces_the_one_before(
        order in any_order(),
        (first, second) in (any_discount(), any_discount()),
        of_line in any_line(),
    ) {
        let twice = order.clone().discounted(first).discounted(second);
        prop_assert_eq!(priced(&twice), priced(&order.discounted(second)));
        let once = super::order([of_line.clone().discounted(second)]);
        let twice = super::order([of_line.discounted(first).discounted(second)]);
        prop_assert_eq!(priced(&twice), priced(&once));
    }

    #[test]
    fn a_combo_is_spread_alike_however_often_it_is_priced(
        children in prop::collection::vec(any_child(), 1..6),
        (n, unit_price) in (1..20_u32, 0..500_000_i64),
        free_at in 0..6_usize,
    ) {
        let shares = |children: &[Child]| {
            let priced = priced(&order([combo(n, unit_price, children.to_vec())]));
            priced.lines[0].parts.iter().map(|part| part.price).collect::<Vec<_>>()
        };
        let before = shares(&children);
        prop_assert_eq!(cents(before.clone()), unit_price * i64::from(n));
        prop_assert_eq!(&shares(&children), &before);
        prop_assume!(children.iter().any(|child| child.unit_price.is_positive()));
        let at = free_at % (children.len() + 1);
        let mut more = children;
        more.insert(at, child(1, 0));
        let mut after = shares(&more);
        prop_assert_eq!(after.remove(at), usd(0));
        prop_assert_eq!(after, before);
    }

    #[test]
    fn what_is_given_away_costs_nothing(order in any_order()) {
        let comp = priced(&Order { service: None, ..order }.discounted(Discount::COMP));
        prop_assert_eq!(comp.total, usd(0));
    }
}
