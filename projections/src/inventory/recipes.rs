//! Recipes in their latest version.

use std::collections::{BTreeMap, BTreeSet};

use domain::inventory::Recipe as Aggregate;
use domain::inventory::recipe::{Event, Portion, Published};
use domain::shared::ProductId;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::{Happened, Key};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::upsert;
use crate::row::{self, Owned};

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

row::columns!(row Recipe { version, portions, revision });

/// A recipe with what it makes.
struct Latest {
    product_id: Uuid,
    recipe: Recipe,
}

row::columns!(row Latest { product_id, recipe });

/// The table of the consumer `inventory`.
pub(super) const TABLE: &str = "recipes";

/// Only the last version of the page is written, into a table with the columns of [`TABLE`].
pub(crate) async fn project(
    tx: &mut PgConnection,
    table: &str,
    happened: Vec<Happened<'_, Aggregate>>,
) -> Result<(), ConsumerError> {
    let mut latest = BTreeMap::new();
    for Happened { recorded, key, event } in happened {
        let Event::Published(Published { version, portions, .. }) = event;
        latest.insert(key, Recipe { version, portions, revision: recorded.revision });
    }
    let row = |(Key { tenant_id, id: product_id }, recipe)| {
        let row = Latest { product_id, recipe };
        Owned { tenant_id, row }
    };
    let rows: Vec<_> = latest.into_iter().map(row).collect();
    upsert(tx, table, &["tenant_id", "product_id"], &rows).await
}

/// The recipe of a product, if it has one.
pub async fn get(tx: &mut TenantTx, product: ProductId) -> Result<Option<Recipe>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM recipes
         WHERE tenant_id = $1 AND product_id = $2",
    )
    .bind(tenant)
    .bind(product.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Every recipe of the company, by product.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<(ProductId, Recipe)>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Latest> = sqlx::query_as(
        "SELECT *
         FROM recipes
         WHERE tenant_id = $1
         ORDER BY product_id",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    let recipe = |Latest { product_id, recipe }| (ProductId::from_uuid(product_id), recipe);
    Ok(rows.into_iter().map(recipe).collect())
}

/// The recipes of products that have one.
pub async fn of_products(
    tx: &mut TenantTx,
    products: &BTreeSet<ProductId>,
) -> Result<BTreeMap<ProductId, Recipe>, ReadError> {
    let (tenant, connection) = tx.parts();
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows: Vec<Latest> = sqlx::query_as(
        "SELECT *
         FROM recipes
         WHERE tenant_id = $1 AND product_id = ANY($2)",
    )
    .bind(tenant)
    .bind(products)
    .fetch_all(connection)
    .await?;
    let of = |latest: Latest| (ProductId::from_uuid(latest.product_id), latest.recipe);
    Ok(rows.into_iter().map(of).collect())
}
