//! Why a command about an order is refused.

use super::LINES_MAX;
use crate::orders::Status;
use crate::shared::{Money, MoneyError, StockQuantityError};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such order.
    #[error("there is no such order")]
    Unplaced,
    /// The order is there already.
    #[error("the order is placed already")]
    AlreadyPlaced,
    /// The state table has no such move.
    #[error("an order that is {from} cannot become {to}")]
    IllegalMove {
        /// Where it stands.
        from: Status,
        /// Where it was asked to go.
        to: Status,
    },
    /// An order has something in it, and not too much.
    #[error("an order has 1 to {LINES_MAX} lines, not {given}")]
    LineCount {
        /// How many were given.
        given: usize,
    },
    /// The amounts do not work out.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What it takes from stock does not work out.
    #[error(transparent)]
    Ingredients(#[from] StockQuantityError),
    /// Nothing is left to pay, or nothing may be paid.
    #[error("an order that is {status} with {balance} to pay takes no payment")]
    NothingToPay {
        /// Where it stands.
        status: Status,
        /// What is left to pay.
        balance: Money,
    },
    /// A payment is more than nothing and at most what is left to pay.
    #[error("{amount} is not between nothing and {balance}")]
    AmountExceedsBalance {
        /// What was to be paid.
        amount: Money,
        /// What is left to pay.
        balance: Money,
    },
    /// No guest hands over so much.
    #[error("{tendered} is more than anybody hands over")]
    TenderedTooMuch {
        /// What the guest hands over.
        tendered: Money,
    },
    /// The guest handed over less than he pays.
    #[error("{tendered} does not cover {amount}")]
    TenderedTooLittle {
        /// What the guest hands over.
        tendered: Money,
        /// What was to be paid.
        amount: Money,
    },
    /// Money was taken for it, which a cancellation would hide.
    #[error("{paid} was paid already")]
    HasPayments {
        /// What was paid so far.
        paid: Money,
    },
}
