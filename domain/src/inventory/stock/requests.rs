//! What commands to the stock of a branch bring.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::inventory::OnShortage;
use crate::inventory::recipe::Ingredient;
use crate::shared::{Currency, Money, OrderId, ReceiptId, StockItemId, StockQuantity};

/// The most lines one receipt can have.
pub const RECEIPT_LINES_MAX: usize = 200;

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
