//! The storage of payloads and the cost of the chain: variants of the log, each in its own
//! database.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::cluster::Cluster;
use event_store::hash::{Content, content_hash};
use event_store::postgres::PostgresStore;
use fastops::installation::{Databases, Installation};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::append::append;
use crate::args::Args;
use crate::life::Life;
use crate::scene::Scene;
use crate::stand::{Stand, database};
use crate::stats::{Spread, per_s, rounded};

const CALLERS: usize = 64;
const PAGE: i64 = 5_000;
const HASHES: u32 = 100_000;

/// Makes `log_append` judge every append in all variants, the expected ones too.
const NO_SHORT_WAY: &str = "
    DO $$
    BEGIN
        EXECUTE regexp_replace(
            pg_get_functiondef('log_append_next'::regproc), '\\mBEGIN\\M', 'BEGIN RETURN false;'
        );
    END
    $$";

/// The difference of a variant from what is delivered.
struct Change {
    /// Also the name of its database.
    name: &'static str,
    /// The statements that change its tables.
    tables: &'static str,
    /// The text of `log_append` to replace, and its replacement.
    function: Option<[&'static str; 2]>,
}

const CHANGES: [Change; 3] = [
    Change { name: "as_delivered", tables: "", function: None },
    Change {
        name: "payload_json",
        tables: "DROP VIEW events_readable;
                 ALTER TABLE events
                     ALTER COLUMN payload TYPE json USING convert_from(payload, 'UTF8')::json",
        function: Some([r"e\.payload,", "convert_from(e.payload, 'UTF8')::json,"]),
    },
    Change {
        name: "without_links",
        tables: "",
        function: Some([r"links\[tenant_no\] := sha256\([^;]*;", ""]),
    },
];

struct Variant {
    name: &'static str,
    databases: Databases,
    store: Arc<PostgresStore>,
    appends: Vec<f64>,
    replays: Vec<f64>,
}

/// Appends whole lives of orders to every variant in turn, and reads each as a whole.
pub(crate) async fn measure(stand: &Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let lives = Arc::new(scene.lives(stand).await);
    let mut variants = Vec::new();
    for change in CHANGES {
        let databases = database(&stand.cluster, change.name).await;
        change.make(&stand.cluster).await;
        let store = Installation::new(&databases).store;
        let (appends, replays) = (Vec::new(), Vec::new());
        variants.push(Variant { name: change.name, databases, store, appends, replays });
    }
    for round in 0..=args.rounds {
        eprintln!("columns: round {round} of {}", args.rounds);
        for variant in &mut variants {
            let whole = lives[0].len();
            let done = append(&variant.store, &lives, CALLERS, whole, args.lasting).await;
            let replayed = replay(&stand.cluster, variant).await;
            // The first round is a warm-up.
            if round > 0 {
                variant.appends.push(per_s(done.commands * whole as u64, done.took));
                variant.replays.push(replayed);
            }
        }
    }
    eprintln!("\nvariant        events appended/s (from–to)   events read/s (from–to)");
    let mut figures = Map::new();
    for variant in variants {
        let [appends, appends_min, appends_max] = Spread::of(variant.appends).json(0);
        let [replays, replays_min, replays_max] = Spread::of(variant.replays).json(0);
        eprintln!(
            "{:<13}  {appends:>9} ({appends_min}–{appends_max})  {replays:>9} ({replays_min}–{replays_max})",
            variant.name
        );
        let case = json!({
            "append_events_per_s": appends,
            "append_events_per_s_min": appends_min, "append_events_per_s_max": appends_max,
            "replay_events_per_s": replays,
            "replay_events_per_s_min": replays_min, "replay_events_per_s_max": replays_max,
        });
        figures.insert(variant.name.to_owned(), case);
    }
    let hash = content_hash_us(&lives[0]);
    eprintln!("content hash   {hash} µs per event");
    figures.insert("content_hash_us".to_owned(), hash);
    Map::from_iter([("columns".to_owned(), figures.into())])
}

impl Change {
    async fn make(&self, cluster: &Cluster) {
        let mut owner = cluster.connect(self.name).await;
        owner.execute(self.tables).await.expect("the tables can be changed");
        let replaced = owner.execute(NO_SHORT_WAY).await;
        replaced.expect("the function can be replaced");
        let Some([pattern, replacement]) = self.function else { return };
        let (before, after): (String, String) = sqlx::query_as(
            "SELECT text, regexp_replace(text, $1, $2)
             FROM pg_get_functiondef('log_append'::regproc) AS text",
        )
        .bind(pattern)
        .bind(replacement)
        .fetch_one(&mut owner)
        .await
        .expect("the function is there");
        assert_ne!(before, after, "log_append has no {pattern}");
        owner.execute(AssertSqlSafe(after)).await.expect("the function can be changed");
    }
}

/// How many events a second are read, page by page, with their payloads as they come.
async fn replay(cluster: &Cluster, variant: &Variant) -> f64 {
    // The planner's statistics must not depend on how a table was filled.
    let analyzed = cluster.connect(variant.name).await.execute("ANALYZE events").await;
    analyzed.expect("the superuser may analyze");
    let store = Installation::new(&variant.databases);
    let start = Instant::now();
    let (mut after, mut n_events, mut n_bytes) = (0_i64, 0, 0);
    loop {
        let page = sqlx::query(
            "SELECT position, tenant_id, tenant_seq, stream, revision, event_id, event_type,
                 schema_version, payload, metadata, recorded_at, content_hash, link
             FROM events WHERE position > $1 ORDER BY position LIMIT $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&store.projector)
        .await
        .expect("the log can be read");
        let Some(last) = page.last() else { break };
        after = last.get("position");
        n_events += page.len() as u64;
        for row in &page {
            let payload = row.try_get_raw("payload").expect("the column is read");
            n_bytes += payload.as_bytes().expect("every event has a payload").len();
        }
    }
    assert!(n_bytes > 0, "payloads are read");
    per_s(n_events, start.elapsed())
}

/// The duration of hashing an event just appended, in microseconds.
fn content_hash_us(life: &Life) -> Value {
    let append = life.copy(1, 1);
    let event = &append.events()[0];
    let metadata = serde_json::to_vec(&event.metadata).expect("metadata can be written");
    let content = Content {
        tenant: append.tenant(),
        stream: event.stream.name(),
        revision: event.revision,
        id: event.id,
        event_type: event.event_type.name,
        schema_version: event.event_type.version,
        payload: &event.payload,
        metadata: &metadata,
        business_date: event.business_date,
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
    };
    let start = Instant::now();
    for _ in 0..HASHES {
        black_box(content_hash(black_box(&content)));
    }
    let each: Duration = start.elapsed() / HASHES;
    rounded(each.as_secs_f64() * 1e6, 2)
}
