//! The codes that the rules of orders and payments answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    self, BranchClosed, InvalidTransition, NotAvailable, NotFound, OutOfStock, PaymentExceeds,
    PlanLimit, SubscriptionRequired, TaxUndetermined, UnknownReference,
};

/// An order is priced as it is placed, so both are refused with the same codes.
const OF_NEW_ORDERS: &[Code] = &[
    UnknownReference,
    NotAvailable,
    TaxUndetermined,
    OutOfStock,
    InvalidTransition,
    BranchClosed,
    SubscriptionRequired,
    PlanLimit,
];

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("placeOrder", OF_NEW_ORDERS),
    ("priceOrder", OF_NEW_ORDERS),
    ("listOrders", &[NotFound]),
    ("confirmOrder", &[InvalidTransition]),
    ("startOrder", &[InvalidTransition]),
    ("readyOrder", &[InvalidTransition]),
    ("deliverOrder", &[InvalidTransition]),
    ("cancelOrder", &[InvalidTransition]),
    ("payOrder", &[InvalidTransition, PaymentExceeds]),
];
