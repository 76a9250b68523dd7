//! The codes that the rules of the menu answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    ImageTooLarge, InvalidTransition, ItemCodeTaken, NameTaken, PlanLimit, SubscriptionRequired,
    UnknownReference, UnsupportedImage,
};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("addCategory", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reviseCategory", &[NameTaken, SubscriptionRequired, PlanLimit]),
    ("removeCategory", &[SubscriptionRequired, PlanLimit]),
    ("restoreCategory", &[NameTaken, SubscriptionRequired, PlanLimit]),
    ("reorderCategories", &[UnknownReference, SubscriptionRequired, PlanLimit]),
    (
        "addProduct",
        &[
            NameTaken,
            ItemCodeTaken,
            InvalidTransition,
            UnknownReference,
            SubscriptionRequired,
            PlanLimit,
        ],
    ),
    ("setProductImage", &[UnsupportedImage, ImageTooLarge, SubscriptionRequired, PlanLimit]),
    ("removeProductImage", &[SubscriptionRequired, PlanLimit]),
    (
        "reviseProduct",
        &[NameTaken, ItemCodeTaken, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    (
        "changeProduct",
        &[NameTaken, ItemCodeTaken, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    ("removeProduct", &[SubscriptionRequired, PlanLimit]),
    (
        "restoreProduct",
        &[NameTaken, ItemCodeTaken, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    ("reorderProducts", &[UnknownReference, SubscriptionRequired, PlanLimit]),
];
