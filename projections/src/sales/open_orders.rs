//! What the sales figures remember of an order until it is paid or cancelled.

use std::collections::{BTreeMap, BTreeSet};

use domain::orders::order::Placed;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use crate::column;
use crate::page::Key;

pub(super) async fn keep(
    tx: &mut PgConnection,
    orders: &BTreeMap<Key, Placed>,
) -> Result<(), ConsumerError> {
    if orders.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(orders.keys());
    sqlx::query(
        "INSERT INTO sales_open_orders (tenant_id, order_id, placed)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::jsonb[])",
    )
    .bind(tenants)
    .bind(ids)
    .bind(orders.values().map(Json).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Reads orders for the last time.
pub(super) async fn take(
    tx: &mut PgConnection,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Placed>, ConsumerError> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (tenants, ids) = Key::columns(keys);
    let rows = sqlx::query(
        "DELETE FROM sales_open_orders
         WHERE (tenant_id, order_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))
         RETURNING tenant_id, order_id AS id, placed",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let keyed = |row: &PgRow| Ok((Key::from_row(row)?, column::json(row, "placed")?));
    rows.iter().map(keyed).collect()
}
