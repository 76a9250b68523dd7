//! A rebuild of the read models from a long log, compared with PostgreSQL copying the same rows
//! into tables with the same indexes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::EventStore;
use fastops::installation::Installation;
use projections::projections;
use projections::rebuild::{Progress, Rebuild};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::args::Args;
use crate::memory::fill;
use crate::scene::Scene;
use crate::stand::Stand;
use crate::stats::{Spread, per_s, rounded};

/// How a rebuild spent its time.
struct Built {
    events: u64,
    loading: Duration,
    finishing: Duration,
    comparing: Duration,
    whole: Duration,
}

/// Fills the log while no server runs, lets the live read models catch up, and rebuilds them next
/// to the live ones, in turns with the copies.
pub(crate) async fn measure(stand: &mut Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let lives = Arc::new(scene.lives(stand).await);
    let store = Installation::new(&stand.databases).store;
    let missing = args.events.saturating_sub(stand.events().await);
    stand.restart(fill(&store, &lives, missing)).await;
    stand.settled().await;
    let mut owner = stand.connect().await;
    let (mut builds, mut copies, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        let rows_per_s = copy(&mut owner).await;
        let built = build(stand).await;
        let per_s = per_s(built.events, built.whole);
        eprintln!(
            "rebuild: round {round} of {}, {} events in {:.1?} (loading {:.1?}, indexes {:.1?}, comparing \
             {:.1?}), {per_s:.0} a second; COPY {rows_per_s:.0} rows a second",
            args.rounds, built.events, built.whole, built.loading, built.finishing, built.comparing,
        );
        ratios.push(per_s / rows_per_s);
        builds.push(per_s);
        copies.push(rows_per_s);
    }
    let [per_s, per_s_min, per_s_max] = Spread::of(builds).json(0);
    let ratio = Spread::of(ratios);
    let figures = json!({
        "events": stand.events().await,
        "per_s": per_s, "per_s_min": per_s_min, "per_s_max": per_s_max,
        "copy_per_s": rounded(Spread::of(copies).median, 0),
        "ratio": rounded(ratio.median, 2),
    });
    Map::from_iter([("rebuild".to_owned(), figures)])
}

/// The duration from reading the first event to exchanging the last table.
async fn build(stand: &Stand) -> Built {
    let start = Instant::now();
    let store: Arc<dyn EventStore> = Installation::new(&stand.databases).store;
    let site = Rebuild::begin(store, &stand.databases.projector).await;
    let site = site.expect("no other rebuild runs");
    let loaded = std::sync::Mutex::new(start);
    let note = |progress| {
        if progress == Progress::Finishing {
            *loaded.lock().expect("the lock is not poisoned") = Instant::now();
        }
    };
    let built = site.build(projections(), &note).await.expect("the log can be read");
    let finished = Instant::now();
    let loaded = *loaded.lock().expect("the lock is not poisoned");
    let (mut events, mut comparing) = (0, Duration::ZERO);
    for mut rebuilt in built {
        let begun = Instant::now();
        for table in rebuilt.compare().await.expect("both can be read").expect("one log") {
            assert_eq!(table.n_differing, 0, "{table:?}");
        }
        comparing += begun.elapsed();
        events = events.max(rebuilt.position().get());
        rebuilt.exchange().await.expect("no reader blocks the exchange");
    }
    let (loading, finishing) = (loaded - start, finished - loaded);
    Built { events, loading, finishing, comparing, whole: start.elapsed() }
}

/// The rows per second that `COPY` loads from files into empty tables with all indexes.
async fn copy(owner: &mut PgConnection) -> f64 {
    let folder: String = sqlx::query_scalar("SHOW data_directory")
        .fetch_one(&mut *owner)
        .await
        .expect("the superuser may read it");
    run(owner, "DROP SCHEMA IF EXISTS copies CASCADE; CREATE SCHEMA copies".to_owned()).await;
    let (mut rows, mut took) = (0, Duration::ZERO);
    for table in projections().iter().flat_map(|projection| projection.tables()) {
        let file = format!("{folder}/{table}.copy");
        run(owner, format!("CREATE TABLE copies.{table} (LIKE {table} INCLUDING ALL)")).await;
        run(owner, format!("COPY {table} TO '{file}'")).await;
        let start = Instant::now();
        rows += run(owner, format!("COPY copies.{table} FROM '{file}'")).await;
        took += start.elapsed();
    }
    run(owner, "DROP SCHEMA copies CASCADE".to_owned()).await;
    per_s(rows, took)
}

async fn run(owner: &mut PgConnection, sql: String) -> u64 {
    let done = owner.execute(AssertSqlSafe(sql)).await;
    done.expect("the superuser may").rows_affected()
}
