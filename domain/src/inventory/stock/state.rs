//! What a branch has in stock, and keeps for which orders.

use chrono::{DateTime, Utc};
use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};

use crate::inventory::balance::{Balance, Rate};
use crate::shared::{OrderId, StockItemId, StockQuantity};

/// The stock of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stock {
    pub(super) balance: Balance,
    /// The average cost after the last receipt, or the receipt's own if it left nothing above zero.
    pub(super) rate: Option<Rate>,
}

/// The reservation of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reservation {
    pub(super) items: OrdMap<StockItemId, StockQuantity>,
    pub(super) expires_at: DateTime<Utc>,
}

/// The stock of a branch and its reservations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(super) stock: OrdMap<StockItemId, Stock>,
    /// The sum of the reservations by item; items without a reservation are absent.
    pub(super) reserved: OrdMap<StockItemId, StockQuantity>,
    pub(super) reservations: OrdMap<OrderId, Reservation>,
    /// The reservations, ordered by expiry.
    pub(super) deadlines: OrdSet<(DateTime<Utc>, OrderId)>,
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
