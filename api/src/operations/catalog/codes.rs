//! The codes that the rules of the menu answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    ImageTooLarge, InvalidTransition, NameTaken, PlanLimit, SubscriptionRequired, UnknownReference,
    UnsupportedImage,
};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("addCategory", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reviseCategory", &[NameTaken, SubscriptionRequired, PlanLimit]),
    (
        "addProduct",
        &[NameTaken, InvalidTransition, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    ("setProductImage", &[UnsupportedImage, ImageTooLarge, SubscriptionRequired, PlanLimit]),
    ("removeProductImage", &[SubscriptionRequired, PlanLimit]),
    ("reviseProduct", &[NameTaken, UnknownReference, SubscriptionRequired, PlanLimit]),
];
