//! The kitchen's board: what is to be cooked and handed over, per branch.

use chrono::{DateTime, Utc};
use domain::orders::{OrderType, Status};
use domain::shared::{BranchId, OrderId};
use event_store::Revision;

use super::order_line::OrderLine;
use crate::read_db::{ReadError, TenantTx};
use crate::row;

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
    /// Its status.
    pub status: Status,
    /// When it got this status; never earlier than it got the one before.
    pub status_since: DateTime<Utc>,
    /// What the guest asked for; a line is identified by its number, from 1.
    pub lines: Vec<OrderLine>,
    /// The revision of its stream, for `If-Match`.
    pub revision: Revision,
}

row::columns!(read KitchenOrder {
    id as order_id, branch as branch_id, order_type, number, call_number, placed_at, status,
    status_since, lines, revision,
});

/// The branch's orders that are confirmed, being prepared or ready, the oldest first, as the log has them.
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
         ORDER BY o.position
         LIMIT $3",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
