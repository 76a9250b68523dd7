//! When a supplier's invoice is due.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whole days from the date of an invoice until it is due, from 0 to [`PaymentTerms::DAYS_MAX`]. Zero days are
/// payment on receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u16", try_from = "u16")]
#[schemars(inline, extend("minimum" = 0, "maximum" = Self::DAYS_MAX))]
pub struct PaymentTerms(u16);

/// There are more than [`PaymentTerms::DAYS_MAX`] days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("payment terms have at most {} days, not {given}", PaymentTerms::DAYS_MAX)]
pub struct PaymentTermsTooLong {
    /// The days.
    pub given: u16,
}

impl PaymentTerms {
    /// The longest terms: a year.
    pub const DAYS_MAX: u16 = 365;

    /// Terms of so many days.
    pub const fn try_new(days: u16) -> Result<Self, PaymentTermsTooLong> {
        if days > Self::DAYS_MAX {
            return Err(PaymentTermsTooLong { given: days });
        }
        Ok(Self(days))
    }

    /// The days until an invoice is due.
    pub const fn days(self) -> u16 {
        self.0
    }
}

impl From<PaymentTerms> for u16 {
    fn from(terms: PaymentTerms) -> Self {
        terms.0
    }
}

impl TryFrom<u16> for PaymentTerms {
    type Error = PaymentTermsTooLong;

    fn try_from(days: u16) -> Result<Self, Self::Error> {
        Self::try_new(days)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terms_end_with_a_year() {
        assert_eq!(PaymentTerms::try_new(365).map(PaymentTerms::days), Ok(365));
        assert_eq!(PaymentTerms::try_new(366), Err(PaymentTermsTooLong { given: 366 }));
    }

    proptest! {
        #[test]
        fn days_are_read_exactly_if_they_are_those_of_a_year_or_less(days in 0_u16..800) {
            let read: Result<PaymentTerms, _> = serde_json::from_str(&days.to_string());
            prop_assert_eq!(read.ok().map(PaymentTerms::days), (days <= 365).then_some(days));
        }
    }
}
