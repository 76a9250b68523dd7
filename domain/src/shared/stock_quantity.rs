//! Quantities in stock: integer millionths of an item's base unit.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Multiplier;

/// How many decimals a quantity has.
const DECIMALS: usize = 6;

/// One base unit in millionths.
const UNIT: u64 = 1_000_000;

/// Millionths of a base unit: 125,000 is an eighth of a gram. Negative if more was taken than there
/// was.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(into = "i64", try_from = "i64")]
#[schemars(inline, extend("minimum" = -Self::MAX.0, "maximum" = Self::MAX.0))]
pub struct StockQuantity(i64);

/// Why something is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockQuantityError {
    /// The quantity does not fit between ±[`StockQuantity::MAX`].
    #[error("the quantity is larger than {}", StockQuantity::MAX)]
    TooLarge,
    /// The text is not a decimal number with at most six decimals.
    #[error("{text} is not a quantity")]
    Unreadable {
        /// The text.
        text: String,
    },
}

impl StockQuantity {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The largest quantity: a thousand tonnes in grams.
    pub const MAX: Self = Self(1_000_000_000_000_000);

    /// A quantity in millionths of a base unit.
    pub const fn try_from_millionths(millionths: i64) -> Result<Self, StockQuantityError> {
        if millionths > Self::MAX.0 || millionths < -Self::MAX.0 {
            return Err(StockQuantityError::TooLarge);
        }
        Ok(Self(millionths))
    }

    /// The quantity in millionths of the base unit.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// Whether this is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether this is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The negated quantity.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// `self + other`.
    pub fn plus(self, other: Self) -> Result<Self, StockQuantityError> {
        Self::try_from_millionths(self.0 + other.0)
    }

    /// `self - other`.
    pub fn minus(self, other: Self) -> Result<Self, StockQuantityError> {
        self.plus(other.negated())
    }

    /// `self - other`, or the nearest quantity that is in range.
    #[must_use]
    pub fn saturating_minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).clamp(-Self::MAX.0, Self::MAX.0))
    }

    /// `self × factor`.
    pub fn times(self, factor: u32) -> Result<Self, StockQuantityError> {
        let product = self.0.checked_mul(i64::from(factor));
        Self::try_from_millionths(product.ok_or(StockQuantityError::TooLarge)?)
    }

    /// `self × factor × multiplier`, rounded once, half up (away from zero), to millionths.
    pub fn scaled(self, factor: u32, multiplier: Multiplier) -> Result<Self, StockQuantityError> {
        const WHOLE: i128 = 1_000_000;
        let product = i128::from(self.0) * i128::from(factor) * i128::from(multiplier.millionths());
        let rounded = (product.abs() + WHOLE / 2) / WHOLE * product.signum();
        let millionths = i64::try_from(rounded).map_err(|_| StockQuantityError::TooLarge)?;
        Self::try_from_millionths(millionths)
    }
}

impl From<StockQuantity> for i64 {
    fn from(quantity: StockQuantity) -> Self {
        quantity.0
    }
}

impl TryFrom<i64> for StockQuantity {
    type Error = StockQuantityError;

    fn try_from(millionths: i64) -> Result<Self, Self::Error> {
        Self::try_from_millionths(millionths)
    }
}

impl FromStr for StockQuantity {
    type Err = StockQuantityError;

    /// Reads `0.125`; more than six decimals are refused, not rounded.
    fn from_str(text: &str) -> Result<Self, StockQuantityError> {
        let unreadable = || StockQuantityError::Unreadable { text: text.to_owned() };
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || fraction.len() > DECIMALS
            || digits.ends_with('.')
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return Err(unreadable());
        }
        let millionths: i64 = format!("{whole}{fraction:0<DECIMALS$}")
            .parse()
            .map_err(|_| StockQuantityError::TooLarge)?;
        Self::try_from_millionths(if negative { -millionths } else { millionths })
    }
}

impl fmt::Display for StockQuantity {
    /// With as few decimals as are exact: `0.125`, `3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / UNIT, self.0.unsigned_abs() % UNIT);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{fraction:0>DECIMALS$}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantity(text: &str) -> StockQuantity {
        text.parse().unwrap()
    }

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        assert_eq!(quantity("0.125").millionths(), 125_000);
        assert_eq!(quantity("-3").millionths(), -3_000_000);
        assert_eq!(quantity("00.000001").millionths(), 1);
        for text in ["", ".", "1.", ".5", "0.1234567", "1e3", "1,5", "--1", "+1", " 1", "٣"] {
            let unreadable = StockQuantityError::Unreadable { text: text.to_owned() };
            assert_eq!(text.parse::<StockQuantity>(), Err(unreadable));
        }
    }

    #[test]
    fn what_a_recipe_multiplies_is_rounded_once() {
        let scaled = |text, pieces, times: &str| {
            quantity(text).scaled(pieces, times.parse().unwrap()).map(StockQuantity::millionths)
        };
        assert_eq!(scaled("250", 2, "1.5"), Ok(750_000_000));
        assert_eq!(scaled("0.000001", 1, "0.5"), Ok(1), "half up");
        assert_eq!(scaled("0.000001", 3, "0.5"), Ok(2), "1.5, not three times 1");
        assert_eq!(scaled("-0.000001", 1, "0.5"), Ok(-1), "away from zero");
        assert_eq!(scaled("1000000000", 1, "1.000001"), Err(StockQuantityError::TooLarge));
        assert_eq!(scaled("1000000000", u32::MAX, "1000"), Err(StockQuantityError::TooLarge));
    }

    #[test]
    fn more_than_a_thousand_tonnes_is_refused() {
        assert_eq!(quantity("1000000000"), StockQuantity::MAX);
        assert_eq!(quantity("-1000000000"), StockQuantity::MAX.negated());
        let too_large = Err(StockQuantityError::TooLarge);
        assert_eq!("1000000000.000001".parse::<StockQuantity>(), too_large);
        assert_eq!("99999999999999999999".parse::<StockQuantity>(), too_large);
        assert_eq!(StockQuantity::MAX.plus(quantity("0.000001")), too_large);
        assert_eq!(StockQuantity::MAX.negated().minus(quantity("1")), too_large);
        assert_eq!(StockQuantity::MAX.times(u32::MAX), too_large);
        assert!(serde_json::from_str::<StockQuantity>("1000000000000001").is_err());
    }

    proptest! {
        #[test]
        fn text_and_millionths_are_two_forms_of_one_value(
            millionths in -StockQuantity::MAX.0..=StockQuantity::MAX.0,
        ) {
            let quantity = StockQuantity::try_from_millionths(millionths).unwrap();
            prop_assert_eq!(quantity.to_string().parse::<StockQuantity>(), Ok(quantity));
            let json = serde_json::to_string(&quantity).unwrap();
            prop_assert_eq!(json, millionths.to_string());
        }
    }
}
