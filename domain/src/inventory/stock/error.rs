//! Why the stock of a branch does not move.

use super::RECEIPT_LINES_MAX;
use crate::inventory::balance::BalanceError;
use crate::shared::money::ORDER_MAX;
use crate::shared::{StockItemId, StockQuantity, StockQuantityError};

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
    #[error("what is kept for the order is not what it takes")]
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
    #[error("line {index} costs less than nothing")]
    CostNegative {
        /// The index of the line, from 0.
        index: usize,
    },
    /// A cost must be at most [`ORDER_MAX`].
    #[error("line {index} costs more than {ORDER_MAX} minor units")]
    CostTooHigh {
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
