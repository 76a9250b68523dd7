//! The categories and labels of permissions, and a company's own permissions for its integrations.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    CategoryAdded, CategoryRemoved, CategoryRenamed, Error, Event, PermissionCategorised,
    PermissionDefined, PermissionDropped, PermissionLabelDropped, PermissionLabelled, State,
    check_can_grant, unless,
};
use crate::identity::PermissionName;
use crate::shared::{Name, PermissionCategoryId};

/// Changes of permissions and their categories.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sorting {
    /// Define or relabel a permission of the company's own.
    DefinePermission(PermissionName, Name),
    /// Drop a permission of the company's own.
    DropPermission(PermissionName),
    /// Set the company's label of a permission.
    LabelPermission(PermissionName, Name),
    /// Return a permission of FastOps to its default label.
    DropLabel(PermissionName),
    /// Move a permission to a category.
    CategorisePermission(PermissionName, PermissionCategoryId),
    /// Add a category.
    AddCategory(#[serde(skip)] PermissionCategoryId, Name),
    /// Rename a category.
    RenameCategory(PermissionCategoryId, Name),
    /// Remove a category without permissions.
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
            check_can_grant(state, &permission)?;
            let is_same = state.labels.get(&permission) == Some(&label);
            Ok(unless(is_same, PermissionLabelled { permission, label }))
        }
        Sorting::DropLabel(permission) => {
            check_can_grant(state, &permission)?;
            if permission.is_own() {
                return Err(Error::NeedsLabel);
            }
            let is_gone = !state.labels.contains_key(&permission);
            Ok(unless(is_gone, PermissionLabelDropped { permission }))
        }
        Sorting::CategorisePermission(permission, category) => {
            check_can_grant(state, &permission)?;
            state.categories.get(&category).ok_or(Error::UnknownCategory)?;
            let is_in_it = state.permission_categories.get(&permission) == Some(&category);
            Ok(unless(is_in_it, PermissionCategorised { permission, category }))
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
            if state.permission_categories.values().any(|it| *it == category) {
                return Err(Error::InUse);
            }
            Ok(vec![CategoryRemoved { category }.into()])
        }
    }
}
