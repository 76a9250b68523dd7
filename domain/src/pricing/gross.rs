//! What lines cost before discounts, and how a combo's price is spread over its children.

use super::discount::Taken;
use super::order::{Child, Content, Line, Modifier};
use super::{Amounts, Part, PricedLine};
use crate::shared::{Currency, Money, MoneyError, Quantity};
use crate::taxes::Taxes;

/// A line before discounts.
#[derive(Debug)]
pub(super) struct Gross<'a> {
    /// What one piece costs with its modifiers.
    pub(super) unit_price: Money,
    /// The children of a combo, or the product alone.
    pub(super) parts: Vec<GrossPart<'a>>,
}

/// A part before discounts.
#[derive(Debug)]
pub(super) struct GrossPart<'a> {
    price: Money,
    extras: Money,
    taxes: &'a Taxes,
}

/// MONEY 1 and 2: unit price with modifiers, times pieces, spread over the children of a combo.
pub(super) fn of_line(currency: Currency, line: &Line) -> Result<Gross<'_>, MoneyError> {
    let unit_price = with_modifiers(currency, line.unit_price, &line.modifiers)?;
    let price = unit_price.times(line.quantity.pieces())?;
    let parts = match &line.content {
        Content::Product(taxes) => {
            vec![GrossPart { price, extras: Money::zero(currency), taxes }]
        }
        Content::Combo(children) => of_children(price, line.quantity, children.as_slice())?,
    };
    Ok(Gross { unit_price, parts })
}

fn with_modifiers(
    currency: Currency,
    unit_price: Money,
    modifiers: &[Modifier],
) -> Result<Money, MoneyError> {
    let start = Money::zero(currency).plus(unit_price)?;
    modifiers.iter().try_fold(start, |sum, it| sum.plus(it.price.times(it.quantity.pieces())?))
}

/// MONEY 3: by what the children cost alone, or by their pieces if that is nothing.
fn of_children(
    price: Money,
    combos: Quantity,
    children: &[Child],
) -> Result<Vec<GrossPart<'_>>, MoneyError> {
    let weights: Vec<u64> = children.iter().map(weight).collect::<Result<_, _>>()?;
    let is_free = weights.iter().all(|weight| *weight == 0);
    let pieces = || children.iter().map(|it| u64::from(it.quantity.pieces())).collect();
    let weights: Vec<u64> = if is_free { pieces() } else { weights };
    let prices = price.spread(&weights);
    let parts = children.iter().zip(prices);
    parts.map(|(child, price)| of_child(price, combos, child)).collect()
}

fn weight(child: &Child) -> Result<u64, MoneyError> {
    let price = child.unit_price.times(child.quantity.pieces())?;
    Ok(u64::try_from(price.amount()).unwrap_or_default())
}

fn of_child(price: Money, combos: Quantity, child: &Child) -> Result<GrossPart<'_>, MoneyError> {
    let none = Money::zero(price.currency());
    let per_piece = with_modifiers(price.currency(), none, &child.modifiers)?;
    let extras = per_piece.times(child.quantity.pieces() * combos.pieces())?;
    Ok(GrossPart { price, extras, taxes: &child.taxes })
}

impl Gross<'_> {
    /// What each part costs before discounts.
    pub(super) fn amounts(&self) -> Result<Vec<Money>, MoneyError> {
        self.parts.iter().map(|part| part.price.plus(part.extras)).collect()
    }

    pub(super) fn priced(
        self,
        currency: Currency,
        taken: &[Taken],
    ) -> Result<PricedLine, MoneyError> {
        let parts = self.parts.into_iter().zip(taken);
        let parts = parts.map(|(it, taken)| Part::priced(it.price, it.extras, *taken, it.taxes));
        let parts: Vec<Part> = parts.collect::<Result<_, _>>()?;
        let of_parts: Vec<Amounts> = parts.iter().map(|part| part.amounts).collect();
        let amounts = Amounts::sum(currency, &of_parts)?;
        Ok(PricedLine { unit_price: self.unit_price, amounts, parts })
    }
}
