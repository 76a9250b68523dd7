//! The balance of one item: its quantity and value, at weighted average cost in integers.
//!
//! The unit cost is never stored. An issue takes its share of the value, and the last one takes the
//! rest, so value and quantity reach zero together.

use std::num::NonZeroI64;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shared::money::divided;
use crate::shared::{Currency, Money, MoneyError, StockQuantity, StockQuantityError};

/// How many decimals of the major unit a displayed unit cost has.
const UNIT_COST_DECIMALS: u32 = 6;

/// A quantity and its value. Both are below zero after more was issued than there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// The quantity.
    pub quantity: StockQuantity,
    /// The value.
    pub value: Money,
}

/// The cost of a quantity above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// The total cost.
    pub cost: Money,
    /// The quantity.
    pub quantity: StockQuantity,
}

/// The result of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The balance after it.
    pub balance: Balance,
    /// What is added to the value so that goods issued before they came in are valued at what they
    /// cost.
    pub correction: Money,
}

/// The result of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumed {
    /// The balance after it.
    pub balance: Balance,
    /// The value of the goods issued.
    pub value: Money,
}

/// Why a balance cannot be calculated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BalanceError {
    /// A quantity is out of range.
    #[error(transparent)]
    Quantity(#[from] StockQuantityError),
    /// An amount is out of range, or the currencies differ.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Balance {
    /// Zero quantity, zero value.
    pub const fn nothing(currency: Currency) -> Self {
        Self { quantity: StockQuantity::ZERO, value: Money::zero(currency) }
    }

    /// The average cost of one base unit; none if the quantity is not above zero.
    pub fn rate(self) -> Option<Rate> {
        self.quantity.is_positive().then_some(Rate { cost: self.value, quantity: self.quantity })
    }

    /// The cost of one base unit in major units, for display: `0.0045`.
    pub fn unit_cost(self) -> Option<String> {
        let Rate { cost, quantity } = self.rate()?;
        let quantity = NonZeroI64::new(quantity.millionths())?;
        let decimals = UNIT_COST_DECIMALS - u32::from(cost.currency().decimals());
        // Millionths of a major unit per base unit: the millionths of the quantity are the first factor.
        let scaled = i128::from(cost.amount()) * 1_000_000 * 10_i128.pow(decimals);
        let millionths = divided(scaled, quantity);
        let (whole, fraction) = (millionths / 1_000_000, millionths % 1_000_000);
        let decimals = format!("{fraction:06}");
        let decimals = decimals.trim_end_matches('0');
        Some(if decimals.is_empty() { whole.to_string() } else { format!("{whole}.{decimals}") })
    }

    /// Receives `quantity`, which is above zero, for `cost`.
    ///
    /// The part that covers a quantity below zero was issued at an estimated cost. The difference
    /// from its actual cost is the correction.
    pub fn receive(self, quantity: StockQuantity, cost: Money) -> Result<Received, BalanceError> {
        let short = self.quantity.min(StockQuantity::ZERO).negated();
        let covered = short.min(quantity);
        let booked = Money::zero(cost.currency()).minus(part(self.value, covered, short)?)?;
        let correction = booked.minus(part(cost, covered, quantity)?)?;
        let balance = Self {
            quantity: self.quantity.plus(quantity)?,
            value: self.value.plus(cost)?.plus(correction)?,
        };
        Ok(Received { balance, correction })
    }

    /// Issues `quantity`, which is above zero: what there is at its average cost, the rest at the
    /// last known cost.
    ///
    /// It never fails: the stock that an order takes was accepted with the order, and the rate of a receipt
    /// must not stop it later. A value or quantity that would be out of range stays at the limit.
    #[must_use]
    pub fn consume(self, quantity: StockQuantity, last_known: Option<Rate>) -> Consumed {
        let on_hand = self.quantity.max(StockQuantity::ZERO);
        let taken = quantity.min(on_hand);
        let estimated = last_known
            .map_or(0, |rate| shared(rate.cost, quantity.saturating_minus(taken), rate.quantity));
        let currency = self.value.currency();
        let worth = Money::saturating(shared(self.value, taken, on_hand) + estimated, currency);
        let before = i128::from(self.value.amount());
        let left = Money::saturating(before - i128::from(worth.amount()), currency);
        let value = Money::saturating(before - i128::from(left.amount()), currency);
        let balance = Self { quantity: self.quantity.saturating_minus(quantity), value: left };
        Consumed { balance, value }
    }
}

/// The share of `value` that `quantity` has of `whole`, in minor units; zero if `whole` is zero.
fn shared(value: Money, quantity: StockQuantity, whole: StockQuantity) -> i128 {
    let product = i128::from(value.amount()) * i128::from(quantity.millionths());
    NonZeroI64::new(whole.millionths()).map_or(0, |whole| divided(product, whole))
}

