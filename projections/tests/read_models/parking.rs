//! Events that cannot be applied are parked with the later ones of their key; all others are
//! applied.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::orders::{Order, order};
use domain::shared::{CommandId, TenantId, UserId};
use event_store::consumer::{
    Consumer, ConsumerError, Decision, Discard, ParkedEvent, ParkedFilter, ParkedKey, Parking,
    ParkingError, Replay, Resolved, State,
};
use event_store::testing::figure;
use event_store::{Actor, Append, Position, RecordedEvent};
use projections::catalog::Catalog;
use projections::consumers;
use projections::orders::{Orders, order_detail};
use sqlx::PgConnection;

use crate::consumers::pretty_eq;
use crate::history::{CHAPINERO, PLATES, RandomOrders, line, open, order_id, pesos, placed};
use crate::world::{ANA, LUIS, World, uuid};

/// Refuses certain events until it is repaired.
struct Refusing {
    inner: Arc<dyn Consumer>,
    refuses: fn(Position) -> bool,
    is_mended: Arc<AtomicBool>,
}

impl Refusing {
    fn all(refuses: fn(Position) -> bool) -> (Vec<Arc<dyn Consumer>>, Arc<AtomicBool>) {
        let is_mended = Arc::<AtomicBool>::default();
        let refusing = |inner| -> Arc<dyn Consumer> {
            Arc::new(Self { inner, refuses, is_mended: Arc::clone(&is_mended) })
        };
        (consumers().into_iter().map(refusing).collect(), is_mended)
    }
}

#[async_trait]
impl Consumer for Refusing {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        self.inner.wants(event)
    }

    fn key<'e>(&self, event: &'e RecordedEvent) -> Cow<'e, str> {
        self.inner.key(event)
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        self.inner.apply(tx, events).await?;
        let refused = events.iter().find(|event| (self.refuses)(event.position));
        match refused {
            Some(event) if !self.is_mended.load(Ordering::Relaxed) => {
                let (position, reason) = (event.position, "it is refused".to_owned());
                Err(ConsumerError::Misfit { position, reason })
            }
            _ => Ok(()),
        }
    }
}

impl World {
    fn parking(&self, consumers: Vec<Arc<dyn Consumer>>) -> Parking {
        Parking::new(Arc::clone(&self.store), self.projector.clone(), consumers)
    }

    async fn parked(&self) -> Vec<ParkedEvent> {
        self.parking(vec![]).list(&ParkedFilter::default(), 100_000).await.unwrap()
    }

    /// An order of one line, placed at noon.
    pub(crate) async fn is_placed(&mut self, tenant: TenantId, n: u32) {
        let order = placed(CHAPINERO, n, vec![line(1, PLATES, 1, pesos(20_000))]);
        let id = order_id(n.into());
        self.happens::<Order>(tenant, &id, "2026-03-14T12:00:00Z", [order.into()]).await;
    }

    pub(crate) async fn is_confirmed(&mut self, tenant: TenantId, n: u32) {
        let events = [order::Confirmed {}.into()];
        let id = order_id(n.into());
        self.happens::<Order>(tenant, &id, "2026-03-14T12:05:00Z", events).await;
    }

    /// A confirmation with a payload that no release has ever written.
    pub(crate) async fn is_confirmed_unreadably(&mut self, tenant: TenantId, n: u32) {
        let (at, id) = ("2026-03-14T12:05:00Z".parse().unwrap(), order_id(n.into()));
        let meant = self.command::<Order>(tenant, &id, at, None, [order::Confirmed {}.into()]);
        let mut events = meant.events().to_vec();
        events[0].payload = b"[1]".to_vec();
        let (command, expected) = (meant.command(), meant.expected().to_vec());
        self.append(Append::try_new(tenant, command, [0; 32], expected, events).unwrap()).await;
    }

    async fn status(&self, tenant: TenantId, n: u32) -> (&'static str, bool) {
        let mut tx = self.tenant(tenant).await;
        let found = order_detail::get(&mut tx, order_id(n.into())).await.unwrap().unwrap();
        (found.header.status.word(), found.stale_since.is_some())
    }
}

