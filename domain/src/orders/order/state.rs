//! The state of an order.

use std::sync::Arc;

use super::{Error, Event, Line, Placed};
use crate::inventory::recipe::Ingredient;
use crate::orders::Status;
use crate::shared::{BranchId, Money};

/// The state of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never placed.
    #[default]
    Unplaced,
    /// It was placed and has a status.
    Placed(Details),
}

/// A placed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The branch.
    pub branch: BranchId,
    /// The status.
    pub status: Status,
    /// The total.
    pub total: Money,
    /// What is left to pay; nothing for a cancelled order.
    pub balance: Money,
    /// How many payments it has taken.
    pub n_payments: usize,
    /// What each line takes from stock.
    pub ingredients: Arc<[Ingredient]>,
}

impl State {
    /// The order, if it was placed.
    pub const fn placed(&self) -> Option<&Details> {
        match self {
            Self::Unplaced => None,
            Self::Placed(details) => Some(details),
        }
    }
}

impl Details {
    /// The event of a transition; refused if the state table lacks it.
    pub(super) fn step(&self, step: impl Into<Event>) -> Result<Event, Error> {
        let (from, event) = (self.status, step.into());
        match status_after(&event) {
            Some(to) if !from.next().contains(&to) => Err(Error::IllegalMove { from, to }),
            Some(_) | None => Ok(event),
        }
    }
}

impl From<Placed> for Details {
    fn from(Placed { branch, total, lines, .. }: Placed) -> Self {
        let ingredients = lines.iter().flat_map(Line::ingredients).copied().collect();
        Self { branch, status: Status::Pending, total, balance: total, n_payments: 0, ingredients }
    }
}

/// The status after an event; none for payments, which do not change it.
pub const fn status_after(event: &Event) -> Option<Status> {
    match event {
        Event::Placed(_) => Some(Status::Pending),
        Event::Confirmed(_) => Some(Status::Confirmed),
        Event::Started(_) => Some(Status::Preparing),
        Event::MadeReady(_) => Some(Status::Ready),
        Event::Delivered(_) => Some(Status::Delivered),
        Event::Cancelled(_) => Some(Status::Cancelled),
        Event::PaymentTaken(_) => None,
    }
}
