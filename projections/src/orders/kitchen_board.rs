//! The kitchen's board: what is to be cooked and handed over, per branch.

use chrono::{DateTime, Utc};
use domain::orders::{OrderType, Status};
use domain::shared::{BranchId, OrderId};
use event_store::Revision;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use super::order_line::OrderLine;
use crate::column;
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
    pub lines: Vec<OrderLine>,
    /// The revision of its stream, for `If-Match`.
    pub revision: Revision,
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

/// The branch's orders that are confirmed, being prepared or ready, the oldest first.
pub async fn board(
    tx: &mut TenantTx,
    branch: BranchId,
    limit: u32,
) -> Result<Vec<KitchenOrder>, ReadError> {
    let (tenant, connection) = tx.parts();
    // The condition is that of the index, word for word: as parameters it would not be found.
    let rows = sqlx::query_as(
        "SELECT o.*, l.lines
         FROM orders o
         JOIN order_lines l ON l.tenant_id = o.tenant_id AND l.order_id = o.order_id
         WHERE o.tenant_id = $1 AND o.branch_id = $2
             AND o.status IN ('confirmed', 'preparing', 'ready')
         ORDER BY o.placed_at, o.order_id
         LIMIT $3",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
