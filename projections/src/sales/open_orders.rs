//! What the sales figures remember of an order until it is paid or cancelled.

use std::collections::{BTreeMap, BTreeSet};

use domain::orders::order::Placed;
use domain::shared::{BranchId, Money};
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::column;
use crate::orders::order_line::{self, OrderLine};
use crate::page::Key;

/// An order that is neither paid nor cancelled.
pub(super) struct OpenOrder {
    pub(super) branch: BranchId,
    pub(super) total: Money,
    pub(super) lines: Vec<OrderLine>,
}

impl From<Placed> for OpenOrder {
    fn from(placed: Placed) -> Self {
        Self { branch: placed.branch, total: placed.total, lines: order_line::all_of(&placed) }
    }
}

impl FromRow<'_, PgRow> for OpenOrder {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            branch: BranchId::from_uuid(row.try_get("branch_id")?),
            total: column::money(row, "total")?,
            lines: column::json(row, "lines")?,
        })
    }
}

pub(super) async fn keep(
    tx: &mut PgConnection,
    orders: &BTreeMap<Key, OpenOrder>,
) -> Result<(), ConsumerError> {
    if orders.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(orders.keys());
    let rows = || orders.values();
    sqlx::query(
        "INSERT INTO sales_open_orders (tenant_id, order_id, branch_id, currency, total, lines)
         SELECT * FROM UNNEST(
             $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[]::json[]
         )",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows().map(|order| order.branch.uuid()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.total.currency().code()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.total.amount()).collect::<Vec<_>>())
    .bind(rows().map(|order| column::json_text(&order.lines)).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Reads orders for the last time.
pub(super) async fn take(
    tx: &mut PgConnection,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, OpenOrder>, ConsumerError> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (tenants, ids) = Key::columns(keys);
    let rows = sqlx::query(
        "DELETE FROM sales_open_orders
         WHERE (tenant_id, order_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))
         RETURNING tenant_id, order_id AS id, branch_id, currency, total, lines",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let keyed = |row: &PgRow| Ok((Key::from_row(row)?, OpenOrder::from_row(row)?));
    rows.iter().map(keyed).collect()
}
