//! Orders while Kafka is away, beside orders while it is there.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::args::Args;
use crate::kafka::Kafka;
use crate::pace::{PER_S, Paced};
use crate::scene::Scene;
use crate::stand::Stand;
use crate::stats::{ms, quantile, rounded};

/// Orders at a steady rate, as long with the broker as without it, then waits until the backlog is
/// published.
pub(crate) async fn measure(stand: &mut Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let Some(mut kafka) = Kafka::start(stand, scene).await else { return Map::new() };
    let placed = stand.orders().await;
    let before = Phase::of(stand, scene, args.away).await;
    kafka.broker.kill().await;
    let away = Phase::of(stand, scene, args.away).await;
    kafka.broker.start_again().await;
    let back = Instant::now();
    stand.settled().await;
    let drained = back.elapsed();

    let placed = placed + before.orders + away.orders;
    assert_eq!(stand.orders().await, placed, "every order that was answered is in the log, once");
    assert_eq!(stand.orders_shown().await, placed, "the read model shows every order");
    kafka.end(stand).await;
    Map::from_iter([("kafka_away".to_owned(), figures(&before, &away, drained))])
}

/// The result of ordering for one period.
#[derive(Debug)]
struct Phase {
    orders: u64,
    unavailable: u64,
    p99: Duration,
}

impl Phase {
    async fn of(stand: &Stand, scene: &Scene, lasting: Duration) -> Self {
        let requests = scene.requests(stand).await;
        let paced = Paced::start(stand.server().address, requests, lasting);
        let (mut latencies, unavailable) = paced.ended().await;
        let p99 = quantile(&mut latencies, 990);
        Self { orders: latencies.len() as u64, unavailable, p99 }
    }
}

fn figures(before: &Phase, away: &Phase, drained: Duration) -> Value {
    let ratio = rounded(away.p99.as_secs_f64() / before.p99.as_secs_f64(), 2);
    let [p99_before, p99_away] = [before, away].map(|phase| ms(phase.p99));
    let drained = rounded(drained.as_secs_f64(), 1);
    eprintln!(
        "Kafka away: p99 {p99_away} ms beside {p99_before} ms, {ratio} times that, at {PER_S} orders a \
         second; the {} orders of the outage are shown {drained} s after it",
        away.orders
    );
    json!({
        "p99_ms_before": p99_before, "p99_ms_away": p99_away, "ratio": ratio,
        "orders_before": before.orders, "orders_away": away.orders,
        "unavailable_before": before.unavailable, "unavailable_away": away.unavailable,
        "drained_s": drained, "missing": 0,
    })
}
