//! How a company sorts permissions, and the ones that it makes for its integrations.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    CategoryAdded, CategoryRemoved, CategoryRenamed, Error, Event, PermissionCategorised,
    PermissionDefined, PermissionDropped, PermissionLabelDropped, PermissionLabelled, State, known,
    unless,
};
use crate::identity::PermissionName;
use crate::shared::{Name, PermissionCategoryId};

/// What can be asked of permissions and their categories.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sorting {
    /// The company needs a permission of its own.
    DefinePermission(PermissionName, Name),
    /// The company needs a permission of its own no more.
    DropPermission(PermissionName),
    /// A permission should be called like this.
    LabelPermission(PermissionName, Name),
    /// A permission of FastOps should be called as FastOps does.
    DropLabel(PermissionName),
    /// A permission should stand in a category.
    CategorisePermission(PermissionName, PermissionCategoryId),
    /// There should be another category.
    AddCategory(#[serde(skip)] PermissionCategoryId, Name),
    /// A category should be called like this.
    RenameCategory(PermissionCategoryId, Name),
    /// A category without permissions should go.
    RemoveCategory(PermissionCategoryId),
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
        Sorting::LabelPermission(permission, label) if permission.is_own() => {
            state.own_permissions.get(&permission).ok_or(Error::Unknown)?;
            decided(state, Sorting::DefinePermission(permission, label))
        }
        Sorting::LabelPermission(permission, label) => {
            known(state, &permission)?;
            let is_same = state.labels.get(&permission) == Some(&label);
            Ok(unless(is_same, PermissionLabelled { permission, label }))
        }
        Sorting::DropLabel(permission) => {
            known(state, &permission)?;
            if permission.is_own() {
                return Err(Error::NeedsLabel);
            }
            let is_gone = !state.labels.contains_key(&permission);
            Ok(unless(is_gone, PermissionLabelDropped { permission }))
        }
        Sorting::CategorisePermission(permission, category) => {
            known(state, &permission)?;
            state.categories.get(&category).ok_or(Error::UnknownCategory)?;
            let is_there = state.places.get(&permission) == Some(&category);
            Ok(unless(is_there, PermissionCategorised { permission, category }))
        }
        Sorting::AddCategory(category, name) => {
            if state.categories.contains_key(&category) {
                return Err(Error::AlreadyThere);
            }
            if state.has_category_named(&name, None) {
                return Err(Error::NameTaken);
            }
            Ok(vec![CategoryAdded { category, name, permissions: BTreeSet::new() }.into()])
        }
        Sorting::RenameCategory(category, name) => {
            let before = state.categories.get(&category).ok_or(Error::Unknown)?;
            if state.has_category_named(&name, Some(category)) {
                return Err(Error::NameTaken);
            }
            Ok(unless(before.name == name, CategoryRenamed { category, name }))
        }
        Sorting::RemoveCategory(category) => {
            state.categories.get(&category).ok_or(Error::Unknown)?;
            if state.places.values().any(|place| *place == category) {
                return Err(Error::InUse);
            }
            Ok(vec![CategoryRemoved { category }.into()])
        }
    }
}
