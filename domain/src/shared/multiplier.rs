//! How many times a recipe is taken.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StockQuantity;

/// A factor in millionths, above zero: 1,500,000 is one and a half times.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "u32", try_from = "u32")]
#[schemars(inline, extend("minimum" = 1, "maximum" = Self::MAX.0))]
pub struct Multiplier(u32);

/// The factor is not above zero and at most [`Multiplier::MAX`], or not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a multiplier is a decimal number above 0 and at most {}", Multiplier::MAX)]
pub struct MultiplierError;

impl Multiplier {
    /// The largest factor: a thousand times.
    pub const MAX: Self = Self(1_000_000_000);

    /// A factor of so many millionths.
    pub const fn try_from_millionths(millionths: u32) -> Result<Self, MultiplierError> {
        if millionths == 0 || millionths > Self::MAX.0 {
            return Err(MultiplierError);
        }
        Ok(Self(millionths))
    }

    /// The factor in millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl From<Multiplier> for u32 {
    fn from(multiplier: Multiplier) -> Self {
        multiplier.0
    }
}

impl TryFrom<u32> for Multiplier {
    type Error = MultiplierError;

    fn try_from(millionths: u32) -> Result<Self, MultiplierError> {
        Self::try_from_millionths(millionths)
    }
}

impl FromStr for Multiplier {
    type Err = MultiplierError;

    /// Reads `1.5`; more than six decimals are refused, not rounded.
    fn from_str(text: &str) -> Result<Self, MultiplierError> {
        let number: StockQuantity = text.parse().map_err(|_| MultiplierError)?;
        let millionths = u32::try_from(number.millionths()).map_err(|_| MultiplierError)?;
        Self::try_from_millionths(millionths)
    }
}

impl fmt::Display for Multiplier {
    /// With as few decimals as are exact: `1.5`, `2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = StockQuantity::try_from_millionths(self.0.into());
        number.map_err(|_| fmt::Error)?.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplier_is_a_decimal_number_above_zero() {
        let read = |text: &str| text.parse().map(Multiplier::millionths);
        assert_eq!(read("1.5"), Ok(1_500_000));
        assert_eq!(read("1000"), Ok(1_000_000_000));
        for text in ["0", "-1", "1000.000001", "1.0000001", "", "dos"] {
            assert_eq!(read(text), Err(MultiplierError), "{text:?}");
        }
        assert_eq!("01.50".parse::<Multiplier>().unwrap().to_string(), "1.5");
        assert!(serde_json::from_str::<Multiplier>("0").is_err());
    }
}
