//! The roles of a company, administrators included.
//!
//! No role inherits from itself, no one grants what they lack, and one active user may always do
//! everything. These rules are over all roles at once, so one stream decides them.

mod additions;
mod command;
mod events;
mod graph;
mod holding;
mod rights;
mod seeds;
mod sorting;

use std::collections::BTreeSet;

use super::PermissionName;
use crate::Decider;
use crate::shared::{Name, RoleId, TenantId, UserId};

use additions::{ADDITIONS, upgraded};

pub use command::{By, Change, Command, Error, NewRole};
pub use events::*;
pub use graph::{Administration, Category, Member, Role, State};
pub use holding::{BranchAccess, Held, Reach};
pub use seeds::Seed;
pub use sorting::Sorting;

/// The most steps that a role can inherit over.
pub const DEPTH_MAX: usize = 16;

/// The most roles of a company.
pub const ROLES_MAX: usize = 200;

/// The most roles that a role can inherit from directly.
pub const PARENTS_MAX: usize = 20;

/// The version of the seeded roles of a company that is founded.
pub const SEEDS_VERSION: u16 = additions::latest(ADDITIONS);

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Roles;

impl Decider for Roles {
    const CATEGORY: &'static str = "roles";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, Command { by, change }: Command) -> Result<Vec<Event>, Error> {
        let reaches_every_branch = change.reaches_every_branch();
        let stands_in_for = match &change {
            Change::StandIn(other) => Some(*other),
            _ => None,
        };
        let events = decided(state, change)?;
        let after = Self::fold(state.clone(), events.iter().cloned());
        if after.is_too_deep() {
            return Err(Error::TooDeep);
        }
        if let By::User(user, within) = by {
            let actor = state.rights_within(user, &within);
            if reaches_every_branch && actor.branches != BranchAccess::All {
                return Err(Error::ReachesEveryBranch);
            }
            let stands_in = stands_in_for.is_none_or(|other| actor.may_stand_in(state, other));
            if !(stands_in && actor.may_change_state(state, &after)) {
                return Err(Error::Escalation);
            }
        }
        if after.administration() < state.administration_to_keep() {
            return Err(Error::LastAdministrator);
        }
        Ok(events)
    }

    fn evolve(mut state: State, event: Event) -> State {
        state.apply(event);
        state
    }
}

