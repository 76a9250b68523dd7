//! What holds after any history, whoever asks for whatever.

use proptest::prelude::*;
use uuid::Uuid;

use super::tests::{role, tenant, user};
use super::*;
use crate::identity::Permission;
use crate::shared::BranchId;

const PERMISSIONS: [Permission; 4] = [
    Permission::OrderPlace,
    Permission::OrderRead,
    Permission::RoleManage,
    Permission::SystemOperate,
];

fn any_role() -> impl Strategy<Value = RoleId> {
    prop_oneof![
        4 => (10_u128..16).prop_map(role),
        1 => Just(Seed::Administrator.role(tenant())),
        1 => Just(Seed::Manager.role(tenant())),
    ]
}

fn any_roles() -> impl Strategy<Value = BTreeSet<RoleId>> {
    prop::collection::btree_set(any_role(), 0..3)
}

fn any_permission() -> impl Strategy<Value = PermissionName> {
    prop::sample::select(&PERMISSIONS[..]).prop_map(PermissionName::from)
}

fn any_branches() -> impl Strategy<Value = BranchAccess> {
    let branch = (0_u128..3).prop_map(|n| BranchId::from_uuid(Uuid::from_u128(n)));
    prop_oneof![
        1 => Just(BranchAccess::All),
        3 => prop::collection::btree_set(branch, 0..3).prop_map(BranchAccess::Only),
    ]
}

fn any_user() -> impl Strategy<Value = UserId> {
    (1_u128..5).prop_map(user)
}

fn any_change() -> impl Strategy<Value = Change> {
    let named = |role: RoleId| Name::parse(&format!("Rol {role}")).unwrap();
    let permissions = prop::collection::btree_set(any_permission(), 0..3);
    prop_oneof![
        (any_role(), any_roles(), permissions).prop_map(move |(role, parents, permissions)| {
            Change::AddRole(NewRole { role, name: named(role), parents, permissions })
        }),
        (any_role(), any_roles()).prop_map(move |(role, parents)| Change::ReviseRole {
            role,
            name: named(role),
            parents
        }),
        any_role().prop_map(Change::RemoveRole),
        (any_role(), any_permission()).prop_map(|(role, it)| Change::Grant(role, it)),
        (any_role(), any_permission()).prop_map(|(role, it)| Change::Revoke(role, it)),
        (any_user(), any_roles(), any_branches()).prop_map(|(user, roles, branches)| {
            Change::Admit(MemberAdmitted { user, roles, branches })
        }),
        (any_user(), any_role()).prop_map(|(user, role)| Change::Assign(user, role)),
        (any_user(), any_role()).prop_map(|(user, role)| Change::Unassign(user, role)),
        (any_user(), any_branches()).prop_map(|(user, it)| Change::AllowBranches(user, it)),
        any_user().prop_map(Change::Suspend),
        any_user().prop_map(Change::Resume),
        any_user().prop_map(Change::Forget),
        any_user().prop_map(Change::StandIn),
    ]
}

fn is_acyclic(state: &State) -> bool {
    state
        .roles
        .iter()
        .all(|(id, role)| role.parents.iter().all(|parent| !state.descends(*parent, *id)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_the_rules_hold(
        asked in prop::collection::vec((any_user(), any_change()), 1..60),
    ) {
        let mut state = Roles::fold(State::default(), seeds::founding(tenant(), user(1)));
        for (by, change) in asked {
            let held = state.held_by(by);
            let branches = state.branches_of(by);
            let Ok(events) = Roles::decide(&state, Command { by: By::User(by), change }) else {
                continue;
            };
            let after = Roles::fold(state.clone(), events);
            prop_assert!(is_acyclic(&after), "a role inherits from itself");
            prop_assert!(!after.is_too_deep());
            prop_assert!(after.has_administrator(), "nobody may do everything");
            for n in 1..5 {
                let (was, is) = (state.held_by(user(n)), after.held_by(user(n)));
                prop_assert!(held.covers(&is.beyond(&was)), "{by} gave {n} what they lack");
                let (was, is) = (state.branches_of(user(n)), after.branches_of(user(n)));
                prop_assert!(branches.covers(&is.beyond(&was)), "{by} gave {n} a branch they lack");
            }
            state = after;
        }
    }
}
