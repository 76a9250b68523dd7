//! Products with their variants.

use std::collections::BTreeMap;

use domain::catalog::Product as Aggregate;
use domain::catalog::product::{Details, State};
use domain::shared::{CategoryId, ProductId};
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, Row};

use crate::column;
use crate::page::{Folded, Happened, Key, Page, fold, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// A product of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name, category and variants.
    pub details: Details,
    /// The revision of its stream, for `ETag` and the price of an order's line.
    pub revision: Revision,
}

/// The end of a page of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductCursor {
    name: String,
    id: ProductId,
}

impl FromRow<'_, PgRow> for Product {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: ProductId::from_uuid(row.try_get("product_id")?),
            details: Details {
                name: column::text(row, "name")?,
                category: CategoryId::from_uuid(row.try_get("category_id")?),
                variants: column::json(row, "variants")?,
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
    let mut products = load(tx, &happened).await?;
    fold(&mut products, happened);
    save(tx, &products).await
}

async fn load(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Aggregate>],
) -> Result<BTreeMap<Key, Folded<Aggregate>>, ConsumerError> {
    let (tenants, ids) = Key::columns(happened.iter().map(|h| &h.key));
    let rows = sqlx::query(
        "SELECT product_id AS id, p.*
         FROM products p
         WHERE (tenant_id, product_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let folded = |row: &PgRow| {
        let Product { details, revision, .. } = Product::from_row(row)?;
        Ok((Key::from_row(row)?, Folded { state: State::InMenu(details), revision }))
    };
    rows.iter().map(folded).collect()
}

async fn save(
    tx: &mut PgConnection,
    products: &BTreeMap<Key, Folded<Aggregate>>,
) -> Result<(), ConsumerError> {
    let row = |(key, row)| {
        let Folded { state, revision }: &Folded<Aggregate> = row;
        Some((key, state.in_menu()?, revision.to_i64()))
    };
    let rows: Vec<_> = products.iter().filter_map(row).collect();
    let (tenants, ids) = Key::columns(rows.iter().map(|(key, ..)| *key));
    sqlx::query(
        "INSERT INTO products (tenant_id, product_id, name, category_id, variants, revision)
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::text[]), UNNEST($4::uuid[]),
             UNNEST($5::jsonb[]), UNNEST($6::bigint[])
         ON CONFLICT (tenant_id, product_id) DO UPDATE SET
             name = excluded.name,
             category_id = excluded.category_id,
             variants = excluded.variants,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows.iter().map(|(_, details, _)| details.name.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| details.category.uuid()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| Json(&details.variants)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., revision)| *revision).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The products of a category, or of all, by name.
pub async fn list(
    tx: &mut TenantTx,
    category: Option<CategoryId>,
    after: Option<&ProductCursor>,
    limit: u32,
) -> Result<Page<Product, ProductCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT product_id, name, category_id, variants, revision
         FROM products
         WHERE tenant_id = $1
             AND ($2::uuid IS NULL OR category_id = $2)
             AND ($3::text IS NULL OR (name, product_id) > ($3, $4))
         ORDER BY name, product_id
         LIMIT $5",
    )
    .bind(tenant)
    .bind(category.map(CategoryId::uuid))
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor =
        |last: &Product| ProductCursor { name: last.details.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One product.
pub async fn get(tx: &mut TenantTx, product: ProductId) -> Result<Option<Product>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT product_id, name, category_id, variants, revision
         FROM products
         WHERE tenant_id = $1 AND product_id = $2",
    )
    .bind(tenant)
    .bind(product.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
