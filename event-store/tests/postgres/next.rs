//! A writer that knows the ends of streams and log appends without checks by the database. Its
//! knowledge may be wrong; then the append is checked, and only takes longer.

use std::time::Duration;

use domain::shared::CommandId;
use event_store::testing::Database;
use event_store::testing::appends::{ANA, LUIS, append, command, stream};
use event_store::{Append, EventStore, Position, Revision, Verdict};
use uuid::uuid;

use crate::support::{committed, gapless, linked, run, whole_log, without_checks};

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_next_is_not_judged() {
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    without_checks(&db).await;

    let next = committed(store.append(append(ANA, 2, &[("arepa", 1, 2), ("buñuelo", 0, 1)])).await);
    assert_eq!((next.first, next.last), (Position::new(2), Position::new(4)));
    let quiet = committed(store.append(append(ANA, 3, &[("arepa", 3, 0)])).await);
    assert_eq!((quiet.first, quiet.count), (Position::new(4), 0));
    committed(store.append(append(ANA, 4, &[("arepa", 3, 1), ("buñuelo", 1, 1)])).await);
    let many = [("arepa", 4, 12), ("queso", 0, 12)];
    assert_eq!(committed(store.append(append(ANA, 5, &many)).await).first, Position::new(7));
    gapless(&whole_log(&*store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_another_writer_are_seen() {
    let db = Database::create().await;
    let (here, there) = (db.store(), db.store());
    for id in [1, 2] {
        committed(
            here.append(append(ANA, id, &[("arepa", u64::try_from(id).unwrap() - 1, 1)])).await,
        );
    }
    committed(there.append(append(ANA, 3, &[("arepa", 2, 1)])).await);

    let late = here.append(append(ANA, 4, &[("arepa", 2, 1)])).await;
    let (stream, actual) = (stream(ANA, "arepa"), Revision::new(3));
    assert_eq!(late.unwrap(), Verdict::Conflict { stream, actual });
    committed(here.append(append(ANA, 4, &[("arepa", 3, 1)])).await);
    committed(here.append(append(ANA, 5, &[("arepa", 4, 1)])).await);
    gapless(&whole_log(&*here).await);
    linked(&db).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_another_writer_is_not_new() {
    let db = Database::create().await;
    committed(db.store().append(append(ANA, 1, &[("arepa", 0, 3)])).await);
    let store = db.store();
    committed(store.append(append(ANA, 2, &[("buñuelo", 0, 1)])).await);

    // This writer does not know the stream, and knows the end of the log.
    let begins = store.append(append(ANA, 3, &[("arepa", 0, 1)])).await;
    let (stream, actual) = (stream(ANA, "arepa"), Revision::new(3));
    assert_eq!(begins.unwrap(), Verdict::Conflict { stream, actual });
    committed(store.append(append(ANA, 4, &[("arepa", 3, 1)])).await);
    gapless(&whole_log(&*store).await);
}

/// The number of events of a command.
const FEW_AND_MANY: [u64; 2] = [1, 20];

/// How often the tables with the ends of streams and chains were scanned.
#[derive(sqlx::FromRow)]
struct Scans {
    whole: i64,
    by_index: i64,
}

async fn scans(db: &Database) -> Scans {
    sqlx::query_as(
        "SELECT sum(seq_scan)::bigint AS whole, sum(idx_scan)::bigint AS by_index
         FROM pg_stat_user_tables
         WHERE relname IN ('streams', 'tenant_heads', 'command_log')",
    )
    .fetch_one(&db.owner_pool())
    .await
    .expect("the database counts")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_table_is_read_as_a_whole_however_small_it_was_when_that_was_planned() {
    for n_events in FEW_AND_MANY {
        let db = Database::create().await;
        committed(db.store().append(append(ANA, 1, &[("arepa", 0, 1)])).await);
        run(&db, "ANALYZE".to_owned()).await;
        let store = db.store();
        committed(store.append(append(ANA, 2, &[("arepa", 1, 1)])).await);
        without_checks(&db).await;

        let before = scans(&db).await;
        let mut revision = 2;
        // A session reports its statistics at most once a second, after a transaction. Ten is more
        // than what the checked appends may still report.
        let after = loop {
            let next = append(ANA, u128::from(revision) + 1, &[("arepa", revision, n_events)]);
            committed(store.append(next).await);
            revision += n_events;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let counted = scans(&db).await;
            if counted.whole + counted.by_index > before.whole + before.by_index + 10 {
                break counted;
            }
        };
        assert_eq!(after.whole, before.whole, "{n_events} events");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_where_a_stream_or_a_chain_does_not_end_where_the_writer_knows_it_to() {
    for otherwise in
        ["UPDATE streams SET last_position = 1", "UPDATE tenant_heads SET link = '\\x00'"]
    {
        for n_events in FEW_AND_MANY {
            let db = Database::create().await;
            let store = db.store();
            for (id, revision) in [(1, 0), (2, 1)] {
                committed(store.append(append(ANA, id, &[("arepa", revision, 1)])).await);
            }
            run(&db, otherwise.to_owned()).await;
            without_checks(&db).await;

            let next = store.append(append(ANA, 3, &[("arepa", 2, n_events)])).await;
            assert!(next.is_err(), "{otherwise}: {next:?}");
            assert_eq!(whole_log(&*store).await.len(), 2, "{otherwise}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_was_accepted_is_recognised_though_all_it_expects_is_there() {
    for n_events in FEW_AND_MANY {
        let db = Database::create().await;
        let store = db.store();
        let first = committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
        committed(store.append(append(ANA, 2, &[("arepa", 1, 1)])).await);

        match store.append(append(ANA, 1, &[("arepa", 2, n_events)])).await {
            Ok(Verdict::Duplicate(earlier)) => assert_eq!(earlier.committed, first),
            other => panic!("{other:?}"),
        }
        committed(store.append(append(ANA, 3, &[("arepa", 2, 1)])).await);
        assert_eq!(whole_log(&*store).await.len(), 3);
    }
}

/// A command whose id has a time of just now, or later.
fn made_late(id: u128, key: &str, revision: u64, n_events: u64) -> Append {
    let like = append(ANA, id, &[(key, revision, n_events)]);
    let (expected, events) = (like.expected().to_vec(), like.events().to_vec());
    let command = CommandId::from_uuid(uuid!("03bb2cc3-d800-7000-8000-000000000001"));
    Append::try_new(ANA, command, [7; 32], expected, events).expect("it was one before")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_seems_new_by_its_id_is_recognised_too() {
    for n_events in FEW_AND_MANY {
        let db = Database::create().await;
        let first = committed(db.store().append(made_late(1, "arepa", 0, 1)).await);
        let store = db.store();
        committed(store.append(append(ANA, 2, &[("arepa", 1, 1)])).await);

        match store.append(made_late(3, "arepa", 2, n_events)).await {
            Ok(Verdict::Duplicate(earlier)) => assert_eq!(earlier.committed, first),
            other => panic!("{other:?}"),
        }
        committed(store.append(append(ANA, 4, &[("arepa", 2, 1)])).await);
        assert_eq!(whole_log(&*store).await.len(), 3);
    }
}

/// The recent events that a writer keeps for readers of its process equal those of the log.
#[tokio::test(flavor = "multi_thread")]
async fn recent_events_are_those_of_the_log() {
    let db = Database::create().await;
    let (here, there) = (db.store(), db.store());
    for id in 1..=40 {
        let tenant = if id % 3 == 0 { LUIS } else { ANA };
        let writer = if id % 7 == 0 { &there } else { &here };
        let key = format!("arepa {id}");
        committed(writer.append(append(tenant, id, &[(&key, 0, 2), ("buñuelo", 0, 0)])).await);
    }
    let log = whole_log(&*here).await;
    let head = here.head().await.unwrap();
    let mut n_at_hand = 0;
    for event in &log {
        let before = Position::new(event.position.get() - 1);
        if let [at_hand] = &here.recent(head, before, 1)[..] {
            assert_eq!(**at_hand, *event);
            n_at_hand += 1;
        }
    }
    assert_eq!(n_at_hand, 70, "all but those of the other process");
}

/// Many concurrent callers, so that batches contain commands that depend on one another.
#[tokio::test(flavor = "multi_thread")]
async fn chains_of_commands_of_many_callers_come_next_together() {
    let db = Database::create().await;
    let store = db.store();
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    without_checks(&db).await;
    let answers: Vec<_> = (2..200_u64)
        .map(|id| {
            let own_key = format!("buñuelo {id}");
            store.append(append(ANA, id.into(), &[("arepa", id - 1, 1), (&own_key, 0, 1)]))
        })
        .collect();
    for answer in answers {
        committed(answer.await);
    }
    let log = whole_log(&*store).await;
    gapless(&log);
    linked(&db).await;
    assert_eq!(log.len(), 1 + 198 * 2);
    let known = store.commands(ANA, &[command(2), command(199)]).await.unwrap();
    assert!(known.iter().all(Option::is_some));
}
