//! The state of a company's roles: inheritance and holders.

use std::collections::BTreeSet;

use imbl::OrdMap;

use super::{BranchAccess, DEPTH_MAX, Event, Held, Reach, RoleKind};
use crate::identity::{Permission, PermissionName};
use crate::shared::{BranchId, Name, PermissionCategoryId, RoleId, UserId};

/// Roles, members, the company's own permissions, and the categories of permissions.
///
/// The read models destructure it without `..`, so that an added field fails to compile there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The roles.
    pub roles: OrdMap<RoleId, Role>,
    /// The users.
    pub members: OrdMap<UserId, Member>,
    /// The company's own permissions with their labels.
    pub own_permissions: OrdMap<PermissionName, Name>,
    /// The categories of permissions.
    pub categories: OrdMap<PermissionCategoryId, Category>,
    /// The category of each permission.
    pub permission_categories: OrdMap<PermissionName, PermissionCategoryId>,
    /// The company's labels for permissions of FastOps, if they differ from the default.
    pub labels: OrdMap<PermissionName, Name>,
    /// The version of the seeded roles; none if no event recorded it.
    pub seeds: Option<u16>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name, unique in the company.
    pub name: Name,
    /// Whether it is the role of administrators.
    pub kind: RoleKind,
    /// The roles that it inherits from.
    pub parents: BTreeSet<RoleId>,
    /// Its own permissions.
    pub permissions: BTreeSet<PermissionName>,
    /// The number of events that added or changed it.
    pub version: u64,
}

/// A category of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its name, unique in the company.
    pub name: Name,
    /// The number of events that added or renamed it.
    pub version: u64,
}

/// How much of a company its active administrators cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Administration {
    /// No administrator is active.
    Missing,
    /// The active administrators act in some branches.
    OfBranches,
    /// An active administrator acts in all branches.
    Whole,
}

/// A user of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their roles.
    pub roles: BTreeSet<RoleId>,
    /// The branches that they may act in.
    pub branches: BranchAccess,
    /// Whether they are not suspended.
    pub is_active: bool,
    /// Whether their data was deleted for good.
    pub is_forgotten: bool,
}

impl State {
    /// The version of the seeds of companies without a recorded one.
    pub(super) const FIRST_SEEDS: u16 = 1;

    /// The version of the seeded roles of the company.
    pub fn seeds(&self) -> u16 {
        self.seeds.unwrap_or(Self::FIRST_SEEDS)
    }

    /// Whether the company's roles were founded.
    pub fn is_founded(&self) -> bool {
        !self.roles.is_empty()
    }

    /// A role.
    pub fn role(&self, role: RoleId) -> Option<&Role> {
        self.roles.get(&role)
    }

    /// A category of permissions.
    pub fn category(&self, category: PermissionCategoryId) -> Option<&Category> {
        self.categories.get(&category)
    }

    /// A user of the company.
    pub fn member(&self, user: UserId) -> Option<&Member> {
        self.members.get(&user)
    }

    /// The number of users who are not suspended.
    pub fn active_members(&self) -> u32 {
        let active = self.members.values().filter(|member| member.is_active).count();
        u32::try_from(active).unwrap_or(u32::MAX)
    }

    /// Whether a permission can be granted: one of FastOps, or the company's own.
    pub fn can_grant(&self, permission: &PermissionName) -> bool {
        Permission::of_name(permission.as_str()).is_some()
            || self.own_permissions.contains_key(permission)
    }

    /// What a role gives, with everything that it inherits, to a user of all branches.
    pub fn held_by_role(&self, role: RoleId) -> Held {
        self.held_by_roles(&[role].into())
    }

    /// What several roles give together to a user of all branches.
    pub(super) fn held_by_roles(&self, roles: &BTreeSet<RoleId>) -> Held {
        let mut held = BTreeSet::new();
        let (mut seen, mut open) = (BTreeSet::new(), roles.iter().copied().collect::<Vec<_>>());
        while let Some(id) = open.pop() {
            let Some(role) = self.roles.get(&id).filter(|_| seen.insert(id)) else { continue };
            if role.kind == RoleKind::Administrator {
                return Held::Everything;
            }
            held.extend(role.permissions.iter().cloned());
            open.extend(&role.parents);
        }
        Held::These(held)
    }

    /// What a user holds in their branches; nothing while suspended.
    pub fn held_by(&self, user: UserId) -> Held {
        self.held_within(user, &self.branches_of(user))
    }

