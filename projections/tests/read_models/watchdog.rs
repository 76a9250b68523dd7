//! A consumer that dies or hangs is restarted.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use event_store::RecordedEvent;
use event_store::consumer::{
    Consumer, ConsumerError, Feed, State, Stopped, count_parked, keep_running,
};
use metrics_exporter_prometheus::PrometheusBuilder;
use projections::catalog::Catalog;
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::history::open;
use crate::world::{ANA, World};

/// How a consumer fails, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Its task panics outside of the retry of a page.
    Death,
    /// It starts a page and never finishes it.
    Silence,
}

struct Faulty {
    fault: Fault,
    has_failed: AtomicBool,
}

impl Faulty {
    fn fails(&self, fault: Fault) -> bool {
        self.fault == fault && !self.has_failed.swap(true, Ordering::Relaxed)
    }
}

#[async_trait]
impl Consumer for Faulty {
    fn name(&self) -> &'static str {
        Catalog::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        assert!(!self.fails(Fault::Death), "the task dies");
        Catalog.wants(event)
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        Catalog.apply(tx, events).await?;
        if self.fails(Fault::Silence) {
            pending::<()>().await;
        }
        Ok(())
    }
}

async fn is_started_again_after(fault: Fault) {
    let mut world = World::new().await;
    open(&mut world).await;
    let head = world.store.head().await.unwrap().position;
    let shutdown = CancellationToken::new();
    let feed = world.feed(&world.store, &shutdown);
    let consumer = Arc::new(Faulty { fault, has_failed: AtomicBool::new(false) });
    let silence_max = Duration::from_secs(2);
    let kept = tokio::spawn(keep_running(consumer, feed.clone(), silence_max, shutdown.clone()));
    let has_caught_up = async {
        while !feed.board.statuses().iter().any(|status| status.position >= head) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), has_caught_up).await.expect("the consumer is restarted");
    let status = &feed.board.statuses()[0];
    assert!(status.n_restarts >= 1, "{status:?}");
    assert_eq!(status.state, State::Running);
    shutdown.cancel();
    assert_eq!(kept.await.unwrap(), Ok(()));

    let grown = world.dump().await;
    world.forget_read_models().await;
    world.catch_up().await;
    assert_eq!(world.dump().await["branches"], grown["branches"]);
    assert_eq!(world.dump().await["products"], grown["products"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_whose_task_dies_is_started_again() {
    is_started_again_after(Fault::Death).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_shows_no_sign_of_life_is_started_again() {
    is_started_again_after(Fault::Silence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_must_not_go_on_is_not_started_again() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let sql = "UPDATE log_head SET incarnation = gen_random_uuid()";
    sqlx::query(sql).execute(&world.db.owner_pool()).await.unwrap();
    let shutdown = CancellationToken::new();
    let feed = world.feed(&world.store, &shutdown);
    let kept = keep_running(Arc::new(Catalog), feed.clone(), Duration::from_secs(2), shutdown);
    let ended = timeout(Duration::from_mins(1), kept).await.unwrap();
    assert!(matches!(ended, Err(Stopped::AnotherLog { .. })), "{ended:?}");
    assert_eq!(feed.board.statuses()[0].n_restarts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_count_parked_events() {
    let mut world = World::new().await;
    world.is_placed(ANA, 1).await;
    world.is_confirmed_unreadably(ANA, 1).await;
    world.is_confirmed(ANA, 1).await;
    let running = world.start(vec![Arc::new(projections::orders::Orders)]);
    running.have_caught_up(&world).await;
    let shutdown = CancellationToken::new();
    let feed = Feed { board: running.board.clone(), ..world.feed(&world.store, &shutdown) };
    let counting = tokio::spawn(count_parked(feed, shutdown.clone()));
    running.until(|board| board.statuses()[0].parked.n_events == 2).await;
    shutdown.cancel();
    counting.await.unwrap();

    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || running.board.record_metrics());
    let metrics = recorder.handle().render();
    let gauge = "fastops_consumer_parked_events{consumer=\"orders\"} 2";
    assert!(metrics.contains(gauge), "{metrics}");
    running.end().await;
}
