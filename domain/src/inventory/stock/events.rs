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
