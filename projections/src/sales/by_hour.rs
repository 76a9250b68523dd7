//! Sales per branch, business date and hour: what counts orders.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::shared::Currency;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, QueryBuilder, Row};
use uuid::Uuid;

use super::report::{Group, GroupBy, SalesFilter, SalesRow};
use super::{Sale, Sums};
use crate::column;
use crate::read_db::{ReadError, TenantTx};

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    tenant_id: Uuid,
    business_date: NaiveDate,
    branch_id: Uuid,
    hour: u8,
    currency: Currency,
}

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    if sales.is_empty() {
        return Ok(());
    }
    let mut cells: BTreeMap<Cell, Sums> = BTreeMap::new();
    for Sale { tenant_id, business_date, hour, order } in sales {
        let cell = Cell {
            tenant_id: *tenant_id,
            business_date: *business_date,
            branch_id: order.branch.uuid(),
            hour: *hour,
            currency: order.total.currency(),
        };
        let sums = cells.entry(cell).or_default();
        sums.n_orders += 1;
        sums.gross += i128::from(order.total.amount());
        for line in &order.lines {
            sums.n_lines += 1;
            sums.n_items += i64::from(line.quantity.pieces());
        }
    }
    sqlx::query(
        "INSERT INTO sales_by_hour AS s (
             tenant_id, business_date, branch_id, hour, currency, n_orders, n_lines, n_items, gross
         )
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::date[]), UNNEST($3::uuid[]), UNNEST($4::bigint[]),
             UNNEST($5::text[]), UNNEST($6::bigint[]), UNNEST($7::bigint[]), UNNEST($8::bigint[]),
             UNNEST($9::text[])::numeric
         ON CONFLICT (tenant_id, business_date, branch_id, hour, currency) DO UPDATE SET
             n_orders = s.n_orders + excluded.n_orders,
             n_lines = s.n_lines + excluded.n_lines,
             n_items = s.n_items + excluded.n_items,
             gross = s.gross + excluded.gross",
    )
    .bind(cells.keys().map(|cell| cell.tenant_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.business_date).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.branch_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| i64::from(cell.hour)).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.currency.code()).collect::<Vec<_>>())
    .bind(cells.values().map(|sums| sums.n_orders).collect::<Vec<_>>())
    .bind(cells.values().map(|sums| sums.n_lines).collect::<Vec<_>>())
    .bind(cells.values().map(|sums| sums.n_items).collect::<Vec<_>>())
    .bind(cells.values().map(|sums| sums.gross.to_string()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
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
             SUM(n_items)::bigint AS n_items, SUM(gross)::bigint AS gross
         FROM sales_by_hour"
    ));
    filter.push_to(&mut query, tenant);
    query.push(format_args!(" GROUP BY {key}, currency ORDER BY {key}, currency"));
    let rows = query.build().fetch_all(connection).await?;
    let sales_row = |row: &PgRow| {
        let group = match group_by {
            GroupBy::Day => Group::Day(row.try_get("business_date")?),
            GroupBy::Hour => Group::Hour(column::number(row, "hour")?),
            _ => Group::Total,
        };
        SalesRow::of(group, Some(column::number(row, "n_orders")?), row)
    };
    Ok(rows.iter().map(sales_row).collect::<Result<_, _>>()?)
}
