//! All consumers of a process share one reading of the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use event_store::consumer::{CommitSignal, Feed, Tail, run};
use event_store::{Error, EventStore, Position, RecordedEvent};
use projections::consumers;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::consumers::pretty_eq;
use crate::history::{RandomOrders, open};
use crate::read_by::{ReadBy, Reading};
use crate::world::{ANA, World};

/// Counts the pages that are read of the log.
struct Counting {
    n_pages: AtomicU32,
}

#[async_trait]
impl Reading for Counting {
    async fn read_all(
        &self,
        log: &dyn EventStore,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.n_pages.fetch_add(1, Ordering::Relaxed);
        log.read_all(after, limit).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_that_keep_up_share_one_reading_of_the_log() {
    let mut world = World::new().await;
    open(&mut world).await;
    let counting = ReadBy::new(&world.store, Counting { n_pages: AtomicU32::new(0) });
    let log: Arc<dyn EventStore> = counting.clone();
    let running = world.start_reading(&log, consumers());
    running.have_caught_up(&world).await;

    let before = counting.reading.n_pages.load(Ordering::Relaxed);
    let n_orders = 20;
    for n in 1..=n_orders {
        world.is_placed(ANA, n).await;
        running.have_caught_up(&world).await;
    }
    let n_pages = counting.reading.n_pages.load(Ordering::Relaxed) - before;
    assert!(n_pages <= n_orders, "{n_pages} pages were read for {n_orders} of one event each");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_whose_shared_reader_is_gone_read_for_themselves() {
    let mut world = World::new().await;
    open(&mut world).await;
    let shutdown = CancellationToken::new();
    let gone = CancellationToken::new();
    let tail = Tail::follow(Arc::clone(&world.store), CommitSignal::silent(), gone.clone());
    let feed = Feed { tail, ..world.feed(&world.store, &shutdown) };
    let mut loops = JoinSet::new();
    for consumer in consumers() {
        loops.spawn(run(consumer, feed.clone(), shutdown.clone()));
    }
    let reached = async |world: &World| {
        let head = world.store.head().await.unwrap().position;
        while feed.board.statuses().iter().filter(|s| s.position >= head).count()
            < consumers().len()
        {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    reached(&world).await;
    gone.cancel();
    RandomOrders::new(4).append_steps(&mut world, 60).await;
    tokio::time::timeout(std::time::Duration::from_secs(30), reached(&world)).await.unwrap();
    shutdown.cancel();
    while let Some(ended) = loops.join_next().await {
        ended.unwrap().unwrap();
    }
    let grown = world.dump().await;
    world.forget_read_models().await;
    world.catch_up().await;
    pretty_eq(&world.dump().await, &grown);
}
