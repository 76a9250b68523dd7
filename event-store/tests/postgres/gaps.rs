//! Consumers of a log that leaves numbers out between its positions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::shared::IncarnationId;
use event_store::consumer::{
    Board, CommitSignal, Consumer, ConsumerError, Decision, Feed, ParkedFilter, Parking, Replay,
    Tail, WorkPermits, run,
};
use event_store::memory::MemoryStore;
use event_store::testing::Database;
use event_store::testing::appends::{ANA, append, command, stream};
use event_store::{Actor, EventStore, Position, RecordedEvent};
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{committed, whole_log};

const NAME: &str = "of_gaps";

/// Notes what it applies, and applies nothing of arepas while it is broken.
#[derive(Debug, Default)]
struct Noting {
    seen: Mutex<Vec<Position>>,
    is_broken: AtomicBool,
}

#[async_trait]
impl Consumer for Noting {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, _: &RecordedEvent) -> bool {
        true
    }

    async fn apply(
        &self,
        _: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let is_broken = self.is_broken.load(Ordering::SeqCst);
        let misfit = events.iter().find(|event| is_broken && event.stream == stream(ANA, "arepa"));
        if let Some(RecordedEvent { position, .. }) = misfit {
            return Err(ConsumerError::Misfit { position: *position, reason: "broken".to_owned() });
        }
        self.seen.lock().expect("whole").extend(events.iter().map(|event| event.position));
        Ok(())
    }
}

/// Runs the consumer on what `tail` has and the log, until its checkpoints are at the log's end.
async fn catches_up(
    db: &Database,
    store: &Arc<dyn EventStore>,
    consumer: &Arc<Noting>,
    tail: impl FnOnce(CancellationToken) -> Tail,
) {
    let shutdown = CancellationToken::new();
    let (tail, permits, board) = (tail(shutdown.clone()), WorkPermits::default(), Board::default());
    let feed = Feed { store: store.clone(), pool: db.projector_pool(), tail, permits, board };
    let running = tokio::spawn(run(consumer.clone(), feed, shutdown.clone()));
    let head = store.head().await.expect("a head").position.to_i64();
    let owner = db.owner_pool();
    let checkpoint = async || -> Option<i64> {
        sqlx::query_scalar("SELECT min(position) FROM checkpoints WHERE consumer = $1")
            .bind(NAME)
            .fetch_one(&owner)
            .await
            .expect("an answer")
    };
    let reached = async {
        while checkpoint().await != Some(head) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), reached).await.expect("the checkpoint moves");
    shutdown.cancel();
    running.await.expect("it does not panic").expect("it ends as it should");
}

fn log_with_gaps() -> Arc<dyn EventStore> {
    Arc::new(MemoryStore::with_gaps(IncarnationId::from_uuid(Uuid::from_u128(7))))
}

fn positions(log: &[RecordedEvent]) -> Vec<Position> {
    log.iter().map(|event| event.position).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_applied_once() {
    let (db, store, consumer) = (Database::create().await, log_with_gaps(), Arc::default());
    for id in 1..=20_u64 {
        committed(store.append(append(ANA, id.into(), &[("arepa", id * 3 - 3, 3)])).await);
    }
    catches_up(&db, &store, &consumer, |_| Tail::unread()).await;
    // What comes now is read once for all, as it comes.
    let follow = |shutdown| Tail::follow(store.clone(), CommitSignal::silent(), shutdown);
    for id in 21..=30_u64 {
        committed(store.append(append(ANA, id.into(), &[("arepa", id * 3 - 3, 3)])).await);
        catches_up(&db, &store, &consumer, follow).await;
    }
    let log = whole_log(&*store).await;
    assert_eq!((log.len(), &*consumer.seen.lock().expect("whole")), (90, &positions(&log)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_parked_is_found_again() {
    let (db, store, consumer) = (Database::create().await, log_with_gaps(), Arc::default());
    let consumer: Arc<Noting> = consumer;
    consumer.is_broken.store(true, Ordering::SeqCst);
    for id in 0..10_u64 {
        let streams = [("arepa", id * 2, 2), ("queso", id, 1)];
        committed(store.append(append(ANA, u128::from(id) + 1, &streams)).await);
    }
    catches_up(&db, &store, &consumer, |_| Tail::unread()).await;
    let log = whole_log(&*store).await;
    let (arepas, others): (Vec<_>, Vec<_>) =
        log.into_iter().partition(|event| event.stream == stream(ANA, "arepa"));
    assert_eq!(*consumer.seen.lock().expect("whole"), positions(&others));

    consumer.is_broken.store(false, Ordering::SeqCst);
    let parking = Parking::new(store.clone(), db.projector_pool(), vec![consumer.clone()]);
    let [key] = &parking.keys(&ParkedFilter::default()).await.expect("an answer")[..] else {
        panic!("one key waits")
    };
    let actor = Actor::System("a test".to_owned());
    let by = Decision { tenant: ANA, command: command(100), actor };
    let replay = Replay { consumer: NAME.to_owned(), key: key.key.clone() };
    assert_eq!(parking.replay(&by, &replay).await.expect("it is replayed").n_events, 20);
    assert_eq!(consumer.seen.lock().expect("whole")[others.len()..], positions(&arepas));
}
