//! The stock of a branch: what it has of everything, what it is worth, and what orders have reserved.
//!
//! One stream per branch, so that an order reserves all that it takes at once or not at all, and two
//! tills that sell the last of something are told apart by its revision.

mod error;
mod events;
mod moves;
mod requests;
mod state;

use chrono::{DateTime, TimeDelta, Utc};

use super::balance::Rate;
use crate::shared::{BranchId, OrderId};
use crate::{Decider, SnapshotFormat};

pub use error::{Error, Shortage};
pub use events::*;
pub use requests::{Consume, Demand, IncomingLine, RECEIPT_LINES_MAX, Receive, Reserve};
pub use state::State;
use state::{Reservation, Stock};

/// How long stock is kept for an order: longer than any shift, so that only orders which everybody has
/// forgotten lose it, and shorter than a day, so that the next day's guests find it.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// The marker of the aggregate; its id is that of the branch.
#[derive(Debug)]
pub struct Inventory;

/// What can be asked of the stock of a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// Goods come in.
    Receive(Receive),
    /// An order is placed.
    Reserve(Reserve),
    /// What an order takes was used up.
    Consume(Consume),
    /// An order is cancelled.
    Release {
        /// The order.
        order: OrderId,
    },
    /// Reservations that were forgotten should end.
    ReleaseExpired {
        /// The moment.
        now: DateTime<Utc>,
    },
}

impl Decider for Inventory {
    const CATEGORY: &'static str = "inventory";
    type Id = BranchId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    const SNAPSHOT: Option<SnapshotFormat<State>> = Some(SnapshotFormat::json(1));

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Receive(receive) => Ok(vec![moves::received(state, receive)?.into()]),
            Command::Reserve(reserve) if state.has_reserved(reserve.order) => {
                moves::expired(state, reserve.now)
            }
            Command::Reserve(reserve) => {
                let expired = moves::expired(state, reserve.now)?;
                let state = Self::fold(state.clone(), expired.iter().cloned());
                let reserved = moves::reserved(&state, reserve)?;
                Ok(expired.into_iter().chain([reserved.into()]).collect())
            }
            Command::Consume(consume) => Ok(vec![moves::consumed(state, consume)?.into()]),
            Command::Release { order } if state.has_reserved(order) => {
                let reason = ReleaseReason::Cancelled;
                Ok(vec![moves::released(state, vec![order], reason)?.into()])
            }
            Command::Release { .. } => Ok(vec![]),
            Command::ReleaseExpired { now } => moves::expired(state, now),
        }
    }

    fn evolve(mut state: State, event: Event) -> State {
        match event {
            Event::Received(Received { lines, .. }) => {
                for ReceivedLine { item, quantity, cost, balance, .. } in lines {
                    let rate = balance.rate().unwrap_or(Rate { cost, quantity });
                    state.stock.insert(item, Stock { balance, rate: Some(rate) });
                }
            }
            Event::Reserved(Reserved { order, lines, expires_at }) => {
                let items = lines.iter().map(|line| (line.item, line.quantity)).collect();
                state.reservations.insert(order, Reservation { items, expires_at });
                state.deadlines.insert((expires_at, order));
                for ReservedLine { item, reserved, .. } in lines {
                    state.set_reserved(item, reserved);
                }
            }
            Event::Consumed(Consumed { order, lines }) => {
                state.end_reservation(order);
                for ConsumedLine { item, balance, reserved, .. } in lines {
                    let rate = state.stock.get(&item).and_then(|stock| stock.rate);
                    state.stock.insert(item, Stock { balance, rate });
                    state.set_reserved(item, reserved);
                }
            }
            Event::Released(Released { orders, lines, .. }) => {
                for order in orders {
                    state.end_reservation(order);
                }
                for ReservedLine { item, reserved, .. } in lines {
                    state.set_reserved(item, reserved);
                }
            }
        }
        state
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
