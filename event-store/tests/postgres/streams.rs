//! A stream is found by its last event, and each event has the position of the previous one.

use event_store::consumer::first_events;
use event_store::testing::Database;
use event_store::testing::appends::{ANA, LUIS, append, stream};
use event_store::{Error, EventStore, RecordedEvent, Revision};

use crate::support::{committed, gapless, linked, run, whole_log, without_checks};

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_stream_are_linked_however_they_were_written() {
    let db = Database::create().await;
    let (here, there) = (db.store(), db.store());
    // Checked by the database, because the writer does not know the streams yet.
    committed(here.append(append(ANA, 1, &[("arepa", 0, 2), ("buñuelo", 0, 1)])).await);
    committed(here.append(append(LUIS, 2, &[("arepa", 0, 1)])).await);
    without_checks(&db).await;
    // In separate batches: a command with few events, and one with many.
    committed(here.append(append(ANA, 3, &[("buñuelo", 1, 2), ("arepa", 2, 1)])).await);
    committed(here.append(append(ANA, 4, &[("arepa", 3, 20), ("queso", 0, 2)])).await);
    // In a batch with others.
    let answers: Vec<_> = (5..60_u64)
        .map(|id| {
            let own_key = format!("buñuelo {id}");
            let tenant = if id % 5 == 0 { LUIS } else { ANA };
            let shared = if tenant == LUIS { id / 5 } else { id + 18 - id / 5 };
            here.append(append(tenant, id.into(), &[("arepa", shared, 1), (&own_key, 0, 2)]))
        })
        .collect();
    for answer in answers {
        committed(answer.await);
    }
    // Concurrently with another writer, which is checked, too.
    run(&db, "ALTER FUNCTION log_append_disabled RENAME TO log_append".to_owned()).await;
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
async fn a_stream_that_leads_elsewhere_is_not_read_as_if_it_were_whole() {
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1), ("queso", 0, 1)])).await);
    committed(store.append(append(LUIS, 2, &[("arepa", 0, 1)])).await);
    committed(store.append(append(ANA, 3, &[("arepa", 1, 3)])).await);
    let tail = |key, after| (stream(ANA, key), Revision::new(after));
    run(&db, "ALTER TABLE events DISABLE TRIGGER append_only".to_owned()).await;

    // To another stream, to another tenant, to no event, past some of its events, to itself.
    for elsewhere in [2, 3, 0, 1, 4, 6] {
        run(&db, format!("UPDATE events SET previous = {elsewhere} WHERE position = 6")).await;
        let whole = store.read_streams(ANA, &[tail("queso", 0), tail("arepa", 0)]).await;
        assert!(matches!(whole, Err(Error::Corrupt { .. })), "{elsewhere}: {whole:?}");
        let last = store.read_streams(ANA, &[tail("queso", 0), tail("arepa", 3)]).await;
        let lengths: Vec<usize> = last.unwrap().iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 1], "{elsewhere}: the last events are complete by themselves");
    }
    run(&db, "UPDATE events SET previous = 5 WHERE position = 6".to_owned()).await;
    run(&db, "UPDATE events SET previous = 6 WHERE position = 5".to_owned()).await;
    let whole = store.read_streams(ANA, &[tail("arepa", 0)]).await;
    assert!(matches!(whole, Err(Error::Corrupt { .. })), "linked to a later event: {whole:?}");
    for elsewhere in [2, 3, 5, 7] {
        let sql = format!("UPDATE streams SET last_position = {elsewhere} WHERE revision = 4");
        run(&db, sql).await;
        let last = store.read_streams(ANA, &[tail("arepa", 3)]).await;
        assert!(matches!(last, Err(Error::Corrupt { .. })), "linked to {elsewhere}: {last:?}");
    }
}

/// The first event of a stream, as read in a separate transaction.
async fn began_with(db: &Database, of: &RecordedEvent) -> Option<u64> {
    let mut reader = db.owner_pool().acquire().await.expect("a session");
    let first = first_events(&mut reader, &[of]).await.expect("the log can be read");
    first.get(&of.position).map(|event| event.position.get())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_leads_back_to_what_its_stream_began_with() {
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1), ("queso", 0, 2)])).await);
    committed(store.append(append(LUIS, 2, &[("arepa", 0, 1)])).await);
    committed(store.append(append(ANA, 3, &[("arepa", 1, 2)])).await);
    let log = whole_log(&*store).await;
    for (event, first) in log.iter().zip([1, 2, 2, 4, 1, 1]) {
        assert_eq!(began_with(&db, event).await, Some(first), "{}", event.position);
    }
    run(&db, "ALTER TABLE events DISABLE TRIGGER append_only".to_owned()).await;
    // To no event, past one of its events, to other streams, to another tenant, to itself.
    for elsewhere in [0, 1, 2, 3, 4, 6] {
        run(&db, format!("UPDATE events SET previous = {elsewhere} WHERE position = 6")).await;
        assert_eq!(began_with(&db, &log[5]).await, None, "{elsewhere}");
    }
    run(&db, "UPDATE events SET previous = 6 WHERE position = 5".to_owned()).await;
    assert_eq!(began_with(&db, &log[4]).await, None, "linked to a later event");
}

/// A partition ends with position 15,999,999.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_followed_from_one_partition_into_the_one_before() {
    let db = Database::create().await;
    run(&db, "UPDATE log_head SET position = 15999996".to_owned()).await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 2), ("queso", 0, 1)])).await);
    committed(store.append(append(ANA, 2, &[("arepa", 2, 2)])).await);

    let read = store.read_streams(ANA, &[(stream(ANA, "arepa"), Revision::START)]).await.unwrap();
    let positions: Vec<u64> = read[0].iter().map(|event| event.position.get()).collect();
    assert_eq!(positions, [15_999_997, 15_999_998, 16_000_000, 16_000_001]);
}

/// A tail is read in parts of ten thousand events.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_stream_is_read_in_parts_together_with_short_ones() {
    let db = Database::create().await;
    let store = db.store();
    for id in 0..43_u64 {
        let long = ("arepa", id * 500, 500);
        committed(store.append(append(ANA, id.into(), &[long, ("queso", id, 1)])).await);
    }
    let log = whole_log(&*store).await;
    let tails = [("queso", 40), ("arepa", 0), ("arepa", 1_500), ("buñuelo", 0), ("arepa", 21_499)]
        .map(|(key, after)| (stream(ANA, key), Revision::new(after)));
    let read = store.read_streams(ANA, &tails).await.unwrap();
    let lengths: Vec<usize> = read.iter().map(Vec::len).collect();
    assert_eq!(lengths, [3, 21_500, 20_000, 0, 1]);
    for ((stream, after), tail) in tails.iter().zip(&read) {
        let expected =
            log.iter().filter(|event| event.stream == *stream && event.revision > *after);
        assert!(tail.iter().eq(expected), "{stream} after {after}");
    }

    run(&db, "ALTER TABLE events DISABLE TRIGGER append_only".to_owned()).await;
    for revision in [2, 1_600, 11_501, 11_502] {
        let cut = "UPDATE events SET previous = 0 WHERE stream";
        let sql = format!("{cut} = '{}' AND revision = {revision}", tails[1].0.name());
        run(&db, sql).await;
        let read = store.read_streams(ANA, &tails[1..2]).await;
        assert!(matches!(read, Err(Error::Corrupt { .. })), "cut before {revision}");
    }
}
