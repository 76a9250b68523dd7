//! What every adapter of the log must do: call [`suite!`](crate::conformance_suite) with a way to make
//! an empty one.
//!
//! Each promise has a test of its own; besides, a log and its model are asked the same at random.

mod machine;
mod model;

use std::sync::Arc;

use domain::shared::EventId;
use uuid::Uuid;

use crate::append::{Append, Expected};
use crate::event::RecordedEvent;
use crate::hash::link;
use crate::snapshot::Snapshot;
use crate::store::EventStore;
use crate::stream::{Position, Revision};
use crate::testing::appends::{ANA, LUIS, append, command, stream};
use crate::verdict::{Committed, Verdict};

pub use machine::behaves_as_its_model;

/// Runs the whole suite against an adapter, one test per promise.
///
/// `$store` is an async expression that gives an `Arc<dyn EventStore>` over an empty log.
#[macro_export]
macro_rules! conformance_suite {
    ($store:expr => $($test:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            $crate::conformance::$test($store.await).await;
        })+

        #[test]
        fn whatever_is_asked_it_behaves_as_its_model() {
            $crate::conformance::behaves_as_its_model(|| async { $store.await });
        }
    };
    ($store:expr) => {
        $crate::conformance_suite! { $store =>
            what_is_appended_is_read_back_whole
            a_stream_that_stands_elsewhere_is_a_conflict_and_nothing_is_written
            several_streams_are_written_together_or_not_at_all
            a_stream_that_is_only_expected_is_checked
            a_command_is_accepted_once_whatever_it_expects_later
            a_command_without_events_is_remembered
            appends_of_no_event_take_no_position
            tenants_share_nothing
            positions_have_no_gap_and_pages_skip_nothing
            every_tenant_has_a_chain_of_links
            of_many_writers_to_one_revision_one_wins
            of_conflicting_appends_over_several_streams_one_wins
            appends_are_judged_in_the_order_of_the_calls
            a_chain_of_appends_succeeds_or_fails_together
            the_same_revision_by_another_event_is_a_conflict
            a_snapshot_never_goes_back
        }
    };
}

async fn committed(store: &Arc<dyn EventStore>, append: Append) -> Committed {
    match store.append(append).await {
        Ok(Verdict::Committed(committed)) => committed,
        other => panic!("the append was not committed: {other:?}"),
    }
}

async fn whole_log(store: &Arc<dyn EventStore>) -> Vec<RecordedEvent> {
    store.read_all(Position::START, 1_000).await.expect("the log is read")
}

/// See the name.
pub async fn what_is_appended_is_read_back_whole(store: Arc<dyn EventStore>) {
    let wanted = append(ANA, 1, &[("arepa", 0, 2)]);
    assert_eq!(
        committed(&store, wanted.clone()).await,
        Committed { first: Position::new(1), count: 2 }
    );
    let tails = [(stream(ANA, "arepa"), Revision::START), (stream(ANA, "none"), Revision::START)];
    let read = store.read_streams(ANA, &tails).await.expect("the streams are read");
    assert_eq!(read.len(), 2);
    assert_eq!(read[1], []);
    assert_eq!(read[0], whole_log(&store).await);
    for (read, wanted) in read[0].iter().zip(wanted.events()) {
        assert_eq!(read.stream, wanted.stream);
        assert_eq!(read.revision, wanted.revision);
        assert_eq!(read.id, wanted.id);
        assert_eq!(read.event_type, wanted.event_type.name);
        assert_eq!(read.schema_version, wanted.event_type.version);
        assert_eq!(read.payload, wanted.payload);
        assert_eq!(read.metadata, wanted.metadata);
        assert_eq!(read.business_date, wanted.business_date);
        assert_eq!(read.occurred_at, wanted.occurred_at);
        assert_eq!(read.recorded_at, wanted.recorded_at);
    }
    let tail = [(stream(ANA, "arepa"), Revision::new(1))];
    let after_first = store.read_streams(ANA, &tail).await.expect("the tail is read");
    assert_eq!(after_first[0].len(), 1);
    assert_eq!(after_first[0][0].revision, Revision::new(2));
}