    /// What a user holds in these branches; nothing while suspended.
    pub fn held_within(&self, user: UserId, branches: &BranchAccess) -> Held {
        let held = self.active(user).map(|member| self.held_by_roles(&member.roles));
        held.map_or(Held::NOTHING, |held| held.within(branches))
    }

    /// The branches that a user may act in; none while suspended.
    pub fn branches_of(&self, user: UserId) -> BranchAccess {
        self.active(user).map_or(BranchAccess::NONE, |member| member.branches.clone())
    }

    /// The role of administrators; founding adds it and it cannot be removed.
    pub(super) fn role_of_administrators(&self) -> Option<RoleId> {
        let mut roles = self.roles.iter();
        roles.find(|(_, role)| role.kind == RoleKind::Administrator).map(|(id, _)| *id)
    }

    /// How much of the company its active administrators cover.
    pub fn administration(&self) -> Administration {
        let is_one = |role: &RoleId| {
            self.roles.get(role).is_some_and(|role| role.kind == RoleKind::Administrator)
        };
        let active = self.members.values().filter(|member| member.is_active);
        let administrators = active.filter(|member| member.roles.iter().any(is_one));
        let reach = |member: &Member| match member.branches {
            BranchAccess::All => Administration::Whole,
            BranchAccess::Only(_) => Administration::OfBranches,
        };
        administrators.map(reach).max().unwrap_or(Administration::Missing)
    }

    /// The least [`State::administration`] after a change. Early histories may have no
    /// administrator of all branches: those may keep what they have or improve on it.
    pub(super) fn administration_to_keep(&self) -> Administration {
        if self.is_founded() { self.administration() } else { Administration::Whole }
    }

    /// What a user holds and where, suspended or not.
    pub fn reach_of(&self, user: UserId) -> Option<Reach> {
        let member = self.members.get(&user)?;
        let held = self.held_by_roles(&member.roles).within(&member.branches);
        Some(Reach { held, branches: member.branches.clone() })
    }

    /// The part of `held` that is not of high risk.
    pub fn without_high_risk(&self, held: &Held) -> Held {
        let of_fastops = Permission::ALL.iter().map(|it| PermissionName::from(*it));
        let all = of_fastops.chain(self.own_permissions.keys().cloned());
        let is_high_risk = |name: &PermissionName| {
            Permission::of_name(name.as_str()).is_some_and(Permission::is_high_risk)
        };
        Held::These(all.filter(|name| held.has(name) && !is_high_risk(name)).collect())
    }

