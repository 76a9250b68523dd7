//! Taxes per branch, business date and tax.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::shared::{Code, Currency};
use domain::taxes::Inclusion;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use super::Sale;
use super::report::{SalesFilter, TaxRow};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert_or;
use crate::row::{self, FromColumns};

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    tenant_id: Uuid,
    business_date: NaiveDate,
    branch_id: Uuid,
    code: Code,
    rate: u32,
    inclusion: Inclusion,
    currency: Currency,
}

row::columns!(written Cell {
    tenant_id, business_date, branch_id, code, rate, inclusion, currency,
});

#[derive(Default)]
struct Sums {
    n_orders: i64,
    base: i128,
    amount: i128,
}

row::columns!(written Sums { n_orders, base, amount });

struct Row {
    cell: Cell,
    sums: Sums,
}

row::columns!(written Row { cell, sums });

pub(super) async fn add(tx: &mut PgConnection, sales: &[Sale]) -> Result<(), ConsumerError> {
    let mut cells: BTreeMap<Cell, Sums> = BTreeMap::new();
    for Sale { tenant_id, business_date, order, .. } in sales {
        for taxed in &order.taxes {
            let cell = Cell {
                tenant_id: *tenant_id,
                business_date: *business_date,
                branch_id: order.branch.uuid(),
                code: taxed.tax.code.clone(),
                rate: taxed.tax.rate.millionths(),
                inclusion: taxed.tax.inclusion,
                currency: taxed.amount.currency(),
            };
            let sums = cells.entry(cell).or_default();
            sums.n_orders += 1;
            sums.base += i128::from(taxed.base.amount());
            sums.amount += i128::from(taxed.amount.amount());
        }
    }
    let row = |(cell, sums)| Row { cell, sums };
    insert_or(
        tx,
        "sales_by_tax",
        &cells.into_iter().map(row).collect::<Vec<_>>(),
        "ON CONFLICT (
             tenant_id, business_date, branch_id, code, rate, inclusion, currency
         ) DO UPDATE SET
             n_orders = t.n_orders + excluded.n_orders,
             base = t.base + excluded.base,
             amount = t.amount + excluded.amount",
    )
    .await
}

/// The sums per tax, by code, rate and currency.
pub(super) async fn sums(tx: &mut TenantTx, filter: SalesFilter) -> Result<Vec<TaxRow>, ReadError> {
    let (tenant, connection) = tx.parts();
    let mut query = QueryBuilder::new(
        "SELECT code, rate, inclusion, currency, SUM(n_orders)::bigint AS n_orders,
             SUM(base)::text AS base, SUM(amount)::text AS amount
         FROM sales_by_tax",
    );
    filter.push_to(&mut query, tenant);
    query.push(
        " GROUP BY code, rate, inclusion, currency
          ORDER BY currency, code, rate, inclusion",
    );
    let rows = query.build().fetch_all(connection).await?;
    let tax_row = |row: &PgRow| {
        Ok(TaxRow {
            code: FromColumns::read(row, "code")?,
            rate: FromColumns::read(row, "rate")?,
            inclusion: FromColumns::read(row, "inclusion")?,
            n_orders: FromColumns::read(row, "n_orders")?,
            base: FromColumns::read(row, "base")?,
            amount: FromColumns::read(row, "amount")?,
        })
    };
    Ok(rows.iter().map(tax_row).collect::<Result<_, sqlx::Error>>()?)
}
