//! An append that only the database recognizes as invalid, among valid ones.

use std::ops::Range;
use std::time::{Duration, Instant};

use event_store::testing::appends::{ANA, LUIS, append, stream};
use event_store::testing::{Database, assert_took};
use event_store::{Error, EventStore, Revision, Verdict};

use sqlx::AssertSqlSafe;

use crate::support::{committed, hold_the_head, whole_log};

/// The database rejects every event of this command.
const POISON: u128 = 0xdead;

async fn refuse_poison(db: &Database, code: &str) {
    let refuse = format!(
        "CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF convert_from(NEW.payload, 'UTF8') LIKE '%00000000dead%' THEN
                RAISE EXCEPTION 'this is poison' USING ERRCODE = '{code}';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER poison BEFORE INSERT ON events
            FOR EACH ROW EXECUTE FUNCTION refuse_poison();"
    );
    let refuse = sqlx::raw_sql(AssertSqlSafe(refuse));
    refuse.execute(&db.owner_pool()).await.expect("the trigger exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_culprit_of_a_refused_batch_is_refused_alone() {
    let db = Database::create().await;
    refuse_poison(&db, "P0001").await;
    let store = db.store();
    // While the first append waits for the head, the others queue up, with the poison among them.
    let head = hold_the_head(&db).await;
    let first = store.append(append(LUIS, 1, &[("café", 0, 1)]));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let chain = |tenant, key, revisions: Range<u64>| -> Vec<_> {
        let call = |n: u64| store.append(append(tenant, 100 + u128::from(n), &[(key, n, 1)]));
        revisions.map(call).collect()
    };
    let arepas = chain(ANA, "arepa", 0..40);
    let poison = store.append(append(ANA, POISON, &[("buñuelo", 0, 1)]));
    let chained = store.append(append(ANA, 2, &[("buñuelo", 1, 1)]));
    let cafes = chain(LUIS, "café", 1..40);
    let later = store.append(append(ANA, 3, &[("arepa", 40, 1)]));
    head.rollback().await.expect("the head is free");

    committed(first.await);
    for good in arepas.into_iter().chain(cafes).chain([later]) {
        committed(good.await);
    }
    match poison.await {
        Err(Error::Rejected { reason }) => assert!(reason.contains("this is poison"), "{reason}"),
        other => panic!("the poison was not rejected: {other:?}"),
    }
    let actual = Revision::START;
    assert_eq!(
        chained.await.expect("a verdict"),
        Verdict::Conflict { stream: stream(ANA, "buñuelo"), actual }
    );
    let log = whole_log(&*store).await;
    assert_eq!(log.len(), 81);
    let positions: Vec<u64> = log.iter().map(|event| event.position.get()).collect();
    assert_eq!(positions, (1..=81).collect::<Vec<_>>());
    for (tenant, key, last) in [(ANA, "arepa", 41), (LUIS, "café", 40)] {
        let revisions = log.iter().filter(|event| event.stream == stream(tenant, key));
        let revisions: Vec<u64> = revisions.map(|event| event.revision.get()).collect();
        assert_eq!(revisions, (1..=last).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_reported_at_once_and_the_log_goes_on_when_there_is_room() {
    let db = Database::create().await;
    refuse_poison(&db, "53100").await;
    let store = db.store();
    let begun = Instant::now();
    let answer = store.append(append(ANA, POISON, &[("arepa", 0, 1)])).await;
    assert!(matches!(answer, Err(Error::StorageFull)), "{answer:?}");
    assert_took(begun.elapsed(), Duration::from_secs(1));
    committed(store.append(append(ANA, 1, &[("arepa", 0, 1)])).await);
    assert_eq!(whole_log(&*store).await.len(), 1);
}