/// See the name.
pub async fn a_stream_that_stands_elsewhere_is_a_conflict_and_nothing_is_written(
    store: Arc<dyn EventStore>,
) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    for wrong in [0, 2] {
        let verdict =
            store.append(append(ANA, 2, &[("arepa", wrong, 1)])).await.expect("a verdict");
        assert_eq!(
            verdict,
            Verdict::Conflict { stream: stream(ANA, "arepa"), actual: Revision::new(1) }
        );
    }
    assert_eq!(whole_log(&store).await.len(), 1);
    assert_eq!(store.commands(ANA, &[command(2)]).await.expect("an answer"), [None]);
    committed(&store, append(ANA, 2, &[("arepa", 1, 1)])).await;
}

/// See the name.
pub async fn several_streams_are_written_together_or_not_at_all(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1), ("buñuelo", 0, 2)])).await;
    let verdict = store.append(append(ANA, 2, &[("arepa", 1, 1), ("buñuelo", 1, 1)])).await;
    assert_eq!(
        verdict.expect("a verdict"),
        Verdict::Conflict { stream: stream(ANA, "buñuelo"), actual: Revision::new(2) }
    );
    assert_eq!(whole_log(&store).await.len(), 3);
    let both = committed(&store, append(ANA, 3, &[("arepa", 1, 1), ("buñuelo", 2, 1)])).await;
    assert_eq!((both.first, both.last()), (Position::new(4), Position::new(5)));
}

/// See the name.
pub async fn a_stream_that_is_only_expected_is_checked(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    let verdict = store.append(append(ANA, 2, &[("buñuelo", 0, 1), ("arepa", 0, 0)])).await;
    assert!(matches!(verdict, Ok(Verdict::Conflict { actual, .. }) if actual == Revision::new(1)));
    committed(&store, append(ANA, 3, &[("buñuelo", 0, 1), ("arepa", 1, 0)])).await;
}

/// See the name.
pub async fn a_command_is_accepted_once_whatever_it_expects_later(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 9, &[("buñuelo", 0, 1)])).await;
    let first = committed(&store, append(ANA, 1, &[("arepa", 0, 2)])).await;
    for again in [append(ANA, 1, &[("arepa", 0, 2)]), append(ANA, 1, &[("arepa", 7, 1)])] {
        match store.append(again).await {
            Ok(Verdict::Duplicate(earlier)) => {
                assert_eq!(earlier.committed, first);
                assert_eq!(earlier.fingerprint, [1; 32]);
            }
            other => panic!("the command was not recognised: {other:?}"),
        }
    }
    let events = store.events_of(ANA, first).await.expect("the events are read");
    assert_eq!(events, whole_log(&store).await[1..]);
}

/// See the name.
pub async fn a_command_without_events_is_remembered(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    let nothing = committed(&store, append(ANA, 2, &[("arepa", 1, 0)])).await;
    assert_eq!((nothing.last(), nothing.count), (Position::new(1), 0));
    let verdict = store.append(append(ANA, 2, &[("arepa", 1, 0)])).await.expect("a verdict");
    assert!(matches!(verdict, Verdict::Duplicate(earlier) if earlier.committed == nothing));
    assert_eq!(store.events_of(ANA, nothing).await.expect("an answer"), []);
}

/// See the name.
///
/// The first ones come when the log is empty and knows nothing of the tenant, the later ones among others
/// that wait with them.
pub async fn appends_of_no_event_take_no_position(store: Arc<dyn EventStore>) {
    let nothing = |id| append(ANA, id, &[]);
    for id in [1, 2] {
        let committed = committed(&store, nothing(id)).await;
        assert_eq!((committed, committed.last()), (Committed::default(), Position::START));
    }
    assert_eq!(store.head().await.expect("a head").position, Position::START);
    assert_eq!(whole_log(&store).await, []);
    assert_eq!(store.events_of(ANA, Committed::default()).await.expect("an answer"), []);
    let stale = store.append(append(ANA, 3, &[("arepa", 1, 0)])).await.expect("a verdict");
    let actual = Revision::START;
    assert_eq!(stale, Verdict::Conflict { stream: stream(ANA, "arepa"), actual });

    let calls = (0..60_u64).map(|n| {
        let (id, events) = (u128::from(n) + 10, u64::from(n % 3 == 0));
        store.append(append(ANA, id, &[("arepa", n.div_ceil(3), events)]))
    });
    let calls: Vec<_> = calls.collect();
    let mut head = 0;
    for (call, n) in calls.into_iter().zip(0..) {
        let count = u32::from(n % 3 == 0);
        head += u64::from(count);
        let wanted = Committed { first: Position::new(head), count };
        assert_eq!(call.await.expect("a verdict"), Verdict::Committed(wanted), "{n}");
    }
    let positions: Vec<u64> =
        whole_log(&store).await.iter().map(|event| event.position.get()).collect();
    assert_eq!(positions, (1..=20).collect::<Vec<_>>());
    let again = store.append(nothing(1)).await.expect("a verdict");
    let first = Committed::default();
    assert!(matches!(again, Verdict::Duplicate(earlier) if earlier.committed == first));
}

