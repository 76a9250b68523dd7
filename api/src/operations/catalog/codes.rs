//! The codes that the rules of the menu answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    InvalidTransition, NameTaken, PlanLimit, PriceListTie, SubscriptionRequired, UnknownReference,
};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("addCategory", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reviseCategory", &[NameTaken, SubscriptionRequired, PlanLimit]),
    (
        "addProduct",
        &[NameTaken, InvalidTransition, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    ("reviseProduct", &[NameTaken, UnknownReference, SubscriptionRequired, PlanLimit]),
    (
        "draftPriceList",
        &[NameTaken, InvalidTransition, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    (
        "revisePriceList",
        &[NameTaken, PriceListTie, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    ("publishPriceList", &[PriceListTie, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("withdrawPriceList", &[SubscriptionRequired, PlanLimit]),
    ("putChannel", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("retireChannel", &[InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("addTaxProfile", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("publishTaxProfile", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
];
