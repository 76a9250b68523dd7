use chrono::NaiveDateTime;
use uuid::Uuid;

use super::*;
use crate::catalog::Channel;
use crate::shared::BranchId;
use crate::testing::given;

mod precedence;
mod properties;
mod references;

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn arepa() -> Subject {
    let product = ProductId::from_uuid(Uuid::from_u128(1));
    Subject::Variant { product, variant: VariantId::from_uuid(Uuid::from_u128(1)) }
}

fn cheese() -> Subject {
    let group = ModifierGroupId::from_uuid(Uuid::from_u128(2));
    Subject::Modifier { group, modifier: ModifierId::from_uuid(Uuid::from_u128(2)) }
}

fn id(n: u128) -> PriceListId {
    PriceListId::from_uuid(Uuid::from_u128(n))
}

fn branch(n: u128) -> BranchId {
    BranchId::from_uuid(Uuid::from_u128(n))
}

fn channel(text: &str) -> Channel {
    Channel::parse(text).unwrap()
}

fn hours(from: &str, until: &str) -> Hours {
    Hours::try_new(from.parse().unwrap(), until.parse().unwrap()).unwrap()
}

fn days(days: impl IntoIterator<Item = Weekday>) -> Weekdays {
    Weekdays::try_new(days).unwrap()
}

/// A list that prices an arepa.
fn list(conditions: Conditions, price: i64) -> List {
    List {
        name: Name::parse("Hora feliz").unwrap(),
        conditions,
        valid_from: "2026-03-01".parse().unwrap(),
        entries: vec![Entry { subject: arepa(), price: pesos(price) }],
    }
}

fn everywhere() -> List {
    list(Conditions::default(), 5_000)
}

fn published(list: List) -> [Event; 2] {
    [Drafted { list }.into(), Published {}.into()]
}

#[test]
fn a_list_is_drafted_published_and_withdrawn() {
    let drafted = || Drafted { list: everywhere() }.into();
    let publish = || Command::Publish { others: vec![] };
    given::<PriceList>([]).when(Command::Draft(everywhere())).then([drafted()]);
    given::<PriceList>([drafted()])
        .when(Command::Draft(everywhere()))
        .then_refused(Error::AlreadyDrafted);
    given::<PriceList>([drafted()]).when(publish()).then([Published {}.into()]);
    given::<PriceList>(published(everywhere())).when(publish()).then_nothing();
    given::<PriceList>(published(everywhere())).when(Command::Withdraw).then([Withdrawn {}.into()]);
    given::<PriceList>([drafted()]).when(Command::Withdraw).then_nothing();
    given::<PriceList>([]).when(publish()).then_refused(Error::Unknown);
}

#[test]
fn only_a_published_list_is_in_force() {
    let state = |events: &[Event]| PriceList::fold(State::default(), events.iter().cloned());
    let [drafted, published] = published(everywhere());
    assert_eq!(state(std::slice::from_ref(&drafted)).in_force(), None);
    let both = [drafted.clone(), published.clone()];
    assert_eq!(state(&both).in_force(), Some(&Arc::new(everywhere())));
    assert_eq!(state(&[drafted, published, Withdrawn {}.into()]).in_force(), None);
}

#[test]
fn a_revision_says_only_what_changed() {
    let revise = |list| Command::Revise { list, others: vec![] };
    let drafted = || [Drafted { list: everywhere() }.into()];
    given::<PriceList>(drafted()).when(revise(everywhere())).then_nothing();
    let name = Name::parse("Domicilios").unwrap();
    given::<PriceList>(drafted())
        .when(revise(List { name: name.clone(), ..everywhere() }))
        .then([Renamed { name }.into()]);
    let conditions = Conditions { channel: Some(channel("web")), ..Conditions::default() };
    let moved = List { conditions: conditions.clone(), ..list(Conditions::default(), 4_000) };
    let entries = moved.entries.clone();
    let valid_from = moved.valid_from;
    given::<PriceList>(drafted())
        .when(revise(moved))
        .then([Rescheduled { conditions, valid_from }.into(), PricesSet { entries }.into()]);
}

#[test]
fn a_tie_is_refused_when_the_second_list_is_published() {
    let others = || vec![(id(7), Arc::new(everywhere()))];
    let tie = Error::Tie { with: id(7), subject: arepa() };
    given::<PriceList>([Drafted { list: everywhere() }.into()])
        .when(Command::Publish { others: others() })
        .then_refused(tie);
    let at_night =
        list(Conditions { hours: Some(hours("22:00", "03:00")), ..Conditions::default() }, 4_000);
    given::<PriceList>(published(at_night))
        .when(Command::Revise { list: everywhere(), others: others() })
        .then_refused(tie);
}

#[test]
fn a_list_has_prices_of_zero_or_more_in_one_currency_each_thing_once() {
    let refused = |entries: Vec<Entry>, error| {
        let list = List { entries, ..everywhere() };
        given::<PriceList>([]).when(Command::Draft(list)).then_refused(error);
    };
    let entry = |price| Entry { subject: arepa(), price };
    let extra = |price| Entry { subject: cheese(), price };
    refused(vec![], Error::EntryCount { given: 0 });
    for price in [pesos(-1), pesos(PRICE_MAX / 100 + 1)] {
        let entries = vec![entry(pesos(0)), extra(price)];
        refused(entries, Error::PriceOutOfRange { index: 1 });
    }
    refused(vec![entry(pesos(1)), entry(pesos(2))], Error::EntryRepeated { index: 1 });
    let dollar = Money::try_new(100, Currency::USD).unwrap();
    refused(vec![entry(pesos(1)), extra(dollar)], Error::MixedCurrencies { index: 1 });
}

#[test]
fn prices_are_kept_in_the_order_of_what_they_are_for() {
    let entry = |subject, price| Entry { subject, price: pesos(price) };
    let (first, last) = (entry(arepa(), 5_000), entry(cheese(), 0));
    let with = |entries| List { entries, ..everywhere() };
    given::<PriceList>([])
        .when(Command::Draft(with(vec![last, first])))
        .then([Drafted { list: with(vec![first, last]) }.into()]);
    let drafted = Drafted { list: with(vec![first, last]) };
    let revise = Command::Revise { list: with(vec![last, first]), others: vec![] };
    given::<PriceList>([drafted.into()]).when(revise).then_nothing();
    assert_eq!(with(vec![first, last]).price(cheese()), Some(pesos(0)));
}

#[test]
fn hours_and_weekdays_are_not_empty() {
    assert!(Hours::try_new("10:00".parse().unwrap(), "10:00".parse().unwrap()).is_err());
    assert!(serde_json::from_str::<Hours>(r#"{"from":"10:00","until":"10:00"}"#).is_err());
    assert!(serde_json::from_str::<Weekdays>("[]").is_err());
    for text in ["24:00", "9:00", "09:60", "09:00:00", ""] {
        assert!(text.parse::<ClockTime>().is_err(), "{text:?} was accepted");
    }
}

/// A moment of the branch 1 by its clock, whose days begin at 04:00.
fn moment<'a>(clock: &str, channel: &'a Channel) -> Moment<'a> {
    let clock: NaiveDateTime = format!("{clock}:00").parse().unwrap();
    let business_date = (clock - chrono::TimeDelta::hours(4)).date();
    Moment { branch: branch(1), currency: Currency::COP, channel, business_date, clock }
}
