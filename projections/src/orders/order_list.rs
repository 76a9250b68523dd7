//! The list of orders: one header per order.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::orders::order::{CancelReason, Event, Placed, status_after};
use domain::orders::{Order, OrderType, Status};
use domain::shared::{BranchId, Money, OrderId};
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, QueryBuilder, Row};

use super::placed_before;
use crate::column;
use crate::page::{Happened, Key, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// What is known of an order apart from its lines and payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderHeader {
    /// Its id.
    pub id: OrderId,
    /// Where it was placed.
    pub branch: BranchId,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// Its number in the series of branch, type and year.
    pub number: u32,
    /// Its number in the day.
    pub call_number: u32,
    /// The day it was placed on.
    pub business_date: NaiveDate,
    /// When it was placed, as the client says.
    pub placed_at: DateTime<Utc>,
    /// Where it stands.
    pub status: Status,
    /// Since when it stands there.
    pub status_since: DateTime<Utc>,
    /// Why it was cancelled, if it was.
    pub cancel_reason: Option<CancelReason>,
    /// What it costs.
    pub total: Money,
    /// What is left to pay.
    pub balance: Money,
    /// How many lines it has.
    pub n_lines: u32,
    /// How many pieces they hold together.
    pub n_items: u32,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// Which orders to list; nothing set means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderFilter {
    /// Of this branch.
    pub branch: Option<BranchId>,
    /// Standing here.
    pub status: Option<Status>,
    /// Of this type.
    pub order_type: Option<OrderType>,
    /// Of this business date or later.
    pub from: Option<NaiveDate>,
    /// Of this business date or earlier.
    pub to: Option<NaiveDate>,
}

/// The end of a page of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCursor {
    business_date: NaiveDate,
    at: DateTime<Utc>,
    id: OrderId,
}

impl OrderHeader {
    /// The year of the series that its number belongs to.
    pub fn series_year(&self) -> i32 {
        self.business_date.year()
    }

    fn placed(happened: &Happened<'_, Order>, placed: &Placed) -> Result<Self, ConsumerError> {
        let Some(business_date) = happened.recorded.business_date else {
            return Err(happened.misfit("it has no business date"));
        };
        let n_lines = u32::try_from(placed.lines.len());
        Ok(Self {
            id: OrderId::from_uuid(happened.key.id),
            branch: placed.branch,
            order_type: placed.order_type,
            number: placed.number,
            call_number: placed.call_number,
            business_date,
            placed_at: happened.recorded.occurred_at,
            status: Status::Pending,
            status_since: happened.recorded.occurred_at,
            cancel_reason: None,
            total: placed.total,
            balance: placed.total,
            n_lines: n_lines.map_err(|_| happened.misfit("it has too many lines"))?,
            n_items: placed.lines.iter().map(|line| line.quantity.pieces()).sum(),
            revision: happened.recorded.revision,
        })
    }

    fn evolve(&mut self, happened: &Happened<'_, Order>) {
        if let Some(status) = status_after(&happened.event) {
            self.status = status;
            self.status_since = happened.recorded.occurred_at;
        }
        self.revision = happened.recorded.revision;
        match &happened.event {
            Event::PaymentTaken(payment) => self.balance = payment.balance,
            Event::Cancelled(cancelled) => self.cancel_reason = Some(cancelled.reason),
            _ => {}
        }
    }
}

impl FromRow<'_, PgRow> for OrderHeader {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: OrderId::from_uuid(row.try_get("order_id")?),
            branch: BranchId::from_uuid(row.try_get("branch_id")?),
            order_type: column::text(row, "order_type")?,
            number: column::number(row, "number")?,
            call_number: column::number(row, "call_number")?,
            business_date: row.try_get("business_date")?,
            placed_at: row.try_get("placed_at")?,
            status: column::text(row, "status")?,
            status_since: row.try_get("status_since")?,
            cancel_reason: column::optional_text(row, "cancel_reason")?,
            total: column::money(row, "total")?,
            balance: column::money(row, "balance")?,
            n_lines: column::number(row, "n_lines")?,
            n_items: column::number(row, "n_items")?,
            revision: column::revision(row)?,
        })
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<(), ConsumerError> {
    let mut moved = load(tx, happened).await?;
    let mut new: BTreeMap<Key, OrderHeader> = BTreeMap::new();
    for h in happened {
        if let Event::Placed(placed) = &h.event {
            new.insert(h.key, OrderHeader::placed(h, placed)?);
        } else {
            let Some(header) = new.get_mut(&h.key).or_else(|| moved.get_mut(&h.key)) else {
                return Err(h.misfit("the order was never placed"));
            };
            header.evolve(h);
        }
    }
    insert(tx, &new).await?;
    update(tx, &moved).await
}

