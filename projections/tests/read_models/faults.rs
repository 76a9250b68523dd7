//! The loop under faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use event_store::consumer::{Consumer, ConsumerError, Projection, State, Stopped};
use event_store::testing::{figure, rounds};
use event_store::{Error, EventStore, Position, RecordedEvent};
use projections::catalog::Catalog;
use projections::consumers;
use projections::sales::Sales;
use rand::RngExt;
use sqlx::PgConnection;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::consumers::pretty_eq;
use crate::history::{RandomOrders, open};
use crate::read_by::{ReadBy, Reading};
use crate::world::{Dump, World};

async fn rebuilt(world: &World) -> Dump {
    world.forget_read_models().await;
    world.catch_up().await;
    world.dump().await
}

/// Counts started and finished pages, and makes them slow enough to be interrupted.
struct Counted {
    inner: Arc<dyn Consumer>,
    begun: Arc<AtomicU32>,
    finished: Arc<AtomicU32>,
}

#[async_trait]
impl Consumer for Counted {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        self.inner.wants(event)
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let (first, second) = events.split_at(events.len() / 2);
        for half in [first, second] {
            if !half.is_empty() {
                self.inner.apply(tx, half).await?;
            }
            sleep(Duration::from_millis(3)).await;
        }
        self.finished.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f17_projector_killed_mid_batch() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(17);
    let (begun, finished) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let counted = |inner| -> Arc<dyn Consumer> {
        Arc::new(Counted { inner, begun: Arc::clone(&begun), finished: Arc::clone(&finished) })
    };

    let n_rounds = rounds(8);
    for _ in 0..n_rounds {
        history.append_steps(&mut world, 25).await;
        let n_begun = begun.load(Ordering::Relaxed);
        let mut running = world.start(consumers().into_iter().map(counted).collect());
        running.until(|_| begun.load(Ordering::Relaxed) > n_begun).await;
        let moment = rand::rng().random_range(0..8);
        sleep(Duration::from_millis(moment)).await;
        running.loops.abort_all();
        while running.loops.join_next().await.is_some() {}
        running.shutdown.cancel();
    }
    world.catch_up().await;
    let survived = world.dump().await;
    pretty_eq(&survived, &rebuilt(&world).await);

    let n_killed = begun.load(Ordering::Relaxed) - finished.load(Ordering::Relaxed);
    assert!(n_killed > 0, "no page was interrupted");
    let text = format!("{n_rounds} rounds, {n_killed} pages killed half-way, 0 rows off a rebuild");
    figure("F17", &text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_outlives_its_database_connections() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(5);
    let running = world.start(consumers());
    let owner = world.db.owner_pool();
    for _ in 0..rounds(8) {
        history.append_steps(&mut world, 20).await;
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE usename = 'fastops_projector' AND datname = current_database()",
        )
        .execute(&owner)
        .await
        .unwrap();
    }
    running.have_caught_up(&world).await;
    running.end().await;
    let survived = world.dump().await;
    pretty_eq(&survived, &rebuilt(&world).await);
}

/// A log whose reader can be frozen after it has read a page.
struct Freezing {
    frozen: Semaphore,
    go_on: Semaphore,
}

