//! Past sales as every source gives them: a menu, and orders in the order of their numbers.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::orders::OrderType;
use domain::orders::order::LINES_MAX;
use domain::shared::money::ORDER_MAX;
use domain::shared::{Currency, Money, MoneySum, Quantity};

use super::bad_row::{FileLine, Reason};
use super::menu::Menu;

/// The checked content of a source.
#[derive(Debug)]
pub(super) struct History {
    /// Everything that may be sold.
    pub(super) menu: Menu,
    /// The orders, numbered in this order.
    pub(super) orders: Vec<Arc<PastOrder>>,
}

/// An order of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PastOrder {
    /// What the source calls it.
    pub(super) reference: String,
    /// Where the source names it first.
    pub(super) place: FileLine,
    /// When it was placed, and everything else with it.
    pub(super) occurred_at: DateTime<Utc>,
    /// How it reached its guest.
    pub(super) order_type: OrderType,
    /// What is on it.
    pub(super) lines: Vec<PastLine>,
    /// What it cost.
    pub(super) total: Money,
    /// Whether every row of it could be read.
    pub(super) is_whole: bool,
}

/// A line of an order of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PastLine {
    /// The number of the product in the menu.
    pub(super) product: usize,
    /// The number of the variant in the product.
    pub(super) variant: usize,
    /// How many pieces.
    pub(super) quantity: Quantity,
    /// What one piece cost.
    pub(super) unit_price: Money,
    /// Where the source has it.
    pub(super) line: u64,
}

impl PastOrder {
    /// An order with nothing on it yet.
    pub(super) fn new(
        (reference, place): (String, FileLine),
        occurred_at: DateTime<Utc>,
        order_type: OrderType,
        currency: Currency,
    ) -> Self {
        let (lines, total) = (Vec::new(), Money::zero(currency));
        Self { reference, place, occurred_at, order_type, lines, total, is_whole: true }
    }

    /// The number of the source's line with the same content, if there is one.
    pub(super) fn twin(&self, line: &PastLine) -> Option<u64> {
        let said = |line: &PastLine| (line.product, line.variant, line.quantity, line.unit_price);
        self.lines.iter().find(|other| said(other) == said(line)).map(|twin| twin.line)
    }

    /// Puts one more line on it.
    ///
    /// The server prices an order from the menu, where a variant has one price at a time; so one
    /// order cannot have the same variant at two prices. `price_column` is the column to blame.
    pub(super) fn add(&mut self, line: PastLine, price_column: &'static str) -> Result<(), Reason> {
        let twin = |other: &&PastLine| {
            (other.product, other.variant) == (line.product, line.variant)
                && other.unit_price != line.unit_price
        };
        if let Some(other) = self.lines.iter().find(twin) {
            return Err(Reason::Differs { column: price_column, line: other.line });
        }
        if self.lines.len() == LINES_MAX {
            return Err(Reason::TooManyLines);
        }
        let cost = line.unit_price.times(line.quantity.pieces());
        let total = cost.and_then(|cost| self.total.plus(cost));
        let total = total.ok().filter(|total| total.amount() <= ORDER_MAX);
        self.total = total.ok_or(Reason::TooMuchMoney)?;
        self.lines.push(line);
        Ok(())
    }
}

/// The figures of some orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) n_orders: usize,
    pub(super) n_lines: usize,
    pub(super) n_items: u64,
    pub(super) gross: MoneySum,
}

impl History {
    /// Adds everything up.
    pub(super) fn totals(&self, currency: Currency) -> Totals {
        let gross = self.orders.iter().map(|order| i128::from(order.total.amount())).sum();
        let gross = MoneySum::new(gross, currency);
        let mut totals = Totals { n_orders: self.orders.len(), n_lines: 0, n_items: 0, gross };
        for order in &self.orders {
            totals.n_lines += order.lines.len();
            totals.n_items +=
                order.lines.iter().map(|line| u64::from(line.quantity.pieces())).sum::<u64>();
        }
        totals
    }
}
