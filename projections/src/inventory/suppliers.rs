//! Suppliers.

use domain::inventory::Supplier as Aggregate;
use domain::inventory::supplier::{Details, State};
use domain::shared::SupplierId;
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// A supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplier {
    /// Its id.
    pub id: SupplierId,
    /// Its name and payment terms.
    pub details: Details,
    /// Whether the company buys nothing from it.
    pub is_retired: bool,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of suppliers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierCursor {
    name: String,
    id: SupplierId,
}

row::columns!(row Supplier { id as supplier_id, details, is_retired, revision });
row::columns!(part Details { name, payment_terms as payment_terms_days });

impl StateRow for Supplier {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "suppliers";
    const ID: &'static str = "supplier_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = SupplierId::from_uuid(id);
        let (details, is_retired) = match state {
            State::Unknown => return None,
            State::Active(details) => (details, false),
            State::Retired(details) => (details, true),
        };
        Some(Self { id, details, is_retired, revision })
    }

    fn into_state(self) -> State {
        if self.is_retired { State::Retired(self.details) } else { State::Active(self.details) }
    }
}

/// Suppliers, by name.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&SupplierCursor>,
    limit: u32,
) -> Result<Page<Supplier, SupplierCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM suppliers
         WHERE tenant_id = $1 AND ($2::text IS NULL OR (name, supplier_id) > ($2, $3))
         ORDER BY name, supplier_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor =
        |last: &Supplier| SupplierCursor { name: last.details.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One supplier.
pub async fn get(tx: &mut TenantTx, supplier: SupplierId) -> Result<Option<Supplier>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM suppliers
         WHERE tenant_id = $1 AND supplier_id = $2",
    )
    .bind(tenant)
    .bind(supplier.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