#[async_trait]
impl Reading for Freezing {
    async fn read_all(
        &self,
        log: &dyn EventStore,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error> {
        let page = log.read_all(after, limit).await;
        self.frozen.add_permits(1);
        self.go_on.acquire().await.unwrap().forget();
        page
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zombie_with_an_older_epoch_cannot_commit() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(3).append_steps(&mut world, 120).await;
    let freezing = Freezing { frozen: Semaphore::new(0), go_on: Semaphore::new(0) };
    let freezing = ReadBy::new(&world.store, freezing);
    let log: Arc<dyn EventStore> = freezing.clone();

    let mut zombie = world.start_reading(&log, vec![Arc::new(Sales)]);
    freezing.reading.frozen.acquire().await.unwrap().forget();
    world.catch_up().await;
    let after_the_other = world.dump().await;
    freezing.reading.go_on.add_permits(1);

    assert_eq!(zombie.outcome().await, Err(Stopped::Superseded { epoch: 2 }));
    let status = &zombie.board.statuses()[0];
    assert_eq!(status.state, State::Stopped(Stopped::Superseded { epoch: 2 }));
    assert!(!status.is_alive());
    pretty_eq(&world.dump().await, &after_the_other);
    pretty_eq(&rebuilt(&world).await, &after_the_other);
}

/// Waits until every consumer has been claimed `n_claims` times.
async fn have_been_claimed(world: &World, n_claims: i64) {
    let sql = "SELECT min(epoch) FROM checkpoints HAVING count(DISTINCT consumer) = $1";
    let n_consumers = i64::try_from(consumers().len()).unwrap();
    let look = async {
        loop {
            let query = sqlx::query_scalar(sql).bind(n_consumers);
            let epoch: Option<i64> = query.fetch_optional(&world.projector).await.unwrap();
            if epoch == Some(n_claims) {
                return;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(Duration::from_mins(1), look).await.expect("every consumer is claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_one_consumer_leave_what_one_would() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(11);
    let mut rivals = Vec::new();
    for n_claims in 1..=4 {
        rivals.push(world.start(consumers()));
        // The consumer that claims last continues; that must be the one that was started last.
        have_been_claimed(&world, n_claims).await;
        history.append_steps(&mut world, 40).await;
    }
    let last = rivals.pop().unwrap();
    last.have_caught_up(&world).await;
    last.end().await;
    for mut rival in rivals {
        rival.loops.abort_all();
        rival.shutdown.cancel();
        while rival.loops.join_next().await.is_some() {}
    }
    let survived = world.dump().await;
    pretty_eq(&survived, &rebuilt(&world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_of_another_log_stops_and_reports_it() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let before = world.store.head().await.unwrap();
    sqlx::query("UPDATE log_head SET incarnation = gen_random_uuid()")
        .execute(&world.db.owner_pool())
        .await
        .unwrap();
    let log = world.store.head().await.unwrap().incarnation;

    let mut running = world.start(vec![Arc::new(Catalog)]);
    let expected = Stopped::AnotherLog { checkpoints: before.incarnation, log };
    assert_eq!(running.outcome().await, Err(expected.clone()));
    assert_eq!(running.board.statuses()[0].state, State::Stopped(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_end_is_noticed() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let head = world.store.head().await.unwrap().position;
    sqlx::query("UPDATE checkpoints SET position = position + 1 WHERE lane = 3")
        .execute(&world.projector)
        .await
        .unwrap();

    let mut running = world.start(vec![Arc::new(Catalog)]);
    let expected = Stopped::AheadOfLog { checkpoint: head.plus(1), head };
    assert_eq!(running.outcome().await, Err(expected));
}

/// Fails a few times, in both ways in which a consumer can fail, before it succeeds.
struct Stumbling {
    left: AtomicU32,
}

#[async_trait]
impl Consumer for Stumbling {
    fn name(&self) -> &'static str {
        Catalog.name()
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        Catalog.wants(event)
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        Catalog.apply(tx, events).await?;
        let tries_left = |left: u32| left.checked_sub(1);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, tries_left) {
            Ok(2) => panic!("it stumbled"),
            Ok(_) => Err(ConsumerError::Misfit {
                position: events[0].position,
                reason: "it stumbled".to_owned(),
            }),
            Err(_) => Ok(()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_is_shown_and_tried_again() {
    let mut world = World::new().await;
    open(&mut world).await;
    let running = world.start(vec![Arc::new(Stumbling { left: AtomicU32::new(5) })]);
    let mut seen = Vec::new();
    running
        .until(|board| {
            let statuses = board.statuses();
            if let Some(State::Failing { attempts, reason }) = statuses.first().map(|s| &s.state) {
                assert!(statuses[0].is_alive(), "the consumer keeps retrying");
                seen.push((*attempts, reason.clone()));
            }
            statuses.first().is_some_and(|status| status.position > Position::START)
        })
        .await;
    running.end().await;
    seen.dedup();
    let failures = [
        (4, "it panicked: it stumbled".to_owned()),
        (5, "the event at 1 does not fit: it stumbled".to_owned()),
    ];
    assert!(failures.iter().all(|failure| seen.contains(failure)), "{seen:?}");
    // The other consumers have not run before.
    let of_catalog = |mut dump: Dump| {
        dump.retain(|table, _| Catalog.tables().contains(&table.as_str()));
        dump
    };
    let survived = of_catalog(world.dump().await);
    world.catch_up().await;
    pretty_eq(&survived, &of_catalog(world.dump().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_waits_for_a_database_that_is_not_there_yet() {
    let mut world = World::new().await;
    open(&mut world).await;
    let owner = world.db.owner_pool();
    sqlx::query("ALTER TABLE checkpoints RENAME TO away").execute(&owner).await.unwrap();
    let running = world.start(vec![Arc::new(Catalog)]);
    running
        .until(|board| board.statuses().iter().any(|s| matches!(s.state, State::Failing { .. })))
        .await;
    sqlx::query("ALTER TABLE away RENAME TO checkpoints").execute(&owner).await.unwrap();
    running.have_caught_up(&world).await;
    let ended = timeout(Duration::from_mins(1), running.end()).await;
    assert!(ended.is_ok(), "the consumer ends on shutdown");
}
