//! Orders of the past, which an import places.

use serde::Serialize;

use super::menu::Sells;
use super::place::Terms;
use super::{OrderRefusal, PlaceOrder};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// What an order takes from the stock of its branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// The ingredients of its recipes; it is refused if an item is short whose policy refuses that.
    Available,
    /// The ingredients of its recipes, whatever the policy of an item is.
    Anything,
    /// Nothing: the count of today does not include what was sold before.
    Nothing,
}

/// Places an order that was taken elsewhere, in the past.
#[derive(Debug, Clone, Serialize)]
pub struct PlacePastOrder {
    /// The order.
    #[serde(flatten)]
    pub place: PlaceOrder,
    /// What the order takes from stock.
    pub takes: Takes,
}

impl Intent for PlacePastOrder {
    const OPERATION: &'static str = "order.place_past";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<OrderRefusal>> {
        // From the time of the order its reservation could expire before the order is finished.
        let reserved_at = Some(work.recorded_at());
        let terms = Terms { sells: Sells::Everything, takes: self.takes, reserved_at };
        self.place.place(work, terms).await?;
        Ok(())
    }
}
