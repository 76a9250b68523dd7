//! Products with their variants.

use domain::catalog::Product as Aggregate;
use domain::catalog::product::{Details, State};
use domain::shared::{CategoryId, ProductId};
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

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

row::columns!(row Product { id as product_id, details, revision });
row::columns!(part Details { name, category as category_id, variants, image });

impl StateRow for Product {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "products";
    const ID: &'static str = "product_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = ProductId::from_uuid(id);
        match state {
            State::InMenu(details) => Some(Self { id, details, revision }),
            State::Unknown => None,
        }
    }

    fn into_state(self) -> State {
        State::InMenu(self.details)
    }
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
        "SELECT *
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
        "SELECT *
         FROM products
         WHERE tenant_id = $1 AND product_id = $2",
    )
    .bind(tenant)
    .bind(product.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
