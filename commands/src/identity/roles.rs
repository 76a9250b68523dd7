//! Roles, their permissions, and the users who have them.

use domain::identity::roles::{self, BranchAccess, By, Change, Command, Roles, Sorting, State};
use domain::identity::user::{self, User};
use domain::identity::{Branch, subscription};
use domain::shared::{BranchId, UserId};
use event_store::{Actor, Revision};
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Changes the roles of the company.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeRoles {
    /// The version of the role or category that the caller has seen.
    pub seen: Option<u64>,
    /// The change.
    pub change: Change,
}

/// Why a change of roles is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RolesRefusal {
    /// The company has no such branch.
    #[error("branch {0} is not there")]
    UnknownBranch(BranchId),
    /// A rule of the roles themselves.
    #[error(transparent)]
    Roles(#[from] roles::Error),
}

impl Intent for ChangeRoles {
    const OPERATION: &'static str = "roles.change";
    type Refusal = RolesRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<RolesRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.subscription(), work.wanted::<Roles>(&tenant)]).await?;
        let actual = version(work.state::<Roles>(&tenant), &self.change);
        if let (Some(seen), Some(actual)) = (self.seen, actual)
            && seen != actual
        {
            return Err(CommandError::Stale { actual: Revision::new(actual) });
        }
        if let Change::AllowBranches(_, access) = &self.change {
            branches_exist(work, access).await?;
        }
        let command = Command { by: by(work), change: self.change.clone() };
        work.decide::<Roles, _>(&tenant, command)?;
        match self.change {
            Change::Suspend(user) => end_sessions(work, user).await,
            Change::Admit(_) | Change::Resume(_) => count_users(work),
            _ => Ok(()),
        }
    }
}

/// The version of the role or category that a change revises; none if it does not exist, or if the
/// change does not depend on a version.
fn version(graph: &State, change: &Change) -> Option<u64> {
    match change {
        Change::ReviseRole { role, .. } | Change::ChoosePermissions(role, _) => {
            graph.role(*role).map(|role| role.version)
        }
        Change::Sort(Sorting::RenameCategory(category, _)) => {
            graph.category(*category).map(|category| category.version)
        }
        _ => None,
    }
}

/// Suspending a user ends all their sessions, also for the time after they are resumed.
async fn end_sessions(
    work: &mut UnitOfWork<'_>,
    user: UserId,
) -> Result<(), CommandError<RolesRefusal>> {
    work.read(vec![work.wanted::<User>(&user)]).await?;
    work.try_decide::<User>(&user, user::Command::EndSessions)
        .map_err(|_| CommandError::refused(roles::Error::Unknown))?;
    Ok(())
}

/// Resumes a user only if the subscription allows one more user who can sign in.
pub(super) fn count_users<R>(work: &mut UnitOfWork<'_>) -> Result<(), CommandError<R>> {
    let users = work.state::<Roles>(&work.tenant()).active_members();
    work.count(|now| subscription::Command::AddUser { users, now })
}

/// The actor of a change of roles.
pub(super) fn by(work: &UnitOfWork<'_>) -> By {
    match work.actor() {
        Actor::User(user) => By::User(*user, work.branches().clone()),
        Actor::System(_) => By::System,
    }
}

pub(super) async fn branches_exist<R: From<RolesRefusal>>(
    work: &mut UnitOfWork<'_>,
    access: &BranchAccess,
) -> Result<(), CommandError<R>> {
    let BranchAccess::Only(branches) = access else { return Ok(()) };
    let wanted = branches.iter().map(|branch| work.wanted::<Branch>(branch)).collect();
    work.read(wanted).await?;
    match branches.iter().find(|branch| work.state::<Branch>(branch).details().is_none()) {
        Some(unknown) => Err(CommandError::refused(RolesRefusal::UnknownBranch(*unknown))),
        None => Ok(()),
    }
}
