//! Categories of permissions, as a company sorts them.

use commands::Revision;
use domain::identity::permission::markers::{RoleManage, RoleRead};
use domain::identity::roles::{Change, Event, Sorting};
use domain::shared::PermissionCategoryId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::identity::graph::Graph;
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::fields::Fields;
use crate::operations::identity::refusal::Named;
use crate::operations::model::{Revised, Settled};
use crate::operations::paging::page;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about categories of permissions.
pub(crate) struct PermissionCategories(pub(crate) Services);

/// What a category of permissions is like.
#[derive(Debug, Object)]
struct PermissionCategoryDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
}

/// A category of permissions.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "PermissionCategory")]
struct PermissionCategoryBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// The permissions in it, by name.
    permissions: Vec<String>,
    /// Its revision, as in `ETag`.
    revision: u64,
}

impl PermissionCategoryBody {
    fn of(graph: &Graph, id: PermissionCategoryId) -> Option<Self> {
        let category = graph.categories.get(&id)?;
        let inside = graph.places.iter().filter(|(_, place)| **place == id);
        let permissions = inside.map(|(permission, _)| permission.to_string()).collect();
        let (name, revision) = (category.name.to_string(), category.version);
        Some(Self { id: id.uuid(), name, permissions, revision })
    }
}

#[OpenApi(prefix_path = "/v1/rbac", tag = "Part::People")]
impl PermissionCategories {
    /// Add a category of permissions.
    #[oai(path = "/permission-categories", method = "post", operation_id = "addPermissionCategory")]
    async fn add(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        Json(body): Json<PermissionCategoryDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else { return Err(fields.problem()) };
        let category = PermissionCategoryId::from_uuid(self.0.ids.uuid());
        let change = Change::Sort(Sorting::AddCategory(category, name));
        let accepted = self.0.change_roles(&by.caller, key, change).await?;
        accepted.added("/v1/rbac/permission-categories", |event| match event {
            Event::CategoryAdded(added) => Some(added.category.uuid()),
            _ => None,
        })
    }

    /// Rename a category of permissions.
    #[oai(
        path = "/permission-categories/:category_id",
        method = "put",
        operation_id = "renamePermissionCategory"
    )]
    async fn rename(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        seen: IfMatch,
        category_id: Path<Uuid>,
        Json(body): Json<PermissionCategoryDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else { return Err(fields.problem()) };
        let category = PermissionCategoryId::from_uuid(category_id.0);
        let change = Change::Sort(Sorting::RenameCategory(category, name));
        let accepted = self
            .0
            .change_roles_named(&by.caller, key, Some(seen), change, &Named::default())
            .await?;
        accepted.roles_revised(category_id.0, seen)
    }

    /// Remove a category without permissions.
    #[oai(
        path = "/permission-categories/:category_id",
        method = "delete",
        operation_id = "removePermissionCategory"
    )]
    async fn remove(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        category_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let category = PermissionCategoryId::from_uuid(category_id.0);
        let change = Change::Sort(Sorting::RemoveCategory(category));
        self.0.settle_roles(&by.caller, key, change, category_id.0).await
    }

    /// List the categories of permissions, by name.
    #[oai(
        path = "/permission-categories",
        method = "get",
        operation_id = "listPermissionCategories"
    )]
    async fn list(
        &self,
        by: Can<RoleRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<PermissionCategoryBody>>, Problem> {
        let query = QueryFingerprint::of("listPermissionCategories", &[]);
        let place: Option<(String, Uuid)> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let graph = self.0.graph(&by.caller, after.0).await?;
        let ids = graph.categories.keys();
        let mut rows: Vec<_> =
            ids.filter_map(|id| PermissionCategoryBody::of(&graph, *id)).collect();
        rows.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let is_left = |it: &PermissionCategoryBody| {
            place.as_ref().is_none_or(|(name, id)| (&it.name, it.id) > (name, *id))
        };
        let page = page(rows.into_iter().filter(is_left), *limit, |it| (it.name.clone(), it.id));
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows, next_cursor }))
    }

    /// Get a category of permissions.
    #[oai(
        path = "/permission-categories/:category_id",
        method = "get",
        operation_id = "getPermissionCategory"
    )]
    async fn get(
        &self,
        by: Can<RoleRead>,
        category_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<PermissionCategoryBody>, Problem> {
        let graph = self.0.graph(&by.caller, after.0).await?;
        let id = PermissionCategoryId::from_uuid(category_id.0);
        let body = PermissionCategoryBody::of(&graph, id);
        let body = body.ok_or_else(|| Problem::new(Code::NotFound))?;
        // What is put into a category is no change of its own.
        let inside = body.permissions.join(" ");
        Ok(Found::with(Revision::new(body.revision), &inside, body))
    }
}
