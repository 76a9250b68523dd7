//! Who has which roles, and what they may do with them.

use commands::identity::Standing;
use domain::identity::Permission;
use domain::identity::permission::markers::{RoleRead, UserManage};
use domain::identity::roles::{Change, Held};
use domain::shared::{RoleId, UserId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use uuid::Uuid;

use crate::access::{Can, SignedIn};
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Done, List};
use crate::operations::identity::rbac::model::{Assignment, EffectiveBody, branches};
use crate::operations::model::Settled;
use crate::operations::paging::page;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// The operations about who has which roles.
pub(crate) struct Members(pub(crate) Services);

#[OpenApi(prefix_path = "/v1/rbac", tag = "Part::People")]
impl Members {
    /// Give a user a role.
    ///
    /// Callers cannot give a role that may do more than they may themselves.
    #[oai(path = "/users/:user_id/roles/:role_id", method = "post", operation_id = "assignRole")]
    async fn assign(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
        role_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (user, role) = (UserId::from_uuid(user_id.0), RoleId::from_uuid(role_id.0));
        let change = Change::Assign(user, role);
        self.0.settle_roles(&by.caller, key, change, user_id.0).await
    }

    /// Take a role from a user.
    #[oai(
        path = "/users/:user_id/roles/:role_id",
        method = "delete",
        operation_id = "unassignRole"
    )]
    async fn unassign(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
        role_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (user, role) = (UserId::from_uuid(user_id.0), RoleId::from_uuid(role_id.0));
        let change = Change::Unassign(user, role);
        self.0.settle_roles(&by.caller, key, change, user_id.0).await
    }

    /// List a user's roles, with who gave them.
    #[oai(path = "/users/:user_id/roles", method = "get", operation_id = "listRolesOfUser")]
    async fn roles(
        &self,
        by: Can<RoleRead>,
        user_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<Assignment>>, Problem> {
        let query = QueryFingerprint::of("listRolesOfUser", &[("user_id", &user_id.to_string())]);
        let place: Option<RoleId> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let graph = self.0.graph(&by.caller, after.0).await?;
        let member = graph.members.get(&UserId::from_uuid(user_id.0));
        let member = member.ok_or_else(|| Problem::new(Code::NotFound))?;
        let assignment =
            |(role, given): (&RoleId, &projections::identity::graph::Given)| Assignment {
                role_id: role.uuid(),
                name: graph.roles.get(role).map(|role| role.name.to_string()).unwrap_or_default(),
                assigned_by: given.by.map(UserId::uuid),
                assigned_at: given.at,
            };
        let rows = member.roles.iter().filter(|(role, _)| place.is_none_or(|place| **role > place));
        let page = page(rows, *limit, |(role, _)| **role);
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(assignment).collect(), next_cursor }))
    }

    /// Get what a user may do at the moment.
    ///
    /// With everything that their roles inherit.
    #[oai(
        path = "/users/:user_id/permissions",
        method = "get",
        operation_id = "effectivePermissions"
    )]
    async fn effective(
        &self,
        by: Can<RoleRead>,
        user_id: Path<Uuid>,
    ) -> Result<Json<EffectiveBody>, Problem> {
        let (tenant, user) = (by.caller.tenant, UserId::from_uuid(user_id.0));
        let standing = self.0.authority.standing(tenant, user).await;
        let standing = standing.map_err(|world| failed(&world))?;
        let standing = standing.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Json(body(user, &standing)))
    }

    /// What one may do oneself at the moment.
    #[expect(clippy::unused_async, reason = "operations are async whether they wait or not")]
    #[oai(path = "/me", method = "get", operation_id = "ownPermissions")]
    async fn own(&self, by: SignedIn) -> Result<Json<EffectiveBody>, Problem> {
        Ok(Json(body(by.caller.user, &by.standing)))
    }
}

fn body(user: UserId, standing: &Standing) -> EffectiveBody {
    let (all_branches, branches) = branches(&standing.branches);
    let (is_administrator, permissions) = match standing.held() {
        Held::Everything => {
            (true, Permission::ALL.iter().map(|permission| permission.name().to_owned()).collect())
        }
        Held::EverythingInBranches => {
            let those =
                Permission::ALL.iter().filter(|permission| !permission.reaches_every_branch());
            (false, those.map(|permission| permission.name().to_owned()).collect())
        }
        Held::These(these) => (false, these.iter().map(ToString::to_string).collect()),
    };
    EffectiveBody { user_id: user.uuid(), is_administrator, permissions, all_branches, branches }
}
