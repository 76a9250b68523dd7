//! The loop with the real consumers: the tables are the same however the log is divided into pages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::catalog::{Category, category};
use domain::orders::Order;
use event_store::RecordedEvent;
use event_store::consumer::{CommitSignal, State};
use event_store::testing::assert_took;
use metrics_exporter_prometheus::PrometheusBuilder;
use projections::catalog::Catalog;
use projections::{LogPlace, Waited, consumers};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::history::{
    CHAPINERO, DRINKS, PLATES, RandomOrders, line, name, open, order_id, paid, pesos, placed,
};
use crate::world::{ANA, Dump, World};

async fn append_random_history(world: &mut World, n_steps: u32) {
    open(world).await;
    RandomOrders::new(7).append_steps(world, n_steps).await;
}

fn n_rows(dump: &Dump) -> usize {
    dump.values().map(Vec::len).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_rebuilt_from_zero_equal_those_that_grew_with_the_log() {
    let mut world = World::new().await;
    let live = world.start(consumers());
    append_random_history(&mut world, 400).await;
    live.have_caught_up(&world).await;
    live.end().await;
    let grown = world.dump().await;
    assert!(grown.values().all(|rows| !rows.is_empty()), "a table is empty: {grown:#?}");

    world.forget_read_models().await;
    assert_eq!(n_rows(&world.dump().await), 0);
    world.catch_up().await;
    pretty_eq(&world.dump().await, &grown);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_give_the_same_tables() {
    let mut world = World::new().await;
    append_random_history(&mut world, 250).await;
    let log = world.log().await;
    let whole = tables_from_pages(&world, &log, log.len()).await;
    assert!(n_rows(&whole) > 200);
    for size in [1, 2, 3, 7, 40] {
        pretty_eq(&tables_from_pages(&world, &log, size).await, &whole);
    }
}

async fn tables_from_pages(world: &World, log: &[RecordedEvent], size: usize) -> Dump {
    world.forget_read_models().await;
    for consumer in consumers() {
        for page in log.chunks(size) {
            let wanted: Vec<_> = page.iter().filter(|event| consumer.wants(event)).collect();
            let mut tx = world.projector.begin().await.unwrap();
            if !wanted.is_empty() {
                consumer.apply(&mut tx, &wanted).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }
    world.dump().await
}

/// Fails with the first rows that differ instead of printing all.
pub(crate) fn pretty_eq(actual: &Dump, expected: &Dump) {
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (table, rows) in expected {
        let differing =
            actual[table].iter().zip(rows).find(|(actual, expected)| actual != expected);
        assert_eq!(differing, None, "in {table}");
        assert_eq!(actual[table].len(), rows.len(), "rows of {table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_committed_event_rings_and_is_shown() {
    let mut world = World::new().await;
    let mut signal = CommitSignal::listen(&world.projector, CancellationToken::new());
    let running = world.start(consumers());
    open(&mut world).await;
    running.have_caught_up(&world).await;
    let mut fastest = Duration::MAX;
    for n in 1..=5 {
        let order = placed(CHAPINERO, 1, vec![line(1, PLATES, 1, pesos(20_000))]);
        world.happens::<Order>(ANA, &order_id(n), "2026-03-14T18:00:00Z", [order.into()]).await;
        let head = world.store.head().await.unwrap();
        let written = LogPlace { incarnation: head.incarnation, position: head.position };
        let started = Instant::now();
        // The signal arrives for a commit, or because the listener was reconnected.
        timeout(Duration::from_mins(1), signal.committed()).await.expect("the signal arrives");
        let names: Vec<_> = consumers().iter().map(|consumer| consumer.name()).collect();
        let waited = world.reads.wait_for(ANA, &names, written, Duration::from_secs(20)).await;
        assert_eq!(waited.unwrap(), Waited::Reached);
        fastest = fastest.min(started.elapsed());
    }
    // Sooner than the polling interval.
    assert_took(fastest, Duration::from_millis(400));
    running.end().await;
}

/// How often a checkpoint was advanced.
async fn n_moves(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM moves")
        .fetch_one(&world.db.owner_pool())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_do_not_matter_take_few_transactions_and_hide_none_that_do() {
    let mut world = World::new().await;
    let category = |text| category::Event::from(category::Added { name: name(text), place: 1 });
    let at = "2026-03-14T18:00:00Z";
    world.happens::<Category>(ANA, &PLATES, at, [category("Platos")]).await;
    for n in 1..=10 {
        let payments = (0..1_000).map(|_| paid(n, pesos(1), pesos(1), 13).into());
        world.happens::<Order>(ANA, &order_id(n), at, payments).await;
    }
    world.happens::<Category>(ANA, &DRINKS, at, [category("Bebidas")]).await;
    world.happens::<Order>(ANA, &order_id(11), at, [paid(11, pesos(1), pesos(1), 13).into()]).await;
    let counted = "CREATE TABLE moves (at timestamptz DEFAULT clock_timestamp());
         GRANT INSERT ON moves TO PUBLIC;
         CREATE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN INSERT INTO moves DEFAULT VALUES; RETURN NULL; END $$;
         CREATE TRIGGER moved AFTER UPDATE ON checkpoints
             FOR EACH STATEMENT EXECUTE FUNCTION moved()";
    sqlx::raw_sql(counted).execute(&world.db.owner_pool()).await.unwrap();

    let running = world.start(vec![Arc::new(Catalog)]);
    running.have_caught_up(&world).await;
    running.end().await;
    assert_eq!(world.dump().await["categories"].len(), 2);
    // The claim, two pages with a category, and one per 400 ms for the four pages between them.
    let n_moves = n_moves(&world).await;
    assert!(n_moves < 6, "{n_moves} transactions");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_keeps_failing_is_tried_later_and_later_whatever_is_passed_over_before_it() {
    let mut world = World::new().await;
    let at = "2026-03-14T18:00:00Z";
    for n in 1..=2 {
        let payments = (0..1_000).map(|_| paid(n, pesos(1), pesos(1), 13).into());
        world.happens::<Order>(ANA, &order_id(n), at, payments).await;
    }
    let platos = category::Added { name: name("Platos"), place: 1 };
    world.happens::<Category>(ANA, &PLATES, at, [platos.into()]).await;
    let renamed = |from, to| format!("ALTER TABLE {from} RENAME TO {to}");
    let owner = world.db.owner_pool();
    let rename = sqlx::AssertSqlSafe(renamed("categories", "elsewhere"));
    sqlx::query(rename).execute(&owner).await.unwrap();

    let running = world.start(vec![Arc::new(Catalog)]);
    running
        .until(|board| {
            let statuses = board.statuses();
            statuses.iter().any(|s| matches!(s.state, State::Failing { attempts: 4.., .. }))
        })
        .await;
    let rename = sqlx::AssertSqlSafe(renamed("elsewhere", "categories"));
    sqlx::query(rename).execute(&owner).await.unwrap();
    running.have_caught_up(&world).await;
    running.end().await;
    assert_eq!(world.dump().await["categories"].len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_consumer_shows_where_it_stands() {
    let mut world = World::new().await;
    open(&mut world).await;
    let running = world.start(vec![Arc::new(Catalog)]);
    running.have_caught_up(&world).await;
    let status = &running.board.statuses()[0];
    assert_eq!((status.consumer, status.lag_events), (Catalog::NAME, 0));
    assert_eq!(status.lag, Duration::ZERO);
    assert!(status.is_alive());

    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || running.board.record_metrics());
    let metrics = recorder.handle().render();
    for gauge in [
        format!("fastops_consumer_position{{consumer=\"catalog\"}} {}", status.position),
        "fastops_consumer_lag_events{consumer=\"catalog\"} 0".to_owned(),
        "fastops_consumer_lag_seconds{consumer=\"catalog\"} 0".to_owned(),
        "fastops_consumer_heartbeat_age_seconds{consumer=\"catalog\"} ".to_owned(),
        "fastops_consumer_alive{consumer=\"catalog\"} 1".to_owned(),
    ] {
        assert!(metrics.contains(&gauge), "{gauge} is not in\n{metrics}");
    }

    let board = running.board.clone();
    running.end().await;
    assert!(!board.statuses()[0].is_alive(), "the consumer has ended");
}
