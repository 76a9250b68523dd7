//! Categories of the menu.

use domain::catalog::Category as Aggregate;
use domain::catalog::category::{Details, State};
use domain::shared::CategoryId;
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// A category of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name and sort position.
    pub details: Details,
    /// Whether it is in the menu; otherwise it was removed.
    pub is_active: bool,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryCursor {
    place: u16,
    id: CategoryId,
}

row::columns!(row Category { id as category_id, details, is_active, revision });
row::columns!(part Details { name, place });

impl StateRow for Category {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "categories";
    const ID: &'static str = "category_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = CategoryId::from_uuid(id);
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

/// The categories in the order of the menu: those of the menu, or those that were removed.
pub async fn list(
    tx: &mut TenantTx,
    is_active: bool,
    after: Option<&CategoryCursor>,
    limit: u32,
) -> Result<Page<Category, CategoryCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM categories
         WHERE tenant_id = $1
             AND is_active = $2
             AND ($3::bigint IS NULL OR (place, category_id) > ($3, $4))
         ORDER BY place, category_id
         LIMIT $5",
    )
    .bind(tenant)
    .bind(is_active)
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
        "SELECT *
         FROM categories
         WHERE tenant_id = $1 AND category_id = $2",
    )
    .bind(tenant)
    .bind(category.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
