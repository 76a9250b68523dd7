//! What somebody holds: permissions and the branches in which they count.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::PermissionName;
use crate::shared::BranchId;

/// Some permissions, or all that there are and will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// All of them, those of later releases included.
    Everything,
    /// These.
    These(BTreeSet<PermissionName>),
}

impl Held {
    /// No permission at all.
    pub const NOTHING: Self = Self::These(BTreeSet::new());

    /// Whether `permission` is among them.
    pub fn has(&self, permission: &PermissionName) -> bool {
        match self {
            Self::Everything => true,
            Self::These(these) => these.contains(permission),
        }
    }

    /// Whether everything in `other` is among them.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::These(_), Self::Everything) => false,
            (Self::These(these), Self::These(others)) => others.is_subset(these),
        }
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        match (self, other) {
            (_, Self::Everything) => Self::NOTHING,
            (Self::Everything, Self::These(_)) => Self::Everything,
            (Self::These(these), Self::These(others)) => Self::These(these - others),
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Everything, _) => {}
            (_, Self::Everything) => *self = Self::Everything,
            (Self::These(these), Self::These(others)) => these.extend(others),
        }
    }
}

/// The branches that somebody may act in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BranchAccess {
    /// Every branch, those that open later included.
    All,
    /// These; somebody without any branch can only see what belongs to the whole company.
    Only(BTreeSet<BranchId>),
}

impl BranchAccess {
    /// No branch at all.
    pub const NONE: Self = Self::Only(BTreeSet::new());

    /// Whether somebody may act in `branch`.
    pub fn includes(&self, branch: BranchId) -> bool {
        match self {
            Self::All => true,
            Self::Only(branches) => branches.contains(&branch),
        }
    }

    /// Whether every branch of `other` is among them.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(branches), Self::Only(others)) => others.is_subset(branches),
        }
    }

    /// The branches of `self` that are not in `other`.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        match (self, other) {
            (_, Self::All) => Self::NONE,
            (Self::All, Self::Only(_)) => Self::All,
            (Self::Only(branches), Self::Only(others)) => Self::Only(branches - others),
        }
    }

    /// Only this branch, if it is among them.
    #[must_use]
    pub fn narrowed_to(&self, branch: BranchId) -> Self {
        let branch = self.includes(branch).then_some(branch);
        Self::Only(branch.into_iter().collect())
    }
}
