use event_store::testing::Database;
use event_store::{Committed, Error, EventStore, Position, RecordedEvent, Verdict};
use sqlx::{AssertSqlSafe, Postgres, Transaction};

pub(crate) fn committed(answer: Result<Verdict, Error>) -> Committed {
    match answer {
        Ok(Verdict::Committed(committed)) => committed,
        other => panic!("the append was not committed: {other:?}"),
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
