//! What happens to the roles of a company. Who did it and when stands beside each event in the log.

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
    /// Holds everything, for ever.
    Administrator,
    /// Holds what it was given.
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
    /// There is another role.
    RoleAdded {
        /// The role.
        role: RoleId,
        /// Its name.
        name: Name,
        /// Whether it is that of administrators.
        kind: RoleKind,
        /// What it inherits from.
        parents: BTreeSet<RoleId>,
        /// What it may do besides.
        permissions: BTreeSet<PermissionName>,
    }
    /// A role is called differently.
    RoleRenamed {
        /// The role.
        role: RoleId,
        /// Its name.
        name: Name,
    }
    /// A role inherits from others.
    ParentsChosen {
        /// The role.
        role: RoleId,
        /// What it inherits from.
        parents: BTreeSet<RoleId>,
    }
    /// A role is gone.
    RoleRemoved {
        /// The role.
        role: RoleId,
    }
    /// A role has a permission.
    PermissionGranted {
        /// The role.
        role: RoleId,
        /// The permission.
        permission: PermissionName,
    }
    /// A role has a permission no more.
    PermissionRevoked {
        /// The role.
        role: RoleId,
        /// The permission.
        permission: PermissionName,
    }
    /// Somebody works in the company.
    MemberAdmitted {
        /// The person.
        user: UserId,
        /// What they are.
        roles: BTreeSet<RoleId>,
        /// Where they may act.
        branches: BranchAccess,
    }
    /// Somebody has a role.
    RoleAssigned {
        /// The person.
        user: UserId,
        /// The role.
        role: RoleId,
    }
    /// Somebody has a role no more.
    RoleUnassigned {
        /// The person.
        user: UserId,
        /// The role.
        role: RoleId,
    }
    /// Somebody may act in these branches and no others.
    BranchesAllowed {
        /// The person.
        user: UserId,
        /// Where they may act.
        branches: BranchAccess,
    }
    /// Somebody may do nothing for now.
    MemberSuspended {
        /// The person.
        user: UserId,
    }
    /// Somebody who was suspended may go on.
    MemberResumed {
        /// The person.
        user: UserId,
    }
    /// What was known of somebody who was suspended is deleted for good. They are nothing here any more.
    MemberForgotten {
        /// The person.
        user: UserId,
    }
    /// The operator has made somebody an administrator of all branches, who is active whatever they
    /// were before.
    AdministratorRestored {
        /// The person.
        user: UserId,
        /// The role of administrators.
        role: RoleId,
    }
    /// The company has a permission of its own.
    PermissionDefined {
        /// Its name.
        permission: PermissionName,
        /// What people read.
        label: Name,
    }
    /// The company has a permission of its own no more.
    PermissionDropped {
        /// Its name.
        permission: PermissionName,
    }
    /// The company calls a permission of FastOps differently.
    PermissionLabelled {
        /// The permission.
        permission: PermissionName,
        /// What people read.
        label: Name,
    }
    /// The company calls a permission as FastOps does.
    PermissionLabelDropped {
        /// The permission.
        permission: PermissionName,
    }
    /// The roles that every company begins with have what this version of them has.
    Seeded {
        /// The version.
        version: u16,
    }
    /// A permission stands in a category.
    PermissionCategorised {
        /// The permission.
        permission: PermissionName,
        /// The category.
        category: PermissionCategoryId,
    }
    /// There is another category of permissions.
    CategoryAdded {
        /// The category.
        category: PermissionCategoryId,
        /// Its name.
        name: Name,
        /// What stands in it from the beginning.
        permissions: BTreeSet<PermissionName>,
    }
    /// A category of permissions is called differently.
    CategoryRenamed {
        /// The category.
        category: PermissionCategoryId,
        /// Its name.
        name: Name,
    }
    /// A category of permissions is gone.
    CategoryRemoved {
        /// The category.
        category: PermissionCategoryId,
    }
}

crate::stored_events! {
    /// What happens to the roles of a company.
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
