//! Sales per branch, business date and hour: what counts orders.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::shared::Currency;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use super::report::{Group, GroupBy, SalesFilter, SalesRow};
use super::{Sale, Sums};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert_or;
use crate::row::{self, FromColumns};

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    tenant_id: Uuid,
    business_date: NaiveDate,
    branch_id: Uuid,
    hour: u8,
    currency: Currency,
}

row::columns!(written Cell { tenant_id, business_date, branch_id, hour, currency });

struct Row {
    cell: Cell,
    n_orders: i64,
    sums: Sums,
}

row::columns!(written Row { cell, n_orders, sums });

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    let mut cells: BTreeMap<Cell, (i64, Sums)> = BTreeMap::new();
    for Sale { tenant_id, business_date, hour, order } in sales {
        let cell = Cell {
            tenant_id: *tenant_id,
            business_date: *business_date,
            branch_id: order.branch.uuid(),
            hour: *hour,
            currency: order.total.currency(),
        };
        let (n_orders, sums) = cells.entry(cell).or_default();
        *n_orders += 1;
        sums.gross += i128::from(order.total.amount());
        for line in &order.lines {
            sums.n_lines += 1;
            sums.n_items += i64::from(line.quantity.pieces());
        }
    }
    let row = |(cell, (n_orders, sums))| Row { cell, n_orders, sums };
    insert_or(
        tx,
        "sales_by_hour",
        &cells.into_iter().map(row).collect::<Vec<_>>(),
        "ON CONFLICT (tenant_id, business_date, branch_id, hour, currency) DO UPDATE SET
             n_orders = t.n_orders + excluded.n_orders,
             n_lines = t.n_lines + excluded.n_lines,
             n_items = t.n_items + excluded.n_items,
             gross = t.gross + excluded.gross",
    )
    .await
}

/// The sums per day, per hour of the day, or altogether.
pub(super) async fn sums(
    tx: &mut TenantTx,
    group_by: GroupBy,
    filter: SalesFilter,
) -> Result<Vec<SalesRow>, ReadError> {
    let key = match group_by {
        GroupBy::Day => "business_date",
        GroupBy::Hour => "hour",
        _ => "currency",
    };
    let (tenant, connection) = tx.parts();
    let mut query = QueryBuilder::new(format!(
        "SELECT {key}, currency, SUM(n_orders)::bigint AS n_orders, SUM(n_lines)::bigint AS n_lines,
             SUM(n_items)::bigint AS n_items, SUM(gross)::text AS gross
         FROM sales_by_hour"
    ));
    filter.push_to(&mut query, tenant);
    query.push(format_args!(" GROUP BY {key}, currency ORDER BY {key}, currency"));
    let rows = query.build().fetch_all(connection).await?;
    let sales_row = |row: &PgRow| {
        let group = match group_by {
            GroupBy::Day => Group::Day(FromColumns::read(row, "business_date")?),
            GroupBy::Hour => Group::Hour(FromColumns::read(row, "hour")?),
            _ => Group::Total,
        };
        SalesRow::of(group, Some(FromColumns::read(row, "n_orders")?), row)
    };
    Ok(rows.iter().map(sales_row).collect::<Result<_, _>>()?)
}
