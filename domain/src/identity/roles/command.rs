//! What can be asked of the roles of a company, and why it is refused.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{BranchAccess, DEPTH_MAX, MemberAdmitted, PARENTS_MAX, ROLES_MAX, Sorting};
use crate::identity::PermissionName;
use crate::shared::{Name, RoleId, TenantId, UserId};

/// Whose word it is that something changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Somebody of the company, who cannot give or take what they lack, with the branches in which
    /// their sign-in counts.
    User(UserId, BranchAccess),
    /// FastOps itself.
    System,
}

/// Something that should change, and who wants it.
#[derive(Debug, Clone)]
pub struct Command {
    /// Whose word it is.
    pub by: By,
    /// What should change.
    pub change: Change,
}

/// What can be asked of the roles of a company.
///
/// Serialised, it is what a retry is recognised by: ids of things to be are left out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The company begins, with its first administrator.
    Found {
        /// The company.
        tenant: TenantId,
        /// Who may do everything.
        administrator: UserId,
    },
    /// The company's seeded roles should have what releases after its beginning have added.
    UpgradeSeeds(TenantId),
    /// There should be another role.
    AddRole(NewRole),
    /// A role should be called like this and inherit from these.
    ReviseRole {
        /// Which.
        role: RoleId,
        /// Its name.
        name: Name,
        /// What it inherits from.
        parents: BTreeSet<RoleId>,
    },
    /// A role that nobody has should go.
    RemoveRole(RoleId),
    /// A role should have a permission.
    Grant(RoleId, PermissionName),
    /// A role should not have a permission of its own.
    Revoke(RoleId, PermissionName),
    /// A role should have these permissions of its own and no others.
    ChoosePermissions(RoleId, BTreeSet<PermissionName>),
    /// Somebody begins to work in the company.
    Admit(MemberAdmitted),
    /// Somebody should have a role.
    Assign(UserId, RoleId),
    /// Somebody should not have a role.
    Unassign(UserId, RoleId),
    /// Somebody should act in these branches.
    AllowBranches(UserId, BranchAccess),
    /// Somebody should not do anything for now.
    Suspend(UserId),
    /// Somebody who was suspended should go on.
    Resume(UserId),
    /// What is known of somebody who is suspended should be deleted for good.
    Forget(UserId),
    /// Somebody should be given what they prove themselves with, or be called or reached otherwise.
    /// Nothing changes; but whoever does that could sign in as them, or have others take them for
    /// another.
    StandIn(UserId),
    /// Somebody, of the company or not yet, should administer all of it in all branches, whatever they
    /// were before.
    RestoreAdministrator(UserId),
    /// Permissions should be sorted otherwise.
    Sort(Sorting),
}

impl Change {
    /// Whether it changes what holds in every branch, so that only those who act in all of them make
    /// it. A change about one person is judged by where that person acts.
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

/// A role as somebody wants it.
#[derive(Debug, Clone, Serialize)]
pub struct NewRole {
    /// The role to be.
    #[serde(skip)]
    pub role: RoleId,
    /// Its name, unique in the company.
    pub name: Name,
    /// What it inherits from.
    pub parents: BTreeSet<RoleId>,
    /// What it may do besides.
    pub permissions: BTreeSet<PermissionName>,
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company has its roles already.
    #[error("the roles are founded already")]
    AlreadyFounded,
    /// The role, person, permission or category that should change is not there.
    #[error("there is no such thing")]
    Unknown,
    /// A role that is named besides is not there.
    #[error("role {0} is not there")]
    UnknownRole(RoleId),
    /// A permission that is named besides is not there.
    #[error("permission {0} is not there")]
    UnknownPermission(PermissionName),
    /// The category that is named besides is not there.
    #[error("the category is not there")]
    UnknownCategory,
    /// The id is taken.
    #[error("it is there already")]
    AlreadyThere,
    /// Another one has the name.
    #[error("the name is taken")]
    NameTaken,
    /// A role would inherit from itself.
    #[error("a role would inherit from itself")]
    Cycle,
    /// A role would inherit over too many steps.
    #[error("a role inherits over at most {DEPTH_MAX} steps")]
    TooDeep,
    /// There would be too many roles, or too many parents of one.
    #[error("at most {ROLES_MAX} roles, and {PARENTS_MAX} parents of each")]
    TooMany,
    /// The role of administrators stays as it is, and nothing inherits from it.
    #[error("the role of administrators cannot be changed or inherited from")]
    AdministratorIsFixed,
    /// Somebody has the role or permission, something inherits from it or stands in it.
    #[error("it is in use")]
    InUse,
    /// Whoever asks would give or take what they lack.
    #[error("nobody gives or takes what they do not hold")]
    Escalation,
    /// Whoever asks acts in some branches, and the change reaches all of them.
    #[error("what reaches every branch is changed by those who act in all of them")]
    ReachesEveryBranch,
    /// Nobody active would be left who may do everything in all branches.
    #[error("the last administrator of all branches stays")]
    LastAdministrator,
    /// Whoever is to be forgotten is not suspended.
    #[error("whoever is forgotten is suspended before")]
    NotSuspended,
    /// A permission of the company's own has no other label than the company's.
    #[error("a permission of one's own needs a label")]
    NeedsLabel,
    /// The name is not one for a permission of the company's own.
    #[error("a permission of one's own begins with {}", PermissionName::OWN_PREFIX)]
    NotOwn,
}
