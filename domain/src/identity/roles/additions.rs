//! What later releases have added to the roles that every company begins with, for companies that
//! began before.
//!
//! A company's log says which version of the seeds it has. It gets what later versions have added, once:
//! a role that is still there gets it whatever the company has made of the role otherwise, one that was
//! removed stays away, and what the company takes from a role afterwards is not given back.

use super::seeds::{self, Seed};
use super::{CategoryAdded, Event, PermissionCategorised, PermissionGranted, Seeded, State};
use crate::identity::permission::Category;
use crate::identity::{Permission, PermissionName};
use crate::shared::TenantId;

/// Permissions that a version of the seeds has added to a role.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addition {
    /// The version; the first one is that of companies which do not say theirs.
    pub(super) version: u16,
    /// The role.
    pub(super) seed: Seed,
    /// What it gets.
    pub(super) permissions: &'static [Permission],
}

/// All of them, the oldest first. A permission that is given to a seeded role is added here too, under
/// a version of its release.
pub(super) const ADDITIONS: &[Addition] = &[Addition {
    version: 2,
    seed: Seed::Manager,
    permissions: &[Permission::BranchClose, Permission::BranchUpdate, Permission::CompanyRead],
}];

/// The version of the seeds with these additions.
pub(super) const fn latest(additions: &[Addition]) -> u16 {
    match additions.last() {
        Some(last) => last.version,
        None => State::FIRST_SEEDS,
    }
}

/// What a company lacks that began with an earlier version. Permissions without a category come into
/// the one that they would have had from the beginning.
pub(super) fn upgraded(state: &State, tenant: TenantId, additions: &[Addition]) -> Vec<Event> {
    let version = latest(additions);
    if !state.is_founded() || state.seeds() >= version {
        return vec![];
    }
    let mut events = placed(state, tenant);
    for addition in additions.iter().filter(|addition| addition.version > state.seeds()) {
        let id = addition.seed.role(tenant);
        let Some(role) = state.role(id) else { continue };
        let permissions = addition.permissions.iter().copied().map(PermissionName::from);
        let lacking = permissions.filter(|permission| !role.permissions.contains(permission));
        events.extend(lacking.map(|permission| PermissionGranted { role: id, permission }.into()));
    }
    events.push(Seeded { version }.into());
    events
}

