//! What a user holds: permissions and the branches that they are valid in.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::PermissionName;
use crate::shared::BranchId;

/// Some permissions, or all present and future ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// All permissions, those of later releases included.
    Everything,
    /// All permissions that do not reach every branch, those of later releases included: what an
    /// administrator of some branches holds.
    EverythingInBranches,
    /// These permissions.
    These(BTreeSet<PermissionName>),
}

impl Held {
    /// No permission at all.
    pub const NOTHING: Self = Self::These(BTreeSet::new());

    /// Whether `permission` is included.
    pub fn has(&self, permission: &PermissionName) -> bool {
        match self {
            Self::Everything => true,
            Self::EverythingInBranches => !permission.reaches_every_branch(),
            Self::These(these) => these.contains(permission),
        }
    }

    /// Whether everything in `other` is included.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) | (Self::EverythingInBranches, Self::EverythingInBranches) => {
                true
            }
            (Self::EverythingInBranches | Self::These(_), Self::Everything)
            | (Self::These(_), Self::EverythingInBranches) => false,
            (_, Self::These(others)) => others.iter().all(|permission| self.has(permission)),
        }
    }

    /// What is in `self` and not in `other`. The difference of an unbounded set is the whole set,
    /// unless `other` covers it.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::These(these), _) => {
                Self::These(these.iter().filter(|it| !other.has(it)).cloned().collect())
            }
            (all, other) if other.covers(all) => Self::NOTHING,
            (all, _) => all.clone(),
        }
    }

    /// The part that is valid in these branches: without [`BranchAccess::All`], no permission that
    /// reaches every branch.
    #[must_use]
    pub fn within(self, branches: &BranchAccess) -> Self {
        match (self, branches) {
            (held, BranchAccess::All) => held,
            (Self::Everything | Self::EverythingInBranches, BranchAccess::Only(_)) => {
                Self::EverythingInBranches
            }
            (Self::These(mut these), BranchAccess::Only(_)) => {
                these.retain(|permission| !permission.reaches_every_branch());
                Self::These(these)
            }
        }
    }
}

/// The branches that a user may act in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BranchAccess {
    /// Every branch, those that open later included.
    All,
    /// These branches. A user without any branch can only see what belongs to the whole company.
    Only(BTreeSet<BranchId>),
}

impl BranchAccess {
    /// No branch at all.
    pub const NONE: Self = Self::Only(BTreeSet::new());

    /// Whether `branch` is included.
    pub fn includes(&self, branch: BranchId) -> bool {
        match self {
            Self::All => true,
            Self::Only(branches) => branches.contains(&branch),
        }
    }

    /// Whether every branch of `other` is included.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(branches), Self::Only(others)) => others.is_subset(branches),
        }
    }

    /// The branches in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, these) | (these, Self::All) => these.clone(),
            (Self::Only(branches), Self::Only(others)) => Self::Only(branches & others),
        }
    }

    /// Only this branch if it is included, else none.
    #[must_use]
    pub fn narrowed_to(&self, branch: BranchId) -> Self {
        let branch = self.includes(branch).then_some(branch);
        Self::Only(branch.into_iter().collect())
    }
}

/// What a user holds and in which branches, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reach {
    /// The permissions.
    pub held: Held,
    /// The branches.
    pub branches: BranchAccess,
}

impl Reach {
    /// Whether it includes all of `held` and all of `branches`.
    pub fn covers(&self, held: &Held, branches: &BranchAccess) -> bool {
        self.held.covers(held) && self.branches.covers(branches)
    }
}
