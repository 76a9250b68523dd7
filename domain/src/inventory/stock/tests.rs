use uuid::Uuid;

use super::*;
use crate::inventory::OnShortage;
use crate::inventory::balance::Balance;
use crate::inventory::recipe::Ingredient;
use crate::shared::money::ORDER_MAX;
use crate::shared::{Currency, Money, ReceiptId, StockItemId, StockQuantity};
use crate::testing::given;

const FLOUR: StockItemId = StockItemId::from_uuid(Uuid::from_u128(1));
const CHEESE: StockItemId = StockItemId::from_uuid(Uuid::from_u128(2));

pub(super) fn quantity(text: &str) -> StockQuantity {
    text.parse().unwrap()
}

pub(super) fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

pub(super) fn order(n: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(n))
}

pub(super) fn at(hour: u32) -> DateTime<Utc> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 14).unwrap()
        + chrono::Days::new(u64::from(hour / 24));
    day.and_hms_opt(hour % 24, 0, 0).unwrap().and_utc()
}

fn balance(text: &str, value: i64) -> Balance {
    Balance { quantity: quantity(text), value: pesos(value) }
}

fn receive(lines: &[(StockItemId, &str, Money)]) -> Command {
    let line = |(item, text, cost): &(_, &str, _)| IncomingLine {
        item: *item,
        quantity: quantity(text),
        cost: *cost,
    };
    Command::Receive(Receive {
        receipt: ReceiptId::from_uuid(Uuid::from_u128(9)),
        currency: Currency::COP,
        lines: lines.iter().map(line).collect(),
    })
}

/// Flour received at one peso per gram.
fn flour_came_in(text: &str, after: Balance) -> Event {
    let cost = pesos(quantity(text).millionths() / 1_000_000);
    let correction = pesos(0);
    let line =
        ReceivedLine { item: FLOUR, quantity: quantity(text), cost, correction, balance: after };
    Received { receipt: ReceiptId::from_uuid(Uuid::from_u128(9)), lines: vec![line] }.into()
}

fn reserve(n: u128, lines: &[(StockItemId, &str)], on_shortage: OnShortage) -> Command {
    let line =
        |(item, text): &(_, &str)| Demand { item: *item, quantity: quantity(text), on_shortage };
    Command::Reserve(Reserve {
        order: order(n),
        lines: lines.iter().map(line).collect(),
        now: at(12),
    })
}

fn kept(item: StockItemId, text: &str, reserved: &str) -> ReservedLine {
    ReservedLine { item, quantity: quantity(text), reserved: quantity(reserved) }
}

fn reserved(n: u128, expires: u32, lines: Vec<ReservedLine>) -> Event {
    Reserved { order: order(n), lines, expires_at: at(expires) }.into()
}

fn released(orders: &[u128], lines: Vec<ReservedLine>, reason: ReleaseReason) -> Event {
    Released { orders: orders.iter().map(|n| order(*n)).collect(), lines, reason }.into()
}

fn consume(n: u128, text: &str) -> Command {
    let line = Ingredient { item: FLOUR, quantity: quantity(text) };
    Command::Consume(Consume { order: order(n), currency: Currency::COP, lines: vec![line] })
}

fn consumed(n: u128, text: &str, value: i64, after: Balance, reserved: &str) -> Event {
    let line = ConsumedLine {
        item: FLOUR,
        quantity: quantity(text),
        value: pesos(value),
        balance: after,
        reserved: quantity(reserved),
    };
    Consumed { order: order(n), lines: vec![line] }.into()
}

fn flour_short(needed: &str, available: &str) -> Error {
    let (needed, available) = (quantity(needed), quantity(available));
    Error::Short { items: vec![Shortage { item: FLOUR, needed, available }] }
}

#[test]
fn goods_come_in_line_by_line() {
    let lines = [(FLOUR, "100", pesos(300)), (FLOUR, "100", pesos(500))];
    let outcome = Inventory::decide(&State::default(), receive(&lines)).unwrap();
    let [Event::Received(received)] = &outcome[..] else { panic!("{outcome:?}") };
    let balances: Vec<Balance> = received.lines.iter().map(|line| line.balance).collect();
    assert_eq!(balances, [balance("100", 300), balance("200", 800)]);
}

#[test]
fn a_receipt_with_invalid_lines_is_refused() {
    given::<Inventory>([]).when(receive(&[])).then_refused(Error::LineCount { given: 0 });
    let many = vec![(FLOUR, "1", pesos(1)); RECEIPT_LINES_MAX + 1];
    given::<Inventory>([])
        .when(receive(&many))
        .then_refused(Error::LineCount { given: RECEIPT_LINES_MAX + 1 });
    let dollars = Money::zero(Currency::USD);
    let too_much = Money::try_new(ORDER_MAX + 1, Currency::COP).unwrap();
    for (line, refusal) in [
        ((CHEESE, "0", pesos(1)), Error::QuantityNotPositive { index: 1 }),
        ((CHEESE, "-1", pesos(1)), Error::QuantityNotPositive { index: 1 }),
        ((CHEESE, "1", pesos(-1)), Error::CostNegative { index: 1 }),
        ((CHEESE, "1", too_much), Error::CostTooHigh { index: 1 }),
        ((CHEESE, "1", dollars), Error::ForeignCurrency { index: 1 }),
    ] {
        given::<Inventory>([]).when(receive(&[(FLOUR, "1", pesos(1)), line])).then_refused(refusal);
    }
}

#[test]
fn an_order_reserves_all_it_takes_summed_per_item() {
    given::<Inventory>([flour_came_in("500", balance("500", 500))])
        .when(reserve(1, &[(FLOUR, "200"), (FLOUR, "50.5")], OnShortage::Refuse))
        .then([reserved(1, 24, vec![kept(FLOUR, "250.5", "250.5")])]);
}

