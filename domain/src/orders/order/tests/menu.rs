use proptest::prelude::*;
use uuid::Uuid;

use super::{item, line_of, pesos, place};
use crate::Decider;
use crate::inventory::recipe::Ingredient;
use crate::orders::LineRecipe;
use crate::orders::order::{
    ChildRequest, Command, Error, Event, Item, LineModifier, LineRequest, Order, PARTS_MAX, Placed,
    State,
};
use crate::shared::{
    Code, Currency, ModifierGroupId, ModifierId, Money, Name, Quantity, Rate, StockItemId,
};
use crate::taxes::{Inclusion, Tax, Taxes};
use crate::testing::given;

fn pieces(n: u32) -> Quantity {
    Quantity::try_new(n).unwrap()
}

fn of_stock(item: u128, text: &str) -> Ingredient {
    let item = StockItemId::from_uuid(Uuid::from_u128(item));
    Ingredient { item, quantity: text.parse().unwrap() }
}

fn modifier(n: u128, quantity: u32, price: Money) -> LineModifier {
    LineModifier {
        group: ModifierGroupId::from_uuid(Uuid::from_u128(100)),
        group_revision: 2,
        group_name: Name::parse("Adiciones").unwrap(),
        modifier: ModifierId::from_uuid(Uuid::from_u128(n)),
        name: Name::parse("Queso").unwrap(),
        quantity: pieces(quantity),
        price,
        price_list: None,
        ingredients: vec![],
        nested: vec![],
    }
}

fn recipe(ingredients: Vec<Ingredient>) -> LineRecipe {
    LineRecipe { version: 1, ingredients, multiplier: None }
}

fn tax(code: &str, millionths: u32, inclusion: Inclusion) -> Taxes {
    let rate = Rate::try_from_millionths(millionths).unwrap();
    let tax = Tax { code: Code::parse(code).unwrap(), rate, inclusion };
    Taxes { taxes: vec![tax], comp_keeps_base: false }
}

fn child(slot: u16, n: u32, item: Item, upcharge: Money) -> ChildRequest {
    ChildRequest { slot, item, quantity: pieces(n), upcharge }
}

fn placed(lines: Vec<LineRequest>) -> Placed {
    let outcome = Order::decide(&State::Unplaced, Command::Place(place(lines))).unwrap();
    let [Event::Placed(placed)] = &outcome[..] else { panic!("{outcome:?}") };
    placed.clone()
}

fn taken(placed: &Placed) -> Vec<Ingredient> {
    placed.lines.iter().flat_map(super::Line::ingredients).copied().collect()
}

#[test]
fn modifiers_cost_and_take_from_stock_once_per_piece_and_choice() {
    let cheese = LineModifier {
        ingredients: vec![of_stock(8, "30")],
        nested: vec![LineModifier {
            ingredients: vec![of_stock(9, "5")],
            ..modifier(2, 1, pesos(500))
        }],
        ..modifier(1, 2, pesos(2_000))
    };
    let arepa = Item {
        modifiers: vec![cheese],
        recipe: Some(recipe(vec![of_stock(7, "100")])),
        ..item(pesos(10_000))
    };
    let placed = placed(vec![line_of(3, arepa)]);
    assert_eq!(placed.lines[0].unit_price, pesos(10_000));
    assert_eq!(placed.total, pesos(3 * (10_000 + 2 * 2_000 + 500)));
    assert_eq!(taken(&placed), [of_stock(7, "300"), of_stock(8, "180"), of_stock(9, "15")]);
}

#[test]
fn a_combo_is_spread_over_its_children_which_bear_its_taxes_and_take_from_stock() {
    let included = || tax("inc", 80_000, Inclusion::Included);
    let soup = Item {
        taxes: included(),
        recipe: Some(recipe(vec![of_stock(7, "250")])),
        ..item(pesos(6_000))
    };
    let beer = Item { modifiers: vec![modifier(1, 1, pesos(1_000))], ..item(pesos(12_000)) };
    let combo = LineRequest {
        children: vec![
            child(0, 2, soup, pesos(0)),
            child(1, 1, Item { taxes: included(), ..beer }, pesos(2_000)),
        ],
        ..line_of(2, item(pesos(20_000)))
    };
    let placed = placed(vec![combo]);
    let [line] = &placed.lines[..] else { panic!("{placed:?}") };
    let [soup, beer] = &line.children[..] else { panic!("{line:?}") };
    assert_eq!((soup.share, soup.total), (pesos(20_000), pesos(20_000)));
    assert_eq!((beer.share, beer.total), (pesos(20_000), pesos(26_000)));
    assert_eq!((line.total, placed.total), (pesos(46_000), pesos(46_000)));
    assert_eq!(line.taxes, []);
    assert_eq!(soup.taxes[0].base, Money::try_new(1_851_852, Currency::COP).unwrap());
    assert_eq!(taken(&placed), [of_stock(7, "1000")]);
    let taxes: i64 = line.children.iter().map(|child| child.taxes[0].amount.amount()).sum();
    assert_eq!(placed.taxes[0].amount.amount(), taxes);
}

