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

/// A foreign session that nobody can append against until it ends.
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

/// Runs something as the owner of the schema.
pub(crate) async fn run(db: &Database, sql: String) {
    let run = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&db.owner_pool()).await;
    run.expect("the statement works");
}

/// Returns when a session of this database waits for a lock, as the writer does for the head.
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

/// From here on every append is refused for a reason that waiting does not mend.
pub(crate) async fn without_writers(db: &Database) {
    for name in ["log_append", "log_append_next"] {
        run(db, format!("ALTER FUNCTION {name} RENAME TO {name}_of_nobody")).await;
    }
}

/// Lets nobody have anything judged: whatever is written after this comes next.
pub(crate) async fn without_a_judge(db: &Database) {
    run(db, "ALTER FUNCTION log_append RENAME TO log_append_of_nobody".to_owned()).await;
}

/// Fails unless every event says where the one before it in its stream is, and every stream where its
/// last one is.
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
    assert_eq!(wrong, Vec::<i64>::new(), "positions that are linked otherwise");
}
