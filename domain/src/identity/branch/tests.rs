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

fn regime(from: &str, profile: ProfileSource, regime: &str) -> TaxRegime {
    let regime = crate::shared::Code::parse(regime).unwrap();
    TaxRegime { from: from.parse().unwrap(), profile, regime }
}

const COLOMBIA: ProfileSource = ProfileSource::Builtin(crate::taxes::builtin::Country::Colombia);

/// A command, given at noon of 14 March, to be under a regime of Colombia.
fn set(from: &str, code: &str) -> Command {
    let now = "2026-03-14T17:00:00Z".parse().unwrap();
    Command::SetTaxRegime { regime: regime(from, COLOMBIA, code), now }
}

fn is_under(from: &str, code: &str) -> Event {
    regime(from, COLOMBIA, code).into()
}

#[test]
fn the_first_tax_regime_begins_on_any_date_and_a_later_one_on_none_that_is_over() {
    given::<Branch>([]).when(set("2026-03-14", "inc")).then_refused(Error::Unknown);
    for from in ["2023-01-01", "2026-03-14", "2027-01-01"] {
        given::<Branch>([opened().into()]).when(set(from, "inc")).then([is_under(from, "inc")]);
    }
    let first = || [opened().into(), is_under("2023-01-01", "inc")];
    let earliest = "2026-03-14".parse().unwrap();
    given::<Branch>(first())
        .when(set("2026-03-13", "iva"))
        .then_refused(Error::DayIsOver { earliest });
    for from in ["2026-03-14", "2026-03-15"] {
        given::<Branch>(first()).when(set(from, "iva")).then([is_under(from, "iva")]);
    }
}

#[test]
fn a_tax_regime_that_holds_already_is_not_set() {
    let first = || [opened().into(), is_under("2023-01-01", "inc")];
    given::<Branch>(first()).when(set("2026-03-14", "inc")).then_nothing();
    let planned = || first().into_iter().chain([is_under("2027-01-01", "iva")]);
    given::<Branch>(planned()).when(set("2027-01-01", "iva")).then_nothing();
    // The plan is given up.
    given::<Branch>(planned()).when(set("2026-03-14", "inc")).then([is_under("2026-03-14", "inc")]);
}

#[test]
fn a_tax_regime_replaces_what_was_planned_from_its_date_on() {
    let events = [
        opened().into(),
        is_under("2023-01-01", "inc"),
        is_under("2027-01-01", "none"),
        is_under("2026-06-01", "iva"),
    ];
    let state = Branch::fold(State::default(), events);
    let regimes = &state.details().unwrap().tax_regimes;
    let on = |date: &str| {
        let regime = regimes.on(date.parse().unwrap());
        regime.map(|regime| regime.regime.as_str().to_owned())
    };
    let dates = ["2022-12-31", "2023-01-01", "2026-05-31", "2026-06-01", "2028-01-01"].map(on);
    let dates = dates.each_ref().map(|regime| regime.as_deref());
    assert_eq!(dates, [None, Some("inc"), Some("inc"), Some("iva"), Some("iva")]);
}

#[test]
fn a_tax_regime_is_one_of_its_profile() {
    let profile = &crate::taxes::builtin::colombia().profile;
    assert_eq!(regime("2026-01-01", COLOMBIA, "inc").check(None), Ok(()));
    let unknown = Err(Error::UnknownTaxRegime);
    assert_eq!(regime("2026-01-01", COLOMBIA, "city").check(None), unknown);
    let id = crate::shared::TaxProfileId::from_uuid(uuid::Uuid::from_u128(1));
    let own = regime("2026-01-01", ProfileSource::Own(id), "inc");
    assert_eq!(own.check(None), Err(Error::UnknownTaxProfile));
    assert_eq!(own.check(Some(profile)), Ok(()));
    assert_eq!(own.own_profile(), Some(id));
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
