//! The kitchen's board: what is to be cooked and handed over, per branch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::orders::order::{Event, Line, Placed, status_after};
use domain::orders::{Order, OrderType, Status};
use domain::shared::{BranchId, OrderId};
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, Row};

use super::placed_before;
use crate::column;
use crate::page::{Happened, Key};
use crate::read_db::{ReadError, TenantTx};

/// An order as the kitchen sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitchenOrder {
    /// Its id.
    pub id: OrderId,
    /// Where it is made.
    pub branch: BranchId,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// Its number in the series of branch, type and year.
    pub number: u32,
    /// Its number in the day, for calling it out.
    pub call_number: u32,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// Where it stands.
    pub status: Status,
    /// Since when it stands there.
    pub status_since: DateTime<Utc>,
    /// What the guest asked for; a line is named by its place, from 1.
    pub lines: Vec<Line>,
    /// The revision of its stream, for `If-Match`.
    pub revision: Revision,
}

impl KitchenOrder {
    fn placed(happened: &Happened<'_, Order>, placed: &Placed) -> Self {
        Self {
            id: OrderId::from_uuid(happened.key.id),
            branch: placed.branch,
            order_type: placed.order_type,
            number: placed.number,
            call_number: placed.call_number,
            placed_at: happened.recorded.occurred_at,
            status: Status::Pending,
            status_since: happened.recorded.occurred_at,
            lines: placed.lines.clone(),
            revision: happened.recorded.revision,
        }
    }

    fn evolve(&mut self, happened: &Happened<'_, Order>) {
        if let Some(status) = status_after(&happened.event) {
            self.status = status;
            self.status_since = happened.recorded.occurred_at;
        }
        self.revision = happened.recorded.revision;
    }

    /// Whether the kitchen has nothing more to do with it.
    fn has_left(&self) -> bool {
        self.status.next().is_empty()
    }
}

impl FromRow<'_, PgRow> for KitchenOrder {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: OrderId::from_uuid(row.try_get("order_id")?),
            branch: BranchId::from_uuid(row.try_get("branch_id")?),
            order_type: column::text(row, "order_type")?,
            number: column::number(row, "number")?,
            call_number: column::number(row, "call_number")?,
            placed_at: row.try_get("placed_at")?,
            status: column::text(row, "status")?,
            status_since: row.try_get("status_since")?,
            lines: column::json(row, "lines")?,
            revision: column::revision(row)?,
        })
    }
}

/// Orders that are placed and gone within the page never reach the table; events of an order that
/// has left, such as a late payment, change nothing.
pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<(), ConsumerError> {
    let mut board = load(tx, happened).await?;
    let mut gone: BTreeSet<Key> = board.keys().copied().collect();
    for h in happened {
        if let Event::Placed(placed) = &h.event {
            board.insert(h.key, KitchenOrder::placed(h, placed));
        } else if let Some(order) = board.get_mut(&h.key) {
            order.evolve(h);
        }
    }
    board.retain(|_, order| !order.has_left());
    gone.retain(|key| !board.contains_key(key));
    delete(tx, &gone).await?;
    save(tx, &board).await
}

async fn load(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<BTreeMap<Key, KitchenOrder>, ConsumerError> {
    let keys = placed_before(happened);
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (tenants, ids) = Key::columns(&keys);
    let rows = sqlx::query(
        "SELECT order_id AS id, k.*
         FROM kitchen_orders k
         WHERE (tenant_id, order_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let keyed = |row: &PgRow| Ok((Key::from_row(row)?, KitchenOrder::from_row(row)?));
    rows.iter().map(keyed).collect()
}

async fn delete(tx: &mut PgConnection, gone: &BTreeSet<Key>) -> Result<(), ConsumerError> {
    if gone.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(gone);
    sqlx::query(
        "DELETE FROM kitchen_orders
         WHERE (tenant_id, order_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .execute(tx)
    .await?;
    Ok(())
}

/// What never changes is written when the order is new.
async fn save(
    tx: &mut PgConnection,
    board: &BTreeMap<Key, KitchenOrder>,
) -> Result<(), ConsumerError> {
    if board.is_empty() {
        return Ok(());
    }
    let (tenants, ids) = Key::columns(board.keys());
    let rows = || board.values();
    sqlx::query(
        "INSERT INTO kitchen_orders (
             tenant_id, order_id, branch_id, order_type, number, call_number, placed_at, status,
             status_since, lines, revision
         )
         SELECT * FROM UNNEST(
             $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[],
             $7::timestamptz[], $8::text[], $9::timestamptz[], $10::jsonb[], $11::bigint[]
         )
         ON CONFLICT (tenant_id, order_id) DO UPDATE SET
             status = excluded.status,
             status_since = excluded.status_since,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows().map(|order| order.branch.uuid()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.order_type.word()).collect::<Vec<_>>())
    .bind(rows().map(|order| i64::from(order.number)).collect::<Vec<_>>())
    .bind(rows().map(|order| i64::from(order.call_number)).collect::<Vec<_>>())
    .bind(rows().map(|order| order.placed_at).collect::<Vec<_>>())
    .bind(rows().map(|order| order.status.word()).collect::<Vec<_>>())
    .bind(rows().map(|order| order.status_since).collect::<Vec<_>>())
    .bind(rows().map(|order| Json(&order.lines)).collect::<Vec<_>>())
    .bind(rows().map(|order| order.revision.to_i64()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The branch's orders that are confirmed, being prepared or ready, the oldest first.
pub async fn board(
    tx: &mut TenantTx,
    branch: BranchId,
    limit: u32,
) -> Result<Vec<KitchenOrder>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM kitchen_orders
         WHERE tenant_id = $1 AND branch_id = $2 AND status <> $3
         ORDER BY placed_at, order_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(Status::Pending.word())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
