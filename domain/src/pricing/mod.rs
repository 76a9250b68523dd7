//! Pricing: the only code that computes what an order costs.
//!
//! It depends on quantities and amounts only, not on products or stock. The results are stored with
//! the order and never computed again.

use crate::shared::{Currency, Money, MoneyError, Quantity};

/// The inputs of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnpricedLine {
    /// How many pieces.
    pub quantity: Quantity,
    /// What one piece costs, taxes included.
    pub unit_price: Money,
}

/// The amounts of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineAmounts {
    /// Unit price times quantity.
    pub total: Money,
}

/// The amounts of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// In the order of the lines.
    pub lines: Vec<LineAmounts>,
    /// The sum of the lines' totals; zero without lines.
    pub total: Money,
}

/// Prices lines, all of which are in `currency`.
pub fn price(
    currency: Currency,
    lines: impl IntoIterator<Item = UnpricedLine>,
) -> Result<Amounts, MoneyError> {
    let lines = lines.into_iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let total = Money::sum(currency, lines.iter().map(|line| line.total))?;
    Ok(Amounts { lines, total })
}

fn line(UnpricedLine { quantity, unit_price }: UnpricedLine) -> Result<LineAmounts, MoneyError> {
    Ok(LineAmounts { total: unit_price.times(quantity.pieces())? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::money::AMOUNT_MAX;

    fn pesos(amount: i64) -> Money {
        Money::try_new(amount * 100, Currency::COP).unwrap()
    }

    fn pieces(quantity: u32, unit_price: Money) -> UnpricedLine {
        UnpricedLine { quantity: Quantity::try_new(quantity).unwrap(), unit_price }
    }

    #[test]
    fn a_line_costs_its_unit_price_once_per_piece() {
        let lines = [pieces(2, pesos(28_000)), pieces(1, pesos(6_500))];
        let amounts = [pesos(56_000), pesos(6_500)].map(|total| LineAmounts { total });
        assert_eq!(
            price(Currency::COP, lines),
            Ok(Amounts { lines: amounts.to_vec(), total: pesos(62_500) })
        );
    }

    #[test]
    fn amounts_that_javascript_cannot_read_are_refused_in_a_line_and_in_the_sum() {
        let huge = Money::try_new(AMOUNT_MAX, Currency::COP).unwrap();
        for lines in [vec![pieces(2, huge)], vec![pieces(1, huge), pieces(1, huge)]] {
            assert_eq!(price(Currency::COP, lines), Err(MoneyError::TooLarge));
        }
    }

    #[test]
    fn a_line_in_another_currency_is_refused() {
        let dollars = Money::try_new(100, Currency::USD).unwrap();
        assert_eq!(
            price(Currency::COP, [pieces(1, dollars)]),
            Err(MoneyError::MixedCurrencies { left: Currency::COP, right: Currency::USD })
        );
    }
}
