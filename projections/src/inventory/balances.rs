//! What each branch has of everything.

use std::collections::BTreeMap;

use domain::inventory::balance::Balance;
use domain::inventory::stock::Event;
use domain::inventory::{BaseUnit, Inventory};
use domain::shared::{BranchId, Name, StockItemId, StockQuantity};
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};
use uuid::Uuid;

use crate::column;
use crate::page::{Happened, Key, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// What a branch has of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// The item.
    pub item: StockItemId,
    /// Its name.
    pub name: Name,
    /// What its quantities count.
    pub unit: BaseUnit,
    /// What is there and what it is worth; none until something has come in or gone out.
    pub balance: Option<Balance>,
    /// How much of it is kept for orders.
    pub reserved: StockQuantity,
}

/// The end of a page of balances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCursor {
    name: String,
    id: StockItemId,
}

impl FromRow<'_, PgRow> for StockLevel {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let has_moved = row.try_get::<Option<String>, _>("currency")?.is_some();
        let balance = || {
            let quantity = column::stock_quantity(row, "quantity")?;
            Ok::<_, sqlx::Error>(Balance { quantity, value: column::money(row, "value")? })
        };
        Ok(Self {
            item: StockItemId::from_uuid(row.try_get("item_id")?),
            name: column::text(row, "name")?,
            unit: column::text(row, "unit")?,
            balance: has_moved.then(balance).transpose()?,
            reserved: column::stock_quantity(row, "reserved")?,
        })
    }
}

/// An item in a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    branch: Key,
    item: StockItemId,
}

impl Cell {
    /// Cells as three columns for `UNNEST`.
    fn columns<'a>(cells: impl IntoIterator<Item = &'a Self>) -> (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>) {
        cells
            .into_iter()
            .map(|Self { branch, item }| (branch.tenant_id, branch.id, item.uuid()))
            .collect()
    }
}

/// Each event says what there is after it, so the last one of the page says it all.
pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Inventory>],
) -> Result<(), ConsumerError> {
    let mut balances: BTreeMap<Cell, Balance> = BTreeMap::new();
    let mut reserved: BTreeMap<Cell, StockQuantity> = BTreeMap::new();
    for h in happened {
        let cell = |item: StockItemId| Cell { branch: h.key, item };
        match &h.event {
            Event::Received(received) => {
                balances.extend(received.lines.iter().map(|line| (cell(line.item), line.balance)));
            }
            Event::Consumed(consumed) => {
                for line in &consumed.lines {
                    balances.insert(cell(line.item), line.balance);
                    reserved.insert(cell(line.item), line.reserved);
                }
            }
            Event::Reserved(kept) => {
                reserved.extend(kept.lines.iter().map(|line| (cell(line.item), line.reserved)));
            }
            Event::Released(kept) => {
                reserved.extend(kept.lines.iter().map(|line| (cell(line.item), line.reserved)));
            }
        }
    }
    save_balances(tx, &balances).await?;
    save_reserved(tx, &reserved).await
}

async fn save_balances(
    tx: &mut PgConnection,
    balances: &BTreeMap<Cell, Balance>,
) -> Result<(), ConsumerError> {
    if balances.is_empty() {
        return Ok(());
    }
    let (tenants, branches, items) = Cell::columns(balances.keys());
    sqlx::query(
        "INSERT INTO stock_balances (
             tenant_id, branch_id, item_id, reserved, quantity, currency, value
         )
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::uuid[]), 0,
             UNNEST($4::bigint[]), UNNEST($5::text[]), UNNEST($6::bigint[])
         ON CONFLICT (tenant_id, branch_id, item_id) DO UPDATE SET
             quantity = excluded.quantity,
             currency = excluded.currency,
             value = excluded.value",
    )
    .bind(tenants)
    .bind(branches)
    .bind(items)
    .bind(balances.values().map(|after| after.quantity.millionths()).collect::<Vec<_>>())
    .bind(balances.values().map(|after| after.value.currency().code()).collect::<Vec<_>>())
    .bind(balances.values().map(|after| after.value.amount()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

async fn save_reserved(
    tx: &mut PgConnection,
    reserved: &BTreeMap<Cell, StockQuantity>,
) -> Result<(), ConsumerError> {
    if reserved.is_empty() {
        return Ok(());
    }
    let (tenants, branches, items) = Cell::columns(reserved.keys());
    sqlx::query(
        "INSERT INTO stock_balances (tenant_id, branch_id, item_id, quantity, reserved)
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::uuid[]), 0, UNNEST($4::bigint[])
         ON CONFLICT (tenant_id, branch_id, item_id) DO UPDATE SET reserved = excluded.reserved",
    )
    .bind(tenants)
    .bind(branches)
    .bind(items)
    .bind(reserved.values().map(|kept| kept.millionths()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// What a branch has of everything it ever had, by name.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    after: Option<&StockCursor>,
    limit: u32,
) -> Result<Page<StockLevel, StockCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT b.item_id, i.name, i.unit, b.quantity, b.reserved, b.currency, b.value
         FROM stock_balances b
         JOIN stock_items i ON i.tenant_id = b.tenant_id AND i.item_id = b.item_id
         WHERE b.tenant_id = $1
             AND b.branch_id = $2
             AND ($3::text IS NULL OR (i.name, i.item_id) > ($3, $4))
         ORDER BY i.name, i.item_id
         LIMIT $5",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &StockLevel| StockCursor { name: last.name.to_string(), id: last.item };
    Ok(Page::of(rows, limit, cursor))
}
