//! Taxes of a part (MONEY 9).

use super::TaxAmount;
use crate::shared::{Money, MoneyError};
use crate::taxes::{Inclusion, Tax};

/// An amount with its taxes.
#[derive(Debug)]
pub(super) struct Taxed {
    /// The amount without included taxes.
    pub(super) base: Money,
    /// What of the amount is taxes.
    pub(super) included: Money,
    /// The taxes on top of it.
    pub(super) added: Money,
    /// Each tax.
    pub(super) taxes: Vec<TaxAmount>,
}

/// Takes included taxes out of the amount and computes added ones on the rest. The rates of each
/// kind are summed and applied once, and the result is spread over the taxes.
pub(super) fn taxed(amount: Money, taxes: &[Tax]) -> Result<Taxed, MoneyError> {
    let base = amount.without_millionths(sum(taxes, Inclusion::Included))?;
    let included = amount.minus(base)?;
    let added = base.at_millionths(sum(taxes, Inclusion::Added).into())?;
    let shares = |all: Money, kind| all.spread(&weights(taxes, kind));
    let of_each = shares(included, Inclusion::Included);
    let of_each = of_each.into_iter().zip(shares(added, Inclusion::Added));
    let of_each = taxes.iter().zip(of_each).map(|(tax, (included, added))| {
        let amount = match tax.inclusion {
            Inclusion::Included => included,
            Inclusion::Added => added,
        };
        TaxAmount { tax: tax.clone(), base, amount }
    });
    Ok(Taxed { base, included, added, taxes: of_each.collect() })
}

fn sum(taxes: &[Tax], kind: Inclusion) -> u32 {
    let of_kind = taxes.iter().filter(|tax| tax.inclusion == kind);
    of_kind.map(|tax| tax.rate.millionths()).sum()
}

/// The rate of each tax of this kind; nothing for those of the other.
fn weights(taxes: &[Tax], kind: Inclusion) -> Vec<u64> {
    let weight = |tax: &Tax| if tax.inclusion == kind { tax.rate.millionths() } else { 0 };
    taxes.iter().map(|tax| weight(tax).into()).collect()
}

/// The sums of each tax, in the order in which they first appear.
pub(super) fn by_tax<'a>(
    amounts: impl Iterator<Item = &'a TaxAmount>,
) -> Result<Vec<TaxAmount>, MoneyError> {
    let mut sums: Vec<TaxAmount> = Vec::new();
    for TaxAmount { tax, base, amount } in amounts {
        if let Some(sum) = sums.iter_mut().find(|sum| sum.tax == *tax) {
            sum.base = sum.base.plus(*base)?;
            sum.amount = sum.amount.plus(*amount)?;
        } else {
            sums.push(TaxAmount { tax: tax.clone(), base: *base, amount: *amount });
        }
    }
    Ok(sums)
}
