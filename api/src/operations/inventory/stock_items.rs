//! Stock items.

use commands::Revision;
use commands::inventory::{AddStockItem, ReviseStockItem};
use domain::identity::permission::markers::{StockItemCreate, StockItemRead, StockItemUpdate};
use domain::inventory::StockItem;
use domain::shared::StockItemId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::inventory::{Inventory, stock_items};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Found, List};
use crate::operations::catalog::DeclaredBody;
use crate::operations::fields::Fields;
use crate::operations::inventory::model::{BaseUnitBody, OnShortageBody};
use crate::operations::inventory::refusal;
use crate::operations::model::Revised;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about stock items.
pub(super) struct StockItems(pub(super) Services);

/// A stock item to be.
#[derive(Object)]
struct NewStockItem {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// What its quantities count; it never changes.
    unit: BaseUnitBody,
    /// What happens to an order when there is too little.
    on_shortage: OnShortageBody,
    /// What is declared of allergens and diets; nothing if left out.
    declared_marks: Option<DeclaredBody>,
}

/// What can change of a stock item.
#[derive(Object)]
struct StockItemDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// What happens to an order when there is too little.
    on_shortage: OnShortageBody,
    /// What is declared of allergens and diets; it stays as it is if left out.
    declared_marks: Option<DeclaredBody>,
}

/// Something that branches keep in stock.
#[derive(Object, Serialize)]
#[oai(rename = "StockItem")]
struct StockItemBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What its quantities count.
    unit: BaseUnitBody,
    /// What happens to an order when there is too little.
    on_shortage: OnShortageBody,
    /// What was declared of allergens and diets.
    declared_marks: DeclaredBody,
    /// Its revision, as in `ETag`.
    revision: u64,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Inventory")]
impl StockItems {
    /// Add a stock item.
    #[oai(path = "/stock-items", method = "post", operation_id = "addStockItem")]
    async fn add(
        &self,
        by: Can<StockItemCreate>,
        key: IdempotencyKey,
        Json(body): Json<NewStockItem>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let marks = body.declared_marks.map(|it| it.read(&mut fields, "/declared_marks"));
        fields.check()?;
        let intent = AddStockItem {
            item: StockItemId::from_uuid(self.0.ids.uuid()),
            name,
            unit: body.unit.into(),
            on_shortage: body.on_shortage.into(),
            marks: marks.unwrap_or_default(),
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::stock_item).await?;
        accepted.created::<StockItem>("/v1/stock-items")
    }

    /// Change a stock item.
    ///
    /// Its name, what happens when there is too little of it, and what is declared of it.
    #[oai(path = "/stock-items/:item_id", method = "put", operation_id = "reviseStockItem")]
    async fn revise(
        &self,
        by: Can<StockItemUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        item_id: Path<Uuid>,
        Json(body): Json<StockItemDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let marks = body.declared_marks.map(|it| it.read(&mut fields, "/declared_marks"));
        fields.check()?;
        let seen = Revision::new(seen.revision());
        let intent = ReviseStockItem {
            item: StockItemId::from_uuid(item_id.0),
            seen: Some(seen),
            name,
            on_shortage: body.on_shortage.into(),
            marks,
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::stock_item).await?;
        accepted.changed::<StockItem>(item_id.0, seen)
    }

    /// List stock items, by name.
    #[oai(path = "/stock-items", method = "get", operation_id = "listStockItems")]
    async fn list(
        &self,
        by: Can<StockItemRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<StockItemBody>>, Problem> {
        let query = QueryFingerprint::of("listStockItems", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Inventory::NAME]).await?;
        let page = stock_items::list(&mut tx, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a stock item.
    #[oai(path = "/stock-items/:item_id", method = "get", operation_id = "getStockItem")]
    async fn get(
        &self,
        by: Can<StockItemRead>,
        item_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<StockItemBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Inventory::NAME]).await?;
        let found = stock_items::get(&mut tx, StockItemId::from_uuid(item_id.0)).await;
        let item = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(item.revision, item.into()))
    }
}

impl From<stock_items::StockItem> for StockItemBody {
    fn from(item: stock_items::StockItem) -> Self {
        let stock_items::StockItem { id, details, revision } = item;
        Self {
            id: id.uuid(),
            name: details.name.into(),
            unit: details.unit.into(),
            on_shortage: details.on_shortage.into(),
            declared_marks: (&details.marks).into(),
            revision: revision.get(),
        }
    }
}
