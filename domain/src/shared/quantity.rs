//! The number of pieces on a line of an order.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whole pieces of a product on one line of an order, from 1 to [`Quantity::MAX`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "u32", try_from = "u32")]
#[schemars(inline, extend("minimum" = 1, "maximum" = Self::MAX))]
pub struct Quantity(u32);

/// The number is not between 1 and [`Quantity::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is between 1 and {}, not {given}", Quantity::MAX)]
pub struct QuantityOutOfRange {
    /// The number.
    pub given: u32,
}

impl Quantity {
    /// The most pieces of one line; more is assumed to be a typing error.
    pub const MAX: u32 = 1_000;

    /// One piece.
    pub const ONE: Self = Self(1);

    /// `pieces` pieces.
    pub const fn try_new(pieces: u32) -> Result<Self, QuantityOutOfRange> {
        if pieces == 0 || pieces > Self::MAX {
            return Err(QuantityOutOfRange { given: pieces });
        }
        Ok(Self(pieces))
    }

    /// The number of pieces.
    pub const fn pieces(self) -> u32 {
        self.0
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = QuantityOutOfRange;

    fn try_from(pieces: u32) -> Result<Self, Self::Error> {
        Self::try_new(pieces)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_absurd_amounts_are_not_quantities() {
        assert_eq!(Quantity::try_new(0), Err(QuantityOutOfRange { given: 0 }));
        assert_eq!(Quantity::try_new(1_000).map(Quantity::pieces), Ok(1_000));
        assert_eq!(Quantity::try_new(1_001), Err(QuantityOutOfRange { given: 1_001 }));
        assert!(serde_json::from_str::<Quantity>("0").is_err());
    }
}
