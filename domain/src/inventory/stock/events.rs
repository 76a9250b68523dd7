//! What happens to the stock of a branch.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inventory::balance::Balance;
use crate::shared::{Money, OrderId, ReceiptId, StockItemId, StockQuantity};

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