async fn load(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<BTreeMap<Key, OrderHeader>, ConsumerError> {
    let keys = placed_before(happened);
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (tenants, ids) = Key::columns(&keys);
    let rows = sqlx::query(
        "SELECT order_id AS id, o.*
         FROM orders o
         WHERE (tenant_id, order_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let keyed = |row: &PgRow| Ok((Key::from_row(row)?, OrderHeader::from_row(row)?));
    rows.iter().map(keyed).collect()
}

/// What changes with an order's steps.
async fn update(
    tx: &mut PgConnection,
    moved: &BTreeMap<Key, OrderHeader>,
) -> Result<(), ConsumerError> {
    if moved.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(moved.keys());
    let rows = || moved.values();
    sqlx::query(
        "UPDATE orders o SET
             status = moved.status,
             status_since = moved.status_since,
             cancel_reason = moved.cancel_reason,
             balance = moved.balance,
             revision = moved.revision
         FROM UNNEST(
             $1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[],
             $7::bigint[]
         ) AS moved (
             tenant_id, order_id, status, status_since, cancel_reason, balance, revision
         )
         WHERE o.tenant_id = moved.tenant_id AND o.order_id = moved.order_id",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows().map(|order| order.status.word()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.status_since).collect::<Vec<_>>())
    .bind(rows().map(|order| order.cancel_reason.map(column::word)).collect::<Vec<_>>())
    .bind(rows().map(|order| order.balance.amount()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.revision.to_i64()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert(
    tx: &mut PgConnection,
    new: &BTreeMap<Key, OrderHeader>,
) -> Result<(), ConsumerError> {
    if new.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(new.keys());
    let rows = || new.values();
    sqlx::query(
        "INSERT INTO orders (
             tenant_id, order_id, branch_id, order_type, number, call_number, business_date,
             placed_at, status, status_since, cancel_reason, currency, total, balance, n_lines,
             n_items, revision
         )
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::uuid[]), UNNEST($4::text[]),
             UNNEST($5::bigint[]), UNNEST($6::bigint[]), UNNEST($7::date[]),
             UNNEST($8::timestamptz[]), UNNEST($9::text[]), UNNEST($10::timestamptz[]),
             UNNEST($11::text[]), UNNEST($12::text[]), UNNEST($13::bigint[]),
             UNNEST($14::bigint[]), UNNEST($15::bigint[]), UNNEST($16::bigint[]),
             UNNEST($17::bigint[])",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows().map(|order| order.branch.uuid()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.order_type.word()).collect::<Vec<_>>())
    .bind(rows().map(|order| i64::from(order.number)).collect::<Vec<_>>())
    .bind(rows().map(|order| i64::from(order.call_number)).collect::<Vec<_>>())
    .bind(rows().map(|order| order.business_date).collect::<Vec<_>>())
    .bind(rows().map(|order| order.placed_at).collect::<Vec<_>>())
    .bind(rows().map(|order| order.status.word()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.status_since).collect::<Vec<_>>())
    .bind(rows().map(|order| order.cancel_reason.map(column::word)).collect::<Vec<_>>())
    .bind(rows().map(|order| order.total.currency().code()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.total.amount()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.balance.amount()).collect::<Vec<_>>())
    .bind(rows().map(|order| i64::from(order.n_lines)).collect::<Vec<_>>())
    .bind(rows().map(|order| i64::from(order.n_items)).collect::<Vec<_>>())
    .bind(rows().map(|order| order.revision.to_i64()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Orders: the latest business date first, and of each the order placed last.
///
/// By the business date before all, since a client's clock may be years ahead, and its orders must not
/// stand above all others for so long. Branches that end their days at other hours are in one list by
/// their dates, not by the moment.
pub async fn list(
    tx: &mut TenantTx,
    filter: OrderFilter,
    after: Option<OrderCursor>,
    limit: u32,
) -> Result<Page<OrderHeader, OrderCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    // Only the conditions that are asked for are in the text, so that each kind of question gets
    // the plan that suits it.
    let mut query = QueryBuilder::new("SELECT * FROM orders WHERE tenant_id = ");
    query.push_bind(tenant);
    if let Some(branch) = filter.branch {
        query.push(" AND branch_id = ").push_bind(branch.uuid());
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(status.word());
    }
    if let Some(order_type) = filter.order_type {
        query.push(" AND order_type = ").push_bind(order_type.word());
    }
    if let Some(from) = filter.from {
        query.push(" AND business_date >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND business_date <= ").push_bind(to);
    }
    if let Some(OrderCursor { business_date, at, id }) = after {
        query.push(" AND (business_date, placed_at, order_id) < (").push_bind(business_date);
        query.push(", ").push_bind(at).push(", ").push_bind(id.uuid()).push(")");
    }
    query.push(" ORDER BY business_date DESC, placed_at DESC, order_id DESC LIMIT ");
    let rows = query.push_bind(one_more_than(limit)).build_query_as().fetch_all(connection).await?;
    let cursor = |last: &OrderHeader| OrderCursor {
        business_date: last.business_date,
        at: last.placed_at,
        id: last.id,
    };
    Ok(Page::of(rows, limit, cursor))
}
