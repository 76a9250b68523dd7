//! Why a command about an order is refused.

use super::{LINES_MAX, PARTS_MAX, PAYMENTS_MAX};
use crate::orders::Status;
use crate::shared::{Money, MoneyError, StockQuantityError};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such order.
    #[error("there is no such order")]
    Unplaced,
    /// The order was placed before.
    #[error("the order is placed already")]
    AlreadyPlaced,
    /// The state table has no such transition.
    #[error("an order that is {from} cannot become {to}")]
    IllegalMove {
        /// The current status.
        from: Status,
        /// The requested status.
        to: Status,
    },
    /// The order has no lines, or too many.
    #[error("an order has 1 to {LINES_MAX} lines, not {given}")]
    LineCount {
        /// How many were given.
        given: usize,
    },
    /// The order has too many lines, children of combos and modifiers together.
    #[error("an order has at most {PARTS_MAX} lines, children and modifiers, not {given}")]
    PartCount {
        /// How many were given.
        given: usize,
    },
    /// An amount is out of range, or the currencies differ.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A quantity that it takes from stock is out of range.
    #[error(transparent)]
    Ingredients(#[from] StockQuantityError),
    /// Nothing is left to pay, or the status allows no payment.
    #[error("an order that is {status} with {balance} to pay takes no payment")]
    NothingToPay {
        /// The current status.
        status: Status,
        /// What is left to pay.
        balance: Money,
    },
    /// A payment must be above zero and at most what is left to pay.
    #[error("{amount} is not above zero and at most {balance}")]
    AmountExceedsBalance {
        /// The amount of the payment.
        amount: Money,
        /// What is left to pay.
        balance: Money,
    },
    /// The last payment that an order takes has to pay all that is left.
    #[error("payment {PAYMENTS_MAX} of an order pays all of the {balance} that are left")]
    LastPaymentLeavesBalance {
        /// What is left to pay.
        balance: Money,
    },
    /// The amount handed over is more than [`ORDER_MAX`](crate::shared::money::ORDER_MAX).
    #[error("{tendered} is more than a guest can hand over")]
    TenderedTooMuch {
        /// What the guest hands over.
        tendered: Money,
    },
    /// The guest handed over less than the amount.
    #[error("{tendered} does not cover {amount}")]
    TenderedTooLittle {
        /// What the guest hands over.
        tendered: Money,
        /// The amount of the payment.
        amount: Money,
    },
    /// The order has payments, which a cancellation would hide.
    #[error("{paid} was paid already")]
    HasPayments {
        /// The amount paid so far.
        paid: Money,
    },
}
