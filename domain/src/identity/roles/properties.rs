//! Properties of any history of commands by any actor.
//!
//! The rights of users are computed here a second time, as plain pairs of a permission and a scope,
//! so that the rules are not checked against themselves.

use proptest::prelude::*;
use uuid::Uuid;

use super::tests::{role, tenant, user};
use super::*;
use crate::identity::Permission;
use crate::shared::{BranchId, PermissionCategoryId};

const USERS: std::ops::Range<u128> = 1..7;
const BRANCHES: std::ops::Range<u128> = 0..3;

const PERMISSIONS: [Permission; 6] = [
    Permission::OrderPlace,
    Permission::OrderRead,
    Permission::RoleManage,
    Permission::SystemOperate,
    Permission::UserForget,
    Permission::UserManage,
];

fn own_permission() -> PermissionName {
    PermissionName::parse("x_erp.sync").unwrap()
}

fn every_permission() -> Vec<PermissionName> {
    PERMISSIONS.map(PermissionName::from).into_iter().chain([own_permission()]).collect()
}

fn branch(n: u128) -> BranchId {
    BranchId::from_uuid(Uuid::from_u128(n))
}

/// The scope that a permission is valid in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// What belongs to no branch, or to all of them.
    Company,
    Branch(BranchId),
    /// A branch that opens later.
    AnyOther,
}

type Pairs = BTreeSet<(PermissionName, Scope)>;

/// What a user may do and where, suspended or not.
fn pairs_when_active(state: &State, user: UserId) -> Pairs {
    let Some(member) = state.members.get(&user) else { return Pairs::new() };
    let has = |permission: &PermissionName| {
        let gives = |role: &Role| {
            role.kind == RoleKind::Administrator || role.permissions.contains(permission)
        };
        let reached = |it: &RoleId| member.roles.iter().any(|role| state.descends(*role, *it));
        state.roles.iter().any(|(id, role)| gives(role) && reached(id))
    };
    let scopes: Vec<Scope> = match &member.branches {
        BranchAccess::All => {
            BRANCHES.map(|n| Scope::Branch(branch(n))).chain([Scope::AnyOther]).collect()
        }
        BranchAccess::Only(branches) => branches.iter().copied().map(Scope::Branch).collect(),
    };
    let mut pairs = Pairs::new();
    for permission in every_permission().into_iter().filter(has) {
        let only_of_all = permission.reaches_every_branch();
        if !only_of_all || member.branches == BranchAccess::All {
            pairs.insert((permission.clone(), Scope::Company));
            pairs.extend(scopes.iter().map(|scope| (permission.clone(), *scope)));
        }
    }
    pairs
}

/// What a user may do and where; nothing while suspended.
fn pairs(state: &State, user: UserId) -> Pairs {
    let is_active = state.members.get(&user).is_some_and(|member| member.is_active);
    if is_active { pairs_when_active(state, user) } else { Pairs::new() }
}

fn can_administer_everything(state: &State) -> bool {
    let administrator = Seed::Administrator.role(tenant());
    state.members.values().any(|member| {
        member.is_active
            && member.branches == BranchAccess::All
            && member.roles.contains(&administrator)
    })
}

fn any_role() -> impl Strategy<Value = RoleId> {
    prop_oneof![
        4 => (10_u128..16).prop_map(role),
        1 => Just(Seed::Administrator.role(tenant())),
        1 => Just(Seed::Manager.role(tenant())),
        1 => Just(Seed::Cashier.role(tenant())),
    ]
}

fn any_roles() -> impl Strategy<Value = BTreeSet<RoleId>> {
    prop::collection::btree_set(any_role(), 0..3)
}

fn any_permission() -> impl Strategy<Value = PermissionName> {
    prop::sample::select(every_permission())
}

fn any_permissions() -> impl Strategy<Value = BTreeSet<PermissionName>> {
    prop::collection::btree_set(any_permission(), 0..4)
}

fn any_branches() -> impl Strategy<Value = BranchAccess> {
    let branch = BRANCHES.prop_map(branch);
    prop_oneof![
        1 => Just(BranchAccess::All),
        2 => prop::collection::btree_set(branch, 0..3).prop_map(BranchAccess::Only),
    ]
}

fn any_user() -> impl Strategy<Value = UserId> {
    USERS.prop_map(user)
}

