//! Money: an integer of minor units with its currency. Only this module rounds and spreads amounts.

mod iso_4217;
mod spread;

use std::fmt;
use std::num::NonZeroI64;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use iso_4217::MINOR_UNITS;

/// The largest amount, in minor units: the largest integer that JavaScript represents exactly.
pub const AMOUNT_MAX: i64 = (1 << 53) - 1;

/// The largest price of one piece, in minor units. A larger one is a typing error in any currency.
pub const PRICE_MAX: i64 = 1_000_000_000_000;

/// The largest total of an order, amount handed over, or cost of a line of a goods receipt, in minor units.
pub const ORDER_MAX: i64 = 10_000_000_000_000;

/// A currency by its ISO 4217 code, with the number of decimals of its minor unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(into = "&'static str")]
#[schemars(inline, extend("pattern" = "^[A-Z]{3}$"))]
pub struct Currency {
    code: &'static str,
    decimals: u8,
}

impl Currency {
    /// Colombian peso. ISO 4217 gives it two decimals, although trade uses none.
    pub const COP: Self = Self { code: "COP", decimals: 2 };
    /// United States dollar.
    pub const USD: Self = Self { code: "USD", decimals: 2 };

    /// Currencies that a branch can trade in: all of ISO 4217 that have a minor unit, in the order of their
    /// codes.
    pub const ALL: [Self; MINOR_UNITS.len()] = {
        let mut all = [Self::COP; MINOR_UNITS.len()];
        let mut place = 0;
        while place < all.len() {
            let (code, decimals) = MINOR_UNITS[place];
            all[place] = Self { code, decimals };
            place += 1;
        }
        all
    };

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimals the minor unit stands for.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl From<Currency> for &'static str {
    fn from(currency: Currency) -> Self {
        currency.code
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        static ALL: [Currency; MINOR_UNITS.len()] = Currency::ALL;
        ALL.binary_search_by(|currency| currency.code.cmp(code))
            .map(|place| ALL[place])
            .map_err(|_| MoneyError::UnknownCurrency { code: code.to_owned() })
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a calculation with money fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amount is out of range: beyond ±[`AMOUNT_MAX`], or beyond a narrower limit of its use.
    #[error("the amount is too large")]
    TooLarge,
    /// The amounts are in different currencies.
    #[error("{left} and {right} do not mix")]
    MixedCurrencies {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },
    /// FastOps does not support this currency.
    #[error("{code} is not a supported currency")]
    UnknownCurrency {
        /// The code.
        code: String,
    },
    /// The text is not a decimal number with at most the currency's decimals.
    #[error("{text} is not an amount in {currency}")]
    Unreadable {
        /// The text.
        text: String,
        /// The currency of the amount.
        currency: Currency,
    },
}

/// An amount of money; negative if owed or returned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked")]
pub struct Money {
    /// In minor units of the currency.
    #[schemars(range(min = -AMOUNT_MAX, max = AMOUNT_MAX))]
    amount: i64,
    /// Its ISO 4217 code.
    currency: Currency,
}

#[derive(Deserialize, JsonSchema)]
struct Unchecked {
    amount: i64,
    currency: Currency,
}

impl TryFrom<Unchecked> for Money {
    type Error = MoneyError;

    fn try_from(raw: Unchecked) -> Result<Self, MoneyError> {
        Self::try_new(raw.amount, raw.currency)
    }
}

impl Money {
    /// `amount` minor units of `currency`.
    pub const fn try_new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if amount > AMOUNT_MAX || amount < -AMOUNT_MAX {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { amount, currency })
    }

    /// `amount` minor units of `currency`, or the nearest amount that is in range.
    pub fn saturating(amount: i128, currency: Currency) -> Self {
        let max = i128::from(AMOUNT_MAX);
        let amount = i64::try_from(amount.clamp(-max, max)).expect("an amount fits in 64 bits");
        Self { amount, currency }
    }

    /// Zero, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// Reads major units such as `20.75`. More decimals than the currency has are refused, not
    /// rounded.
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let unreadable = || MoneyError::Unreadable { text: text.to_owned(), currency };
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let decimals = usize::from(currency.decimals);
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || fraction.len() > decimals
            || digits.ends_with('.')
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return Err(unreadable());
        }
        let minor = format!("{whole}{fraction:0<decimals$}");
        let amount: i64 = minor.parse().map_err(|_| MoneyError::TooLarge)?;
        Self::try_new(if negative { -amount } else { amount }, currency)
    }

    /// The amount in minor units.
    pub const fn amount(self) -> i64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether this is zero.
    pub const fn is_zero(self) -> bool {
        self.amount == 0
    }

    /// Whether this is above zero.
    pub const fn is_positive(self) -> bool {
        self.amount > 0
    }

    /// `self + other`.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// `self - other`.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    /// `self × factor`.
    pub fn times(self, factor: u32) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(i64::from(factor)).ok_or(MoneyError::TooLarge)?;
        Self::try_new(amount, self.currency)
    }

    /// `self × part ÷ whole`, rounded to the nearest minor unit, halves away from zero.
    pub fn share(self, part: i64, whole: NonZeroI64) -> Result<Self, MoneyError> {
        let product = i128::from(self.amount) * i128::from(part);
        let amount = i64::try_from(divided(product, whole)).map_err(|_| MoneyError::TooLarge)?;
        Self::try_new(amount, self.currency)
    }

    /// The sum of `amounts`; zero in `currency` when there are none.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// The amount in major units with all its decimals, `20.75`.
    pub fn to_major(self) -> String {
        major(self.amount.into(), self.currency)
    }

    fn with(
        self,
        other: Self,
        calculate: impl FnOnce(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies { left: self.currency, right: other.currency });
        }
        let amount = calculate(self.amount, other.amount).ok_or(MoneyError::TooLarge)?;
        Self::try_new(amount, self.currency)
    }
}

