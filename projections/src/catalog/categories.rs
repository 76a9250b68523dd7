//! Categories of the menu.

use std::collections::BTreeMap;

use domain::catalog::Category as Aggregate;
use domain::catalog::category::{Details, State};
use domain::shared::CategoryId;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::column;
use crate::page::{Folded, Happened, Key, Page, fold, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// A category of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name and place.
    pub details: Details,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryCursor {
    place: u16,
    id: CategoryId,
}

impl FromRow<'_, PgRow> for Category {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: CategoryId::from_uuid(row.try_get("category_id")?),
            details: Details {
                name: column::text(row, "name")?,
                place: column::number(row, "place")?,
            },
            revision: column::revision(row)?,
        })
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, Aggregate>>,
) -> Result<(), ConsumerError> {
    if happened.is_empty() {
        return Ok(());
    }
    let mut categories = load(tx, &happened).await?;
    fold(&mut categories, happened);
    save(tx, &categories).await
}

async fn load(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Aggregate>],
) -> Result<BTreeMap<Key, Folded<Aggregate>>, ConsumerError> {
    let (tenants, ids) = Key::columns(happened.iter().map(|h| &h.key));
    let rows = sqlx::query(
        "SELECT category_id AS id, c.*
         FROM categories c
         WHERE (tenant_id, category_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let folded = |row: &PgRow| {
        let Category { details, revision, .. } = Category::from_row(row)?;
        Ok((Key::from_row(row)?, Folded { state: State::InMenu(details), revision }))
    };
    rows.iter().map(folded).collect()
}

async fn save(
    tx: &mut PgConnection,
    categories: &BTreeMap<Key, Folded<Aggregate>>,
) -> Result<(), ConsumerError> {
    let row = |(key, row)| {
        let Folded { state, revision }: &Folded<Aggregate> = row;
        Some((key, state.in_menu()?, revision.to_i64()))
    };
    let rows: Vec<_> = categories.iter().filter_map(row).collect();
    let (tenants, ids) = Key::columns(rows.iter().map(|(key, ..)| *key));
    sqlx::query(
        "INSERT INTO categories (tenant_id, category_id, name, place, revision)
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::text[]), UNNEST($4::bigint[]),
             UNNEST($5::bigint[])
         ON CONFLICT (tenant_id, category_id) DO UPDATE SET
             name = excluded.name,
             place = excluded.place,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows.iter().map(|(_, details, _)| details.name.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| i64::from(details.place)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., revision)| *revision).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The categories in the order of the menu.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&CategoryCursor>,
    limit: u32,
) -> Result<Page<Category, CategoryCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT category_id, name, place, revision
         FROM categories
         WHERE tenant_id = $1 AND ($2::bigint IS NULL OR (place, category_id) > ($2, $3))
         ORDER BY place, category_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(after.map(|cursor| i64::from(cursor.place)))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &Category| CategoryCursor { place: last.details.place, id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One category.
pub async fn get(tx: &mut TenantTx, category: CategoryId) -> Result<Option<Category>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT category_id, name, place, revision
         FROM categories
         WHERE tenant_id = $1 AND category_id = $2",
    )
    .bind(tenant)
    .bind(category.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
