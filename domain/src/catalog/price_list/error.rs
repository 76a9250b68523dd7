//! Why a command to a price list is refused.

use super::{ENTRIES_MAX, Subject};
use crate::shared::PriceListId;
use crate::shared::money::PRICE_MAX;

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The list was drafted before.
    #[error("the price list exists already")]
    AlreadyDrafted,
    /// There is no such list.
    #[error("there is no such price list")]
    Unknown,
    /// The list has no prices, or too many.
    #[error("a price list has 1 to {ENTRIES_MAX} prices, not {given}")]
    EntryCount {
        /// How many were given.
        given: usize,
    },
    /// A price is below zero, or above [`PRICE_MAX`].
    #[error("price {index} is not between 0 and {PRICE_MAX} minor units")]
    PriceOutOfRange {
        /// The index of the price, from 0.
        index: usize,
    },
    /// The prices are in more than one currency.
    #[error("price {index} has another currency than the first")]
    MixedCurrencies {
        /// The index of the price, from 0.
        index: usize,
    },
    /// A variant or modifier has two prices.
    #[error("price {index} is for what an earlier one is for")]
    EntryRepeated {
        /// The index of the later price, from 0.
        index: usize,
    },
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The company has no such channel in use.
    #[error("there is no such channel")]
    UnknownChannel,
    /// The menu has no such variant or modifier.
    #[error("price {index} is for nothing that is in the menu")]
    UnknownSubject {
        /// The index of the price, from 0.
        index: usize,
    },
    /// The prices are in another currency than the list's branch trades in.
    #[error("price {index} has another currency than the branch trades in")]
    ForeignCurrency {
        /// The index of the price, from 0.
        index: usize,
    },
    /// Another published list of the same precedence could price the same thing at one moment.
    #[error("the price list ties with {with}")]
    Tie {
        /// The other list.
        with: PriceListId,
        /// What both have a price for.
        subject: Subject,
    },
}
