//! Who may change whose rights, and which administrators must remain.

use super::*;

#[test]
fn s22_a_suspended_user_gains_and_loses_only_what_the_active_user_could() {
    let administrator = Seed::Administrator.role(tenant());
    let cashier = Seed::Cashier.role(tenant());
    let only = |n: u128| BranchAccess::Only([branch(n)].into());
    let suspended = Event::from(MemberSuspended { user: user(PEPE) });
    let pepe = |roles: &[RoleId], branches| {
        [Event::from(admitted(PEPE, roles, branches)), suspended.clone()]
    };
    for by_whom in [LUZ, MARTA] {
        with_manager(pepe(&[administrator], BranchAccess::All))
            .when(by(by_whom, Change::Unassign(user(PEPE), administrator)))
            .then_refused(Error::Escalation);
    }
    with_manager(pepe(&[cashier], BranchAccess::All))
        .when(by(MARTA, Change::Assign(user(PEPE), administrator)))
        .then_refused(Error::Escalation);
    for change in [
        Change::AllowBranches(user(PEPE), BranchAccess::All),
        Change::AllowBranches(user(PEPE), only(2)),
        Change::Assign(user(PEPE), administrator),
    ] {
        with_manager(pepe(&[cashier], only(1)))
            .when(by(LUZ, change))
            .then_refused(Error::Escalation);
    }
    let strong = added(11, &[], &[Permission::SystemOperate]);
    let taking = Change::Revoke(role(11), Permission::SystemOperate.into());
    let owner = pepe(&[role(11)], BranchAccess::All);
    with_manager([strong.into()].into_iter().chain(owner))
        .when(by(MARTA, taking))
        .then_refused(Error::Escalation);
    with_manager(pepe(&[], only(1)))
        .when(by(LUZ, Change::Assign(user(PEPE), cashier)))
        .then([RoleAssigned { user: user(PEPE), role: cashier }.into()]);
}

#[test]
fn s22_an_actor_of_some_branches_changes_nothing_of_the_others() {
    let cashier = Seed::Cashier.role(tenant());
    let waiter = Seed::Waiter.role(tenant());
    let category = PermissionCategoryId::from_uuid(Uuid::from_u128(5));
    let own_permission = PermissionName::parse("x_erp.sync").unwrap();
    for change in [
        add(11, &[], &[]),
        Change::ReviseRole { role: role(10), name: name("Otra"), parents: [cashier].into() },
        Change::RemoveRole(role(10)),
        Change::Grant(role(10), Permission::OrderPlace.into()),
        Change::Revoke(role(10), Permission::OrderRead.into()),
        Change::ChoosePermissions(role(10), [].into()),
        Change::Sort(Sorting::DefinePermission(own_permission, name("Otra"))),
        Change::Sort(Sorting::AddCategory(category, name("Otra"))),
    ] {
        let added_role = added(10, &[], &[Permission::OrderRead]);
        with_manager([added_role.clone().into()])
            .when(by(LUZ, change.clone()))
            .then_refused(Error::ReachesEveryBranch);
        // A session on a till is bound to one branch, even that of a user of all branches.
        let on_till = By::User(user(MARTA), BranchAccess::Only([branch(1)].into()));
        with_manager([added_role.into()])
            .when(Command { by: on_till, change })
            .then_refused(Error::ReachesEveryBranch);
    }
    let both = BranchAccess::Only([branch(1), branch(2)].into());
    for branches in [both, BranchAccess::All] {
        let pepe = Event::from(admitted(PEPE, &[cashier], branches));
        for change in [
            Change::Assign(user(PEPE), waiter),
            Change::Unassign(user(PEPE), cashier),
            Change::Suspend(user(PEPE)),
            Change::AllowBranches(user(PEPE), BranchAccess::NONE),
            Change::StandIn(user(PEPE)),
        ] {
            with_manager([pepe.clone()]).when(by(LUZ, change)).then_refused(Error::Escalation);
        }
    }
    let pepe = Event::from(admitted(PEPE, &[cashier], BranchAccess::Only([branch(1)].into())));
    with_manager([pepe]).when(by(LUZ, Change::Assign(user(PEPE), waiter))).then([RoleAssigned {
        user: user(PEPE),
        role: waiter,
    }
    .into()]);
}

