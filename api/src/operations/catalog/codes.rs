//! The codes that the rules of the menu answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    self, BranchClosed, ImageTooLarge, InvalidTransition, ItemCodeTaken, NameTaken, PlanLimit,
    PriceListTie, SubscriptionRequired, UnknownReference, UnsupportedImage,
};

const OF_AVAILABILITY: &[Code] = &[UnknownReference, SubscriptionRequired, PlanLimit];

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("getMenu", &[Code::NotFound]),
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
        "addModifierGroup",
        &[NameTaken, InvalidTransition, UnknownReference, SubscriptionRequired, PlanLimit],
    ),
    ("reviseModifierGroup", &[NameTaken, UnknownReference, SubscriptionRequired, PlanLimit]),
    ("restoreModifierGroup", &[NameTaken, SubscriptionRequired, PlanLimit]),
    ("addStation", &[NameTaken, InvalidTransition, BranchClosed, SubscriptionRequired, PlanLimit]),
    ("renameStation", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("snooze", OF_AVAILABILITY),
    ("putBack", OF_AVAILABILITY),
    ("delist", OF_AVAILABILITY),
    ("relist", OF_AVAILABILITY),
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
