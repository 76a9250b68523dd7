//! Commands to the roles of a company, and why they are refused.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{BranchAccess, DEPTH_MAX, MemberAdmitted, PARENTS_MAX, ROLES_MAX, Sorting};
use crate::identity::PermissionName;
use crate::shared::{Name, RoleId, TenantId, UserId};

/// On whose authority a change is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A user of the company, who cannot grant or revoke what they lack, and the branches that
    /// their session is valid in.
    User(UserId, BranchAccess),
    /// FastOps itself.
    System,
}

/// A change and the authority for it.
#[derive(Debug, Clone)]
pub struct Command {
    /// The authority.
    pub by: By,
    /// The change.
    pub change: Change,
}

/// The changes of roles.
///
/// Its serialised form is compared to recognise a retry, so ids to be created are left out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Found the roles, with the first administrator.
    Found {
        /// The company.
        tenant: TenantId,
        /// The user who may do everything.
        administrator: UserId,
    },
    /// Add to the seeded roles what releases after the company's founding added.
    UpgradeSeeds(TenantId),
    /// Add a role.
    AddRole(NewRole),
    /// Set a role's name and parents.
    ReviseRole {
        /// The role.
        role: RoleId,
        /// Its name.
        name: Name,
        /// The roles that it inherits from.
        parents: BTreeSet<RoleId>,
    },
    /// Remove a role that is not in use.
    RemoveRole(RoleId),
    /// Grant a permission to a role.
    Grant(RoleId, PermissionName),
    /// Revoke a role's own permission.
    Revoke(RoleId, PermissionName),
    /// Replace a role's own permissions.
    ChoosePermissions(RoleId, BTreeSet<PermissionName>),
    /// Admit a user to the company.
    Admit(MemberAdmitted),
    /// Assign a role to a user.
    Assign(UserId, RoleId),
    /// Take a role from a user.
    Unassign(UserId, RoleId),
    /// Set the branches that a user may act in.
    AllowBranches(UserId, BranchAccess),
    /// Suspend a user.
    Suspend(UserId),
    /// Resume a suspended user.
    Resume(UserId),
    /// Delete the personal data of a suspended user, for good.
    Forget(UserId),
    /// Check that a user may be given credentials, another name or another address. It has no events; it is
    /// refused unless the actor could do everything that the user can, because the actor could sign in as
    /// the user or have others take the user for another.
    StandIn(UserId),
    /// Make a user an active administrator of all branches, whether or not they belong to the
    /// company already.
    RestoreAdministrator(UserId),
    /// Change permissions and their categories.
    Sort(Sorting),
}

impl Change {
    /// Whether the change reaches every branch, so that only users of all branches can make it. A
    /// change of one user is judged by that user's branches.
    pub(super) const fn reaches_every_branch(&self) -> bool {
        match self {
            Self::AddRole(_)
            | Self::ReviseRole { .. }
            | Self::RemoveRole(_)
            | Self::Grant(..)
            | Self::Revoke(..)
            | Self::ChoosePermissions(..)
            | Self::UpgradeSeeds(_)
            | Self::Sort(_) => true,
            Self::Found { .. }
            | Self::Admit(_)
            | Self::Assign(..)
            | Self::Unassign(..)
            | Self::AllowBranches(..)
            | Self::Suspend(_)
            | Self::Resume(_)
            | Self::Forget(_)
            | Self::StandIn(_)
            | Self::RestoreAdministrator(_) => false,
        }
    }
}

/// A role to add.
#[derive(Debug, Clone, Serialize)]
pub struct NewRole {
    /// Its id.
    #[serde(skip)]
    pub role: RoleId,
    /// Its name, unique in the company.
    pub name: Name,
    /// The roles that it inherits from.
    pub parents: BTreeSet<RoleId>,
    /// Its own permissions.
    pub permissions: BTreeSet<PermissionName>,
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company's roles were founded before.
    #[error("the roles are founded already")]
    AlreadyFounded,
    /// The role, user, permission or category to change does not exist.
    #[error("there is no such thing")]
    Unknown,
    /// Another role in the command does not exist.
    #[error("role {0} is not there")]
    UnknownRole(RoleId),
    /// Another permission in the command does not exist.
    #[error("permission {0} is not there")]
    UnknownPermission(PermissionName),
    /// Another category in the command does not exist.
    #[error("the category is not there")]
    UnknownCategory,
    /// The id is in use.
    #[error("it is there already")]
    AlreadyThere,
    /// The name is in use.
    #[error("the name is taken")]
    NameTaken,
    /// A role would inherit from itself.
    #[error("a role would inherit from itself")]
    Cycle,
    /// A role would inherit over too many steps.
    #[error("a role inherits over at most {DEPTH_MAX} steps")]
    TooDeep,
    /// There would be too many roles, or a role would have too many parents.
    #[error("at most {ROLES_MAX} roles, and {PARENTS_MAX} parents of each")]
    TooMany,
    /// The role of administrators cannot be changed or inherited from.
    #[error("the role of administrators cannot be changed or inherited from")]
    AdministratorIsFixed,
    /// The role, permission or category is in use.
    #[error("it is in use")]
    InUse,
    /// The actor would grant or revoke what they lack.
    #[error("the actor does not hold what they would grant or revoke")]
    Escalation,
    /// The change reaches every branch, and the actor is not in all of them.
    #[error("what reaches every branch is changed by those who act in all of them")]
    ReachesEveryBranch,
    /// No active user would be left who may do everything in all branches.
    #[error("the last administrator of all branches stays")]
    LastAdministrator,
    /// The user to forget is not suspended.
    #[error("the user is not suspended")]
    NotSuspended,
    /// A company's own permission has no default label to return to.
    #[error("a permission of one's own needs a label")]
    NeedsLabel,
    /// The name lacks the prefix of a company's own permissions.
    #[error("a permission of one's own begins with {}", PermissionName::OWN_PREFIX)]
    NotOwn,
}
