//! The server's memory with a long log.

use std::sync::Arc;
use std::time::Instant;

use event_store::EventStore;
use event_store::postgres::PostgresStore;
use fastops::installation::Installation;
use futures_util::future::join_all;
use serde_json::{Map, Value};

use crate::args::Args;
use crate::cpu::resident_mb;
use crate::life::Life;
use crate::load::load;
use crate::scene::Scene;
use crate::stand::Stand;

/// The number of concurrent appends: enough for full batches.
const AT_ONCE: u32 = 1_024;

const CONNECTIONS: usize = 16;

/// Fills the log while no server runs, lets the read models catch up, and orders at a fresh server.
pub(crate) async fn measure(stand: &mut Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let lives = Arc::new(scene.lives(stand).await);
    let store = Installation::new(&stand.databases).store;
    let missing = args.events.saturating_sub(stand.events().await);
    let start = Instant::now();
    stand.restart(fill(&store, &lives, missing)).await;
    eprintln!("memory: {missing} events appended in {:.0?}", start.elapsed());
    let start = Instant::now();
    stand.settled().await;
    eprintln!("memory: read models caught up in {:.0?}", start.elapsed());
    let caught_up = resident_mb(stand.server().id());

    stand.restart(std::future::ready(())).await;
    let requests = scene.requests(stand).await.concat();
    let fresh = resident_mb(stand.server().id());
    let lasting = args.lasting * args.rounds;
    let loaded = load(stand.server().address, requests, CONNECTIONS, lasting).await;
    stand.settled().await;
    let resident = resident_mb(stand.server().id());
    eprintln!(
        "memory: {resident} MB after {} orders beside {} events, {fresh} MB before them, {caught_up} MB \
         in the process that caught up",
        loaded.placed,
        stand.events().await,
    );
    Map::from_iter([
        ("memory_mb".to_owned(), resident.into()),
        ("memory_mb_after_catching_up".to_owned(), caught_up.into()),
    ])
}

/// Appends whole lives until the log has about `events` events.
pub(crate) async fn fill(store: &Arc<PostgresStore>, lives: &Arc<Vec<Life>>, events: u64) {
    let per_life = lives[0].len();
    let n_lives = u32::try_from(events.div_ceil(per_life as u64)).expect("a benchmark has an end");
    let caller = |caller| {
        let (store, lives) = (Arc::clone(store), Arc::clone(lives));
        tokio::spawn(async move {
            // Order numbers far beyond those of placed orders.
            for number in (caller..n_lives).step_by(AT_ONCE as usize) {
                let life = &lives[number as usize % lives.len()];
                let append = life.copy(1_000_000 + number, per_life);
                store.append(append).await.expect("the log answers");
            }
        })
    };
    for ended in join_all((0..AT_ONCE).map(caller)).await {
        ended.expect("a caller does not panic");
    }
}
