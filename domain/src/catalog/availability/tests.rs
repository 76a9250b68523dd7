use uuid::Uuid;

use super::*;
use crate::testing::given;

fn soup() -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(1))
}

fn large() -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(2))
}

fn cheese() -> ModifierId {
    ModifierId::from_uuid(Uuid::from_u128(3))
}

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-03-14T{time}Z").parse().unwrap()
}

fn snoozed(subject: Subject, until: Option<&str>) -> Event {
    Snoozed { subject, until: until.map(at) }.into()
}

fn state(events: impl IntoIterator<Item = Event>) -> State {
    Availability::fold(State::default(), events)
}

/// Whether a large soup is available at noon.
fn at_noon(events: impl IntoIterator<Item = Event>) -> Result<(), Unavailable> {
    state(events).variant(soup(), large(), at("12:00:00"))
}

#[test]
fn everything_is_sold_at_first() {
    assert_eq!(at_noon([]), Ok(()));
    assert_eq!(state([]).modifier(cheese(), at("12:00:00")), Ok(()));
}

#[test]
fn what_is_snoozed_is_sold_again_when_its_time_has_come() {
    let large = Subject::Variant(large());
    let until = Some(at("12:00:01"));
    assert_eq!(at_noon([snoozed(large, Some("12:00:01"))]), Err(Unavailable::Snoozed { until }));
    assert_eq!(at_noon([snoozed(large, Some("12:00:00"))]), Ok(()));
    let forever = Unavailable::Snoozed { until: None };
    assert_eq!(at_noon([snoozed(large, None)]), Err(forever));
    assert_eq!(at_noon([snoozed(large, None), PutBack { subject: large }.into()]), Ok(()));
}

#[test]
fn a_variant_is_available_if_its_product_is() {
    let (soup, large) = (Subject::Product(soup()), Subject::Variant(large()));
    let delisted = || Delisted { subject: soup }.into();
    assert_eq!(at_noon([delisted()]), Err(Unavailable::NotSold));
    assert_eq!(at_noon([delisted(), snoozed(large, None)]), Err(Unavailable::NotSold));
    assert_eq!(at_noon([delisted(), Listed { subject: soup }.into()]), Ok(()));
    let until = Some(at("15:00:00"));
    let both = [snoozed(soup, Some("14:00:00")), snoozed(large, Some("15:00:00"))];
    assert_eq!(at_noon(both), Err(Unavailable::Snoozed { until }));
}

#[test]
fn a_modifier_has_an_availability_of_its_own() {
    let state = state([snoozed(Subject::Modifier(cheese()), None)]);
    let forever = Unavailable::Snoozed { until: None };
    assert_eq!(state.modifier(cheese(), at("12:00:00")), Err(forever));
    assert_eq!(state.variant(soup(), large(), at("12:00:00")), Ok(()));
}

#[test]
fn what_changes_nothing_is_no_event() {
    let subject = Subject::Product(soup());
    given::<Availability>([]).when(Command::List(subject)).then_nothing();
    given::<Availability>([]).when(Command::PutBack(subject)).then_nothing();
    given::<Availability>([]).when(Command::Delist(subject)).then([Delisted { subject }.into()]);
    given::<Availability>([Delisted { subject }.into()])
        .when(Command::Delist(subject))
        .then_nothing();
    given::<Availability>([Delisted { subject }.into()])
        .when(Command::List(subject))
        .then([Listed { subject }.into()]);
    given::<Availability>([snoozed(subject, None)])
        .when(Command::PutBack(subject))
        .then([PutBack { subject }.into()]);
}

#[test]
fn a_snooze_ends_in_the_future_and_replaces_an_earlier_one() {
    let subject = Subject::Product(soup());
    let snooze = |until| Command::Snooze { subject, until: Some(at(until)), now: at("12:00:00") };
    given::<Availability>([snoozed(subject, None)])
        .when(snooze("13:00:00"))
        .then([snoozed(subject, Some("13:00:00"))]);
    given::<Availability>([snoozed(subject, Some("13:00:00"))])
        .when(snooze("13:00:00"))
        .then_nothing();
    given::<Availability>([])
        .when(snooze("12:00:00"))
        .then_refused(Error::NotInFuture { until: at("12:00:00") });
}

#[test]
fn a_snapshot_is_the_state() {
    let subjects = [Subject::Product(soup()), Subject::Modifier(cheese())];
    let snoozes = subjects.map(|subject| snoozed(subject, Some("13:00:00")));
    let delisted = Event::from(Delisted { subject: Subject::Variant(large()) });
    let state = state(snoozes.into_iter().chain([delisted]));
    let format = Availability::SNAPSHOT.unwrap();
    assert_eq!((format.read)(&(format.write)(&state)), Some(state));
}
