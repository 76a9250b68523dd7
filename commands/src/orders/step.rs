//! The steps of an order through the kitchen to the guest.

use domain::orders::order::{self, CancelReason, Order, StockMove};
use domain::shared::OrderId;
use event_store::Revision;
use serde::Serialize;

use super::{OrderRefusal, There, stock, there};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// A step of an order through the kitchen to the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The branch accepts the order.
    Confirm,
    /// The kitchen starts.
    Start,
    /// The kitchen has finished.
    MarkReady,
    /// The guest receives the order.
    Deliver,
    /// The order is neither made nor handed over.
    Cancel(CancelReason),
}

impl Step {
    const fn command(self) -> order::Command {
        match self {
            Self::Confirm => order::Command::Confirm,
            Self::Start => order::Command::Start,
            Self::MarkReady => order::Command::MarkReady,
            Self::Deliver => order::Command::Deliver,
            Self::Cancel(reason) => order::Command::Cancel { reason },
        }
    }
}

/// Moves an order by a step.
#[derive(Debug, Clone, Serialize)]
pub struct MoveOrder {
    /// The order.
    pub order: OrderId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// The step.
    pub step: Step,
}

impl Intent for MoveOrder {
    const OPERATION: &'static str = "order.move";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<OrderRefusal>> {
        let command = self.step.command();
        let stock_move = command.stock_move();
        let there = there(work, self.order, stock_move.is_some()).await?;
        work.expect::<Order, _>(&self.order, self.seen)?;
        work.decide::<Order, _>(&self.order, command)?;
        let There { branch, currency, ingredients, .. } = there;
        match stock_move {
            Some(StockMove::Consume) if !ingredients.is_empty() => {
                stock::consume(work, branch, self.order, currency, &ingredients)
            }
            Some(StockMove::Release) if !ingredients.is_empty() => {
                stock::release(work, branch, self.order)
            }
            Some(StockMove::Consume | StockMove::Release) | None => Ok(()),
        }
    }
}