#[test]
fn what_is_reserved_for_others_is_not_available() {
    let history = [
        flour_came_in("500", balance("500", 500)),
        reserved(1, 24, vec![kept(FLOUR, "300", "300")]),
    ];
    given::<Inventory>(history.clone())
        .when(reserve(2, &[(FLOUR, "200.000001")], OnShortage::Refuse))
        .then_refused(flour_short("200.000001", "200"));
    given::<Inventory>(history)
        .when(reserve(2, &[(FLOUR, "200")], OnShortage::Refuse))
        .then([reserved(2, 24, vec![kept(FLOUR, "200", "500")])]);
}

#[test]
fn an_order_is_refused_as_a_whole_with_every_shortage() {
    let short = |item| Shortage { item, needed: quantity("1"), available: quantity("0") };
    given::<Inventory>([])
        .when(reserve(1, &[(CHEESE, "1"), (FLOUR, "1")], OnShortage::Refuse))
        .then_refused(Error::Short { items: vec![short(FLOUR), short(CHEESE)] });
}

#[test]
fn an_item_that_may_run_out_is_never_refused() {
    given::<Inventory>([]).when(reserve(1, &[(FLOUR, "1")], OnShortage::Allow)).then([reserved(
        1,
        24,
        vec![kept(FLOUR, "1", "1")],
    )]);
}

#[test]
fn an_order_reserves_once() {
    given::<Inventory>([reserved(1, 24, vec![kept(FLOUR, "1", "1")])])
        .when(reserve(1, &[(FLOUR, "1")], OnShortage::Allow))
        .then_nothing();
}

#[test]
fn what_has_expired_is_released_before_it_is_reserved_again() {
    let history = [
        flour_came_in("500", balance("500", 500)),
        reserved(1, 12, vec![kept(FLOUR, "300", "300")]),
        reserved(2, 13, vec![kept(FLOUR, "200", "500")]),
    ];
    given::<Inventory>(history).when(reserve(3, &[(FLOUR, "300")], OnShortage::Refuse)).then([
        released(&[1], vec![kept(FLOUR, "300", "200")], ReleaseReason::Expired),
        reserved(3, 24, vec![kept(FLOUR, "300", "500")]),
    ]);
}

#[test]
fn an_order_uses_up_what_was_kept_for_it() {
    let history = [
        flour_came_in("500", balance("500", 500)),
        reserved(1, 24, vec![kept(FLOUR, "300", "300")]),
        reserved(2, 24, vec![kept(FLOUR, "100", "400")]),
    ];
    given::<Inventory>(history).when(consume(1, "300")).then([consumed(
        1,
        "300",
        300,
        balance("200", 200),
        "100",
    )]);
}

#[test]
fn an_order_whose_reservation_has_expired_uses_up_what_it_takes_all_the_same() {
    let history = [
        flour_came_in("500", balance("500", 500)),
        reserved(1, 12, vec![kept(FLOUR, "300", "300")]),
        released(&[1], vec![kept(FLOUR, "300", "0")], ReleaseReason::Expired),
        reserved(2, 24, vec![kept(FLOUR, "400", "400")]),
    ];
    given::<Inventory>(history).when(consume(1, "300")).then([consumed(
        1,
        "300",
        300,
        balance("200", 200),
        "400",
    )]);
}

#[test]
fn an_order_uses_up_nothing_but_what_is_kept_for_it() {
    given::<Inventory>([reserved(1, 24, vec![kept(FLOUR, "300", "300")])])
        .when(consume(1, "299"))
        .then_refused(Error::ReservationDiffers);
}

#[test]
fn what_was_not_there_goes_out_at_the_cost_of_what_came_in_last() {
    given::<Inventory>([flour_came_in("500", balance("500", 500))])
        .when(consume(1, "700"))
        .then([consumed(1, "700", 700, balance("-200", -200), "0")]);
}

#[test]
fn a_cancelled_order_releases_what_was_kept_for_it_once() {
    let cancel = Command::Release { order: order(1) };
    let history = [
        reserved(1, 24, vec![kept(FLOUR, "300", "300")]),
        reserved(2, 24, vec![kept(FLOUR, "100", "400")]),
    ];
    let released = released(&[1], vec![kept(FLOUR, "300", "100")], ReleaseReason::Cancelled);
    given::<Inventory>(history.clone()).when(cancel.clone()).then([released.clone()]);
    let [first, second] = history;
    given::<Inventory>([first, second, released]).when(cancel).then_nothing();
}

#[test]
fn many_forgotten_reservations_are_released_in_several_events() {
    let history = (1..=450_i64).map(|n| {
        let sum = StockQuantity::try_from_millionths(n).unwrap();
        let line = ReservedLine { item: FLOUR, quantity: quantity("0.000001"), reserved: sum };
        reserved(u128::try_from(n).unwrap(), 12, vec![line])
    });
    let state = Inventory::fold(State::default(), history);
    let events = Inventory::decide(&state, Command::ReleaseExpired { now: at(12) }).unwrap();
    let counts = events.iter().map(|event| match event {
        Event::Released(released) => released.orders.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(counts.collect::<Vec<_>>(), [200, 200, 50]);
    assert_eq!(Inventory::fold(state, events), State::default());
}

#[test]
fn a_snapshot_gives_the_state_back() {
    let state = Inventory::fold(
        State::default(),
        [
            flour_came_in("500", balance("500", 500)),
            reserved(1, 24, vec![kept(FLOUR, "300", "300")]),
        ],
    );
    let format = Inventory::SNAPSHOT.unwrap();
    assert_eq!((format.read)(&(format.write)(&state)), Some(state));
}
