mod bill;
mod lines;
mod menu;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::catalog::Channel;
use crate::orders::{OrderType, Status};
use crate::shared::{
    BranchId, CategoryId, Currency, Money, Name, PaymentId, ProductId, Quantity, VariantId,
};
use crate::taxes::Taxes;
use crate::testing::given;

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn item(unit_price: Money) -> Item {
    Item {
        product: ProductId::from_uuid(Uuid::from_u128(1)),
        variant: VariantId::from_uuid(Uuid::from_u128(2)),
        category: CategoryId::from_uuid(Uuid::from_u128(3)),
        product_name: Name::parse("Bandeja paisa").unwrap(),
        variant_name: Name::parse("Completa").unwrap(),
        product_revision: 1,
        unit_price,
        price_list: None,
        modifiers: vec![],
        taxes: Taxes::default(),
        station: None,
        recipe: None,
    }
}

fn line_of(quantity: u32, item: Item) -> LineRequest {
    LineRequest { item, quantity: Quantity::try_new(quantity).unwrap(), children: vec![] }
}

fn request(quantity: u32, unit_price: Money) -> LineRequest {
    line_of(quantity, item(unit_price))
}

fn place(lines: Vec<LineRequest>) -> Place {
    Place {
        branch: BranchId::from_uuid(Uuid::from_u128(4)),
        currency: Currency::COP,
        order_type: OrderType::DineIn,
        channel: Channel::default(),
        number: 7,
        call_number: 3,
        hour: 13,
        lines,
    }
}

fn placed_for(total: Money) -> Event {
    super::lines::placed(place(vec![request(1, total)])).unwrap().into()
}

fn cash(amount: Money, tendered: Money) -> Command {
    take_cash(amount, Some(tendered))
}

fn take_cash(amount: Money, tendered: Option<Money>) -> Command {
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
fn what_an_order_takes_is_used_up_when_it_is_ready_and_released_when_it_is_cancelled() {
    for (to, command) in moves() {
        let expected = match to {
            Status::Ready => Some(StockMove::Consume),
            Status::Cancelled => Some(StockMove::Release),
            Status::Pending | Status::Confirmed | Status::Preparing | Status::Delivered => None,
        };
        assert_eq!(command.stock_move(), expected, "{to}");
    }
    assert_eq!(cash(pesos(1), pesos(1)).stock_move(), None);
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
            let State::Placed(Details { status, total, balance, .. }) = state.clone() else {
                panic!("an accepted command left {state:?}")
            };
            if let State::Placed(Details { status: from, .. }) = before {
                prop_assert!(from == status || from.next().contains(&status));
            }
            prop_assert!((0..=total.amount()).contains(&balance.amount()));
            let owed = if status == Status::Cancelled { 0 } else { total.amount() - paid_in };
            prop_assert_eq!(balance.amount(), owed);
            prop_assert!(status != Status::Cancelled || paid_in == 0);
        }
    }
}
