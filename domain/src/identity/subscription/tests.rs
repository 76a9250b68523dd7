use uuid::Uuid;

use super::*;
use crate::testing::given;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn small() -> Plan {
    Plan {
        name: Name::parse("Una sede").unwrap(),
        branches: Some(1),
        users: Some(2),
        modules: Some([Module::Catalog, Module::Orders].into()),
    }
}

fn branch(n: u128) -> BranchId {
    BranchId::from_uuid(Uuid::from_u128(n))
}

fn after(history: impl IntoIterator<Item = Event>) -> State {
    Subscription::fold(State::default(), history)
}

#[test]
fn a_company_without_a_subscription_may_do_everything() {
    let now = at("2026-01-01T12:00:00Z");
    for module in Module::ALL {
        assert_eq!(State::default().covers(module, now), Ok(()));
    }
    given::<Subscription>([])
        .when(Command::AddBranch { branch: branch(1), now })
        .then([BranchAdded { branch: branch(1) }.into()]);
    given::<Subscription>([]).when(Command::AddUser { users: 10_000, now }).then_nothing();
}

#[test]
fn a_trial_ends_at_its_moment() {
    let until = at("2026-02-01T00:00:00Z");
    let state = after([TrialGranted { until }.into()]);
    assert_eq!(state.covers(Module::Orders, at("2026-01-31T23:59:59Z")), Ok(()));
    assert_eq!(state.covers(Module::Orders, until), Err(Error::TrialEnded { until }));
    given::<Subscription>([TrialGranted { until }.into()])
        .when(Command::AddUser { users: 1, now: until })
        .then_refused(Error::TrialEnded { until });
}

#[test]
fn a_payment_that_is_due_stops_nothing_for_fourteen_days() {
    let since = at("2026-02-01T00:00:00Z");
    let state = after([FellPastDue { since }.into()]);
    assert_eq!(state.covers(Module::Orders, at("2026-02-14T23:59:59Z")), Ok(()));
    let late = at("2026-02-15T00:00:00Z");
    assert_eq!(state.covers(Module::Orders, late), Err(Error::PastDue { since }));
}

#[test]
fn a_suspended_company_begins_nothing_until_it_is_active() {
    let now = at("2026-01-01T12:00:00Z");
    assert_eq!(after([Suspended {}.into()]).check_standing(now), Err(Error::Suspended));
    given::<Subscription>([Suspended {}.into()])
        .when(Command::AddBranch { branch: branch(1), now })
        .then_refused(Error::Suspended);
    given::<Subscription>([Suspended {}.into()])
        .when(Command::Change(Standing::Active))
        .then([Activated {}.into()]);
    assert_eq!(after([Suspended {}.into(), Activated {}.into()]).check_standing(now), Ok(()));
}

#[test]
fn a_plan_has_so_many_branches_and_users() {
    let now = at("2026-01-01T12:00:00Z");
    let history = [PlanChosen { plan: small() }.into(), BranchAdded { branch: branch(1) }.into()];
    given::<Subscription>(history.clone())
        .when(Command::AddBranch { branch: branch(2), now })
        .then_refused(Error::Limit { counted: Counted::Branches, limit: 1 });
    given::<Subscription>(history.clone()).when(Command::AddUser { users: 2, now }).then_nothing();
    given::<Subscription>(history)
        .when(Command::AddUser { users: 3, now })
        .then_refused(Error::Limit { counted: Counted::Users, limit: 2 });
}

#[test]
fn a_branch_that_closes_makes_room_for_another_even_in_a_suspended_company() {
    let now = at("2026-01-01T12:00:00Z");
    let (added, removed) = (BranchAdded { branch: branch(1) }, BranchRemoved { branch: branch(1) });
    let history = [PlanChosen { plan: small() }.into(), Event::from(added), Suspended {}.into()];
    given::<Subscription>(history.clone())
        .when(Command::RemoveBranch { branch: branch(1) })
        .then([removed.clone().into()]);
    let paid = [Event::from(removed), Activated {}.into()];
    given::<Subscription>(history.into_iter().chain(paid))
        .when(Command::AddBranch { branch: branch(2), now })
        .then([BranchAdded { branch: branch(2) }.into()]);
}

#[test]
fn branches_from_before_the_plan_count() {
    let now = at("2026-01-01T12:00:00Z");
    given::<Subscription>([
        BranchAdded { branch: branch(1) }.into(),
        BranchAdded { branch: branch(2) }.into(),
        PlanChosen { plan: small() }.into(),
    ])
    .when(Command::AddBranch { branch: branch(3), now })
    .then_refused(Error::Limit { counted: Counted::Branches, limit: 1 });
}

#[test]
fn a_plan_leaves_modules_out() {
    let now = at("2026-01-01T12:00:00Z");
    let state = after([PlanChosen { plan: small() }.into()]);
    assert_eq!(state.covers(Module::Orders, now), Ok(()));
    let refusal = Error::NoModule(Module::Inventory);
    assert_eq!(state.covers(Module::Inventory, now), Err(refusal));
}

#[test]
fn what_stands_already_does_not_happen_again() {
    let until = at("2026-02-01T00:00:00Z");
    given::<Subscription>([PlanChosen { plan: small() }.into()])
        .when(Command::ChoosePlan(small()))
        .then_nothing();
    given::<Subscription>([TrialGranted { until }.into()])
        .when(Command::Change(Standing::Trial { until }))
        .then_nothing();
    given::<Subscription>([]).when(Command::Change(Standing::Active)).then_nothing();
}

#[test]
fn whatever_is_asked_for_is_what_becomes_of_a_subscription_and_the_rest_stays() {
    let moment = at("2026-02-01T00:00:00Z");
    let before = [PlanChosen { plan: small() }.into(), BranchAdded { branch: branch(1) }.into()];
    for (standing, event) in [
        (Standing::Trial { until: moment }, Event::from(TrialGranted { until: moment })),
        (Standing::PastDue { since: moment }, FellPastDue { since: moment }.into()),
        (Standing::Suspended, Suspended {}.into()),
    ] {
        given::<Subscription>(before.clone()).when(Command::Change(standing)).then([event.clone()]);
        let state = after(before.clone().into_iter().chain([event.clone()]));
        let expected = State { plan: Some(small()), standing, branches: 1 };
        assert_eq!(state, expected);
        let active = after(before.clone().into_iter().chain([event.clone(), Activated {}.into()]));
        assert_eq!(active, State { standing: Standing::Active, ..expected.clone() });
        let plan = Plan { branches: None, ..small() };
        let chosen = PlanChosen { plan: plan.clone() };
        let other = after(before.clone().into_iter().chain([event, chosen.into()]));
        assert_eq!(other, State { plan: Some(plan), ..expected });
    }
}

#[test]
fn a_payment_that_is_due_for_long_stops_branches_and_people() {
    let since = at("2026-02-01T00:00:00Z");
    let now = at("2026-02-15T00:00:00Z");
    let commands =
        [Command::AddBranch { branch: branch(1), now }, Command::AddUser { users: 1, now }];
    for command in commands {
        given::<Subscription>([FellPastDue { since }.into()])
            .when(command)
            .then_refused(Error::PastDue { since });
    }
}
