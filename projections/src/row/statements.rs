//! How a page of rows is loaded and written: in one statement each.
//!
//! Inserted rows are taken apart by `UNNEST` in the select list: in `FROM` each column would be gathered
//! before there is a row. No statement names a schema, so that a rebuild can run it on tables apart
//! from the live ones. Tables and columns are names from this crate, never what a person wrote.

use std::collections::{BTreeMap, BTreeSet};

use event_store::consumer::ConsumerError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::{Column, FromColumns, ToColumns};
use crate::page::Key;

/// The rows of these keys; `id` is the key column after that of the company.
pub(crate) async fn load<R: FromColumns>(
    tx: &mut PgConnection,
    table: &str,
    id: &str,
    keys: BTreeSet<Key>,
) -> Result<BTreeMap<Key, R>, ConsumerError> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (tenants, ids): (Vec<_>, Vec<_>) = keys.iter().map(|key| (key.tenant_id, key.id)).unzip();
    let text = format!(
        "SELECT {id} AS id, t.*
         FROM {table} t
         WHERE (tenant_id, {id}) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))"
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(tenants).bind(ids).fetch_all(tx).await?;
    let keyed = |row: &PgRow| Ok((Key::from_row(row)?, R::read(row, "")?));
    rows.iter().map(keyed).collect()
}

/// Writes rows of which there is none yet.
pub(crate) async fn insert<R: ToColumns>(
    tx: &mut PgConnection,
    table: &str,
    rows: &[R],
) -> Result<(), ConsumerError> {
    execute(tx, rows, |columns| insertion(table, columns)).await
}

/// Writes rows, or all columns but those of `key` where there is one with this key.
pub(crate) async fn upsert<R: ToColumns>(
    tx: &mut PgConnection,
    table: &str,
    key: &[&str],
    rows: &[R],
) -> Result<(), ConsumerError> {
    let text = |columns: &[Column]| {
        let (insertion, assignments) =
            (insertion(table, columns), assignments("excluded", columns, key));
        let key = key.join(", ");
        format!("{insertion} ON CONFLICT ({key}) DO UPDATE SET {assignments}")
    };
    execute(tx, rows, text).await
}

/// Writes rows, and applies `on_conflict` where there is one, in which the table is called `t`.
pub(crate) async fn insert_or<R: ToColumns>(
    tx: &mut PgConnection,
    table: &str,
    rows: &[R],
    on_conflict: &str,
) -> Result<(), ConsumerError> {
    let text = |columns: &[Column]| {
        let insertion = insertion(&format!("{table} AS t"), columns);
        format!("{insertion} {on_conflict}")
    };
    execute(tx, rows, text).await
}

/// Writes all columns but those of `key` of rows that are there. None of them is cast.
pub(crate) async fn update<R: ToColumns>(
    tx: &mut PgConnection,
    table: &str,
    key: &[&str],
    rows: &[R],
) -> Result<(), ConsumerError> {
    let text = |columns: &[Column]| {
        let (names, assignments) = (names(columns), assignments("changed", columns, key));
        let arrays = listed(columns.iter().zip(1..), |(column, n)| column.array(n));
        let is_it = |column: &&str| format!("t.{column} = changed.{column}");
        let condition = key.iter().map(is_it).collect::<Vec<_>>().join(" AND ");
        format!(
            "UPDATE {table} t SET {assignments}
             FROM UNNEST({arrays}) AS changed ({names})
             WHERE {condition}"
        )
    };
    execute(tx, rows, text).await
}

async fn execute<R: ToColumns>(
    tx: &mut PgConnection,
    rows: &[R],
    text: impl FnOnce(&[Column]) -> String,
) -> Result<(), ConsumerError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut arguments = PgArguments::default();
    R::bind(rows.iter(), &mut arguments).map_err(sqlx::Error::Encode)?;
    let text = AssertSqlSafe(text(&columns::<R>()));
    sqlx::query_with(text, arguments).execute(tx).await?;
    Ok(())
}

fn columns<R: ToColumns>() -> Vec<Column> {
    let mut columns = Vec::new();
    R::columns("", &mut columns);
    columns
}

fn insertion(table: &str, columns: &[Column]) -> String {
    let names = names(columns);
    let values = listed(columns.iter().zip(1..), |(column, n)| column.unnested(n));
    format!("INSERT INTO {table} ({names}) SELECT {values}")
}

fn names(columns: &[Column]) -> String {
    listed(columns, |column| column.name.to_owned())
}

fn assignments(new: &str, columns: &[Column], key: &[&str]) -> String {
    let others = columns.iter().filter(|column| !key.contains(&column.name));
    listed(others, |Column { name, .. }| format!("{name} = {new}.{name}"))
}

fn listed<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

impl Column {
    /// The array that is bound `n`th.
    fn array(&self, n: usize) -> String {
        format!("${n}::{}[]", self.element)
    }

    /// Its elements, each as the value of a row.
    fn unnested(&self, n: usize) -> String {
        let cast = self.cast.map(|cast| format!("::{cast}")).unwrap_or_default();
        format!("UNNEST({}){cast}", self.array(n))
    }
}

#[cfg(test)]
mod tests {
    use domain::shared::{BranchId, Money};
    use event_store::Revision;

    use super::*;
    use crate::row::{self, Owned};

    struct Part {
        amount: Money,
        gross: i128,
    }

    struct Row {
        id: BranchId,
        part: Part,
        revision: Revision,
    }

    row::columns!(written Part { amount, gross });
    row::columns!(written Row { id as branch_id, part, revision } with {
        currency: |row| row.part.amount.currency(),
    });

    #[test]
    fn rows_are_taken_apart_in_the_select_list_column_by_column() {
        let columns = columns::<Owned<Row>>();
        assert_eq!(
            insertion("sums", &columns),
            "INSERT INTO sums (tenant_id, branch_id, amount, gross, revision, currency) SELECT \
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::bigint[]), \
             UNNEST($4::text[])::numeric, UNNEST($5::bigint[]), UNNEST($6::text[])"
        );
        assert_eq!(
            assignments("excluded", &columns, &["tenant_id", "branch_id", "gross"]),
            "amount = excluded.amount, revision = excluded.revision, currency = excluded.currency"
        );
    }
}
