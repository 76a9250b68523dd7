//! Where an order stands.

use std::sync::Arc;

use super::{Error, Event, Line, Placed};
use crate::inventory::recipe::Ingredient;
use crate::orders::Status;
use crate::shared::{BranchId, Money};

/// An order before and after it was placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is known of it.
    #[default]
    Unplaced,
    /// It is somewhere in the state table.
    Placed(Details),
}

/// What is known of an order that was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Where.
    pub branch: BranchId,
    /// Where it stands.
    pub status: Status,
    /// What it costs.
    pub total: Money,
    /// What is left to pay; nothing for a cancelled order.
    pub balance: Money,
    /// What its lines take from stock, line by line.
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
    /// The event of a step, if the state table has the step.
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
        Self { branch, status: Status::Pending, total, balance: total, ingredients }
    }
}

/// Where an order stands after an event; a payment moves it nowhere.
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
