//! Permissions that later releases add to the seeded roles, for companies founded before.
//!
//! A company's log has the version of its seeds. Each addition of a later version is made once. A
//! role that still exists gets it whatever the company changed in the role. A removed role stays
//! removed, and a permission that the company revokes later is not granted again.

use super::seeds::{self, Seed};
use super::{CategoryAdded, Event, PermissionCategorised, PermissionGranted, Seeded, State};
use crate::identity::permission::Category;
use crate::identity::{Permission, PermissionName};
use crate::shared::TenantId;

/// Permissions that a version of the seeds has added to a role.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addition {
    /// The version; companies without a recorded version have the first.
    pub(super) version: u16,
    /// The role.
    pub(super) seed: Seed,
    /// The permissions.
    pub(super) permissions: &'static [Permission],
}

/// All additions, the oldest first. A permission that a release adds to a seeded role is listed
/// here too, under the version of that release.
pub(super) const ADDITIONS: &[Addition] = &[
    Addition {
        version: 2,
        seed: Seed::Manager,
        permissions: &[Permission::BranchClose, Permission::BranchUpdate, Permission::CompanyRead],
    },
    Addition {
        version: 3,
        seed: Seed::Manager,
        permissions: &[
            Permission::ChannelManage,
            Permission::PriceListCreate,
            Permission::PriceListPublish,
            Permission::PriceListRead,
            Permission::PriceListUpdate,
            Permission::TaxProfileRead,
        ],
    },
    Addition { version: 3, seed: Seed::Cashier, permissions: &[Permission::ChannelRead] },
    Addition { version: 3, seed: Seed::Waiter, permissions: &[Permission::ChannelRead] },
    Addition {
        version: 3,
        seed: Seed::Manager,
        permissions: &[
            Permission::AvailabilityUpdate,
            Permission::ModifierGroupCreate,
            Permission::ModifierGroupRemove,
            Permission::ModifierGroupUpdate,
            Permission::StationClose,
            Permission::StationCreate,
            Permission::StationUpdate,
        ],
    },
    Addition {
        version: 3,
        seed: Seed::Cashier,
        permissions: &[
            Permission::AvailabilityRead,
            Permission::AvailabilitySnooze,
            Permission::ModifierGroupRead,
            Permission::StationRead,
        ],
    },
    Addition {
        version: 3,
        seed: Seed::Kitchen,
        permissions: &[
            Permission::AvailabilityRead,
            Permission::AvailabilitySnooze,
            Permission::ModifierGroupRead,
            Permission::StationRead,
        ],
    },
    Addition {
        version: 3,
        seed: Seed::Waiter,
        permissions: &[
            Permission::AvailabilityRead,
            Permission::ModifierGroupRead,
            Permission::StationRead,
        ],
    },
    Addition {
        version: 3,
        seed: Seed::Manager,
        permissions: &[Permission::CategoryRemove, Permission::ProductRemove],
    },
    Addition {
        version: 3,
        seed: Seed::Manager,
        permissions: &[
            Permission::SupplierCreate,
            Permission::SupplierRead,
            Permission::SupplierUpdate,
        ],
    },
];

/// The version of the seeds including these additions.
pub(super) const fn latest(additions: &[Addition]) -> u16 {
    match additions.last() {
        Some(last) => last.version,
        None => State::FIRST_SEEDS,
    }
}

/// The events that bring a company of an earlier version up to date. Permissions without a category
/// get the one that founding assigns.
pub(super) fn upgraded(state: &State, tenant: TenantId, additions: &[Addition]) -> Vec<Event> {
    let version = latest(additions);
    if !state.is_founded() || state.seeds() >= version {
        return vec![];
    }
    let mut events = categorised(state, tenant);
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

fn categorised(state: &State, tenant: TenantId) -> Vec<Event> {
    let mut events = Vec::new();
    for category in Category::ALL {
        let lacking = Permission::ALL.iter().filter(|it| it.category() == category);
        let lacking = lacking.copied().map(PermissionName::from);
        let lacking: Vec<_> =
            lacking.filter(|it| !state.permission_categories.contains_key(it)).collect();
        let (id, name) = (seeds::category(category, tenant), seeds::name(category.label()));
        let is_there = state.category(id).is_some();
        if lacking.is_empty() || !is_there && state.has_category_named(&name, None) {
            continue;
        }
        if is_there {
            let categorise = |permission| PermissionCategorised { permission, category: id }.into();
            events.extend(lacking.into_iter().map(categorise));
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

    /// The permissions of each role in the first version, by the words of roles and permissions.
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
        let named = |(role, permission): (RoleId, PermissionName)| {
            (role, Permission::of_name(permission.as_str()).unwrap().name())
        };
        events.iter().filter_map(grant).map(named).collect()
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

        // What the company revokes later is not granted again.
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
    fn a_permission_without_a_category_gets_its_default() {
        let mut state = founded_first();
        let permission: PermissionName = Permission::OrderCancel.into();
        state.permission_categories.remove(&permission);
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
