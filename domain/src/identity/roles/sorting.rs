//! How a company sorts permissions, and the ones that it makes for its integrations.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    Error, Event, GroupAdded, GroupRemoved, GroupRenamed, PermissionDefined, PermissionDropped,
    PermissionGrouped, State, known, unless,
};
use crate::identity::PermissionName;
use crate::shared::{Name, PermissionGroupId};

/// What can be asked of permissions and their groups.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sorting {
    /// The company needs a permission of its own.
    DefinePermission(PermissionName, Name),
    /// The company needs a permission of its own no more.
    DropPermission(PermissionName),
    /// A permission should stand in a group.
    GroupPermission(PermissionName, PermissionGroupId),
    /// There should be another group.
    AddGroup(#[serde(skip)] PermissionGroupId, Name),
    /// A group should be called like this.
    RenameGroup(PermissionGroupId, Name),
    /// A group without permissions should go.
    RemoveGroup(PermissionGroupId),
}

pub(super) fn decided(state: &State, sorting: Sorting) -> Result<Vec<Event>, Error> {
    match sorting {
        Sorting::DefinePermission(permission, label) => {
            if !permission.is_own() {
                return Err(Error::NotOwn);
            }
            let is_same = state.own_permissions.get(&permission) == Some(&label);
            Ok(unless(is_same, PermissionDefined { permission, label }))
        }
        Sorting::DropPermission(permission) => {
            state.own_permissions.get(&permission).ok_or(Error::Unknown)?;
            if state.roles.values().any(|role| role.permissions.contains(&permission)) {
                return Err(Error::InUse);
            }
            Ok(vec![PermissionDropped { permission }.into()])
        }
        Sorting::GroupPermission(permission, group) => {
            known(state, &permission)?;
            state.groups.get(&group).ok_or(Error::UnknownGroup)?;
            let is_there = state.places.get(&permission) == Some(&group);
            Ok(unless(is_there, PermissionGrouped { permission, group }))
        }
        Sorting::AddGroup(group, name) => {
            if state.groups.contains_key(&group) {
                return Err(Error::AlreadyThere);
            }
            if state.has_group_named(&name, None) {
                return Err(Error::NameTaken);
            }
            Ok(vec![GroupAdded { group, name, permissions: BTreeSet::new() }.into()])
        }
        Sorting::RenameGroup(group, name) => {
            let before = state.groups.get(&group).ok_or(Error::Unknown)?;
            if state.has_group_named(&name, Some(group)) {
                return Err(Error::NameTaken);
            }
            Ok(unless(*before == name, GroupRenamed { group, name }))
        }
        Sorting::RemoveGroup(group) => {
            state.groups.get(&group).ok_or(Error::Unknown)?;
            if state.places.values().any(|place| *place == group) {
                return Err(Error::InUse);
            }
            Ok(vec![GroupRemoved { group }.into()])
        }
    }
}
