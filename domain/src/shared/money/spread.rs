//! Amounts in parts: spread by weights, cut to a rate, rounded down to a step.

use std::cmp::Reverse;
use std::num::{NonZeroI64, NonZeroU32};

use super::{Money, MoneyError};
use crate::shared::Rate;

/// The whole that rates are parts of.
const WHOLE: NonZeroU32 = NonZeroU32::new(Rate::WHOLE.millionths()).expect("not zero");

impl Money {
    /// `rate` of this amount, rounded to the nearest minor unit, halves away from zero.
    pub fn at_rate(self, rate: Rate) -> Result<Self, MoneyError> {
        self.at_millionths(i64::from(rate.millionths()))
    }

    /// As [`Money::at_rate`], for a sum of rates, which can be more than the whole.
    pub fn at_millionths(self, millionths: i64) -> Result<Self, MoneyError> {
        self.share(millionths, WHOLE.into())
    }

    /// What is left of this amount without the part that `millionths` added to it: the amount
    /// divided by one plus the rates, rounded to the nearest minor unit, halves away from zero.
    pub fn without_millionths(self, millionths: u32) -> Result<Self, MoneyError> {
        let whole = NonZeroI64::from(WHOLE.saturating_add(millionths));
        self.share(WHOLE.get().into(), whole)
    }

    /// `rate` of this amount, rounded down to a multiple of `step` minor units. The amount is zero
    /// or more.
    pub fn at_rate_down_to(self, rate: Rate, step: NonZeroU32) -> Result<Self, MoneyError> {
        let exact = i128::from(self.amount) * i128::from(rate.millionths());
        let steps = exact / (i128::from(WHOLE.get()) * i128::from(step.get()));
        let amount = steps * i128::from(step.get());
        Self::try_new(i64::try_from(amount).map_err(|_| MoneyError::TooLarge)?, self.currency)
    }

    /// This amount in parts that sum to it, in proportion to `weights`, by largest remainder; ties
    /// go to the earlier part. If all weights are zero, they count as equal; without weights there
    /// are no parts.
    pub fn spread(self, weights: &[u64]) -> Vec<Self> {
        if weights.iter().all(|weight| *weight == 0) {
            return if weights.is_empty() {
                Vec::new()
            } else {
                self.spread(&vec![1; weights.len()])
            };
        }
        let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        let exact = |weight: &u64| i128::from(self.amount.abs()) * i128::from(*weight);
        let mut parts: Vec<i128> = weights.iter().map(|it| exact(it) / whole).collect();
        let left = i128::from(self.amount.abs()) - parts.iter().sum::<i128>();
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        by_remainder.sort_by_key(|index| (Reverse(exact(&weights[*index]) % whole), *index));
        for (_, index) in (0..left).zip(by_remainder) {
            parts[index] += 1;
        }
        let signed = |part: i128| i64::try_from(part).expect("a part is within the whole");
        let part = |part| Self { amount: signed(part) * self.amount.signum(), ..self };
        parts.into_iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shared::Currency;
    use crate::shared::money::AMOUNT_MAX;

    fn usd(amount: i64) -> Money {
        Money::try_new(amount, Currency::USD).unwrap()
    }

    fn spread(amount: i64, weights: &[u64]) -> Vec<i64> {
        usd(amount).spread(weights).into_iter().map(Money::amount).collect()
    }

    fn rate(millionths: u32) -> Rate {
        Rate::try_from_millionths(millionths).unwrap()
    }

    #[test]
    fn what_is_left_goes_to_the_largest_remainder_then_to_the_earlier_part() {
        assert_eq!(spread(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(spread(100, &[1, 2, 2]), [20, 40, 40]);
        assert_eq!(spread(10, &[1, 3, 3]), [2, 4, 4]);
        assert_eq!(spread(11, &[1, 3, 3]), [1, 5, 5]);
        assert_eq!(spread(-100, &[1, 1, 1]), [-34, -33, -33]);
    }

    #[test]
    fn weights_of_zero_get_nothing_unless_all_are_zero() {
        assert_eq!(spread(7, &[0, 1, 0]), [0, 7, 0]);
        assert_eq!(spread(7, &[0, 0]), [4, 3]);
        assert_eq!(spread(7, &[]), [0; 0]);
    }

    #[test]
    fn an_included_part_is_taken_out_of_the_amount() {
        assert_eq!(usd(10_800).without_millionths(80_000), Ok(usd(10_000)));
        assert_eq!(usd(100).without_millionths(80_000), Ok(usd(93)));
        assert_eq!(usd(100).at_rate(rate(5_000)), Ok(usd(1)));
        assert_eq!(usd(99).at_rate(rate(5_000)), Ok(usd(0)));
    }

    #[test]
    fn a_rate_is_cut_to_whole_steps_once() {
        let step = NonZeroU32::new(5_000).unwrap();
        assert_eq!(usd(599_999).at_rate_down_to(rate(100_000), step), Ok(usd(55_000)));
        assert_eq!(usd(600_000).at_rate_down_to(rate(100_000), step), Ok(usd(60_000)));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_amount_and_are_less_than_a_minor_unit_off(
            amount in -AMOUNT_MAX..=AMOUNT_MAX,
            weights in prop::collection::vec(0..=u64::MAX, 1..20),
        ) {
            let parts = spread(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            let whole: i128 = weights.iter().map(|it| i128::from(*it)).sum();
            prop_assume!(whole > 0);
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(*part) * whole - i128::from(amount) * i128::from(*weight);
                prop_assert!(off.abs() < whole);
            }
        }

        #[test]
        fn parts_depend_on_proportions_only(
            amount in 0..AMOUNT_MAX,
            weights in prop::collection::vec(0_u64..1_000_000, 1..20),
            factor in 1_u64..1_000,
        ) {
            let larger: Vec<u64> = weights.iter().map(|weight| weight * factor).collect();
            prop_assert_eq!(spread(amount, &larger), spread(amount, &weights));
        }

        #[test]
        fn a_part_without_weight_changes_no_other(
            amount in 0..AMOUNT_MAX,
            weights in prop::collection::vec(1_u64..1_000_000, 1..20),
            at in 0_usize..20,
        ) {
            let mut more = weights.clone();
            let at = at % more.len();
            more.insert(at, 0);
            let mut parts = spread(amount, &more);
            prop_assert_eq!(parts.remove(at), 0);
            prop_assert_eq!(parts, spread(amount, &weights));
        }
    }
}
