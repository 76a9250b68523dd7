//! Commands: accepted once, and recorded.

use std::sync::Arc;

use super::{committed, whole_log};
use crate::store::EventStore;
use crate::stream::{Position, Revision};
use crate::testing::appends::{ANA, append, command, stream};
use crate::verdict::{Committed, Verdict};

/// See the name.
pub async fn a_command_is_accepted_once_whatever_it_expects_later(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 9, &[("buñuelo", 0, 1)])).await;
    let first = committed(&store, append(ANA, 1, &[("arepa", 0, 2)])).await;
    for retry in [append(ANA, 1, &[("arepa", 0, 2)]), append(ANA, 1, &[("arepa", 7, 1)])] {
        match store.append(retry).await {
            Ok(Verdict::Duplicate(earlier)) => {
                assert_eq!(earlier.committed, first);
                assert_eq!(earlier.fingerprint, [1; 32]);
            }
            other => panic!("the command was not recognised: {other:?}"),
        }
    }
    let events = store.events_of(ANA, command(1)).await.expect("the events are read");
    assert_eq!(events, whole_log(&store).await[1..]);
}

/// See the name.
pub async fn a_command_without_events_is_remembered(store: Arc<dyn EventStore>) {
    let before = committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    let nothing = committed(&store, append(ANA, 2, &[("arepa", 1, 0)])).await;
    assert_eq!(nothing, Committed::nothing_at(before.last));
    let verdict = store.append(append(ANA, 2, &[("arepa", 1, 0)])).await.expect("a verdict");
    assert!(matches!(verdict, Verdict::Duplicate(earlier) if earlier.committed == nothing));
    assert_eq!(store.events_of(ANA, command(2)).await.expect("an answer"), []);
    assert_eq!(store.events_of(ANA, command(3)).await.expect("an answer"), [], "it was never sent");
}

/// The first commands come when the log is empty and has no tenant, the later ones in one batch with others.
pub async fn appends_of_no_event_take_no_position(store: Arc<dyn EventStore>) {
    let nothing = |id| append(ANA, id, &[]);
    for id in [1, 2] {
        let committed = committed(&store, nothing(id)).await;
        assert_eq!(committed, Committed::nothing_at(Position::START));
    }
    assert_eq!(store.head().await.expect("a head").position, Position::START);
    assert_eq!(whole_log(&store).await, []);
    assert_eq!(store.events_of(ANA, command(1)).await.expect("an answer"), []);
    let stale = store.append(append(ANA, 3, &[("arepa", 1, 0)])).await.expect("a verdict");
    let actual = Revision::START;
    assert_eq!(stale, Verdict::Conflict { stream: stream(ANA, "arepa"), actual });

    let calls = (0..60_u64).map(|n| {
        let (id, events) = (u128::from(n) + 10, u64::from(n % 3 == 0));
        store.append(append(ANA, id, &[("arepa", n.div_ceil(3), events)]))
    });
    let calls: Vec<_> = calls.collect();
    let (mut head, mut written) = (Position::START, Vec::new());
    for (call, n) in calls.into_iter().zip(0..) {
        let Ok(Verdict::Committed(committed)) = call.await else { panic!("{n} is not committed") };
        if n % 3 == 0 {
            assert!(committed.first > head && committed.count == 1, "{n}: {committed:?}");
            (head, written) = (committed.last, [written, vec![committed.last]].concat());
        } else {
            assert_eq!(committed, Committed::nothing_at(head), "{n}");
        }
    }
    let positions: Vec<Position> =
        whole_log(&store).await.iter().map(|event| event.position).collect();
    assert_eq!((positions.len(), positions), (20, written));
    let repeated = store.append(nothing(1)).await.expect("a verdict");
    let first = Committed::default();
    assert!(matches!(repeated, Verdict::Duplicate(earlier) if earlier.committed == first));
}
