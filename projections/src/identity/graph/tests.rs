//! The graph compared with the state of its stream.

use std::collections::BTreeSet;

use domain::identity::roles::{
    Event, MemberAdmitted, MemberForgotten, MemberSuspended, ParentsChosen, PermissionDefined,
    PermissionGranted, PermissionLabelDropped, PermissionLabelled, PermissionRevoked, RoleAdded,
    RoleAssigned, RoleRemoved, RoleUnassigned, Seeded,
};

use super::*;

const CASHIER: RoleId = RoleId::from_uuid(Uuid::from_u128(1));
const COOK: RoleId = RoleId::from_uuid(Uuid::from_u128(2));
const ANA: UserId = UserId::from_uuid(Uuid::from_u128(3));
const LUIS: UserId = UserId::from_uuid(Uuid::from_u128(4));

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn permission(name: &str) -> PermissionName {
    name.to_owned().try_into().unwrap()
}

/// What Ana gave at a second of an hour.
fn given_at(second: u32) -> Given {
    let at = DateTime::from_timestamp(1_700_000_000 + i64::from(second), 0).unwrap();
    Given { by: Some(ANA), at }
}

fn role(role: RoleId, called: &str, permissions: &[&str]) -> Event {
    let permissions = permissions.iter().map(|name| permission(name)).collect();
    let (kind, parents) = (RoleKind::Ordinary, BTreeSet::new());
    RoleAdded { role, name: name(called), kind, parents, permissions }.into()
}

fn admitted(user: UserId, role: RoleId) -> Event {
    let branches = BranchAccess::All;
    MemberAdmitted { user, roles: [role].into(), branches }.into()
}

/// Applies one event per second, each in its own page or all in one.
fn shown(events: &[Event], in_one_page: bool) -> Graph {
    let (mut graph, mut state) = (Graph::default(), State::default());
    for (second, event) in (0..).zip(events) {
        if !in_one_page {
            state = graph.state();
        }
        let after = Roles::evolve(state.clone(), event.clone());
        graph.follow(&state, &after, given_at(second));
        state = after;
    }
    graph
}

fn story() -> Vec<Event> {
    let labelled =
        |of: &str| PermissionLabelled { permission: permission(of), label: name("Otra") };
    vec![
        role(CASHIER, "Caja", &["order.place"]),
        role(COOK, "Cocina", &[]),
        PermissionDefined { permission: permission("x_tips.share"), label: name("Propinas") }
            .into(),
        PermissionGranted { role: CASHIER, permission: permission("x_tips.share") }.into(),
        ParentsChosen { role: COOK, parents: [CASHIER].into() }.into(),
        admitted(ANA, CASHIER),
        RoleAssigned { user: ANA, role: COOK }.into(),
        RoleUnassigned { user: ANA, role: CASHIER }.into(),
        RoleAssigned { user: ANA, role: CASHIER }.into(),
        PermissionRevoked { role: CASHIER, permission: permission("order.place") }.into(),
        admitted(LUIS, COOK),
        MemberSuspended { user: LUIS }.into(),
        MemberForgotten { user: LUIS }.into(),
        role(RoleId::from_uuid(Uuid::from_u128(9)), "Meseros", &[]),
        RoleRemoved { role: RoleId::from_uuid(Uuid::from_u128(9)) }.into(),
        Seeded { version: 2 }.into(),
        labelled("order.place").into(),
        labelled("order.read").into(),
        PermissionLabelDropped { permission: permission("order.read") }.into(),
    ]
}

#[test]
fn the_graph_shows_the_state_of_the_stream_after_each_event() {
    let story = story();
    for n in 0..=story.len() {
        let state = Roles::fold(State::default(), story[..n].iter().cloned());
        assert_eq!(shown(&story[..n], true).state(), state, "after {n} events");
    }
}

#[test]
fn what_is_shown_does_not_depend_on_where_pages_end() {
    assert_eq!(shown(&story(), false), shown(&story(), true));
}

#[test]
fn what_was_given_keeps_its_giver_until_it_is_taken() {
    let graph = shown(&story(), true);
    let cashier = &graph.roles[&CASHIER];
    assert_eq!(cashier.permissions, [(permission("x_tips.share"), given_at(3))].into());
    assert_eq!(cashier.version, 3);
    let ana = &graph.members[&ANA];
    assert_eq!(ana.roles, [(CASHIER, given_at(8)), (COOK, given_at(6))].into());
    assert_eq!(ana.admitted, given_at(5));
    let luis = &graph.members[&LUIS];
    assert_eq!((luis.roles.len(), luis.admitted, luis.is_forgotten), (0, given_at(10), true));
}