/// See the name.
pub async fn tenants_share_nothing(store: Arc<dyn EventStore>) {
    let anas = committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    committed(&store, append(LUIS, 1, &[("arepa", 0, 2)])).await;
    let tail = |tenant| [(stream(tenant, "arepa"), Revision::START)];
    let read = |tenant| store.read_streams(tenant, &[]);
    assert!(read(ANA).await.expect("an answer").is_empty());
    let luis = store.read_streams(LUIS, &tail(LUIS)).await.expect("an answer");
    assert_eq!(luis[0].len(), 2);
    assert_eq!(store.events_of(LUIS, anas).await.expect("an answer"), []);
    let known = store.commands(LUIS, &[command(1), command(2)]).await.expect("an answer");
    assert!(known[0].is_some_and(|earlier| earlier.committed.first == Position::new(2)));
    assert!(known[1].is_none());
}

/// See the name.
pub async fn positions_have_no_gap_and_pages_skip_nothing(store: Arc<dyn EventStore>) {
    let writers = (0..40_u64).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let tenant = if n % 2 == 0 { ANA } else { LUIS };
            let key = format!("product {n}");
            let id = u128::from(n);
            committed(&store, append(tenant, id + 1, &[(&key, 0, 1 + n % 3)])).await;
            // A refused append between the accepted ones takes no position.
            let refused = store.append(append(tenant, id + 1_000, &[(&key, 9, 1)])).await;
            assert!(matches!(refused, Ok(Verdict::Conflict { .. })));
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("the writer finishes");
    }
    let head = store.head().await.expect("a head").position.get();
    let positions: Vec<u64> =
        whole_log(&store).await.iter().map(|event| event.position.get()).collect();
    assert_eq!(positions, (1..=head).collect::<Vec<_>>());
    let (mut seen, mut after) = (0, Position::START);
    loop {
        let page = store.read_all(after, 7).await.expect("a page");
        let Some(last) = page.last() else { break };
        seen += page.len() as u64;
        after = last.position;
    }
    assert_eq!(seen, head);
}

/// See the name.
pub async fn every_tenant_has_a_chain_of_links(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 2)])).await;
    committed(&store, append(LUIS, 1, &[("arepa", 0, 1)])).await;
    committed(&store, append(ANA, 2, &[("buñuelo", 0, 2)])).await;
    for tenant in [ANA, LUIS] {
        let mut last = [0; 32];
        let log = whole_log(&store).await;
        let events = log.iter().filter(|event| event.stream.tenant() == tenant);
        for (event, seq) in events.zip(1..) {
            assert_eq!(event.tenant_seq, seq);
            last = link(&last, seq, &event.content_hash);
            assert_eq!(event.link, last);
        }
    }
}

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

/// See the name.
///
/// From as many threads as there are appends, which name the streams in different orders: whoever locked
/// them one by one would wait for each other in a circle.
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

/// See the name.
pub async fn appends_are_judged_in_the_order_of_the_calls(store: Arc<dyn EventStore>) {
    let call = |n: u64| (n, store.append(append(ANA, n.into(), &[("arepa", n - 1, 1)])));
    let mut calls: Vec<_> = (1..=50).map(call).collect();
    // The last answer is awaited first, and the first one never.
    while calls.len() > 1 {
        let (n, answer) = calls.pop().expect("there is more than one");
        let wanted = Committed { first: Position::new(n), count: 1 };
        assert_eq!(answer.await.expect("a verdict"), Verdict::Committed(wanted));
    }
    assert_eq!(whole_log(&store).await.len(), 50);
}

