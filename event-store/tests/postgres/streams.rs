//! Streams are found by their last event, and each event says where the one before it is.

use event_store::testing::Database;
use event_store::testing::appends::{ANA, LUIS, append, stream};
use event_store::{Error, EventStore, Revision};

use crate::support::{committed, gapless, run, whole_log};

/// Fails unless every event says where the one before it in its stream is, and every stream where its
/// last one is.
async fn linked(db: &Database) {
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

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_stream_are_linked_however_they_were_written() {
    let db = Database::create().await;
    let (here, there) = (db.store(), db.store());
    // Judged, because nothing is known yet.
    committed(here.append(append(ANA, 1, &[("arepa", 0, 2), ("buñuelo", 0, 1)])).await);
    committed(here.append(append(LUIS, 2, &[("arepa", 0, 1)])).await);
    // Alone, and more than a lone command may have.
    committed(here.append(append(ANA, 3, &[("buñuelo", 1, 2), ("arepa", 2, 1)])).await);
    committed(here.append(append(ANA, 4, &[("arepa", 3, 20), ("queso", 0, 2)])).await);
    // In company.
    let answers: Vec<_> = (5..60_u64)
        .map(|id| {
            let own = format!("buñuelo {id}");
            let tenant = if id % 5 == 0 { LUIS } else { ANA };
            let shared = if tenant == LUIS { id / 5 } else { id + 18 - id / 5 };
            here.append(append(tenant, id.into(), &[("arepa", shared, 1), (&own, 0, 2)]))
        })
        .collect();
    for answer in answers {
        committed(answer.await);
    }
    // Beside somebody else, who is judged too.
    committed(there.append(append(LUIS, 60, &[("arepa", 12, 3), ("queso", 0, 1)])).await);
    committed(here.append(append(LUIS, 61, &[("queso", 1, 2), ("arepa", 15, 1)])).await);

    linked(&db).await;
    let log = whole_log(&*here).await;
    gapless(&log);
    for (tenant, key) in [(ANA, "arepa"), (ANA, "buñuelo"), (LUIS, "arepa"), (LUIS, "nothing")] {
        let stream = stream(tenant, key);
        let whole: Vec<_> = log.iter().filter(|event| event.stream == stream).cloned().collect();
        for after in 0..=whole.len() {
            let tail = (stream.clone(), Revision::new(after as u64));
            let read = there.read_streams(tenant, &[tail]).await.unwrap();
            assert_eq!(read, [&whole[after..]], "{stream} after {after}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_an_event_that_leads_elsewhere_is_not_read_as_if_it_were_whole() {
    // To itself, to another stream, to another tenant, to nothing, past one of its events.
    for elsewhere in [6, 2, 3, 0, 1] {
        let db = Database::create().await;
        let store = db.store();
        committed(store.append(append(ANA, 1, &[("arepa", 0, 1), ("queso", 0, 1)])).await);
        committed(store.append(append(LUIS, 2, &[("arepa", 0, 1)])).await);
        committed(store.append(append(ANA, 3, &[("arepa", 1, 3)])).await);
        run(
            &db,
            format!(
                "ALTER TABLE events DISABLE TRIGGER append_only;
                 UPDATE events SET previous = {elsewhere} WHERE position = 6"
            ),
        )
        .await;

        let whole = store.read_streams(ANA, &[(stream(ANA, "arepa"), Revision::START)]).await;
        assert!(matches!(whole, Err(Error::Corrupt { .. })), "{elsewhere}: {whole:?}");
        let last = store.read_streams(ANA, &[(stream(ANA, "arepa"), Revision::new(3))]).await;
        assert_eq!(last.unwrap()[0].len(), 1, "{elsewhere}: what comes last is whole by itself");
    }
}
