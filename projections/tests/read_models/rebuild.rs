//! Read models rebuilt beside the live ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::orders::Order;
use domain::shared::OrderId;
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError, Projection};
use projections::catalog::Catalog;
use projections::orders::{Orders, order_list};
use projections::rebuild::{Compared, How, Rebuild, RebuildError, Rebuilt};
use projections::sales::Sales;
use projections::{consumers, projections};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::consumers::pretty_eq;
use crate::history::{
    CHAPINERO, PLATES, RandomOrders, line, open, order_id, pesos, placed, product_id,
};
use crate::row_security::holes;
use crate::world::{ANA, World};

async fn begin(world: &World) -> Rebuild {
    Rebuild::begin(Arc::clone(&world.store), &world.db.options("fastops_projector")).await.unwrap()
}

async fn built(world: &World, projections: Vec<Arc<dyn Projection>>) -> (Rebuild, Vec<Rebuilt>) {
    let alone = begin(world).await;
    let rebuilt = alone.build(projections, &|_| {}).await.unwrap();
    (alone, rebuilt)
}

async fn compared(rebuilt: &mut Rebuilt) -> Vec<Compared> {
    rebuilt.compare().await.unwrap().unwrap()
}

async fn exchange_all(world: &World) {
    let (_alone, rebuilt) = built(world, projections()).await;
    for rebuilt in rebuilt {
        rebuilt.exchange().await.unwrap();
    }
}

async fn as_owner(world: &World, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&world.db.owner_pool()).await.unwrap();
}

