//! Properties of any history.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::tests::{at, order, pesos, quantity};
use super::*;
use crate::inventory::OnShortage;
use crate::inventory::balance::Balance;
use crate::inventory::recipe::Ingredient;
use crate::shared::money::AMOUNT_MAX;
use crate::shared::{Currency, Money, ReceiptId, StockItemId, StockQuantity};

/// A step in the history of a branch; time only moves forward.
#[derive(Debug, Clone)]
enum Step {
    Receive { item: u128, quantity: i64, cost: i64 },
    Reserve { lines: Vec<(u128, i64)> },
    Consume { nth: usize },
    Cancel { nth: usize },
    Wait { hours: u32 },
    ReleaseExpired,
}

fn any_step() -> impl Strategy<Value = Step> {
    let line = (0_u128..3, 1_i64..4_000_000);
    prop_oneof![
        (0_u128..3, 1_i64..9_000_000, 0_i64..50_000)
            .prop_map(|(item, quantity, cost)| Step::Receive { item, quantity, cost }),
        prop::collection::vec(line, 1..5).prop_map(|lines| Step::Reserve { lines }),
        (0_usize..8).prop_map(|nth| Step::Consume { nth }),
        (0_usize..8).prop_map(|nth| Step::Cancel { nth }),
        (1_u32..8).prop_map(|hours| Step::Wait { hours }),
        Just(Step::ReleaseExpired),
    ]
}

fn item(n: u128) -> StockItemId {
    StockItemId::from_uuid(Uuid::from_u128(n))
}

fn millionths(n: i64) -> StockQuantity {
    StockQuantity::try_from_millionths(n).unwrap()
}

fn cents(amount: i64) -> Money {
    Money::try_new(amount, Currency::COP).unwrap()
}

fn any_quantity() -> impl Strategy<Value = StockQuantity> {
    let all = StockQuantity::MAX.millionths();
    prop_oneof![1_i64..10, 1..=all, Just(all)].prop_map(millionths)
}

/// The events of a receipt of any cost, or none if its balance is out of range.
fn dear_receipt(state: &State, quantity: StockQuantity, cost: Money) -> Vec<Event> {
    let before = state.balance(item(0)).unwrap_or(Balance::nothing(Currency::COP));
    let Ok(received) = before.receive(quantity, cost) else { return vec![] };
    let (balance, correction) = (received.balance, received.correction);
    let line = ReceivedLine { item: item(0), quantity, cost, correction, balance };
    let receipt = ReceiptId::from_uuid(Uuid::from_u128(9));
    vec![Received { receipt, lines: vec![line] }.into()]
}

/// A branch, its open orders, and the sums of its movements.
struct Branch {
    state: State,
    on_shortage: OnShortage,
    hour: u32,
    n_orders: u128,
    open: BTreeMap<OrderId, Vec<Ingredient>>,
    sums: BTreeMap<StockItemId, (i64, i64)>,
}

impl Branch {
    fn new(on_shortage: OnShortage) -> Self {
        let (open, sums) = (BTreeMap::new(), BTreeMap::new());
        Self { state: State::default(), on_shortage, hour: 0, n_orders: 0, open, sums }
    }

    fn command(&mut self, step: Step) -> Option<Command> {
        match step {
            Step::Wait { hours } => {
                self.hour += hours;
                None
            }
            Step::Receive { item: n, quantity, cost } => Some(Command::Receive(Receive {
                receipt: ReceiptId::from_uuid(Uuid::from_u128(9)),
                currency: Currency::COP,
                lines: vec![IncomingLine {
                    item: item(n),
                    quantity: millionths(quantity),
                    cost: cents(cost),
                }],
            })),
            Step::Reserve { lines } => {
                self.n_orders += 1;
                let line = |(n, quantity): &(u128, i64)| Ingredient {
                    item: item(*n),
                    quantity: millionths(*quantity),
                };
                let lines: Vec<Ingredient> = lines.iter().map(line).collect();
                self.open.insert(order(self.n_orders), lines.clone());
                Some(self.reserve(self.n_orders, &lines))
            }
            Step::Consume { nth } => {
                let (order, lines) = self.open.iter().nth(nth)?;
                let (order, lines) = (*order, lines.clone());
                self.open.remove(&order);
                Some(Command::Consume(Consume { order, currency: Currency::COP, lines }))
            }
            Step::Cancel { nth } => {
                let order = *self.open.keys().nth(nth)?;
                self.open.remove(&order);
                Some(Command::Release { order })
            }
            Step::ReleaseExpired => Some(Command::ReleaseExpired { now: at(self.hour) }),
        }
    }

    fn reserve(&self, n: u128, lines: &[Ingredient]) -> Command {
        let demand = |line: &Ingredient| Demand {
            item: line.item,
            quantity: line.quantity,
            on_shortage: self.on_shortage,
        };
        Command::Reserve(Reserve {
            order: order(n),
            lines: lines.iter().map(demand).collect(),
            now: at(self.hour),
        })
    }

