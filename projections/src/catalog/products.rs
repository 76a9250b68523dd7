//! Products: what is said of them, and lists of them.

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

/// A product of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// What it is like.
    pub details: Details,
    /// Whether it is in the menu; otherwise it was removed.
    pub is_active: bool,
    /// The revision of its stream, for `ETag` and the price of an order's line.
    pub revision: Revision,
}

/// Which products are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Those of this category, in the order of the menu; none for all, by name.
    pub category: Option<CategoryId>,
    /// Those of the menu, or those that were removed.
    pub is_active: bool,
    /// Combos, or items; none for both.
    pub combos: Option<bool>,
    /// A part of the name of a product or variant, of a search word, of a stock keeping unit or of a
    /// barcode. Case and accents do not count.
    pub text: Option<String>,
}

impl Default for Filter {
    /// All products of the menu.
    fn default() -> Self {
        Self { category: None, is_active: true, combos: None, text: None }
    }
}

/// The end of a page of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductCursor {
    place: u16,
    name: String,
    id: ProductId,
}

row::columns!(row Product { id as product_id, details, is_active, revision });
row::columns!(part Details {
    name,
    category as category_id,
    variants,
    place,
    combo,
    groups,
    stations,
    tax_class,
    preparation_minutes,
    texts,
    marks,
});

impl StateRow for Product {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "products";
    const ID: &'static str = "product_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = ProductId::from_uuid(id);
        match state {
            State::InMenu(details) => Some(Self { id, details, is_active: true, revision }),
            State::Removed(details) => Some(Self { id, details, is_active: false, revision }),
            State::Unknown => None,
        }
    }

    fn into_state(self) -> State {
        if self.is_active { State::InMenu(self.details) } else { State::Removed(self.details) }
    }
}

/// The products that a filter lets through: those of a category in the order of the menu, others by name.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<&ProductCursor>,
    limit: u32,
) -> Result<Page<Product, ProductCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        r"SELECT *
         FROM products,
             LATERAL (SELECT CASE WHEN $2::uuid IS NULL THEN 0 ELSE place END AS rank) AS ranked,
             LATERAL (SELECT '%' || regexp_replace(searchable($5), '([\\%_])', '\\\1', 'g') || '%'
                 AS pattern) AS wanted
         WHERE tenant_id = $1
             AND is_active = $3
             AND ($2::uuid IS NULL OR category_id = $2)
             AND ($4::boolean IS NULL OR (combo IS NOT NULL) = $4)
             AND ($5::text IS NULL OR searchable(name) LIKE pattern
                 OR EXISTS (SELECT FROM jsonb_array_elements(variants) AS v
                     WHERE searchable(v->>'name') LIKE pattern
                         OR searchable(v->>'sku') LIKE pattern
                         OR searchable(v->>'barcode') LIKE pattern)
                 OR EXISTS (SELECT FROM jsonb_path_query(texts, '$.*.search_words[*]') AS word
                     WHERE searchable(word #>> '{}') LIKE pattern))
             AND ($6::bigint IS NULL OR (rank, name, product_id) > ($6, $7, $8))
         ORDER BY rank, name, product_id
         LIMIT $9",
    )
    .bind(tenant)
    .bind(filter.category.map(CategoryId::uuid))
    .bind(filter.is_active)
    .bind(filter.combos)
    .bind(filter.text.as_deref())
    .bind(after.map(|cursor| i64::from(cursor.place)))
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let place = |last: &Product| filter.category.map_or(0, |_| last.details.place);
    let cursor = |last: &Product| ProductCursor {
        place: place(last),
        name: last.details.name.to_string(),
        id: last.id,
    };
    Ok(Page::of(rows, limit, cursor))
}

/// One product.
pub async fn get(tx: &mut TenantTx, product: ProductId) -> Result<Option<Product>, ReadError> {
    Ok(of_ids(tx, &[product]).await?.pop())
}

/// The products with these ids, those that were removed among them.
pub async fn of_ids(tx: &mut TenantTx, ids: &[ProductId]) -> Result<Vec<Product>, ReadError> {
    let (tenant, connection) = tx.parts();
    let ids: Vec<Uuid> = ids.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query_as(
        "SELECT *
         FROM products
         WHERE tenant_id = $1 AND product_id = ANY($2)",
    )
    .bind(tenant)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
