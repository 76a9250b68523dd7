//! The JSON of every stored event is a snapshot: a renamed field is a failing test, and an old shape
//! needs an upcaster.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be made fails the test")]

use std::collections::BTreeSet;

use domain::catalog::{category, product};
use domain::claim;
use domain::event::{EventType, StoredEvent};
use domain::identity::{branch, tenant};
use domain::orders::{OrderType, order, series};
use domain::shared::{
    BranchId, CategoryId, Currency, Money, Name, OrderId, PaymentId, ProductId, Quantity, Slug,
    UserId, VariantId,
};
use uuid::Uuid;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn variant() -> product::Variant {
    product::Variant {
        id: VariantId::from_uuid(uuid(2)),
        name: name("Completa"),
        price: pesos(28_000),
    }
}

fn line() -> order::Line {
    order::Line {
        product: ProductId::from_uuid(uuid(1)),
        variant: VariantId::from_uuid(uuid(2)),
        category: CategoryId::from_uuid(uuid(3)),
        product_name: name("Bandeja paisa"),
        variant_name: name("Completa"),
        product_revision: 4,
        quantity: Quantity::try_new(2).unwrap(),
        unit_price: pesos(28_000),
        total: pesos(56_000),
    }
}

/// One line per event, after checking that it reads back and that the enumeration is complete.
fn stored<E: StoredEvent + PartialEq + std::fmt::Debug>(events: &[E]) -> Vec<String> {
    let sampled: BTreeSet<_> = events.iter().map(|event| event.event_type().name).collect();
    let declared: BTreeSet<_> = E::TYPES.iter().map(|kind| kind.name).collect();
    assert_eq!(sampled, declared, "an event has no sample here");
    let describe = |event: &E| {
        let EventType { name, version } = event.event_type();
        let payload = event.encode();
        assert_eq!(&E::decode(name, version, &payload).unwrap(), event);
        format!("{name} {version} {}", String::from_utf8(payload).unwrap())
    };
    events.iter().map(describe).collect()
}

fn identity() -> Vec<String> {
    let registered = tenant::Registered {
        name: name("Arepas del Parque"),
        slug: Slug::parse("arepas-del-parque").unwrap(),
        owner: UserId::from_uuid(uuid(1)),
    };
    let opened = branch::Opened {
        name: name("Chapinero"),
        time_zone: chrono_tz::America::Bogota,
        currency: Currency::COP,
        cut_off: "04:00".parse().unwrap(),
    };
    [stored::<tenant::Event>(&[registered.into()]), stored::<branch::Event>(&[opened.into()])]
        .concat()
}

fn catalog() -> Vec<String> {
    let categories: [category::Event; 3] = [
        category::Added { name: name("Platos"), place: 1 }.into(),
        category::Renamed { name: name("Platos fuertes") }.into(),
        category::Moved { place: 2 }.into(),
    ];
    let category = CategoryId::from_uuid(uuid(3));
    let products: [product::Event; 4] = [
        product::Added { name: name("Bandeja paisa"), category, variants: vec![variant()] }.into(),
        product::Renamed { name: name("Bandeja") }.into(),
        product::Recategorised { category }.into(),
        product::VariantsOffered { variants: vec![variant()] }.into(),
    ];
    [stored(&categories), stored(&products)].concat()
}

fn claims() -> Vec<String> {
    let holder = uuid(1);
    stored::<claim::Event>(&[claim::Taken { holder }.into(), claim::Released { holder }.into()])
}

fn orders() -> Vec<String> {
    let placed = order::Placed {
        branch: BranchId::from_uuid(uuid(4)),
        order_type: OrderType::DineIn,
        number: 7,
        call_number: 3,
        hour: 13,
        lines: vec![line()],
        total: pesos(56_000),
    };
    let payment = order::PaymentTaken {
        payment: PaymentId::from_uuid(uuid(5)),
        method: order::PaymentMethod::Cash,
        amount: pesos(56_000),
        tendered: pesos(60_000),
        change: pesos(4_000),
        balance: pesos(0),
        hour: 14,
    };
    let orders: [order::Event; 7] = [
        placed.into(),
        order::Confirmed {}.into(),
        order::Started {}.into(),
        order::MadeReady {}.into(),
        order::Delivered {}.into(),
        order::Cancelled { reason: order::CancelReason::GuestRequest }.into(),
        payment.into(),
    ];
    let taken = series::NumberTaken {
        order: OrderId::from_uuid(uuid(6)),
        number: 7,
        call_number: 3,
        business_date: "2026-03-14".parse().unwrap(),
    };
    [stored(&orders), stored::<series::Event>(&[taken.into()])].concat()
}

#[test]
fn the_json_of_every_stored_event_keeps_its_shape() {
    let lines = [identity(), catalog(), claims(), orders()].concat();
    insta::assert_snapshot!(lines.join("\n"));
}
