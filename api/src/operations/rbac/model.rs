//! Bodies about roles.

use chrono::{DateTime, Utc};
use domain::identity::roles::{BranchAccess, RoleKind};
use domain::shared::{BranchId, RoleId, UserId};
use poem_openapi::{Enum, Object};
use projections::people::graph::{Given, Role};
use serde::Serialize;
use uuid::Uuid;

use crate::operations::moment;

/// What a role is like.
#[derive(Debug, Object)]
pub(super) struct RoleDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    pub(super) name: String,
    /// The roles whose permissions it has besides its own; an empty list where there are none.
    #[oai(validator(max_items = 20, unique_items))]
    pub(super) parents: Vec<Uuid>,
}

/// A role to be.
#[derive(Debug, Object)]
pub(super) struct NewRoleDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    pub(super) name: String,
    /// The roles whose permissions it has besides its own.
    #[oai(default, validator(max_items = 20, unique_items))]
    pub(super) parents: Vec<Uuid>,
    /// Its own permissions, `resource.action`.
    #[oai(default, validator(max_items = 200, unique_items))]
    pub(super) permissions: Vec<String>,
}

/// What a role may do of its own.
#[derive(Debug, Object)]
pub(super) struct ChosenPermissions {
    /// All of them, `resource.action`; an empty list where it has none.
    #[oai(validator(max_items = 200, unique_items))]
    pub(super) permissions: Vec<String>,
}

/// Whether a role can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "RoleKind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(super) enum RoleKindBody {
    /// Holds everything, for ever.
    Administrator,
    /// Holds what it was given.
    Ordinary,
}

/// A permission that a role has of its own.
#[derive(Debug, Object, Serialize)]
pub(super) struct Grant {
    /// The permission.
    permission: String,
    /// Who granted it; null where the company began with it.
    granted_by: Option<Uuid>,
    /// When.
    #[serde(with = "moment")]
    granted_at: DateTime<Utc>,
}

/// A role.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Role")]
pub(super) struct RoleBody {
    /// Its id.
    pub(super) id: Uuid,
    /// Its name.
    name: String,
    /// Whether it can be changed.
    kind: RoleKindBody,
    /// The roles whose permissions it has besides its own.
    parents: Vec<Uuid>,
    /// Its own permissions, by name.
    permissions: Vec<Grant>,
    /// Its revision, as in `ETag`.
    revision: u64,
}

impl RoleBody {
    pub(super) fn of(id: RoleId, role: &Role) -> Self {
        let grant = |(permission, given): (&domain::identity::PermissionName, &Given)| Grant {
            permission: permission.to_string(),
            granted_by: given.by.map(UserId::uuid),
            granted_at: given.at,
        };
        Self {
            id: id.uuid(),
            name: role.name.to_string(),
            kind: match role.kind {
                RoleKind::Administrator => RoleKindBody::Administrator,
                RoleKind::Ordinary => RoleKindBody::Ordinary,
            },
            parents: role.parents.iter().map(|parent| parent.uuid()).collect(),
            permissions: role.permissions.iter().map(grant).collect(),
            revision: role.version,
        }
    }
}

/// A role that somebody has.
#[derive(Debug, Object, Serialize)]
pub(super) struct Assignment {
    /// The role.
    pub(super) role_id: Uuid,
    /// Its name.
    pub(super) name: String,
    /// Who gave it; null where the company began with it.
    pub(super) assigned_by: Option<Uuid>,
    /// When.
    #[serde(with = "moment")]
    pub(super) assigned_at: DateTime<Utc>,
}

/// What somebody may do, and where.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "EffectivePermissions")]
pub(super) struct EffectiveBody {
    /// The person.
    pub(super) user_id: Uuid,
    /// Whether they hold everything in all branches, also what later releases add.
    pub(super) is_administrator: bool,
    /// Every permission that they hold at the moment, by name.
    pub(super) permissions: Vec<String>,
    /// Whether they may act in every branch.
    pub(super) all_branches: bool,
    /// Otherwise, the branches in which they may act.
    pub(super) branches: Vec<Uuid>,
}

/// Whether all branches are meant, and otherwise which.
pub(in crate::operations) fn branches(access: &BranchAccess) -> (bool, Vec<Uuid>) {
    match access {
        BranchAccess::All => (true, Vec::new()),
        BranchAccess::Only(branches) => {
            (false, branches.iter().map(|branch| BranchId::uuid(*branch)).collect())
        }
    }
}
