//! A part of an amount: a tax rate, a percentage of discount.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part in millionths, from nothing to the whole: 80,000 is 8 %.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "u32", try_from = "u32")]
#[schemars(inline, extend("minimum" = 0, "maximum" = Self::WHOLE.0))]
pub struct Rate(u32);

/// The number is above [`Rate::WHOLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is at most {}, not {given}", Rate::WHOLE.0)]
pub struct RateOutOfRange {
    /// The number of millionths.
    pub given: u32,
}

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// 100 %.
    pub const WHOLE: Self = Self(1_000_000);

    /// A rate of so many millionths.
    pub const fn try_from_millionths(millionths: u32) -> Result<Self, RateOutOfRange> {
        if millionths > Self::WHOLE.0 {
            return Err(RateOutOfRange { given: millionths });
        }
        Ok(Self(millionths))
    }

    /// The rate in millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl From<Rate> for u32 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl TryFrom<u32> for Rate {
    type Error = RateOutOfRange;

    fn try_from(millionths: u32) -> Result<Self, RateOutOfRange> {
        Self::try_from_millionths(millionths)
    }
}

impl fmt::Display for Rate {
    /// As a percentage: `8%`, `2.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 10_000, self.0 % 10_000);
        let decimals = format!("{fraction:04}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{whole}%"),
            decimals => write!(f, "{whole}.{decimals}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_part_of_the_whole() {
        assert_eq!(Rate::try_from_millionths(1_000_000), Ok(Rate::WHOLE));
        assert_eq!(Rate::try_from_millionths(1_000_001), Err(RateOutOfRange { given: 1_000_001 }));
        assert!(serde_json::from_str::<Rate>("1000001").is_err());
    }

    #[test]
    fn a_rate_is_shown_as_a_percentage() {
        let shown = |millionths| Rate::try_from_millionths(millionths).unwrap().to_string();
        assert_eq!([0, 80_000, 25_000, 1].map(shown), ["0%", "8%", "2.5%", "0.0001%"]);
    }
}
