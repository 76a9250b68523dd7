//! What the sales figures remember of an order until it is paid or cancelled: where in the log it was
//! placed. What was ordered stands there.

use std::collections::{BTreeMap, BTreeSet};

use domain::orders::order::{Event, Placed};
use event_store::consumer::ConsumerError;
use event_store::postgres::events_at;
use event_store::{Position, RecordedEvent};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::page::{Key, misfit};

pub(super) async fn keep(
    tx: &mut PgConnection,
    orders: &BTreeMap<Key, Position>,
) -> Result<(), ConsumerError> {
    if orders.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(orders.keys());
    sqlx::query(
        "INSERT INTO sales_open_orders (tenant_id, order_id, placed_at)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[])",
    )
    .bind(tenants)
    .bind(ids)
    .bind(orders.values().map(|position| position.to_i64()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Remembers orders for the last time.
pub(super) async fn take(
    tx: &mut PgConnection,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Position>, ConsumerError> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (tenants, ids) = Key::columns(keys);
    let rows = sqlx::query(
        "DELETE FROM sales_open_orders
         WHERE (tenant_id, order_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))
         RETURNING tenant_id, order_id AS id, placed_at",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let keyed =
        |row: &PgRow| Ok((Key::from_row(row)?, Position::from_i64(row.try_get("placed_at")?)));
    Ok(rows.iter().map(keyed).collect::<Result<_, sqlx::Error>>()?)
}

/// The orders that were placed at these positions, be they in the page or before it.
pub(super) async fn placed(
    tx: &mut PgConnection,
    page: &[&RecordedEvent],
    positions: &[Position],
) -> Result<BTreeMap<(Key, Position), Placed>, ConsumerError> {
    let here = |position: &Position| page.binary_search_by_key(position, |event| event.position);
    let before: Vec<Position> =
        positions.iter().filter(|position| here(position).is_err()).copied().collect();
    let before = if before.is_empty() { Vec::new() } else { events_at(tx, &before).await? };
    let in_page = positions.iter().filter_map(|position| here(position).ok());
    let in_page = in_page.map(|place| page[place]);
    let keyed = |event: &RecordedEvent| Ok(((Key::of(event)?, event.position), read(event)?));
    before.iter().chain(in_page).map(keyed).collect()
}

fn read(event: &RecordedEvent) -> Result<Placed, ConsumerError> {
    match event.decode()? {
        Event::Placed(placed) => Ok(placed),
        _ => Err(misfit(event, "an order begins with being placed")),
    }
}
