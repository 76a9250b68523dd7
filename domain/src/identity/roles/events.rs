//! Events of the roles of a company. The log stores the actor and the time with each event.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BranchAccess;
use crate::identity::PermissionName;
use crate::shared::{Name, PermissionCategoryId, RoleId, UserId};

/// Whether a role can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    /// Holds every permission; it cannot be changed.
    Administrator,
    /// Holds the permissions that it was granted.
    Ordinary,
}

macro_rules! events {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            pub struct $name {
                $($(#[$field_meta])* pub $field: $type,)+
            }
        )+
    };
}

events! {
    /// A role was added.
    RoleAdded {
        /// The role.
        role: RoleId,
        /// Its name.
        name: Name,
        /// Whether it is the role of administrators.
        kind: RoleKind,
        /// The roles that it inherits from.
        parents: BTreeSet<RoleId>,
        /// Its own permissions.
        permissions: BTreeSet<PermissionName>,
    }
    /// A role was renamed.
    RoleRenamed {
        /// The role.
        role: RoleId,
        /// Its name.
        name: Name,
    }
    /// The parents of a role were set.
    ParentsChosen {
        /// The role.
        role: RoleId,
        /// The roles that it inherits from.
        parents: BTreeSet<RoleId>,
    }
    /// A role was removed.
    RoleRemoved {
        /// The role.
        role: RoleId,
    }
    /// A permission was granted to a role.
    PermissionGranted {
        /// The role.
        role: RoleId,
        /// The permission.
        permission: PermissionName,
    }
    /// A permission was revoked from a role.
    PermissionRevoked {
        /// The role.
        role: RoleId,
        /// The permission.
        permission: PermissionName,
    }
    /// A user was admitted to the company.
    MemberAdmitted {
        /// The user.
        user: UserId,
        /// Their roles.
        roles: BTreeSet<RoleId>,
        /// The branches that they may act in.
        branches: BranchAccess,
    }
    /// A role was assigned to a user.
    RoleAssigned {
        /// The user.
        user: UserId,
        /// The role.
        role: RoleId,
    }
    /// A role was taken from a user.
    RoleUnassigned {
        /// The user.
        user: UserId,
        /// The role.
        role: RoleId,
    }
    /// The branches of a user were set.
    BranchesAllowed {
        /// The user.
        user: UserId,
        /// The branches that they may act in; all others are closed to them.
        branches: BranchAccess,
    }
    /// A user was suspended and may do nothing.
    MemberSuspended {
        /// The user.
        user: UserId,
    }
    /// A suspended user was resumed.
    MemberResumed {
        /// The user.
        user: UserId,
    }
    /// The data of a suspended user was deleted for good. They have no roles and no branches.
    MemberForgotten {
        /// The user.
        user: UserId,
    }
    /// The operator made a user an active administrator of all branches, whatever their state was.
    AdministratorRestored {
        /// The user.
        user: UserId,
        /// The role of administrators.
        role: RoleId,
    }
    /// The company defined a permission of its own.
    PermissionDefined {
        /// Its name.
        permission: PermissionName,
        /// The label.
        label: Name,
    }
    /// The company dropped a permission of its own.
    PermissionDropped {
        /// Its name.
        permission: PermissionName,
    }
    /// The company relabelled a permission of FastOps.
    PermissionLabelled {
        /// The permission.
        permission: PermissionName,
        /// The label.
        label: Name,
    }
    /// The company removed its label of a permission of FastOps.
    PermissionLabelDropped {
        /// The permission.
        permission: PermissionName,
    }
    /// The seeded roles were brought to a version.
    Seeded {
        /// The version.
        version: u16,
    }
    /// A permission was moved to a category.
    PermissionCategorised {
        /// The permission.
        permission: PermissionName,
        /// The category.
        category: PermissionCategoryId,
    }
    /// A category of permissions was added.
    CategoryAdded {
        /// The category.
        category: PermissionCategoryId,
        /// Its name.
        name: Name,
        /// The permissions that it begins with.
        permissions: BTreeSet<PermissionName>,
    }
    /// A category of permissions was renamed.
    CategoryRenamed {
        /// The category.
        category: PermissionCategoryId,
        /// Its name.
        name: Name,
    }
    /// A category of permissions was removed.
    CategoryRemoved {
        /// The category.
        category: PermissionCategoryId,
    }
}

crate::stored_events! {
    /// Events of the roles of a company.
    pub enum Event {
        "roles.role_added" => RoleAdded,
        "roles.role_renamed" => RoleRenamed,
        "roles.parents_chosen" => ParentsChosen,
        "roles.role_removed" => RoleRemoved,
        "roles.permission_granted" => PermissionGranted,
        "roles.permission_revoked" => PermissionRevoked,
        "roles.member_admitted" => MemberAdmitted,
        "roles.role_assigned" => RoleAssigned,
        "roles.role_unassigned" => RoleUnassigned,
        "roles.branches_allowed" => BranchesAllowed,
        "roles.member_suspended" => MemberSuspended,
        "roles.member_resumed" => MemberResumed,
        "roles.member_forgotten" => MemberForgotten,
        "roles.administrator_restored" => AdministratorRestored,
        "roles.permission_defined" => PermissionDefined,
        "roles.permission_dropped" => PermissionDropped,
        "roles.permission_labelled" => PermissionLabelled,
        "roles.permission_label_dropped" => PermissionLabelDropped,
        "roles.seeded" => Seeded,
        "roles.permission_categorised" => PermissionCategorised,
        "roles.category_added" => CategoryAdded,
        "roles.category_renamed" => CategoryRenamed,
        "roles.category_removed" => CategoryRemoved,
    }
}
