//! The kardex: every movement of an item in a branch, with what there was after it.

use chrono::{DateTime, NaiveDate, Utc};
use domain::inventory::Inventory;
use domain::inventory::balance::Balance;
use domain::inventory::stock::{ConsumedLine, Event, ReceivedLine};
use domain::shared::{BranchId, Currency, EventId, Money, StockItemId, StockQuantity};
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::{Happened, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::row::statements::insert;

/// Why an item moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Goods came in.
    Receipt,
    /// Goods that came in cost another amount than was guessed when they were used up before.
    CostCorrection,
    /// An order used it up.
    Order,
}

/// A movement of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Why.
    pub reason: Reason,
    /// The order that used it up, or the receipt that it came with.
    pub source: Uuid,
    /// The event of the movement.
    pub event: EventId,
    /// How much came in; below nothing what went out.
    pub quantity: StockQuantity,
    /// What it was worth, with the same sign.
    pub value: Money,
    balance_quantity: StockQuantity,
    balance_value: Money,
    /// The day it counts for.
    pub business_date: NaiveDate,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    place: KardexCursor,
}

/// The end of a page of movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KardexCursor {
    position: i64,
    part: i64,
}

row::columns!(read Movement {
    reason, source as source_id, event as event_id, quantity, value, balance_quantity,
    balance_value, business_date, occurred_at, place,
});
row::columns!(part KardexCursor { position, part });

impl Movement {
    /// What there was after it.
    pub const fn balance(&self) -> Balance {
        Balance { quantity: self.balance_quantity, value: self.balance_value }
    }
}

/// What one line of an event does to an item, in millionths and minor units.
struct Moved {
    item: StockItemId,
    reason: Reason,
    source: Uuid,
    quantity: i64,
    currency: Currency,
    value: i64,
    balance_quantity: i64,
    balance_value: i64,
}

/// The same with where it happened, when, and in which event.
struct Entry {
    tenant_id: Uuid,
    branch_id: Uuid,
    place: KardexCursor,
    event_id: EventId,
    business_date: NaiveDate,
    occurred_at: DateTime<Utc>,
    moved: Moved,
}

row::columns!(written Moved {
    item as item_id, reason, source as source_id, quantity, currency, value, balance_quantity,
    balance_value,
});
row::columns!(written Entry {
    tenant_id, branch_id, place, event_id, business_date, occurred_at, moved,
});

impl Moved {
    /// One movement, or two when what came in corrects what went out before.
    fn received(receipt: Uuid, line: &ReceivedLine) -> impl Iterator<Item = Self> {
        let correction = line.correction.amount();
        let moved = |reason, quantity, value, balance_value| Self {
            item: line.item,
            reason,
            source: receipt,
            quantity,
            currency: line.cost.currency(),
            value,
            balance_quantity: line.balance.quantity.millionths(),
            balance_value,
        };
        let after = line.balance.value.amount();
        let (quantity, cost) = (line.quantity.millionths(), line.cost.amount());
        let receipt = moved(Reason::Receipt, quantity, cost, after - correction);
        let correction =
            (correction != 0).then(|| moved(Reason::CostCorrection, 0, correction, after));
        std::iter::once(receipt).chain(correction)
    }

    fn consumed(order: Uuid, line: &ConsumedLine) -> Self {
        Self {
            item: line.item,
            reason: Reason::Order,
            source: order,
            quantity: -line.quantity.millionths(),
            currency: line.value.currency(),
            value: -line.value.amount(),
            balance_quantity: line.balance.quantity.millionths(),
            balance_value: line.balance.value.amount(),
        }
    }

    /// What an event moves; reservations move nothing.
    fn by(event: &Event) -> Vec<Self> {
        match event {
            Event::Received(received) => {
                let receipt = received.receipt.uuid();
                received.lines.iter().flat_map(|line| Self::received(receipt, line)).collect()
            }
            Event::Consumed(consumed) => {
                let order = consumed.order.uuid();
                consumed.lines.iter().map(|line| Self::consumed(order, line)).collect()
            }
            Event::Reserved(_) | Event::Released(_) => vec![],
        }
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Inventory>],
) -> Result<(), ConsumerError> {
    let mut rows = Vec::new();
    for h in happened {
        for (part, moved) in (0_i64..).zip(Moved::by(&h.event)) {
            let Some(business_date) = h.recorded.business_date else {
                return Err(h.misfit("it has no business date"));
            };
            rows.push(Entry {
                tenant_id: h.key.tenant_id,
                branch_id: h.key.id,
                place: KardexCursor { position: h.recorded.position.to_i64(), part },
                event_id: h.recorded.id,
                business_date,
                occurred_at: h.recorded.occurred_at,
                moved,
            });
        }
    }
    insert(tx, "kardex", &rows).await
}

/// The movements of an item in a branch, in the order in which they happened to it.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    item: StockItemId,
    after: Option<KardexCursor>,
    limit: u32,
) -> Result<Page<Movement, KardexCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let after = after.unwrap_or(KardexCursor { position: 0, part: 0 });
    let rows = sqlx::query_as(
        "SELECT *
         FROM kardex
         WHERE tenant_id = $1
             AND branch_id = $2
             AND item_id = $3
             AND (position, part) > ($4, $5)
         ORDER BY position, part
         LIMIT $6",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(item.uuid())
    .bind(after.position)
    .bind(after.part)
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    Ok(Page::of(rows, limit, |last: &Movement| last.place))
}
