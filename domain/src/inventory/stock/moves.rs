//! The events of each command to the stock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    Consume, Consumed, ConsumedLine, Demand, Error, Event, Inventory, KEPT_FOR, RECEIPT_LINES_MAX,
    Receive, Received, ReceivedLine, ReleaseReason, Released, Reserve, Reserved, ReservedLine,
    Shortage, State,
};
use crate::Decider;
use crate::inventory::OnShortage;
use crate::inventory::balance::{self, Balance};
use crate::shared::money::ORDER_MAX;
use crate::shared::{OrderId, StockItemId, StockQuantity};

/// The most orders that one event releases, so that no event grows without limit.
const RELEASED_MAX: usize = 200;

type Quantities = BTreeMap<StockItemId, StockQuantity>;

pub(super) fn received(state: &State, receive: Receive) -> Result<Received, Error> {
    let Receive { receipt, currency, lines } = receive;
    if lines.is_empty() || lines.len() > RECEIPT_LINES_MAX {
        return Err(Error::LineCount { given: lines.len() });
    }
    let mut balances: BTreeMap<StockItemId, Balance> = BTreeMap::new();
    let mut received = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        if !line.quantity.is_positive() {
            return Err(Error::QuantityNotPositive { index });
        }
        if line.cost.currency() != currency {
            return Err(Error::ForeignCurrency { index });
        }
        if line.cost.amount() < 0 {
            return Err(Error::CostNegative { index });
        }
        if line.cost.amount() > ORDER_MAX {
            return Err(Error::CostTooHigh { index });
        }
        let before = balances.get(&line.item).copied().or_else(|| state.balance(line.item));
        let before = before.unwrap_or(Balance::nothing(currency));
        let balance::Received { balance, correction } = before.receive(line.quantity, line.cost)?;
        balances.insert(line.item, balance);
        let (item, quantity, cost) = (line.item, line.quantity, line.cost);
        received.push(ReceivedLine { item, quantity, cost, correction, balance });
    }
    Ok(Received { receipt, lines: received })
}

pub(super) fn reserved(state: &State, reserve: Reserve) -> Result<Reserved, Error> {
    let Reserve { order, lines, now } = reserve;
    let demand = summed(lines.iter().map(|line| (line.item, line.quantity)))?;
    let refusing = |item: StockItemId| {
        lines
            .iter()
            .any(|line: &Demand| line.item == item && line.on_shortage == OnShortage::Refuse)
    };
    let mut short = Vec::new();
    let mut reserved = Vec::with_capacity(demand.len());
    for (item, needed) in demand {
        let on_hand = state.balance(item).map_or(StockQuantity::ZERO, |balance| balance.quantity);
        let available = on_hand.saturating_minus(state.reserved(item));
        if needed > available && refusing(item) {
            short.push(Shortage { item, needed, available });
        }
        let all = state.reserved(item).plus(needed)?;
        reserved.push(ReservedLine { item, quantity: needed, reserved: all });
    }
    if short.is_empty() {
        Ok(Reserved { order, lines: reserved, expires_at: now + KEPT_FOR })
    } else {
        Err(Error::Short { items: short })
    }
}

/// The command states what was consumed, because the reservation may have expired meanwhile.
pub(super) fn consumed(state: &State, consume: Consume) -> Result<Consumed, Error> {
    let Consume { order, currency, lines } = consume;
    let taken = summed(lines.iter().map(|line| (line.item, line.quantity)))?;
    let reservation = state.reservations.get(&order);
    if reservation.is_some_and(|reservation| !reservation.items.iter().eq(&taken)) {
        return Err(Error::ReservationDiffers);
    }
    let mut consumed = Vec::with_capacity(taken.len());
    for (item, quantity) in taken {
        let stock = state.stock.get(&item);
        let before = stock.map_or(Balance::nothing(currency), |stock| stock.balance);
        let last_known = stock.and_then(|stock| stock.rate);
        let balance::Consumed { balance, value } = before.consume(quantity, last_known);
        let released = if reservation.is_some() { quantity } else { StockQuantity::ZERO };
        let reserved = state.reserved(item).minus(released)?;
        consumed.push(ConsumedLine { item, quantity, value, balance, reserved });
    }
    Ok(Consumed { order, lines: consumed })
}

/// The event that releases the reservations of `orders`.
pub(super) fn released(
    state: &State,
    orders: Vec<OrderId>,
    reason: ReleaseReason,
) -> Result<Released, Error> {
    let reservations = orders.iter().filter_map(|order| state.reservations.get(order));
    let items = reservations.flat_map(|reservation| &reservation.items);
    let items = summed(items.map(|(item, quantity)| (*item, *quantity)))?;
    let line = |(item, quantity)| {
        let reserved = state.reserved(item).minus(quantity)?;
        Ok(ReservedLine { item, quantity, reserved })
    };
    let lines = items.into_iter().map(line).collect::<Result<_, Error>>()?;
    Ok(Released { orders, lines, reason })
}

/// The events that release every reservation that has expired by `now`.
pub(super) fn expired(state: &State, now: DateTime<Utc>) -> Result<Vec<Event>, Error> {
    let due = state.deadlines.iter().take_while(|(expires_at, _)| *expires_at <= now);
    let orders: Vec<OrderId> = due.map(|(_, order)| *order).collect();
    let mut state = state.clone();
    let mut events = Vec::new();
    for orders in orders.chunks(RELEASED_MAX) {
        let event: Event = released(&state, orders.to_vec(), ReleaseReason::Expired)?.into();
        state = Inventory::evolve(state, event.clone());
        events.push(event);
    }
    Ok(events)
}

fn summed(lines: impl Iterator<Item = (StockItemId, StockQuantity)>) -> Result<Quantities, Error> {
    let mut sums = Quantities::new();
    for (index, (item, quantity)) in lines.enumerate() {
        if !quantity.is_positive() {
            return Err(Error::QuantityNotPositive { index });
        }
        let sum = sums.entry(item).or_default();
        *sum = sum.plus(quantity)?;
    }
    Ok(sums)
}
