//! Sales per branch, business date and variant of a product: what counts lines.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::orders::order::Line;
use domain::shared::{CategoryId, Currency, ProductId, VariantId};
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
    category_id: Uuid,
    product_id: Uuid,
    variant_id: Uuid,
    currency: Currency,
}

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    if sales.is_empty() {
        return Ok(());
    }
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
    sqlx::query(
        "INSERT INTO sales_by_variant AS s (
             tenant_id, business_date, branch_id, category_id, product_id, variant_id, currency,
             product_name, variant_name, n_lines, n_items, gross
         )
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::date[]), UNNEST($3::uuid[]), UNNEST($4::uuid[]),
             UNNEST($5::uuid[]), UNNEST($6::uuid[]), UNNEST($7::text[]), UNNEST($8::text[]),
             UNNEST($9::text[]), UNNEST($10::bigint[]), UNNEST($11::bigint[]),
             UNNEST($12::text[])::numeric
         ON CONFLICT (
             tenant_id, business_date, branch_id, category_id, product_id, variant_id, currency
         ) DO UPDATE SET
             product_name = excluded.product_name,
             variant_name = excluded.variant_name,
             n_lines = s.n_lines + excluded.n_lines,
             n_items = s.n_items + excluded.n_items,
             gross = s.gross + excluded.gross",
    )
    .bind(cells.keys().map(|cell| cell.tenant_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.business_date).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.branch_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.category_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.product_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.variant_id).collect::<Vec<_>>())
    .bind(cells.keys().map(|cell| cell.currency.code()).collect::<Vec<_>>())
    .bind(cells.values().map(|(last, _)| last.product_name.as_str()).collect::<Vec<_>>())
    .bind(cells.values().map(|(last, _)| last.variant_name.as_str()).collect::<Vec<_>>())
    .bind(cells.values().map(|(_, sums)| sums.n_lines).collect::<Vec<_>>())
    .bind(cells.values().map(|(_, sums)| sums.n_items).collect::<Vec<_>>())
    .bind(cells.values().map(|(_, sums)| sums.gross.to_string()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
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
             SUM(n_items)::bigint AS n_items, SUM(gross)::bigint AS gross
         FROM sales_by_variant s"
    ));
    filter.push_to(&mut query, tenant);
    query.push(format_args!(
        " GROUP BY tenant_id, {keys}, currency ORDER BY currency, gross DESC, {keys}"
    ));
    let rows = query.build().fetch_all(connection).await?;
    let sales_row = |row: &PgRow| {
        let group = match group_by {
            GroupBy::Category => Group::Category {
                id: CategoryId::from_uuid(row.try_get("category_id")?),
                name: column::optional_text(row, "category_name")?,
            },
            GroupBy::Product => Group::Product {
                id: ProductId::from_uuid(row.try_get("product_id")?),
                name: column::text(row, "product_name")?,
            },
            _ => Group::Variant {
                id: VariantId::from_uuid(row.try_get("variant_id")?),
                name: column::text(row, "variant_name")?,
                product: ProductId::from_uuid(row.try_get("product_id")?),
                product_name: column::text(row, "product_name")?,
            },
        };
        SalesRow::of(group, None, row)
    };
    Ok(rows.iter().map(sales_row).collect::<Result<_, _>>()?)
}
