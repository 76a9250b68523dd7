//! Why the stock of a branch does not move.

use super::RECEIPT_LINES_MAX;
use crate::inventory::balance::BalanceError;
use crate::shared::{StockItemId, StockQuantity, StockQuantityError};

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
