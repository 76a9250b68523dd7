//! Sales per branch, business date and variant of a product: what counts lines.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::orders::order::Line;
use domain::shared::{Currency, Name};
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
    category_id: Uuid,
    product_id: Uuid,
    variant_id: Uuid,
    currency: Currency,
}

row::columns!(written Cell {
    tenant_id, business_date, branch_id, category_id, product_id, variant_id, currency,
});

struct Row<'a> {
    cell: Cell,
    product_name: &'a Name,
    variant_name: &'a Name,
    sums: Sums,
}

row::columns!(written Row<'a> { cell, product_name, variant_name, sums });

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    let mut cells: BTreeMap<Cell, (&Line, Sums)> = BTreeMap::new();
    for Sale { tenant_id, business_date, order, .. } in sales {
        for line in &order.lines {
            let cell = Cell {
                tenant_id: *tenant_id,
                business_date: *business_date,
                branch_id: order.branch.uuid(),
                category_id: line.category.uuid(),
                product_id: line.product.uuid(),
                variant_id: line.variant.uuid(),
                currency: line.total.currency(),
            };
            let (last, sums) = cells.entry(cell).or_insert((line, Sums::default()));
            *last = line;
            sums.n_lines += 1;
            sums.n_items += i64::from(line.quantity.pieces());
            sums.gross += i128::from(line.total.amount());
        }
    }
    let rows = cells.into_iter().map(|(cell, (last, sums))| Row {
        cell,
        product_name: &last.product_name,
        variant_name: &last.variant_name,
        sums,
    });
    insert_or(
        tx,
        "sales_by_variant",
        &rows.collect::<Vec<_>>(),
        "ON CONFLICT (
             tenant_id, business_date, branch_id, category_id, product_id, variant_id, currency
         ) DO UPDATE SET
             product_name = excluded.product_name,
             variant_name = excluded.variant_name,
             n_lines = t.n_lines + excluded.n_lines,
             n_items = t.n_items + excluded.n_items,
             gross = t.gross + excluded.gross",
    )
    .await
}

/// The sums per category, product or variant, the most sold first. Names are those of the last day
/// of the period on which it was sold; a category's is that of the menu.
pub(super) async fn sums(
    tx: &mut TenantTx,
    group_by: GroupBy,
    filter: SalesFilter,
) -> Result<Vec<SalesRow>, ReadError> {
    let (keys, names) = match group_by {
        GroupBy::Category => (
            "category_id",
            "(SELECT c.name FROM categories c
              WHERE c.tenant_id = s.tenant_id AND c.category_id = s.category_id) AS category_name",
        ),
        GroupBy::Product => (
            "product_id",
            "(ARRAY_AGG(product_name ORDER BY business_date DESC))[1] AS product_name",
        ),
        _ => (
            "product_id, variant_id",
            "(ARRAY_AGG(product_name ORDER BY business_date DESC))[1] AS product_name,
             (ARRAY_AGG(variant_name ORDER BY business_date DESC))[1] AS variant_name",
        ),
    };
    let (tenant, connection) = tx.parts();
    let mut query = QueryBuilder::new(format!(
        "SELECT {keys}, {names}, currency, SUM(n_lines)::bigint AS n_lines,
             SUM(n_items)::bigint AS n_items, SUM(gross)::text AS gross
         FROM sales_by_variant s"
    ));
    filter.push_to(&mut query, tenant);
    query.push(format_args!(
        " GROUP BY tenant_id, {keys}, currency ORDER BY currency, SUM(gross) DESC, {keys}"
    ));
    let rows = query.build().fetch_all(connection).await?;
    let sales_row = |row: &PgRow| {
        let group = match group_by {
            GroupBy::Category => Group::Category {
                id: FromColumns::read(row, "category_id")?,
                name: FromColumns::read(row, "category_name")?,
            },
            GroupBy::Product => Group::Product {
                id: FromColumns::read(row, "product_id")?,
                name: FromColumns::read(row, "product_name")?,
            },
            _ => Group::Variant {
                id: FromColumns::read(row, "variant_id")?,
                name: FromColumns::read(row, "variant_name")?,
                product: FromColumns::read(row, "product_id")?,
                product_name: FromColumns::read(row, "product_name")?,
            },
        };
        SalesRow::of(group, None, row)
    };
    Ok(rows.iter().map(sales_row).collect::<Result<_, _>>()?)
}
