use super::*;
use crate::Decider;
use crate::catalog::Availability;
use crate::catalog::availability::{Delisted, Event, Snoozed, Subject};

fn without(events: impl IntoIterator<Item = Event>) -> Carta {
    let availability = Availability::fold(of_branch::State::default(), events);
    Carta { availability, ..Carta::new() }
}

fn snoozed(subject: Subject, until: Option<&str>) -> Event {
    Snoozed { subject, until: until.map(|until| until.parse().unwrap()) }.into()
}

fn refused(at: Place, text: &str, reason: Unavailable) -> Error {
    Error::NotAvailable { at, name: name(text), reason }
}

#[test]
fn what_has_run_out_is_refused_until_its_time_is_over() {
    let until = "2026-03-14T18:00:00Z";
    let carta = without([snoozed(Subject::Variant(SINGLE), Some(until))]);
    let reason = Unavailable::Snoozed { until: Some(until.parse().unwrap()) };
    assert_eq!(carta.refusal(wanted(AREPA, SINGLE)), refused(at(0), "Arepa", reason));
    assert!(carta.resolve(&[wanted(AREPA, DOUBLE)]).is_ok());
    assert!(carta.resolve_at(until, &[wanted(AREPA, SINGLE)]).is_ok());
}

#[test]
fn what_the_branch_does_not_sell_is_refused() {
    let carta = without([Delisted { subject: Subject::Product(AREPA) }.into()]);
    let refusal = carta.resolve(&[wanted(JUICE, GLASS), wanted(AREPA, DOUBLE)]).unwrap_err();
    assert_eq!(refusal, refused(at(1), "Arepa", Unavailable::NotSold));
}

#[test]
fn modifiers_and_those_nested_in_them_run_out_too() {
    let reason = Unavailable::Snoozed { until: None };
    let carta = without([snoozed(Subject::Modifier(RARE), None)]);
    let refusal = carta.refusal(filled(vec![filling(CHEESE, 1), filling(MEAT, 1)]));
    let place = Place { group: Some(0), modifier: vec![1, 0], ..at(0) };
    assert_eq!(refusal, refused(place, "Término medio", reason));
    let nested = Some(vec![WantedNested { modifier: WELL_DONE, quantity: 1 }]);
    let well_done = WantedModifier { nested, ..filling(MEAT, 1) };
    assert!(carta.resolve(&[filled(vec![well_done])]).is_ok());
}

#[test]
fn a_child_of_a_combo_that_has_run_out_is_refused_where_it_is_picked() {
    let reason = Unavailable::Snoozed { until: None };
    let carta = without([snoozed(Subject::Product(JUICE), None)]);
    let pick = |product, variant, n| WantedPick {
        product,
        variant,
        quantity: pieces(n),
        modifier_groups: vec![],
    };
    let lunch = |drinks| WantedLine {
        slots: vec![vec![pick(AREPA, SINGLE, 2)], drinks],
        ..wanted(LUNCH, OF_THE_DAY)
    };
    let place = Place { pick: Some((1, 0)), ..at(0) };
    let refusal = carta.refusal(lunch(vec![pick(JUICE, GLASS, 1)]));
    assert_eq!(refusal, refused(place, "Lulada", reason));
    assert_eq!(carta.refusal(lunch(vec![])), refused(at(0), "Lulada", reason));
}
