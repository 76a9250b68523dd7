//! A writer that panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use event_store::testing::Database;
use event_store::testing::appends::{ANA, LUIS, append, command};
use event_store::testing::{assert_took, figure};
use event_store::{Error, EventStore, Position};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use crate::support::{committed, hold_the_head, whole_log};

/// The counter of failed batches.
const FAILURES: &str = "fastops_append_failures_total";

/// Panics when the first failed batch is counted, which is in the middle of the writer's work.
struct Trap {
    is_set: Arc<AtomicBool>,
}

impl Recorder for Trap {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let springs = key.name() == FAILURES && self.is_set.swap(false, Ordering::SeqCst);
        assert!(!springs, "the test's trap");
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f50_a_writer_that_dies_is_replaced_and_no_append_hangs() {
    let is_set = Arc::new(AtomicBool::new(false));
    let trap = Trap { is_set: Arc::clone(&is_set) };
    metrics::set_global_recorder(trap).map_err(drop).expect("one recorder");
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    let (n_rounds, mut slowest) = (3_u64, Duration::ZERO);
    for round in 0..n_rounds {
        is_set.store(true, Ordering::SeqCst);
        let head = hold_the_head(&db).await;
        let id = u128::from(round) * 10 + 2;
        let in_hand = store.append(append(ANA, id, &[("arepa", round + 1, 1)]));
        let begun = Instant::now();
        let answer = in_hand.await;
        slowest = slowest.max(begun.elapsed());
        assert!(matches!(answer, Err(Error::OutcomeUnknown)), "{answer:?}");
        assert!(!is_set.load(Ordering::SeqCst), "the writer has panicked");
        head.rollback().await.expect("the head is free");
        committed(store.append(append(ANA, id + 1, &[("arepa", round + 1, 1)])).await);
        committed(store.append(append(LUIS, id, &[("café", round, 1)])).await);
        assert_eq!(store.commands(ANA, &[command(id)]).await.expect("an answer"), [None]);
    }
    let head = store.head().await.expect("a head").position;
    assert_eq!(head, Position::new(whole_log(&*store).await.len() as u64));
    assert_took(slowest, Duration::from_secs(3));
    figure("F50", &format!("{n_rounds} writers panicked, outcome unknown within {slowest:.1?}"));
}
