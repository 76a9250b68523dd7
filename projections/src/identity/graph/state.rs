//! The graph and the state of its stream: what the one shows of the other.
//!
//! Everything is taken apart field by field, so that a field that the domain adds does not compile here
//! before it is shown.

use std::collections::{BTreeMap, BTreeSet};

use domain::identity::roles::{self, State};
use imbl::OrdMap;
use imbl::ordmap::DiffItem;

use super::{Category, Given, Graph, Member, Role};

impl Graph {
    /// The state that the next event is applied to.
    pub(super) fn state(&self) -> State {
        let Self { roles, members, own_permissions, categories, places, labels, seeds } = self;
        State {
            roles: roles.iter().map(|(id, role)| (*id, role.state())).collect(),
            members: members.iter().map(|(id, member)| (*id, member.state())).collect(),
            own_permissions: own_permissions.clone().into_iter().collect(),
            categories: categories.iter().map(|(id, it)| (*id, it.state())).collect(),
            permission_categories: places.clone().into_iter().collect(),
            labels: labels.clone().into_iter().collect(),
            seeds: *seeds,
        }
    }

    /// Shows what became of the state: what is there since then was given with it.
    pub(super) fn follow(&mut self, before: &State, after: &State, given: Given) {
        let State {
            roles,
            members,
            own_permissions,
            categories,
            permission_categories,
            labels,
            seeds,
        } = after;
        show(&mut self.roles, &before.roles, roles, |role, shown| Role::of(role, shown, given));
        show(&mut self.members, &before.members, members, |member, shown| {
            Member::of(member, shown, given)
        });
        show(&mut self.own_permissions, &before.own_permissions, own_permissions, |name, _| name);
        show(&mut self.categories, &before.categories, categories, |it, _| Category::of(it));
        let categories_before = &before.permission_categories;
        show(&mut self.places, categories_before, permission_categories, |category, _| category);
        show(&mut self.labels, &before.labels, labels, |label, _| label);
        self.seeds = *seeds;
    }
}

/// Writes the difference between two states. What they share is not visited, so that an event costs as much
/// as it changes, not as much as the company has.
fn show<K: Ord + Clone, V: PartialEq + Clone, S>(
    shown: &mut BTreeMap<K, S>,
    before: &OrdMap<K, V>,
    after: &OrdMap<K, V>,
    shown_as: impl Fn(V, Option<S>) -> S,
) {
    for difference in before.diff(after) {
        match difference {
            DiffItem::Add(key, value) | DiffItem::Update { new: (key, value), .. } => {
                let was = shown.remove(key);
                shown.insert(key.clone(), shown_as(value.clone(), was));
            }
            DiffItem::Remove(key, _) => {
                shown.remove(key);
            }
        }
    }
}

/// What is held, with who gave it: what was held before was given then.
fn with_givers<K: Ord>(
    held: BTreeSet<K>,
    before: Option<BTreeMap<K, Given>>,
    given: Given,
) -> BTreeMap<K, Given> {
    let before = before.unwrap_or_default();
    let with_giver = |it: K| {
        let known = before.get(&it).copied();
        (it, known.unwrap_or(given))
    };
    held.into_iter().map(with_giver).collect()
}

impl Role {
    fn of(role: roles::Role, shown: Option<Self>, given: Given) -> Self {
        let roles::Role { name, kind, parents, permissions, version } = role;
        let permissions = with_givers(permissions, shown.map(|it| it.permissions), given);
        Self { name, kind, parents: parents.into_iter().collect(), permissions, version }
    }

    fn state(&self) -> roles::Role {
        let Self { name, kind, parents, permissions, version } = self;
        roles::Role {
            name: name.clone(),
            kind: *kind,
            parents: parents.iter().copied().collect(),
            permissions: permissions.keys().cloned().collect(),
            version: *version,
        }
    }
}

impl Category {
    fn of(roles::Category { name, version }: roles::Category) -> Self {
        Self { name, version }
    }

    fn state(&self) -> roles::Category {
        let Self { name, version } = self;
        roles::Category { name: name.clone(), version: *version }
    }
}

impl Member {
    fn of(member: roles::Member, shown: Option<Self>, given: Given) -> Self {
        let roles::Member { roles, branches, is_active, is_forgotten } = member;
        let (before, admitted) = shown.map(|it| (it.roles, it.admitted)).unzip();
        let (roles, admitted) = (with_givers(roles, before, given), admitted.unwrap_or(given));
        Self { roles, branches, is_active, is_forgotten, admitted }
    }

    fn state(&self) -> roles::Member {
        let Self { roles, branches, is_active, is_forgotten, admitted: _ } = self;
        roles::Member {
            roles: roles.keys().copied().collect(),
            branches: branches.clone(),
            is_active: *is_active,
            is_forgotten: *is_forgotten,
        }
    }
}
