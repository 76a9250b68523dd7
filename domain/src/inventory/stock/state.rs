//! What a branch has in stock, and keeps for which orders.

use chrono::{DateTime, Utc};
use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};

use crate::inventory::balance::{Balance, Rate};
use crate::shared::{OrderId, StockItemId, StockQuantity};

/// What there is of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stock {
    pub(super) balance: Balance,
    /// The average cost after the goods that came in last, or theirs when they only filled a gap.
    pub(super) rate: Option<Rate>,
}

/// What is kept for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reservation {
    pub(super) items: OrdMap<StockItemId, StockQuantity>,
    pub(super) expires_at: DateTime<Utc>,
}

/// What a branch has and keeps for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(super) stock: OrdMap<StockItemId, Stock>,
    /// The sums of the reservations; an item that nobody has reserved is not in it.
    pub(super) reserved: OrdMap<StockItemId, StockQuantity>,
    pub(super) reservations: OrdMap<OrderId, Reservation>,
    /// The reservations in the order in which they expire.
    pub(super) deadlines: OrdSet<(DateTime<Utc>, OrderId)>,
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

    pub(super) fn end_reservation(&mut self, order: OrderId) {
        if let Some(reservation) = self.reservations.remove(&order) {
            self.deadlines.remove(&(reservation.expires_at, order));
        }
    }

    pub(super) fn set_reserved(&mut self, item: StockItemId, reserved: StockQuantity) {
        if reserved.is_zero() {
            self.reserved.remove(&item);
        } else {
            self.reserved.insert(item, reserved);
        }
    }
}
