//! The stock of a branch: quantity and value of each item, and what is reserved for orders.
//!
//! One stream per branch, so that an order reserves all that it takes or nothing, and of two tills
//! that sell the last of an item the stream's revision refuses one.

mod moves;

use chrono::{DateTime, TimeDelta, Utc};
use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OnShortage;
use super::balance::{Balance, BalanceError, Rate};
use super::recipe::Ingredient;
use crate::shared::{
    BranchId, Currency, Money, OrderId, ReceiptId, StockItemId, StockQuantity, StockQuantityError,
};
use crate::{Decider, SnapshotFormat};

/// The most lines of one receipt.
pub const RECEIPT_LINES_MAX: usize = 200;

/// How long stock is reserved for an order: longer than any shift, so that only forgotten orders
/// lose their reservation, and shorter than a day, so that it is available on the next day.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// The marker of the aggregate; its id is that of the branch.
#[derive(Debug)]
pub struct Inventory;

/// An item that came in.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct IncomingLine {
    /// The item.
    pub item: StockItemId,
    /// The quantity.
    pub quantity: StockQuantity,
    /// The total cost.
    pub cost: Money,
}

/// A receipt of goods.
#[derive(Debug, Clone)]
pub struct Receive {
    /// The receipt.
    pub receipt: ReceiptId,
    /// The currency of the branch.
    pub currency: Currency,
    /// The items that come in.
    pub lines: Vec<IncomingLine>,
}

/// An item that an order takes.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// The item.
    pub item: StockItemId,
    /// The quantity.
    pub quantity: StockQuantity,
    /// Whether the order is accepted when there is too little.
    pub on_shortage: OnShortage,
}

/// A reservation to make for an order.
#[derive(Debug, Clone)]
pub struct Reserve {
    /// The order.
    pub order: OrderId,
    /// What it takes; an item may be listed more than once.
    pub lines: Vec<Demand>,
    /// The time of the command; reservations that have expired by then are released.
    pub now: DateTime<Utc>,
}

/// The consumption of an order, reserved or not.
#[derive(Debug, Clone)]
pub struct Consume {
    /// The order.
    pub order: OrderId,
    /// The currency of the branch.
    pub currency: Currency,
    /// What it takes; an item may be listed more than once.
    pub lines: Vec<Ingredient>,
}

/// Commands to the stock of a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// Receive goods.
    Receive(Receive),
    /// Reserve what a placed order takes.
    Reserve(Reserve),
    /// Consume what an order takes.
    Consume(Consume),
    /// Release the reservation of a cancelled order.
    Release {
        /// The order.
        order: OrderId,
    },
    /// Release expired reservations.
    ReleaseExpired {
        /// The time of the command.
        now: DateTime<Utc>,
    },
}

/// Goods came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// The receipt.
    pub receipt: ReceiptId,
    /// The items that came in.
    pub lines: Vec<ReceivedLine>,
}

/// An item that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceivedLine {
    /// The item.
    pub item: StockItemId,
    /// The quantity.
    pub quantity: StockQuantity,
    /// The total cost.
    pub cost: Money,
    /// The correction of the value, because some of it was sold before it came in.
    pub correction: Money,
    /// The balance after it.
    pub balance: Balance,
}

/// Stock was reserved for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reserved {
    /// The order.
    pub order: OrderId,
    /// What is reserved, each item once.
    pub lines: Vec<ReservedLine>,
    /// The time at which the reservation expires.
    pub expires_at: DateTime<Utc>,
}

/// An item whose reservation was made or released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReservedLine {
    /// The item.
    pub item: StockItemId,
    /// The quantity.
    pub quantity: StockQuantity,
    /// The quantity reserved for all orders after it.
    pub reserved: StockQuantity,
}

/// An order consumed what it takes; its reservation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consumed {
    /// The order.
    pub order: OrderId,
    /// What was consumed, each item once.
    pub lines: Vec<ConsumedLine>,
}

/// An item that was consumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsumedLine {
    /// The item.
    pub item: StockItemId,
    /// The quantity.
    pub quantity: StockQuantity,
    /// The value of the quantity.
    pub value: Money,
    /// The balance after it.
    pub balance: Balance,
    /// The quantity reserved for all orders after it.
    pub reserved: StockQuantity,
}

/// Why a reservation was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The order was cancelled.
    Cancelled,
    /// It expired.
    Expired,
}

/// Reservations of some orders were released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The orders.
    pub orders: Vec<OrderId>,
    /// What was reserved for them in total, each item once.
    pub lines: Vec<ReservedLine>,
    /// The reason.
    pub reason: ReleaseReason,
}

crate::stored_events! {
    /// Events of the stock of a branch.
    pub enum Event {
        "inventory.received" => Received,
        "inventory.reserved" => Reserved,
        "inventory.consumed" => Consumed,
        "inventory.released" => Released,
    }
}

/// The stock of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stock {
    balance: Balance,
    /// The average cost after the last receipt, or the receipt's own if it left nothing above zero.
    rate: Option<Rate>,
}

/// The reservation of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reservation {
    items: OrdMap<StockItemId, StockQuantity>,
    expires_at: DateTime<Utc>,
}

