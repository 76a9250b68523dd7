use super::*;
use crate::testing::given;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn opened() -> Opened {
    Opened {
        name: name("Chapinero"),
        time_zone: chrono_tz::America::Bogota,
        currency: Currency::COP,
        cut_off: "04:00".parse().unwrap(),
    }
}

fn address() -> Address {
    Address { street: name("Calle 53 # 9-12"), city: name("Bogotá"), region: None }
}

/// A command, given at noon of 14 March, to count days from `cut_off` on.
fn change(from: &str, cut_off: &str) -> Command {
    let day = BusinessDay { cut_off: cut_off.parse().unwrap(), ..bogota() };
    let change = BusinessDayChange { from: from.parse().unwrap(), day };
    Command::ChangeBusinessDay { change, now: "2026-03-14T17:00:00Z".parse().unwrap() }
}

const fn bogota() -> BusinessDay {
    BusinessDay { time_zone: chrono_tz::America::Bogota, cut_off: CutOff::MIDNIGHT }
}

fn changed(from: &str, cut_off: &str) -> Event {
    let time_zone = chrono_tz::America::Bogota;
    let (from, cut_off) = (from.parse().unwrap(), cut_off.parse().unwrap());
    BusinessDayChanged { from, time_zone, cut_off }.into()
}

#[test]
fn a_branch_opens_once() {
    given::<Branch>([]).when(Command::Open(opened())).then([opened().into()]);
    for history in [vec![], vec![Closed {}.into()]] {
        given::<Branch>([Event::from(opened())].into_iter().chain(history))
            .when(Command::Open(opened()))
            .then_refused(Error::AlreadyOpen);
    }
}

#[test]
fn a_branch_is_corrected_in_what_is_different() {
    let moved = Command::Revise { name: name("Chapinero"), address: Some(address()) };
    let relocated = Event::from(Relocated { address: Some(address()) });
    given::<Branch>([opened().into()]).when(moved.clone()).then([relocated.clone()]);
    let history = [opened().into(), relocated.clone()];
    given::<Branch>(history.clone()).when(moved.clone()).then_nothing();
    let revise = Command::Revise { name: name("Chapinero Alto"), address: None };
    let renamed = Event::from(Renamed { name: name("Chapinero Alto") });
    let nowhere = Event::from(Relocated { address: None });
    given::<Branch>(history).when(revise).then([renamed, nowhere]);
    given::<Branch>([]).when(moved.clone()).then_refused(Error::Unknown);
    given::<Branch>([opened().into(), Closed {}.into()]).when(moved).then([relocated]);
}

#[test]
fn days_are_counted_otherwise_from_a_date_that_has_not_begun() {
    given::<Branch>([opened().into()])
        .when(change("2026-03-15", "06:00"))
        .then([changed("2026-03-15", "06:00")]);
    for from in ["2026-03-14", "2026-03-13"] {
        let earliest = "2026-03-15".parse().unwrap();
        given::<Branch>([opened().into()])
            .when(change(from, "06:00"))
            .then_refused(Error::DayHasBegun { earliest });
    }
    given::<Branch>([]).when(change("2026-03-15", "06:00")).then_refused(Error::Unknown);
}

#[test]
fn a_change_without_effect_is_dropped_and_an_earlier_one_replaces_it() {
    given::<Branch>([opened().into()]).when(change("2026-03-15", "04:00")).then_nothing();
    let planned = || [opened().into(), changed("2026-03-20", "06:00")];
    given::<Branch>(planned()).when(change("2026-03-20", "06:00")).then_nothing();
    given::<Branch>(planned()).when(change("2026-03-25", "06:00")).then_nothing();
    given::<Branch>(planned())
        .when(change("2026-03-18", "04:00"))
        .then([changed("2026-03-18", "04:00")]);
}

#[test]
fn no_more_changes_are_planned_at_a_time_than_may_be() {
    // From the thirteenth on, a day each: two of them have begun.
    let history = |n_planned: usize| {
        let first = "2026-03-13".parse::<NaiveDate>().unwrap();
        let days = first.iter_days().zip(["05:00", "06:00"].into_iter().cycle());
        let changes = days.map(|(from, cut_off)| changed(&from.to_string(), cut_off));
        [opened().into()].into_iter().chain(changes.take(n_planned + 2))
    };
    given::<Branch>(history(PLANNED_CHANGES_MAX - 1))
        .when(change("2026-05-01", "07:00"))
        .then([changed("2026-05-01", "07:00")]);
    given::<Branch>(history(PLANNED_CHANGES_MAX))
        .when(change("2026-05-01", "07:00"))
        .then_refused(Error::TooManyPlanned);
    given::<Branch>(history(PLANNED_CHANGES_MAX))
        .when(change("2026-03-15", "07:00"))
        .then([changed("2026-03-15", "07:00")]);
}

#[test]
fn a_branch_closes_and_reopens_as_it_was() {
    let closed = || [opened().into(), Closed {}.into()];
    given::<Branch>([opened().into()]).when(Command::Close).then([Closed {}.into()]);
    given::<Branch>(closed()).when(Command::Close).then_nothing();
    given::<Branch>(closed()).when(Command::Reopen).then([Reopened {}.into()]);
    given::<Branch>([opened().into()]).when(Command::Reopen).then_nothing();
    for command in [Command::Close, Command::Reopen] {
        given::<Branch>([]).when(command).then_refused(Error::Unknown);
    }
    let state = Branch::fold(State::default(), closed());
    assert_eq!((state.open(), state.details()), (None, Some(&opened().into())));
    let reopened = Branch::fold(state, [Reopened {}.into()]);
    assert_eq!(reopened.open(), Some(&opened().into()));
}
