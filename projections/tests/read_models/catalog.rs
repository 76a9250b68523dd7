//! The read models of menu and branches.

use domain::catalog::availability::Subject;
use domain::catalog::product::image::{Colour, ImageFormat, ImageHash, ImageSize};
use domain::catalog::{Availability, Category, Product, availability, category, product};
use domain::identity::{Branch, branch};
use domain::shared::{
    Address, BusinessDay, BusinessDayChange, CategoryId, Code, Currency, CutOff, VariantId,
};
use domain::taxes::builtin::Country;
use event_store::Revision;
use projections::TenantTx;
use projections::catalog::availability::{self as availabilities, Kind, Unavailable};
use projections::catalog::products::Filter;
use projections::catalog::{branches, categories, products};

use crate::history::{
    CHAPINERO, DRINKS, PLATES, USAQUEN, name, open, opened, pesos, product_id, variant,
};
use crate::world::{ANA, LUIS, World, utc, uuid};

const AT: &str = "2026-03-14T18:00:00Z";

/// The products of a category.
fn of(category: CategoryId) -> Filter {
    Filter { category: Some(category), ..Filter::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_shows_its_last_name_category_and_variants() {
    let mut world = World::new().await;
    let arepa = product_id(1);
    let offered = vec![variant(1, "Sencilla", pesos(6_000)), variant(2, "Doble", pesos(9_000))];
    let added =
        product::Added { name: name("Arepa"), category: PLATES, variants: offered[..1].to_vec() };
    world.happens::<Product>(ANA, &arepa, AT, [added.into()]).await;
    world.catch_up().await;
    let size = ImageSize { width: 200, height: 150 };
    let image = product::Image {
        hash: ImageHash::new([7; 16]),
        format: ImageFormat::WebP,
        small: size,
        medium: size,
        large: size,
        colour: Colour::new([1, 2, 3]),
    };
    let changes = [
        product::Renamed { name: name("Arepa de choclo") }.into(),
        product::VariantsOffered { variants: offered.clone() }.into(),
        product::Recategorised { category: DRINKS }.into(),
        product::ImageSet { image }.into(),
    ];
    world.happens::<Product>(ANA, &arepa, AT, changes).await;
    world.catch_up().await;

    let shown = products::Product {
        id: arepa,
        details: product::Details {
            image: Some(image),
            ..product::Details::new(name("Arepa de choclo"), DRINKS, offered)
        },
        is_active: true,
        revision: Revision::new(5),
    };
    let mut ana = world.tenant(ANA).await;
    assert_eq!(products::get(&mut ana, arepa).await.unwrap(), Some(shown.clone()));
    let page = products::list(&mut ana, &of(DRINKS), None, 10).await.unwrap();
    assert_eq!((page.rows, page.next), (vec![shown], None));
    let none = products::list(&mut ana, &of(PLATES), None, 10).await.unwrap();
    assert_eq!(none.rows, []);

    let mut luis = world.tenant(LUIS).await;
    assert_eq!(products::get(&mut luis, arepa).await.unwrap(), None);
    assert_eq!(products::list(&mut luis, &Filter::default(), None, 10).await.unwrap().rows, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_list_follow_each_other_without_gap_or_repetition() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let mut ana = world.tenant(ANA).await;

    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page = products::list(&mut ana, &Filter::default(), after.as_ref(), 4).await.unwrap();
        names.extend(page.rows.into_iter().map(|product| product.details.name.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(names, (0..6).map(|n| format!("Product {n}")).collect::<Vec<_>>());

    let first = branches::list(&mut ana, None, 1).await.unwrap();
    let second = branches::list(&mut ana, first.next.as_ref(), 1).await.unwrap();
    assert_eq!((first.rows[0].id, second.rows[0].id), (CHAPINERO, USAQUEN));
    assert_eq!(second.next, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn categories_stand_in_the_order_of_the_menu() {
    let mut world = World::new().await;
    open(&mut world).await;
    let changes = [
        category::Moved { place: 7 }.into(),
        category::Renamed { name: name("Platos fuertes") }.into(),
    ];
    world.happens::<Category>(ANA, &PLATES, AT, changes).await;
    world.catch_up().await;

    let mut ana = world.tenant(ANA).await;
    let first = categories::list(&mut ana, true, None, 1).await.unwrap();
    assert_eq!((first.rows[0].id, first.rows[0].details.place), (DRINKS, 2));
    let second = categories::list(&mut ana, true, first.next.as_ref(), 1).await.unwrap();
    let plates = categories::get(&mut ana, PLATES).await.unwrap().unwrap();
    assert_eq!(plates.details, category::Details { name: name("Platos fuertes"), place: 7 });
    assert_eq!(plates.revision, Revision::new(3));
    assert_eq!((second.rows, second.next), (vec![plates], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_shows_its_clock_currency_business_day_and_tax_regimes() {
    let mut world = World::new().await;
    let chapinero: branch::Opened = opened("Chapinero", Currency::COP);
    world.happens::<Branch>(ANA, &CHAPINERO, AT, [chapinero.clone().into()]).await;
    world.catch_up().await;

    let mut shown = branches::Branch {
        id: CHAPINERO,
        details: chapinero.into(),
        is_open: true,
        revision: Revision::new(1),
    };
    let mut ana = world.tenant(ANA).await;
    assert_eq!(branches::get(&mut ana, CHAPINERO).await.unwrap(), Some(shown.clone()));
    assert_eq!(branches::get(&mut ana, USAQUEN).await.unwrap(), None);
    drop(ana);

    let address = Address { street: name("Calle 53 # 9-12"), city: name("Bogotá"), region: None };
    let first = shown.details.calendar.first();
    let from = "2026-03-20".parse().unwrap();
    let day = BusinessDay { cut_off: CutOff::MIDNIGHT, ..first };
    let changed =
        branch::BusinessDayChanged { from, time_zone: day.time_zone, cut_off: day.cut_off };
    let profile = branch::ProfileSource::Builtin(Country::Colombia);
    let regime = branch::TaxRegime { from, profile, regime: Code::parse("inc").unwrap() };
    let events = [
        branch::Renamed { name: name("Chapinero Alto") }.into(),
        branch::Relocated { address: Some(address.clone()) }.into(),
        changed.into(),
        regime.clone().into(),
        branch::Closed {}.into(),
    ];
    // Each event in a page of its own, so that the next page starts from stored rows.
    for event in events {
        world.happens::<Branch>(ANA, &CHAPINERO, AT, [event]).await;
        world.catch_up().await;
    }
    shown.details.name = name("Chapinero Alto");
    shown.details.address = Some(address);
    shown.details.calendar = shown.details.calendar.changed(BusinessDayChange { from, day });
    shown.details.tax_regimes = shown.details.tax_regimes.with(regime);
    (shown.is_open, shown.revision) = (false, Revision::new(6));
    let mut ana = world.tenant(ANA).await;
    assert_eq!(branches::get(&mut ana, CHAPINERO).await.unwrap(), Some(shown.clone()));
    let listed = branches::list(&mut ana, None, 10).await.unwrap();
    assert_eq!(listed.rows, [shown]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_does_not_list_what_it_sells_again_nor_what_is_not_in_the_menu() {
    let mut world = World::new().await;
    open(&mut world).await;
    let (first, second, third) = (product_id(0), product_id(1), product_id(2));
    let gone = Subject::Product(product_id(99));
    let large = VariantId::from_uuid(uuid(0x0D00_0002));
    let snoozed = |subject, until: Option<&str>| {
        let until = until.map(utc);
        availability::Event::from(availability::Snoozed { subject, until })
    };
    let delisted = |subject| availability::Event::from(availability::Delisted { subject });
    let events = [
        snoozed(Subject::Product(first), Some("2026-03-14T19:00:00Z")),
        delisted(Subject::Product(second)),
        snoozed(Subject::Product(second), None),
        snoozed(Subject::Variant(large), None),
        snoozed(Subject::Product(third), None),
        availability::PutBack { subject: Subject::Product(third) }.into(),
        delisted(gone),
    ];
    world.happens::<Availability>(ANA, &CHAPINERO, AT, events).await;
    world.catch_up().await;

    let mut ana = world.tenant(ANA).await;
    let listed = async |tx: &mut TenantTx, branch, at: &str| {
        let page = availabilities::list(tx, branch, utc(at), None, 10).await.unwrap();
        let row = |row: Unavailable| (row.kind, row.subject, row.is_delisted, row.snoozed_until);
        page.rows.into_iter().map(row).collect::<Vec<_>>()
    };
    let normal = (Kind::Variant, large.uuid(), false, None);
    let other = (Kind::Product, second.uuid(), true, None);
    let end = utc("2026-03-14T19:00:00Z");
    let over = (Kind::Product, first.uuid(), false, Some(end));
    let before = listed(&mut ana, CHAPINERO, "2026-03-14T18:59:59Z").await;
    assert_eq!(before, [normal, over, other]);
    assert_eq!(listed(&mut ana, CHAPINERO, "2026-03-14T19:00:00Z").await, [normal, other]);
    assert_eq!(listed(&mut ana, USAQUEN, AT).await, []);
    let page = availabilities::list(&mut ana, CHAPINERO, end, None, 1).await.unwrap();
    let next = page.next.unwrap();
    let page = availabilities::list(&mut ana, CHAPINERO, end, Some(&next), 1).await.unwrap();
    assert_eq!((page.rows[0].subject, page.next), (second.uuid(), None));
    let mut luis = world.tenant(LUIS).await;
    assert_eq!(listed(&mut luis, CHAPINERO, AT).await, []);
}
