//! One order whole: header, lines and payments.

use chrono::{DateTime, NaiveDate, Utc};
use domain::orders::Order;
use domain::orders::order::{Event, PaymentMethod, PaymentTaken};
use domain::shared::{Money, OrderId, PaymentId, TenantId};
use event_store::StreamId;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use super::Orders;
use super::order_line::{self, OrderLine};
use super::order_list::OrderHeader;
use crate::column;
use crate::page::{Happened, Key};
use crate::read_db::{ReadError, TenantTx};

/// An order with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDetail {
    /// What the list shows of it.
    pub header: OrderHeader,
    /// What the guest asked for; a line is named by its place, from 1.
    pub lines: Vec<OrderLine>,
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
    /// When it was taken, as the client says.
    pub taken_at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for Payment {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: PaymentId::from_uuid(row.try_get("payment_id")?),
            method: column::text(row, "method")?,
            amount: column::money(row, "amount")?,
            tendered: column::money(row, "tendered")?,
            change: column::money(row, "change")?,
            business_date: row.try_get("business_date")?,
            taken_at: row.try_get("taken_at")?,
        })
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<(), ConsumerError> {
    let mut placed = Vec::new();
    let mut taken = Vec::new();
    for h in happened {
        match (&h.event, h.recorded.business_date) {
            (Event::Placed(order), _) => {
                placed.push((h.key, column::json_text(&order_line::all_of(order))));
            }
            (Event::PaymentTaken(payment), Some(date)) => taken.push((h, payment, date)),
            (Event::PaymentTaken(_), None) => return Err(h.misfit("it has no business date")),
            _ => {}
        }
    }
    if !placed.is_empty() {
        insert_lines(tx, placed).await?;
    }
    if !taken.is_empty() {
        insert_payments(tx, &taken).await?;
    }
    Ok(())
}

async fn insert_lines(
    tx: &mut PgConnection,
    placed: Vec<(Key, String)>,
) -> Result<(), ConsumerError> {
    let (keys, lines): (Vec<Key>, Vec<_>) = placed.into_iter().unzip();
    let (tenants, ids) = Key::columns(&keys);
    // An array of JSON would be taken apart once more, to plan the statement.
    sqlx::query(
        "INSERT INTO order_lines (tenant_id, order_id, lines)
         SELECT UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::text[])::json",
    )
    .bind(tenants)
    .bind(ids)
    .bind(lines)
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert_payments(
    tx: &mut PgConnection,
    taken: &[(&Happened<'_, Order>, &PaymentTaken, NaiveDate)],
) -> Result<(), ConsumerError> {
    let (tenants, ids) = Key::columns(taken.iter().map(|(h, ..)| &h.key));
    let payments = || taken.iter().map(|(_, payment, _)| payment);
    sqlx::query(
        "INSERT INTO order_payments (
             tenant_id, order_id, revision, payment_id, method, currency, amount, tendered, change,
             business_date, taken_at
         )
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::bigint[]), UNNEST($4::uuid[]),
             UNNEST($5::text[]), UNNEST($6::text[]), UNNEST($7::bigint[]), UNNEST($8::bigint[]),
             UNNEST($9::bigint[]), UNNEST($10::date[]), UNNEST($11::timestamptz[])",
    )
    .bind(tenants)
    .bind(ids)
    .bind(taken.iter().map(|(h, ..)| h.recorded.revision.to_i64()).collect::<Vec<_>>())
    .bind(payments().map(|payment| payment.payment.uuid()).collect::<Vec<_>>())
    .bind(payments().map(|payment| column::word(payment.method)).collect::<Vec<_>>())
    .bind(payments().map(|payment| payment.amount.currency().code()).collect::<Vec<_>>())
    .bind(payments().map(|payment| payment.amount.amount()).collect::<Vec<_>>())
    .bind(payments().map(|payment| payment.tendered.amount()).collect::<Vec<_>>())
    .bind(payments().map(|payment| payment.change.amount()).collect::<Vec<_>>())
    .bind(taken.iter().map(|(.., date)| *date).collect::<Vec<_>>())
    .bind(taken.iter().map(|(h, ..)| h.recorded.occurred_at).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// One order.
pub async fn get(tx: &mut TenantTx, order: OrderId) -> Result<Option<OrderDetail>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query(
        "SELECT o.*, l.lines,
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
    let lines = column::json(&row, "lines")?;
    Ok(Some(OrderDetail { header, lines, payments, stale_since: row.try_get("stale_since")? }))
}
