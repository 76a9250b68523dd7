//! Two servers compared with one: the same clients order in the same branch, all at one server, or
//! half of them at each of two, which both decide or, as peers, let one decide.

use e2e::process::Process;
use serde_json::{Map, Value, json};

use crate::args::Args;
use crate::connection::Request;
use crate::load::{Loaded, load};
use crate::scene::Scene;
use crate::stand::Stand;
use crate::stats::{Spread, per_s};

const CONNECTIONS: usize = 16;

/// Alternates between one server, two that do not peer, and two peers.
pub(crate) async fn measure(stand: &Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let requests: Vec<Request> =
        scene.requests(stand).await.remove(0).into_iter().take(1).collect();
    let at = |server: &Process, n| load(server.address, requests.clone(), n, args.lasting);
    let first = stand.server();
    let second = Process::serve_without_work(&stand.databases).await;
    let peers =
        [Process::serve_peer(&stand.databases).await, Process::serve_peer(&stand.databases).await];
    let mut placed = stand.orders().await;
    let (mut alone, mut apart, mut together) = (Vec::new(), Pair::default(), Pair::default());
    for round in 1..=args.rounds {
        eprintln!("two servers: round {round} of {}", args.rounds);
        let one = at(first, CONNECTIONS).await;
        let rate = rate(&one);
        placed += one.placed;
        alone.push(rate);
        for (pair, [here, there]) in
            [(&mut apart, [first, &second]), (&mut together, [&peers[0], &peers[1]])]
        {
            let both = tokio::join!(at(here, CONNECTIONS / 2), at(there, CONNECTIONS / 2));
            placed += pair.add(rate, &[both.0, both.1]);
            stand.settled().await;
        }
    }
    assert_eq!(stand.orders().await, placed, "every order that was answered is in the log, once");
    for process in [second].into_iter().chain(peers) {
        process.kill().await;
    }
    let [per_s, ..] = Spread::of(alone).json(0);
    eprintln!("\none server places {per_s} orders/s on one branch; two of them:");
    let (two, peers) = (apart.figures("apart"), together.figures("as peers"));
    Map::from_iter([
        ("one_server_per_s".to_owned(), per_s),
        ("two_servers".to_owned(), two),
        ("two_peers".to_owned(), peers),
    ])
}

/// The results of two servers.
#[derive(Debug, Default)]
struct Pair {
    ratios: Vec<f64>,
    busy: u64,
    placed: u64,
}

impl Pair {
    /// Adds a round, with the rate of one server to compare to; returns the number of orders
    /// placed.
    fn add(&mut self, one: f64, both: &[Loaded; 2]) -> u64 {
        let placed = both.iter().map(|loaded| loaded.placed).sum();
        self.ratios.push(both.iter().map(rate).sum::<f64>() / one);
        self.busy += both.iter().map(|loaded| loaded.unavailable).sum::<u64>();
        self.placed += placed;
        placed
    }

    fn figures(self, how: &str) -> Value {
        let Self { ratios, busy, placed } = self;
        let [ratio, least, most] = Spread::of(ratios).json(2);
        eprintln!(
            "{how}: {ratio} ({least}–{most}) times that; {busy} of {} requests were told to come back",
            busy + placed
        );
        json!({"ratio": ratio, "ratio_min": least, "ratio_max": most, "busy": busy, "placed": placed})
    }
}

fn rate(loaded: &Loaded) -> f64 {
    per_s(loaded.placed, loaded.took)
}
