//! Bodies about roles.

use chrono::{DateTime, Utc};
use domain::identity::roles::{BranchAccess, RoleKind};
use domain::shared::{BranchId, RoleId, UserId};
use poem_openapi::{Enum, Object};
use projections::identity::graph::{Given, Role};
use serde::Serialize;
use uuid::Uuid;

use crate::operations::moment;

/// What a role is like.
#[derive(Debug, Object)]
pub(in crate::operations) struct RoleDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    pub(in crate::operations) name: String,
    /// The roles whose permissions it has besides its own; an empty list where there are none.
    #[oai(validator(max_items = 20, unique_items))]
    pub(in crate::operations) parents: Vec<Uuid>,
}

/// A role to be.
#[derive(Debug, Object)]
pub(in crate::operations) struct NewRoleDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    pub(in crate::operations) name: String,
    /// The roles whose permissions it has besides its own.
    #[oai(default, validator(max_items = 20, unique_items))]
    pub(in crate::operations) parents: Vec<Uuid>,
    /// Its own permissions, `resource.action`.
    #[oai(default, validator(max_items = 200, unique_items))]
    pub(in crate::operations) permissions: Vec<String>,
}

/// What a role may do of its own.
#[derive(Debug, Object)]
pub(in crate::operations) struct ChosenPermissions {
    /// All of them, `resource.action`; an empty list where it has none.
    #[oai(validator(max_items = 200, unique_items))]
    pub(in crate::operations) permissions: Vec<String>,
}

/// Whether a role can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "RoleKind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(in crate::operations) enum RoleKindBody {
    /// Holds everything, for ever.
    Administrator,
    /// Holds what it was given.
    Ordinary,
}

/// A permission that a role has of its own.
#[derive(Debug, Object, Serialize)]
pub(in crate::operations) struct Grant {
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
pub(in crate::operations) struct RoleBody {
    /// Its id.
    pub(in crate::operations) id: Uuid,
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
    pub(in crate::operations) fn of(id: RoleId, role: &Role) -> Self {
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

/// A role that a user has.
#[derive(Debug, Object, Serialize)]
pub(in crate::operations) struct Assignment {
    /// The role.
    pub(in crate::operations) role_id: Uuid,
    /// Its name.
    pub(in crate::operations) name: String,
    /// Who gave it; null where the company began with it.
    pub(in crate::operations) assigned_by: Option<Uuid>,
    /// When.
    #[serde(with = "moment")]
    pub(in crate::operations) assigned_at: DateTime<Utc>,
}

/// What a user may do, and where.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "EffectivePermissions")]
pub(in crate::operations) struct EffectiveBody {
    /// The person.
    pub(in crate::operations) user_id: Uuid,
    /// Whether they hold everything in all branches, also what later releases add.
    pub(in crate::operations) is_administrator: bool,
    /// Every permission that they hold at the moment, by name.
    pub(in crate::operations) permissions: Vec<String>,
    /// Whether they may act in every branch.
    pub(in crate::operations) all_branches: bool,
    /// Otherwise, the branches in which they may act.
    pub(in crate::operations) branches: Vec<Uuid>,
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