/// The events of a change by the rules of roles and members, before those on the actor's rights.
fn decided(state: &State, change: Change) -> Result<Vec<Event>, Error> {
    match change {
        Change::Found { tenant, administrator } => {
            if state.is_founded() {
                return Err(Error::AlreadyFounded);
            }
            Ok(seeds::founding(tenant, administrator))
        }
        Change::UpgradeSeeds(tenant) => Ok(upgraded(state, tenant, ADDITIONS)),
        Change::AddRole(new) => added(state, new),
        Change::ReviseRole { role, name, parents } => revised(state, role, name, parents),
        Change::RemoveRole(role) => {
            changeable_role(state, role)?;
            if state.is_in_use(role) {
                return Err(Error::InUse);
            }
            Ok(vec![RoleRemoved { role }.into()])
        }
        Change::Grant(id, permission) => {
            let role = changeable_role(state, id)?;
            check_can_grant(state, &permission)?;
            let is_held = role.permissions.contains(&permission);
            Ok(unless(is_held, PermissionGranted { role: id, permission }))
        }
        Change::Revoke(id, permission) => {
            let role = changeable_role(state, id)?;
            check_can_grant(state, &permission)?;
            let is_held = role.permissions.contains(&permission);
            Ok(unless(!is_held, PermissionRevoked { role: id, permission }))
        }
        Change::ChoosePermissions(role, permissions) => chosen(state, role, &permissions),
        Change::Admit(admitted) => {
            if state.member(admitted.user).is_some() {
                return Err(Error::AlreadyThere);
            }
            check_roles_exist(state, &admitted.roles)?;
            Ok(vec![admitted.into()])
        }
        Change::Assign(user, role) => {
            let member = changeable_member(state, user)?;
            state.role(role).ok_or(Error::Unknown)?;
            Ok(unless(member.roles.contains(&role), RoleAssigned { user, role }))
        }
        Change::Unassign(user, role) => {
            let member = changeable_member(state, user)?;
            state.role(role).ok_or(Error::Unknown)?;
            Ok(unless(!member.roles.contains(&role), RoleUnassigned { user, role }))
        }
        Change::AllowBranches(user, branches) => {
            let member = changeable_member(state, user)?;
            Ok(unless(member.branches == branches, BranchesAllowed { user, branches }))
        }
        Change::Suspend(user) => {
            let member = changeable_member(state, user)?;
            Ok(unless(!member.is_active, MemberSuspended { user }))
        }
        Change::Resume(user) => {
            let member = changeable_member(state, user)?;
            Ok(unless(member.is_active, MemberResumed { user }))
        }
        Change::Forget(user) => {
            let member = state.member(user).ok_or(Error::Unknown)?;
            if member.is_active {
                return Err(Error::NotSuspended);
            }
            Ok(unless(member.is_forgotten, MemberForgotten { user }))
        }
        Change::StandIn(user) => changeable_member(state, user).map(|_| vec![]),
        Change::RestoreAdministrator(user) => restored(state, user),
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
    check_parents(state, role, &parents)?;
    check_can_grant_all(state, &permissions)?;
    let kind = RoleKind::Ordinary;
    Ok(vec![RoleAdded { role, name, kind, parents, permissions }.into()])
}

fn revised(
    state: &State,
    role: RoleId,
    name: Name,
    parents: BTreeSet<RoleId>,
) -> Result<Vec<Event>, Error> {
    let before = changeable_role(state, role)?;
    if state.has_role_named(&name, Some(role)) {
        return Err(Error::NameTaken);
    }
    check_parents(state, role, &parents)?;
    let renamed = unless(before.name == name, RoleRenamed { role, name });
    let chosen = unless(before.parents == parents, ParentsChosen { role, parents });
    Ok([renamed, chosen].concat())
}

/// The events that make `permissions` a role's own permissions.
fn chosen(
    state: &State,
    id: RoleId,
    permissions: &BTreeSet<PermissionName>,
) -> Result<Vec<Event>, Error> {
    let before = &changeable_role(state, id)?.permissions;
    check_can_grant_all(state, permissions)?;
    let granted = permissions.difference(before).cloned();
    let granted = granted.map(|permission| PermissionGranted { role: id, permission }.into());
    let revoked = before.difference(permissions).cloned();
    let revoked = revoked.map(|permission| PermissionRevoked { role: id, permission }.into());
    Ok(granted.chain(revoked).collect())
}

fn restored(state: &State, user: UserId) -> Result<Vec<Event>, Error> {
    let role = state.role_of_administrators().ok_or(Error::Unknown)?;
    let member = state.member(user);
    if member.is_some_and(|member| member.is_forgotten) {
        return Err(Error::Unknown);
    }
    let is_one = member.is_some_and(|member| {
        member.is_active && member.branches == BranchAccess::All && member.roles.contains(&role)
    });
    Ok(unless(is_one, AdministratorRestored { user, role }))
}

/// Checks that `role` can inherit from `parents`.
fn check_parents(state: &State, role: RoleId, parents: &BTreeSet<RoleId>) -> Result<(), Error> {
    if parents.len() > PARENTS_MAX {
        return Err(Error::TooMany);
    }
    // A command can name a role as its own parent before the role exists.
    if parents.contains(&role) {
        return Err(Error::Cycle);
    }
    check_roles_exist(state, parents)?;
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

fn check_roles_exist(state: &State, roles: &BTreeSet<RoleId>) -> Result<(), Error> {
    match roles.iter().find(|role| state.role(**role).is_none()) {
        Some(unknown) => Err(Error::UnknownRole(*unknown)),
        None => Ok(()),
    }
}

/// The member to change; a forgotten one cannot be changed.
fn changeable_member(state: &State, user: UserId) -> Result<&Member, Error> {
    state.member(user).filter(|member| !member.is_forgotten).ok_or(Error::Unknown)
}

fn changeable_role(state: &State, role: RoleId) -> Result<&Role, Error> {
    let role = state.role(role).ok_or(Error::Unknown)?;
    match role.kind {
        RoleKind::Administrator => Err(Error::AdministratorIsFixed),
        RoleKind::Ordinary => Ok(role),
    }
}

fn check_can_grant(state: &State, permission: &PermissionName) -> Result<(), Error> {
    if state.can_grant(permission) { Ok(()) } else { Err(Error::Unknown) }
}

fn check_can_grant_all(state: &State, permissions: &BTreeSet<PermissionName>) -> Result<(), Error> {
    match permissions.iter().find(|permission| !state.can_grant(permission)) {
        Some(unknown) => Err(Error::UnknownPermission(unknown.clone())),
        None => Ok(()),
    }
}

fn unless(is_so_already: bool, event: impl Into<Event>) -> Vec<Event> {
    if is_so_already { vec![] } else { vec![event.into()] }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
