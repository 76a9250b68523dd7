//! A database that does not answer.

use std::time::{Duration, Instant};

use event_store::database::statement_pool;
use event_store::postgres::PostgresStore;
use event_store::store::ANSWER_TIMEOUT;
use event_store::testing::appends::{ANA, LUIS, append, command, stream};
use event_store::testing::rounds;
use event_store::testing::{Database, assert_took};
use event_store::{Error, EventStore, Position, Revision};
use futures_util::future::join_all;
use rand::RngExt;
use tokio::time::{sleep, timeout};

use crate::proxy::Proxy;
use crate::support::{
    committed, duplicate, hold_the_head, until_the_writer_waits, whole_log, without_writers,
};

/// A margin for the callers' tasks.
const GRACE: Duration = Duration::from_secs(1);

fn store(proxy: &Proxy) -> PostgresStore {
    let pool = || statement_pool(proxy.options(), 1);
    PostgresStore::new(pool(), pool(), proxy.options())
}

async fn until_the_log_has(store: &dyn EventStore, n_events: u64) {
    while store.head().await.expect("a head").position < Position::new(n_events) {
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_what_was_sent_is_unknown_and_what_waits_is_never_sent() {
    let db = Database::create().await;
    let (proxy, direct) = (Proxy::new(&db), db.store());
    let store = store(&proxy);
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);

    proxy.let_requests_through(false);
    let begun = Instant::now();
    let sent = store.append(append(ANA, 2, &[("arepa", 1, 1)]));
    sleep(Duration::from_millis(100)).await;
    let behind = store.append(append(ANA, 3, &[("arepa", 2, 1)]));
    let (sent, behind) = tokio::join!(sent, behind);
    assert_took(begun.elapsed(), ANSWER_TIMEOUT + GRACE);
    assert!(matches!(sent, Err(Error::OutcomeUnknown)), "{sent:?}");
    assert!(matches!(behind, Err(Error::Unavailable { .. })), "{behind:?}");

    proxy.let_requests_through(true);
    until_the_log_has(&*direct, 2).await;
    committed(store.append(append(ANA, 4, &[("arepa", 2, 1)])).await);
    assert_eq!(store.commands(ANA, &[command(3)]).await.expect("an answer"), [None]);
    assert_eq!(whole_log(&*direct).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_even_be_sent_is_known_not_to_have_happened() {
    let db = Database::create().await;
    let (proxy, direct) = (Proxy::new(&db), db.store());
    let store = store(&proxy);
    proxy.let_requests_through(false);
    let begun = Instant::now();
    let answer = store.append(append(ANA, 1, &[("arepa", 0, 1)])).await;
    assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
    assert_took(begun.elapsed(), ANSWER_TIMEOUT + GRACE);

    proxy.let_requests_through(true);
    committed(store.append(append(ANA, 2, &[("arepa", 0, 1)])).await);
    assert_eq!(whole_log(&*direct).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_asked_for_again_and_happens_once() {
    let db = Database::create().await;
    let (proxy, direct) = (Proxy::new(&db), db.store());
    let store = store(&proxy);
    let n_rounds = u64::from(rounds(5));
    let mut at = 0;
    for n in 1..=n_rounds {
        // Statements are prepared at their first use, which takes another answer.
        for id in [1_000, 2_000] {
            committed(store.append(append(ANA, u128::from(n) + id, &[("arepa", at, 1)])).await);
            at += 1;
        }
        proxy.let_answers_through(false);
        let answer = store.append(append(ANA, n.into(), &[("arepa", at, 1)]));
        at += 1;
        until_the_log_has(&*direct, at).await;
        proxy.cut().await;
        proxy.let_answers_through(true);
        // Whichever attempt was committed: the command is in the log once, and the answer reports
        // it.
        let earlier = duplicate(answer.await);
        let place = (earlier.committed.first, earlier.committed.last, earlier.committed.count);
        assert_eq!(place, (Position::new(at), Position::new(at), 1));
    }
    assert_eq!(whole_log(&*direct).await.len() as u64, n_rounds * 3);
}

/// The command was accepted earlier, so that its retry is a duplicate: the log has no event of the
/// retry.
#[tokio::test(flavor = "multi_thread")]
async fn f11_a_retry_whose_answer_is_lost_is_no_new_commit() {
    let db = Database::create().await;
    let (proxy, direct) = (Proxy::new(&db), db.store());
    let store = store(&proxy);
    let first = committed(store.append(append(ANA, 1, &[("arepa", 0, 2)])).await);
    committed(store.append(append(ANA, 2, &[("arepa", 2, 1)])).await);
    for _ in 0..rounds(5) {
        let head = hold_the_head(&db).await;
        // Decided again from the start, with events of its own.
        let retry = store.append(append(ANA, 1, &[("arepa", 3, 2)]));
        until_the_writer_waits(&db).await;
        proxy.cut().await;
        head.rollback().await.expect("the head is free");
        let earlier = duplicate(retry.await);
        assert_eq!((earlier.committed, earlier.fingerprint), (first, [1; 32]));
        assert_eq!(whole_log(&*direct).await.len(), 3);
    }
}

/// The first attempt was committed, whatever the second one meets. On one thread no append is sent
/// before all are queued, so that two are in one batch.
#[tokio::test]
async fn f11_a_refusal_after_a_lost_answer_does_not_say_that_nothing_happened() {
    let db = Database::create().await;
    let (proxy, direct) = (Proxy::new(&db), db.store());
    let store = store(&proxy);
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    let four = |id: u128| {
        let key = |n| format!("buñuelo {}", id + n);
        join_all((0..4).map(|n| store.append(append(ANA, id + n, &[(&key(n), 0, 1)]))))
    };
    // Statements are prepared at their first use, which takes another answer.
    for answer in four(10).await {
        committed(answer);
    }
    proxy.let_answers_through(false);
    let sent = four(20);
    let losing = async {
        until_the_log_has(&*direct, 7).await;
        without_writers(&db).await;
        proxy.cut().await;
        proxy.let_answers_through(true);
    };
    let (answers, ()) = tokio::join!(sent, losing);
    for (answer, id) in answers.into_iter().zip(20..) {
        match direct.commands(ANA, &[command(id)]).await.expect("an answer")[0] {
            Some(_) => assert!(matches!(answer, Err(Error::OutcomeUnknown)), "{id}: {answer:?}"),
            None => assert!(matches!(answer, Err(Error::Rejected { .. })), "{id}: {answer:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_get_no_answer_or_are_given_up_leave_no_trace() {
    let db = Database::create().await;
    let (proxy, direct) = (Proxy::new(&db), db.store());
    committed(direct.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    committed(direct.append(append(LUIS, 2, &[("café", 0, 2)])).await);
    let store = store(&proxy);
    let arepa = [(stream(ANA, "arepa"), Revision::START)];
    let cafe = [(stream(LUIS, "café"), Revision::START)];

    store.read_streams(ANA, &arepa).await.expect("an answer");
    proxy.let_answers_through(false);
    let begun = Instant::now();
    let answer = store.read_streams(ANA, &arepa).await;
    assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
    assert_took(begun.elapsed(), ANSWER_TIMEOUT + GRACE);
    proxy.let_answers_through(true);

    for _ in 0..rounds(20) {
        let micros = rand::rng().random_range(0..2_000);
        let given_up = store.read_streams(LUIS, &cafe);
        let _ = timeout(Duration::from_micros(micros), given_up).await;
        let answer = store.read_streams(ANA, &arepa).await.expect("an answer");
        let names: Vec<&str> = answer[0].iter().map(|event| event.stream.name()).collect();
        assert_eq!(names, [arepa[0].0.name()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_waits_for_the_head_in_vain_reports_no_effect() {
    let db = Database::create().await;
    let store = db.store();
    let head = hold_the_head(&db).await;
    let begun = Instant::now();
    let answer = store.append(append(ANA, 1, &[("arepa", 0, 1)])).await;
    assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
    assert_took(begun.elapsed(), ANSWER_TIMEOUT + GRACE);
    head.rollback().await.expect("the head is free");
    committed(store.append(append(ANA, 2, &[("arepa", 0, 1)])).await);
    assert_eq!(whole_log(&*store).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_over_its_limit_is_refused_and_the_others_go_on() {
    let db = Database::create().await;
    let store = db.store();
    let head = hold_the_head(&db).await;
    let calls: Vec<_> = (0..5_000_u64)
        .map(|n| store.append(append(ANA, u128::from(n) + 1, &[("arepa", n, 1)])))
        .collect();
    let other = store.append(append(LUIS, 1, &[("café", 0, 1)]));
    head.rollback().await.expect("the head is free");
    committed(other.await);
    let mut n_overloaded = 0;
    for call in calls {
        n_overloaded += u32::from(matches!(call.await, Err(Error::Overloaded)));
    }
    // A tenant may queue 4,096 appends; the writer may already have taken a batch of up to 512.
    assert!((392..=904).contains(&n_overloaded), "{n_overloaded}");
}
