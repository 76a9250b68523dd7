//! The effects of orders on the stock of their branch, in the same append as the order's own event.

use chrono::{DateTime, Utc};
use domain::inventory::recipe::Ingredient;
use domain::inventory::stock::{self, Demand, Inventory};
use domain::inventory::{BaseUnit, OnShortage, StockItem};
use domain::orders::order::{Line, LineRequest};
use domain::shared::{BranchId, Currency, Name, OrderId, StockItemId, StockQuantity};

use super::OrderRefusal;
use super::past::Takes;
use crate::engine::aggregates::Wanted;
use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

/// An item that is short for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortItem {
    /// The item.
    pub item: StockItemId,
    /// Its name.
    pub name: Name,
    /// The unit of its quantities.
    pub unit: BaseUnit,
    /// The index of the first line that uses it, from 0.
    pub line: usize,
    /// How much the order needs.
    pub needed: StockQuantity,
    /// How much is not reserved.
    pub available: StockQuantity,
}

/// The streams to read before an order reserves stock; none if it uses none.
pub(super) fn wanted(
    work: &UnitOfWork<'_>,
    branch: BranchId,
    lines: &[LineRequest],
) -> Vec<Wanted> {
    let ingredients = lines.iter().flat_map(LineRequest::ingredients);
    let mut wanted: Vec<Wanted> =
        ingredients.map(|ingredient| work.wanted::<StockItem>(&ingredient.item)).collect();
    if !wanted.is_empty() {
        wanted.push(work.wanted::<Inventory>(&branch));
    }
    wanted
}

/// The branch and the time of an order that is being placed, and what it may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) branch: BranchId,
    pub(super) now: DateTime<Utc>,
    pub(super) takes: Takes,
}

/// Reserves stock for an order that is being placed, if it uses any.
pub(super) fn reserve(
    work: &mut UnitOfWork<'_>,
    At { branch, now, takes }: At,
    order: OrderId,
    lines: &[Line],
) -> Result<(), CommandError<OrderRefusal>> {
    let demand = |ingredient: &Ingredient| {
        let on_shortage = match takes {
            Takes::Anything => OnShortage::Allow,
            Takes::Available | Takes::Nothing => {
                work.state::<StockItem>(&ingredient.item).on_shortage()
            }
        };
        Demand { item: ingredient.item, quantity: ingredient.quantity, on_shortage }
    };
    let demands: Vec<Demand> = lines.iter().flat_map(Line::ingredients).map(demand).collect();
    if demands.is_empty() {
        return Ok(());
    }
    let reserve = stock::Reserve { order, lines: demands, now };
    match work.try_decide::<Inventory>(&branch, stock::Command::Reserve(reserve)) {
        Ok(_) => Ok(()),
        Err(stock::Error::Short { items }) => {
            let items = items.iter().filter_map(|shortage| short_item(work, lines, shortage));
            Err(CommandError::Refused(OrderRefusal::OutOfStock { items: items.collect() }))
        }
        Err(other) => Err(CommandError::refused(other)),
    }
}

fn short_item(
    work: &UnitOfWork<'_>,
    lines: &[Line],
    shortage: &stock::Shortage,
) -> Option<ShortItem> {
    let stock::Shortage { item, needed, available } = *shortage;
    let details = work.state::<StockItem>(&item).kept()?;
    let takes_it = |line: &Line| line.ingredients().any(|taken| taken.item == item);
    let line = lines.iter().position(takes_it)?;
    Some(ShortItem {
        item,
        name: details.name.clone(),
        unit: details.unit,
        line,
        needed,
        available,
    })
}

/// Uses up the stock of an order.
pub(super) fn consume(
    work: &mut UnitOfWork<'_>,
    branch: BranchId,
    order: OrderId,
    currency: Currency,
    lines: &[Ingredient],
) -> Result<(), CommandError<OrderRefusal>> {
    let consume = stock::Consume { order, currency, lines: lines.to_vec() };
    decide(work, branch, stock::Command::Consume(consume))
}

/// Releases the reservation of an order.
pub(super) fn release(
    work: &mut UnitOfWork<'_>,
    branch: BranchId,
    order: OrderId,
) -> Result<(), CommandError<OrderRefusal>> {
    decide(work, branch, stock::Command::Release { order })
}

fn decide(
    work: &mut UnitOfWork<'_>,
    branch: BranchId,
    command: stock::Command,
) -> Result<(), CommandError<OrderRefusal>> {
    work.decide::<Inventory, _>(&branch, command)?;
    Ok(())
}