#[test]
fn added_taxes_are_put_on_the_line() {
    let taxed = Item { taxes: tax("sales", 82_500, Inclusion::Added), ..item(pesos(1_000)) };
    let placed = placed(vec![line_of(2, taxed), line_of(1, item(pesos(500)))]);
    let amount = |minor| Money::try_new(minor, Currency::COP).unwrap();
    assert_eq!(placed.lines[0].total, amount(216_500));
    assert_eq!(placed.lines[1].taxes, []);
    assert_eq!(placed.taxes[0].amount, amount(16_500));
    assert_eq!(placed.total, amount(266_500));
}

#[test]
fn an_order_has_a_limited_number_of_parts() {
    let modifiers = (0..19).map(|n| modifier(n, 1, pesos(1))).collect::<Vec<_>>();
    let full = || line_of(1, Item { modifiers: modifiers.clone(), ..item(pesos(1)) });
    let most = PARTS_MAX / 20;
    let lines = || (0..most).map(|_| full()).collect::<Vec<_>>();
    assert!(Order::decide(&State::Unplaced, Command::Place(place(lines()))).is_ok());
    given::<Order>([])
        .when(Command::Place(place([lines(), vec![line_of(1, item(pesos(1)))]].concat())))
        .then_refused(Error::PartCount { given: PARTS_MAX + 1 });
}

fn any_price() -> impl Strategy<Value = Money> {
    (0..50_000_i64).prop_map(pesos)
}

fn any_taxes() -> impl Strategy<Value = Taxes> {
    let any = prop::option::of((0..300_000_u32, any::<bool>()));
    any.prop_map(|rate| match rate {
        Some((rate, true)) => tax("a", rate, Inclusion::Included),
        Some((rate, false)) => tax("b", rate, Inclusion::Added),
        None => Taxes::default(),
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    let modifiers = prop::collection::vec((1..4_u32, any_price()), 0..4);
    (any_price(), modifiers, any_taxes()).prop_map(|(price, modifiers, taxes)| Item {
        modifiers: modifiers.into_iter().map(|(n, price)| modifier(1, n, price)).collect(),
        taxes,
        recipe: Some(recipe(vec![of_stock(7, "0.5")])),
        ..item(price)
    })
}

fn any_line() -> impl Strategy<Value = LineRequest> {
    let children = prop::collection::vec((1..4_u32, any_item(), any_price()), 0..4);
    (1..20_u32, any_item(), children).prop_map(|(n, item, children)| LineRequest {
        children: children.into_iter().map(|(n, item, more)| child(0, n, item, more)).collect(),
        ..line_of(n, item)
    })
}

fn sum(amounts: impl IntoIterator<Item = Money>) -> i64 {
    amounts.into_iter().map(Money::amount).sum()
}

proptest! {
    #[test]
    fn an_order_costs_the_sum_of_its_lines_and_a_combo_that_of_its_children(
        lines in prop::collection::vec(any_line(), 1..8),
    ) {
        let placed = placed(lines);
        prop_assert_eq!(sum(placed.lines.iter().map(|line| line.total)), placed.total.amount());
        for line in &placed.lines {
            if !line.children.is_empty() {
                let of_children = sum(line.children.iter().map(|child| child.total));
                prop_assert_eq!(of_children, line.total.amount());
                prop_assert_eq!(&line.taxes, &vec![]);
            }
        }
        let of_children = placed.lines.iter().flat_map(|line| &line.children);
        let taxes = of_children.flat_map(|child| &child.taxes);
        let taxes = taxes.chain(placed.lines.iter().flat_map(|line| &line.taxes));
        let taxes = sum(taxes.map(|tax| tax.amount));
        prop_assert_eq!(sum(placed.taxes.iter().map(|tax| tax.amount)), taxes);
    }

    #[test]
    fn what_an_order_takes_is_that_of_its_pieces(lines in prop::collection::vec(any_line(), 1..8)) {
        let pieces = |line: &LineRequest| {
            let of_children = line.children.iter().map(|child| child.quantity.pieces());
            line.quantity.pieces() * (1 + of_children.sum::<u32>())
        };
        let pieces: u32 = lines.iter().map(pieces).sum();
        let taken: i64 = taken(&placed(lines)).iter().map(|it| it.quantity.millionths()).sum();
        prop_assert_eq!(taken, i64::from(pieces) * 500_000);
    }
}