/// The stock of a branch and its reservations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    stock: OrdMap<StockItemId, Stock>,
    /// The sum of the reservations by item; items without a reservation are absent.
    reserved: OrdMap<StockItemId, StockQuantity>,
    reservations: OrdMap<OrderId, Reservation>,
    /// The reservations, ordered by expiry.
    deadlines: OrdSet<(DateTime<Utc>, OrderId)>,
}

impl State {
    /// The balance of an item; none if the branch never had it.
    pub fn balance(&self, item: StockItemId) -> Option<Balance> {
        self.stock.get(&item).map(|stock| stock.balance)
    }

    /// The quantity of an item that is reserved for all orders.
    pub fn reserved(&self, item: StockItemId) -> StockQuantity {
        self.reserved.get(&item).copied().unwrap_or_default()
    }

    /// Whether an order has a reservation.
    pub fn has_reserved(&self, order: OrderId) -> bool {
        self.reservations.contains_key(&order)
    }

    fn end_reservation(&mut self, order: OrderId) {
        if let Some(reservation) = self.reservations.remove(&order) {
            self.deadlines.remove(&(reservation.expires_at, order));
        }
    }

    fn set_reserved(&mut self, item: StockItemId, reserved: StockQuantity) {
        if reserved.is_zero() {
            self.reserved.remove(&item);
        } else {
            self.reserved.insert(item, reserved);
        }
    }
}

/// An item that is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The item.
    pub item: StockItemId,
    /// The quantity that the order takes.
    pub needed: StockQuantity,
    /// The quantity that is not reserved.
    pub available: StockQuantity,
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Some items are short.
    #[error("{} items are short", items.len())]
    Short {
        /// The items, ordered by id.
        items: Vec<Shortage>,
    },
    /// The items in the command differ from the order's reservation.
    #[error("the items differ from the reservation of the order")]
    ReservationDiffers,
    /// A receipt has no lines, or too many.
    #[error("a receipt has 1 to {RECEIPT_LINES_MAX} lines, not {given}")]
    LineCount {
        /// How many were given.
        given: usize,
    },
    /// A quantity must be above zero.
    #[error("line {index} has no quantity above zero")]
    QuantityNotPositive {
        /// The index of the line, from 0.
        index: usize,
    },
    /// A cost must not be below zero; goods may be free.
    #[error("line {index} has a cost below zero")]
    CostNegative {
        /// The index of the line, from 0.
        index: usize,
    },
    /// The cost is not in the branch's currency.
    #[error("line {index} is in another currency than the branch trades in")]
    ForeignCurrency {
        /// The index of the line, from 0.
        index: usize,
    },
    /// A quantity or amount is out of range.
    #[error(transparent)]
    Balance(#[from] BalanceError),
}

impl From<StockQuantityError> for Error {
    fn from(error: StockQuantityError) -> Self {
        Self::Balance(error.into())
    }
}

impl Decider for Inventory {
    const CATEGORY: &'static str = "inventory";
    type Id = BranchId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    const SNAPSHOT: Option<SnapshotFormat<State>> = Some(SnapshotFormat::json(1));

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Receive(receive) => Ok(vec![moves::received(state, receive)?.into()]),
            Command::Reserve(reserve) if state.has_reserved(reserve.order) => {
                moves::expired(state, reserve.now)
            }
            Command::Reserve(reserve) => {
                let expired = moves::expired(state, reserve.now)?;
                let state = Self::fold(state.clone(), expired.iter().cloned());
                let reserved = moves::reserved(&state, reserve)?;
                Ok(expired.into_iter().chain([reserved.into()]).collect())
            }
            Command::Consume(consume) => Ok(vec![moves::consumed(state, consume)?.into()]),
            Command::Release { order } if state.has_reserved(order) => {
                let reason = ReleaseReason::Cancelled;
                Ok(vec![moves::released(state, vec![order], reason)?.into()])
            }
            Command::Release { .. } => Ok(vec![]),
            Command::ReleaseExpired { now } => moves::expired(state, now),
        }
    }

    fn evolve(mut state: State, event: Event) -> State {
        match event {
            Event::Received(Received { lines, .. }) => {
                for ReceivedLine { item, quantity, cost, balance, .. } in lines {
                    let rate = balance.rate().unwrap_or(Rate { cost, quantity });
                    state.stock.insert(item, Stock { balance, rate: Some(rate) });
                }
            }
            Event::Reserved(Reserved { order, lines, expires_at }) => {
                let items = lines.iter().map(|line| (line.item, line.quantity)).collect();
                state.reservations.insert(order, Reservation { items, expires_at });
                state.deadlines.insert((expires_at, order));
                for ReservedLine { item, reserved, .. } in lines {
                    state.set_reserved(item, reserved);
                }
            }
            Event::Consumed(Consumed { order, lines }) => {
                state.end_reservation(order);
                for ConsumedLine { item, balance, reserved, .. } in lines {
                    let rate = state.stock.get(&item).and_then(|stock| stock.rate);
                    state.stock.insert(item, Stock { balance, rate });
                    state.set_reserved(item, reserved);
                }
            }
            Event::Released(Released { orders, lines, .. }) => {
                for order in orders {
                    state.end_reservation(order);
                }
                for ReservedLine { item, reserved, .. } in lines {
                    state.set_reserved(item, reserved);
                }
            }
        }
        state
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
