//! Pricing: the only code that computes what an order costs.
//!
//! A pure function from lines, discounts and taxes to priced lines. It depends on quantities and
//! amounts only, not on products or stock; prices are zero or more, which the menu checks. Every
//! computed amount is in the result, which is stored with the order and never computed again.
//! `MONEY n` in these files names the rule of money that the code implements.
//!
//! The steps, each in its file: the amounts of lines and of the children of combos ([`gross`]),
//! line discounts, then the order's discount ([`discount`]), taxes ([`tax`]), the service charge,
//! the total. Halves are rounded away from zero, once per step and line.

use crate::shared::{Currency, Money, MoneyError};

mod amounts;
mod discount;
mod gross;
mod order;
mod tax;
mod tip;

pub use amounts::{Amounts, Part, Priced, PricedLine, TaxAmount};
pub use discount::Discount;
pub use order::{Child, Children, Content, Line, Modifier, NoChildren, Order, Service};
pub use tip::{SUGGESTED_TIP_MAX, TipError};

use gross::Gross;
use order::Order as Unpriced;

/// The version of these rules, which is stored with what they computed.
pub const RULES: u16 = 1;

/// The version that computed what was stored before versions were.
pub const FIRST_RULES: u16 = 1;

/// Prices an order.
pub fn price(order: &Unpriced) -> Result<Priced, MoneyError> {
    let currency = order.currency;
    let gross = order.lines.iter().map(|line| gross::of_line(currency, line));
    let gross: Vec<Gross<'_>> = gross.collect::<Result<_, _>>()?;
    let reductions = discount::reductions(order, &gross)?;
    let lines = gross.into_iter().zip(reductions);
    let lines = lines.map(|(gross, taken)| gross.priced(currency, &taken));
    let lines: Vec<PricedLine> = lines.collect::<Result<_, _>>()?;
    let of_lines: Vec<Amounts> = lines.iter().map(|line| line.amounts).collect();
    let amounts = Amounts::sum(currency, &of_lines)?;
    let service = order.service.as_ref().map(|it| service(&amounts, it)).transpose()?;
    total(currency, lines, amounts, service)
}

/// MONEY 11: a percentage of the lines after discounts and before added taxes, itself taxed.
fn service(lines: &Amounts, Service { rate, taxes }: &Service) -> Result<Part, MoneyError> {
    Part::without_discount(lines.net.at_rate(*rate)?, taxes)
}

fn total(
    currency: Currency,
    lines: Vec<PricedLine>,
    amounts: Amounts,
    service: Option<Part>,
) -> Result<Priced, MoneyError> {
    let of_service = service.iter().map(|service| service.amounts.total);
    let total = Money::sum(currency, [amounts.total].into_iter().chain(of_service))?;
    let parts = || lines.iter().flat_map(|line| &line.parts).chain(&service);
    let taxes = tax::by_tax(parts().flat_map(|part| &part.taxes))?;
    let comped_taxes = tax::by_tax(parts().flat_map(|part| &part.comped_taxes))?;
    Ok(Priced { rules: RULES, lines, amounts, service, taxes, comped_taxes, total })
}

#[cfg(test)]
mod tests;
