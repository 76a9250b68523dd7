//! Price lists, published or not.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::catalog::PriceList as Aggregate;
use domain::catalog::price_list::{Conditions, List, State};
use domain::shared::{Name, PriceListId};
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// A price list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    /// Its id.
    pub id: PriceListId,
    /// Its name, conditions and prices.
    pub list: List,
    /// Whether it is published.
    pub is_published: bool,
    /// The revision of its stream, for `ETag` and the price of an order's line.
    pub revision: Revision,
}

/// A price list without its prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceListHead {
    /// Its id.
    pub id: PriceListId,
    /// Its name.
    pub name: Name,
    /// When and where it holds.
    pub conditions: Conditions,
    /// The first business date on which it holds.
    pub valid_from: NaiveDate,
    /// How many prices it has.
    pub price_count: u32,
    /// Whether it is published.
    pub is_published: bool,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of price lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceListCursor {
    name: String,
    id: PriceListId,
}

row::columns!(row PriceList { id as price_list_id, list, is_published, revision } with {
    price_count: |row| u32::try_from(row.list.entries.len()).unwrap_or(u32::MAX),
});
row::columns!(part List { name, conditions, valid_from, entries });
row::columns!(read PriceListHead {
    id as price_list_id, name, conditions, valid_from, price_count, is_published, revision,
});

impl StateRow for PriceList {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "price_lists";
    const ID: &'static str = "price_list_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let (list, is_published) = match state {
            State::Unknown => return None,
            State::Idle(list) => (list, false),
            State::InForce(list) => (list, true),
        };
        let list = Arc::unwrap_or_clone(list);
        Some(Self { id: PriceListId::from_uuid(id), list, is_published, revision })
    }

    fn into_state(self) -> State {
        let list = Arc::new(self.list);
        if self.is_published { State::InForce(list) } else { State::Idle(list) }
    }
}

/// The price lists by name, without their prices.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&PriceListCursor>,
    limit: u32,
) -> Result<Page<PriceListHead, PriceListCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT price_list_id, name, conditions, valid_from, price_count, is_published, revision
         FROM price_lists
         WHERE tenant_id = $1 AND ($2::text IS NULL OR (name, price_list_id) > ($2, $3))
         ORDER BY name, price_list_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor =
        |last: &PriceListHead| PriceListCursor { name: last.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One price list.
pub async fn get(tx: &mut TenantTx, list: PriceListId) -> Result<Option<PriceList>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM price_lists
         WHERE tenant_id = $1 AND price_list_id = $2",
    )
    .bind(tenant)
    .bind(list.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
