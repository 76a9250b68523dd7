//! Transactions that the database rolls back for its own reasons.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use event_store::postgres::PostgresStore;
use event_store::testing::appends::{ANA, LUIS, append};
use event_store::testing::{Database, figure, rounds};
use event_store::{EventStore, Verdict};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{gapless, run, whole_log};

/// Changes a setting for the later sessions of this test's database.
async fn set(db: &Database, setting: &str) {
    let name: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(&db.owner_pool())
        .await
        .expect("the database has a name");
    run(db, format!("ALTER DATABASE {name} SET {setting}")).await;
}

/// How many batches were rolled back and retried, in the whole process.
fn n_failures(metrics: &PrometheusHandle) -> u64 {
    let rendered = metrics.render();
    let line =
        rendered.lines().find_map(|line| line.strip_prefix("fastops_append_failures_total "));
    line.map_or(0, |count| count.parse().expect("a counter is a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn f14_deadlocks_are_tried_again_and_never_an_internal_error() {
    let metrics = PrometheusBuilder::new().install_recorder().expect("one recorder");
    let db = Database::create().await;
    // Shorter than the writer's lock timeout, so that PostgreSQL detects the deadlock first.
    set(&db, "deadlock_timeout = '20ms'").await;
    let store = db.store();
    let keys = [String::from("arepa"), String::from("café")];
    appends_all(&store, 1, &keys, 1).await;
    let n_victims = Arc::new(AtomicU64::new(0));
    let foreign = tokio::spawn(locks_the_other_way_round(db.owner_pool(), Arc::clone(&n_victims)));
    let n_wanted = u64::from(rounds(5));
    let (mut revision, mut n_transient, mut n_deadlocks) = (1, 0, 0);
    let begun = Instant::now();
    while n_deadlocks < n_wanted {
        assert!(begun.elapsed() < Duration::from_mins(1), "there were {n_deadlocks} deadlocks");
        for (tenant, key) in [(ANA, "arepa"), (LUIS, "café")] {
            let id = 1_000 + u128::from(revision);
            loop {
                match store.append(append(tenant, id, &[(key, revision, 1)])).await {
                    Ok(Verdict::Committed(_) | Verdict::Duplicate(_)) => break,
                    Err(error) if error.is_transient() => n_transient += 1,
                    other => panic!("{key} at {revision}: {other:?}"),
                }
            }
        }
        revision += 1;
        n_deadlocks = n_failures(&metrics) + n_victims.load(Ordering::Relaxed);
    }
    foreign.abort();
    let log = whole_log(&*store).await;
    gapless(&log);
    assert_eq!(log.len() as u64, 2 * revision);
    let (n, n_batches) = (log.len(), n_failures(&metrics));
    figure(
        "F14",
        &format!(
            "{n_deadlocks} deadlocks, {n_batches} ended by rolling a batch back; {n} appends, \
             {n_transient} refused, 0 failed"
        ),
    );
}

/// Repeatedly locks a stream first and the head second.
async fn locks_the_other_way_round(pool: PgPool, n_victims: Arc<AtomicU64>) {
    loop {
        let mut session = pool.begin().await.expect("a session");
        let streams = "SELECT FROM streams ORDER BY stream FOR UPDATE";
        sqlx::query(streams).execute(&mut *session).await.expect("streams come first");
        sleep(Duration::from_millis(5)).await;
        let head = "SELECT FROM log_head FOR UPDATE";
        let head = sqlx::query(head).execute(&mut *session).await;
        n_victims.fetch_add(u64::from(head.is_err()), Ordering::Relaxed);
        // A rejected transaction is rolled back already.
        let _ = session.rollback().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f14_serialization_failures_are_tried_again_and_never_an_internal_error() {
    let metrics = PrometheusBuilder::new().install_recorder().expect("one recorder");
    let db = Database::create().await;
    // A session that waited for the head has an older snapshot, and must start again.
    set(&db, "default_transaction_isolation = 'repeatable read'").await;
    let n_each = u64::from(rounds(10)) * 2;
    let mut writers = JoinSet::new();
    for writer in 0..3_u128 {
        let store = db.store();
        let keys = [format!("arepa {writer}"), format!("café {writer}")];
        writers.spawn(
            async move { appends_all(&store, (writer + 1) * 1_000_000, &keys, n_each).await },
        );
    }
    let n_transient: u32 = writers.join_all().await.into_iter().sum();
    let log = whole_log(&*db.store()).await;
    gapless(&log);
    assert_eq!(log.len() as u64, 6 * n_each);
    let n_failures = n_failures(&metrics);
    assert!(n_failures > 0, "nothing was rolled back");
    figure(
        "F14",
        &format!(
            "{n_failures} batches rolled back for serialization; {} appends, {n_transient} \
             refused, 0 failed",
            log.len()
        ),
    );
}

/// Appends to one stream of each tenant in turns; returns how many appends had to be retried.
async fn appends_all(store: &PostgresStore, base: u128, keys: &[String], n_each: u64) -> u32 {
    let mut n_transient = 0;
    for revision in 0..n_each {
        for (key, no) in keys.iter().zip(0_u128..) {
            let id = base + u128::from(revision) * 100 + no;
            let tenant = if no % 2 == 0 { ANA } else { LUIS };
            loop {
                match store.append(append(tenant, id, &[(key, revision, 1)])).await {
                    Ok(Verdict::Committed(_) | Verdict::Duplicate(_)) => break,
                    Err(error) if error.is_transient() => n_transient += 1,
                    other => panic!("{key} at {revision}: {other:?}"),
                }
            }
        }
    }
    n_transient
}