#[test]
fn what_reaches_every_branch_counts_for_those_who_act_in_all_of_them() {
    let only = BranchAccess::Only([branch(1)].into());
    let administrator = [Seed::Administrator.role(tenant())];
    let pepe = admitted(PEPE, &administrator, only.clone());
    let luz = admitted(LUZ, &[Seed::Manager.role(tenant())], only.clone());
    let state = founded().into_iter().chain([luz.into(), pepe.into()]);
    let state = Roles::fold(State::default(), state);
    for (manager, holds) in [(LUZ, Permission::UserInvite), (PEPE, Permission::UserForget)] {
        let held = state.held_by(user(manager));
        assert!(held.has(&holds.into()) && !held.has(&Permission::RoleManage.into()));
    }
    assert_eq!(state.held_by(user(PEPE)), Held::EverythingInBranches);
    assert_eq!(state.held_within(user(ANA), &only), Held::EverythingInBranches);
    assert!(!Held::EverythingInBranches.covers(&state.held_by(user(ANA))));
}

#[test]
fn the_operator_makes_any_user_an_administrator_of_all_branches() {
    let administrator = Seed::Administrator.role(tenant());
    let restore =
        |n: u128| Command { by: By::System, change: Change::RestoreAdministrator(user(n)) };
    let restored =
        |n: u128| Event::from(AdministratorRestored { user: user(n), role: administrator });
    let bound = BranchAccess::Only([branch(1)].into());
    // The only administrator has no branches, as early histories allow.
    let locked = [Event::from(BranchesAllowed { user: user(ANA), branches: BranchAccess::NONE })];
    with_manager(locked.clone()).when(restore(ANA)).then([restored(ANA)]);
    with_manager(locked.clone()).when(restore(PEPE)).then([restored(PEPE)]);
    let suspended = [
        admitted(PEPE, &[administrator], bound).into(),
        Event::from(MemberSuspended { user: user(PEPE) }),
    ];
    with_manager(suspended.clone()).when(restore(PEPE)).then([restored(PEPE)]);
    with_manager(suspended.clone().into_iter().chain([restored(PEPE)]))
        .when(restore(PEPE))
        .then_nothing();
    let forgotten = Event::from(MemberForgotten { user: user(PEPE) });
    with_manager(suspended.into_iter().chain([forgotten]))
        .when(restore(PEPE))
        .then_refused(Error::Unknown);
    given::<Roles>([]).when(restore(PEPE)).then_refused(Error::Unknown);

    let state = founded().into_iter().chain(locked).chain([restored(PEPE)]);
    let state = Roles::fold(State::default(), state);
    assert_eq!(state.held_by(user(PEPE)), Held::Everything);
    assert_eq!(state.branches_of(user(PEPE)), BranchAccess::All);
    assert_eq!(state.administration(), Administration::Whole);
}

#[test]
fn a_company_without_an_administrator_of_all_branches_keeps_what_it_has() {
    let only = |n: u128| BranchAccess::Only([branch(n)].into());
    let bound = Event::from(BranchesAllowed { user: user(ANA), branches: only(1) });
    let cashier = admitted(PEPE, &[Seed::Cashier.role(tenant())], only(1));
    with_manager([bound.clone(), cashier.into()])
        .when(by(ANA, Change::Suspend(user(PEPE))))
        .then([MemberSuspended { user: user(PEPE) }.into()]);
    with_manager([bound])
        .when(by(ANA, Change::Suspend(user(ANA))))
        .then_refused(Error::LastAdministrator);
}

#[test]
fn the_permissions_of_a_role_are_chosen_all_at_once() {
    let added_role = added(10, &[], &[Permission::OrderRead, Permission::OrderStart]);
    let choose = |permissions: &[Permission]| {
        let permissions = permissions.iter().map(|permission| (*permission).into()).collect();
        by(MARTA, Change::ChoosePermissions(role(10), permissions))
    };
    let (granted, revoked) = (Permission::OrderPlace.into(), Permission::OrderRead.into());
    with_manager([added_role.clone().into()])
        .when(choose(&[Permission::OrderPlace, Permission::OrderStart]))
        .then([
            PermissionGranted { role: role(10), permission: granted }.into(),
            PermissionRevoked { role: role(10), permission: revoked }.into(),
        ]);
    with_manager([added_role.clone().into()])
        .when(choose(&[Permission::OrderStart, Permission::OrderRead]))
        .then_nothing();
    let unknown = PermissionName::parse("order.fly").unwrap();
    with_manager([added_role.into()])
        .when(by(ANA, Change::ChoosePermissions(role(10), [unknown.clone()].into())))
        .then_refused(Error::UnknownPermission(unknown));
    let fixed = Change::ChoosePermissions(Seed::Administrator.role(tenant()), [].into());
    with_manager([]).when(by(ANA, fixed)).then_refused(Error::AdministratorIsFixed);
}
