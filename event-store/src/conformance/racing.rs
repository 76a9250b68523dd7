//! Many writers at once.

use std::sync::Arc;

use super::whole_log;
use crate::store::EventStore;
use crate::testing::appends::{ANA, append, stream};
use crate::verdict::Verdict;

/// See the name.
pub async fn of_many_writers_to_one_revision_one_wins(store: Arc<dyn EventStore>) {
    for revision in 0..5 {
        let attempts = (0..20_u128).map(|n| {
            let store = Arc::clone(&store);
            let id = u128::from(revision) * 100 + n + 1;
            tokio::spawn(
                async move { store.append(append(ANA, id, &[("arepa", revision, 1)])).await },
            )
        });
        let mut winners = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            match attempt.await.expect("the writer finishes").expect("a verdict") {
                Verdict::Committed(_) => winners += 1,
                Verdict::Conflict { actual, .. } => assert_eq!(actual.get(), revision + 1),
                Verdict::Duplicate(earlier) => panic!("no id was used twice: {earlier:?}"),
            }
        }
        assert_eq!(winners, 1);
    }
}

/// Each append has its own thread and names the streams in another order: an adapter that locked them one by
/// one would deadlock.
pub async fn of_conflicting_appends_over_several_streams_one_wins(store: Arc<dyn EventStore>) {
    const THREADS: u64 = 64;
    let keys = ["arepa", "buñuelo", "café", "dulce"];
    for revision in 0..3_u64 {
        let runtime = tokio::runtime::Handle::current();
        let started = Arc::new(std::sync::Barrier::new(usize::try_from(THREADS).expect("few")));
        let threads = (0..THREADS).map(|n| {
            let (store, runtime, started) =
                (Arc::clone(&store), runtime.clone(), Arc::clone(&started));
            let mut streams = keys.map(|key| (key, revision, 1));
            streams.rotate_left(usize::try_from(n % 4).expect("few"));
            if n % 8 < 4 {
                streams.reverse();
            }
            let append = append(ANA, u128::from(revision * THREADS + n) + 1, &streams);
            std::thread::spawn(move || {
                started.wait();
                runtime.block_on(store.append(append)).expect("a verdict")
            })
        });
        let threads: Vec<_> = threads.collect();
        // The threads need the runtime that this task belongs to.
        let verdicts = tokio::task::spawn_blocking(move || {
            let ended = threads.into_iter().map(|thread| thread.join().expect("it ends"));
            ended.collect::<Vec<_>>()
        });
        let verdicts = verdicts.await.expect("all of them end");
        let winners = verdicts.iter().filter(|it| matches!(it, Verdict::Committed(_))).count();
        assert_eq!(winners, 1);
        let is_told = |verdict: &Verdict| match verdict {
            Verdict::Committed(committed) => committed.count == 4,
            Verdict::Conflict { actual, .. } => actual.get() == revision + 1,
            Verdict::Duplicate(_) => false,
        };
        assert!(verdicts.iter().all(is_told), "{verdicts:?}");
    }
    let log = whole_log(&store).await;
    assert_eq!(log.len(), 12);
    for key in keys {
        let of_key = log.iter().filter(|event| event.stream == stream(ANA, key));
        let revisions: Vec<u64> = of_key.map(|event| event.revision.get()).collect();
        assert_eq!(revisions, [1, 2, 3], "{key}");
    }
}
