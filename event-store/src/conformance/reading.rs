//! Reading: no event is skipped, and no tenant reads another's events.

use std::sync::Arc;

use super::{committed, whole_log};
use crate::hash::link;
use crate::store::EventStore;
use crate::stream::{Position, Revision};
use crate::testing::appends::{ANA, LUIS, append, command, stream};
use crate::verdict::Verdict;

const N_WRITERS: u64 = 40;

/// See the name.
pub async fn tenants_share_nothing(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    committed(&store, append(LUIS, 1, &[("arepa", 0, 2)])).await;
    let tail = |tenant| [(stream(tenant, "arepa"), Revision::START)];
    let read = |tenant| store.read_streams(tenant, &[]);
    assert!(read(ANA).await.expect("an answer").is_empty());
    let luis = store.read_streams(LUIS, &tail(LUIS)).await.expect("an answer");
    assert_eq!(luis[0].len(), 2);
    let positions: Vec<Position> =
        whole_log(&store).await.iter().map(|event| event.position).collect();
    assert_eq!(store.events_of(LUIS, command(1)).await.expect("an answer"), luis[0]);
    assert_eq!(store.events_of(LUIS, command(2)).await.expect("an answer"), []);
    assert_eq!(store.events_at(LUIS, &positions).await.expect("an answer"), luis[0]);
    let known = store.commands(LUIS, &[command(1), command(2)]).await.expect("an answer");
    assert!(known[0].is_some_and(|earlier| earlier.committed.first == luis[0][0].position));
    assert!(known[1].is_none());
}

/// See the name.
pub async fn pages_skip_nothing(store: Arc<dyn EventStore>) {
    let n_events = many_write(&store).await;
    let log = whole_log(&store).await;
    assert_eq!(log.len(), n_events);
    assert!(log.is_sorted_by(|one, next| one.position < next.position));
    assert_eq!(store.head().await.expect("a head").position, log[n_events - 1].position);
    let (mut seen, mut after) = (0, Position::START);
    loop {
        let page = store.read_all(after, 7).await.expect("a page");
        let Some(last) = page.last() else { break };
        seen += page.len();
        after = last.position;
    }
    assert_eq!(seen, n_events);
}

/// Not every log can report this, and no reader of a log relies on it.
pub async fn positions_have_no_gap(store: Arc<dyn EventStore>) {
    let n_events = many_write(&store).await;
    let log = whole_log(&store).await;
    let positions: Vec<usize> =
        log.iter().filter_map(|event| event.position.get().try_into().ok()).collect();
    assert_eq!(positions, (1..=n_events).collect::<Vec<_>>());
}

/// See the name.
pub async fn events_are_found_by_their_positions(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 3)])).await;
    committed(&store, append(LUIS, 2, &[("arepa", 0, 1)])).await;
    committed(&store, append(ANA, 3, &[("buñuelo", 0, 2)])).await;
    let log = whole_log(&store).await;
    let beyond = log[5].position.plus(1);
    let asked = [log[5].position, log[0].position, Position::START, log[3].position, beyond];
    let found = store.events_at(ANA, &asked).await.expect("an answer");
    assert_eq!(found, [log[0].clone(), log[5].clone()]);
    assert_eq!(store.events_at(ANA, &[]).await.expect("an answer"), []);
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

/// Forty writers append one to three events each, and some appends that are refused. Returns the number of
/// events.
async fn many_write(store: &Arc<dyn EventStore>) -> usize {
    let writers = (0..N_WRITERS).map(|n| {
        let store = Arc::clone(store);
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
    (0..N_WRITERS).map(|n| 1 + usize::try_from(n % 3).expect("few")).sum()
}
