//! Pages without any event that a consumer wants.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use event_store::consumer::{Board, Consumer, ConsumerError, Feed, Tail, WorkPermits, run};
use event_store::testing::Database;
use event_store::testing::appends::{ANA, append};
use event_store::{EventStore, Position, RecordedEvent};
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::committed;

const NAME: &str = "of_releases";

/// Wants every second event of a claim: its release.
#[derive(Debug, Default)]
struct OfReleases {
    seen: Mutex<Vec<Position>>,
    n_pages: AtomicUsize,
}

#[async_trait]
impl Consumer for OfReleases {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        event.event_type == "claim.released"
    }

    async fn apply(
        &self,
        _: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        self.n_pages.fetch_add(1, Ordering::SeqCst);
        self.seen.lock().expect("whole").extend(events.iter().map(|event| event.position));
        Ok(())
    }
}

async fn checkpoint(db: &Database) -> Option<i64> {
    sqlx::query_scalar("SELECT min(position) FROM checkpoints WHERE consumer = $1")
        .bind(NAME)
        .fetch_one(&db.owner_pool())
        .await
        .expect("an answer")
}

/// Runs the consumer until its checkpoint is at this position.
async fn until_at(db: &Database, consumer: &Arc<OfReleases>, position: u64) {
    let (store, shutdown) = (db.store(), CancellationToken::new());
    let (tail, permits, board) = (Tail::unread(), WorkPermits::default(), Board::default());
    let feed = Feed { store, pool: db.projector_pool(), tail, permits, board };
    let running = tokio::spawn(run(consumer.clone(), feed, shutdown.clone()));
    let reached = async {
        while checkpoint(db).await != Some(position.cast_signed()) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), reached).await.expect("the checkpoint moves");
    shutdown.cancel();
    running.await.expect("it does not panic").expect("it ends as it should");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_empty_after_filtering_moves_the_checkpoint() {
    let db = Database::create().await;
    let (store, consumer) = (db.store(), Arc::new(OfReleases::default()));
    // More than a page of claims, each in a stream of its own.
    let keys: Vec<String> = (0..2_500).map(|n| format!("product {n}")).collect();
    for (keys, n) in keys.chunks(100).zip(1..) {
        let streams: Vec<(&str, u64, u64)> = keys.iter().map(|key| (&**key, 0, 1)).collect();
        committed(store.append(append(ANA, n, &streams)).await);
    }
    until_at(&db, &consumer, 2_500).await;
    assert_eq!(consumer.n_pages.load(Ordering::SeqCst), 0, "no event was wanted");

    committed(store.append(append(ANA, 100, &[(&keys[0], 1, 1)])).await);
    until_at(&db, &consumer, 2_501).await;
    assert_eq!(*consumer.seen.lock().expect("whole"), [Position::new(2_501)]);

    // Again no wanted event, at the end of the log, for a run that starts after it.
    committed(store.append(append(ANA, 101, &[("arepa", 0, 1)])).await);
    until_at(&db, &consumer, 2_502).await;
    until_at(&db, &consumer, 2_502).await;
    assert_eq!(*consumer.seen.lock().expect("whole"), [Position::new(2_501)]);
}
