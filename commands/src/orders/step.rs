//! Orders on their way through the kitchen to the guest.

use domain::orders::order::{self, CancelReason, Order};
use domain::shared::OrderId;
use event_store::Revision;
use serde::Serialize;

use super::{OrderRefusal, There, refused, stock, there};
use crate::error::Failure;
use crate::intent::Intent;
use crate::unit_of_work::UnitOfWork;

/// A step of an order through the kitchen to the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The branch accepts.
    Confirm,
    /// The kitchen begins.
    Start,
    /// The kitchen is done.
    MarkReady,
    /// The guest gets it.
    Deliver,
    /// It will not be made or handed over.
    Cancel(CancelReason),
}

impl Step {
    /// Whether stock is used up or released with it.
    const fn moves_stock(self) -> bool {
        matches!(self, Self::MarkReady | Self::Cancel(_))
    }
}

/// An order takes a step.
#[derive(Debug, Clone, Serialize)]
pub struct MoveOrder {
    /// Which.
    pub order: OrderId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// The step.
    pub step: Step,
}

impl Intent for MoveOrder {
    const OPERATION: &'static str = "order.move";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<OrderRefusal>> {
        let there = there(work, self.order, self.step.moves_stock()).await?;
        work.expect::<Order, _>(&self.order, self.seen)?;
        let command = match self.step {
            Step::Confirm => order::Command::Confirm,
            Step::Start => order::Command::Start,
            Step::MarkReady => order::Command::MarkReady,
            Step::Deliver => order::Command::Deliver,
            Step::Cancel(reason) => order::Command::Cancel { reason },
        };
        work.decide::<Order>(&self.order, command).map_err(refused)?;
        let There { branch, currency, ingredients, .. } = there;
        match self.step {
            _ if ingredients.is_empty() => Ok(()),
            Step::MarkReady => stock::consume(work, branch, self.order, currency, &ingredients),
            Step::Cancel(_) => stock::release(work, branch, self.order),
            Step::Confirm | Step::Start | Step::Deliver => Ok(()),
        }
    }
}
