//! Recipes in their latest version.

use std::collections::BTreeMap;

use domain::inventory::Recipe as Aggregate;
use domain::inventory::recipe::{Event, Portion, Published};
use domain::shared::ProductId;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use crate::column;
use crate::page::{Happened, Key};
use crate::read_db::{ReadError, TenantTx};

/// How a product is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// 1, 2, 3 …
    pub version: u32,
    /// One for each variant that takes something.
    pub portions: Vec<Portion>,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

impl FromRow<'_, PgRow> for Recipe {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            version: column::number(row, "version")?,
            portions: column::json(row, "portions")?,
            revision: column::revision(row)?,
        })
    }
}

/// Only the last version of the page is written.
pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Aggregate>],
) -> Result<(), ConsumerError> {
    if happened.is_empty() {
        return Ok(());
    }
    let latest: BTreeMap<Key, (&Published, i64)> = happened
        .iter()
        .map(|h| {
            let Event::Published(published) = &h.event;
            (h.key, (published, h.recorded.revision.to_i64()))
        })
        .collect();
    let (tenants, ids) = Key::columns(latest.keys());
    let rows = || latest.values();
    sqlx::query(
        "INSERT INTO recipes (tenant_id, product_id, version, portions, revision)
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::bigint[]), UNNEST($4::jsonb[]),
             UNNEST($5::bigint[])
         ON CONFLICT (tenant_id, product_id) DO UPDATE SET
             version = excluded.version,
             portions = excluded.portions,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows().map(|(published, _)| i64::from(published.version)).collect::<Vec<_>>())
    .bind(rows().map(|(published, _)| Json(&published.portions)).collect::<Vec<_>>())
    .bind(rows().map(|(_, revision)| *revision).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The recipe of a product, if it has one.
pub async fn get(tx: &mut TenantTx, product: ProductId) -> Result<Option<Recipe>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT version, portions, revision
         FROM recipes
         WHERE tenant_id = $1 AND product_id = $2",
    )
    .bind(tenant)
    .bind(product.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