/// Waits for the checkpoints themselves, which a rollback moves back.
async fn have_checkpoints_at_head(world: &World) {
    let at_head = "SELECT min(c.position) >= max(h.position) FROM checkpoints c, log_head h";
    let is_there =
        async || sqlx::query_scalar::<_, bool>(at_head).fetch_one(&world.projector).await.unwrap();
    while !is_there().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether the branches have their names from before the rebuild.
async fn are_as_before(world: &World) -> bool {
    let names = "SELECT DISTINCT name = 'Antes' FROM branches";
    sqlx::query_scalar(names).fetch_one(&world.projector).await.unwrap()
}

/// The tables of a schema that a rebuild uses.
async fn tables_in(world: &World, schema: &str) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT relname::text
         FROM pg_class
         WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'p')
         ORDER BY 1",
    )
    .bind(schema)
    .fetch_all(&world.projector)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_model_is_named_by_exactly_one_projection() {
    let world = World::new().await;
    let mut named: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for projection in projections() {
        for table in projection.tables() {
            named.entry((*table).to_owned()).or_default().push(projection.name());
        }
    }
    assert_eq!(named.keys().cloned().collect::<Vec<_>>(), world.read_models().await);
    assert!(named.values().all(|consumers| consumers.len() == 1), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_rebuilt_while_events_come_in_take_the_place_of_equal_ones() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(23);
    history.append_steps(&mut world, 250).await;
    let live = world.start(consumers());

    let (alone, rebuilt) = built(&world, projections()).await;
    for mut rebuilt in rebuilt {
        history.append_steps(&mut world, 30).await;
        for table in compared(&mut rebuilt).await {
            assert_eq!((table.n_differing, table.n_live), (0, table.n_rebuilt), "{table:?}");
        }
        history.append_steps(&mut world, 30).await;
        rebuilt.exchange().await.unwrap();
    }
    drop(alone);
    history.append_steps(&mut world, 60).await;

    live.have_caught_up(&world).await;
    live.end().await;
    let exchanged = world.dump().await;
    assert!(exchanged.values().all(|rows| !rows.is_empty()), "a table is empty: {exchanged:#?}");
    assert_eq!(tables_in(&world, "rebuild").await, [""; 0]);
    assert_eq!(tables_in(&world, "previous").await, world.read_models().await);
    world.forget_read_models().await;
    world.catch_up().await;
    pretty_eq(&exchanged, &world.dump().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_differ_from_the_log_are_named_and_repaired() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(29).append_steps(&mut world, 150).await;
    world.catch_up().await;
    let right = world.dump().await;
    let (first, second) = (product_id(0).uuid(), product_id(1).uuid());
    let foreign = "00000000-0000-0000-0000-0000000000ff";
    as_owner(
        &world,
        &format!(
            "UPDATE products SET name = 'Otro' WHERE product_id = '{first}';
             DELETE FROM products WHERE product_id = '{second}';
             INSERT INTO products SELECT '{foreign}', product_id, name, category_id, variants, revision
             FROM products WHERE product_id = '{first}' LIMIT 1"
        ),
    )
    .await;

    let (_alone, mut rebuilt) = built(&world, vec![Arc::new(Catalog)]).await;
    let tables = compared(&mut rebuilt[0]).await;

    let n_differing = |name: &str| {
        tables.iter().find(|compared| compared.table == name).map(|compared| compared.n_differing)
    };
    assert_eq!(n_differing("branches"), Some(0));
    assert_eq!(n_differing("categories"), Some(0));
    assert_eq!(n_differing("products"), Some(5), "two companies, and one additional row");
    let named = |row: &str, how: How| {
        let differing = tables.iter().flat_map(|compared| &compared.first);
        differing.filter(|found| found.how == how && found.key.contains(row)).count()
    };
    assert_eq!(named(&first.to_string(), How::Changed), 2, "{tables:?}");
    assert_eq!(named(&second.to_string(), How::OnlyRebuilt), 2, "{tables:?}");
    assert_eq!(named(foreign, How::OnlyLive), 1, "{tables:?}");

    rebuilt.remove(0).exchange().await.unwrap();
    pretty_eq(&world.dump().await, &right);
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuilt_tables_have_the_same_policies_and_serve_prepared_statements() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(31).append_steps(&mut world, 150).await;
    world.catch_up().await;
    let orders = async || {
        let mut tx = world.tenant(ANA).await;
        let page = order_list::list(&mut tx, order_list::OrderFilter::default(), None, 100).await;
        tx.finish().await.unwrap();
        page.unwrap().rows
    };
    let before = orders().await;

    for _ in 0..2 {
        exchange_all(&world).await;
        assert_eq!(orders().await, before);
        assert_eq!(holes(&world.db.owner_pool()).await, [""; 0]);
    }

    let app = world.db.app_pool();
    for table in world.read_models().await {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let seen: i64 = sqlx::query_scalar(count).fetch_one(&app).await.unwrap();
        assert_eq!(seen, 0, "{table} shows rows without a tenant");
        let kept = AssertSqlSafe(format!("SELECT count(*) FROM previous.{table}"));
        let seen = sqlx::query_scalar::<_, i64>(kept).fetch_one(&app).await;
        assert!(seen.is_err(), "the application reaches previous.{table}");
    }
    let indexes: Vec<String> = sqlx::query_scalar(
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'orders'
         ORDER BY 1",
    )
    .fetch_all(&world.projector)
    .await
    .unwrap();
    assert_eq!(indexes, ["orders_by_day", "orders_by_status", "orders_in_kitchen", "orders_pkey"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_replaced_comes_back_and_its_consumer_goes_on_from_there() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(37);
    history.append_steps(&mut world, 120).await;
    let live = world.start(consumers());
    live.have_caught_up(&world).await;
    as_owner(&world, "UPDATE branches SET name = 'Antes'").await;
    exchange_all(&world).await;
    let rebuild = begin(&world).await;
    assert!(!are_as_before(&world).await);
    for projection in projections() {
        rebuild.roll_back(projection.as_ref()).await.unwrap();
    }
    assert!(are_as_before(&world).await, "the tables from before are live");
    for projection in projections() {
        rebuild.roll_back(projection.as_ref()).await.unwrap();
    }
    assert!(!are_as_before(&world).await, "the replaced tables are kept in turn");

    history.append_steps(&mut world, 80).await;
    live.have_caught_up(&world).await;
    for projection in projections() {
        rebuild.roll_back(projection.as_ref()).await.unwrap();
    }
    history.append_steps(&mut world, 20).await;
    have_checkpoints_at_head(&world).await;
    live.end().await;
    assert!(are_as_before(&world).await, "no event has changed the branches");
    as_owner(
        &world,
        "UPDATE branches b SET name = p.name FROM previous.branches p
        WHERE (b.tenant_id, b.branch_id) = (p.tenant_id, p.branch_id)",
    )
    .await;
    let rolled_back = world.dump().await;
    world.forget_read_models().await;
    world.catch_up().await;
    pretty_eq(&rolled_back, &world.dump().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_dies_changes_nothing_and_the_next_one_begins_afresh() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(41).append_steps(&mut world, 150).await;
    world.catch_up().await;
    let before = world.dump().await;

    let (alone, rebuilt) = built(&world, projections()).await;
    let options = world.db.options("fastops_projector");
    let second = Rebuild::begin(Arc::clone(&world.store), &options);
    assert!(matches!(second.await, Err(RebuildError::AnotherRuns)));
    drop((alone, rebuilt));
    as_owner(&world, "DELETE FROM rebuild.orders; DROP TABLE rebuild.branches").await;
    pretty_eq(&world.dump().await, &before);
    let nothing = begin(&world).await.roll_back(&Orders).await;
    assert!(matches!(nothing, Err(RebuildError::NothingKept { consumer: "orders" })));

    exchange_all(&world).await;
    pretty_eq(&world.dump().await, &before);
}

/// Writes to a table that is not among its tables.
#[derive(Debug)]
struct Reaching;

#[async_trait]
impl Consumer for Reaching {
    fn name(&self) -> &'static str {
        Catalog.name()
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        Catalog.wants(event)
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        _: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        sqlx::query("DELETE FROM orders").execute(tx).await?;
        Ok(())
    }
}

impl Projection for Reaching {
    fn tables(&self) -> &'static [&'static str] {
        &["branches"]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_cannot_reach_what_is_live() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(43).append_steps(&mut world, 80).await;
    world.catch_up().await;
    let before = world.dump().await;
    let failed = begin(&world).await.build(vec![Arc::new(Reaching)], &|_| {}).await;
    assert!(
        matches!(failed, Err(RebuildError::Consumer(ConsumerError::Database(_)))),
        "{failed:?}"
    );
    pretty_eq(&world.dump().await, &before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_applied_is_parked_with_the_rebuilt_tables() {
    let mut world = World::new().await;
    open(&mut world).await;
    let live = world.start(consumers());
    let order = placed(CHAPINERO, 1, vec![line(1, PLATES, 1, pesos(20_000))]);
    for n in 1..=3 {
        // The second time, the order already exists.
        let order = order.clone().into();
        world.happens::<Order>(ANA, &order_id(n % 2), "2026-03-14T18:00:00Z", [order]).await;
    }
    live.have_caught_up(&world).await;
    live.end().await;
    let parked = async || -> Vec<(String, i64)> {
        let parked = "SELECT consumer, position FROM consumer_parked ORDER BY 1, 2";
        sqlx::query_as(parked).fetch_all(&world.projector).await.unwrap()
    };
    let (before, rows) = (parked().await, world.dump().await);
    assert!(!before.is_empty());
    as_owner(&world, "DELETE FROM consumer_parked").await;

    exchange_all(&world).await;

    assert_eq!(parked().await, before);
    pretty_eq(&world.dump().await, &rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_another_log_are_replaced_and_their_consumer_goes_on() {
    let mut world = World::new().await;
    open(&mut world).await;
    let mut history = RandomOrders::new(47);
    history.append_steps(&mut world, 80).await;
    world.catch_up().await;
    as_owner(&world, "UPDATE log_head SET incarnation = gen_random_uuid()").await;

    let (_alone, mut rebuilt) = built(&world, vec![Arc::new(Sales)]).await;
    assert_eq!(rebuilt[0].compare().await.unwrap(), None);
    rebuilt.remove(0).exchange().await.unwrap();

    history.append_steps(&mut world, 40).await;
    let running = world.start(vec![Arc::new(Sales)]);
    running.have_caught_up(&world).await;
    running.end().await;
    let going_on = world.dump().await;
    world.forget_read_models().await;
    world.catch_up().await;
    let whole = world.dump().await;
    for table in Sales.tables() {
        assert_eq!(going_on[*table], whole[*table], "in {table}");
    }
}

/// The exchange gives up repeatedly and lets waiting sessions proceed, until the reader has ended.
#[tokio::test(flavor = "multi_thread")]
async fn long_readers_are_never_terminated() {
    let mut world = World::new().await;
    open(&mut world).await;
    world.catch_up().await;
    let (_alone, mut rebuilt) = built(&world, vec![Arc::new(Orders)]).await;
    let mut reader = world.tenant(ANA).await;
    let unknown = OrderId::from_uuid(crate::world::uuid(1));
    let look = projections::orders::order_detail::get(&mut reader, unknown).await;
    assert_eq!(look.unwrap(), None);
    let exchange = tokio::spawn(rebuilt.remove(0).exchange());
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!exchange.is_finished());
    let page = order_list::list(&mut reader, order_list::OrderFilter::default(), None, 10).await;
    assert_eq!(page.unwrap().rows, []);
    reader.finish().await.unwrap();
    exchange.await.unwrap().unwrap();
}
