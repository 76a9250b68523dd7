use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::shared::{StockItemId, StockQuantity};
use crate::testing::given;

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn request(quantity: u32, unit_price: Money) -> LineRequest {
    LineRequest {
        product: ProductId::from_uuid(Uuid::from_u128(1)),
        variant: VariantId::from_uuid(Uuid::from_u128(2)),
        category: CategoryId::from_uuid(Uuid::from_u128(3)),
        product_name: Name::parse("Bandeja paisa").unwrap(),
        variant_name: Name::parse("Completa").unwrap(),
        product_revision: 1,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price,
        recipe: None,
    }
}

fn place(lines: Vec<LineRequest>) -> Place {
    Place {
        branch: BranchId::from_uuid(Uuid::from_u128(4)),
        currency: Currency::COP,
        order_type: OrderType::DineIn,
        number: 7,
        call_number: 3,
        hour: 13,
        lines,
    }
}

fn placed_for(total: Money) -> Event {
    placed(place(vec![request(1, total)])).unwrap().into()
}

fn cash(amount: Money, tendered: Money) -> Command {
    let payment = PaymentId::from_uuid(Uuid::from_u128(5));
    Command::TakeCash(TakeCash { payment, amount, tendered, hour: 14 })
}

fn paid(amount: Money, tendered: Money, change: Money, balance: Money) -> Event {
    let payment = PaymentId::from_uuid(Uuid::from_u128(5));
    let method = PaymentMethod::Cash;
    PaymentTaken { payment, method, amount, tendered, change, balance, hour: 14 }.into()
}

fn moves() -> [(Status, Command); 5] {
    [
        (Status::Confirmed, Command::Confirm),
        (Status::Preparing, Command::Start),
        (Status::Ready, Command::MarkReady),
        (Status::Delivered, Command::Deliver),
        (Status::Cancelled, Command::Cancel { reason: CancelReason::Mistake }),
    ]
}

/// The shortest history that ends in `status`.
fn history(status: Status) -> Vec<Event> {
    let way: &[Event] =
        &[Confirmed {}.into(), Started {}.into(), MadeReady {}.into(), Delivered {}.into()];
    let mut events = vec![placed_for(pesos(30_000))];
    match status {
        Status::Cancelled => events.push(Cancelled { reason: CancelReason::NoShow }.into()),
        _ => events.extend_from_slice(&way[..status as usize]),
    }
    events
}

#[test]
fn the_server_prices_the_lines() {
    let lines = vec![request(2, pesos(28_000)), request(1, pesos(6_500))];
    let outcome = Order::decide(&State::Unplaced, Command::Place(place(lines))).unwrap();
    let [Event::Placed(placed)] = &outcome[..] else { panic!("{outcome:?}") };
    assert_eq!(placed.lines[0].total, pesos(56_000));
    assert_eq!(placed.total, pesos(62_500));
}

#[test]
fn a_line_takes_the_recipe_once_per_piece_and_keeps_it() {
    let grams = |item, text: &str| Ingredient {
        item: StockItemId::from_uuid(Uuid::from_u128(item)),
        quantity: text.parse().unwrap(),
    };
    let recipe = LineRecipe { version: 3, ingredients: vec![grams(7, "0.125"), grams(8, "90")] };
    let lines = vec![
        LineRequest { recipe: Some(recipe), ..request(2, pesos(28_000)) },
        request(1, pesos(6_500)),
    ];
    let outcome = Order::decide(&State::Unplaced, Command::Place(place(lines))).unwrap();
    let [Event::Placed(placed)] = &outcome[..] else { panic!("{outcome:?}") };
    let taken = vec![grams(7, "0.25"), grams(8, "180")];
    let frozen = LineRecipe { version: 3, ingredients: taken.clone() };
    assert_eq!(placed.lines[0].recipe, Some(frozen));
    assert_eq!(placed.lines[1].recipe, None);
    let State::Placed { ingredients, .. } = Order::fold(State::Unplaced, outcome) else { panic!() };
    assert_eq!(*ingredients, *taken);
}

#[test]
fn an_order_that_takes_more_than_can_be_counted_is_refused() {
    let item = StockItemId::from_uuid(Uuid::from_u128(7));
    let all = Ingredient { item, quantity: StockQuantity::MAX };
    let recipe = Some(LineRecipe { version: 1, ingredients: vec![all] });
    given::<Order>([])
        .when(Command::Place(place(vec![LineRequest { recipe, ..request(2, pesos(1)) }])))
        .then_refused(Error::Ingredients(StockQuantityError::TooLarge));
}

#[test]
fn an_order_without_lines_or_with_too_many_is_refused() {
    given::<Order>([])
        .when(Command::Place(place(vec![])))
        .then_refused(Error::LineCount { given: 0 });
    let many = vec![request(1, pesos(1)); LINES_MAX + 1];
    given::<Order>([])
        .when(Command::Place(place(many)))
        .then_refused(Error::LineCount { given: LINES_MAX + 1 });
}

