//! A position is assigned long before its event becomes visible.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use event_store::store::ANSWER_TIMEOUT;
use event_store::testing::appends::{ANA, append, stream};
use event_store::testing::{Database, assert_took, figure, rounds};
use event_store::{Error, EventStore, Position, RecordedEvent, Revision, Verdict};
use sqlx::AssertSqlSafe;
use tokio::time::sleep;

use crate::support::{committed, gapless, hold_the_head, whole_log};

/// Another writer that takes a position and delays its commit.
async fn commits_late(db: &Database, id: u32, hold: Duration) {
    let mut session = hold_the_head(db).await;
    let late = format!(
        "SELECT * FROM log_append(
            ARRAY['00000000-0000-0000-0000-0000000000ff']::uuid[],
            ARRAY[1], ARRAY[lpad(to_hex({id}), 32, '0')]::uuid[], ARRAY[sha256('late')],
            ARRAY[1], ARRAY['claim-late {id}'], ARRAY[1], ARRAY[1], ARRAY[0]::bigint[],
            ARRAY[NULL]::uuid[], ARRAY[1], ARRAY[1], ARRAY[1]::bigint[], ARRAY[lpad(to_hex({id}), 32, '0')]::uuid[],
            ARRAY['claim.taken'], ARRAY[1]::smallint[], ARRAY['{{}}']::bytea[],
            ARRAY[sha256('late')], ARRAY[1], (SELECT array_agg(metadata) FROM (SELECT metadata FROM events LIMIT 1) m),
            ARRAY[NULL]::date[], ARRAY[now()], ARRAY[now()], true
        )"
    );
    sqlx::query(AssertSqlSafe(late)).execute(&mut *session).await.expect("the position is taken");
    sleep(hold).await;
    session.commit().await.expect("the late one commits");
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_late_commit_of_an_early_position_is_not_skipped() {
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    let over = Arc::new(AtomicBool::new(false));
    let subscriber = tokio::spawn({
        let (store, over) = (Arc::clone(&store), Arc::clone(&over));
        async move {
            let mut seen: Vec<RecordedEvent> = Vec::new();
            loop {
                let was_over = over.load(Ordering::Relaxed);
                let after = seen.last().map_or(Position::START, |event| event.position);
                let page = store.read_all(after, 5).await.expect("a page");
                if was_over && page.is_empty() {
                    return seen;
                }
                seen.extend(page);
            }
        }
    });
    // `make test` holds the head for less than the writer's timeout, the campaign for longer.
    let n_rounds = rounds(2);
    let hold = if n_rounds > 2 { Duration::from_secs(5) } else { Duration::from_millis(1_300) };
    let n_rounds = n_rounds.min(6);
    let (mut revision, mut n_transient, mut slowest) = (1, 0, Duration::ZERO);
    for round in 0..n_rounds {
        let late = tokio::spawn({
            let db = db.clone();
            async move { commits_late(&db, 0x00ff_0000 + round, hold).await }
        });
        while !late.is_finished() {
            let begun = Instant::now();
            match store
                .append(append(ANA, 1_000 + u128::from(revision), &[("arepa", revision, 1)]))
                .await
            {
                Ok(Verdict::Committed(_)) => revision += 1,
                Err(Error::Unavailable { .. }) => n_transient += 1,
                other => panic!("{other:?}"),
            }
            slowest = slowest.max(begun.elapsed());
        }
        late.await.expect("the late writer has committed");
    }
    assert_took(slowest, ANSWER_TIMEOUT + Duration::from_millis(500));
    over.store(true, Ordering::Relaxed);
    let seen = subscriber.await.expect("the subscriber ends");
    gapless(&seen);
    assert_eq!(seen, whole_log(&*store).await);
    let n_late = seen.iter().filter(|event| event.stream.name().starts_with("claim-late")).count();
    assert_eq!(n_late, n_rounds as usize);
    let n_written = n_late + usize::try_from(revision).expect("few events");
    figure(
        "F18",
        &format!(
            "{n_rounds} commits {hold:.1?} late, {} events of {} skipped, {n_transient} appends \
             refused, none after more than {slowest:.1?}",
            n_written - seen.len(),
            seen.len()
        ),
    );
}

/// Open transactions of other sessions, whatever they wrote, read or locked, do not affect the log.
/// Stores that wait for all earlier transactions to end would block here.
#[tokio::test(flavor = "multi_thread")]
async fn f18_an_open_transaction_hides_no_events_and_blocks_no_appends() {
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    let open = db.owner_pool();
    let begun = "BEGIN ISOLATION LEVEL REPEATABLE READ";
    let mut open = open.begin_with(begun).await.expect("a session");
    for sql in [
        // A transaction id older than those of all later transactions, a snapshot of the log, and a
        // lock.
        "CREATE TABLE unrelated (n integer)",
        "SELECT count(*) FROM events",
        "SELECT * FROM streams FOR KEY SHARE",
    ] {
        sqlx::query(sql).execute(&mut *open).await.expect("the statement works");
    }
    let reader = db.store();
    let mut seen = Vec::new();
    for revision in 1..40 {
        let id = u128::from(revision) + 1;
        let committed = committed(store.append(append(ANA, id, &[("arepa", revision, 1)])).await);
        let after = Position::new(committed.first.get() - 1);
        seen.extend(reader.read_all(after, 10).await.expect("a page"));
    }
    assert_eq!(seen, whole_log(&*store).await[1..]);
    let tail = [(stream(ANA, "arepa"), Revision::START)];
    assert_eq!(reader.read_streams(ANA, &tail).await.expect("an answer")[0].len(), 40);
    open.rollback().await.expect("the transaction stays open");
}
