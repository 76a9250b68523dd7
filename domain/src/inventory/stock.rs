//! The stock of a branch: quantity and value of each item, and what is reserved for orders.
//!
//! One stream per branch, so that an order reserves all that it takes or nothing, and of two tills
//! that sell the last of an item the stream's revision refuses one.

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

/// How long stock is reserved for an order: longer than any shift, so that only forgotten orders
/// lose their reservation, and shorter than a day, so that it is available on the next day.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// The marker of the aggregate; its id is that of the branch.
#[derive(Debug)]
pub struct Inventory;

/// Commands to the stock of a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// Receive goods.
    Receive(Receive),
    /// Reserve what a placed order takes.
    Reserve(Reserve),
    /// Consume what an order takes.
    Consume(Consume),
    /// Release the reservation of a cancelled order.
    Release {
        /// The order.
        order: OrderId,
    },
    /// Release expired reservations.
    ReleaseExpired {
        /// The time of the command.
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
