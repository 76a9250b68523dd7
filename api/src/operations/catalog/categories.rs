//! Categories of the menu.

use commands::Revision;
use commands::catalog::{
    AddCategory, RemoveCategory, ReorderCategories, RestoreCategory, ReviseCategory,
};
use domain::catalog::Category;
use domain::identity::permission::markers::{
    CategoryCreate, CategoryRead, CategoryRemove, CategoryUpdate,
};
use domain::shared::CategoryId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, categories};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about categories of the menu.
pub(super) struct Categories(pub(super) Services);

/// What a category is like.
#[derive(Object)]
struct CategoryDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// Its position in the menu, smallest first.
    #[oai(default, validator(maximum(value = "9999")))]
    place: u16,
}

/// The order of categories in the menu.
#[derive(Object)]
struct CategoryOrder {
    /// Categories in their order, each once. Their positions become 1, 2, 3 …; categories that are not
    /// listed keep theirs.
    #[oai(validator(min_items = 1, max_items = 500))]
    category_ids: Vec<Uuid>,
}

/// What became of categories that were reordered.
#[derive(Object, Serialize)]
struct Reordered {
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

/// A named group of products.
#[derive(Object, Serialize)]
#[oai(rename = "Category")]
struct CategoryBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Its position in the menu, smallest first.
    place: u16,
    /// Whether it is in the menu; otherwise it was removed.
    is_active: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Categories {
    /// Add a category.
    #[oai(path = "/categories", method = "post", operation_id = "addCategory")]
    async fn add(
        &self,
        by: Can<CategoryCreate>,
        key: IdempotencyKey,
        Json(body): Json<CategoryDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let category = CategoryId::from_uuid(self.0.ids.uuid());
        let intent = AddCategory { category, name, place: body.place };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::category).await?;
        accepted.created::<Category>("/v1/categories")
    }

    /// Change a category.
    #[oai(path = "/categories/:category_id", method = "put", operation_id = "reviseCategory")]
    async fn revise(
        &self,
        by: Can<CategoryUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        category_id: Path<Uuid>,
        Json(body): Json<CategoryDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let seen = Revision::new(seen.revision());
        let category = CategoryId::from_uuid(category_id.0);
        let intent = ReviseCategory { category, seen: Some(seen), name, place: body.place };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::category).await?;
        accepted.changed::<Category>(category_id.0, seen)
    }

    /// Remove a category from the menu.
    ///
    /// Its name is free for others, and it can be restored. Its products stay as they are: they are in no
    /// menu until it is restored or they are moved to another category, and orders that name them are still
    /// taken until they are removed themselves.
    #[oai(path = "/categories/:category_id", method = "delete", operation_id = "removeCategory")]
    async fn remove(
        &self,
        by: Can<CategoryRemove>,
        key: IdempotencyKey,
        category_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = RemoveCategory { category: CategoryId::from_uuid(category_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::category).await?;
        Ok(accepted.settled(category_id.0))
    }

    /// Restore a category that was removed.
    ///
    /// It is as it was, with its products. Refused if another one has its name meanwhile.
    #[oai(
        path = "/categories/:category_id/restore",
        method = "post",
        operation_id = "restoreCategory"
    )]
    async fn restore(
        &self,
        by: Can<CategoryRemove>,
        key: IdempotencyKey,
        category_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = RestoreCategory { category: CategoryId::from_uuid(category_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::category).await?;
        Ok(accepted.settled(category_id.0))
    }

    /// Reorder categories.
    #[oai(path = "/category-order", method = "put", operation_id = "reorderCategories")]
    async fn reorder(
        &self,
        by: Can<CategoryUpdate>,
        key: IdempotencyKey,
        Json(body): Json<CategoryOrder>,
    ) -> Result<Done<Reordered>, Problem> {
        let categories = body.category_ids.into_iter().map(CategoryId::from_uuid).collect();
        let intent = ReorderCategories { categories };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::category_order).await?;
        Ok(Done::by(&accepted, Reordered { position: accepted.position }))
    }

    /// List categories, in the order of the menu.
    #[oai(path = "/categories", method = "get", operation_id = "listCategories")]
    async fn list(
        &self,
        by: Can<CategoryRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
        /// Categories that are in the menu (true, as if left out), or that were removed (false).
        active: Query<Option<bool>>,
    ) -> Result<Json<List<CategoryBody>>, Problem> {
        let is_active = active.0.unwrap_or(true);
        let shown = if is_active { "true" } else { "false" };
        let query = QueryFingerprint::of("listCategories", &[("active", shown)]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let page = categories::list(&mut tx, is_active, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a category.
    ///
    /// Also one that was removed.
    #[oai(path = "/categories/:category_id", method = "get", operation_id = "getCategory")]
    async fn get(
        &self,
        by: Can<CategoryRead>,
        category_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<CategoryBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let found = categories::get(&mut tx, CategoryId::from_uuid(category_id.0)).await;
        let category = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(category.revision, category.into()))
    }
}

impl From<categories::Category> for CategoryBody {
    fn from(category: categories::Category) -> Self {
        let categories::Category { id, details, is_active, revision } = category;
        Self {
            id: id.uuid(),
            name: details.name.into(),
            place: details.place,
            is_active,
            revision: revision.get(),
        }
    }
}
