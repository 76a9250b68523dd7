//! Stock items.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::diet::Marks;
use domain::inventory::StockItem as Aggregate;
use domain::inventory::stock_item::{Details, State};
use domain::shared::StockItemId;
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// Something that is kept in stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockItem {
    /// Its id.
    pub id: StockItemId,
    /// Its name, unit and policy, and what is declared of it.
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

row::columns!(row StockItem { id as item_id, details, revision });
row::columns!(part Details { name, unit, on_shortage, marks });

impl StateRow for StockItem {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "stock_items";
    const ID: &'static str = "item_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = StockItemId::from_uuid(id);
        match state {
            State::Kept(details) => Some(Self { id, details, revision }),
            State::Unknown => None,
        }
    }

    fn into_state(self) -> State {
        State::Kept(self.details)
    }
}

/// Stock items, by name.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&StockItemCursor>,
    limit: u32,
) -> Result<Page<StockItem, StockItemCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
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
        "SELECT *
         FROM stock_items
         WHERE tenant_id = $1 AND item_id = $2",
    )
    .bind(tenant)
    .bind(item.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// What is declared of allergens and diets of stock items. An item that is not there has no marks.
pub async fn marks(
    tx: &mut TenantTx,
    items: &BTreeSet<StockItemId>,
) -> Result<BTreeMap<StockItemId, Marks>, ReadError> {
    let (tenant, connection) = tx.parts();
    let items: Vec<Uuid> = items.iter().map(|item| item.uuid()).collect();
    let rows: Vec<StockItem> = sqlx::query_as(
        "SELECT *
         FROM stock_items
         WHERE tenant_id = $1 AND item_id = ANY($2)",
    )
    .bind(tenant)
    .bind(items)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|item| (item.id, item.details.marks)).collect())
}
