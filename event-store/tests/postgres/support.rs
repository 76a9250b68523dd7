use std::time::Duration;

use event_store::testing::Database;
use event_store::{Committed, Earlier, Error, EventStore, Position, RecordedEvent, Verdict};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use tokio::time::sleep;

pub(crate) fn committed(answer: Result<Verdict, Error>) -> Committed {
    match answer {
        Ok(Verdict::Committed(committed)) => committed,
        other => panic!("the append was not committed: {other:?}"),
    }
}

pub(crate) fn duplicate(answer: Result<Verdict, Error>) -> Earlier {
    match answer {
        Ok(Verdict::Duplicate(earlier)) => earlier,
        other => panic!("the command was not recognised: {other:?}"),
    }
}

pub(crate) async fn whole_log(store: &dyn EventStore) -> Vec<RecordedEvent> {
    let mut log: Vec<RecordedEvent> = Vec::new();
    loop {
        let after = log.last().map_or(Position::START, |event| event.position);
        let page = store.read_all(after, 1_000).await.expect("a page");
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

/// Locks the head in another session: no append commits until the transaction ends.
pub(crate) async fn hold_the_head(db: &Database) -> Transaction<'static, Postgres> {
    let mut session = db.owner_pool().begin().await.expect("a session");
    sqlx::query("SELECT FROM log_head FOR UPDATE")
        .execute(&mut *session)
        .await
        .expect("the head is locked");
    session
}

pub(crate) fn gapless(log: &[RecordedEvent]) {
    let positions: Vec<u64> = log.iter().map(|event| event.position.get()).collect();
    assert_eq!(positions, (1..=log.len() as u64).collect::<Vec<_>>());
}

/// Runs a statement as the owner of the schema.
pub(crate) async fn run(db: &Database, sql: String) {
    let run = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&db.owner_pool()).await;
    run.expect("the statement works");
}

/// Waits until a session of this database waits for a lock, as the writer does for the head.
pub(crate) async fn until_the_writer_waits(db: &Database) {
    let pool = db.owner_pool();
    let waits = "SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'fastops_app' AND wait_event_type = 'Lock'
    )";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.expect("an answer") {
        sleep(Duration::from_millis(5)).await;
    }
}

/// Makes every later append fail for a permanent reason.
pub(crate) async fn without_writers(db: &Database) {
    for name in ["log_append", "log_append_next"] {
        run(db, format!("ALTER FUNCTION {name} RENAME TO {name}_disabled")).await;
    }
}

/// Makes every append fail that the database would have to check.
pub(crate) async fn without_checks(db: &Database) {
    run(db, "ALTER FUNCTION log_append RENAME TO log_append_disabled".to_owned()).await;
}

/// Fails unless each event has the position of the previous event of its stream, and each stream
/// that of its last one.
pub(crate) async fn linked(db: &Database) {
    let wrong: Vec<i64> = sqlx::query_scalar(
        "SELECT position FROM (
             SELECT position, previous, lag(position, 1, 0::bigint) OVER of_stream AS expected
             FROM events WINDOW of_stream AS (PARTITION BY tenant_id, stream ORDER BY revision)
         ) e
         WHERE previous <> expected
         UNION ALL
         SELECT last_position FROM streams s WHERE NOT EXISTS (
             SELECT FROM events e
             WHERE (e.position, e.tenant_id, e.stream, e.revision, e.event_id)
                 = (s.last_position, s.tenant_id, s.stream, s.revision, s.last_event)
         )",
    )
    .fetch_all(&db.owner_pool())
    .await
    .expect("the log can be read");
    assert_eq!(wrong, Vec::<i64>::new(), "positions with wrong links");
}
