//! Discounts: one on a line and one on the order (MONEY 5 to 8).
//!
//! Both are computed from what was asked for, never from what an earlier computation took, so that
//! a discount that replaces another leaves nothing of it.

use super::gross::Gross;
use super::order::Order;
use crate::shared::{Currency, Money, MoneyError, Rate};

/// A discount as it is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    /// A part of the amount. The whole is a comp: it is given away.
    Rate(Rate),
    /// A stated amount, zero or more. It is kept as stated, and takes at most what is there.
    Amount(Money),
}

/// What discounts take from a part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// The discount on the line.
    pub(super) line: Money,
    /// The share in the discount on the order.
    pub(super) order: Money,
    /// What of both is a comp.
    pub(super) comped: Money,
}

impl Discount {
    /// Everything.
    pub const COMP: Self = Self::Rate(Rate::WHOLE);

    /// What the discount takes from `amount`.
    pub fn taken_from(self, amount: Money) -> Result<Money, MoneyError> {
        match self {
            Self::Rate(rate) => amount.at_rate(rate),
            Self::Amount(stated) if amount.minus(stated)?.is_positive() => Ok(stated),
            Self::Amount(_) => Ok(amount),
        }
    }
}

/// What the discounts take from the parts of each line: first that of the line, then that of the
/// order from what is left.
pub(super) fn reductions(
    order: &Order,
    lines: &[Gross<'_>],
) -> Result<Vec<Vec<Taken>>, MoneyError> {
    let gross: Vec<Vec<Money>> = lines.iter().map(Gross::amounts).collect::<Result<_, _>>()?;
    let of_lines = order.lines.iter().zip(&gross);
    let of_lines = of_lines.map(|(line, parts)| spread(order.currency, line.discount, parts));
    let of_lines: Vec<Vec<Money>> = of_lines.collect::<Result<_, _>>()?;
    let left = gross.iter().flatten().zip(of_lines.iter().flatten());
    let left: Vec<Money> =
        left.map(|(gross, taken)| gross.minus(*taken)).collect::<Result<_, _>>()?;
    let mut of_order = spread(order.currency, order.discount, &left)?.into_iter();
    let taken = of_lines.into_iter().zip(&order.lines).map(|(of_line, line)| {
        let parts = of_line.into_iter().zip(of_order.by_ref());
        let taken = parts.map(|amounts| taken((line.discount, order.discount), amounts));
        taken.collect::<Result<Vec<Taken>, MoneyError>>()
    });
    taken.collect()
}

/// What the discounts on line and order take from a part.
fn taken(
    (of_line, of_order): (Option<Discount>, Option<Discount>),
    (line, order): (Money, Money),
) -> Result<Taken, MoneyError> {
    let zero = Money::zero(line.currency());
    let comped = |discount, amount| if discount == Some(Discount::COMP) { amount } else { zero };
    Ok(Taken { line, order, comped: comped(of_line, line).plus(comped(of_order, order))? })
}

/// MONEY 6: taken once from the sum, then spread by the amounts.
fn spread(
    currency: Currency,
    discount: Option<Discount>,
    amounts: &[Money],
) -> Result<Vec<Money>, MoneyError> {
    let Some(discount) = discount else {
        return Ok(vec![Money::zero(currency); amounts.len()]);
    };
    let taken = discount.taken_from(Money::sum(currency, amounts.iter().copied())?)?;
    let weight = |amount: &Money| u64::try_from(amount.amount()).unwrap_or_default();
    Ok(taken.spread(&amounts.iter().map(weight).collect::<Vec<_>>()))
}
