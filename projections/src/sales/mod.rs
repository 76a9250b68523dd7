//! What was sold, by day, hour, product and category of each branch.
//!
//! Written by the consumer `sales`. An order is a sale from the payment on that leaves nothing to pay,
//! on that payment's business date and at its hour.

mod by_hour;
mod by_variant;
mod open_orders;
pub mod report;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::orders::Order;
use domain::orders::order::{Event, PaymentTaken, Placed};
use event_store::consumer::{Consumer, ConsumerError, Projection};
use event_store::{Position, RecordedEvent, Revision};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::{Happened, Key, is_of};

/// Keeps the sales figures.
#[derive(Debug)]
pub struct Sales;

impl Sales {
    /// The name of the consumer.
    pub const NAME: &'static str = "sales";
}

/// The revision at which an order is placed: its first.
const PLACED: Revision = Revision::new(1);

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

    fn wants(&self, event_type: &str) -> bool {
        is_of::<Order>(event_type)
    }

    /// An order that is placed and paid within the page never reaches the table of open orders.
    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let mut open: BTreeMap<Key, Position> = BTreeMap::new();
        let mut closed = Vec::new();
        for recorded in events {
            if recorded.revision == PLACED {
                open.insert(Key::of(recorded)?, recorded.position);
                continue;
            }
            let h = Happened::<Order>::decode(recorded)?;
            match &h.event {
                Event::PaymentTaken(payment) if !payment.balance.is_zero() => {}
                Event::PaymentTaken(_) | Event::Cancelled(_) => closed.push(h),
                _ => {}
            }
        }
        let placed_before: BTreeSet<Key> =
            closed.iter().map(|h| h.key).filter(|key| !open.contains_key(key)).collect();
        open.extend(open_orders::take(tx, &placed_before).await?);

        let mut sold = Vec::new();
        for h in &closed {
            let Some(position) = open.remove(&h.key) else {
                return Err(h.misfit("the order was not open"));
            };
            if let Event::PaymentTaken(payment) = &h.event {
                sold.push((h, payment, position));
            }
        }
        open_orders::keep(tx, &open).await?;
        let positions: Vec<Position> = sold.iter().map(|(.., position)| *position).collect();
        let mut placed = open_orders::placed(tx, events, &positions).await?;
        let sale = |(h, payment, position): &(&Happened<'_, Order>, &PaymentTaken, Position)| {
            let order = placed.remove(&(h.key, *position));
            let order = order.ok_or_else(|| h.misfit("the log does not have its order"))?;
            Sale::of(h, payment, order)
        };
        let sales = sold.iter().map(sale).collect::<Result<Vec<_>, ConsumerError>>()?;
        by_hour::add(tx, &sales).await?;
        by_variant::add(tx, &sales).await
    }
}

impl Projection for Sales {
    fn tables(&self) -> &'static [&'static str] {
        &["sales_by_hour", "sales_by_variant", "sales_open_orders"]
    }
}

impl Sale {
    fn of(
        happened: &Happened<'_, Order>,
        last_payment: &PaymentTaken,
        order: Placed,
    ) -> Result<Self, ConsumerError> {
        let Some(business_date) = happened.recorded.business_date else {
            return Err(happened.misfit("it has no business date"));
        };
        let tenant_id = happened.key.tenant_id;
        Ok(Self { tenant_id, business_date, hour: last_payment.hour, order })
    }
}

/// Sums of sales. Wide enough for any page of any amounts; the database's are without limit.
#[derive(Debug, Default)]
struct Sums {
    n_orders: i64,
    n_lines: i64,
    n_items: i64,
    gross: i128,
}
