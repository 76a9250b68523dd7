//! What each branch has of everything.

use std::collections::BTreeMap;

use domain::inventory::balance::Balance;
use domain::inventory::stock::Event;
use domain::inventory::{BaseUnit, Inventory};
use domain::shared::{BranchId, Currency, Name, StockItemId, StockQuantity};
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::page::{Happened, Key, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert_or;
use crate::row::{self, FromColumns};

/// What a branch has of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// The item.
    pub item: StockItemId,
    /// Its name.
    pub name: Name,
    /// What its quantities count.
    pub unit: BaseUnit,
    /// The quantity and the value; none until something has come in or gone out.
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

row::columns!(read StockLevel { item as item_id, name, unit, balance, reserved });
row::columns!(part Balance { quantity, value } with { currency: |balance| balance.value.currency() });

/// Before anything came in or went out, no currency is known.
impl FromColumns for Option<Balance> {
    fn read(row: &PgRow, name: &'static str) -> Result<Self, sqlx::Error> {
        let currency: Option<Currency> = FromColumns::read(row, "currency")?;
        currency.map(|_| Balance::read(row, name)).transpose()
    }
}

/// An item in a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    tenant: Uuid,
    branch: Uuid,
    item: StockItemId,
}

row::columns!(written Cell { tenant as tenant_id, branch as branch_id, item as item_id });

/// What is there of an item, where nothing is known of what is reserved.
struct There {
    cell: Cell,
    balance: Balance,
}

row::columns!(written There { cell, balance } with { reserved: |_| StockQuantity::ZERO });

/// What is reserved of an item, where nothing is known of what is there.
struct Kept {
    cell: Cell,
    reserved: StockQuantity,
}

row::columns!(written Kept { cell, reserved } with { quantity: |_| StockQuantity::ZERO });

/// Each event has the balance after it, so the last one of the page suffices.
pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Inventory>],
) -> Result<(), ConsumerError> {
    let mut balances: BTreeMap<Cell, Balance> = BTreeMap::new();
    let mut reserved: BTreeMap<Cell, StockQuantity> = BTreeMap::new();
    for h in happened {
        let Key { tenant_id: tenant, id: branch } = h.key;
        let cell = |item: StockItemId| Cell { tenant, branch, item };
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
    let there = balances.into_iter().map(|(cell, balance)| There { cell, balance });
    let kept = reserved.into_iter().map(|(cell, reserved)| Kept { cell, reserved });
    insert_or(
        tx,
        "stock_balances",
        &there.collect::<Vec<_>>(),
        "ON CONFLICT (tenant_id, branch_id, item_id) DO UPDATE SET
             quantity = excluded.quantity,
             currency = excluded.currency,
             value = excluded.value",
    )
    .await?;
    insert_or(
        tx,
        "stock_balances",
        &kept.collect::<Vec<_>>(),
        "ON CONFLICT (tenant_id, branch_id, item_id) DO UPDATE SET reserved = excluded.reserved",
    )
    .await
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
