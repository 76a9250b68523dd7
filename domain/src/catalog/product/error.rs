//! Why a command to a product is refused.

use super::{LANGUAGES_MAX, PREPARATION_MINUTES_MAX, SEARCH_WORDS_MAX, VARIANTS_MAX};
use crate::catalog::combo;
use crate::shared::money::PRICE_MAX;
use crate::shared::{BranchId, LanguageTag};

/// The most modifier groups that a product can offer.
pub const GROUPS_MAX: usize = 30;
/// The most branches in which a product can be made at a station.
pub const STATIONS_MAX: usize = 500;

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The product was added before.
    #[error("the product is in the menu already")]
    AlreadyAdded,
    /// There is no such product, or it was removed.
    #[error("there is no such product")]
    Unknown,
    /// The company has no such category, or it was removed.
    #[error("there is no such category")]
    UnknownCategory,
    /// The request keeps a variant that the product does not have.
    #[error("variant {index} is not one of this product")]
    UnknownVariant {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// The product has no variants, or too many.
    #[error("a product has 1 to {VARIANTS_MAX} variants, not {given}")]
    VariantCount {
        /// How many were given.
        given: usize,
    },
    /// A price must be above zero.
    #[error("variant {index} has no price above zero")]
    PriceNotPositive {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// A price must be at most [`PRICE_MAX`].
    #[error("variant {index} costs more than {PRICE_MAX} minor units")]
    PriceTooHigh {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// Two variants have the same name or id.
    #[error("variant {index} repeats the name or id of an earlier one")]
    VariantRepeated {
        /// The index of the later variant, from 0.
        index: usize,
    },
    /// The variants are priced in more than one currency.
    #[error("variant {index} has another currency than the first")]
    MixedCurrencies {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// Two variants have the same stock keeping unit.
    #[error("variant {index} repeats the stock keeping unit of an earlier one")]
    SkuRepeated {
        /// The index of the later variant, from 0.
        index: usize,
    },
    /// Two variants have the same barcode.
    #[error("variant {index} repeats the barcode of an earlier one")]
    BarcodeRepeated {
        /// The index of the later variant, from 0.
        index: usize,
    },
    /// Every variant multiplies a recipe, so there is none to multiply.
    #[error("every variant multiplies the recipe of another one")]
    NoBaseVariant,
    /// An item cannot become a combo, nor a combo an item.
    #[error("an item stays an item, and a combo a combo")]
    KindChanged,
    /// The combo cannot be chosen.
    #[error(transparent)]
    Combo(#[from] combo::Error),
    /// An upcharge of the combo is in another currency than its price.
    #[error("option {option} of slot {slot} has another currency than the combo")]
    UpchargeCurrency {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the option, from 0.
        option: usize,
    },
    /// An option is no variant of an item of the menu.
    #[error("option {option} of slot {slot} is no variant of an item of the menu")]
    UnknownOption {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the option, from 0.
        option: usize,
    },
    /// An option is priced in another currency than the combo.
    #[error("option {option} of slot {slot} is sold in another currency than the combo")]
    OptionCurrency {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the option, from 0.
        option: usize,
    },
    /// The product offers too many groups.
    #[error("a product offers at most {GROUPS_MAX} groups, not {given}")]
    GroupCount {
        /// How many were given.
        given: usize,
    },
    /// A group is offered twice.
    #[error("group {index} repeats an earlier one")]
    GroupRepeated {
        /// The index of the later group, from 0.
        index: usize,
    },
    /// The company has no such group.
    #[error("group {index} is unknown")]
    UnknownGroup {
        /// The index of the group, from 0.
        index: usize,
    },
    /// The group with what the product changes of it contradicts itself: its limits or defaults the
    /// modifiers that are left, or a price is below zero or too high.
    #[error("group {index} cannot be chosen as the product offers it")]
    GroupOverride {
        /// The index of the group, from 0.
        index: usize,
    },
    /// A group is priced in another currency than the product.
    #[error("group {index} has another currency than the product")]
    GroupCurrency {
        /// The index of the group, from 0.
        index: usize,
    },
    /// The product is made in too many branches.
    #[error("a product is made in at most {STATIONS_MAX} branches, not {given}")]
    StationCount {
        /// How many were given.
        given: usize,
    },
    /// The branch has no such station, or it is closed.
    #[error("there is no such station in branch {branch}")]
    UnknownStation {
        /// The branch.
        branch: BranchId,
    },
    /// Making it takes no time, or too much.
    #[error("making a product takes 1 to {PREPARATION_MINUTES_MAX} minutes, not {given}")]
    PreparationMinutes {
        /// How many were given.
        given: u16,
    },
    /// It is described in too many languages.
    #[error("a product is described in at most {LANGUAGES_MAX} languages, not {given}")]
    LanguageCount {
        /// How many were given.
        given: usize,
    },
    /// It has too many search words in a language, or one of them twice.
    #[error("a product has at most {SEARCH_WORDS_MAX} search words in {language}, each once")]
    SearchWords {
        /// The language.
        language: LanguageTag,
    },
}
