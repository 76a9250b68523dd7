//! How waiting appends are divided into batches.

use std::time::Duration;

use event_store::EventStore;
use event_store::store::ANSWER_TIMEOUT;
use event_store::testing::Database;
use event_store::testing::appends::{ANA, append};
use tokio::time::{sleep, timeout};

use crate::support::{committed, hold_the_head};

async fn until_it_waits(db: &Database) {
    let pool = db.owner_pool();
    let query = "SELECT EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    )";
    let waits = || sqlx::query_scalar::<_, bool>(query).fetch_one(&pool);
    while !waits().await.expect("an answer") {
        sleep(Duration::from_millis(5)).await;
    }
}

/// The number of commands in each transaction, in the order of the log.
async fn batches(db: &Database) -> Vec<i64> {
    let query = "SELECT count(*) FROM command_log GROUP BY xmin ORDER BY min(first_position)";
    sqlx::query_scalar(query).fetch_all(&db.owner_pool()).await.expect("the commands")
}

/// Half of them are written while the callers of the other half decide on their next commands.
#[tokio::test(flavor = "multi_thread")]
async fn half_of_the_waiting_appends_are_sent_at_once() {
    let db = Database::create().await;
    let store = db.store();
    let head = hold_the_head(&db).await;
    let first = store.append(append(ANA, 1, &[("arepa", 0, 1)]));
    timeout(ANSWER_TIMEOUT, until_it_waits(&db)).await.expect("it is sent");
    let waiting: Vec<_> =
        (1..=10).map(|n| store.append(append(ANA, n + 1, &[(&n.to_string(), 0, 1)]))).collect();

    head.rollback().await.expect("the head is free");

    committed(first.await);
    for answer in waiting {
        committed(answer.await);
    }
    assert_eq!(batches(&db).await, [1, 6, 4]);
}
