//! Sales per branch, business date and variant of a product: what counts lines.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::orders::order::{Line, LineChild};
use domain::shared::{CategoryId, Currency, Money, Name, ProductId, VariantId};
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use super::report::{Group, GroupBy, InCombos, SalesFilter, SalesRow};
use super::{Sale, Sums};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert_or;
use crate::row::{self, FromColumns};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    n_combo_items: i64,
    combo_gross: i128,
}

row::columns!(written Row<'a> {
    cell, product_name, variant_name, sums, n_combo_items, combo_gross,
});

/// What lines and children of combos have in common.
struct Sold<'a> {
    category: CategoryId,
    product: ProductId,
    variant: VariantId,
    product_name: &'a Name,
    variant_name: &'a Name,
    total: Money,
}

impl<'a> Sold<'a> {
    const fn line(line: &'a Line) -> Self {
        let Line { category, product, variant, product_name, variant_name, total, .. } = line;
        let (category, product, variant) = (*category, *product, *variant);
        Self { category, product, variant, product_name, variant_name, total: *total }
    }

    const fn child(child: &'a LineChild) -> Self {
        let LineChild { category, product, variant, product_name, variant_name, total, .. } = child;
        let (category, product, variant) = (*category, *product, *variant);
        Self { category, product, variant, product_name, variant_name, total: *total }
    }

    fn cell(&self, Sale { tenant_id, business_date, order, .. }: &Sale) -> Cell {
        Cell {
            tenant_id: *tenant_id,
            business_date: *business_date,
            branch_id: order.branch.uuid(),
            category_id: self.category.uuid(),
            product_id: self.product.uuid(),
            variant_id: self.variant.uuid(),
            currency: self.total.currency(),
        }
    }

    const fn nothing(&self, cell: Cell) -> Row<'a> {
        let Self { product_name, variant_name, .. } = *self;
        let sums = Sums { n_lines: 0, n_items: 0, gross: 0 };
        Row { cell, product_name, variant_name, sums, n_combo_items: 0, combo_gross: 0 }
    }
}

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    let mut rows: BTreeMap<Cell, Row<'_>> = BTreeMap::new();
    for sale in sales {
        for line in &sale.order.lines {
            let row = row_of(&mut rows, sale, &Sold::line(line));
            row.sums.n_lines += 1;
            row.sums.n_items += i64::from(line.quantity.pieces());
            row.sums.gross += i128::from(line.total.amount());
            for child in &line.children {
                let row = row_of(&mut rows, sale, &Sold::child(child));
                row.n_combo_items +=
                    i64::from(line.quantity.pieces()) * i64::from(child.quantity.pieces());
                row.combo_gross += i128::from(child.total.amount());
            }
        }
    }
    insert_or(
        tx,
        "sales_by_variant",
        &rows.into_values().collect::<Vec<_>>(),
        "ON CONFLICT (
             tenant_id, business_date, branch_id, category_id, product_id, variant_id, currency
         ) DO UPDATE SET
             product_name = excluded.product_name,
             variant_name = excluded.variant_name,
             n_lines = t.n_lines + excluded.n_lines,
             n_items = t.n_items + excluded.n_items,
             gross = t.gross + excluded.gross,
             n_combo_items = t.n_combo_items + excluded.n_combo_items,
             combo_gross = t.combo_gross + excluded.combo_gross",
    )
    .await
}

/// The row of what was sold, with its names as they are now.
fn row_of<'r, 'a>(
    rows: &'r mut BTreeMap<Cell, Row<'a>>,
    sale: &Sale,
    sold: &Sold<'a>,
) -> &'r mut Row<'a> {
    let row = rows.entry(sold.cell(sale)).or_insert_with_key(|cell| sold.nothing(*cell));
    row.product_name = sold.product_name;
    row.variant_name = sold.variant_name;
    row
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
             SUM(n_items)::bigint AS n_items, SUM(gross)::text AS gross,
             SUM(n_combo_items)::bigint AS n_combo_items, SUM(combo_gross)::text AS combo_gross
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
        let in_combos = InCombos {
            n_items: FromColumns::read(row, "n_combo_items")?,
            gross: FromColumns::read(row, "combo_gross")?,
        };
        Ok(SalesRow { in_combos: Some(in_combos), ..SalesRow::of(group, None, row)? })
    };
    Ok(rows.iter().map(sales_row).collect::<Result<_, sqlx::Error>>()?)
}
