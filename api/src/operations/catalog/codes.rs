//! The codes that the rules of the menu answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    self, BranchClosed, InvalidTransition, ItemCodeTaken, NameTaken, PlanLimit, PriceListTie,
    SubscriptionRequired, UnknownReference,
};

const OF_AVAILABILITY: &[Code] = &[UnknownReference, SubscriptionRequired, PlanLimit];

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
];
