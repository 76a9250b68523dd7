//! The rules one by one.

mod rights;

use uuid::Uuid;

use super::*;
use crate::identity::Permission;
use crate::shared::BranchId;
use crate::shared::PermissionCategoryId;
use crate::testing::{Given, given};

const ANA: u128 = 1;
const LUZ: u128 = 2;
const PEPE: u128 = 3;
const MARTA: u128 = 4;

pub(super) fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(9))
}

pub(super) fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

pub(super) fn role(n: u128) -> RoleId {
    RoleId::from_uuid(Uuid::from_u128(n))
}

pub(super) fn role_of(seed: Seed) -> RoleId {
    seed.role(tenant())
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn founded() -> Vec<Event> {
    seeds::founding(tenant(), user(ANA))
}

pub(super) fn by(n: u128, change: Change) -> Command {
    Command { by: By::User(user(n), BranchAccess::All), change }
}

fn added(n: u128, parents: &[u128], permissions: &[Permission]) -> RoleAdded {
    RoleAdded {
        role: role(n),
        name: name(&format!("Rol {n}")),
        kind: RoleKind::Ordinary,
        parents: parents.iter().map(|n| role(*n)).collect(),
        permissions: permissions.iter().map(|permission| (*permission).into()).collect(),
    }
}

fn add(n: u128, parents: &[u128], permissions: &[Permission]) -> Change {
    let RoleAdded { role, name, parents, permissions, .. } = added(n, parents, permissions);
    Change::AddRole(NewRole { role, name, parents, permissions })
}

fn revise(n: u128, parents: &[u128]) -> Change {
    let parents = parents.iter().map(|n| role(*n)).collect();
    Change::ReviseRole { role: role(n), name: name(&format!("Rol {n}")), parents }
}

fn admitted(n: u128, roles: &[RoleId], branches: BranchAccess) -> MemberAdmitted {
    MemberAdmitted { user: user(n), roles: roles.iter().copied().collect(), branches }
}

fn branch(n: u128) -> BranchId {
    BranchId::from_uuid(Uuid::from_u128(n))
}

/// The roles of a company with Luz as manager of one branch and Marta of all, and further events.
fn with_manager(more: impl IntoIterator<Item = Event>) -> Given<Roles> {
    let only = BranchAccess::Only([branch(1)].into());
    let luz = admitted(LUZ, &[Seed::Manager.role(tenant())], only);
    let marta = admitted(MARTA, &[Seed::Manager.role(tenant())], BranchAccess::All);
    given(founded().into_iter().chain([luz.into(), marta.into()]).chain(more))
}

#[test]
fn a_company_is_founded_once_with_an_administrator() {
    let found = Change::Found { tenant: tenant(), administrator: user(ANA) };
    given::<Roles>([]).when(Command { by: By::System, change: found.clone() }).then(founded());
    given::<Roles>(founded())
        .when(Command { by: By::System, change: found })
        .then_refused(Error::AlreadyFounded);
    let state = Roles::fold(State::default(), founded());
    assert_eq!(state.held_by(user(ANA)), Held::Everything);
    assert_eq!(state.administration(), Administration::Whole);
}

#[test]
fn a_role_has_what_it_inherits() {
    let events = [added(10, &[], &[Permission::OrderRead]), added(11, &[10], &[])];
    let state = Roles::fold(State::default(), events.map(Event::from));
    assert!(state.held_by_role(role(11)).has(&Permission::OrderRead.into()));
    assert!(!state.held_by_role(role(11)).has(&Permission::OrderPlace.into()));
    let manager = Roles::fold(State::default(), founded());
    let held = manager.held_by_role(Seed::Manager.role(tenant()));
    assert!(held.covers(&manager.held_by_role(Seed::Cashier.role(tenant()))));
}

#[test]
fn s23_no_role_inherits_from_itself() {
    given::<Roles>(founded()).when(by(ANA, add(10, &[10], &[]))).then_refused(Error::Cycle);
    let chain = [added(10, &[], &[]), added(11, &[10], &[]), added(12, &[11], &[])];
    given::<Roles>(founded().into_iter().chain(chain.map(Event::from)))
        .when(by(ANA, revise(10, &[12])))
        .then_refused(Error::Cycle);
}

#[test]
fn s23_a_role_inherits_over_a_bounded_number_of_steps() {
    let n = u128::try_from(DEPTH_MAX).unwrap();
    let link = |k: u128| match k {
        0 => added(100, &[], &[]).into(),
        k => added(100 + k, &[99 + k], &[]).into(),
    };
    let chain = |n: u128| founded().into_iter().chain((0..n).map(link));
    let next = |n: u128| by(ANA, add(100 + n, &[99 + n], &[]));
    given::<Roles>(chain(n)).when(next(n)).then([link(n)]);
    given::<Roles>(chain(n + 1)).when(next(n + 1)).then_refused(Error::TooDeep);
}

#[test]
fn s22_an_actor_grants_only_what_they_hold_also_through_parents() {
    let weak = added(10, &[], &[Permission::OrderRead]);
    let strong = added(11, &[], &[Permission::SystemOperate]);
    let history = || [weak.clone().into(), strong.clone().into()];
    let both = [Permission::OrderRead.into(), Permission::SystemOperate.into()];
    let escalating = [
        Change::Grant(role(10), Permission::SystemOperate.into()),
        Change::ChoosePermissions(role(10), both.into()),
        Change::ChoosePermissions(role(11), [].into()),
        add(12, &[], &[Permission::SystemOperate]),
        add(12, &[11], &[]),
        revise(10, &[11]),
        Change::Assign(user(MARTA), role(11)),
        Change::Assign(user(MARTA), Seed::Administrator.role(tenant())),
        Change::Admit(admitted(PEPE, &[role(11)], BranchAccess::All)),
    ];
    for change in escalating {
        with_manager(history()).when(by(MARTA, change)).then_refused(Error::Escalation);
    }
    let escalating = [
        Change::Assign(user(LUZ), Seed::Administrator.role(tenant())),
        Change::AllowBranches(user(LUZ), BranchAccess::All),
        Change::Admit(admitted(PEPE, &[role(10)], BranchAccess::All)),
    ];
    for change in escalating {
        with_manager(history()).when(by(LUZ, change)).then_refused(Error::Escalation);
    }
    let permission: PermissionName = Permission::OrderPlace.into();
    with_manager(history())
        .when(by(MARTA, Change::Grant(role(10), permission.clone())))
        .then([PermissionGranted { role: role(10), permission }.into()]);
}

#[test]
fn an_actor_revokes_only_what_they_hold() {
    let strong = added(11, &[], &[Permission::SystemOperate]);
    let pepe = admitted(PEPE, &[role(11)], BranchAccess::All);
    for change in [
        Change::Revoke(role(11), Permission::SystemOperate.into()),
        Change::Unassign(user(PEPE), role(11)),
        Change::Suspend(user(PEPE)),
        Change::Suspend(user(ANA)),
        Change::AllowBranches(user(PEPE), BranchAccess::NONE),
    ] {
        with_manager([strong.clone().into(), pepe.clone().into()])
            .when(by(MARTA, change))
            .then_refused(Error::Escalation);
    }
}

#[test]
fn s24_the_last_administrator_stays() {
    let administrator = Seed::Administrator.role(tenant());
    let second = admitted(PEPE, &[administrator], BranchAccess::All);
    let of_one_branch =
        Event::from(admitted(LUZ, &[administrator], BranchAccess::Only([branch(1)].into())));
    let leaving = [
        Change::Unassign(user(ANA), administrator),
        Change::Suspend(user(ANA)),
        Change::AllowBranches(user(ANA), BranchAccess::NONE),
        Change::AllowBranches(user(ANA), BranchAccess::Only([branch(1)].into())),
    ];
    for change in leaving {
        given::<Roles>(founded())
            .when(by(ANA, change.clone()))
            .then_refused(Error::LastAdministrator);
        let suspended = MemberSuspended { user: user(PEPE) };
        given::<Roles>(founded().into_iter().chain([second.clone().into(), suspended.into()]))
            .when(by(ANA, change.clone()))
            .then_refused(Error::LastAdministrator);
        given::<Roles>(founded().into_iter().chain([of_one_branch.clone()]))
            .when(by(ANA, change))
            .then_refused(Error::LastAdministrator);
    }
    given::<Roles>(founded().into_iter().chain([second.into()]))
        .when(by(ANA, Change::Suspend(user(ANA))))
        .then([MemberSuspended { user: user(ANA) }.into()]);
}

#[test]
fn the_role_of_administrators_is_fixed() {
    let administrator = Seed::Administrator.role(tenant());
    let parents = [administrator].into();
    for change in [
        Change::RemoveRole(administrator),
        Change::Revoke(administrator, Permission::OrderPlace.into()),
        Change::ReviseRole { role: administrator, name: name("Jefe"), parents: [].into() },
        Change::AddRole(NewRole {
            role: role(10),
            name: name("Jefe"),
            parents,
            permissions: [].into(),
        }),
    ] {
        given::<Roles>(founded()).when(by(ANA, change)).then_refused(Error::AdministratorIsFixed);
    }
}

#[test]
fn a_suspended_user_holds_nothing_and_can_be_resumed() {
    let suspended = MemberSuspended { user: user(LUZ) };
    let admit = admitted(PEPE, &[Seed::Kitchen.role(tenant())], BranchAccess::NONE);
    with_manager([suspended.clone().into()])
        .when(by(LUZ, Change::Admit(admit)))
        .then_refused(Error::Escalation);
    with_manager([suspended.into()])
        .when(by(ANA, Change::Resume(user(LUZ))))
        .then([MemberResumed { user: user(LUZ) }.into()]);
}

#[test]
fn a_role_in_use_stays() {
    let cashier = Seed::Cashier.role(tenant());
    with_manager([]).when(by(ANA, Change::RemoveRole(cashier))).then_refused(Error::InUse);
    with_manager([])
        .when(by(ANA, Change::RemoveRole(Seed::Manager.role(tenant()))))
        .then_refused(Error::InUse);
    with_manager([added(10, &[], &[]).into()])
        .when(by(MARTA, Change::RemoveRole(role(10))))
        .then([RoleRemoved { role: role(10) }.into()]);
}

#[test]
fn what_is_so_already_changes_nothing() {
    let weak = added(10, &[], &[Permission::OrderRead]);
    for change in [
        Change::Grant(role(10), Permission::OrderRead.into()),
        Change::Revoke(role(10), Permission::OrderPlace.into()),
        revise(10, &[]),
        Change::Assign(user(LUZ), Seed::Manager.role(tenant())),
        Change::Resume(user(LUZ)),
    ] {
        with_manager([weak.clone().into()]).when(by(ANA, change)).then_nothing();
    }
}

#[test]
fn a_company_makes_permissions_of_its_own() {
    let own_permission = PermissionName::parse("x_erp.sync").unwrap();
    let defined =
        PermissionDefined { permission: own_permission.clone(), label: name("Contabilidad") };
    let define =
        |permission| Change::Sort(Sorting::DefinePermission(permission, name("Contabilidad")));
    with_manager([]).when(by(ANA, define(own_permission.clone()))).then([defined.clone().into()]);
    with_manager([])
        .when(by(ANA, define(Permission::OrderPlace.into())))
        .then_refused(Error::NotOwn);
    with_manager([added(10, &[], &[]).into()])
        .when(by(ANA, Change::Grant(role(10), own_permission.clone())))
        .then_refused(Error::Unknown);
    let granted = PermissionGranted { role: role(10), permission: own_permission.clone() };
    with_manager([added(10, &[], &[]).into(), defined.clone().into(), granted.into()])
        .when(by(ANA, Change::Sort(Sorting::DropPermission(own_permission.clone()))))
        .then_refused(Error::InUse);
    with_manager([defined.into()])
        .when(by(MARTA, Change::Sort(Sorting::DropPermission(own_permission.clone()))))
        .then([PermissionDropped { permission: own_permission }.into()]);
}

#[test]
fn names_are_taken_once() {
    let named = |text| {
        Change::AddRole(NewRole {
            role: role(10),
            name: name(text),
            parents: [].into(),
            permissions: [].into(),
        })
    };
    with_manager([]).when(by(ANA, named("CAJERO"))).then_refused(Error::NameTaken);
    let category = PermissionCategoryId::from_uuid(Uuid::from_u128(5));
    with_manager([])
        .when(by(ANA, Change::Sort(Sorting::AddCategory(category, name("pedidos")))))
        .then_refused(Error::NameTaken);
}

#[test]
fn s22_no_actor_stands_in_for_a_user_who_may_do_more() {
    let stand_in = |n: u128| Change::StandIn(user(n));
    let cashier = Seed::Cashier.role(tenant());
    let only = |n: u128| BranchAccess::Only([branch(n)].into());
    let pepe = |branches| Event::from(admitted(PEPE, &[cashier], branches));
    with_manager([pepe(only(1))]).when(by(LUZ, stand_in(PEPE))).then_nothing();
    with_manager([]).when(by(LUZ, stand_in(LUZ))).then_nothing();
    with_manager([]).when(by(ANA, stand_in(LUZ))).then_nothing();
    with_manager([]).when(by(LUZ, stand_in(PEPE))).then_refused(Error::Unknown);
    for branches in [only(2), BranchAccess::All] {
        with_manager([pepe(branches)])
            .when(by(LUZ, stand_in(PEPE)))
            .then_refused(Error::Escalation);
    }
    with_manager([]).when(by(LUZ, stand_in(ANA))).then_refused(Error::Escalation);
    with_manager([pepe(only(1))]).when(by(PEPE, stand_in(LUZ))).then_refused(Error::Escalation);
}

#[test]
fn s22_an_actor_stands_in_for_a_suspended_user_only_with_all_rights_of_the_active_user() {
    let administrator = Seed::Administrator.role(tenant());
    let pepe = Event::from(admitted(PEPE, &[administrator], BranchAccess::All));
    let suspended = MemberSuspended { user: user(PEPE) }.into();
    with_manager([pepe, suspended])
        .when(by(LUZ, Change::StandIn(user(PEPE))))
        .then_refused(Error::Escalation);
}

#[test]
fn only_a_suspended_user_is_forgotten_and_for_good() {
    let cashier = Seed::Cashier.role(tenant());
    let pepe = Event::from(admitted(PEPE, &[cashier], BranchAccess::Only([branch(1)].into())));
    let suspended = Event::from(MemberSuspended { user: user(PEPE) });
    let forgotten = Event::from(MemberForgotten { user: user(PEPE) });
    let forget = |n: u128| Change::Forget(user(n));
    let history = || [pepe.clone(), suspended.clone()];
    with_manager([pepe.clone()]).when(by(ANA, forget(PEPE))).then_refused(Error::NotSuspended);
    with_manager(history()).when(by(ANA, forget(PEPE))).then([forgotten.clone()]);
    with_manager(history()).when(by(LUZ, forget(PEPE))).then([forgotten.clone()]);
    with_manager([]).when(by(ANA, forget(PEPE))).then_refused(Error::Unknown);

    let gone = || history().into_iter().chain([forgotten.clone()]);
    with_manager(gone()).when(by(ANA, forget(PEPE))).then_nothing();
    for change in [
        Change::Resume(user(PEPE)),
        Change::Suspend(user(PEPE)),
        Change::StandIn(user(PEPE)),
        Change::Assign(user(PEPE), cashier),
        Change::Unassign(user(PEPE), cashier),
        Change::AllowBranches(user(PEPE), BranchAccess::NONE),
    ] {
        with_manager(gone()).when(by(ANA, change)).then_refused(Error::Unknown);
    }
    let admit = Change::Admit(admitted(PEPE, &[], BranchAccess::NONE));
    with_manager(gone()).when(by(ANA, admit)).then_refused(Error::AlreadyThere);
    let used =
        [Event::from(added(10, &[], &[])), admitted(PEPE, &[role(10)], BranchAccess::NONE).into()];
    let used = used.into_iter().chain([suspended.clone()]);
    let remove_unused = Change::RemoveRole(role(10));
    with_manager(used.clone()).when(by(ANA, remove_unused.clone())).then_refused(Error::InUse);
    with_manager(used.chain([forgotten.clone()]))
        .when(by(ANA, remove_unused))
        .then([RoleRemoved { role: role(10) }.into()]);
}

#[test]
fn neither_oneself_nor_the_last_administrator_is_forgotten() {
    let administrator = Seed::Administrator.role(tenant());
    let pepe = Event::from(admitted(PEPE, &[administrator], BranchAccess::All));
    let suspended = |n: u128| Event::from(MemberSuspended { user: user(n) });
    let forget = |n: u128| Change::Forget(user(n));
    with_manager([]).when(by(ANA, forget(ANA))).then_refused(Error::NotSuspended);
    let system = Command { by: By::System, change: forget(ANA) };
    with_manager([]).when(system).then_refused(Error::NotSuspended);
    with_manager([])
        .when(by(ANA, Change::Suspend(user(ANA))))
        .then_refused(Error::LastAdministrator);

    // Of two administrators one can be removed, but only by the other.
    let two = || [pepe.clone(), suspended(ANA)];
    with_manager(two()).when(by(LUZ, forget(ANA))).then_refused(Error::Escalation);
    with_manager(two()).when(by(ANA, forget(ANA))).then_refused(Error::Escalation);
    with_manager(two())
        .when(by(PEPE, forget(ANA)))
        .then([MemberForgotten { user: user(ANA) }.into()]);
}

#[test]
fn a_company_calls_permissions_as_it_likes() {
    let own_permission = PermissionName::parse("x_erp.sync").unwrap();
    let read: PermissionName = Permission::OrderRead.into();
    let label = |permission: &PermissionName| {
        by(MARTA, Change::Sort(Sorting::LabelPermission(permission.clone(), name("Mirar"))))
    };
    let drop = |permission: &PermissionName| {
        by(MARTA, Change::Sort(Sorting::DropLabel(permission.clone())))
    };
    let labelled =
        Event::from(PermissionLabelled { permission: read.clone(), label: name("Mirar") });
    let dropped = Event::from(PermissionLabelDropped { permission: read.clone() });
    with_manager([]).when(label(&read)).then([labelled.clone()]);
    with_manager([labelled.clone()]).when(label(&read)).then_nothing();
    with_manager([labelled.clone()]).when(drop(&read)).then([dropped.clone()]);
    with_manager([labelled, dropped]).when(drop(&read)).then_nothing();
    with_manager([]).when(label(&own_permission)).then_refused(Error::Unknown);
    let defined = |text| {
        Event::from(PermissionDefined { permission: own_permission.clone(), label: name(text) })
    };
    with_manager([defined("ERP")]).when(label(&own_permission)).then([defined("Mirar")]);
    with_manager([defined("ERP")]).when(drop(&own_permission)).then_refused(Error::NeedsLabel);
}
