//! Sales per branch, business date and modifier: what was chosen with products.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::orders::order::{Line, LineModifier};
use domain::shared::{Currency, Name};
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use super::report::{Group, SalesFilter, SalesRow};
use super::{Sale, Sums};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert_or;
use crate::row::{self, FromColumns};

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    tenant_id: Uuid,
    business_date: NaiveDate,
    branch_id: Uuid,
    group_id: Uuid,
    modifier_id: Uuid,
    currency: Currency,
}

row::columns!(written Cell {
    tenant_id, business_date, branch_id, group_id, modifier_id, currency,
});

struct Row<'a> {
    cell: Cell,
    group_name: &'a Name,
    modifier_name: &'a Name,
    sums: Sums,
}

row::columns!(written Row<'a> { cell, group_name, modifier_name, sums });

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    let mut cells: BTreeMap<Cell, (&LineModifier, Sums)> = BTreeMap::new();
    for Sale { tenant_id, business_date, order, .. } in sales {
        for (modifier, pieces) in order.lines.iter().flat_map(chosen) {
            let cell = Cell {
                tenant_id: *tenant_id,
                business_date: *business_date,
                branch_id: order.branch.uuid(),
                group_id: modifier.group.uuid(),
                modifier_id: modifier.modifier.uuid(),
                currency: modifier.price.currency(),
            };
            let times = i64::from(pieces) * i64::from(modifier.quantity.pieces());
            let (last, sums) = cells.entry(cell).or_insert((modifier, Sums::default()));
            *last = modifier;
            sums.n_lines += 1;
            sums.n_items += times;
            sums.gross += i128::from(modifier.price.amount()) * i128::from(times);
        }
    }
    let rows = cells.into_iter().map(|(cell, (last, sums))| Row {
        cell,
        group_name: &last.group_name,
        modifier_name: &last.name,
        sums,
    });
    insert_or(
        tx,
        "sales_by_modifier",
        &rows.collect::<Vec<_>>(),
        "ON CONFLICT (
             tenant_id, business_date, branch_id, group_id, modifier_id, currency
         ) DO UPDATE SET
             group_name = excluded.group_name,
             modifier_name = excluded.modifier_name,
             n_lines = t.n_lines + excluded.n_lines,
             n_items = t.n_items + excluded.n_items,
             gross = t.gross + excluded.gross",
    )
    .await
}

/// The modifiers of a line and of its children, each with the pieces that it was chosen with.
fn chosen(line: &Line) -> impl Iterator<Item = (&LineModifier, u32)> {
    let pieces = line.quantity.pieces();
    let of_children = line.children.iter().flat_map(move |child| {
        let pieces = pieces * child.quantity.pieces();
        child.modifiers.iter().map(move |modifier| (modifier, pieces))
    });
    let of_line = line.modifiers.iter().map(move |modifier| (modifier, pieces));
    let all = of_line.chain(of_children);
    all.flat_map(|(modifier, pieces)| modifier.with_nested().map(move |it| (it, pieces)))
}

/// The sums per modifier, the one that cost the most first. Names are those of the last day of the
/// period on which it was sold.
pub(super) async fn sums(
    tx: &mut TenantTx,
    filter: SalesFilter,
) -> Result<Vec<SalesRow>, ReadError> {
    let (tenant, connection) = tx.parts();
    let mut query = QueryBuilder::new(
        "SELECT group_id, modifier_id, currency,
             (ARRAY_AGG(group_name ORDER BY business_date DESC))[1] AS group_name,
             (ARRAY_AGG(modifier_name ORDER BY business_date DESC))[1] AS modifier_name,
             SUM(n_lines)::bigint AS n_lines, SUM(n_items)::bigint AS n_items,
             SUM(gross)::text AS gross
         FROM sales_by_modifier",
    );
    filter.push_to(&mut query, tenant);
    query.push(
        " GROUP BY group_id, modifier_id, currency
          ORDER BY currency, SUM(gross) DESC, group_id, modifier_id",
    );
    let rows = query.build().fetch_all(connection).await?;
    let sales_row = |row: &PgRow| {
        let group = Group::Modifier {
            id: FromColumns::read(row, "modifier_id")?,
            name: FromColumns::read(row, "modifier_name")?,
            group: FromColumns::read(row, "group_id")?,
            group_name: FromColumns::read(row, "group_name")?,
        };
        SalesRow::of(group, None, row)
    };
    Ok(rows.iter().map(sales_row).collect::<Result<_, _>>()?)
}
