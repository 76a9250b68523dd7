use event_store::testing::Database;
use event_store::{Committed, Error, EventStore, Position, RecordedEvent, Verdict};
use sqlx::{Postgres, Transaction};

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
