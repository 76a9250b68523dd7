//! An order: its lines, its status and its payments.

mod bill;
mod error;
mod events;
mod line_parts;
mod lines;
mod request;
mod state;
mod stock_move;

use crate::Decider;
use crate::shared::{Money, OrderId};

pub use bill::{PAYMENTS_MAX, TakeCash};
pub use error::Error;
pub use events::*;
pub use line_parts::{LineChild, LineModifier, PriceOrigin};
pub use lines::{LINES_MAX, Line, PARTS_MAX, Place, PricedLines, price};
pub use request::{ChildRequest, Item, LineRequest};
pub use state::{Details, State, status_after};
pub use stock_move::StockMove;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Order;

/// Commands to an order.
#[derive(Debug, Clone)]
pub enum Command {
    /// Place the order.
    Place(Place),
    /// Accept it, by the branch.
    Confirm,
    /// Begin to prepare it.
    Start,
    /// Finish preparing it.
    MarkReady,
    /// Hand it to the guest.
    Deliver,
    /// Cancel it.
    Cancel {
        /// The reason.
        reason: CancelReason,
    },
    /// Take a payment in cash.
    TakeCash(TakeCash),
}

impl Decider for Order {
    const CATEGORY: &'static str = "order";
    type Id = OrderId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        let event = match (state, command) {
            (State::Unplaced, Command::Place(place)) => lines::placed(place)?.into(),
            (State::Placed(order), Command::Confirm) => order.step(Confirmed {})?,
            (State::Placed(order), Command::Start) => order.step(Started {})?,
            (State::Placed(order), Command::MarkReady) => order.step(MadeReady {})?,
            (State::Placed(order), Command::Deliver) => order.step(Delivered {})?,
            (State::Placed(order), Command::Cancel { reason }) => bill::cancelled(order, reason)?,
            (State::Placed(order), Command::TakeCash(cash)) => {
                bill::cash_taken(order, cash)?.into()
            }
            (State::Placed(_), Command::Place(_)) => return Err(Error::AlreadyPlaced),
            (
                State::Unplaced,
                Command::Confirm
                | Command::Start
                | Command::MarkReady
                | Command::Deliver
                | Command::Cancel { .. }
                | Command::TakeCash(_),
            ) => return Err(Error::Unplaced),
        };
        Ok(vec![event])
    }

    fn evolve(state: State, event: Event) -> State {
        let moved_to = status_after(&event);
        match (state, event) {
            (State::Unplaced | State::Placed(_), Event::Placed(placed)) => {
                State::Placed(placed.into())
            }
            (
                State::Placed(order),
                Event::Confirmed(_) | Event::Started(_) | Event::MadeReady(_) | Event::Delivered(_),
            ) => State::Placed(Details { status: moved_to.unwrap_or(order.status), ..order }),
            // A cancelled order is neither made nor handed over, so nothing is left to pay.
            (State::Placed(order), Event::Cancelled(_)) => State::Placed(Details {
                status: moved_to.unwrap_or(order.status),
                balance: Money::zero(order.balance.currency()),
                ..order
            }),
            (State::Placed(order), Event::PaymentTaken(PaymentTaken { balance, .. })) => {
                State::Placed(Details { balance, n_payments: order.n_payments + 1, ..order })
            }
            (
                State::Unplaced,
                Event::Confirmed(_)
                | Event::Started(_)
                | Event::MadeReady(_)
                | Event::Delivered(_)
                | Event::Cancelled(_)
                | Event::PaymentTaken(_),
            ) => State::Unplaced,
        }
    }
}

#[cfg(test)]
mod tests;
