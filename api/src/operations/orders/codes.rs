//! The codes that the rules of orders and payments answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    BranchClosed, InvalidTransition, OutOfStock, PaymentExceeds, PlanLimit, SubscriptionRequired,
    UnknownReference,
};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    (
        "placeOrder",
        &[
            UnknownReference,
            OutOfStock,
            InvalidTransition,
            BranchClosed,
            SubscriptionRequired,
            PlanLimit,
        ],
    ),
    ("priceOrder", &[UnknownReference, OutOfStock, BranchClosed, InvalidTransition]),
    ("confirmOrder", &[InvalidTransition]),
    ("startOrder", &[InvalidTransition]),
    ("readyOrder", &[InvalidTransition]),
    ("deliverOrder", &[InvalidTransition]),
    ("cancelOrder", &[InvalidTransition]),
    ("payOrder", &[InvalidTransition, PaymentExceeds]),
];