/// See the name.
pub async fn a_chain_of_appends_succeeds_or_fails_together(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    let wrong = store.append(append(ANA, 2, &[("arepa", 0, 1), ("buñuelo", 0, 1)]));
    let chained = store.append(append(ANA, 3, &[("buñuelo", 1, 1)]));
    let chained_further = store.append(append(ANA, 4, &[("buñuelo", 2, 1)]));
    let other = store.append(append(ANA, 5, &[("arepa", 1, 1)]));
    let conflict =
        |key, actual| Verdict::Conflict { stream: stream(ANA, key), actual: Revision::new(actual) };
    assert_eq!(wrong.await.expect("a verdict"), conflict("arepa", 1));
    assert_eq!(chained.await.expect("a verdict"), conflict("buñuelo", 0));
    assert_eq!(chained_further.await.expect("a verdict"), conflict("buñuelo", 0));
    assert!(matches!(other.await, Ok(Verdict::Committed(_))));
}

/// See the name.
///
/// Somebody has decided on what `decided_on` would leave, which another command has been quicker than.
pub async fn the_same_revision_by_another_event_is_a_conflict(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    let quicker = append(ANA, 2, &[("arepa", 1, 1)]);
    let decided_on = append(ANA, 3, &[("arepa", 1, 1)]);
    let after = |earlier: &Append, next: &Append| {
        let last_event = earlier.events().last().map(|event| event.id);
        let expected = Expected { last_event, ..next.expected()[0].clone() };
        let (command, fingerprint) = (next.command(), *next.fingerprint());
        Append::try_new(ANA, command, fingerprint, vec![expected], next.events().to_vec())
            .expect("only the expectation differs")
    };
    let conflict = Verdict::Conflict { stream: stream(ANA, "arepa"), actual: Revision::new(2) };
    let chained = after(&decided_on, &append(ANA, 4, &[("arepa", 2, 1)]));
    let verdicts = [quicker.clone(), decided_on, chained].map(|append| store.append(append));
    let [first, second, third] =
        futures_util::future::join_all(verdicts).await.try_into().expect("3");
    assert!(matches!(first, Ok(Verdict::Committed(_))), "{first:?}");
    assert_eq!(second.expect("a verdict"), conflict);
    assert_eq!(third.expect("a verdict"), conflict);
    committed(&store, after(&quicker, &append(ANA, 5, &[("arepa", 2, 1)]))).await;
}

/// See the name.
pub async fn a_snapshot_never_goes_back(store: Arc<dyn EventStore>) {
    let snapshot = |tenant, revision, version| Snapshot {
        stream: stream(tenant, "arepa"),
        revision: Revision::new(revision),
        last_event: EventId::from_uuid(Uuid::from_u128(revision.into())),
        version,
        state: format!("{revision} in version {version}").into_bytes(),
    };
    let streams = [stream(ANA, "none"), stream(ANA, "arepa")];
    assert_eq!(store.snapshots(ANA, &streams).await.expect("an answer"), [None, None]);
    // What is kept, and what is there afterwards.
    let steps =
        [((3, 1), (3, 1)), ((2, 2), (3, 1)), ((3, 2), (3, 2)), ((1, 3), (3, 2)), ((9, 1), (9, 1))];
    for ((revision, version), (newest, its_version)) in steps {
        store.keep_snapshot(snapshot(ANA, revision, version)).await.expect("it is kept");
        let kept = store.snapshots(ANA, &streams).await.expect("an answer");
        assert_eq!(kept, [None, Some(snapshot(ANA, newest, its_version))]);
    }
    store.keep_snapshot(snapshot(LUIS, 1, 1)).await.expect("it is kept");
    let luis = store.snapshots(LUIS, &[stream(LUIS, "arepa")]).await.expect("an answer");
    assert_eq!(luis, [Some(snapshot(LUIS, 1, 1))]);
}
