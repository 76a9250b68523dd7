//! Who gave what to whom or took it, and when.

use chrono::{DateTime, Utc};
use domain::identity::permission::markers::RoleRead;
use domain::shared::{RoleId, UserId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Enum, Object, OpenApi};
use projections::identity::People;
use projections::identity::graph;
use projections::identity::history::{self, Change, Entry, Grants, Of};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::List;
use crate::operations::identity::rbac::model::branches;
use crate::operations::moment;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::problem::{Code, Problem};

/// The operations that show who gave or took roles, and when.
pub(crate) struct Histories(pub(crate) Services);

/// What became of a role or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "GrantChangeKind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
enum ChangeKind {
    /// The role has a permission of its own.
    PermissionGranted,
    /// The role has a permission of its own no more.
    PermissionRevoked,
    /// The role inherits from these and no others.
    ParentsChosen,
    /// The role is gone.
    RoleRemoved,
    /// The person has the role.
    RoleAssigned,
    /// The person has the role no more.
    RoleUnassigned,
    /// The person may act in these branches and no others.
    BranchesAllowed,
    /// The person may do nothing for now.
    Suspended,
    /// The person may go on.
    Resumed,
    /// The operator has made the person an administrator of all branches.
    AdministratorRestored,
    /// The name of the person was corrected.
    Renamed,
    /// Another e-mail address of the person was requested.
    EmailChangeRequested,
    /// The person has the e-mail address that was requested.
    EmailChanged,
    /// The personal data of the user is deleted, and they hold nothing.
    Forgotten,
}

/// A change of what a role or a person holds, or of who the person is.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "GrantChange")]
struct GrantChange {
    /// What changed.
    change: ChangeKind,
    /// The role; null where it is about a person alone.
    role_id: Option<Uuid>,
    /// The person; null where it is about a role alone.
    user_id: Option<Uuid>,
    /// The permission, where one was granted or revoked.
    permission: Option<String>,
    /// What the role inherits from, where that was chosen.
    parents: Option<Vec<Uuid>>,
    /// Whether the person may act in every branch, where that was chosen.
    all_branches: Option<bool>,
    /// Otherwise, the branches in which they may act.
    branches: Option<Vec<Uuid>>,
    /// Who changed it; null where FastOps or the operator did.
    changed_by: Option<Uuid>,
    /// When.
    #[serde(with = "moment")]
    changed_at: DateTime<Utc>,
}

#[OpenApi(prefix_path = "/v1/rbac", tag = "Part::People")]
impl Histories {
    /// See what became of a role and who got it.
    ///
    /// The latest first. A role that is gone has a history, too.
    #[oai(path = "/roles/:role_id/history", method = "get", operation_id = "historyOfRole")]
    async fn of_role(
        &self,
        by: Can<RoleRead>,
        role_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<GrantChange>>, Problem> {
        let query = ("historyOfRole", ("role_id", role_id.0));
        self.list(by, Of::Role(RoleId::from_uuid(role_id.0)), query, (limit.0, cursor.0, after.0))
            .await
    }

    /// List the changes of a user.
    ///
    /// Of their roles, branches, name and address, the latest first.
    #[oai(path = "/users/:user_id/history", method = "get", operation_id = "historyOfUser")]
    async fn of_user(
        &self,
        by: Can<RoleRead>,
        user_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<GrantChange>>, Problem> {
        let query = ("historyOfUser", ("user_id", user_id.0));
        self.list(by, Of::User(UserId::from_uuid(user_id.0)), query, (limit.0, cursor.0, after.0))
            .await
    }
}

impl Histories {
    async fn list(
        &self,
        by: Can<RoleRead>,
        of: Of,
        (operation, (name, id)): (&'static str, (&'static str, Uuid)),
        (limit, cursor, after): (PageSize, Option<String>, Option<PositionToken>),
    ) -> Result<Json<List<GrantChange>>, Problem> {
        let id = id.to_string();
        let query = QueryFingerprint::of(operation, &[(name, &id)]);
        let before = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after, &[People::NAME, Grants::NAME]).await?;
        let page = history::list(&mut tx, of, before, limit.rows().into()).await.map_err(unread)?;
        if page.rows.is_empty() {
            let graph = graph::get(&mut tx).await.map_err(unread)?;
            let is_known = match of {
                Of::Role(role) => graph.roles.contains_key(&role),
                Of::User(user) => graph.members.contains_key(&user),
            };
            if !is_known {
                return Err(Problem::new(Code::NotFound));
            }
        }
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }
}

impl From<Entry> for GrantChange {
    fn from(entry: Entry) -> Self {
        let Entry { change, role, user, by, at, .. } = entry;
        let body = |change| Self {
            change,
            role_id: role.map(RoleId::uuid),
            user_id: user.map(UserId::uuid),
            permission: None,
            parents: None,
            all_branches: None,
            branches: None,
            changed_by: by.map(UserId::uuid),
            changed_at: at,
        };
        match change {
            Change::PermissionGranted { permission } => {
                let permission = Some(permission.into());
                Self { permission, ..body(ChangeKind::PermissionGranted) }
            }
            Change::PermissionRevoked { permission } => {
                let permission = Some(permission.into());
                Self { permission, ..body(ChangeKind::PermissionRevoked) }
            }
            Change::ParentsChosen { parents } => {
                let parents = Some(parents.into_iter().map(RoleId::uuid).collect());
                Self { parents, ..body(ChangeKind::ParentsChosen) }
            }
            Change::BranchesAllowed { branches: access } => {
                let (all, branches) = branches(&access);
                let (all_branches, branches) = (Some(all), Some(branches));
                Self { all_branches, branches, ..body(ChangeKind::BranchesAllowed) }
            }
            Change::RoleRemoved => body(ChangeKind::RoleRemoved),
            Change::RoleAssigned => body(ChangeKind::RoleAssigned),
            Change::RoleUnassigned => body(ChangeKind::RoleUnassigned),
            Change::Suspended => body(ChangeKind::Suspended),
            Change::Resumed => body(ChangeKind::Resumed),
            Change::AdministratorRestored => body(ChangeKind::AdministratorRestored),
            Change::Renamed => body(ChangeKind::Renamed),
            Change::EmailChangeRequested => body(ChangeKind::EmailChangeRequested),
            Change::EmailChanged => body(ChangeKind::EmailChanged),
            Change::Forgotten => body(ChangeKind::Forgotten),
        }
    }
}
