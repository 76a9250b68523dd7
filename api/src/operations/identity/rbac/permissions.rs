//! Permissions: those of FastOps, and those that a company makes for its integrations.

use domain::identity::permission::markers::{RoleManage, RoleRead};
use domain::identity::roles::{Change, Sorting};
use domain::identity::{Permission, PermissionName};
use domain::shared::PermissionCategoryId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::identity::graph::Grantable;
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::language::Language;
use crate::operations::answer::{Done, List};
use crate::operations::fields::Fields;
use crate::operations::identity::rbac::labels::label;
use crate::operations::identity::rbac::permission;
use crate::operations::paging::page;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// The operations about permissions.
pub(crate) struct Permissions(pub(crate) Services);

/// A permission that can be granted.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Permission")]
struct PermissionBody {
    /// Its name, `resource.action`.
    id: String,
    /// What people read: the company's word, or that of FastOps in the language of the request.
    label: String,
    /// Its category.
    category_id: Option<Uuid>,
    /// Whether the company made it.
    is_own: bool,
    /// Whether who holds it is looked up in the log each time it is used.
    is_high_risk: bool,
    /// Whether it counts for those alone who act in all branches.
    reaches_every_branch: bool,
}

/// A permission of the company's own.
#[derive(Debug, Object)]
struct OwnPermission {
    /// Its name, `x_resource.action`.
    #[oai(validator(min_length = 3, max_length = 64))]
    id: String,
    /// What people read.
    #[oai(validator(min_length = 1, max_length = 96))]
    label: String,
}

/// What a permission is called.
#[derive(Debug, Object)]
struct PermissionLabel {
    /// What people read.
    #[oai(validator(min_length = 1, max_length = 96))]
    label: String,
}

/// The category of a permission.
#[derive(Debug, Object)]
struct Place {
    /// The category.
    category_id: Uuid,
}

/// A permission as its command left it.
#[derive(Debug, Object, Serialize)]
struct SortedPermission {
    /// Its name.
    id: String,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

#[OpenApi(prefix_path = "/v1/rbac", tag = "Part::People")]
impl Permissions {
    /// List the permissions that can be granted.
    ///
    /// By name.
    #[oai(path = "/permissions", method = "get", operation_id = "listPermissions")]
    async fn list(
        &self,
        by: Can<RoleRead>,
        language: Language,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<PermissionBody>>, Problem> {
        let query = QueryFingerprint::of("listPermissions", &[]);
        let place: Option<PermissionName> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let graph = self.0.graph(&by.caller, after.0).await?;
        let rows = graph.permissions().into_iter();
        let rows = rows.filter(|it| place.as_ref().is_none_or(|place| it.name > *place));
        let page = page(rows, *limit, |it| it.name.clone());
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let data = page.rows.into_iter().map(|it| PermissionBody::of(it, language)).collect();
        Ok(Json(List { data, next_cursor }))
    }

    /// Get a permission that can be granted.
    #[oai(path = "/permissions/:permission_id", method = "get", operation_id = "getPermission")]
    async fn get(
        &self,
        by: Can<RoleRead>,
        language: Language,
        /// Its name, `resource.action`.
        permission_id: Path<String>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<PermissionBody>, Problem> {
        let name = permission("/path/permission_id", &permission_id)?;
        let graph = self.0.graph(&by.caller, after.0).await?;
        let found = graph.permissions().into_iter().find(|it| it.name == name);
        let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Json(PermissionBody::of(found, language)))
    }

    /// Call a permission differently than FastOps does.
    #[oai(
        path = "/permissions/:permission_id/label",
        method = "put",
        operation_id = "labelPermission"
    )]
    async fn label(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        /// Its name, `resource.action`.
        permission_id: Path<String>,
        Json(body): Json<PermissionLabel>,
    ) -> Result<Done<SortedPermission>, Problem> {
        let mut fields = Fields::default();
        let Some(label) = fields.name("/label", &body.label) else { return Err(fields.problem()) };
        let name = permission("/path/permission_id", &permission_id)?;
        self.sort(by, key, name.clone(), Sorting::LabelPermission(name, label)).await
    }

    /// Call a permission as FastOps does.
    #[oai(
        path = "/permissions/:permission_id/label",
        method = "delete",
        operation_id = "dropPermissionLabel"
    )]
    async fn drop_label(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        /// Its name, `resource.action`.
        permission_id: Path<String>,
    ) -> Result<Done<SortedPermission>, Problem> {
        let name = permission("/path/permission_id", &permission_id)?;
        self.sort(by, key, name.clone(), Sorting::DropLabel(name)).await
    }

    /// Make or label a permission for an integration.
    #[oai(path = "/permissions", method = "post", operation_id = "definePermission")]
    async fn define(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        Json(body): Json<OwnPermission>,
    ) -> Result<Done<SortedPermission>, Problem> {
        let mut fields = Fields::default();
        let Some(label) = fields.name("/label", &body.label) else { return Err(fields.problem()) };
        let name = permission("/id", &body.id)?;
        self.sort(by, key, name.clone(), Sorting::DefinePermission(name, label)).await
    }

    /// Put a permission into a category.
    #[oai(path = "/permissions/:permission_id", method = "put", operation_id = "sortPermission")]
    async fn place(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        /// Its name, `resource.action`.
        permission_id: Path<String>,
        Json(body): Json<Place>,
    ) -> Result<Done<SortedPermission>, Problem> {
        let name = permission("/path/permission_id", &permission_id)?;
        let category = PermissionCategoryId::from_uuid(body.category_id);
        self.sort(by, key, name.clone(), Sorting::CategorisePermission(name, category)).await
    }

    /// Remove a permission of the company's own.
    ///
    /// Refused while a role has it.
    #[oai(path = "/permissions/:permission_id", method = "delete", operation_id = "dropPermission")]
    async fn drop_own(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        /// Its name, `x_resource.action`.
        permission_id: Path<String>,
    ) -> Result<Done<SortedPermission>, Problem> {
        let name = permission("/path/permission_id", &permission_id)?;
        self.sort(by, key, name.clone(), Sorting::DropPermission(name)).await
    }
}

impl Permissions {
    async fn sort(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        name: PermissionName,
        sorting: Sorting,
    ) -> Result<Done<SortedPermission>, Problem> {
        let change = Change::Sort(sorting);
        let accepted = self.0.change_roles(&by.caller, key, change).await?;
        let body = SortedPermission { id: name.into(), position: accepted.position };
        Ok(Done::by(&accepted, body))
    }
}

impl PermissionBody {
    fn of(grantable: Grantable, language: Language) -> Self {
        let built_in = Permission::of_name(grantable.name.as_str());
        let usual = built_in.map_or("", |permission| label(permission, language));
        Self {
            label: grantable.label.map_or_else(|| usual.to_owned(), Into::into),
            category_id: grantable.category.map(PermissionCategoryId::uuid),
            is_own: built_in.is_none(),
            is_high_risk: built_in.is_some_and(Permission::is_high_risk),
            reaches_every_branch: grantable.name.reaches_every_branch(),
            id: grantable.name.into(),
        }
    }
}
