//! Stock items.

use std::collections::BTreeMap;

use domain::inventory::StockItem as Aggregate;
use domain::inventory::stock_item::{Details, State};
use domain::shared::StockItemId;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::column;
use crate::page::{Folded, Happened, Key, Page, fold, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// Something that is kept in stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockItem {
    /// Its id.
    pub id: StockItemId,
    /// Its name, unit and policy.
    pub details: Details,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of stock items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockItemCursor {
    name: String,
    id: StockItemId,
}

impl FromRow<'_, PgRow> for StockItem {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: StockItemId::from_uuid(row.try_get("item_id")?),
            details: Details {
                name: column::text(row, "name")?,
                unit: column::text(row, "unit")?,
                on_shortage: column::text(row, "on_shortage")?,
            },
            revision: column::revision(row)?,
        })
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, Aggregate>>,
) -> Result<(), ConsumerError> {
    if happened.is_empty() {
        return Ok(());
    }
    let mut items = load(tx, &happened).await?;
    fold(&mut items, happened);
    save(tx, &items).await
}

async fn load(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Aggregate>],
) -> Result<BTreeMap<Key, Folded<Aggregate>>, ConsumerError> {
    let (tenants, ids) = Key::columns(happened.iter().map(|h| &h.key));
    let rows = sqlx::query(
        "SELECT item_id AS id, i.*
         FROM stock_items i
         WHERE (tenant_id, item_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let folded = |row: &PgRow| {
        let StockItem { details, revision, .. } = StockItem::from_row(row)?;
        Ok((Key::from_row(row)?, Folded { state: State::Kept(details), revision }))
    };
    rows.iter().map(folded).collect()
}

async fn save(
    tx: &mut PgConnection,
    items: &BTreeMap<Key, Folded<Aggregate>>,
) -> Result<(), ConsumerError> {
    let row = |(key, row)| {
        let Folded { state, revision }: &Folded<Aggregate> = row;
        Some((key, state.kept()?, revision.to_i64()))
    };
    let rows: Vec<_> = items.iter().filter_map(row).collect();
    let (tenants, ids) = Key::columns(rows.iter().map(|(key, ..)| *key));
    sqlx::query(
        "INSERT INTO stock_items (tenant_id, item_id, name, unit, on_shortage, revision)
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::text[]), UNNEST($4::text[]),
             UNNEST($5::text[]), UNNEST($6::bigint[])
         ON CONFLICT (tenant_id, item_id) DO UPDATE SET
             name = excluded.name,
             unit = excluded.unit,
             on_shortage = excluded.on_shortage,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows.iter().map(|(_, details, _)| details.name.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| details.unit.word()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| details.on_shortage.word()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., revision)| *revision).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Stock items, by name.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&StockItemCursor>,
    limit: u32,
) -> Result<Page<StockItem, StockItemCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT item_id, name, unit, on_shortage, revision
         FROM stock_items
         WHERE tenant_id = $1 AND ($2::text IS NULL OR (name, item_id) > ($2, $3))
         ORDER BY name, item_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor =
        |last: &StockItem| StockItemCursor { name: last.details.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One stock item.
pub async fn get(tx: &mut TenantTx, item: StockItemId) -> Result<Option<StockItem>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT item_id, name, unit, on_shortage, revision
         FROM stock_items
         WHERE tenant_id = $1 AND item_id = $2",
    )
    .bind(tenant)
    .bind(item.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
