//! What the list shows of an order, and what the kitchen's board and the order whole begin with.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::catalog::Channel;
use domain::orders::order::{CancelReason, Event, Placed, status_after};
use domain::orders::{Order, OrderType, Status};
use domain::shared::{BranchId, Money, OrderId};
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;
use uuid::Uuid;

use super::placed_before;
use crate::page::{Happened, Key};
use crate::row::statements::{insert, load, update};
use crate::row::{self, Owned};

const TABLE: &str = "orders";

/// What is known of an order apart from its lines and payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderHeader {
    /// Its id.
    pub id: OrderId,
    /// Where it was placed.
    pub branch: BranchId,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// The channel that it came from.
    pub channel: Channel,
    /// Its number in the series of branch, type and year.
    pub number: u32,
    /// Its number in the day.
    pub call_number: u32,
    /// Its position in the log, which defines the order of events; clocks may be wrong.
    pub position: i64,
    /// The day it was placed on.
    pub business_date: NaiveDate,
    /// When it was placed, as the client reports.
    pub placed_at: DateTime<Utc>,
    /// Its status.
    pub status: Status,
    /// Since when it has this status; never earlier than it got the status before, even if the clock was set
    /// back.
    pub status_since: DateTime<Utc>,
    /// Why it was cancelled, if it was.
    pub cancel_reason: Option<CancelReason>,
    /// What it costs.
    pub total: Money,
    /// What is left to pay.
    pub balance: Money,
    /// How many lines it has.
    pub n_lines: u32,
    /// How many pieces they hold together.
    pub n_items: u32,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

row::columns!(row OrderHeader {
    id as order_id, branch as branch_id, order_type, channel, number, call_number, position,
    business_date, placed_at, status, status_since, cancel_reason, total, balance, n_lines, n_items, revision,
} with {
    currency: |order| order.total.currency(),
});

/// What changes with an order's steps.
struct Moved {
    tenant_id: Uuid,
    order_id: Uuid,
    status: Status,
    status_since: DateTime<Utc>,
    cancel_reason: Option<CancelReason>,
    balance: Money,
    revision: Revision,
}

row::columns!(written Moved {
    tenant_id, order_id, status, status_since, cancel_reason, balance, revision,
});

impl Moved {
    fn of(Key { tenant_id, id: order_id }: Key, order: &OrderHeader) -> Self {
        let OrderHeader { status, status_since, cancel_reason, balance, revision, .. } = *order;
        Self { tenant_id, order_id, status, status_since, cancel_reason, balance, revision }
    }
}

impl OrderHeader {
    /// The year of the series that its number belongs to.
    pub fn series_year(&self) -> i32 {
        self.business_date.year()
    }

    fn placed(happened: &Happened<'_, Order>, placed: &Placed) -> Result<Self, ConsumerError> {
        let Some(business_date) = happened.recorded.business_date else {
            return Err(happened.misfit("it has no business date"));
        };
        let n_lines = u32::try_from(placed.lines.len());
        Ok(Self {
            id: OrderId::from_uuid(happened.key.id),
            branch: placed.branch,
            order_type: placed.order_type,
            channel: placed.channel.clone(),
            number: placed.number,
            call_number: placed.call_number,
            position: happened.recorded.position.to_i64(),
            business_date,
            placed_at: happened.recorded.occurred_at,
            status: Status::Pending,
            status_since: happened.recorded.occurred_at,
            cancel_reason: None,
            total: placed.total,
            balance: placed.total,
            n_lines: n_lines.map_err(|_| happened.misfit("it has too many lines"))?,
            n_items: placed.lines.iter().map(|line| line.quantity.pieces()).sum(),
            revision: happened.recorded.revision,
        })
    }

    fn evolve(&mut self, happened: &Happened<'_, Order>) {
        if let Some(status) = status_after(&happened.event) {
            self.status = status;
            self.status_since = self.status_since.max(happened.recorded.occurred_at);
        }
        self.revision = happened.recorded.revision;
        match &happened.event {
            Event::PaymentTaken(payment) => self.balance = payment.balance,
            Event::Cancelled(cancelled) => {
                self.cancel_reason = Some(cancelled.reason);
                self.balance = Money::zero(self.balance.currency());
            }
            _ => {}
        }
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Order>],
) -> Result<(), ConsumerError> {
    let before = placed_before(happened);
    let mut moved: BTreeMap<Key, OrderHeader> = load(tx, TABLE, "order_id", before).await?;
    let mut new: BTreeMap<Key, OrderHeader> = BTreeMap::new();
    for h in happened {
        if let Event::Placed(placed) = &h.event {
            new.insert(h.key, OrderHeader::placed(h, placed)?);
        } else {
            let Some(header) = new.get_mut(&h.key).or_else(|| moved.get_mut(&h.key)) else {
                return Err(h.misfit("the order was never placed"));
            };
            header.evolve(h);
        }
    }
    let new = new.into_iter().map(|(key, row)| Owned { tenant_id: key.tenant_id, row });
    insert(tx, TABLE, &new.collect::<Vec<_>>()).await?;
    let moved = moved.iter().map(|(key, header)| Moved::of(*key, header));
    update(tx, TABLE, &["tenant_id", "order_id"], &moved.collect::<Vec<_>>()).await
}