fn by(tenant: TenantId, n: u128) -> Decision {
    let actor = Actor::User(UserId::from_uuid(uuid(1)));
    Decision { tenant, command: CommandId::from_uuid(uuid(n)), actor }
}

fn replay_of(n: u32) -> Replay {
    Replay { consumer: Orders::NAME.to_owned(), key: format!("order-{}", order_id(n.into())) }
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_a_poison_event_waits_with_its_key_and_everything_else_goes_on() {
    let mut world = World::new().await;
    open(&mut world).await;
    let running = world.start(consumers());
    for (tenant, n) in [(ANA, 1), (ANA, 2), (LUIS, 1)] {
        world.is_placed(tenant, n).await;
    }
    world.is_confirmed_unreadably(ANA, 1).await;
    let poison = world.store.head().await.unwrap().position;
    let payment = crate::history::paid(1, pesos(20_000), pesos(0), 12);
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T13:00:00Z", [payment.into()]).await;
    for (tenant, n) in [(ANA, 2), (LUIS, 1)] {
        world.is_confirmed(tenant, n).await;
    }
    running.have_caught_up(&world).await;
    running.end().await;

    assert_eq!(world.status(ANA, 1).await, ("pending", true));
    assert_eq!(world.status(ANA, 2).await, ("confirmed", false));
    assert_eq!(world.status(LUIS, 1).await, ("confirmed", false));
    let parked = world.parked().await;
    let of_orders: Vec<_> = parked.iter().filter(|event| event.consumer == Orders::NAME).collect();
    let [first, second] = of_orders[..] else { panic!("{parked:#?}") };
    assert_eq!((first.tenant, first.position, first.attempts), (ANA, poison, 6));
    assert_eq!((&first.key, &*first.event_type), (&replay_of(1).key, "order.confirmed"));
    let reason = first.reason.as_deref().unwrap();
    assert!(reason.starts_with("an event could not be read: "), "{reason}");
    assert_eq!((second.position, second.attempts), (poison.plus(1), 0));
    assert_eq!((&second.key, &second.reason), (&first.key, &None));
    let names: BTreeSet<&str> = parked.iter().map(|event| &*event.consumer).collect();
    figure("F19", &format!("{} events parked by {} consumers", parked.len(), names.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_replaying_what_was_parked_leaves_the_rows_of_a_log_without_poison() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(19);
    history.append_steps(&mut world, 150).await;
    let (refusing, is_mended) = Refusing::all(|position| position.get().is_multiple_of(23));
    let running = world.start(refusing.clone());
    running.have_caught_up(&world).await;
    history.append_steps(&mut world, 150).await;
    running.have_caught_up(&world).await;

    is_mended.store(true, Ordering::Relaxed);
    let parked = world.parked().await;
    assert!(
        parked.iter().any(|event| event.reason.is_none()),
        "no event was parked behind another"
    );
    let parking = world.parking(refusing);
    let keys = parking.keys(&ParkedFilter::default()).await.unwrap();
    assert!(keys.len() > 10, "{keys:?}");
    let mut n_replayed = 0;
    for (n, ParkedKey { tenant, consumer, key }) in (1..).zip(keys) {
        let replay = Replay { consumer, key };
        n_replayed += parking.replay(&by(tenant, n), &replay).await.unwrap().n_events;
    }
    assert_eq!(n_replayed, parked.len() as u64);
    assert_eq!(world.parked().await, []);
    history.append_steps(&mut world, 20).await;
    running.have_caught_up(&world).await;
    running.end().await;

    let mended = world.dump().await;
    world.forget_read_models().await;
    world.catch_up().await;
    pretty_eq(&mended, &world.dump().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_event_still_fails_is_left_as_it_was() {
    let mut world = World::new().await;
    world.is_placed(ANA, 1).await;
    world.is_confirmed_unreadably(ANA, 1).await;
    world.is_confirmed(ANA, 1).await;
    world.catch_up().await;
    let rows = world.dump().await;

    let refused = world.parking(consumers()).replay(&by(ANA, 1), &replay_of(1)).await;
    let Err(ParkingError::StillFails { position, reason }) = refused else { panic!("{refused:?}") };
    assert_eq!(position, Position::new(2));
    let parked = world.parked().await;
    let retried = parked.iter().find(|event| event.consumer == Orders::NAME).unwrap();
    assert_eq!((retried.attempts, retried.reason.as_ref()), (7, Some(&reason)));
    pretty_eq(&world.dump().await, &rows);
    assert_eq!(world.status(ANA, 1).await, ("pending", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_event_is_passed_over_whenever_the_log_is_read() {
    let mut world = World::new().await;
    world.is_placed(ANA, 1).await;
    world.is_confirmed_unreadably(ANA, 1).await;
    let running = world.start(vec![Arc::new(Orders)]);
    running.have_caught_up(&world).await;
    world.is_confirmed(ANA, 1).await;
    running.have_caught_up(&world).await;
    running.end().await;

    let parking = world.parking(consumers());
    let discard = Discard {
        consumer: Orders::NAME.to_owned(),
        position: Position::new(2),
        reason: "it was written by a test".to_owned(),
    };
    let foreign = parking.discard(&by(LUIS, 1), &discard).await;
    assert!(matches!(foreign, Err(ParkingError::NotParked)), "{foreign:?}");
    for earlier in [false, true] {
        let discarded = parking.discard(&by(ANA, 1), &discard).await.unwrap();
        assert_eq!(discarded, Resolved { n_events: 1, earlier });
    }
    let reused = parking.replay(&by(ANA, 1), &replay_of(1)).await;
    assert!(matches!(reused, Err(ParkingError::IdReused)), "{reused:?}");
    assert_eq!(world.status(ANA, 1).await, ("pending", true));
    for earlier in [false, true] {
        let replayed = parking.replay(&by(ANA, 2), &replay_of(1)).await.unwrap();
        assert_eq!(replayed, Resolved { n_events: 1, earlier });
    }
    assert_eq!(world.status(ANA, 1).await, ("confirmed", false));
    let nothing = parking.replay(&by(ANA, 3), &replay_of(1)).await;
    assert!(matches!(nothing, Err(ParkingError::NotParked)), "{nothing:?}");

    let rows = world.dump().await;
    world.forget_read_models().await;
    let running = world.start(vec![Arc::new(Orders)]);
    running.have_caught_up(&world).await;
    running.end().await;
    pretty_eq(&world.dump().await, &rows);
    assert_eq!(world.parked().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_applies_no_event_parks_nothing_and_reports_failing() {
    let mut world = World::new().await;
    for n in 1..=120 {
        world.is_placed(ANA, n).await;
    }
    let is_mended = Arc::<AtomicBool>::default();
    let refusing =
        Refusing { inner: Arc::new(Orders), refuses: |_| true, is_mended: Arc::clone(&is_mended) };
    let running = world.start(vec![Arc::new(refusing)]);
    running
        .until(|board| {
            let statuses = board.statuses();
            statuses.iter().any(|s| matches!(s.state, State::Failing { attempts: 6.., .. }))
        })
        .await;
    assert_eq!(world.parked().await.len(), 0);
    is_mended.store(true, Ordering::Relaxed);
    running.have_caught_up(&world).await;
    running.end().await;
    assert_eq!(world.parked().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn database_errors_are_retried_and_never_parked() {
    let mut world = World::new().await;
    open(&mut world).await;
    let owner = world.db.owner_pool();
    sqlx::query("ALTER TABLE branches RENAME TO away").execute(&owner).await.unwrap();
    let running = world.start(vec![Arc::new(Catalog)]);
    running
        .until(|board| {
            let statuses = board.statuses();
            statuses.iter().any(|s| matches!(s.state, State::Failing { attempts: 7.., .. }))
        })
        .await;
    sqlx::query("ALTER TABLE away RENAME TO branches").execute(&owner).await.unwrap();
    tokio::time::timeout(Duration::from_secs(30), running.have_caught_up(&world)).await.unwrap();
    running.end().await;
    assert_eq!(world.parked().await, []);
}
