//! What commands to the stock of a branch bring.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::inventory::OnShortage;
use crate::inventory::recipe::Ingredient;
use crate::shared::{Currency, Money, OrderId, ReceiptId, StockItemId, StockQuantity};

/// The most lines of one receipt.
pub const RECEIPT_LINES_MAX: usize = 200;

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
