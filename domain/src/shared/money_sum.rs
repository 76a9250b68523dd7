//! Sums of amounts, without the bound of an amount.

use std::fmt;

use super::money::{Currency, Money, major};

/// A sum of amounts of one currency. Unlike [`Money`] it can be larger than the integers that JavaScript
/// represents exactly, so it is written as a decimal string.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MoneySum {
    amount: i128,
    currency: Currency,
}

impl MoneySum {
    /// `amount` minor units of `currency`.
    pub const fn new(amount: i128, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The sum in minor units.
    pub const fn amount(self) -> i128 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum in major units with all its decimals, `20.75`.
    pub fn to_major(self) -> String {
        major(self.amount, self.currency)
    }
}

impl From<Money> for MoneySum {
    fn from(money: Money) -> Self {
        Self { amount: money.amount().into(), currency: money.currency() }
    }
}

impl fmt::Debug for MoneySum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for MoneySum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_major(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::money::AMOUNT_MAX;

    #[test]
    fn a_sum_goes_on_where_an_amount_ends() {
        let most = Money::try_new(AMOUNT_MAX, Currency::USD).unwrap();
        let sum = MoneySum::new(MoneySum::from(most).amount() * 3, Currency::USD);
        assert_eq!(sum.to_string(), "270215977642229.73 USD");
        assert_eq!(MoneySum::new(-5, Currency::USD).to_major(), "-0.05");
    }
}