fn any_sorting() -> impl Strategy<Value = Sorting> {
    let name = || Name::parse("Otra").unwrap();
    let category = PermissionCategoryId::from_uuid(Uuid::from_u128(5));
    prop_oneof![
        Just(Sorting::DefinePermission(own_permission(), name())),
        Just(Sorting::DropPermission(own_permission())),
        Just(Sorting::AddCategory(category, name())),
        any_permission().prop_map(move |it| Sorting::CategorisePermission(it, category)),
        Just(Sorting::RemoveCategory(category)),
    ]
}

/// The authority of a command: mostly users whose session is valid in all branches.
fn any_by() -> impl Strategy<Value = By> {
    prop_oneof![
        8 => any_user().prop_map(|user| By::User(user, BranchAccess::All)),
        1 => (any_user(), any_branches()).prop_map(|(user, within)| By::User(user, within)),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let restore = any_user().prop_map(Change::RestoreAdministrator);
    prop_oneof![
        40 => (any_by(), any_change()).prop_map(|(by, change)| Command { by, change }),
        1 => restore.prop_map(|change| Command { by: By::System, change }),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    let named = |role: RoleId| Name::parse(&format!("Rol {role}")).unwrap();
    prop_oneof![
        (any_role(), any_roles(), any_permissions()).prop_map(
            move |(role, parents, permissions)| {
                Change::AddRole(NewRole { role, name: named(role), parents, permissions })
            }
        ),
        (any_role(), any_roles()).prop_map(move |(role, parents)| Change::ReviseRole {
            role,
            name: named(role),
            parents
        }),
        any_role().prop_map(Change::RemoveRole),
        (any_role(), any_permission()).prop_map(|(role, it)| Change::Grant(role, it)),
        (any_role(), any_permission()).prop_map(|(role, it)| Change::Revoke(role, it)),
        (any_role(), any_permissions()).prop_map(|(role, it)| Change::ChoosePermissions(role, it)),
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
        any_user().prop_map(Change::RestoreAdministrator),
        any_sorting().prop_map(Change::Sort),
    ]
}

fn is_acyclic(state: &State) -> bool {
    state
        .roles
        .iter()
        .all(|(id, role)| role.parents.iter().all(|parent| !state.descends(*parent, *id)))
}

/// A company with an administrator, managers of all branches and of one, a cashier of one, and an
/// administrator and a cashier who are suspended.
fn company_with_members() -> State {
    let mut events = seeds::founding(tenant(), user(1));
    let mut admit = |n: u128, seed: Seed, branches| {
        let roles = [seed.role(tenant())].into();
        events.push(MemberAdmitted { user: user(n), roles, branches }.into());
    };
    let only = |n: u128| BranchAccess::Only([branch(n)].into());
    admit(2, Seed::Manager, BranchAccess::All);
    admit(3, Seed::Manager, only(0));
    admit(4, Seed::Cashier, only(0));
    admit(5, Seed::Administrator, BranchAccess::All);
    admit(6, Seed::Cashier, only(1));
    events.push(
        PermissionDefined { permission: own_permission(), label: Name::parse("ERP").unwrap() }
            .into(),
    );
    events.extend([5, 6].map(|n| Event::from(MemberSuspended { user: user(n) })));
    Roles::fold(State::default(), events)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_the_rules_hold(
        asked in prop::collection::vec(any_command(), 1..80),
    ) {
        let mut state = company_with_members();
        for Command { by, change } in asked {
            let Ok(events) = Roles::decide(&state, Command { by: by.clone(), change }) else {
                continue;
            };
            let after = Roles::fold(state.clone(), events);
            prop_assert!(is_acyclic(&after), "a role inherits from itself");
            prop_assert!(!after.is_too_deep());
            prop_assert!(can_administer_everything(&after), "no active user may do everything");
            if let By::User(by, _) = by {
                let may_give = pairs(&state, by);
                for n in USERS {
                    for of in [pairs, pairs_when_active] {
                        let (was, is) = (of(&state, user(n)), of(&after, user(n)));
                        prop_assert!((&is - &was).is_subset(&may_give), "{by} gave {n} what {by} lacks");
                        prop_assert!((&was - &is).is_subset(&may_give), "{by} took what {by} lacks");
                    }
                }
            }
            state = after;
        }
    }
}
