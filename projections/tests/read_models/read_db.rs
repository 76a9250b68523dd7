//! Reading as one tenant, and waiting for what was just written.

use std::time::Duration;

use domain::shared::IncarnationId;
use event_store::database::pool;
use projections::catalog::products::Filter;
use projections::catalog::{Catalog, products};
use projections::orders::Orders;
use projections::{LogPlace, ReadDb, ReadError, Waited, consumers};

use crate::history::open;
use crate::world::{ANA, LUIS, World, uuid};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn the_next_borrower_of_a_connection_has_no_tenant() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let single = pool(world.db.options("fastops_app"), 1);
    let reads = ReadDb::new(single.clone());

    for finished in [false, true] {
        let mut ana = reads.tenant(ANA).await.unwrap();
        assert_eq!(
            products::list(&mut ana, &Filter::default(), None, 100).await.unwrap().rows.len(),
            6
        );
        if finished {
            ana.finish().await.unwrap();
        } else {
            drop(ana);
        }
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM products").fetch_one(&single).await.unwrap();
        assert_eq!(rows, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_is_given_up_while_it_begins_leaves_no_tenant_behind() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let single = pool(world.db.options("fastops_app"), 1);
    let reads = ReadDb::new(single.clone());

    let mut n_given_up = 0;
    for microseconds in 0..200 {
        let limit = Duration::from_micros(microseconds * 5);
        n_given_up += u32::from(tokio::time::timeout(limit, reads.tenant(ANA)).await.is_err());
        let (rows, tenant): (i64, Option<String>) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM products), current_setting('app.tenant_id', true)",
        )
        .fetch_one(&single)
        .await
        .unwrap();
        assert_eq!((rows, tenant.unwrap_or_default()), (0, String::new()));
    }
    assert!(n_given_up > 0, "no read was given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_shows_one_state_of_everything() {
    let mut world = World::new().await;
    let mut ana = world.tenant(ANA).await;
    open(&mut world).await;
    world.catch_up().await;
    assert_eq!(products::list(&mut ana, &Filter::default(), None, 100).await.unwrap().rows, []);
    assert_eq!(ana.place_of(Catalog::NAME).await.unwrap(), None);
    let mut later = world.tenant(ANA).await;
    assert_eq!(
        products::list(&mut later, &Filter::default(), None, 100).await.unwrap().rows.len(),
        6
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_cannot_write() {
    let mut world = World::new().await;
    open(&mut world).await;
    let refused =
        sqlx::query("DELETE FROM products").execute(&world.db.app_pool()).await.unwrap_err();
    assert!(matches!(ReadError::from(refused), ReadError::Defect(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_not_a_defect() {
    let world = World::new().await;
    let nowhere = world.db.options("fastops_app").socket("/nowhere");
    let error = ReadDb::new(pool(nowhere, 1)).tenant(ANA).await.unwrap_err();
    assert!(matches!(error, ReadError::Unavailable(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_waits_until_the_read_models_show_its_write() {
    let mut world = World::new().await;
    let running = world.start(consumers());
    open(&mut world).await;
    let head = world.store.head().await.unwrap();
    let written = LogPlace { incarnation: head.incarnation, position: head.position };
    let names = [Catalog::NAME, Orders::NAME];

    for tenant in [ANA, LUIS] {
        let waited = world.reads.wait_for(tenant, &names, written, SOON).await.unwrap();
        assert_eq!(waited, Waited::Reached);
        let mut tx = world.tenant(tenant).await;
        assert_eq!(
            products::list(&mut tx, &Filter::default(), None, 100).await.unwrap().rows.len(),
            6
        );
    }

    let moment = Duration::from_millis(30);
    let beyond = LogPlace { position: written.position.plus(1), ..written };
    let waited = world.reads.wait_for(ANA, &names, beyond, moment).await.unwrap();
    assert_eq!(waited, Waited::Behind);
    let unknown = world.reads.wait_for(ANA, &["unknown"], written, moment).await.unwrap();
    assert_eq!(unknown, Waited::Behind);
    let elsewhere = LogPlace { incarnation: IncarnationId::from_uuid(uuid(1)), ..written };
    let waited = world.reads.wait_for(ANA, &names, elsewhere, SOON).await.unwrap();
    assert_eq!(waited, Waited::AnotherLog);
    running.end().await;
}
