//! Appends that rest on others, whose verdicts are not known yet.

use std::sync::Arc;

use super::{committed, whole_log};
use crate::append::{Append, Expected};
use crate::store::EventStore;
use crate::stream::Revision;
use crate::testing::appends::{ANA, append, stream};
use crate::verdict::{Committed, Verdict};

/// See the name.
pub async fn appends_are_judged_in_the_order_of_the_calls(store: Arc<dyn EventStore>) {
    let call = |n: usize| (n, store.append(append(ANA, n as u128, &[("arepa", n as u64 - 1, 1)])));
    let mut calls: Vec<_> = (1..=50).map(call).collect();
    let mut answers = Vec::new();
    // The last answer is awaited first, and the first one never.
    while calls.len() > 1 {
        let (n, answer) = calls.pop().expect("there is more than one");
        answers.push((n, answer.await.expect("a verdict")));
    }
    let log = whole_log(&store).await;
    assert_eq!(log.len(), 50);
    for (n, verdict) in answers {
        let position = log[n - 1].position;
        let wanted = Committed { first: position, last: position, count: 1 };
        assert_eq!(verdict, Verdict::Committed(wanted));
    }
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

/// An append was decided on the revision that `decided_on` would have produced, but another command was
/// written first.
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