fn placed(state: &State, tenant: TenantId) -> Vec<Event> {
    let mut events = Vec::new();
    for category in Category::ALL {
        let lacking = Permission::ALL.iter().filter(|it| it.category() == category);
        let lacking = lacking.copied().map(PermissionName::from);
        let lacking: Vec<_> = lacking.filter(|it| !state.places.contains_key(it)).collect();
        let (id, name) = (seeds::category(category, tenant), seeds::name(category.label()));
        let is_there = state.category(id).is_some();
        if lacking.is_empty() || !is_there && state.has_category_named(&name, None) {
            continue;
        }
        if is_there {
            let placed = |permission| PermissionCategorised { permission, category: id }.into();
            events.extend(lacking.into_iter().map(placed));
        } else {
            let permissions = lacking.into_iter().collect();
            events.push(CategoryAdded { category: id, name, permissions }.into());
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::{by, role_of, tenant, user};
    use super::super::{Change, ParentsChosen, PermissionRevoked, RoleRemoved, Roles};
    use super::*;
    use crate::Decider;
    use crate::shared::RoleId;

    const LATER: &[Addition] = &[
        Addition { version: 2, seed: Seed::Cashier, permissions: &[Permission::OrderCancel] },
        Addition { version: 3, seed: Seed::Kitchen, permissions: &[Permission::OrderCancel] },
        Addition {
            version: 3,
            seed: Seed::Manager,
            permissions: &[Permission::UserForget, Permission::UserRead],
        },
    ];

    /// What each role began with in the first version, by the words of roles and permissions.
    const FIRST: &str = include_str!("seeds_1.txt");

    fn founded_first() -> State {
        let events = seeds::founding(tenant(), user(1));
        let events = events.into_iter().filter(|event| !matches!(event, Event::Seeded(_)));
        Roles::fold(State::default(), events)
    }

    fn after(state: &State, events: Vec<Event>) -> State {
        Roles::fold(state.clone(), events)
    }

    fn grants(events: &[Event]) -> Vec<(RoleId, &str)> {
        let grant = |event: &Event| match event {
            Event::PermissionGranted(granted) => Some((granted.role, granted.permission.clone())),
            _ => None,
        };
        let known = |(role, permission): (RoleId, PermissionName)| {
            (role, Permission::of_name(permission.as_str()).unwrap().name())
        };
        events.iter().filter_map(grant).map(known).collect()
    }

    #[test]
    fn the_seeds_are_those_of_the_first_version_and_what_was_added_since() {
        for seed in Seed::ALL {
            let first = FIRST.lines().filter_map(|line| line.split_once(' '));
            let first = first.filter(|(role, _)| *role == seed.word()).map(|(_, name)| name);
            let added = ADDITIONS.iter().filter(|addition| addition.seed == seed);
            let added = added.flat_map(|addition| addition.permissions).map(|it| it.name());
            let all: BTreeSet<&str> = first.chain(added).collect();
            let now: BTreeSet<&str> = seed.permissions().iter().map(|it| it.name()).collect();
            assert_eq!(now, all, "what {} gets later is in ADDITIONS, too", seed.word());
        }
    }

    #[test]
    fn the_versions_of_additions_grow_from_the_second() {
        let versions: Vec<u16> = ADDITIONS.iter().map(|addition| addition.version).collect();
        assert!(versions.is_sorted() && versions.first().is_none_or(|first| *first == 2));
    }

    #[test]
    fn a_company_of_an_earlier_version_gets_what_was_added_once() {
        let state = founded_first();
        let events = upgraded(&state, tenant(), LATER);
        let expected = [
            (role_of(Seed::Cashier), "order.cancel"),
            (role_of(Seed::Kitchen), "order.cancel"),
            // It has `user.read` already.
            (role_of(Seed::Manager), "user.forget"),
        ];
        assert_eq!(grants(&events), expected);
        assert_eq!(events.last(), Some(&Seeded { version: 3 }.into()));
        let state = after(&state, events);
        assert_eq!(upgraded(&state, tenant(), LATER), []);

        // What it takes away then is not given back.
        let revoke = Change::Revoke(role_of(Seed::Cashier), Permission::OrderCancel.into());
        let state = after(&state, Roles::decide(&state, by(1, revoke)).unwrap());
        assert_eq!(upgraded(&state, tenant(), LATER), []);
    }

    #[test]
    fn only_what_was_added_after_the_version_of_a_company_is_given() {
        let state = after(&founded_first(), vec![Seeded { version: 2 }.into()]);
        let revoked = PermissionRevoked {
            role: role_of(Seed::Cashier),
            permission: Permission::OrderPlace.into(),
        };
        let state = after(&state, vec![revoked.into()]);
        let events = upgraded(&state, tenant(), LATER);
        let expected =
            [(role_of(Seed::Kitchen), "order.cancel"), (role_of(Seed::Manager), "user.forget")];
        assert_eq!(grants(&events), expected);
    }

    #[test]
    fn a_role_that_the_company_has_removed_stays_away() {
        let parents = BTreeSet::new();
        let state = after(
            &founded_first(),
            vec![
                ParentsChosen { role: role_of(Seed::Manager), parents }.into(),
                RoleRemoved { role: role_of(Seed::Kitchen) }.into(),
            ],
        );
        let events = upgraded(&state, tenant(), LATER);
        assert!(grants(&events).iter().all(|(role, _)| *role != role_of(Seed::Kitchen)));
        assert_eq!(events.last(), Some(&Seeded { version: 3 }.into()));
    }

    #[test]
    fn a_permission_without_a_place_comes_into_its_category() {
        let mut state = founded_first();
        let permission: PermissionName = Permission::OrderCancel.into();
        state.places.remove(&permission);
        let category = seeds::category(Category::Orders, tenant());
        let placed = PermissionCategorised { permission, category };
        assert_eq!(upgraded(&state, tenant(), LATER)[0], placed.into());
    }

    #[test]
    fn a_company_begins_with_the_latest_version() {
        let state = Roles::fold(State::default(), seeds::founding(tenant(), user(1)));
        assert_eq!(state.seeds(), latest(ADDITIONS));
        assert_eq!(upgraded(&state, tenant(), ADDITIONS), []);
        assert_eq!(upgraded(&State::default(), tenant(), LATER), [], "there is no company");
    }
}
