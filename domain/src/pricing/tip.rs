//! The suggested tip (MONEY 12). It stands beside the order and is part of no total.

use std::num::NonZeroU32;

use super::Priced;
use crate::shared::{Money, MoneyError, Rate};

/// The highest rate that may be suggested, 10 %: Ley 1935 of 2018.
pub const SUGGESTED_TIP_MAX: Rate = match Rate::try_from_millionths(100_000) {
    Ok(rate) => rate,
    Err(_) => Rate::ZERO,
};

/// Why no tip is suggested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TipError {
    /// The rate is above [`SUGGESTED_TIP_MAX`].
    #[error("a tip of {rate} may not be suggested, at most {SUGGESTED_TIP_MAX}")]
    Rate {
        /// The rate.
        rate: Rate,
    },
    /// The amount is out of range.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}

impl Priced {
    /// The tip to suggest: `rate` of the lines without any tax and without service charge, rounded
    /// down to whole steps of so many minor units.
    pub fn suggested_tip(&self, rate: Rate, step: NonZeroU32) -> Result<Money, TipError> {
        if rate > SUGGESTED_TIP_MAX {
            return Err(TipError::Rate { rate });
        }
        Ok(self.amounts.base.at_rate_down_to(rate, step)?)
    }
}
