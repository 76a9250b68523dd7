//! One order whole: header, lines and payments.

use chrono::{DateTime, NaiveDate, Utc};
use domain::orders::Order;
use domain::orders::order::{Event, PaymentMethod, PaymentTaken};
use domain::pricing::TaxAmount;
use domain::shared::{Money, OrderId, PaymentId, TenantId};
use event_store::consumer::ConsumerError;
use event_store::{Revision, StreamId};
use sqlx::{FromRow, PgConnection, Row};
use uuid::Uuid;

use super::Orders;
use super::order_header::OrderHeader;
use super::order_line::{self, OrderLine};
use crate::page::{Happened, Key};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert;
use crate::row::{self, FromColumns, Owned};

/// An order with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDetail {
    /// What the list shows of it.
    pub header: OrderHeader,
    /// What the guest asked for; a line is identified by its number, from 1.
    pub lines: Vec<OrderLine>,
    /// The taxes of all lines, summed per tax.
    pub taxes: Vec<TaxAmount>,
    /// What was paid, in the order it was taken.
    pub payments: Vec<Payment>,
    /// Since when more has happened to it than is shown, where something of it is parked.
    pub stale_since: Option<DateTime<Utc>>,
}

/// A payment that was taken for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// How it was made.
    pub method: PaymentMethod,
    /// How much of the order is paid with it.
    pub amount: Money,
    /// What the guest handed over.
    pub tendered: Money,
    /// What the guest got back.
    pub change: Money,
    /// The day it counts for.
    pub business_date: NaiveDate,
    /// When it was taken, as the client reports.
    pub taken_at: DateTime<Utc>,
}

row::columns!(row Payment {
    id as payment_id, method, amount, tendered, change, business_date, taken_at,
} with {
    currency: |payment| payment.amount.currency(),
});

/// A payment with the order that it was taken for, and that order's revision with it.
struct Taken {
    order_id: Uuid,
    revision: Revision,
    payment: Payment,
}

row::columns!(written Taken { order_id, revision, payment });

impl Taken {
    fn of(happened: &Happened<'_, Order>, payment: &PaymentTaken) -> Result<Self, ConsumerError> {
        let Some(business_date) = happened.recorded.business_date else {
            return Err(happened.misfit("it has no business date"));
        };
        let payment = Payment {
            id: payment.payment,
            method: payment.method,
            amount: payment.amount,
            tendered: payment.tendered,
            change: payment.change,
            business_date,
            taken_at: happened.recorded.occurred_at,
        };
        let revision = happened.recorded.revision;
        Ok(Self { order_id: happened.key.id, revision, payment })
    }
}

/// The lines of an order with their taxes.
struct Content {
    order_id: Uuid,
    lines: Vec<OrderLine>,
    taxes: Vec<TaxAmount>,
}

row::columns!(written Content { order_id, lines, taxes });

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<(), ConsumerError> {
    let mut placed = Vec::new();
    let mut taken = Vec::new();
    for h in happened {
        let Key { tenant_id, id: order_id } = h.key;
        match &h.event {
            Event::Placed(order) => {
                let lines = order_line::all_of(order);
                let taxes = order.taxes.clone();
                placed.push(Owned { tenant_id, row: Content { order_id, lines, taxes } });
            }
            Event::PaymentTaken(payment) => {
                taken.push(Owned { tenant_id, row: Taken::of(h, payment)? });
            }
            _ => {}
        }
    }
    insert(tx, "order_lines", &placed).await?;
    insert(tx, "order_payments", &taken).await
}

/// One order.
pub async fn get(tx: &mut TenantTx, order: OrderId) -> Result<Option<OrderDetail>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query(
        "SELECT o.*, l.lines, l.taxes,
             (SELECT min(p.recorded_at)
              FROM consumer_parked p
              WHERE p.tenant_id = $1 AND p.consumer = $3 AND p.key = $4) AS stale_since
         FROM orders o
         JOIN order_lines l ON l.tenant_id = o.tenant_id AND l.order_id = o.order_id
         WHERE o.tenant_id = $1 AND o.order_id = $2",
    )
    .bind(tenant)
    .bind(order.uuid())
    .bind(Orders::NAME)
    .bind(StreamId::of::<Order>(TenantId::from_uuid(tenant), &order).name())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let payments = sqlx::query_as(
        "SELECT *
         FROM order_payments
         WHERE tenant_id = $1 AND order_id = $2
         ORDER BY revision",
    )
    .bind(tenant)
    .bind(order.uuid())
    .fetch_all(connection)
    .await?;
    let header = OrderHeader::from_row(&row)?;
    let lines = FromColumns::read(&row, "lines")?;
    let taxes = FromColumns::read(&row, "taxes")?;
    let stale_since = row.try_get("stale_since")?;
    Ok(Some(OrderDetail { header, lines, taxes, payments, stale_since }))
}
