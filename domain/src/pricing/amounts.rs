//! What pricing returns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tax;
use crate::shared::{Currency, Money, MoneyError, Rate};
use crate::taxes::{Tax, Taxes};

/// The amounts of a part, a line or all lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Before discounts, included taxes in it.
    pub gross: Money,
    /// What the discount on the line takes.
    pub line_discount: Money,
    /// The share in the discount on the order.
    pub order_discount: Money,
    /// After discounts: gross without both.
    pub net: Money,
    /// Net without included taxes.
    pub base: Money,
    /// The taxes in the net amount.
    pub included_taxes: Money,
    /// The taxes on top of it.
    pub added_taxes: Money,
    /// What is to be paid: net with added taxes.
    pub total: Money,
}

/// A priced order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The version of the rules.
    pub rules: u16,
    /// In the order of the lines.
    pub lines: Vec<PricedLine>,
    /// The sums of the lines.
    pub amounts: Amounts,
    /// The service charge; its discounts are zero.
    pub service: Option<Part>,
    /// All taxes of lines and service, summed per tax.
    pub taxes: Vec<TaxAmount>,
    /// The taxes that are due on what is given away, summed per tax. The guest does not pay them.
    pub comped_taxes: Vec<TaxAmount>,
    /// What is to be paid: lines and service.
    pub total: Money,
}

/// A priced line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLine {
    /// What one piece costs with its modifiers, or the combo with its own, but without those of its
    /// children.
    pub unit_price: Money,
    /// The sums of its parts.
    pub amounts: Amounts,
    /// The children of a combo in their order, or the product alone.
    pub parts: Vec<Part>,
}

/// A product on a line, or a child of a combo: what is discounted and taxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its share in unit price times quantity.
    pub price: Money,
    /// What its own modifiers cost; zero for a product alone, whose modifiers are in the price.
    pub extras: Money,
    /// Its amounts.
    pub amounts: Amounts,
    /// Its taxes, in the order of the profile.
    pub taxes: Vec<TaxAmount>,
    /// The taxes that are due on what is given away of it. The guest does not pay them.
    pub comped_taxes: Vec<TaxAmount>,
}

/// One tax as computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxAmount {
    /// The tax.
    #[serde(flatten)]
    pub tax: Tax,
    /// The amount that it is taken on.
    pub base: Money,
    /// The tax itself.
    pub amount: Money,
}

impl Amounts {
    pub(super) fn sum(currency: Currency, all: &[Self]) -> Result<Self, MoneyError> {
        let sum = |amount: fn(&Self) -> Money| Money::sum(currency, all.iter().map(amount));
        Ok(Self {
            gross: sum(|it| it.gross)?,
            line_discount: sum(|it| it.line_discount)?,
            order_discount: sum(|it| it.order_discount)?,
            net: sum(|it| it.net)?,
            base: sum(|it| it.base)?,
            included_taxes: sum(|it| it.included_taxes)?,
            added_taxes: sum(|it| it.added_taxes)?,
            total: sum(|it| it.total)?,
        })
    }

    /// Whether discounts of line and order together take more than `cap` of the gross (MONEY 7).
    pub fn discounts_exceed(&self, cap: Rate) -> bool {
        let taken =
            i128::from(self.line_discount.amount()) + i128::from(self.order_discount.amount());
        let allowed = i128::from(self.gross.amount()) * i128::from(cap.millionths());
        taken * i128::from(Rate::WHOLE.millionths()) > allowed
    }
}

impl Part {
    /// An amount that no discount touches, with its taxes.
    pub(super) fn without_discount(amount: Money, taxes: &Taxes) -> Result<Self, MoneyError> {
        let none = Money::zero(amount.currency());
        let taken = super::discount::Taken { line: none, order: none, comped: none };
        Self::priced(amount, none, taken, taxes)
    }

    pub(super) fn priced(
        price: Money,
        extras: Money,
        taken: super::discount::Taken,
        taxes: &Taxes,
    ) -> Result<Self, MoneyError> {
        let gross = price.plus(extras)?;
        let net = gross.minus(taken.line)?.minus(taken.order)?;
        let after = tax::taxed(net, &taxes.taxes)?;
        let amounts = Amounts {
            gross,
            line_discount: taken.line,
            order_discount: taken.order,
            net,
            base: after.base,
            included_taxes: after.included,
            added_taxes: after.added,
            total: net.plus(after.added)?,
        };
        let is_due = taxes.comp_keeps_base && taken.comped.is_positive();
        let comped = is_due.then(|| tax::taxed(taken.comped, &taxes.taxes)).transpose()?;
        let comped_taxes = comped.map_or_else(Vec::new, |comped| comped.taxes);
        Ok(Self { price, extras, amounts, taxes: after.taxes, comped_taxes })
    }
}