/// The same share as an amount, if it is in range.
fn part(value: Money, quantity: StockQuantity, whole: StockQuantity) -> Result<Money, MoneyError> {
    let amount = i64::try_from(shared(value, quantity, whole)).map_err(|_| MoneyError::TooLarge)?;
    Money::try_new(amount, value.currency())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::money::AMOUNT_MAX;

    fn cents(amount: i64) -> Money {
        Money::try_new(amount, Currency::USD).unwrap()
    }

    fn quantity(text: &str) -> StockQuantity {
        text.parse().unwrap()
    }

    fn balance(text: &str, value: i64) -> Balance {
        Balance { quantity: quantity(text), value: cents(value) }
    }

    fn rate(cost: i64, text: &str) -> Rate {
        Rate { cost: cents(cost), quantity: quantity(text) }
    }

    #[test]
    fn what_comes_in_is_blended_with_what_is_there() {
        let Received { balance: after, correction } =
            balance("10", 1_000).receive(quantity("30"), cents(4_200)).unwrap();
        assert_eq!((after, correction), (balance("40", 5_200), cents(0)));
        assert_eq!(after.unit_cost().unwrap(), "1.3");
    }

    #[test]
    fn the_last_of_it_takes_the_rest_of_the_value() {
        let mut left = balance("3", 100);
        let mut values = Vec::new();
        for _ in 0..3 {
            let consumed = left.consume(quantity("1"), None);
            values.push(consumed.value.amount());
            left = consumed.balance;
        }
        assert_eq!(values, [33, 34, 33]);
        assert_eq!(left, Balance::nothing(Currency::USD));
    }

    #[test]
    fn what_is_not_there_goes_out_at_the_last_known_cost() {
        let consumed = balance("2", 100).consume(quantity("5"), Some(rate(60, "1")));
        assert_eq!(consumed.value, cents(280));
        assert_eq!(consumed.balance, balance("-3", -180));
        let unknown = balance("0", 0).consume(quantity("5"), None);
        assert_eq!((unknown.value, unknown.balance), (cents(0), balance("-5", 0)));
    }

    #[test]
    fn goods_that_were_sold_before_they_came_in_stand_at_what_they_cost() {
        // Three were issued at 60 each and cost 70 each: 30 more left the stock.
        let Received { balance: after, correction } =
            balance("-3", -180).receive(quantity("10"), cents(700)).unwrap();
        assert_eq!((after, correction), (balance("7", 490), cents(-30)));
        let Received { balance: after, correction } =
            balance("-3", -180).receive(quantity("3"), cents(100)).unwrap();
        assert_eq!((after, correction), (balance("0", 0), cents(80)));
    }

    #[test]
    fn a_receipt_that_covers_only_a_part_corrects_that_part() {
        let Received { balance: after, correction } =
            balance("-4", -200).receive(quantity("1"), cents(70)).unwrap();
        assert_eq!((after, correction), (balance("-3", -150), cents(-20)));
    }

    #[test]
    fn a_unit_cost_is_shown_in_major_units() {
        assert_eq!(balance("1000", 450).unit_cost().unwrap(), "0.0045");
        assert_eq!(balance("3", 100).unit_cost().unwrap(), "0.333333");
        assert_eq!(balance("2", 2_400).unit_cost().unwrap(), "12");
        assert_eq!(balance("-2", -2_400).unit_cost(), None);
        let pesos = Money::try_new(9, "CLP".parse().unwrap()).unwrap();
        assert_eq!(Balance { quantity: quantity("2"), value: pesos }.unit_cost().unwrap(), "4.5");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let most = Balance { quantity: StockQuantity::MAX, value: cents(1) };
        assert_eq!(
            most.receive(quantity("1"), cents(1)),
            Err(BalanceError::Quantity(StockQuantityError::TooLarge))
        );
        let dearest = Balance { quantity: quantity("1"), value: cents(AMOUNT_MAX) };
        assert_eq!(
            dearest.receive(quantity("1"), cents(1)),
            Err(BalanceError::Money(MoneyError::TooLarge))
        );
    }

    #[test]
    fn what_goes_out_beyond_what_can_be_counted_leaves_the_least_that_can() {
        let dear = Rate { cost: cents(AMOUNT_MAX), quantity: quantity("0.000001") };
        let Consumed { balance: after, value } = balance("1", 7).consume(quantity("3"), Some(dear));
        assert_eq!((after, value), (balance("-2", 7 - AMOUNT_MAX), cents(AMOUNT_MAX)));
        let Consumed { balance: after, value } = after.consume(quantity("3"), Some(dear));
        assert_eq!((after, value), (balance("-5", -AMOUNT_MAX), cents(7)));
        let least = Balance { quantity: StockQuantity::MAX.negated(), value: cents(-AMOUNT_MAX) };
        let Consumed { balance: after, value } = least.consume(quantity("1"), Some(dear));
        assert_eq!((after, value), (least, cents(0)));
    }
}
