//! What was sold, by day, hour, product, category and modifier of each branch, and its taxes.
//!
//! Written by the consumer `sales`. An order is a sale from the payment on that leaves nothing to pay,
//! on that payment's business date and at its hour. No order has two of these.

mod by_hour;
mod by_modifier;
mod by_tax;
mod by_variant;
pub mod report;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::orders::Order;
use domain::orders::order::{Event, Placed};
use event_store::consumer::{Consumer, ConsumerError, Projection, first_events};
use event_store::{RecordedEvent, StreamId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::misfit;
use crate::row;

/// Keeps the sales figures.
#[derive(Debug)]
pub struct Sales;

impl Sales {
    /// The name of the consumer.
    pub const NAME: &'static str = "sales";
}

/// The event that may complete a sale, and the one with the ordered lines, as stored.
const PAYMENT_TAKEN: &str = "order.payment_taken";
const PLACED: &str = "order.placed";

/// An order that is fully paid.
struct Sale {
    tenant_id: Uuid,
    business_date: NaiveDate,
    hour: u8,
    order: Placed,
}

#[async_trait]
impl Consumer for Sales {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// What is known of an order and is neither changes no figure.
    fn wants(&self, event: &RecordedEvent) -> bool {
        event.stream.is_of::<Order>()
            && ([PAYMENT_TAKEN, PLACED].contains(&&*event.event_type) || !event.is_known::<Event>())
    }

    /// Events with the ordered lines do not change rows: they are read from the log when a sale is complete.
    fn acts_on(&self, event: &RecordedEvent) -> bool {
        self.wants(event) && (event.event_type != PLACED || !event.is_known::<Event>())
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let mut placed: HashMap<&StreamId, &RecordedEvent> = HashMap::new();
        let mut last_payments = Vec::new();
        for recorded in events {
            if recorded.event_type == PLACED && recorded.is_known::<Event>() {
                placed.insert(&recorded.stream, recorded);
            } else if let Event::PaymentTaken(payment) = recorded.decode()?
                && payment.balance.is_zero()
            {
                last_payments.push((*recorded, payment.hour));
            }
        }
        let payments = last_payments.iter().map(|(payment, _)| *payment);
        let before = payments.filter(|payment| !placed.contains_key(&payment.stream));
        let before: Vec<&RecordedEvent> = before.collect();
        let before = first_events(tx, &before).await?;
        let sale = |(payment, hour): &(&RecordedEvent, u8)| {
            let here = placed.get(&payment.stream).copied();
            Sale::of(payment, *hour, here.or_else(|| before.get(&payment.position)))
        };
        let sales = last_payments.iter().map(sale).collect::<Result<Vec<_>, ConsumerError>>()?;
        by_hour::add(tx, &sales).await?;
        by_variant::add(tx, &sales).await?;
        by_modifier::add(tx, &sales).await?;
        by_tax::add(tx, &sales).await
    }
}

impl Projection for Sales {
    fn tables(&self) -> &'static [&'static str] {
        &["sales_by_hour", "sales_by_variant", "sales_by_modifier", "sales_by_tax"]
    }
}

impl Sale {
    fn of(
        last_payment: &RecordedEvent,
        hour: u8,
        placed: Option<&RecordedEvent>,
    ) -> Result<Self, ConsumerError> {
        let misfits = |reason| misfit(last_payment, reason);
        let business_date =
            last_payment.business_date.ok_or_else(|| misfits("it has no business date"))?;
        let placed = placed.ok_or_else(|| misfits("the log does not lead back to its order"))?;
        let Event::Placed(order) = placed.decode()? else {
            return Err(misfits("its order does not begin with being placed"));
        };
        let tenant_id = last_payment.stream.tenant().uuid();
        Ok(Self { tenant_id, business_date, hour, order })
    }
}

/// Sums of sales. Wide enough for any page of any amounts; the database's are without limit.
#[derive(Debug, Default)]
struct Sums {
    n_lines: i64,
    n_items: i64,
    gross: i128,
}

row::columns!(written Sums { n_lines, n_items, gross });

#[cfg(test)]
mod tests {
    use domain::event::StoredEvent;

    use super::*;

    #[test]
    fn what_makes_a_sale_are_events_of_an_order() {
        for name in [PAYMENT_TAKEN, PLACED] {
            assert!(Event::TYPES.iter().any(|stored| stored.name == name), "{name}");
        }
    }
}
