use super::*;
use crate::testing::given;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn rappi() -> Channel {
    Channel::parse("rappi").unwrap()
}

fn put(channel: Channel, kind: Kind, text: &str) -> Command {
    Command::Put { channel, kind, name: name(text) }
}

fn added() -> Event {
    Added { channel: rappi(), kind: Kind::Aggregator, name: name("Rappi") }.into()
}

fn retired() -> Event {
    Retired { channel: rappi() }.into()
}

fn state(events: impl IntoIterator<Item = Event>) -> State {
    Channels::fold(State::default(), events)
}

#[test]
fn every_company_has_a_channel_of_each_kind() {
    let state = State::default();
    let codes: Vec<_> = state.channels().map(|(channel, _)| channel.as_str()).collect();
    assert_eq!(codes, ["counter", "table", "phone", "web", "aggregator"]);
    assert!(state.is_in_use(&Channel::default()));
    assert_eq!(Channel::default().as_str(), "counter");
}

#[test]
fn a_company_adds_channels_and_renames_every_one() {
    let rename = || put(Channel::default(), Kind::Counter, "Caja");
    let renamed = || Event::from(Renamed { channel: Channel::default(), name: name("Caja") });
    given::<Channels>([]).when(put(rappi(), Kind::Aggregator, "Rappi")).then([added()]);
    given::<Channels>([added()]).when(put(rappi(), Kind::Aggregator, "Rappi")).then_nothing();
    given::<Channels>([]).when(rename()).then([renamed()]);
    given::<Channels>([renamed()]).when(rename()).then_nothing();
    let state = state([added(), renamed()]);
    let names: Vec<_> = state.channels().map(|(_, details)| details.name.as_str()).collect();
    let expected = ["Caja", "Mesa", "Teléfono", "Página web", "Plataforma de domicilios", "Rappi"];
    assert_eq!(names, expected);
}

#[test]
fn a_name_is_that_of_one_channel_in_use() {
    let didi = || put(Channel::parse("didi").unwrap(), Kind::Aggregator, " RAPPI");
    given::<Channels>([added()]).when(didi()).then_refused(Error::NameTaken);
    given::<Channels>([]).when(put(rappi(), Kind::Web, "mesa")).then_refused(Error::NameTaken);
    let after = given::<Channels>([added(), retired()]).when(didi());
    after.then([Added {
        channel: Channel::parse("didi").unwrap(),
        kind: Kind::Aggregator,
        name: name(" RAPPI"),
    }
    .into()]);
}

#[test]
fn a_channel_of_its_own_is_retired_and_put_into_use_again() {
    let retire = || Command::Retire(rappi());
    given::<Channels>([]).when(retire()).then_refused(Error::Unknown);
    given::<Channels>([added()]).when(retire()).then([retired()]);
    given::<Channels>([added(), retired()]).when(retire()).then_nothing();
    assert!(!state([added(), retired()]).is_in_use(&rappi()));
    let restored = Event::from(Restored { channel: rappi() });
    let renamed = Event::from(Renamed { channel: rappi(), name: name("Rappi Turbo") });
    given::<Channels>([added(), retired()])
        .when(put(rappi(), Kind::Aggregator, "Rappi Turbo"))
        .then([restored.clone(), renamed]);
    assert!(state([added(), retired(), restored]).is_in_use(&rappi()));
    given::<Channels>([])
        .when(Command::Retire(Channel::built_in(Kind::Web)))
        .then_refused(Error::BuiltIn);
}

#[test]
fn a_channel_keeps_its_kind() {
    let other = Error::OfAnotherKind { kind: Kind::Aggregator };
    given::<Channels>([added()]).when(put(rappi(), Kind::Web, "Rappi")).then_refused(other);
    given::<Channels>([added(), retired()])
        .when(put(rappi(), Kind::Web, "Rappi"))
        .then_refused(other);
    given::<Channels>([])
        .when(put(Channel::default(), Kind::Table, "Caja"))
        .then_refused(Error::OfAnotherKind { kind: Kind::Counter });
}

#[test]
fn a_company_has_a_limited_number_of_channels() {
    let own = |n: usize| {
        let channel = Channel::parse(&format!("own_{n}")).unwrap();
        Event::from(Added { channel, kind: Kind::Web, name: name(&format!("Propio {n}")) })
    };
    given::<Channels>((5..CHANNELS_MAX).map(own))
        .when(put(rappi(), Kind::Aggregator, "Rappi"))
        .then_refused(Error::TooMany);
}