    fn takes(&mut self, step: Step) -> Result<(), TestCaseError> {
        let Some(command) = self.command(step) else { return Ok(()) };
        let events = match Inventory::decide(&self.state, command) {
            Ok(events) => events,
            Err(Error::Short { .. }) => {
                prop_assert_eq!(self.on_shortage, OnShortage::Refuse);
                self.open.remove(&order(self.n_orders));
                return Ok(());
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        for event in &events {
            self.adds_up(event)?;
        }
        self.state = Inventory::fold(self.state.clone(), events);
        self.is_consistent()
    }

    /// Checks that each movement's balance is the sum of all movements up to it.
    fn adds_up(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let movements: Vec<(StockItemId, i64, i64, Balance)> = match event {
            Event::Received(received) => received
                .lines
                .iter()
                .map(|line| {
                    let value = line.cost.amount() + line.correction.amount();
                    (line.item, line.quantity.millionths(), value, line.balance)
                })
                .collect(),
            Event::Consumed(consumed) => consumed
                .lines
                .iter()
                .map(|line| {
                    (line.item, -line.quantity.millionths(), -line.value.amount(), line.balance)
                })
                .collect(),
            Event::Reserved(_) | Event::Released(_) => vec![],
        };
        for (item, quantity, value, balance) in movements {
            let sums = self.sums.entry(item).or_default();
            *sums = (sums.0 + quantity, sums.1 + value);
            prop_assert_eq!((balance.quantity.millionths(), balance.value.amount()), *sums);
        }
        Ok(())
    }

    fn is_consistent(&self) -> Result<(), TestCaseError> {
        for (item, (quantity, value)) in &self.sums {
            let balance = self.state.balance(*item).unwrap();
            prop_assert_eq!(balance.quantity.millionths(), *quantity);
            prop_assert_eq!(balance.value.amount(), *value);
            prop_assert!(*quantity != 0 || *value == 0, "nothing is worth {value}");
            prop_assert!(quantity.signum() * value.signum() >= 0, "{quantity} is worth {value}");
        }
        let mut reserved: BTreeMap<StockItemId, StockQuantity> = BTreeMap::new();
        for reservation in self.state.reservations.values() {
            for (item, quantity) in &reservation.items {
                let sum = reserved.entry(*item).or_default();
                *sum = sum.plus(*quantity).unwrap();
            }
        }
        prop_assert!(self.state.reserved.iter().eq(&reserved));
        prop_assert_eq!(self.state.deadlines.len(), self.state.reservations.len());
        Ok(())
    }
}

proptest! {
    #[test]
    fn the_books_balance_after_any_history(
        allowed in any::<bool>(),
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let on_shortage = if allowed { OnShortage::Allow } else { OnShortage::Refuse };
        let mut branch = Branch::new(on_shortage);
        for step in steps {
            branch.takes(step)?;
        }
        for open in branch.open.clone().into_keys() {
            let events = Inventory::decide(&branch.state, Command::Release { order: open }).unwrap();
            branch.state = Inventory::fold(branch.state, events);
        }
        prop_assert!(branch.state.reserved.is_empty() && branch.state.reservations.is_empty());
    }

    #[test]
    fn nothing_is_promised_twice_while_reservations_last(
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let mut branch = Branch::new(OnShortage::Refuse);
        for step in steps {
            // An order made after its reservation expired takes what is reserved for others.
            if matches!(step, Step::Wait { .. } | Step::ReleaseExpired) {
                continue;
            }
            branch.takes(step)?;
            for (item, balance) in &branch.state.stock {
                let available = balance.balance.quantity.minus(branch.state.reserved(*item)).unwrap();
                prop_assert!(available >= StockQuantity::ZERO, "{available}");
            }
        }
    }

    /// The costs include those of stored events that a receipt of today would be refused for.
    #[test]
    fn what_an_accepted_order_takes_is_used_up_or_released_whatever_receipts_said(
        moves in prop::collection::vec(
            (0_u8..4, any_quantity(), 0..=AMOUNT_MAX, 0_usize..4), 0..40,
        ),
    ) {
        let mut state = State::default();
        let mut open = Vec::new();
        for (n, (kind, quantity, cost, nth)) in (0_u32..).zip(moves) {
            let lines = vec![Ingredient { item: item(0), quantity }];
            let order = order(n.into());
            let events = match kind {
                0 => dear_receipt(&state, quantity, cents(cost)),
                1 => {
                    let demand = Demand { item: item(0), quantity, on_shortage: OnShortage::Allow };
                    let reserve = Reserve { order, lines: vec![demand], now: at(n) };
                    let events = Inventory::decide(&state, Command::Reserve(reserve));
                    if events.is_ok() {
                        open.push((order, lines));
                    }
                    events.unwrap_or_default()
                }
                _ if open.is_empty() => vec![],
                kind => {
                    let (order, lines) = open.remove(nth % open.len());
                    let command = if kind == 2 {
                        Command::Consume(Consume { order, currency: Currency::COP, lines })
                    } else {
                        Command::Release { order }
                    };
                    Inventory::decide(&state, command).map_err(|no| TestCaseError::fail(no.to_string()))?
                }
            };
            state = Inventory::fold(state, events);
        }
    }

    #[test]
    fn of_two_tills_that_sell_the_last_unit_one_is_refused(units in 1_i64..5) {
        let mut branch = Branch::new(OnShortage::Refuse);
        let unit = || Ingredient { item: item(0), quantity: quantity("1") };
        branch.takes(Step::Receive { item: 0, quantity: units * 1_000_000, cost: pesos(units).amount() })?;
        let mut accepted = 0;
        for n in 1..=10 {
            if let Ok(events) = Inventory::decide(&branch.state, branch.reserve(n, &[unit()])) {
                branch.state = Inventory::fold(branch.state, events);
                accepted += 1;
            }
        }
        prop_assert_eq!(accepted, units);
    }
}
