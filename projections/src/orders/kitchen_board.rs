//! The kitchen's board: what is to be cooked and handed over, per branch.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::catalog::Channel;
use domain::orders::{OrderType, Status};
use domain::shared::{BranchId, OrderId, StationId};
use event_store::Revision;
use serde::{Deserialize, Serialize};

use super::order_line::OrderLine;
use crate::page::{Page, one_more_than};
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
    /// The channel that it came from.
    pub channel: Channel,
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
    id as order_id, branch as branch_id, order_type, channel, number, call_number, placed_at, status,
    status_since, lines, revision,
});

impl KitchenOrder {
    /// How many pieces are made at each station of the branch, and at none: of a combo those of its
    /// children.
    pub fn pieces_by_station(&self) -> BTreeMap<Option<StationId>, u64> {
        let mut made = BTreeMap::new();
        for line in &self.lines {
            let combos = u64::from(line.quantity.pieces());
            if line.children.is_empty() {
                *made.entry(line.station).or_default() += combos;
            }
            for child in &line.children {
                *made.entry(child.station).or_default() +=
                    combos * u64::from(child.quantity.pieces());
            }
        }
        made
    }
}

/// An order with its position on the board.
struct Ticket {
    position: i64,
    order: KitchenOrder,
}

row::columns!(read Ticket { position, order });

/// The end of a page of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardCursor {
    position: i64,
}

/// The branch's orders that are confirmed, being prepared or ready, the oldest first, as the log has them.
pub async fn board(
    tx: &mut TenantTx,
    branch: BranchId,
    after: Option<BoardCursor>,
    limit: u32,
) -> Result<Page<KitchenOrder, BoardCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    // The condition is that of the index, word for word: as parameters it would not be found.
    let rows: Vec<Ticket> = sqlx::query_as(
        "SELECT o.*, l.lines
         FROM orders o
         JOIN order_lines l ON l.tenant_id = o.tenant_id AND l.order_id = o.order_id
         WHERE o.tenant_id = $1 AND o.branch_id = $2
             AND o.status IN ('confirmed', 'preparing', 'ready')
             AND o.position > $3
         ORDER BY o.position
         LIMIT $4",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(after.map_or(0, |cursor| cursor.position))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let page = Page::of(rows, limit, |last| BoardCursor { position: last.position });
    Ok(Page { rows: page.rows.into_iter().map(|ticket| ticket.order).collect(), next: page.next })
}

/// The number of orders on the branch's board.
pub async fn count(tx: &mut TenantTx, branch: BranchId) -> Result<u64, ReadError> {
    let (tenant, connection) = tx.parts();
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*)
         FROM orders o
         WHERE o.tenant_id = $1 AND o.branch_id = $2
             AND o.status IN ('confirmed', 'preparing', 'ready')",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .fetch_one(connection)
    .await?;
    Ok(count.unsigned_abs())
}
