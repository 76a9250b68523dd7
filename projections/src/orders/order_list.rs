//! The list of orders: one header per order.

use chrono::NaiveDate;
use domain::orders::{OrderType, Status};
use domain::shared::BranchId;
use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;

use super::order_header::OrderHeader;
use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// Which orders to list; nothing set means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderFilter<'a> {
    /// Of this branch.
    pub branch: Option<BranchId>,
    /// In one of these states; empty means any.
    pub statuses: &'a [Status],
    /// Of this type.
    pub order_type: Option<OrderType>,
    /// From the channel with this code.
    pub channel: Option<&'a str>,
    /// Of this business date or later.
    pub from: Option<NaiveDate>,
    /// Of this business date or earlier.
    pub to: Option<NaiveDate>,
}

/// The end of a page of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCursor {
    business_date: NaiveDate,
    position: i64,
}

/// Orders: the latest business date first, and of each the order placed last.
///
/// Sorted by business date first, so that imported orders are at their dates; then by the log and not by
/// time, since the clock of a server may be wrong. Branches that end their days at other hours are in one
/// list by their dates, not by the moment.
pub async fn list(
    tx: &mut TenantTx,
    filter: OrderFilter<'_>,
    after: Option<OrderCursor>,
    limit: u32,
) -> Result<Page<OrderHeader, OrderCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    // Only the conditions that are asked for are in the text, so that each kind of question gets
    // the plan that suits it.
    let mut query = QueryBuilder::new("SELECT * FROM orders WHERE tenant_id = ");
    query.push_bind(tenant);
    if let Some(branch) = filter.branch {
        query.push(" AND branch_id = ").push_bind(branch.uuid());
    }
    match filter.statuses {
        [] => {}
        // With one state, the index returns the orders in the order of the list.
        [status] => {
            query.push(" AND status = ").push_bind(status.word());
        }
        several => {
            let words: Vec<&str> = several.iter().map(|status| status.word()).collect();
            query.push(" AND status = ANY (").push_bind(words).push(")");
        }
    }
    if let Some(order_type) = filter.order_type {
        query.push(" AND order_type = ").push_bind(order_type.word());
    }
    if let Some(channel) = filter.channel {
        query.push(" AND channel = ").push_bind(channel);
    }
    if let Some(from) = filter.from {
        query.push(" AND business_date >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND business_date <= ").push_bind(to);
    }
    if let Some(OrderCursor { business_date, position }) = after {
        query.push(" AND (business_date, position) < (").push_bind(business_date);
        query.push(", ").push_bind(position).push(")");
    }
    query.push(" ORDER BY business_date DESC, position DESC LIMIT ");
    let rows = query.push_bind(one_more_than(limit)).build_query_as().fetch_all(connection).await?;
    let cursor = |last: &OrderHeader| OrderCursor {
        business_date: last.business_date,
        position: last.position,
    };
    Ok(Page::of(rows, limit, cursor))
}
