//! The payments of an order.

use super::{CancelReason, Cancelled, Details, Error, Event, PaymentMethod, PaymentTaken};
use crate::orders::Status;
use crate::shared::money::ORDER_MAX;
use crate::shared::{Money, PaymentId};

/// The most payments of one order: the last of them pays all that is left.
pub const PAYMENTS_MAX: usize = 100;

/// A payment in cash.
#[derive(Debug, Clone, Copy)]
pub struct TakeCash {
    /// The payment.
    pub payment: PaymentId,
    /// The part of the total that it pays.
    pub amount: Money,
    /// What the guest hands over; the excess is change. None means the exact amount.
    pub tendered: Option<Money>,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
}

pub(super) fn cash_taken(order: &Details, cash: TakeCash) -> Result<PaymentTaken, Error> {
    let Details { status, balance, n_payments, .. } = *order;
    let TakeCash { payment, amount, tendered, hour } = cash;
    if status == Status::Cancelled || balance.is_zero() {
        return Err(Error::NothingToPay { status, balance });
    }
    let left = balance.minus(amount)?;
    if !amount.is_positive() || left.amount() < 0 {
        return Err(Error::AmountExceedsBalance { amount, balance });
    }
    if !left.is_zero() && n_payments + 1 >= PAYMENTS_MAX {
        return Err(Error::LastPaymentLeavesBalance { balance });
    }
    let tendered = tendered.unwrap_or(amount);
    if tendered.amount() > ORDER_MAX {
        return Err(Error::TenderedTooMuch { tendered });
    }
    let change = tendered.minus(amount)?;
    if change.amount() < 0 {
        return Err(Error::TenderedTooLittle { tendered, amount });
    }
    let method = PaymentMethod::Cash;
    Ok(PaymentTaken { payment, method, amount, tendered, change, balance: left, hour })
}

/// Cancelling a paid order would hide the money taken.
pub(super) fn cancelled(order: &Details, reason: CancelReason) -> Result<Event, Error> {
    let cancelled = order.step(Cancelled { reason })?;
    if order.balance != order.total {
        return Err(Error::HasPayments { paid: order.total.minus(order.balance)? });
    }
    Ok(cancelled)
}