#[test]
fn a_total_that_javascript_cannot_read_is_refused() {
    let huge = Money::try_new(crate::shared::money::AMOUNT_MAX, Currency::COP).unwrap();
    given::<Order>([])
        .when(Command::Place(place(vec![request(1, huge), request(1, huge)])))
        .then_refused(Error::Money(MoneyError::TooLarge));
}

#[test]
fn every_move_of_the_table_is_made_and_every_other_refused() {
    for from in Status::ALL {
        for (to, command) in moves() {
            let outcome = Order::decide(&Order::fold(State::Unplaced, history(from)), command);
            if from.next().contains(&to) {
                assert_eq!(status_after(&outcome.unwrap()[0]), Some(to), "{from} → {to}");
            } else {
                assert_eq!(outcome, Err(Error::IllegalMove { from, to }), "{from} → {to}");
            }
        }
    }
}

#[test]
fn nothing_happens_to_an_order_that_was_never_placed() {
    for (_, command) in moves() {
        given::<Order>([]).when(command).then_refused(Error::Unplaced);
    }
    given::<Order>([]).when(cash(pesos(1), pesos(1))).then_refused(Error::Unplaced);
}

#[test]
fn cash_gives_change() {
    given::<Order>(history(Status::Pending)).when(cash(pesos(30_000), pesos(50_000))).then([paid(
        pesos(30_000),
        pesos(50_000),
        pesos(20_000),
        pesos(0),
    )]);
}

#[test]
fn an_order_is_paid_in_parts_but_never_over_its_total() {
    let half = paid(pesos(20_000), pesos(20_000), pesos(0), pesos(10_000));
    given::<Order>([placed_for(pesos(30_000)), half.clone()])
        .when(cash(pesos(10_000), pesos(10_000)))
        .then([paid(pesos(10_000), pesos(10_000), pesos(0), pesos(0))]);
    given::<Order>([placed_for(pesos(30_000)), half])
        .when(cash(pesos(10_001), pesos(20_000)))
        .then_refused(Error::AmountExceedsBalance {
            amount: pesos(10_001),
            balance: pesos(10_000),
        });
}

#[test]
fn a_paid_or_cancelled_order_takes_no_payment() {
    let whole = paid(pesos(30_000), pesos(30_000), pesos(0), pesos(0));
    given::<Order>([placed_for(pesos(30_000)), whole])
        .when(cash(pesos(1), pesos(1)))
        .then_refused(Error::NothingToPay { status: Status::Pending, balance: pesos(0) });
    given::<Order>(history(Status::Cancelled))
        .when(cash(pesos(1), pesos(1)))
        .then_refused(Error::NothingToPay { status: Status::Cancelled, balance: pesos(30_000) });
}

#[test]
fn too_little_cash_or_another_currency_is_refused() {
    given::<Order>(history(Status::Ready))
        .when(cash(pesos(30_000), pesos(29_999)))
        .then_refused(Error::TenderedTooLittle { tendered: pesos(29_999), amount: pesos(30_000) });
    let dollars = Money::try_new(100, Currency::USD).unwrap();
    given::<Order>(history(Status::Ready)).when(cash(dollars, dollars)).then_refused(Error::Money(
        MoneyError::MixedCurrencies { left: Currency::COP, right: Currency::USD },
    ));
}

#[test]
fn an_order_with_payments_is_not_cancelled() {
    let half = paid(pesos(20_000), pesos(20_000), pesos(0), pesos(10_000));
    given::<Order>([placed_for(pesos(30_000)), half])
        .when(Command::Cancel { reason: CancelReason::GuestRequest })
        .then_refused(Error::HasPayments { paid: pesos(20_000) });
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Confirm),
        Just(Command::Start),
        Just(Command::MarkReady),
        Just(Command::Deliver),
        Just(Command::Cancel { reason: CancelReason::Mistake }),
        (1_i64..40_000, 0_i64..50_000)
            .prop_map(|(amount, extra)| cash(pesos(amount), pesos(amount + extra))),
        Just(Command::Place(place(vec![request(1, pesos(30_000))]))),
    ]
}

proptest! {
    #[test]
    fn no_path_reaches_an_illegal_state(commands in prop::collection::vec(any_command(), 0..40)) {
        let mut state = State::default();
        let mut paid_in = 0;
        for command in commands {
            let before = state.clone();
            let Ok(events) = Order::decide(&state, command) else { continue };
            for event in &events {
                if let Event::PaymentTaken(payment) = event {
                    prop_assert_eq!(payment.tendered.minus(payment.change), Ok(payment.amount));
                    paid_in += payment.amount.amount();
                }
            }
            state = Order::fold(state, events);
            let State::Placed { status, total, balance, .. } = state.clone() else {
                panic!("an accepted command left {state:?}")
            };
            if let State::Placed { status: from, .. } = before {
                prop_assert!(from == status || from.next().contains(&status));
            }
            prop_assert!((0..=total.amount()).contains(&balance.amount()));
            prop_assert_eq!(total.amount() - balance.amount(), paid_in);
            prop_assert!(status != Status::Cancelled || balance == total);
        }
    }
}
