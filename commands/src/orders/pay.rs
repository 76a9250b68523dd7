//! Payments of orders.

use domain::orders::order::{self, Order};
use domain::shared::{Money, OrderId, PaymentId};
use event_store::Revision;
use serde::Serialize;

use super::{OrderRefusal, There, there};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Takes a payment in cash.
#[derive(Debug, Clone, Serialize)]
pub struct TakeCash {
    /// The id of the payment.
    #[serde(skip)]
    pub payment: PaymentId,
    /// The order.
    pub order: OrderId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// The amount that is paid of the order.
    pub amount: Money,
    /// The cash that the guest hands over; none means exactly the amount.
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
