//! Roles and their permissions.

use std::collections::BTreeSet;

use commands::Revision;
use domain::identity::PermissionName;
use domain::identity::permission::markers::{RoleManage, RoleRead};
use domain::identity::roles::{Change, Event, NewRole};
use domain::shared::RoleId;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::fields::Fields;
use crate::operations::identity::rbac::model::{
    ChosenPermissions, NewRoleDetails, RoleBody, RoleDetails,
};
use crate::operations::identity::rbac::permission;
use crate::operations::identity::refusal::Named;
use crate::operations::model::{Revised, Settled};
use crate::operations::paging::page;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about roles.
pub(crate) struct RolesOfCompany(pub(crate) Services);

#[OpenApi(prefix_path = "/v1/rbac", tag = "Part::People")]
impl RolesOfCompany {
    /// Add a role.
    ///
    /// Callers cannot give a role permissions that they do not hold themselves.
    #[oai(path = "/roles", method = "post", operation_id = "addRole")]
    async fn add(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        Json(body): Json<NewRoleDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &body.name);
        let Some(name) = name else { return Err(fields.problem()) };
        let change = Change::AddRole(NewRole {
            role: RoleId::from_uuid(self.0.ids.uuid()),
            name,
            parents: body.parents.iter().copied().map(RoleId::from_uuid).collect(),
            permissions: permissions(&body.permissions)?,
        });
        let named = Named {
            roles: ("/parents", &body.parents),
            permissions: &body.permissions,
            ..Named::default()
        };
        let accepted = self.0.change_roles_named(&by.caller, key, None, change, &named).await?;
        accepted.added("/v1/rbac/roles", |event| match event {
            Event::RoleAdded(added) => Some(added.role.uuid()),
            _ => None,
        })
    }

    /// Rename a role and choose what it inherits from.
    #[oai(path = "/roles/:role_id", method = "put", operation_id = "reviseRole")]
    async fn revise(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        seen: IfMatch,
        role_id: Path<Uuid>,
        Json(body): Json<RoleDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else { return Err(fields.problem()) };
        let parents = body.parents.iter().copied().map(RoleId::from_uuid).collect();
        let change = Change::ReviseRole { role: RoleId::from_uuid(role_id.0), name, parents };
        let named = Named { roles: ("/parents", &body.parents), ..Named::default() };
        let accepted =
            self.0.change_roles_named(&by.caller, key, Some(seen), change, &named).await?;
        accepted.roles_revised(role_id.0, seen)
    }

    /// Remove a role.
    ///
    /// Refused while a user has it or another role inherits from it.
    #[oai(path = "/roles/:role_id", method = "delete", operation_id = "removeRole")]
    async fn remove(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        role_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let change = Change::RemoveRole(RoleId::from_uuid(role_id.0));
        self.0.settle_roles(&by.caller, key, change, role_id.0).await
    }

    /// Grant a role a permission.
    #[oai(
        path = "/roles/:role_id/permissions/:permission_id",
        method = "post",
        operation_id = "grantPermission"
    )]
    async fn grant(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        role_id: Path<Uuid>,
        /// Its name, `resource.action`.
        permission_id: Path<String>,
    ) -> Result<Done<Settled>, Problem> {
        let permission = permission("/path/permission_id", &permission_id)?;
        let change = Change::Grant(RoleId::from_uuid(role_id.0), permission);
        self.0.settle_roles(&by.caller, key, change, role_id.0).await
    }

    /// Revoke a permission that a role has of its own.
    #[oai(
        path = "/roles/:role_id/permissions/:permission_id",
        method = "delete",
        operation_id = "revokePermission"
    )]
    async fn revoke(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        role_id: Path<Uuid>,
        /// Its name, `resource.action`.
        permission_id: Path<String>,
    ) -> Result<Done<Settled>, Problem> {
        let permission = permission("/path/permission_id", &permission_id)?;
        let change = Change::Revoke(RoleId::from_uuid(role_id.0), permission);
        self.0.settle_roles(&by.caller, key, change, role_id.0).await
    }

    /// Choose all permissions of a role.
    ///
    /// Those that it has of its own, at once.
    #[oai(path = "/roles/:role_id/permissions", method = "put", operation_id = "choosePermissions")]
    async fn choose(
        &self,
        by: Can<RoleManage>,
        key: IdempotencyKey,
        seen: IfMatch,
        role_id: Path<Uuid>,
        Json(body): Json<ChosenPermissions>,
    ) -> Result<Changed<Revised>, Problem> {
        let named = Named { permissions: &body.permissions, ..Named::default() };
        let role = RoleId::from_uuid(role_id.0);
        let change = Change::ChoosePermissions(role, permissions(&body.permissions)?);
        let accepted =
            self.0.change_roles_named(&by.caller, key, Some(seen), change, &named).await?;
        accepted.roles_revised(role_id.0, seen)
    }

    /// List the roles of the company.
    ///
    /// By name; at most 200 exist.
    #[oai(path = "/roles", method = "get", operation_id = "listRoles")]
    async fn list(
        &self,
        by: Can<RoleRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<RoleBody>>, Problem> {
        let query = QueryFingerprint::of("listRoles", &[]);
        let place: Option<(String, RoleId)> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let graph = self.0.graph(&by.caller, after.0).await?;
        let roles = graph.roles.iter().map(|(id, role)| ((role.name.fold_v1(), *id), role));
        let mut roles: Vec<_> =
            roles.filter(|(at, _)| place.as_ref().is_none_or(|place| at > place)).collect();
        roles.sort_by(|(a, _), (b, _)| a.cmp(b));
        let page = page(roles.into_iter(), *limit, |(at, _)| at.clone());
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let data = page.rows.into_iter().map(|((_, id), role)| RoleBody::of(id, role)).collect();
        Ok(Json(List { data, next_cursor }))
    }

    /// Get a role.
    #[oai(path = "/roles/:role_id", method = "get", operation_id = "getRole")]
    async fn get(
        &self,
        by: Can<RoleRead>,
        role_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<RoleBody>, Problem> {
        let graph = self.0.graph(&by.caller, after.0).await?;
        let id = RoleId::from_uuid(role_id.0);
        let role = graph.roles.get(&id).ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(Revision::new(role.version), RoleBody::of(id, role)))
    }
}

/// The permissions that a body names under `/permissions`.
fn permissions(names: &[String]) -> Result<BTreeSet<PermissionName>, Problem> {
    let numbered = names.iter().enumerate();
    numbered.map(|(index, name)| permission(&format!("/permissions/{index}"), name)).collect()
}
