//! The roles of a company: one stream for who may do what, administrators included.
//!
//! That a role never inherits from itself, that nobody gives away what they lack, and that somebody
//! always may do everything are rules over all roles at once, so one stream decides about all of them.

mod events;
mod graph;
mod holding;
mod seeds;
mod sorting;

use std::collections::BTreeSet;

use serde::Serialize;

use super::PermissionName;
use crate::Decider;
use crate::shared::{Name, RoleId, TenantId, UserId};

pub use events::*;
pub use graph::{Category, Member, Role, State};
pub use holding::{BranchAccess, Held};
pub use seeds::Seed;
pub use sorting::Sorting;

/// Over how many steps a role can inherit.
pub const DEPTH_MAX: usize = 16;

/// How many roles a company can have.
pub const ROLES_MAX: usize = 200;

/// How many roles a role can inherit from directly.
pub const PARENTS_MAX: usize = 20;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Roles;

/// Whose word it is that something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Somebody of the company, who cannot give or take what they lack.
    User(UserId),
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
    /// Somebody should be given what they prove themselves with. Nothing changes; but whoever gives it
    /// could sign in as them.
    StandIn(UserId),
    /// Permissions should be sorted otherwise.
    Sort(Sorting),
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
    /// Nobody would be left who may do everything.
    #[error("the last administrator stays")]
    LastAdministrator,
    /// Whoever is to be forgotten is not suspended.
    #[error("whoever is forgotten is suspended before")]
    NotSuspended,
    /// The name is not one for a permission of the company's own.
    #[error("a permission of one's own begins with {}", PermissionName::OWN_PREFIX)]
    NotOwn,
}

impl Decider for Roles {
    const CATEGORY: &'static str = "roles";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, Command { by, change }: Command) -> Result<Vec<Event>, Error> {
        let stands_in_for = match &change {
            Change::StandIn(other) | Change::Forget(other) => Some(*other),
            _ => None,
        };
        let events = decided(state, change)?;
        let after = Self::fold(state.clone(), events.iter().cloned());
        if after.is_too_deep() {
            return Err(Error::TooDeep);
        }
        if let By::User(user) = by
            && !(may_make_of(state, &after, user)
                && stands_in_for.is_none_or(|other| may_stand_in(state, user, other)))
        {
            return Err(Error::Escalation);
        }
        if !after.has_administrator() {
            return Err(Error::LastAdministrator);
        }
        Ok(events)
    }

    fn evolve(mut state: State, event: Event) -> State {
        state.apply(event);
        state
    }
}

/// The events of a change, by the rules of the things themselves.
fn decided(state: &State, change: Change) -> Result<Vec<Event>, Error> {
    match change {
        Change::Found { tenant, administrator } => {
            if state.is_founded() {
                return Err(Error::AlreadyFounded);
            }
            Ok(seeds::founding(tenant, administrator))
        }
        Change::AddRole(new) => added(state, new),
        Change::ReviseRole { role, name, parents } => revised(state, role, name, parents),
        Change::RemoveRole(role) => {
            changeable(state, role)?;
            if state.is_in_use(role) {
                return Err(Error::InUse);
            }
            Ok(vec![RoleRemoved { role }.into()])
        }
        Change::Grant(id, permission) => {
            let role = changeable(state, id)?;
            known(state, &permission)?;
            let is_held = role.permissions.contains(&permission);
            Ok(unless(is_held, PermissionGranted { role: id, permission }))
        }
        Change::Revoke(id, permission) => {
            let role = changeable(state, id)?;
            known(state, &permission)?;
            let is_held = role.permissions.contains(&permission);
            Ok(unless(!is_held, PermissionRevoked { role: id, permission }))
        }
        Change::Admit(admitted) => {
            if state.member(admitted.user).is_some() {
                return Err(Error::AlreadyThere);
            }
            all_there(state, &admitted.roles)?;
            Ok(vec![admitted.into()])
        }
        Change::Assign(user, role) => {
            let member = somebody(state, user)?;
            state.role(role).ok_or(Error::Unknown)?;
            Ok(unless(member.roles.contains(&role), RoleAssigned { user, role }))
        }
        Change::Unassign(user, role) => {
            let member = somebody(state, user)?;
            state.role(role).ok_or(Error::Unknown)?;
            Ok(unless(!member.roles.contains(&role), RoleUnassigned { user, role }))
        }
        Change::AllowBranches(user, branches) => {
            let member = somebody(state, user)?;
            Ok(unless(member.branches == branches, BranchesAllowed { user, branches }))
        }
        Change::Suspend(user) => {
            let member = somebody(state, user)?;
            Ok(unless(!member.is_active, MemberSuspended { user }))
        }
        Change::Resume(user) => {
            let member = somebody(state, user)?;
            Ok(unless(member.is_active, MemberResumed { user }))
        }
        Change::Forget(user) => {
            let member = state.member(user).ok_or(Error::Unknown)?;
            if member.is_active {
                return Err(Error::NotSuspended);
            }
            Ok(unless(member.is_forgotten, MemberForgotten { user }))
        }
        Change::StandIn(user) => somebody(state, user).map(|_| vec![]),
        Change::Sort(sorting) => sorting::decided(state, sorting),
    }
}

