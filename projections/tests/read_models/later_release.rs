//! A release beside a later one: events that it does not know are parked, and none is skipped.

use std::sync::Arc;

use domain::event::{EventType, StoredEvent};
use domain::orders::{Order, order};
use domain::shared::TenantId;
use event_store::Append;
use event_store::consumer::{Consumer, ParkedEvent, ParkedFilter, Parking};
use event_store::testing::figure;
use event_store::testing::later::Later;
use projections::consumers;
use projections::orders::Orders;
use projections::sales::Sales;

use crate::consumers::pretty_eq;
use crate::history::{open, order_id, paid, pesos};
use crate::world::{ANA, LUIS, World};

/// What the later release writes instead of `order.confirmed`: another type, and another version.
const LATER: [EventType; 2] = [
    EventType { name: "order.taken_on", version: 1 },
    EventType { name: "order.confirmed", version: 9 },
];

/// The consumers of the later release, which apply both.
fn later_consumers() -> Vec<Arc<dyn Consumer>> {
    let known = order::Event::from(order::Confirmed {}).event_type();
    LATER.into_iter().fold(consumers(), |consumers, later| Later::all(consumers, later, known))
}

impl World {
    /// The later release confirms an order.
    async fn is_confirmed_later(&mut self, tenant: TenantId, n: u32, later: EventType) {
        let (at, id) = ("2026-03-14T12:05:00Z".parse().unwrap(), order_id(n.into()));
        let meant = self.command::<Order>(tenant, &id, at, None, [order::Confirmed {}.into()]);
        let events = meant.events().iter().cloned();
        let events = events.map(|event| Later::written(event, later)).collect();
        let (command, expected) = (meant.command(), meant.expected().to_vec());
        self.append(Append::try_new(tenant, command, [0; 32], expected, events).unwrap()).await;
    }

    async fn is_paid(&mut self, tenant: TenantId, n: u32) {
        let payment = paid(n.into(), pesos(20_000), pesos(0), 12);
        let id = order_id(n.into());
        self.happens::<Order>(tenant, &id, "2026-03-14T13:00:00Z", [payment.into()]).await;
    }

    async fn waits(&self) -> Vec<ParkedEvent> {
        let parking = Parking::new(Arc::clone(&self.store), self.projector.clone(), vec![]);
        parking.list(&ParkedFilter::default(), 1_000).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f43_what_an_older_release_does_not_know_waits_for_one_that_does() {
    let mut world = World::new().await;
    open(&mut world).await;
    let older = world.start(consumers());
    for (n, later) in (1..).zip(LATER) {
        world.is_placed(ANA, n).await;
        world.is_confirmed_later(ANA, n, later).await;
        world.is_paid(ANA, n).await;
    }
    world.is_placed(LUIS, 1).await;
    world.is_paid(LUIS, 1).await;
    older.have_caught_up(&world).await;
    older.end().await;

    let parked = world.waits().await;
    for (consumer, n, later) in [(Orders::NAME, 1, 0), (Orders::NAME, 2, 1), (Sales::NAME, 1, 0)] {
        let key = format!("order-{}", order_id(n));
        let of_key = parked.iter().filter(|event| event.consumer == consumer && event.key == key);
        let of_key: Vec<_> = of_key.collect();
        let [unknown, paid] = of_key[..] else { panic!("{consumer} {key}: {parked:#?}") };
        assert_eq!(unknown.event_type, LATER[later].name);
        let reason = unknown.reason.as_deref().unwrap();
        assert!(reason.contains(LATER[later].name), "{reason}");
        assert_eq!((paid.event_type.as_str(), &paid.reason), ("order.payment_taken", &None));
    }
    let sold = |dump: &crate::world::Dump| dump["sales_by_hour"].len();
    assert_eq!(sold(&world.dump().await), 1, "only what LUIS has sold");

    // The same release cannot apply them after a restart, the later one can.
    world.catch_up().await;
    assert_eq!(world.waits().await.len(), parked.len());
    let later = world.start(later_consumers());
    later.have_caught_up(&world).await;
    assert_eq!(world.waits().await, []);
    world.is_placed(ANA, 3).await;
    world.is_confirmed_later(ANA, 3, LATER[0]).await;
    later.have_caught_up(&world).await;
    later.end().await;

    let upgraded = world.dump().await;
    assert_eq!(sold(&upgraded), 2);
    world.forget_read_models().await;
    let restarted = world.start(later_consumers());
    restarted.have_caught_up(&world).await;
    restarted.end().await;
    pretty_eq(&upgraded, &world.dump().await);
    figure("F43", &format!("{} events waited for a later release, 0 passed over", parked.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn f43_consumers_want_what_they_do_not_know_of_streams_that_they_read_and_nothing_else() {
    let mut world = World::new().await;
    open(&mut world).await;
    crate::history::RandomOrders::new(43).append_steps(&mut world, 200).await;
    let mut n_unknown = 0;
    for event in world.log().await {
        let mut unknown = event.clone();
        "a.later_release".clone_into(&mut unknown.event_type);
        for consumer in consumers() {
            assert!(
                consumer.acts_on(&unknown) || !consumer.wants(&event),
                "{} passes over what it does not know of {}",
                consumer.name(),
                event.stream
            );
            n_unknown += u32::from(consumer.wants(&unknown));
        }
    }
    assert!(n_unknown > 0);
}
