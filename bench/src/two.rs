//! Two servers against one: the same clients order in the same branch, all at one server, or half of
//! them at each of two.

use e2e::process::Process;
use serde_json::{Map, Value, json};

use crate::args::Args;
use crate::connection::Request;
use crate::load::{Loaded, load};
use crate::scene::Scene;
use crate::stand::Stand;
use crate::stats::{Spread, per_s};

const CONNECTIONS: usize = 16;

/// Takes turns between one and two servers.
pub(crate) async fn measure(stand: &Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let requests: Vec<Request> =
        scene.requests(stand).await.remove(0).into_iter().take(1).collect();
    let second = Process::serve_beside(&stand.databases).await;
    let mut placed = stand.orders().await;
    let (mut alone, mut ratios, mut busy, mut answered) = (Vec::new(), Vec::new(), 0, 0);
    for round in 1..=args.rounds {
        eprintln!("two servers: round {round} of {}", args.rounds);
        let at = |address, n| load(address, requests.clone(), n, args.lasting);
        let first = stand.server().address;
        let one = at(first, CONNECTIONS).await;
        let (half, other) =
            tokio::join!(at(first, CONNECTIONS / 2), at(second.address, CONNECTIONS / 2));
        let rate = |loaded: &Loaded| per_s(loaded.placed, loaded.took);
        placed += one.placed + half.placed + other.placed;
        alone.push(rate(&one));
        ratios.push((rate(&half) + rate(&other)) / rate(&one));
        busy += half.unavailable + other.unavailable;
        answered += half.placed + other.placed;
        stand.settled().await;
    }
    assert_eq!(stand.orders().await, placed, "every order that was answered is in the log, once");
    second.kill().await;
    let [ratio, least, most] = Spread::of(ratios).json(2);
    let [per_s, ..] = Spread::of(alone).json(0);
    eprintln!(
        "\ntwo servers on one branch place {ratio} ({least}–{most}) times the orders of one ({per_s}/s); \
         {busy} of {} requests were told to come back",
        busy + answered
    );
    let figures = json!({
        "ratio": ratio, "ratio_min": least, "ratio_max": most, "one_per_s": per_s,
        "busy": busy, "placed": answered,
    });
    Map::from_iter([("two_servers".to_owned(), figures)])
}