fn added(state: &State, new: NewRole) -> Result<Vec<Event>, Error> {
    let NewRole { role, name, parents, permissions } = new;
    if state.role(role).is_some() {
        return Err(Error::AlreadyThere);
    }
    if state.has_role_named(&name, None) {
        return Err(Error::NameTaken);
    }
    if state.roles.len() >= ROLES_MAX {
        return Err(Error::TooMany);
    }
    inheritable(state, role, &parents)?;
    if let Some(unknown) = permissions.iter().find(|permission| !state.knows(permission)) {
        return Err(Error::UnknownPermission(unknown.clone()));
    }
    let kind = RoleKind::Ordinary;
    Ok(vec![RoleAdded { role, name, kind, parents, permissions }.into()])
}

fn revised(
    state: &State,
    role: RoleId,
    name: Name,
    parents: BTreeSet<RoleId>,
) -> Result<Vec<Event>, Error> {
    let before = changeable(state, role)?;
    if state.has_role_named(&name, Some(role)) {
        return Err(Error::NameTaken);
    }
    inheritable(state, role, &parents)?;
    let renamed = unless(before.name == name, RoleRenamed { role, name });
    let chosen = unless(before.parents == parents, ParentsChosen { role, parents });
    Ok([renamed, chosen].concat())
}

/// Whether `role` can inherit from `parents`.
fn inheritable(state: &State, role: RoleId, parents: &BTreeSet<RoleId>) -> Result<(), Error> {
    if parents.len() > PARENTS_MAX {
        return Err(Error::TooMany);
    }
    // A role that does not exist yet can already be meant as its own parent.
    if parents.contains(&role) {
        return Err(Error::Cycle);
    }
    all_there(state, parents)?;
    let is_fixed = |parent: &RoleId| {
        state.role(*parent).is_some_and(|parent| parent.kind == RoleKind::Administrator)
    };
    if parents.iter().any(is_fixed) {
        return Err(Error::AdministratorIsFixed);
    }
    if parents.iter().any(|parent| state.descends(*parent, role)) {
        return Err(Error::Cycle);
    }
    Ok(())
}

fn all_there(state: &State, roles: &BTreeSet<RoleId>) -> Result<(), Error> {
    match roles.iter().find(|role| state.role(**role).is_none()) {
        Some(unknown) => Err(Error::UnknownRole(*unknown)),
        None => Ok(()),
    }
}

/// Somebody about whom something can change.
fn somebody(state: &State, user: UserId) -> Result<&Member, Error> {
    state.member(user).filter(|member| !member.is_forgotten).ok_or(Error::Unknown)
}

fn changeable(state: &State, role: RoleId) -> Result<&Role, Error> {
    let role = state.role(role).ok_or(Error::Unknown)?;
    match role.kind {
        RoleKind::Administrator => Err(Error::AdministratorIsFixed),
        RoleKind::Ordinary => Ok(role),
    }
}

fn known(state: &State, permission: &PermissionName) -> Result<(), Error> {
    if state.knows(permission) { Ok(()) } else { Err(Error::Unknown) }
}

fn unless(is_so_already: bool, event: impl Into<Event>) -> Vec<Event> {
    if is_so_already { vec![] } else { vec![event.into()] }
}

/// Whether `user` holds everything that any role or anybody has after the change and had not before,
/// or had and has not: permissions and branches alike.
fn may_make_of(before: &State, after: &State, user: UserId) -> bool {
    let (held, branches) = (before.held_by(user), before.branches_of(user));
    let within =
        |was: &Held, is: &Held| held.covers(&is.beyond(was)) && held.covers(&was.beyond(is));
    let roles: BTreeSet<_> = before.roles.keys().chain(after.roles.keys()).collect();
    let mut roles = roles.into_iter();
    let members: BTreeSet<_> = before.members.keys().chain(after.members.keys()).collect();
    let mut members = members.into_iter();
    roles.all(|role| within(&before.held_by_role(*role), &after.held_by_role(*role)))
        && members.all(|member| {
            let (was, is) = (before.branches_of(*member), after.branches_of(*member));
            within(&before.held_by(*member), &after.held_by(*member))
                && branches.covers(&is.beyond(&was))
                && branches.covers(&was.beyond(&is))
        })
}

/// Whether `user` holds everything that `other` holds, or would hold if they were not suspended.
fn may_stand_in(state: &State, user: UserId, other: UserId) -> bool {
    let Some(member) = state.member(other) else { return true };
    state.held_by(user).covers(&state.held_by_roles(&member.roles))
        && state.branches_of(user).covers(&member.branches)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
