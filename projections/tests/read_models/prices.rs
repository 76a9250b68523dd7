//! The read models of price lists, channels and tax profiles.

use domain::catalog::channel::{Channel, Kind};
use domain::catalog::price_list::{Conditions, Entry, List, Subject};
use domain::catalog::{Channels, PriceList, TaxProfile, channels, price_list, tax_profile};
use domain::identity::Branch;
use domain::identity::branch::{ProfileSource, TaxRegime};
use domain::shared::{Code, Currency, Money, PriceListId, TaxProfileId, TenantId};
use domain::taxes::builtin::colombia;
use event_store::Revision;
use projections::catalog::{channels as shown_channels, price_lists, tax_profiles};

use crate::history::{CHAPINERO, name, pesos, product_id, variant};
use crate::world::{ANA, LUIS, World, uuid};

const AT: &str = "2026-03-01T12:00:00Z";

fn happy_hour() -> List {
    let variant = variant(1, "Sencilla", pesos(6_000)).id;
    let subject = Subject::Variant { product: product_id(1), variant };
    List {
        name: name("Hora feliz"),
        conditions: Conditions { channel: Some(Channel::default()), ..Conditions::default() },
        valid_from: "2026-03-14".parse().unwrap(),
        entries: vec![Entry { subject, price: pesos(4_000) }],
    }
}

/// Appends a price list, a channel, a tax profile and a tax regime of a company that has its menu.
pub(crate) async fn append(world: &mut World, tenant: TenantId, currency: Currency) {
    let price = Money::try_new(900, currency).unwrap();
    let entries = happy_hour().entries.into_iter().map(|entry| Entry { price, ..entry });
    let list = List { entries: entries.collect(), ..happy_hour() };
    let lists = [price_list::Drafted { list }.into(), price_list::Published {}.into()];
    world.happens::<PriceList>(tenant, &PriceListId::from_uuid(uuid(0x600)), AT, lists).await;
    let channel = Channel::parse("rappi").unwrap();
    let added = channels::Added { channel, kind: Kind::Aggregator, name: name("Rappi") };
    world.happens::<Channels>(tenant, &tenant, AT, [added.into()]).await;
    let id = TaxProfileId::from_uuid(uuid(0x601));
    for version in [1, 2] {
        let profile = colombia().profile.clone();
        let published = tax_profile::Published { version, name: name("Propio"), profile };
        world.happens::<TaxProfile>(tenant, &id, AT, [published.into()]).await;
    }
    let (from, regime) = ("2026-03-01".parse().unwrap(), Code::parse("inc").unwrap());
    let regime = TaxRegime { from, profile: ProfileSource::Own(id), regime };
    world.happens::<Branch>(tenant, &CHAPINERO, AT, [regime.into()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_list_is_shown_as_it_stands_and_listed_without_its_prices() {
    let mut world = World::new().await;
    let id = PriceListId::from_uuid(uuid(21));
    let renamed = price_list::Renamed { name: name("Noches") };
    // Each event in a page of its own, so that the next page starts from stored rows.
    for event in [
        price_list::Drafted { list: happy_hour() }.into(),
        price_list::Published {}.into(),
        renamed.into(),
    ] {
        world.happens::<PriceList>(ANA, &id, AT, [event]).await;
        world.catch_up().await;
    }
    let list = List { name: name("Noches"), ..happy_hour() };
    let shown = price_lists::PriceList { id, list, is_published: true, revision: Revision::new(3) };
    let mut ana = world.tenant(ANA).await;
    assert_eq!(price_lists::get(&mut ana, id).await.unwrap(), Some(shown));
    let page = price_lists::list(&mut ana, None, 10).await.unwrap();
    let head = &page.rows[0];
    assert_eq!((head.price_count, head.is_published, page.rows.len()), (1, true, 1));
    assert_eq!(head.conditions, happy_hour().conditions);
    let mut luis = world.tenant(LUIS).await;
    assert_eq!(price_lists::get(&mut luis, id).await.unwrap(), None);
    assert_eq!(price_lists::list(&mut luis, None, 10).await.unwrap().rows, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_has_the_built_in_channels_until_it_changes_them() {
    let mut world = World::new().await;
    let rappi = Channel::parse("rappi").unwrap();
    let added =
        channels::Added { channel: rappi.clone(), kind: Kind::Aggregator, name: name("Rappi") };
    for event in [added.into(), channels::Retired { channel: rappi.clone() }.into()] {
        world.happens::<Channels>(ANA, &ANA, AT, [event]).await;
        world.catch_up().await;
    }
    let mut ana = world.tenant(ANA).await;
    let shown = shown_channels::get(&mut ana).await.unwrap();
    assert_eq!(shown.channels().count(), 6);
    assert!(shown.channel(&rappi).unwrap().is_retired);
    let mut luis = world.tenant(LUIS).await;
    assert_eq!(shown_channels::get(&mut luis).await.unwrap(), channels::State::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_a_tax_profile_stays() {
    let mut world = World::new().await;
    let id = TaxProfileId::from_uuid(uuid(22));
    let published = |version: u32, text: &str| tax_profile::Published {
        version,
        name: name(text),
        profile: colombia().profile.clone(),
    };
    world.happens::<TaxProfile>(ANA, &id, AT, [published(1, "Propio").into()]).await;
    world.catch_up().await;
    world.happens::<TaxProfile>(ANA, &id, AT, [published(2, "Nuestro").into()]).await;
    world.catch_up().await;
    let mut ana = world.tenant(ANA).await;
    let first = tax_profiles::get(&mut ana, id, Some(1)).await.unwrap().unwrap();
    assert_eq!((first.version, first.name), (1, name("Propio")));
    let latest = tax_profiles::get(&mut ana, id, None).await.unwrap().unwrap();
    assert_eq!((latest.version, latest.revision), (2, Revision::new(2)));
    assert_eq!(&latest.profile, &colombia().profile);
    let page = tax_profiles::versions(&mut ana, id, None, 1).await.unwrap();
    assert_eq!((page.rows[0].version, page.next), (2, Some(2)));
    let page = tax_profiles::versions(&mut ana, id, page.next, 1).await.unwrap();
    assert_eq!((page.rows[0].version, page.next), (1, None));
    let listed = tax_profiles::list(&mut ana, None, 10).await.unwrap();
    assert_eq!((listed.rows.len(), &listed.rows[0].name), (1, &name("Nuestro")));
    let mut luis = world.tenant(LUIS).await;
    assert_eq!(tax_profiles::get(&mut luis, id, None).await.unwrap(), None);
}