    /// The active users of a branch.
    pub fn active_in(&self, branch: BranchId) -> impl Iterator<Item = UserId> + '_ {
        let may = move |member: &Member| member.is_active && member.branches.includes(branch);
        self.members.iter().filter(move |(_, member)| may(member)).map(|(user, _)| *user)
    }

    fn active(&self, user: UserId) -> Option<&Member> {
        self.members.get(&user).filter(|member| member.is_active)
    }

    pub(super) fn has_role_named(&self, name: &Name, except: Option<RoleId>) -> bool {
        let folded = name.fold_v1();
        let others = self.roles.iter().filter(|(id, _)| Some(**id) != except);
        others.into_iter().any(|(_, role)| role.name.fold_v1() == folded)
    }

    pub(super) fn has_category_named(
        &self,
        name: &Name,
        except: Option<PermissionCategoryId>,
    ) -> bool {
        let folded = name.fold_v1();
        let others = self.categories.iter().filter(|(id, _)| Some(**id) != except);
        others.into_iter().any(|(_, category)| category.name.fold_v1() == folded)
    }

    /// Whether `role` is `ancestor` or inherits from it.
    pub(super) fn descends(&self, role: RoleId, ancestor: RoleId) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![role]);
        while let Some(id) = open.pop() {
            if id == ancestor {
                return true;
            }
            if let Some(role) = self.roles.get(&id).filter(|_| seen.insert(id)) {
                open.extend(&role.parents);
            }
        }
        false
    }

    /// Whether some role inherits over more than [`DEPTH_MAX`] steps. There is no cycle.
    pub(super) fn is_too_deep(&self) -> bool {
        let mut level: BTreeSet<RoleId> = self.roles.keys().copied().collect();
        for _ in 0..=DEPTH_MAX {
            let parents = level.iter().filter_map(|role| self.roles.get(role));
            level = parents.flat_map(|role| &role.parents).copied().collect();
        }
        !level.is_empty()
    }

    pub(super) fn is_in_use(&self, role: RoleId) -> bool {
        self.members.values().any(|member| member.roles.contains(&role))
            || self.roles.values().any(|other| other.parents.contains(&role))
    }

    pub(super) fn apply(&mut self, event: Event) {
        match event {
            Event::RoleAdded(added) => {
                let (name, kind) = (added.name, added.kind);
                let (parents, permissions) = (added.parents, added.permissions);
                let role = Role { name, kind, parents, permissions, version: 1 };
                self.roles.insert(added.role, role);
            }
            Event::RoleRenamed(renamed) => {
                self.at_role(renamed.role, |role| role.name = renamed.name);
            }
            Event::ParentsChosen(chosen) => {
                self.at_role(chosen.role, |role| role.parents = chosen.parents);
            }
            Event::RoleRemoved(removed) => {
                self.roles.remove(&removed.role);
            }
            Event::PermissionGranted(granted) => self.at_role(granted.role, |role| {
                role.permissions.insert(granted.permission);
            }),
            Event::PermissionRevoked(revoked) => self.at_role(revoked.role, |role| {
                role.permissions.remove(&revoked.permission);
            }),
            Event::MemberAdmitted(admitted) => {
                let (roles, branches) = (admitted.roles, admitted.branches);
                let (is_active, is_forgotten) = (true, false);
                let member = Member { roles, branches, is_active, is_forgotten };
                self.members.insert(admitted.user, member);
            }
            Event::RoleAssigned(assigned) => self.at_member(assigned.user, |member| {
                member.roles.insert(assigned.role);
            }),
            Event::RoleUnassigned(unassigned) => self.at_member(unassigned.user, |member| {
                member.roles.remove(&unassigned.role);
            }),
            Event::BranchesAllowed(allowed) => {
                self.at_member(allowed.user, |member| member.branches = allowed.branches);
            }
            Event::MemberSuspended(suspended) => {
                self.at_member(suspended.user, |member| member.is_active = false);
            }
            Event::MemberResumed(resumed) => {
                self.at_member(resumed.user, |member| member.is_active = true);
            }
            Event::MemberForgotten(forgotten) => self.at_member(forgotten.user, |member| {
                let (roles, branches) = (BTreeSet::new(), BranchAccess::NONE);
                *member = Member { roles, branches, is_active: false, is_forgotten: true };
            }),
            Event::AdministratorRestored(restored) => {
                let mut roles =
                    self.members.remove(&restored.user).map_or_else(BTreeSet::new, |it| it.roles);
                roles.insert(restored.role);
                let (branches, is_active, is_forgotten) = (BranchAccess::All, true, false);
                let member = Member { roles, branches, is_active, is_forgotten };
                self.members.insert(restored.user, member);
            }
            Event::PermissionDefined(defined) => {
                self.own_permissions.insert(defined.permission, defined.label);
            }
            Event::PermissionDropped(dropped) => {
                self.own_permissions.remove(&dropped.permission);
                self.permission_categories.remove(&dropped.permission);
            }
            Event::PermissionLabelled(labelled) => {
                self.labels.insert(labelled.permission, labelled.label);
            }
            Event::PermissionLabelDropped(dropped) => {
                self.labels.remove(&dropped.permission);
            }
            Event::Seeded(seeded) => self.seeds = Some(seeded.version),
            Event::PermissionCategorised(grouped) => {
                self.permission_categories.insert(grouped.permission, grouped.category);
            }
            Event::CategoryAdded(added) => {
                let category = Category { name: added.name, version: 1 };
                self.categories.insert(added.category, category);
                let entries = added.permissions.into_iter().map(|it| (it, added.category));
                self.permission_categories.extend(entries);
            }
            Event::CategoryRenamed(renamed) => {
                if let Some(category) = self.categories.get_mut(&renamed.category) {
                    category.name = renamed.name;
                    category.version += 1;
                }
            }
            Event::CategoryRemoved(removed) => {
                self.categories.remove(&removed.category);
            }
        }
    }

    fn at_role(&mut self, role: RoleId, change: impl FnOnce(&mut Role)) {
        if let Some(role) = self.roles.get_mut(&role) {
            change(role);
            role.version += 1;
        }
    }

    fn at_member(&mut self, user: UserId, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.members.get_mut(&user) {
            change(member);
        }
    }
}
