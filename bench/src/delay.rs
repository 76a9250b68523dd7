//! The time from the response to an order until the read models show it, through the log and
//! through Kafka.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use domain::shared::TenantId;
use serde_json::{Map, Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::args::Args;
use crate::kafka::{Kafka, warm_up};
use crate::pace::{PER_S, Paced, Placed};
use crate::scene::Scene;
use crate::stand::Stand;
use crate::stats::{ms, quantile};

/// The interval between two queries of the read model.
const BETWEEN_LOOKS: Duration = Duration::from_micros(500);

/// Orders at a steady rate, first with the log as feed and then with Kafka.
pub(crate) async fn measure(stand: &mut Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    warm_up(stand, scene).await;
    let mut figures = Map::new();
    figures.insert("log".to_owned(), through("the log", stand, scene, args).await);
    if let Some(kafka) = Kafka::start(stand, scene).await {
        figures.insert("kafka".to_owned(), through("Kafka", stand, scene, args).await);
        kafka.end(stand).await;
    }
    Map::from_iter([("delay_ms".to_owned(), Value::Object(figures))])
}

async fn through(feed: &str, stand: &Stand, scene: &Scene, args: &Args) -> Value {
    let requests = scene.requests(stand).await;
    let lasting = args.lasting * args.rounds;
    let paced = Paced::start(stand.server().address, requests, lasting);
    let (options, tenants) = (stand.databases.owner.clone(), stand.tenants.clone());
    // On its own thread, whose sleep is more exact than the timers of a runtime.
    let watching = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("the machine has descriptors left");
        runtime.block_on(watch(options, &tenants, paced))
    });
    let (mut delays, unavailable) = watching.await.expect("watching does not panic");
    let [p50, p99] = [500, 990].map(|permille| ms(quantile(&mut delays, permille)));
    let n_orders = delays.len();
    eprintln!(
        "delay through {feed}: p50 {p50} ms, p99 {p99} ms; {n_orders} orders, {PER_S} a second, \
         {unavailable} unavailable"
    );
    json!({"p50": p50, "p99": p99, "orders": n_orders, "unavailable": unavailable})
}

/// Queries repeatedly for the orders that were answered and are not shown yet.
async fn watch(
    options: PgConnectOptions,
    tenants: &[TenantId],
    mut load: Paced,
) -> (Vec<Duration>, u64) {
    let mut owner = PgConnection::connect_with(&options).await.expect("the superuser may come in");
    let (mut waiting, mut delays) = (Vec::new(), Vec::new());
    loop {
        if waiting.is_empty() {
            let Some(placed) = load.placed.recv().await else { break };
            waiting.push(placed);
        }
        while let Ok(placed) = load.placed.try_recv() {
            waiting.push(placed);
        }
        let shown = shown(&mut owner, tenants, &waiting).await;
        let now = Instant::now();
        waiting.retain(|placed| {
            let is_shown = shown.contains(&placed.order);
            if is_shown {
                delays.push(now.saturating_duration_since(placed.answered));
            }
            !is_shown
        });
        std::thread::sleep(BETWEEN_LOOKS);
    }
    (delays, load.unavailable().await)
}

/// The orders of `waiting` that the read model shows.
async fn shown(
    owner: &mut PgConnection,
    tenants: &[TenantId],
    waiting: &[Placed],
) -> HashSet<Uuid> {
    let of_tenants: Vec<Uuid> =
        waiting.iter().map(|placed| tenants[placed.company].uuid()).collect();
    let orders: Vec<Uuid> = waiting.iter().map(|placed| placed.order).collect();
    let shown: Vec<Uuid> = sqlx::query_scalar(
        "SELECT order_id FROM unnest($1::uuid[], $2::uuid[]) AS waiting (tenant_id, order_id)
         JOIN orders USING (tenant_id, order_id)",
    )
    .bind(of_tenants)
    .bind(orders)
    .fetch_all(owner)
    .await
    .expect("the superuser may look");
    shown.into_iter().collect()
}
