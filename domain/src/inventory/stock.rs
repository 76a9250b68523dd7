//! The stock of a branch: what it has of everything, what it is worth, and what orders have reserved.
//!
//! One stream per branch, so that an order reserves all that it takes at once or not at all, and two
//! tills that sell the last of something are told apart by its revision.

mod moves;

use chrono::{DateTime, TimeDelta, Utc};
use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OnShortage;
use super::balance::{Balance, BalanceError, Rate};
use super::recipe::Ingredient;
use crate::shared::money::ORDER_MAX;
use crate::shared::{
    BranchId, Currency, Money, OrderId, ReceiptId, StockItemId, StockQuantity, StockQuantityError,
};
use crate::{Decider, SnapshotFormat};

/// The most lines one receipt can have.
pub const RECEIPT_LINES_MAX: usize = 200;

/// How long stock is kept for an order: longer than any shift, so that only orders which everybody has
/// forgotten lose it, and shorter than a day, so that the next day's guests find it.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// The marker of the aggregate; its id is that of the branch.
#[derive(Debug)]
pub struct Inventory;

/// Something that comes in.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct IncomingLine {
    /// What.
    pub item: StockItemId,
    /// How much of it.
    pub quantity: StockQuantity,
    /// What it cost together.
    pub cost: Money,
}

/// Goods about to come in.
#[derive(Debug, Clone)]
pub struct Receive {
    /// The receipt.
    pub receipt: ReceiptId,
    /// What the branch trades in.
    pub currency: Currency,
    /// What comes in.
    pub lines: Vec<IncomingLine>,
}

/// Something that an order will take.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// What.
    pub item: StockItemId,
    /// How much of it.
    pub quantity: StockQuantity,
    /// What happens when there is too little.
    pub on_shortage: OnShortage,
}

/// Stock about to be kept for an order.
#[derive(Debug, Clone)]
pub struct Reserve {
    /// The order.
    pub order: OrderId,
    /// What it will take; an item may come more than once.
    pub lines: Vec<Demand>,
    /// The moment, at which older reservations may have expired.
    pub now: DateTime<Utc>,
}

/// Stock about to be used up for an order, reserved or not.
#[derive(Debug, Clone)]
pub struct Consume {
    /// The order.
    pub order: OrderId,
    /// What the branch trades in.
    pub currency: Currency,
    /// What it takes; an item may come more than once.
    pub lines: Vec<Ingredient>,
}

/// What can be asked of the stock of a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// Goods come in.
    Receive(Receive),
    /// An order is placed.
    Reserve(Reserve),
    /// What an order takes was used up.
    Consume(Consume),
    /// An order is cancelled.
    Release {
        /// The order.
        order: OrderId,
    },
    /// Reservations that were forgotten should end.
    ReleaseExpired {
        /// The moment.
        now: DateTime<Utc>,
    },
}

/// Goods came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// The receipt.
    pub receipt: ReceiptId,
    /// What came in.
    pub lines: Vec<ReceivedLine>,
}

/// Something that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceivedLine {
    /// What.
    pub item: StockItemId,
    /// How much of it.
    pub quantity: StockQuantity,
    /// What it cost together.
    pub cost: Money,
    /// What the value changes by besides, because some of it was sold before it came in.
    pub correction: Money,
    /// What there is after it.
    pub balance: Balance,
}

/// Stock is kept for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reserved {
    /// The order.
    pub order: OrderId,
    /// What is kept, each item once.
    pub lines: Vec<ReservedLine>,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

/// Something that is kept for an order, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReservedLine {
    /// What.
    pub item: StockItemId,
    /// How much of it.
    pub quantity: StockQuantity,
    /// How much of it is kept for all orders after this.
    pub reserved: StockQuantity,
}

/// What an order takes was used up, and is not kept for it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consumed {
    /// The order.
    pub order: OrderId,
    /// What was used up, each item once.
    pub lines: Vec<ConsumedLine>,
}

/// Something that was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsumedLine {
    /// What.
    pub item: StockItemId,
    /// How much of it.
    pub quantity: StockQuantity,
    /// What it was worth.
    pub value: Money,
    /// What there is after it.
    pub balance: Balance,
    /// How much of it is kept for all orders after this.
    pub reserved: StockQuantity,
}

/// Why stock is no longer kept for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The order was cancelled.
    Cancelled,
    /// Nobody took it in time.
    Expired,
}

/// Stock is no longer kept for some orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The orders.
    pub orders: Vec<OrderId>,
    /// What was kept for them together, each item once.
    pub lines: Vec<ReservedLine>,
    /// Why.
    pub reason: ReleaseReason,
}

crate::stored_events! {
    /// What happens to the stock of a branch.
    pub enum Event {
        "inventory.received" => Received,
        "inventory.reserved" => Reserved,
        "inventory.consumed" => Consumed,
        "inventory.released" => Released,
    }
}

/// What there is of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stock {
    balance: Balance,
    /// The average cost after the goods that came in last, or theirs when they only filled a gap.
    rate: Option<Rate>,
}

/// What is kept for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reservation {
    items: OrdMap<StockItemId, StockQuantity>,
    expires_at: DateTime<Utc>,
}

/// What a branch has and keeps for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    stock: OrdMap<StockItemId, Stock>,
    /// The sums of the reservations; an item that nobody has reserved is not in it.
    reserved: OrdMap<StockItemId, StockQuantity>,
    reservations: OrdMap<OrderId, Reservation>,
    /// The reservations in the order in which they expire.
    deadlines: OrdSet<(DateTime<Utc>, OrderId)>,
}

impl State {
    /// What there is of an item, if the branch ever had it.
    pub fn balance(&self, item: StockItemId) -> Option<Balance> {
        self.stock.get(&item).map(|stock| stock.balance)
    }

    /// How much of an item is kept for orders.
    pub fn reserved(&self, item: StockItemId) -> StockQuantity {
        self.reserved.get(&item).copied().unwrap_or_default()
    }

    /// Whether stock is kept for an order.
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

/// An item of which there is too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// What.
    pub item: StockItemId,
    /// How much the order takes.
    pub needed: StockQuantity,
    /// How much there is that nobody has reserved.
    pub available: StockQuantity,
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is too little of something.
    #[error("{} items are short", items.len())]
    Short {
        /// Of what, in the order of their ids.
        items: Vec<Shortage>,
    },
    /// What an order takes is frozen when it is placed, and so is what is kept for it.
    #[error("what is kept for the order is not what it takes")]
    ReservationDiffers,
    /// A receipt says something, and not too much.
    #[error("a receipt has 1 to {RECEIPT_LINES_MAX} lines, not {given}")]
    LineCount {
        /// How many were given.
        given: usize,
    },
    /// What moves is more than nothing.
    #[error("line {index} has no quantity above zero")]
    QuantityNotPositive {
        /// The place of the line, from 0.
        index: usize,
    },
    /// Goods may be free, but nobody gets money for taking them.
    #[error("line {index} costs less than nothing")]
    CostNegative {
        /// The place of the line, from 0.
        index: usize,
    },
    /// What comes in costs what somebody could pay.
    #[error("line {index} costs more than {ORDER_MAX} minor units")]
    CostTooHigh {
        /// The place of the line, from 0.
        index: usize,
    },
    /// A branch has one currency.
    #[error("line {index} is in another currency than the branch trades in")]
    ForeignCurrency {
        /// The place of the line, from 0.
        index: usize,
    },
    /// The quantities or amounts do not work out.
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
