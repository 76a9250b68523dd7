//! Orders that are paid.

use domain::orders::order::{self, Order};
use domain::shared::{Money, OrderId, PaymentId};
use event_store::Revision;
use serde::Serialize;

use super::{OrderRefusal, There, there};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// A guest pays in cash.
#[derive(Debug, Clone, Serialize)]
pub struct TakeCash {
    /// The payment to be.
    #[serde(skip)]
    pub payment: PaymentId,
    /// The order.
    pub order: OrderId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// How much of the order is paid.
    pub amount: Money,
    /// What the guest hands over; none means exactly the amount.
    pub tendered: Option<Money>,
}

impl Intent for TakeCash {
    const OPERATION: &'static str = "order.take_cash";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<OrderRefusal>> {
        let There { hour, .. } = there(work, self.order, false).await?;
        work.expect::<Order, _>(&self.order, self.seen)?;
        let cash = order::TakeCash {
            payment: self.payment,
            amount: self.amount,
            tendered: self.tendered,
            hour,
        };
        work.decide::<Order, _>(&self.order, order::Command::TakeCash(cash))?;
        Ok(())
    }
}
