//! Categories of the menu.

use commands::Revision;
use commands::catalog::{AddCategory, ReviseCategory};
use domain::catalog::Category;
use domain::identity::permission::markers::{CategoryCreate, CategoryRead, CategoryUpdate};
use domain::shared::CategoryId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, categories};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::Revised;
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

    /// List categories, in the order of the menu.
    #[oai(path = "/categories", method = "get", operation_id = "listCategories")]
    async fn list(
        &self,
        by: Can<CategoryRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<CategoryBody>>, Problem> {
        let query = QueryFingerprint::of("listCategories", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let page = categories::list(&mut tx, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a category.
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
        let categories::Category { id, details, revision } = category;
        Self {
            id: id.uuid(),
            name: details.name.into(),
            place: details.place,
            revision: revision.get(),
        }
    }
}
