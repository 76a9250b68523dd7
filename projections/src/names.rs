//! The names of a company that are unique in it, whatever has them.

use domain::claim::Named;
use domain::shared::Name;
use uuid::Uuid;

use crate::read_db::{ReadError, TenantTx};
use crate::row::FromColumns;

/// The consumers that keep what [`beyond_ascii`] reads.
pub const CONSUMERS: [&str; 2] = [crate::catalog::Catalog::NAME, crate::inventory::Inventory::NAME];

/// Names with characters beyond ASCII, with what has them. Names of ASCII fold alike by all versions of the
/// folding.
pub async fn beyond_ascii(tx: &mut TenantTx) -> Result<Vec<(Named, Uuid, Name)>, ReadError> {
    let mut names = Vec::new();
    for (kind, query) in [
        (
            Named::Branch,
            "SELECT branch_id AS id, name FROM branches WHERE tenant_id = $1 AND name ~ '[^ -~]'",
        ),
        (
            Named::Category,
            "SELECT category_id AS id, name FROM categories
             WHERE tenant_id = $1 AND is_active AND name ~ '[^ -~]'",
        ),
        (
            Named::Product,
            "SELECT product_id AS id, name FROM products
             WHERE tenant_id = $1 AND is_active AND name ~ '[^ -~]'",
        ),
        (
            Named::StockItem,
            "SELECT item_id AS id, name FROM stock_items WHERE tenant_id = $1 AND name ~ '[^ -~]'",
        ),
    ] {
        let (tenant, connection) = tx.parts();
        let rows = sqlx::query(query).bind(tenant).fetch_all(connection).await?;
        for row in &rows {
            names.push((kind, Uuid::read(row, "id")?, Name::read(row, "name")?));
        }
    }
    Ok(names)
}