/// Minor units of `currency` written in major units, with all decimals of the currency.
pub(super) fn major(amount: i128, currency: Currency) -> String {
    let decimals = usize::from(currency.decimals);
    let sign = if amount < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// `product ÷ whole`, rounded to the nearest integer, halves away from zero.
pub(crate) fn divided(product: i128, whole: NonZeroI64) -> i128 {
    let whole = i128::from(whole.get());
    let rounded = (product.abs() * 2 + whole.abs()) / (whole.abs() * 2);
    rounded * product.signum() * whole.signum()
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_major(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLP: Currency = Currency { code: "CLP", decimals: 0 };

    fn usd(amount: i64) -> Money {
        Money::try_new(amount, Currency::USD).unwrap()
    }

    #[test]
    fn major_units_are_read_exactly_or_not_at_all() {
        assert_eq!(Money::parse_major("20.75", Currency::USD), Ok(usd(2_075)));
        assert_eq!(Money::parse_major("20.5", Currency::USD), Ok(usd(2_050)));
        assert_eq!(Money::parse_major("-3", Currency::USD), Ok(usd(-300)));
        for text in ["", ".", "1.", ".5", "1.234", "1e3", "1,50", "--1", "+1", " 1"] {
            assert!(
                matches!(
                    Money::parse_major(text, Currency::USD),
                    Err(MoneyError::Unreadable { .. })
                ),
                "{text:?} was read"
            );
        }
        assert!(Money::parse_major("10.5", CLP).is_err());
        assert_eq!(
            Money::parse_major("99999999999999999999", Currency::USD),
            Err(MoneyError::TooLarge)
        );
    }

    #[test]
    fn every_currency_is_found_by_its_code_and_has_its_minor_unit() {
        for currency in Currency::ALL {
            assert_eq!(currency.code.parse(), Ok(currency));
            assert!(currency.code.len() == 3 && currency.decimals <= 4, "{currency}");
        }
        let decimals = |code: &str| code.parse().map(Currency::decimals);
        for (code, expected) in [("COP", 2), ("CLP", 0), ("JPY", 0), ("KWD", 3), ("CLF", 4)] {
            assert_eq!(decimals(code), Ok(expected), "{code}");
        }
        for none in ["", "COPX", "cop", "XAU", "XTS", "XXX"] {
            assert!(decimals(none).is_err(), "{none}");
        }
        assert_eq!(["COP".parse(), "USD".parse()], [Ok(Currency::COP), Ok(Currency::USD)]);
    }

    #[test]
    fn currencies_do_not_mix() {
        let pesos = Money::zero(Currency::COP);
        assert_eq!(
            usd(1).plus(pesos),
            Err(MoneyError::MixedCurrencies { left: Currency::USD, right: Currency::COP })
        );
    }

    #[test]
    fn amounts_that_javascript_cannot_read_are_refused() {
        assert_eq!(usd(AMOUNT_MAX).plus(usd(1)), Err(MoneyError::TooLarge));
        assert_eq!(usd(AMOUNT_MAX).times(u32::MAX), Err(MoneyError::TooLarge));
        assert!(
            serde_json::from_str::<Money>(r#"{"amount":9007199254740992,"currency":"USD"}"#)
                .is_err()
        );
    }

    #[test]
    fn a_share_is_rounded_to_the_nearest_minor_unit() {
        let share = |amount, part, whole| {
            usd(amount).share(part, NonZeroI64::new(whole).unwrap()).map(Money::amount)
        };
        assert_eq!(share(100, 1, 3), Ok(33));
        assert_eq!(share(100, 2, 3), Ok(67));
        assert_eq!(share(1, 1, 2), Ok(1));
        assert_eq!(share(-1, 1, 2), Ok(-1));
        assert_eq!(share(1, -1, 2), Ok(-1));
        assert_eq!(share(-100, 1, -3), Ok(33));
        assert_eq!(share(AMOUNT_MAX, i64::MAX, i64::MAX), Ok(AMOUNT_MAX));
        assert_eq!(share(AMOUNT_MAX, 2, 1), Err(MoneyError::TooLarge));
        assert_eq!(share(AMOUNT_MAX, i64::MAX, 1), Err(MoneyError::TooLarge));
    }

    proptest! {
        #[test]
        fn text_and_amount_are_two_forms_of_one_value(
            amount in -AMOUNT_MAX..=AMOUNT_MAX,
            which in 0..Currency::ALL.len(),
        ) {
            let money = Money::try_new(amount, Currency::ALL[which]).unwrap();
            prop_assert_eq!(Money::parse_major(&money.to_major(), money.currency()), Ok(money));
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }

        #[test]
        fn a_sum_does_not_depend_on_its_order(
            mut amounts in prop::collection::vec(-1_000_000_i64..1_000_000, 0..50),
        ) {
            let total = |amounts: &[i64]| Money::sum(Currency::USD, amounts.iter().map(|a| usd(*a)));
            let forwards = total(&amounts);
            amounts.reverse();
            prop_assert_eq!(total(&amounts), forwards);
        }

        #[test]
        fn taking_away_what_was_added_leaves_no_drift(a in -1_000_000_000_i64..1_000_000_000, b in -1_000_000_000_i64..1_000_000_000) {
            prop_assert_eq!(usd(a).plus(usd(b)).unwrap().minus(usd(b)), Ok(usd(a)));
        }

        #[test]
        fn multiplying_is_repeated_addition(amount in 0_i64..100_000, factor in 0_u32..100) {
            let added = Money::sum(Currency::USD, (0..factor).map(|_| usd(amount)));
            prop_assert_eq!(usd(amount).times(factor), added);
        }
    }
}
