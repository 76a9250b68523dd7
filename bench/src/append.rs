//! Appends directly to the event store: the throughput of its one writer under concurrent callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use event_store::postgres::PostgresStore;
use event_store::{EventStore, Verdict};
use fastops::installation::Installation;
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Map, Value, json};

use crate::args::Args;
use crate::life::Life;
use crate::round::BATCHES;
use crate::scene::Scene;
use crate::stand::{Stand, database, samples};
use crate::stats::{Spread, ms, per_s, quantile, rounded};

const CALLERS: [usize; 4] = [1, 16, 64, 256];

/// The result of one number of callers in one round.
#[derive(Debug)]
pub(crate) struct Appended {
    /// The number of commands committed.
    pub(crate) commands: u64,
    /// The duration of each append.
    pub(crate) latencies: Vec<Duration>,
    /// The duration of the round.
    pub(crate) took: Duration,
}

/// One event of a kilobyte per command, each in a stream of its own, in a database of its own.
pub(crate) async fn measure(
    stand: &Stand,
    scene: &Scene,
    args: &Args,
    metrics: &PrometheusHandle,
) -> Map<String, Value> {
    let lives = Arc::new(scene.lives(stand).await);
    let store = Installation::new(&database(&stand.cluster, "append").await).store;
    let mut rounds = CALLERS.map(|callers| (callers, Vec::new()));
    append(&store, &lives, 16, 1, Duration::from_secs(1)).await;
    for round in 1..=args.rounds {
        eprintln!("append: round {round} of {}", args.rounds);
        for (callers, rounds) in &mut rounds {
            let (commands_before, batches_before) = samples(&metrics.render(), BATCHES);
            let appended = append(&store, &lives, *callers, 1, args.lasting).await;
            let (commands, batches) = samples(&metrics.render(), BATCHES);
            rounds.push((appended, (commands - commands_before) / (batches - batches_before)));
        }
    }
    let mut figures = Map::new();
    eprintln!("\ncallers  appends/s (from–to)  p99 ms  per commit");
    for (callers, rounds) in rounds {
        let rates = rounds.iter().map(|(appended, _)| per_s(appended.commands, appended.took));
        let [rate, rate_min, rate_max] = Spread::of(rates).json(0);
        let batch = rounded(Spread::of(rounds.iter().map(|(_, batch)| *batch)).median, 1);
        let mut latencies: Vec<Duration> =
            rounds.into_iter().flat_map(|(appended, _)| appended.latencies).collect();
        let p99 = ms(quantile(&mut latencies, 990));
        eprintln!("{callers:>7}  {rate:>9} ({rate_min}–{rate_max})  {p99:>6}  {batch:>10}");
        let case = json!({
            "per_s": rate, "per_s_min": rate_min, "per_s_max": rate_max,
            "p99_ms": p99, "commands_per_commit": batch,
        });
        figures.insert(callers.to_string(), case);
    }
    Map::from_iter([("append".to_owned(), figures.into())])
}

/// `callers` tasks append the first `n_events` events of orders' lives.
pub(crate) async fn append(
    store: &Arc<PostgresStore>,
    lives: &Arc<Vec<Life>>,
    callers: usize,
    n_events: usize,
    lasting: Duration,
) -> Appended {
    let next = Arc::new(AtomicU32::new(1));
    let start = Instant::now();
    let caller = |_| {
        let (store, lives, next) = (Arc::clone(store), Arc::clone(lives), Arc::clone(&next));
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < lasting {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let append = lives[number as usize % lives.len()].copy(number, n_events);
                let asked = Instant::now();
                let verdict = store.append(append).await.expect("the log answers");
                assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
                latencies.push(asked.elapsed());
            }
            latencies
        })
    };
    let done = join_all((0..callers).map(caller)).await.into_iter();
    let latencies: Vec<Duration> =
        done.flat_map(|latencies| latencies.expect("a caller does not panic")).collect();
    Appended { commands: latencies.len() as u64, latencies, took: start.elapsed() }
}
