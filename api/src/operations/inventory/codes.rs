//! The codes that the rules of stock, recipes and suppliers answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    BranchClosed, InvalidTransition, NameTaken, PlanLimit, SubscriptionRequired, UnknownReference,
};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("addStockItem", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reviseStockItem", &[NameTaken, SubscriptionRequired, PlanLimit]),
    ("publishRecipe", &[UnknownReference, InvalidTransition, SubscriptionRequired, PlanLimit]),
    (
        "receiveStock",
        &[UnknownReference, InvalidTransition, BranchClosed, SubscriptionRequired, PlanLimit],
    ),
    ("addSupplier", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reviseSupplier", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reinstateSupplier", &[SubscriptionRequired, PlanLimit]),
];
