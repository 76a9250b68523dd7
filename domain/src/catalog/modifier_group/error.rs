//! Why a command to a modifier group is refused.

use super::{CHOICES_MAX, INGREDIENTS_MAX, Limits, MODIFIERS_MAX};
use crate::shared::money::PRICE_MAX;

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The group was added before.
    #[error("the modifier group exists already")]
    AlreadyAdded,
    /// There is no such group, or it was removed.
    #[error("there is no such modifier group")]
    Unknown,
    /// The request keeps a modifier that the group does not have.
    #[error("modifier {index} is not one of this group")]
    UnknownModifier {
        /// The index of the modifier, from 0.
        index: usize,
    },
    /// The group has no modifiers, or too many.
    #[error("a group has 1 to {MODIFIERS_MAX} modifiers, not {given}")]
    ModifierCount {
        /// How many were given.
        given: usize,
    },
    /// The limits contradict themselves or the modifiers.
    #[error("the limits contradict themselves or what can be chosen")]
    Limits {
        /// The limits.
        limits: Limits,
    },
    /// The defaults are not a choice that the limits allow.
    #[error("{given} modifiers are chosen by default, which the limits do not allow")]
    Defaults {
        /// How many are chosen by default.
        given: u32,
    },
    /// Two modifiers have the same name or id.
    #[error("modifier {index} repeats the name or id of an earlier one")]
    ModifierRepeated {
        /// The index of the later modifier, from 0.
        index: usize,
    },
    /// A price is below zero, or above [`PRICE_MAX`].
    #[error("modifier {index} has no price between 0 and {PRICE_MAX} minor units")]
    PriceOutOfRange {
        /// The index of the modifier, from 0.
        index: usize,
    },
    /// The modifiers are priced in more than one currency.
    #[error("modifier {index} has another currency than the first")]
    MixedCurrencies {
        /// The index of the modifier, from 0.
        index: usize,
    },
    /// A modifier cannot be chosen, or is chosen by default more often than it can be.
    #[error("modifier {index} is chosen 1 to {CHOICES_MAX} times, by default at most as often")]
    Quantity {
        /// The index of the modifier, from 0.
        index: usize,
    },
    /// A modifier has too many ingredients.
    #[error("modifier {index} has at most {INGREDIENTS_MAX} ingredients, not {given}")]
    IngredientCount {
        /// The index of the modifier, from 0.
        index: usize,
        /// How many were given.
        given: usize,
    },
    /// An ingredient is listed twice, or its quantity is not above zero.
    #[error("ingredient {ingredient} of modifier {index} is repeated or has no quantity")]
    Ingredient {
        /// The index of the modifier, from 0.
        index: usize,
        /// The index of the ingredient, from 0.
        ingredient: usize,
    },
    /// A modifier takes something that the company does not keep in stock.
    #[error("ingredient {ingredient} of modifier {index} is no stock item")]
    UnknownItem {
        /// The index of the modifier, from 0.
        index: usize,
        /// The index of the ingredient, from 0.
        ingredient: usize,
    },
    /// A modifier asks a group that the company does not have in its menu.
    #[error("modifier {index} asks an unknown group")]
    UnknownNested {
        /// The index of the modifier, from 0.
        index: usize,
    },
    /// A modifier asks a group that asks a further one, or its own group, or is one of a group that is
    /// asked itself.
    #[error("modifier {index} asks a group, which is one level too many")]
    NestedTooDeep {
        /// The index of the modifier, from 0.
        index: usize,
    },
    /// A modifier of another group is to ask this one, which asks a further one.
    #[error("a group that asks a further one is asked by no modifier")]
    AsksItself,
}
