//! Two writers on one log, as in two processes.

use std::sync::Arc;

use event_store::postgres::PostgresStore;
use event_store::testing::appends::{ANA, append, stream};
use event_store::testing::{Database, figure, rounds};
use event_store::{EventStore, Revision, Verdict};
use tokio::task::JoinSet;

use crate::support::{gapless, linked, whole_log};

#[tokio::test(flavor = "multi_thread")]
async fn f07_two_processes_write_the_same_streams() {
    let db = Database::create().await;
    let n_each = u64::from(rounds(10)) * 5;
    let mut writers = JoinSet::new();
    for writer in 0..2_u128 {
        let store = db.store();
        for task in 0..3_u128 {
            let store = Arc::clone(&store);
            let base = (writer * 3 + task + 1) * 1_000_000;
            writers.spawn(async move { adds_to_both(&store, base, n_each).await });
        }
    }
    let n_conflicts: u64 = writers.join_all().await.into_iter().sum();
    let log = whole_log(&*db.store()).await;
    gapless(&log);
    linked(&db).await;
    let n_wanted = 6 * n_each;
    for (tenant, key) in [(ANA, "arepa"), (ANA, "buñuelo")] {
        let revisions = log.iter().filter(|event| event.stream == stream(tenant, key));
        let revisions: Vec<u64> = revisions.map(|event| event.revision.get()).collect();
        assert_eq!(revisions, (1..=n_wanted).collect::<Vec<_>>());
    }
    assert!(n_conflicts > 0, "no writes conflicted");
    figure(
        "F07",
        &format!(
            "two processes: {n_wanted} writes to the same streams, {n_conflicts} conflicts, 0 lost"
        ),
    );
}

/// Appends one event to each of two streams at a time, at the revisions that it has read.
async fn adds_to_both(store: &PostgresStore, base: u128, n: u64) -> u64 {
    let (mut at, mut n_conflicts) = (Revision::START, 0);
    for id in base..base + u128::from(n) {
        loop {
            let streams = [("arepa", at.get(), 1), ("buñuelo", at.get(), 1)];
            match store.append(append(ANA, id, &streams)).await {
                Ok(Verdict::Committed(_)) => break at = at.plus(1),
                Ok(Verdict::Conflict { actual, .. }) => {
                    at = actual;
                    n_conflicts += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    n_conflicts
}
